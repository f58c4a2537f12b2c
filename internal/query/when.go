package query

import (
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// When is a moment that a question is about: a wall clock, an invocation, or a record, which means the invocation that took it
// in. The zero value is the end of what is recorded.
type When struct {
	Wall   Wall
	Record string // a position, an element or a Kafka position; goes before Wall
}

// instant is a When as one recording has it. Of the attempt at the moment is the beginning of inv, of all others the wall clock.
type instant struct {
	wall    Wall // 0 = the end
	attempt event.Key
	inv     uint64 // 0 = by wall
}

// when finds the moment. Errors: ErrNotFound, ErrQuery, *AmbiguousError.
func (v *view) when(ctx context.Context, w When) (instant, error) {
	if w.Record == "" {
		return instant{wall: w.Wall}, nil
	}
	of, err := v.takenIn(ctx, w.Record)
	if err != nil {
		return instant{}, err
	}
	at := instant{attempt: of.Attempt, inv: of.Invocation}
	s, ok, err := v.anyRow(ctx, of.Attempt, of.Invocation)
	if ok {
		at.wall = s.f.wall(s.row)
	}
	return at, err
}

// takenIn finds the invocation that a text names: a position, or the record that it took in.
func (v *view) takenIn(ctx context.Context, text string) (of InvocationOf, err error) {
	if e, err := event.ParseElement(text); err == nil {
		for _, ref := range v.snap.Element(e, true) {
			f, err := v.columns(ctx, ref)
			if err != nil {
				if unreadable(err) {
					continue
				}
				return of, err
			}
			if row, offset, ok := f.consumed(e); ok {
				return InvocationOf{f.h.Attempt, f.r.Inv[row] + offset}, nil
			}
		}
		return of, notFound("nobody took the element %s in, as far as is recorded", e)
	}
	if k, err := event.ParseKafkaPosition(text); err == nil {
		return v.readKafka(ctx, k)
	}
	p, err := ParsePosition(text)
	if err != nil {
		return of, badQuery("%q is neither a time, nor a position, nor an element, nor a Kafka position", text)
	}
	key, _, err := v.locate(p)
	return InvocationOf{key, p.Invocation}, err
}

// readKafka finds the invocation that read the record at pos.
func (v *view) readKafka(ctx context.Context, pos event.KafkaPosition) (of InvocationOf, err error) {
	v.model.mu.Lock()
	uses := v.places()[place{pos.Topic, pos.Partition}]
	v.model.mu.Unlock()
	for _, u := range uses {
		if u.sink || pos.Offset < u.first || pos.Offset > u.last {
			continue
		}
		for _, ref := range v.snap.Position(u.split, pos.Offset, false) {
			f, err := v.columns(ctx, ref)
			if err != nil {
				if unreadable(err) {
					continue
				}
				return of, err
			}
			for row := range f.rows() {
				first := at(f.r.Offset, row, 0)
				n := int64(1)
				if f.r.Kind[row] == event.KindSourceRun {
					n = int64(max(f.r.N[row], 1))
				}
				if at(f.r.Split, row, 0) == u.split && first <= pos.Offset && pos.Offset-first < n {
					return InvocationOf{f.h.Attempt, f.r.Inv[row] + uint64(pos.Offset-first)}, nil
				}
			}
		}
	}
	return of, notFound("nobody read the record %s in recording %s", pos, v.id)
}

// attemptsAt picks of each subtask that runs the operator the attempt that was the newest at the moment.
func (v *view) attemptsAt(operatorID string, subtask *int, t instant) []*attempt {
	v.model.mu.Lock()
	defer v.model.mu.Unlock()
	seen := func(a *attempt) Wall {
		if t := v.model.tallies[a.key]; t != nil {
			return t.firstSeen
		}
		return 0
	}
	at := make(map[int]*attempt)
	for _, a := range v.cat.attempts {
		began := seen(a)
		if a.indexOf(operatorID) < 0 || subtask != nil && a.Subtask != *subtask || began == 0 || t.wall != 0 && began > t.wall {
			continue
		}
		if old := at[a.Subtask]; a.key == t.attempt || old == nil || old.key != t.attempt && (began > seen(old) || began == seen(old) && a.Attempt > old.Attempt) {
			at[a.Subtask] = a
		}
	}
	list := make([]*attempt, 0, len(at))
	for _, a := range at {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *attempt) int { return a.Subtask - b.Subtask })
	return list
}

// reach is how far an attempt had come at a moment.
type reach struct {
	consumed map[subpartition]taken // of each channel that it took any from
	channels map[subpartition]bool  // all that it has, as far as they are told at any time
	last     uint64                 // invocation that counted last, 0 = none
	wall     Wall                   // clock of its row
	hole     uint64                 // 1 + the number of the last block on the way that is missing or cannot be read
}

// taken is how many elements of a channel were taken in, and the number of the block that says so.
type taken struct{ elements, block uint64 }

// surely tells whether nothing is missing since the channel's last element: with a hole behind it there may have been more.
func (r *reach) surely(s subpartition) bool {
	return r.hole == 0 || r.consumed[s].elements > 0 && r.consumed[s].block >= r.hole
}

// within tells whether a row is before the moment.
func (t instant) within(f *frame, row int) bool {
	if t.inv != 0 && f.h.Attempt == t.attempt {
		return f.r.Inv[row] < t.inv
	}
	return t.wall == 0 || f.wall(row) <= t.wall
}

// behind tells by its header whether all rows of a block are before the moment, and ahead whether none is.
func (t instant) behind(ref store.Ref) bool {
	h := ref.Header
	if t.inv != 0 && h.Attempt == t.attempt {
		return h.LastInv < t.inv
	}
	return t.wall == 0 || Wall(h.WallMax) <= t.wall
}

func (t instant) ahead(ref store.Ref) bool {
	h := ref.Header
	if t.inv != 0 && h.Attempt == t.attempt {
		return h.FirstInv >= t.inv
	}
	return t.wall != 0 && Wall(h.WallMin) > t.wall
}

// reached counts by headers what the attempt took in before the moment, and decodes the blocks that the moment lies in. A run
// of invocations has one clock, that of its beginning, so by wall clock it counts as a whole.
func (v *view) reached(ctx context.Context, key event.Key, t instant) (reach, error) {
	r := reach{consumed: make(map[subpartition]taken), channels: make(map[subpartition]bool)}
	next, passed := uint64(0), false // passed: blocks behind the moment were met; what is missing among them does not matter
	for ref := range v.snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: key}) {
		h := ref.Header
		r.sees(h)
		if h.Lane != event.LaneDet || h.Flags&block.FlagServer != 0 {
			continue
		}
		if h.Number > next && !passed {
			r.hole = h.Number
		}
		next = h.Number + 1
		if t.ahead(ref) {
			passed = true
			continue
		}
		if t.behind(ref) && h.Flags&block.FlagChannelsCollapsed == 0 {
			for _, c := range h.Zones.Channels {
				if c.In && c.Count > 0 {
					r.upTo(subpartition{c.Partition, c.Subpartition}, taken{c.Last + 1, h.Number})
				}
			}
			if h.LastInv > r.last {
				r.last, r.wall = h.LastInv, Wall(h.WallMax)
			}
			continue
		}
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				r.hole = h.Number + 1
				continue
			}
			return r, err
		}
		r.rows(f, t)
	}
	return r, nil
}

// sees takes the channels that a header names: every one is named at every barrier, those that bring nothing too.
func (r *reach) sees(h *block.Header) {
	for _, b := range h.Zones.Barriers {
		if b.In {
			r.channels[subpartition{b.Partition, b.Subpartition}] = true
		}
	}
	if h.Flags&block.FlagChannelsCollapsed != 0 {
		return
	}
	for _, c := range h.Zones.Channels {
		if c.In {
			r.channels[subpartition{c.Partition, c.Subpartition}] = true
		}
	}
}

func (r *reach) upTo(s subpartition, t taken) {
	if old, ok := r.consumed[s]; !ok || t.elements >= old.elements {
		r.consumed[s] = t
	}
}

// rows counts those of a block that the moment lies in. Of a run the invocations before the moment count.
func (r *reach) rows(f *frame, t instant) {
	for row, k := range f.r.Kind {
		if !runs(k) || !t.within(f, row) {
			continue
		}
		first, n := f.r.Inv[row], uint64(max(f.r.N[row], 1))
		if t.inv != 0 && f.h.Attempt == t.attempt {
			n = min(n, t.inv-first)
		}
		if last := first + n - 1; last > r.last {
			r.last, r.wall = last, f.wall(row)
		}
		if e, _, ok := f.element(row); ok {
			r.upTo(subpartition{e.Partition, e.Subpartition}, taken{e.Seq + n, f.h.Number})
		}
	}
}
