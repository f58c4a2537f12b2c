package access

import (
	"crypto/sha256"
	"time"
)

// Link is the end of a chain: what the next entry is tied to. The zero Link is before the first entry.
type Link struct {
	Seq  uint64
	Hash Digest
	Time time.Time
}

// Seal gives e its place behind l and its hash, SHA-256(prev_hash ‖ canonical JSON without hash), and answers the link behind it.
// Time is that of the chain: a clock that was set back does not take it back, so that a log can be searched by time.
func (l Link) Seal(e *Entry, now time.Time) Link {
	now = now.UTC().Truncate(time.Microsecond)
	if now.Before(l.Time) {
		now = l.Time
	}
	e.Seq, e.Time, e.Prev = l.Seq+1, now, l.Hash
	e.Hash = e.digest()
	return e.Link()
}

// Link is the end of a chain whose last entry is e.
func (e *Entry) Link() Link { return Link{Seq: e.Seq, Hash: e.Hash, Time: e.Time} }

// Whole tells whether the entry's hash is that of its content.
func (e *Entry) Whole() bool { return e.Hash == e.digest() }

func (e *Entry) digest() Digest {
	b := make([]byte, 0, 1<<10)
	b = append(b, e.Prev[:]...)
	return sha256.Sum256(e.Canonical(b, false))
}
