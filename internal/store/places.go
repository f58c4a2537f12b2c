package store

import "iter"

// Places finds blocks by where they are stored. A Snapshot may offer it.
type Places interface {
	// Segments tells how many blocks each segment has that the snapshot has blocks of; among them may be ones that came after it.
	Segments() map[uint64]int
	// Segment yields the snapshot's blocks of a segment.
	Segment(id uint64) iter.Seq[Ref]
	// Behind tells how many of the snapshot's blocks of a segment are up to an offset, and yields the others, by offset.
	Behind(segment uint64, offset int64) (before int, behind iter.Seq[Ref])
	// At gives the snapshot's blocks at offsets of a segment, which are in ascending order; where no block is, there is none.
	At(segment uint64, offsets []int64) []Ref
}
