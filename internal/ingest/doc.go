// Package ingest takes what agents send (spec/wire.md): it checks blocks, gives them to the store, and answers. It keeps
// account of what did not come, and stores a gap for it.
//
// # Goroutines
//
// Each connection has three: one reads frames and hands blocks to the store, in order; one waits until blocks are durable
// and acks them, in order; one writes. Serve owns the connections, and Shutdown waits for all of them. One more goroutine
// watches for silence, holes and lost processes.
//
// # Locks
//
// Server.mu, then process.mu; outbox.mu is taken last.
package ingest
