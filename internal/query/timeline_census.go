package query

import (
	"github.com/sightglass/sightglass/internal/event"
)

// Beyond so many blocks a timeline is made from the census, when its buckets are at least so many bins wide: what is across
// borders is then a small part, and to place it exactly would cost a decoded block for each piece.
const (
	manyTimelineBlocks = 2048
	binsInBucket       = 4
)

// byCensus makes the timeline from the census; false when that cannot tell what is asked for, or the blocks are few.
func (c *counting) byCensus(many uint64) bool {
	if len(c.sel.reasons) > 0 || c.tracks != nil {
		return false
	}
	m := c.model
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.census
	if n.partial || n.bins == 0 || c.out.BucketUS < binsInBucket*int64(n.width) || m.mark != c.snap.Mark() {
		return false
	}
	spread := n.spread(c.out.From, c.out.To, c.out.BucketUS)
	if spread.within(n.blocks) <= many {
		return false
	}
	type place struct {
		attempt event.Key
		lane    event.Lane
	}
	counted, wanted := make(map[place]uint64), make(map[place]uint64)
	for k, series := range n.series {
		index, ok := c.sel.attempt(k.attempt)
		if !ok || k.kind == censusRows || !c.sel.wantsLane(k.lane) {
			continue
		}
		at, sum := place{k.attempt, k.lane}, spread.within(series)
		counted[at] += sum
		if sum == 0 || !c.sel.wantsKind(k.kind) || !wantsOperator(k.lane, index, int(k.operator)) {
			continue
		}
		wanted[at] += sum
		counts := c.seriesOf(k.attempt, k.lane, int(k.operator), -1, k.kind).Counts
		for i := spread.from; i < min(spread.to, len(series)); i++ {
			if series[i] == 0 {
				continue
			}
			all := spread.part(series[i], i)
			here := all
			if spread.share[i] < 1 {
				here = uint64(float64(all)*spread.share[i] + 0.5)
			}
			counts[spread.of[i]] += here
			if here < all {
				counts[spread.of[i]+1] += all - here
			}
		}
	}
	for at, w := range wanted {
		rows := spread.within(n.series[censusKey{at.attempt, at.lane, -1, censusRows}])
		switch all := counted[at]; {
		case w == all:
			c.out.Rows += rows
		case at.lane != event.LaneDet:
			c.out.Rows += w
		default: // runs count their invocations
			c.out.Rows += uint64(float64(rows) * float64(w) / float64(all))
		}
	}
	c.out.Approximate = true
	return true
}
