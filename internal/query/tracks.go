package query

import (
	"cmp"
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// Tracks counts events per subtask and bucket, with drops by reason and watermarks, from headers where a block lies within
// one bucket. Errors: ErrNotFound, ErrQuery, *AmbiguousError.
func (e *Engine) Tracks(ctx context.Context, rec event.RecordingID, q TimelineQuery) (Tracks, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Tracks{}, err
	}
	defer v.close()
	c := &counting{view: v, tracks: &tracking{drops: make(map[dropTrack]*DropSeries), watermarks: make(map[watermarkTrack]*WatermarkSeries)}}
	if err := c.run(ctx, q); err != nil {
		return Tracks{}, err
	}
	out := Tracks{Timeline: c.out}
	for _, d := range c.tracks.drops {
		out.Drops = append(out.Drops, *d)
	}
	for _, w := range c.tracks.watermarks {
		out.Watermarks = append(out.Watermarks, *w)
	}
	slices.SortFunc(out.Drops, func(a, b DropSeries) int {
		return cmp.Or(cmp.Compare(a.Operator.Name, b.Operator.Name), cmp.Compare(a.Operator.ID, b.Operator.ID),
			cmp.Compare(a.Subtask, b.Subtask), cmp.Compare(a.Reason, b.Reason))
	})
	slices.SortFunc(out.Watermarks, func(a, b WatermarkSeries) int {
		return cmp.Or(cmp.Compare(a.Operator.Name, b.Operator.Name), cmp.Compare(a.Operator.ID, b.Operator.ID),
			cmp.Compare(a.Subtask, b.Subtask), cmp.Compare(a.Input, b.Input))
	})
	return out, nil
}

// tracking is what tracks show beside counts.
type tracking struct {
	drops      map[dropTrack]*DropSeries
	watermarks map[watermarkTrack]*WatermarkSeries
}

type dropTrack struct {
	operator string
	subtask  int
	reason   event.DropReason
}

type watermarkTrack struct {
	operator       string
	subtask, input int
}

// subtask that a series of h's rows is of.
func (c *counting) subtask(h *block.Header) int {
	if a := c.cat.attempts[h.Attempt]; a != nil && c.tracks != nil {
		return a.Subtask
	}
	return -1
}

// through counts what came into operators and what they passed on, which no row tells: by the header, in proportion to the
// time of the block that lies within what is asked for.
func (c *counting) through(h *block.Header, index int) {
	from, to := max(Wall(h.WallMin), c.out.From), min(Wall(h.WallMax), c.out.To-1)
	inside, whole := uint64(to-from)+1, uint64(max(h.WallMax-h.WallMin, 0))+1
	for _, z := range h.Zones.Counts {
		if z.Kind >= event.KindEntered && c.sel.wantsKind(z.Kind) && wantsOperator(h.Lane.Base(), index, z.Operator) {
			n := z.N
			if inside < whole {
				n = uint64(float64(z.N) * float64(inside) / float64(whole))
			}
			spread(n, c.bucket(from), c.bucket(to), func(b int, n uint64) { c.count(h, z.Operator, z.Kind, b, n) })
		}
	}
}

// dropsOf counts by the header.
func (c *counting) dropsOf(h *block.Header, index, first, last int) {
	if !c.sel.wantsKind(event.KindDropped) {
		return
	}
	for _, d := range h.Zones.Drops {
		if c.sel.wantsReason(d.Reason) && wantsOperator(h.Lane.Base(), index, d.Operator) {
			spread(d.N, first, last, func(b int, n uint64) { c.drop(h, d.Operator, d.Reason, b, n) })
		}
	}
}

func (c *counting) drop(h *block.Header, operator int, reason event.DropReason, bucket int, n uint64) {
	op := c.cat.attempts[h.Attempt].at(h.Lane.Base(), operator)
	key := dropTrack{op.ID, c.subtask(h), reason}
	d := c.tracks.drops[key]
	if d == nil {
		d = &DropSeries{Operator: op, Subtask: key.subtask, Reason: reason, Counts: make([]uint64, c.buckets)}
		c.tracks.drops[key] = d
	}
	d.Counts[bucket] += n
}

// watermarks notes the watermarks of a block: its first where it begins, its last where it ends.
func (c *counting) watermarks(h *block.Header) {
	a := c.cat.attempts[h.Attempt]
	if a == nil {
		return
	}
	source := len(a.chain) > 0 && a.def(0) != nil && a.def(0).Kind == "source"
	for _, w := range h.Zones.Watermarks {
		input := w.Input
		if !w.In {
			if !source {
				continue // what it sent follows from what came in
			}
			input = -1
		}
		op := a.at(h.Lane.Base(), 0)
		key := watermarkTrack{op.ID, a.Subtask, input}
		s := c.tracks.watermarks[key]
		if s == nil {
			s = &WatermarkSeries{Operator: op, Subtask: a.Subtask, Input: input, Values: make([]EventTime, c.buckets)}
			for i := range s.Values {
				s.Values[i] = NoEventTime
			}
			c.tracks.watermarks[key] = s
		}
		s.reach(c, Wall(h.WallMin), EventTime(w.First))
		s.reach(c, Wall(h.WallMax), EventTime(w.Last))
	}
}

// reach notes a watermark at a time. Within a bucket the highest is the last: watermarks only rise within an attempt.
func (s *WatermarkSeries) reach(c *counting, at Wall, value EventTime) {
	if at < c.out.From || at >= c.out.To {
		return
	}
	if b := c.bucket(at); s.Values[b] == NoEventTime || value > s.Values[b] {
		s.Values[b] = value
	}
}
