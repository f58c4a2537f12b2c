// Package disk keeps a store in one folder.
//
//	LOCK  VERSION  MANIFEST-<n>  defs/<n>.sgd  seg/<recording>/<n>.sgs  seg/<recording>/<n>.idx  seg/<recording>/<n>.key  …<n>.tok  lost+found/
//
// Blocks are appended to one active segment per recording and never changed. All integers are little-endian, checksums
// CRC32C.
//
//	.sgs   head 64 B │ block │ block │ … │ definitions │ foot 64 B        the last two only when sealed
//	  head  0 "SGS1"  4 major, minor  6 flags  8 segment  16 recording (16)  32 created µs  40 first  48 last  60 checksum of bytes 0–59
//	        flags: 1 re-coded, 2 remains of removed segments; first, last: the segments in whose place it stands (0: none)
//	  foot  0 "SGSF"  4 zero  8 end of blocks  16 end of definitions  24 blocks  32 last stored µs  40 checksum of definitions
//	        60 checksum of bytes 0–59
//	.idx   as head with "SGI1" │ (u64 offset, head of the block)* │ u64 end of blocks, u64 blocks, u32 checksum of all before
//	.key   a sidecar: which blocks have rows about a key, by hashes of keys, in checksummed pages (sidecar.go); derived, and may be missing
//	.tok   a sidecar: filters of the texts of each block, in checksummed pages (sidecar.go); derived as well, and may be missing
//	.sgd   "SGD1" 1 0 0 0 │ (u32 length, u32 checksum, u8 kind, body)*            length = 1 + body; checksum of length, kind, body
//	MANIFEST-n  "SGM1" 1 0 0 0 │ (u32 length, u32 checksum, JSON edit)*             checksum of length and edit
//
// A sealed segment is complete in itself: its definitions are those that its blocks name, with what they name in turn. The
// .idx is derived from the .sgs and is made again when it is missing or wrong. An end in order leaves one beside the active segment
// too: the next start takes from it what lies below the end of blocks that it names, and scans the rest.
//
// # Replacing segments
//
// Compaction and retention write one new segment in the place of some that are sealed and stand beside each other: with the same blocks
// in zstd, or with what stays of them and gaps that say what went. It is written under a temporary name, fsynced, renamed, given its
// index, and then named by one edit of the manifest that takes the others out. Their files go with their last reader. Segments are read in
// order of their place, which is the number of the first one that they stand for, so that blocks stay in order of arrival.
// On opening, such a segment that no edit names is removed when all that it stands for is there, and adopted when not.
//
// # What survives
//
// Append returns after write(2), so a block survives the process (Process), or after fsync as well (Disk). Several appends
// share an fsync. On opening, the manifest is replayed, sealed segments are trusted, and so is what the
// index of an active one names; what lies behind that is scanned: a bad tail is cut off, a damaged stretch with good blocks after it is left out, and both become gap blocks. A file that fsync failed
// on is never trusted again: what was not synced before is in memory still, and goes to a new segment.
//
// # Locks
//
// keeper, then Store.pinning, then sealer.sealing or recording.changed, then segment.syncing, then recording.mu, then Store.mu, segment.mu, manifest.mu, definitionLog.mu, sealer.mu or syncer.mu; none of these is held
// while another of them is taken. Files are written under recording.mu and synced without it.
package disk
