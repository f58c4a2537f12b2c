package query

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// Histogram counts whole numbers in buckets that are one wide up to 32 and then a sixteenth of what they count at most, below zero
// as above. Two of them add up to that of all their numbers, so that quantiles of any stretch come from parts of it.
type Histogram struct {
	N        uint64
	Min, Max int64       // exact; of nothing 0
	cells    []histCount // by bucket, each once
}

// histCount is how many numbers a bucket has.
type histCount struct {
	cell int16
	n    uint64
}

const (
	histFine  = 4 // buckets of a power of two are 2^histFine
	histExact = 2 << histFine
	histLast  = (63-histFine)<<histFine + histExact - 1 // no number has a greater one
)

// histCell is the bucket of a number.
func histCell(v int64) int16 {
	switch {
	case v == math.MinInt64:
		return -histCell(math.MaxInt64)
	case v < 0:
		return -histCell(-v)
	case v < histExact:
		return int16(v)
	}
	e := bits.Len64(uint64(v)) - histFine - 1
	return int16(e<<histFine + int(v>>e))
}

// histTop is the number of a bucket that is farthest from zero.
func histTop(c int16) int64 {
	switch {
	case c < 0:
		return -histTop(-c)
	case c < histExact:
		return int64(c)
	}
	e := int(c>>histFine) - 1
	m := int64(c&(1<<histFine-1)) + 1<<histFine
	return int64(uint64(m+1)<<e - 1)
}

func (h *Histogram) add(v int64) {
	if h.N == 0 {
		h.Min, h.Max = v, v
	}
	h.N, h.Min, h.Max = h.N+1, min(h.Min, v), max(h.Max, v)
	h.count(histCell(v), 1)
}

func (h *Histogram) count(cell int16, n uint64) {
	i, ok := slices.BinarySearchFunc(h.cells, cell, func(c histCount, cell int16) int { return cmp.Compare(c.cell, cell) })
	if !ok {
		h.cells = slices.Insert(h.cells, i, histCount{cell: cell})
	}
	h.cells[i].n += n
}

func (h *Histogram) merge(o *Histogram) {
	if o.N == 0 {
		return
	}
	if h.N == 0 {
		h.Min, h.Max = o.Min, o.Max
	}
	h.N, h.Min, h.Max = h.N+o.N, min(h.Min, o.Min), max(h.Max, o.Max)
	for _, c := range o.cells {
		h.count(c.cell, c.n)
	}
}

// Quantile is a number that at least this share of the numbers are not above: exact below 32, then at most a sixteenth too far
// from zero, and never outside of the least and the greatest. Of nothing it is 0.
func (h *Histogram) Quantile(share float64) int64 {
	if h.N == 0 {
		return 0
	}
	rank := min(max(uint64(math.Ceil(share*float64(h.N))), 1), h.N)
	seen := uint64(0)
	for _, c := range h.cells {
		if seen += c.n; seen >= rank {
			top := histTop(c.cell)
			if c.cell < 0 {
				top = -(histTop(-c.cell-1) + 1) // the one of the bucket that is nearest to zero
			}
			return max(h.Min, min(h.Max, top))
		}
	}
	return h.Max
}

// NotBelowZero counts the numbers from zero on.
func (h *Histogram) NotBelowZero() uint64 {
	n := uint64(0)
	for _, c := range h.cells {
		if c.cell >= 0 {
			n += c.n
		}
	}
	return n
}
