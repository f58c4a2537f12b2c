package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// InFlight tells what was on its way at a checkpoint, by the counts of both ends of each channel in headers. Errors: ErrNotFound,
// ErrQuery, *AmbiguousError.
func (e *Engine) InFlight(ctx context.Context, rec event.RecordingID, q InFlightQuery) (InFlight, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return InFlight{}, err
	}
	defer v.close()
	t, err := v.when(ctx, q.At)
	if err != nil {
		return InFlight{}, err
	}
	receives := func(*attempt) bool { return true }
	if q.Operator != "" {
		op, err := v.cat.operatorNamed(q.Operator)
		if err != nil {
			return InFlight{}, err
		}
		receives = func(a *attempt) bool { return a != nil && a.indexOf(op.id) >= 0 }
	}
	out := InFlight{Checkpoint: q.Checkpoint, At: t.wall, Proven: true}
	v.model.mu.Lock()
	if c := v.model.log.checkpoints[q.Checkpoint]; c != nil {
		out.State, out.Triggered, out.Completed = c.State, c.Triggered, c.Completed
	}
	v.model.mu.Unlock()
	b := barriers{view: v, id: q.Checkpoint, snapshots: make(map[event.Key]*snapshot)}
	if err := b.collect(ctx); err != nil {
		return out, fmt.Errorf("looking for the barriers of checkpoint %d: %w", q.Checkpoint, err)
	}
	for _, c := range b.channels {
		if receives(v.cat.attempts[c.To.AttemptKey]) {
			out.Channels = append(out.Channels, *c)
		}
	}
	if len(out.Channels) == 0 {
		return out, notFound("checkpoint %d: no barrier of it is recorded", q.Checkpoint)
	}
	if err := b.waiting(ctx, out.Channels, t.wall); err != nil {
		return out, err
	}
	out.sum()
	return out, nil
}

func (f *InFlight) sum() {
	slices.SortFunc(f.Channels, func(a, b InFlightChannel) int {
		return cmp.Or(cmp.Compare(a.From.Task, b.From.Task), cmp.Compare(a.To.Task, b.To.Task), cmp.Compare(a.Edge, b.Edge), cmp.Compare(a.To.Subtask, b.To.Subtask),
			cmp.Compare(a.From.Subtask, b.From.Subtask), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Subpartition, b.Subpartition))
	})
	states := make(map[BarrierState]int)
	for _, c := range f.Channels {
		f.Waiting += c.Waiting.N
		f.Overtaken += c.Overtaken.N
		states[c.State]++
	}
	note := func(s BarrierState, kind NoteKind, format string) {
		if n := states[s]; n > 0 {
			f.Proven = false
			f.Notes = append(f.Notes, Note{Kind: kind, Text: fmt.Sprintf(format, n)})
		}
	}
	note(BarrierNoSender, NoteNotRecorded, "channels of which it is not recorded what the sender had sent: %d")
	note(BarrierOnTheWay, NoteNotRecorded, "channels whose receiver had not taken its snapshot, or its recording has not come: %d")
	note(BarrierRecovering, NoteRecovered, "channels that were still taking in what a checkpoint before had kept, so that their two counts do not compare: %d")
	note(BarrierUnequal, NoteGap, "channels whose two ends counted differently, so that something was not recorded: %d")
}

// barriers collects what is told of one checkpoint.
type barriers struct {
	*view
	id        uint64
	channels  []*InFlightChannel
	at        map[channelID]*InFlightChannel
	snapshots map[event.Key]*snapshot
	sent      map[subpartition]barrierEnd
}

// snapshot is when an attempt took part in the checkpoint.
type snapshot struct {
	wall    Wall // 0 = not known
	arrived map[subpartition]Wall
}

// collect finds both ends of all channels in headers. Ends without a barrier are told as such.
func (b *barriers) collect(ctx context.Context) error {
	b.at, b.sent = make(map[channelID]*InFlightChannel), make(map[subpartition]barrierEnd)
	taken := make(map[channelID]barrierEnd)
	consumer := make(map[subpartition]event.Key) // who reads it by this time, of those that are known to
	for _, lane := range []event.Lane{event.LaneOut, event.LaneDet} {
		for ref := range b.snap.Blocks(store.Filter{Lane: lane}) {
			h := ref.Header
			if h.Lane != lane {
				continue
			}
			for _, z := range h.Zones.Barriers {
				sub := subpartition{z.Partition, z.Subpartition}
				if z.In {
					consumer[sub] = h.Attempt
				}
				if z.Checkpoint != b.id {
					continue
				}
				end := barrierEnd{z.Checkpoint, z.Seq, z.Unaligned, z.Recovering}
				if z.In {
					taken[channelID{sub, h.Attempt}] = end
				} else {
					b.sent[sub] = end
				}
			}
			if lane == event.LaneDet && h.Flags&block.FlagChannelsCollapsed == 0 {
				for _, c := range h.Zones.Channels {
					if sub := (subpartition{c.Partition, c.Subpartition}); c.In {
						consumer[sub] = h.Attempt
					}
				}
			}
		}
	}
	read := make(map[subpartition]bool)
	for id, end := range taken {
		read[id.subpartition] = true
		sent, ok := b.sent[id.subpartition]
		if err := b.add(ctx, id, &sent, &end, ok); err != nil {
			return err
		}
	}
	for sub, sent := range b.sent {
		if !read[sub] {
			if err := b.add(ctx, channelID{sub, consumer[sub]}, &sent, nil, true); err != nil {
				return err
			}
		}
	}
	b.last()
	return nil
}

// add makes the channel of two ends. taken is nil, or sent is not known.
func (b *barriers) add(ctx context.Context, id channelID, sent, taken *barrierEnd, known bool) error {
	c := &InFlightChannel{Partition: id.partition, Subpartition: id.index, From: ChannelEnd{Subtask: -1, Attempt: -1}, To: b.end(id.consumer)}
	if def := b.cat.partitions[id.partition]; def != nil {
		c.Edge = def.Dataset
		if key, err := event.ParseKey(def.Attempt); err == nil {
			c.From = b.end(key)
			s, err := b.snapshot(ctx, key)
			if err != nil {
				return err
			}
			c.SentAt = s.wall
		}
	}
	if known {
		c.Sent = sent.seq
	}
	if taken != nil {
		c.Taken = taken.seq
		s, err := b.snapshot(ctx, id.consumer)
		if err != nil {
			return err
		}
		c.TakenAt, c.Arrived = s.wall, s.arrived[id.subpartition]
	}
	switch {
	case !known:
		c.State = BarrierNoSender
	case taken == nil:
		c.State = BarrierOnTheWay
	case sent.recovering || taken.recovering:
		c.State = BarrierRecovering
	case sent.unaligned || taken.unaligned:
		c.State, c.Overtaken = BarrierUnaligned, stretchTo(c.Taken, c.Sent)
		if c.Taken > c.Sent {
			c.State = BarrierUnequal
		}
	case sent.seq != taken.seq:
		c.State = BarrierUnequal
	default:
		c.State = BarrierAligned
		if c.Arrived > 0 && c.TakenAt >= c.Arrived {
			c.Waited, c.HasWait = c.TakenAt.Time().Sub(c.Arrived.Time()), true
		}
	}
	b.at[id] = c
	b.channels = append(b.channels, c)
	return nil
}

// last marks of each receiver the channel whose barrier came last, where one came later than all others.
func (b *barriers) last() {
	latest, before := make(map[event.Key]*InFlightChannel), make(map[event.Key]Wall)
	for id, c := range b.at {
		switch old := latest[id.consumer]; {
		case c.Arrived == 0:
		case old == nil:
			latest[id.consumer] = c
		case c.Arrived > old.Arrived:
			latest[id.consumer], before[id.consumer] = c, old.Arrived
		default:
			before[id.consumer] = max(before[id.consumer], c.Arrived)
		}
	}
	for key, c := range latest {
		c.LastCame = before[key] > 0 && c.Arrived > before[key]
	}
}

// snapshot finds when an attempt took its snapshot, and when the barriers came to it. A block closes at its checkpoint, and its
// header names the one that opened it: the rows are in the interval before the checkpoint, those of barriers that come later behind.
func (b *barriers) snapshot(ctx context.Context, key event.Key) (*snapshot, error) {
	if s := b.snapshots[key]; s != nil {
		return s, nil
	}
	s := &snapshot{arrived: make(map[subpartition]Wall)}
	b.snapshots[key] = s
	wanted := func(k event.Kind) bool { return k == event.KindCheckpoint || k == event.KindBarrierIn }
	refs := slices.Collect(b.snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: key}))
	interval := uint64(0) // that the snapshot ended
	for _, ref := range slices.Backward(refs) {
		h := ref.Header
		if s.wall != 0 && h.Checkpoint < interval {
			break
		}
		if h.Lane != event.LaneDet || h.Checkpoint > b.id || !holds(h, wanted) {
			continue
		}
		f, err := b.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return s, err
		}
		for row, k := range f.r.Kind {
			if !wanted(k) || at(f.r.Checkpoint, row, 0) != b.id {
				continue
			}
			if k == event.KindCheckpoint {
				s.wall, interval = f.wall(row), h.Checkpoint
			} else if c, ok := f.channel(row); ok {
				s.arrived[subpartition{c.Partition, c.Subpartition}] = f.wall(row)
			}
		}
	}
	return s, nil
}

// waiting counts what was sent before the senders' barriers and not taken in at a time, 0 = when the sender took its snapshot.
func (b *barriers) waiting(ctx context.Context, channels []InFlightChannel, wall Wall) error {
	until := make(map[event.Key]map[subpartition]Wall) // by receiver
	for _, c := range channels {
		t := cmp.Or(wall, c.SentAt)
		if t == 0 || c.State == BarrierNoSender || c.State == BarrierRecovering || c.To.AttemptKey == 0 {
			continue
		}
		if until[c.To.AttemptKey] == nil {
			until[c.To.AttemptKey] = make(map[subpartition]Wall)
		}
		until[c.To.AttemptKey][subpartition{c.Partition, c.Subpartition}] = t
	}
	for key, times := range until {
		taken, err := b.takenBy(ctx, key, times)
		if err != nil {
			return err
		}
		for i := range channels {
			c := &channels[i]
			sub := subpartition{c.Partition, c.Subpartition}
			if _, asked := times[sub]; asked && c.To.AttemptKey == key {
				c.Waiting = stretchTo(taken[sub], c.Sent)
			}
		}
	}
	return nil
}

// takenBy counts what an attempt had taken in of each channel by a time of its own. Runs count as a whole, as in reached.
func (v *view) takenBy(ctx context.Context, key event.Key, times map[subpartition]Wall) (map[subpartition]uint64, error) {
	taken := make(map[subpartition]uint64)
	for ref := range v.snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: key}) {
		h := ref.Header
		if h.Lane != event.LaneDet {
			continue
		}
		collapsed := h.Flags&block.FlagChannelsCollapsed != 0
		decode := collapsed
		for _, c := range h.Zones.Channels {
			sub := subpartition{c.Partition, c.Subpartition}
			t, asked := times[sub]
			switch {
			case !c.In || !asked || c.Count == 0 || collapsed:
			case Wall(h.WallMax) <= t:
				taken[sub] = max(taken[sub], c.Last+1)
			case Wall(h.WallMin) <= t:
				decode = true
			}
		}
		if !decode {
			continue
		}
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return nil, err
		}
		for row := range f.r.Kind {
			e, _, ok := f.element(row)
			sub := subpartition{e.Partition, e.Subpartition}
			if t, asked := times[sub]; ok && asked && f.wall(row) <= t {
				taken[sub] = max(taken[sub], e.Seq+uint64(max(f.r.N[row], 1)))
			}
		}
	}
	return taken, nil
}
