package query

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// Watermarks tells for each subtask of an operator what its inputs had for watermarks at a moment, and which of them holds its
// event time back. The watermark of a channel is the last one that its sender sent among the elements that were taken in, so it
// is known at every level. Errors: ErrNotFound, ErrQuery, *AmbiguousError.
func (e *Engine) Watermarks(ctx context.Context, rec event.RecordingID, q WatermarkQuery) (Watermarks, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Watermarks{}, err
	}
	defer v.close()
	t, err := v.when(ctx, q.At)
	if err != nil {
		return Watermarks{}, err
	}
	id, subtask, err := v.subject(q, t)
	if err != nil {
		return Watermarks{}, err
	}
	out := Watermarks{Operator: OperatorRef{Index: -1}, At: t.wall}
	senders := make(map[event.Key]*sender)
	for _, a := range v.attemptsAt(id, subtask, t) {
		out.Operator = a.operator(a.indexOf(id))
		task, err := v.taskWatermark(ctx, a, t, senders, q.Idle)
		if err != nil {
			return Watermarks{}, fmt.Errorf("watermarks of %s: %w", a.Task, err)
		}
		out.Tasks = append(out.Tasks, task)
	}
	if len(out.Tasks) == 0 {
		return Watermarks{}, notFound("at that time no subtask of operator %q is recorded", cmp.Or(q.Operator, id))
	}
	return out, nil
}

// subject is the operator that the question is about, and the subtask. Without either it is that of the moment's task.
func (v *view) subject(q WatermarkQuery, t instant) (id string, subtask *int, err error) {
	if q.Operator != "" {
		op, err := v.cat.operatorNamed(q.Operator)
		if err != nil {
			return "", nil, err
		}
		return op.id, q.Subtask, nil
	}
	a := v.cat.attempts[t.attempt]
	if a == nil || len(a.chain) == 0 || a.chain[0].Index < 0 {
		return "", nil, badQuery("name an operator, or a position or a record of a task that is known")
	}
	return a.chain[0].ID, &a.Subtask, nil
}

func (v *view) taskWatermark(ctx context.Context, a *attempt, t instant, senders map[event.Key]*sender, idle func(*Event) (bool, bool)) (TaskWatermark, error) {
	out := TaskWatermark{Task: a.Task, Vertex: a.Vertex, Subtask: a.Subtask, Attempt: a.Attempt, AttemptKey: a.key, Watermark: NoEventTime}
	r, err := v.reached(ctx, a.key, t)
	if err != nil {
		return out, err
	}
	out.Wall = r.wall
	if r.last > 0 {
		p := v.positionAt(a.key, 0, r.last)
		out.Position = &p
	}
	channels := slices.SortedFunc(maps.Keys(r.channels), func(a, b subpartition) int {
		return cmp.Or(cmp.Compare(a.partition, b.partition), cmp.Compare(a.index, b.index))
	})
	for _, c := range channels {
		in, err := v.channelWatermark(ctx, c, &r, senders, idle)
		if err != nil {
			return out, err
		}
		out.Inputs = append(out.Inputs, in)
	}
	slices.SortStableFunc(out.Inputs, func(a, b WatermarkInput) int {
		return cmp.Or(cmp.Compare(a.From.Task, b.From.Task), cmp.Compare(a.From.Subtask, b.From.Subtask))
	})
	if len(channels) == 0 {
		if err := v.splitWatermarks(ctx, a, t, senders, &out); err != nil {
			return out, err
		}
	} else {
		told := NoEventTime
		if def := a.def(0); def == nil || len(def.In) < 2 { // with more the rows do not say which input they are of
			if told, err = v.watermarkBefore(ctx, a.key, r.last+1); err != nil {
				return out, err
			}
		}
		out.combine(told)
	}
	return out, v.passed(ctx, a, t, &out)
}

// combine finds the least of the inputs that count, as Flink's valve does. told is what the task said that it had come to.
func (t *TaskWatermark) combine(told EventTime) {
	low, high, holder, known := EndOfTime, NoEventTime, -1, true
	for i := range t.Inputs {
		in := &t.Inputs[i]
		if in.State == InputActive && in.Watermark < told {
			in.State = InputUnaligned
		}
		known = known && in.State != InputUnknown
		high = max(high, in.Watermark)
		if in.State != InputActive && in.State != InputEnded && in.State != InputUnknown {
			continue
		}
		if holder < 0 || in.Watermark < low {
			low, holder = in.Watermark, i
		}
	}
	switch {
	case holder >= 0:
		t.Watermark = low
		t.Inputs[holder].Holds = low != EndOfTime
	case len(t.Inputs) > 0: // all idle: the last active one gave all out that there was
		t.Watermark, t.Idle = max(told, high), true
	}
	if !known {
		t.Notes = append(t.Notes, Note{Kind: NoteNotRecorded, Text: "which inputs are idle is not known, so each of them counts"})
	}
}

// channelWatermark is what the elements of a channel that were taken in came to.
func (v *view) channelWatermark(ctx context.Context, c subpartition, r *reach, senders map[event.Key]*sender, idle func(*Event) (bool, bool)) (WatermarkInput, error) {
	in := WatermarkInput{
		Partition: c.partition, Subpartition: c.index, From: ChannelEnd{Subtask: -1, Attempt: -1}, Offset: -1, LastRecord: NoEventTime,
		Watermark: NoEventTime, State: InputActive, Taken: r.consumed[c].elements, Exact: true,
	}
	def := v.cat.partitions[c.partition]
	if def == nil {
		in.State, in.Exact, in.Note = InputUnknown, false, "nothing of its sender is recorded"
		return in, nil
	}
	in.Edge = def.Dataset
	key, err := event.ParseKey(def.Attempt)
	if err != nil {
		in.State, in.Exact, in.Note = InputUnknown, false, "its sender is not known"
		return in, nil
	}
	in.From = v.end(key)
	s := v.sender(senders, key)
	w, err := s.last(ctx, v, c, in.Taken, isWatermark)
	if err != nil {
		return in, err
	}
	if w.found != nil {
		ev := w.found
		in.Watermark, in.Since = ev.EventTime, ev.Wall
		in.Element = &event.Element{Partition: c.partition, Subpartition: c.index, Seq: w.seq}
	}
	status, err := s.last(ctx, v, c, in.Taken, isStatus)
	if err != nil {
		return in, err
	}
	switch {
	case in.Watermark == EndOfTime:
		in.State = InputEnded
	case status.found != nil && idle == nil:
		in.State = InputUnknown
	case status.found != nil:
		switch is, known := idle(status.found); {
		case !known:
			in.State = InputUnknown
		case is:
			in.State = InputIdle
		}
	case status.hole:
		in.State = InputUnknown
	}
	switch {
	case !r.surely(c):
		in.Exact, in.Note = false, "what the task took in last is not recorded: there may have been a later one"
	case w.hole:
		in.Exact, in.Note = false, v.lost(key, event.LaneOut, 0, "what its sender sent is not all recorded: there may have been a later one").Text
	}
	return in, nil
}

func isWatermark(k event.Kind) bool {
	return k == event.KindWatermark || k == event.KindInternalWatermark
}

func isStatus(k event.Kind) bool { return k == event.KindStatus }
