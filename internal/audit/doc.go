// Package audit keeps the audit log: files of JSON lines below the data folder, each entry tied to the one before it by its hash.
//
//	audit.jsonl        what is written now; begins with an entry of phase file
//	audit-0001.jsonl   what was full before, oldest first; the chain goes on across files
//	audit-heads.jsonl  signed ends of the chain, one a line
//	audit-key.pem      who signs (Ed25519, mode 0600); audit-key.pub is its public half
//
// Log is an access.Auditor. One goroutine writes: entries of many callers that wait at once become one write and one fsync. A write that
// failed is taken back from the file, so that the chain has no hole and no half of a line; nobody was told that it was done.
//
// What an entry is, how it is hashed and what a Check finds is in access; the formats are in spec/audit.md. Readers use what is on disk, found
// by bisection: lines have numbers and times that only grow, so no index is kept.
package audit
