package query

import (
	"math/bits"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// census counts a recording's events over time in bins of one width, from headers: what a timeline of a long recording is made
// from, at a cost that does not grow with the recording. A block that lies across bins is shared among them in proportion.
//
// Bins begin at multiples of their width, which doubles when there would be too many of them.
type census struct {
	width    Wall  // µs, a power of two
	first    int64 // number of the first bin: it begins at first·width
	bins     int
	min, max Wall // of what was counted
	series   map[censusKey][]uint64
	blocks   []uint64 // by bin where they begin
	partial  bool     // something was left out: a header does not count its rows, or there is too much to keep
}

// censusKey is what is counted; a kind of censusRows counts the rows of the lane in place of what the header counts.
type censusKey struct {
	attempt  event.Key
	lane     event.Lane // what a look-back buffer kept counts with its lane
	operator int32
	kind     event.Kind
}

const (
	censusRows  event.Kind = 255
	censusBins             = 2048
	fewBins                = 256     // that remain when there are many series
	censusCells            = 1 << 19 // bins of all series: beyond, bins become wider
	maxCensus              = 1 << 14 // series: beyond, nothing is counted
	censusFirst Wall       = 1 << 10
)

func newCensus() *census { return &census{width: censusFirst, series: make(map[censusKey][]uint64)} }

func (c *census) bin(w Wall) int64 { return int64(w) >> bits.TrailingZeros64(uint64(c.width)) }

func (c *census) add(h *block.Header) {
	if h.Events == 0 || c.partial {
		return
	}
	from, to := Wall(h.WallMin), Wall(max(h.WallMin, h.WallMax))
	counted := uint64(0)
	for _, z := range h.Zones.Counts {
		if z.Kind < event.KindEntered {
			counted += z.N
		}
	}
	if from <= 0 || to > 1<<60 || counted < uint64(h.Events) {
		c.giveUp()
		return
	}
	if c.bins == 0 {
		c.first, c.min, c.max = c.bin(from), from, to
	}
	c.min, c.max = min(c.min, from), max(c.max, to)
	c.reach()
	c.blocks = c.grown(c.blocks)
	c.blocks[c.bin(from)-c.first]++
	lane := h.Lane.Base()
	c.share(censusKey{h.Attempt, lane, -1, censusRows}, from, to, uint64(h.Events))
	for _, z := range h.Zones.Counts {
		if z.Kind < event.KindEntered {
			c.share(censusKey{h.Attempt, lane, int32(z.Operator), z.Kind}, from, to, z.N)
		}
	}
}

func (c *census) giveUp() { *c = census{partial: true} }

// reach makes bins from min to max.
func (c *census) reach() {
	for c.bin(c.max)-c.bin(c.min) >= int64(c.most()) {
		c.widen()
	}
	if first := c.bin(c.min); first < c.first {
		for k, s := range c.series {
			c.series[k] = append(make([]uint64, c.first-first, c.first-first+int64(len(s))), s...)
		}
		c.blocks = append(make([]uint64, c.first-first), c.blocks...)
		c.first = first
	}
	c.bins = int(c.bin(c.max) - c.first + 1)
}

// most is how many bins there may be.
func (c *census) most() int {
	return max(fewBins, min(censusBins, censusCells/max(1, len(c.series))))
}

// widen makes bins twice as wide.
func (c *census) widen() {
	odd := int(c.first & 1)
	halve := func(s []uint64) []uint64 {
		if len(s) == 0 {
			return s
		}
		out := make([]uint64, (len(s)+odd+1)/2)
		for i, n := range s {
			out[(i+odd)/2] += n
		}
		return out
	}
	for k, s := range c.series {
		c.series[k] = halve(s)
	}
	c.blocks = halve(c.blocks)
	c.width *= 2
	c.first >>= 1
}

func (c *census) grown(s []uint64) []uint64 {
	for len(s) < c.bins {
		s = append(s, 0)
	}
	return s
}

// share adds n over [from, to].
func (c *census) share(k censusKey, from, to Wall, n uint64) {
	s, ok := c.series[k]
	if !ok && len(c.series) >= maxCensus {
		c.giveUp()
	}
	if c.partial {
		return
	}
	s = c.grown(s)
	c.series[k] = s
	a, b := c.bin(from), c.bin(to)
	given, span := uint64(0), uint64(to-from)+1
	for i := a; i < b; i++ {
		hi, lo := bits.Mul64(n, uint64(Wall(i+1)*c.width-from))
		upTo, _ := bits.Div64(hi, lo, span) // hi < span, for the bin ends within the block
		s[i-c.first] += upTo - given
		given = upTo
	}
	s[b-c.first] += n - given
}

// spread tells how the bins of the census fall into buckets of a timeline: bin i gives share of it to bucket of[i], and what
// is left of it to the next one.
type binSpread struct {
	from, to int // bins that are in the timeline at all
	of       []int32
	share    []float64
	inside   []float64 // how much of the bin is in the timeline
}

func (c *census) spread(from, to Wall, bucket int64) binSpread {
	s := binSpread{of: make([]int32, c.bins), share: make([]float64, c.bins), inside: make([]float64, c.bins)}
	s.from, s.to = c.bins, 0
	for i := range c.bins {
		begin := max(Wall(c.first+int64(i))*c.width, c.min)
		end := min(Wall(c.first+int64(i)+1)*c.width, c.max+1)
		a, b := max(begin, from), min(end, to)
		if a >= b {
			continue
		}
		s.from, s.to = min(s.from, i), i+1
		s.inside[i] = float64(b-a) / float64(end-begin)
		s.of[i] = int32(int64(a-from) / bucket)
		border := from + Wall(int64(s.of[i])+1)*Wall(bucket)
		s.share[i] = float64(min(border, b)-a) / float64(b-a)
	}
	return s
}

// within sums a series over what the timeline covers.
func (s *binSpread) within(series []uint64) uint64 {
	n := uint64(0)
	for i := s.from; i < min(s.to, len(series)); i++ {
		n += s.part(series[i], i)
	}
	return n
}

// part is how much of n events of a bin are in the timeline.
func (s *binSpread) part(n uint64, bin int) uint64 {
	if s.inside[bin] == 1 {
		return n
	}
	return uint64(float64(n)*s.inside[bin] + 0.5)
}
