package query

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// maxHeldBlocks bounds how far back the last word about each split of a source is looked for.
const maxHeldBlocks = 256

// splitWatermarks lists the splits that a source had read, with what is recorded of their watermarks: a row says who holds the
// source's watermark and how far that one is (spec/recording.md, section 4.4), so of the others only what they once were is known.
func (v *view) splitWatermarks(ctx context.Context, a *attempt, t instant, senders map[event.Key]*sender, out *TaskWatermark) error {
	read, err := v.splitsRead(ctx, a.key, t)
	if err != nil {
		return err
	}
	held, last, err := v.splitsHeld(ctx, a.key, t)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(held)) {
		if !slices.ContainsFunc(read, func(in WatermarkInput) bool { return in.SplitName == name }) {
			read = append(read, WatermarkInput{SplitName: name, From: ChannelEnd{Subtask: -1, Attempt: -1}, Offset: -1, LastRecord: NoEventTime})
		}
	}
	for _, in := range read {
		in.Watermark, in.State = NoEventTime, InputUnknown
		switch h := held[in.SplitName]; {
		case h == nil:
			in.Note = "it never held the source's watermark, as far as is recorded: its own is not known, and not below that"
		default:
			in.Watermark, in.Since, in.State = EventTime(h.Number), h.Wall, InputActive
			if in.Exact = h == last; in.Exact {
				in.Holds = in.Watermark != EndOfTime
			} else {
				in.Note = "as it was when it held the source's watermark last; now it is not below that"
			}
			if h.Number == int64(NoEventTime) {
				in.Note = "it had none yet"
			}
		}
		out.Inputs = append(out.Inputs, in)
	}
	if last != nil {
		out.Watermark = last.Time
	} else if out.Watermark, err = v.watermarkSent(ctx, a, t, senders); err != nil {
		return err
	}
	if len(held) == 0 && len(read) > 0 {
		n, err := v.untold(ctx, a, t, "which split holds the watermark and how far each has come")
		if err != nil {
			return err
		}
		out.Notes = append(out.Notes, n)
	}
	return nil
}

// splitsRead lists the splits of which records were read before the moment, each with its last record.
func (v *view) splitsRead(ctx context.Context, key event.Key, t instant) ([]WatermarkInput, error) {
	found := make(map[event.DefinitionID]*WatermarkInput)
	see := func(id event.DefinitionID) *WatermarkInput {
		in := found[id]
		if in == nil {
			in = &WatermarkInput{Offset: -1, LastRecord: NoEventTime, From: ChannelEnd{Subtask: -1, Attempt: -1}, Split: v.cat.splits[id]}
			in.SplitName = splitName(in.Split)
			found[id] = in
		}
		return in
	}
	latest := make(map[event.DefinitionID]store.Ref) // the last block behind the moment, for the time of its last record
	for ref := range v.snap.Blocks(store.Filter{Lane: event.LaneSrc, Attempt: key}) {
		h := ref.Header
		if t.ahead(ref) || len(h.Zones.Positions) == 0 {
			continue
		}
		if t.behind(ref) {
			for _, p := range h.Zones.Positions {
				if in := see(p.Split); !p.Sink && p.Last > in.Offset {
					in.Offset = p.Last
					latest[p.Split] = ref
				}
			}
			continue
		}
		if err := v.recordsRead(ctx, ref, t, see); err != nil {
			return nil, err
		}
	}
	for id, ref := range latest {
		if in := see(id); in.LastRecord == NoEventTime {
			if err := v.recordsRead(ctx, ref, t, func(other event.DefinitionID) *WatermarkInput {
				if other == id {
					return in
				}
				return &WatermarkInput{}
			}); err != nil {
				return nil, err
			}
		}
	}
	list := make([]WatermarkInput, 0, len(found))
	for _, in := range found {
		list = append(list, *in)
	}
	slices.SortFunc(list, func(a, b WatermarkInput) int { return strings.Compare(a.SplitName, b.SplitName) })
	return list, nil
}

func (v *view) recordsRead(ctx context.Context, ref store.Ref, t instant, see func(event.DefinitionID) *WatermarkInput) error {
	f, err := v.columns(ctx, ref)
	if err != nil {
		if unreadable(err) {
			return nil
		}
		return err
	}
	for row, k := range f.r.Kind {
		id := at(f.r.Split, row, 0)
		if id == 0 || !t.within(f, row) {
			continue
		}
		in, offset := see(id), at(f.r.Offset, row, 0)
		if k == event.KindSourceRun {
			offset += int64(max(f.r.N[row], 1)) - 1
		}
		if offset < in.Offset {
			continue
		}
		in.Offset = offset
		if in.LastRecord = EventTime(f.r.EventTime[row]); in.LastRecord == NoEventTime && k == event.KindSourceRecord {
			in.LastRecord = timeAt(f.r.SplitTime, row)
		}
	}
	return nil
}

// splitName is how rows of kind 59 name a split.
func splitName(s *event.SplitDef) string {
	switch {
	case s == nil:
		return ""
	case s.ID != "":
		return s.ID
	}
	return fmt.Sprintf("%s-%d", s.Topic, s.Partition)
}

// splitsHeld gives the last row in which each split held the watermark before the moment, and the last of all.
func (v *view) splitsHeld(ctx context.Context, key event.Key, t instant) (held map[string]*Event, last *Event, err error) {
	held = make(map[string]*Event)
	left := maxHeldBlocks
	err = v.backwards(ctx, key, t, func(c block.Count) bool { return c.Kind == event.KindWatermarkHeld }, func(f *frame, row int) bool {
		ev := v.event(f, row, 0, true)
		name, ok := strings.CutPrefix(ev.Text, "split ")
		if ok && held[name] == nil {
			held[name] = &ev
		}
		if ok && last == nil {
			last = &ev
		}
		return true
	}, func() bool { left--; return left > 0 })
	return held, last, err
}
