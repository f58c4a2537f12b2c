package block

import "sync"

// scratch is memory that a builder needs until its block is made. A server that encodes makes thousands of blocks a second; what
// each of them throws away would cost more than what they hold.
type scratch struct {
	rows     []Row
	unsigned []uint64
	signed   []int64
	strings  [][]byte
	data     []byte                          // of one column
	sections [SectionState + 1]sectionWriter // raw
	packed   []byte                          // the section that was compressed last
	table    []byte
	body     []byte
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// The most that is kept for the next block: what one large block needed is given up.
const (
	keptRows  = 1024
	keptBytes = 1 << 20
)

func newScratch() *scratch { return scratches.Get().(*scratch) } // the pool holds nothing else

// giveBack ends the use of scratch; slices that rows held are let go.
func (b *Builder) giveBack() {
	s := b.scratch
	clear(b.rows)
	clear(s.strings)
	s.rows = b.rows[:0]
	b.scratch, b.rows = nil, nil
	size := cap(s.data) + cap(s.packed) + cap(s.table) + cap(s.body)
	for i := range s.sections {
		size += cap(s.sections[i].raw)
	}
	if cap(s.rows) <= keptRows && size <= keptBytes {
		scratches.Put(s)
	}
}

// section begins a raw section in scratch.
func (b *Builder) section(id SectionID) *sectionWriter {
	w := &b.scratch.sections[id]
	w.raw, w.data = w.raw[:0], &b.scratch.data
	return w
}

// sized gives a slice of n values whose content does not matter.
func sized[T any](s *[]T, n int) []T {
	if cap(*s) < n {
		*s = make([]T, max(n, keptRows/2))
	}
	return (*s)[:n]
}

// unsigned collects one value for each row. The result is valid until the next call.
func (b *Builder) unsigned(value func(r *Row) uint64) []uint64 {
	out := sized(&b.scratch.unsigned, len(b.rows))
	for i := range b.rows {
		out[i] = value(&b.rows[i])
	}
	return out
}

func (b *Builder) signed(value func(r *Row) int64) []int64 {
	out := sized(&b.scratch.signed, len(b.rows))
	for i := range b.rows {
		out[i] = value(&b.rows[i])
	}
	return out
}

func (b *Builder) strings(value func(r *Row) []byte) [][]byte {
	out := sized(&b.scratch.strings, len(b.rows))
	for i := range b.rows {
		out[i] = value(&b.rows[i])
	}
	return out
}
