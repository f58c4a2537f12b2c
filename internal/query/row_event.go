package query

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// runs tells whether rows of kind k stand for invocations.
func runs(k event.Kind) bool { return k >= event.KindElements && k <= event.KindRecovered }

// rowEvent makes the event of a row that a merge gave out, reading the block's payloads when they are wanted first.
func (v *view) rowEvent(ctx context.Context, b *openBlock, k rowKey, narrow, payload bool) (Event, error) {
	if k.row == unreadableRow {
		ev, err := v.unreadable(b.ref, b.err)
		ev.Cursor = k.cursor()
		return ev, err
	}
	ev := v.event(b.f, int(k.row), k.sub, narrow)
	ev.Cursor = k.cursor()
	if !payload {
		return ev, nil
	}
	return ev, v.fillPayload(ctx, b, k, &ev)
}

// fillPayload gives ev, the event of row k, its payload. What cannot be read is told in the event.
func (v *view) fillPayload(ctx context.Context, b *openBlock, k rowKey, ev *Event) error {
	if b.payload == nil {
		var err error
		b.payload, err = v.engine.frames.payload(ctx, v.snap, b.ref)
		switch {
		case err != nil && !unreadable(err):
			return fmt.Errorf("reading payloads: %w", err)
		case err != nil:
			ev.PayloadError = err.Error()
			return nil
		}
	}
	ev.fill(b.payload, int(k.row))
	return nil
}

// eventAt makes the event of one row outside of a scan.
func (v *view) eventAt(ctx context.Context, ref store.Ref, f *frame, row int, sub uint64, narrow, payload bool) (Event, error) {
	k := f.key(row)
	k.sub = sub
	return v.rowEvent(ctx, &openBlock{ref: ref, f: f}, k, narrow, payload)
}

// event resolves what the row refers to. sub is the invocation within the row's run; narrow makes the event stand for that one
// alone.
func (v *view) event(f *frame, row int, sub uint64, narrow bool) Event {
	r, h := f.r, f.h
	ev := Event{
		Recording: v.id, Lane: h.Lane.Base(), Kind: r.Kind[row], Subtask: -1, Attempt: -1, AttemptKey: h.Attempt, N: r.N[row],
		Wall: f.wall(row), EventTime: EventTime(r.EventTime[row]), SplitTime: NoEventTime, Time: NoEventTime,
		Ordinal: at(r.Ordinal, row, 0), Emitted: at(r.Emitted, row, 0), Checkpoint: at(r.Checkpoint, row, 0),
		What: at(r.What, row, 0), Number: at(r.Number, row, 0), Number2: at(r.Number2, row, 0), Reason: at(r.Reason, row, 0),
		State: v.cat.states[at(r.State, row, 0)], Flags: at(r.Flags, row, 0), Text: v.engine.texts.text(at(r.Text, row, 0)), Body: at(r.Body, row, nil),
	}
	if r.Inv[row] != 0 {
		ev.Invocation = r.Inv[row] + sub
	}
	if narrow {
		ev.N = 1
	}
	if ev.Kind == event.KindSourceRun {
		ev.Offset = int64(sub)
	}
	v.place(&ev, int(r.Operator[row]))
	if route := v.engine.texts.route(f.path(row)); route != nil {
		ev.Path = route.text
	}
	if e, broadcast, ok := f.element(row); ok {
		e.Seq += sub
		ev.Element, ev.Broadcast, ev.Serializer = &e, broadcast, v.cat.serializer(e.Partition)
		if h.Lane == event.LaneOut {
			ev.Fields = v.cat.fields(h.Attempt, ev.Operator.Index, ev.Serializer)
		}
	}
	if h.Lane == event.LaneOut || h.Lane == event.LaneTrace || h.Lane == event.LaneState {
		ev.KeyFields = v.cat.keyFields(h.Attempt, ev.Operator.Index)
	}
	if c, ok := f.channel(row); ok && h.Lane == event.LaneDet && (runs(ev.Kind) && ev.Element != nil || !runs(ev.Kind) || ev.Kind == event.KindRecovered) {
		ev.Channel = &Channel{c.Partition, c.Subpartition, c.Gate, c.Index}
	}
	switch ev.Kind {
	case event.KindEventTimer, event.KindProcessingTimer, event.KindProcessingCallback, event.KindWatermarkIn:
		ev.Time = timeAt(r.Time, row)
	case event.KindSourceRecord, event.KindOtherSourceRecord, event.KindSourceRun, event.KindWritten, event.KindWriteFailed:
		v.placeSplit(&ev, f, row)
	default:
		if h.Lane == event.LaneTrace || h.Lane == event.LaneState || h.Lane == event.LaneEnv {
			ev.Time = timeAt(r.Time, row)
		}
	}
	ev.Transaction = transactionOf(&ev)
	return ev
}

// place says whose event it is.
func (v *view) place(ev *Event, operator int) {
	a := v.cat.attempts[ev.AttemptKey]
	ev.Operator = a.at(ev.Lane, operator)
	if a != nil {
		ev.Vertex, ev.Task, ev.Subtask, ev.Attempt = a.Vertex, a.Task, a.Subtask, a.Attempt
	}
	if ev.Invocation == 0 {
		return
	}
	ev.Position = Position{Invocation: ev.Invocation, Key: ev.AttemptKey}
	if a != nil {
		ev.Position.Operator = a.operator(max(operator, 0)).Slug
		ev.Position.Subtask, ev.Position.Attempt = a.Subtask, a.Attempt
	}
}

func (v *view) placeSplit(ev *Event, f *frame, row int) {
	ev.SplitTime = timeAt(f.r.SplitTime, row)
	id := at(f.r.Split, row, 0)
	if id == 0 {
		return
	}
	ev.Offset += at(f.r.Offset, row, 0) // of a run, the invocation's place in it is there already
	ev.Split = v.cat.splits[id]
	if ev.Split != nil && ev.Split.Topic != "" && ev.Offset >= 0 {
		ev.Kafka = &event.KafkaPosition{Topic: ev.Split.Topic, Partition: ev.Split.Partition, Offset: ev.Offset}
	}
}

// fill takes the row's payloads.
func (ev *Event) fill(f *frame, row int) {
	ev.HasPayload = true
	ev.Value = at(f.r.Value, row, event.Payload{})
	ev.Key = at(f.r.Key, row, event.Payload{})
	ev.Headers = at(f.r.Headers, row, event.Payload{})
	ev.Namespace = at(f.r.Namespace, row, event.Payload{})
	ev.MapKey = at(f.r.MapKey, row, event.Payload{})
	ev.Before = at(f.r.Before, row, event.Payload{})
	ev.FullLength = at(f.r.FullLength, row, 0)
	ev.Hash = at(f.r.Hash, row, 0)
}

// unreadable makes the event that stands for a block that cannot be decoded.
func (v *view) unreadable(ref store.Ref, cause error) (Event, error) {
	h := ref.Header
	body, err := json.Marshal(event.GapBody{
		Lane: h.Lane, Reason: event.GapChecksum, First: h.FirstInv, Last: h.LastInv, Events: uint64(h.Events), Bytes: uint64(h.Size),
		FromUS: h.WallMin, ToUS: h.WallMax, Text: fmt.Sprintf("block %d of lane %s cannot be read: %v", h.Number, h.Lane, cause),
	})
	if err != nil {
		return Event{}, fmt.Errorf("describing block %d: %w", h.Number, err)
	}
	ev := Event{
		Recording: v.id, Lane: event.LaneGap, Kind: event.KindGap, Subtask: -1, Attempt: -1, AttemptKey: h.Attempt, N: 1,
		Invocation: h.FirstInv, Wall: Wall(h.WallMin), EventTime: NoEventTime, SplitTime: NoEventTime, Time: NoEventTime, Body: body,
	}
	v.place(&ev, -1)
	return ev, nil
}
