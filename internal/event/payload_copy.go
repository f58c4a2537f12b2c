package event

import (
	"bytes"
	"unsafe"

	"github.com/zeebo/xxh3"
)

// Clone is the same payload in memory of its own: one that was read lies in its block, and holds all of it.
func (p Payload) Clone() Payload {
	if p.held > 0 {
		p.data = unsafe.SliceData(bytes.Clone(p.bytes()))
	}
	return p
}

// Sum is a hash of the bytes and of how many there are and were, for indexes on disk: with the same seed it is the same in every
// process. It gives nothing of the bytes away to who cannot try values, so who may not see a payload must not learn whether a sum
// occurs either.
func (p Payload) Sum(seed uint64) uint64 {
	return xxh3.HashSeed(p.bytes(), seed^(uint64(p.held)+1)*0x9e3779b97f4a7c15^uint64(p.size)<<32)
}
