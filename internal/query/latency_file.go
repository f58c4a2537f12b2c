package query

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// Sums of what the blocks of a segment say of latency and lateness: for the whole segment, and for bins of time of one width, which
// begin at multiples of it. They are the sidecar "agg" of a segment, so that a timeline at any zoom merges a few sums and decodes
// nothing but what it shows more closely than bins do.
//
//	u32 version │ u32 length of the head │ head │ bins
//	head: uv 2-logarithm of the width │ zz first, zz last instant, 0 and -1 of nothing │ uv blocks │ uv bins │ sums of the segment
//	bins: (zz number of the bin, its distance to the one before │ sums)*
//	sums: uv how many │ (u64 attempt │ uv operator + 1 │ u8 measure │ histogram │ uv of each reason)*
//	histogram: uv n │ zz least │ zz greatest │ uv buckets │ (zz bucket, its distance to the one before │ uv numbers)*
//
// Integers are little-endian; uv and zz are LEB128 as in blocks.
const (
	sumsVersion = 1 // of the bytes and of what is measured: another one is made again
	sumsHead    = 8
	sumsMost    = 1 << 28 // bytes of a head
	sumsWidest  = 62
)

var errSums = errors.New("sums of a segment are damaged")

// content is the sidecar of these sums.
func (s *segmentSums) content() []byte {
	head := binary.AppendUvarint(nil, uint64(s.shift))
	head = binary.AppendVarint(head, int64(s.from))
	head = binary.AppendVarint(head, int64(s.to))
	head = binary.AppendUvarint(head, s.blocks)
	head = binary.AppendUvarint(head, uint64(len(s.bins)))
	head = s.whole.append(head)
	out := binary.LittleEndian.AppendUint32(nil, sumsVersion)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(head)))
	out = append(out, head...)
	last := int64(0)
	for _, n := range slices.Sorted(maps.Keys(s.bins)) {
		out = binary.AppendVarint(out, n-last)
		out, last = s.bins[n].append(out), n
	}
	return out
}

func (s sums) append(out []byte) []byte {
	out = binary.AppendUvarint(out, uint64(len(s)))
	for _, k := range slices.SortedFunc(maps.Keys(s), func(a, b sumKey) int {
		return cmp.Or(cmp.Compare(a.attempt, b.attempt), cmp.Compare(a.operator, b.operator), cmp.Compare(a.measure, b.measure))
	}) {
		m := s[k]
		out = binary.LittleEndian.AppendUint64(out, uint64(k.attempt))
		out = binary.AppendUvarint(out, uint64(k.operator+1))
		out = append(out, byte(k.measure))
		out = binary.AppendUvarint(out, m.N)
		out = binary.AppendVarint(out, m.Min)
		out = binary.AppendVarint(out, m.Max)
		out = binary.AppendUvarint(out, uint64(len(m.cells)))
		last := int16(0)
		for _, c := range m.cells {
			out = binary.AppendVarint(out, int64(c.cell)-int64(last))
			out, last = binary.AppendUvarint(out, c.n), c.cell
		}
		for _, n := range m.Without {
			out = binary.AppendUvarint(out, n)
		}
	}
	return out
}

// readSums reads a sidecar: the sums of the segment, and those of its bins if they are wanted.
func readSums(r io.ReaderAt, size int64, bins func(*segmentSums) bool) (*segmentSums, error) {
	var fixed [sumsHead]byte
	if size < sumsHead {
		return nil, errSums
	}
	if _, err := r.ReadAt(fixed[:], 0); err != nil {
		return nil, fmt.Errorf("reading sums: %w", err)
	}
	long := int64(binary.LittleEndian.Uint32(fixed[4:]))
	if binary.LittleEndian.Uint32(fixed[:]) != sumsVersion || long > size-sumsHead || long > sumsMost {
		return nil, errSums
	}
	b := sumsReader{b: make([]byte, long)}
	if _, err := r.ReadAt(b.b, sumsHead); err != nil && long > 0 {
		return nil, fmt.Errorf("reading sums: %w", err)
	}
	s := newSegmentSums()
	s.shift = uint(b.uv())
	s.from, s.to, s.blocks = Wall(b.zz()), Wall(b.zz()), b.uv()
	n := b.uv()
	s.whole = b.sums()
	if b.bad || len(b.b) > 0 || s.shift < sumsFinest || s.shift > sumsWidest || n > sumsBins {
		return nil, errSums
	}
	if bins == nil || !bins(s) {
		return s, nil
	}
	b = sumsReader{b: make([]byte, size-sumsHead-long)}
	if _, err := r.ReadAt(b.b, sumsHead+long); err != nil && len(b.b) > 0 {
		return nil, fmt.Errorf("reading sums: %w", err)
	}
	last := int64(0)
	for range n {
		last += b.zz()
		s.bins[last] = b.sums()
		s.cells += len(s.bins[last])
	}
	if b.bad || len(b.b) > 0 || uint64(len(s.bins)) != n {
		return nil, errSums
	}
	return s, nil
}

// sumsReader reads numbers until one is not there.
type sumsReader struct {
	b   []byte
	bad bool
}

func (r *sumsReader) uv() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *sumsReader) zz() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *sumsReader) sums() sums {
	out := make(sums)
	for n := r.uv(); n > 0 && !r.bad; n-- {
		if len(r.b) < 8 {
			r.bad = true
			break
		}
		k := sumKey{attempt: event.Key(binary.LittleEndian.Uint64(r.b))}
		r.b = r.b[8:]
		k.operator = int32(r.uv()) - 1
		if len(r.b) > 0 {
			k.measure, r.b = Measure(r.b[0]), r.b[1:]
		}
		m := &Measured{Histogram: Histogram{N: r.uv(), Min: r.zz(), Max: r.zz()}}
		all, last := uint64(0), int64(0)
		for cells := r.uv(); cells > 0 && !r.bad; cells-- {
			last += r.zz()
			of := r.uv()
			if last > histLast || last < -histLast {
				r.bad = true
				break
			}
			m.count(int16(last), of)
			all += of
		}
		for i := range m.Without {
			m.Without[i] = r.uv()
		}
		r.bad = r.bad || all != m.N || k.measure == 0 || k.measure > measures || m.Min > m.Max
		out[k] = m
	}
	return out
}
