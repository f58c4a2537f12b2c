package export

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// rows turns events into rows of the tables, one event after the other.
type rows struct {
	events     table[EventRow]
	records    table[RecordRow]
	states     table[StateRow]
	timers     table[TimerRow]
	watermarks table[WatermarkRow]
	windows    table[WindowRow]
	edges      table[EdgeRow]
	drops      table[DropRow]
	gaps       table[GapRow]

	number int64 // of the last event
	found  Findings
	masked map[access.Masked]int
}

// all lists the tables in the order of the documentation.
func (r *rows) all() []tabular {
	return []tabular{&r.events, &r.records, &r.states, &r.timers, &r.watermarks, &r.windows, &r.edges, &r.drops, &r.gaps}
}

func place(number int64, e *browse.Event) Place {
	return Place{
		Event: number, Recording: e.Recording.String(), Op: e.Operator.Slug, OpName: e.Operator.Name, Task: e.Task, Subtask: int32(e.Subtask),
		Attempt: int32(e.Attempt), AttemptKey: e.AttemptKey.String(), Invocation: int64(e.Invocation), Time: int64(e.Wall),
	}
}

// add writes the rows of one event.
func (r *rows) add(e *browse.Event) error {
	r.number++
	p := place(r.number, e)
	r.look(e)
	row := eventRow(p, e)
	if err := r.events.add(row, len(row.Text)+lengths(row.Value, row.Body)); err != nil {
		return err
	}
	if err := r.addEdges(p, e); err != nil {
		return err
	}
	switch e.Kind {
	case event.KindRecord, event.KindSourceRecord, event.KindOtherSourceRecord, event.KindSourceRun, event.KindWritten, event.KindWriteFailed:
		row := recordRow(p, e)
		return r.records.add(row, lengths(row.Key, row.Value, row.Headers))
	case event.KindStateRead, event.KindStateWritten, event.KindStateCleared, event.KindStateExpired:
		row := stateRow(p, e)
		return r.states.add(row, lengths(row.Key, row.Before, row.After))
	case event.KindTimerRegistered, event.KindTimerDeleted, event.KindTimerFired, event.KindEventTimer, event.KindProcessingTimer, event.KindProcessingCallback:
		row := timerRow(p, e)
		return r.timers.add(row, lengths(row.Key, row.Namespace))
	case event.KindWatermark, event.KindInternalWatermark, event.KindWatermarkIn, event.KindWatermarkOut, event.KindWatermarkHeld:
		return r.watermarks.add(watermarkRow(p, e), 0)
	case event.KindWindowAssigned, event.KindWindowMerged, event.KindWindowFired, event.KindWindowPurged:
		row := windowRow(p, e)
		return r.windows.add(row, lengths(row.Key, row.Window, row.Into))
	case event.KindDropped:
		row := dropRow(p, e)
		return r.drops.add(row, lengths(row.Key, row.Value))
	}
	return nil
}

// look counts what the manifest says of values.
func (r *rows) look(e *browse.Event) {
	if e.PayloadError != "" {
		r.found.Unread++
	}
	for _, v := range viewsOf(e) {
		if v == nil {
			continue
		}
		if v.Reason != "" {
			r.found.Undecoded++
		}
		for _, m := range v.Masked {
			r.masked[m]++
		}
	}
}

// viewsOf lists the views of e, some of them nil, each once.
func viewsOf(e *browse.Event) []*access.View {
	views := make([]*access.View, 0, 6+len(e.Headers))
	views = append(views, e.View, e.KeyView)
	if a := e.Access; a != nil { // its key is the event's
		views = append(views, a.Namespace, a.MapKey, a.Before, a.After)
	}
	for _, h := range e.Headers {
		views = append(views, h.Value)
	}
	return views
}

func eventRow(p Place, e *browse.Event) EventRow {
	row := EventRow{
		Place: p, Lane: e.Lane.String(), Kind: e.Kind.String(), OperatorIndex: int32(e.Operator.Index), Vertex: e.Vertex, N: int64(e.N),
		Channel: channel(e), Path: e.Path, Text: e.Text, Kafka: kafka(e), PayloadError: unlessEmpty(e.PayloadError),
	}
	if e.Invocation > 0 {
		row.Position = e.Position.String()
	}
	row.EventTime, row.EventTimeMS = instant(e.EventTime)
	if e.Element != nil {
		row.Element = text(e.Element.String())
	}
	if e.Checkpoint > 0 {
		n := int64(e.Checkpoint)
		row.Checkpoint = &n
	}
	switch e.Lane {
	case event.LaneLog, event.LaneEnv:
		row.Value = content(e.View, e.Value)
	}
	if len(e.Body) > 0 {
		if b, err := json.Marshal(e.Body); err == nil { // the masked one: the event's own holds messages
			row.Body = text(string(b))
		}
	}
	return row
}

func recordRow(p Place, e *browse.Event) RecordRow {
	row := RecordRow{
		Place: p, Kind: e.Kind.String(), N: max(1, int64(e.N)), Broadcast: e.Broadcast, Kafka: kafka(e), Key: plain(e.KeyView, e.Key),
		Value: content(e.View, e.Value), Headers: headers(e.Headers),
	}
	row.EventTime, row.EventTimeMS = instant(e.EventTime)
	row.RecordTime, _ = instant(e.SplitTime)
	if e.Element != nil {
		row.Element = text(e.Element.String())
	}
	switch {
	case e.Event.Kafka != nil:
		row.Topic, row.KafkaPartition, row.Offset = text(e.Event.Kafka.Topic), &e.Event.Kafka.Partition, &e.Event.Kafka.Offset
	case e.Split != nil:
		row.Split, row.Offset = text(e.Split.ID), &e.Offset
	}
	if v := e.View; v != nil {
		row.Size, row.ValueReason = int64(v.Size), unlessEmpty(v.Reason)
		if row.ValueType = unlessEmpty(v.Type); e.TypeName != "" {
			row.ValueType = text(e.TypeName)
		}
	}
	if e.Change != nil {
		row.Change = text(e.Change.Kind)
	}
	if t := e.Transaction; t != nil {
		row.Transaction = text(t.ID)
	}
	for _, v := range viewsOf(e) {
		if v == nil {
			continue
		}
		for _, m := range v.Masked {
			row.Masked = append(row.Masked, m.Path)
		}
	}
	return row
}

func stateRow(p Place, e *browse.Event) StateRow {
	row := StateRow{Place: p, Kind: e.Kind.String(), What: int32(e.What)}
	if d := e.State; d != nil {
		row.State, row.StateKind, row.Backend = d.Name, d.Kind, d.Backend
	}
	row.Expires, _ = instant(e.Time)
	if a := e.Access; a != nil {
		row.Key, row.Namespace, row.MapKey = plain(a.Key, e.Key), content(a.Namespace, e.Namespace), plain(a.MapKey, e.MapKey)
		row.Before, row.After = content(a.Before, e.Before), content(a.After, e.Value)
	}
	return row
}

func timerRow(p Place, e *browse.Event) TimerRow {
	row := TimerRow{Place: p, Kind: e.Kind.String(), N: max(1, int64(e.N)), Domain: domain(e)}
	row.Timer, row.TimerMS = instant(e.Time)
	if e.State != nil {
		row.Name = e.State.Name
	}
	if a := e.Access; a != nil {
		row.Key, row.Namespace = plain(a.Key, e.Key), content(a.Namespace, e.Namespace)
	}
	return row
}

// domain says which clock a timer goes by (flags of timers: spec/recording.md, section 4).
func domain(e *browse.Event) string {
	switch {
	case e.Kind == event.KindEventTimer:
		return "event"
	case e.Kind == event.KindProcessingTimer || e.Kind == event.KindProcessingCallback:
		return "processing"
	case e.Flags == 1:
		return "event"
	case e.Flags == 2:
		return "processing"
	}
	return ""
}

func watermarkRow(p Place, e *browse.Event) WatermarkRow {
	row := WatermarkRow{Place: p, Kind: e.Kind.String(), Channel: channel(e)}
	at := e.Time
	if e.Lane == event.LaneOut && e.Time == browse.NoEventTime { // what is sent keeps its time where records do
		at = e.EventTime
	}
	row.Watermark, row.WatermarkMS = instant(at)
	if e.Element != nil {
		row.Element = text(e.Element.String())
	}
	if e.Kind == event.KindWatermarkHeld {
		row.HeldBy = unlessEmpty(e.Event.Text)
	}
	return row
}

func windowRow(p Place, e *browse.Event) WindowRow {
	row := WindowRow{Place: p, Kind: e.Kind.String()}
	row.WindowEnd, row.WindowEndMS = instant(e.Time)
	if a := e.Access; a != nil {
		row.Key, row.Window = plain(a.Key, e.Key), content(a.Namespace, e.Namespace)
		if e.Kind == event.KindWindowMerged {
			row.Into = content(a.After, e.Value)
		}
	}
	return row
}

func dropRow(p Place, e *browse.Event) DropRow {
	row := DropRow{
		Place: p, Reason: e.Reason.String(), Kept: e.Reason.Kept(), Records: 1, Partial: e.Flags&browse.PartialAggregate != 0,
		Cause: unlessEmpty(e.Event.Text), Key: plain(e.KeyView, e.Key), Value: content(e.View, e.Value),
	}
	if e.Reason.Counted() {
		row.Records = max(1, e.Number)
	}
	row.EventTime, _ = instant(e.Time)
	if what := browse.Against(e.Reason); what != "" && e.Number != browse.NoNumber {
		row.Against, _ = instant(browse.EventTime(e.Number))
		row.AgainstWhat = text(what)
	}
	if e.Number2 != browse.NoNumber && e.Reason.Late() {
		row.AllowedMS = &e.Number2
	}
	if late, ok := e.Late(); ok {
		row.LateMS = &late
	}
	if at, ok := browse.RaisedAt(&e.Event); ok {
		row.CauseAt = text(at.String())
	}
	return row
}

func gapRow(recording string, g *browse.Gap) GapRow {
	row := GapRow{
		Recording: recording, Lane: g.Lane.String(), Reason: g.Reason.String(), Text: g.Text, Op: g.Operator.Slug, Task: g.Task,
		Subtask: int32(g.Subtask), Attempt: int32(g.Attempt), AttemptKey: g.AttemptKey.String(), First: int64(g.First), Last: int64(g.Last),
		Events: int64(g.Events), Bytes: int64(g.Bytes), Derived: g.Derived,
	}
	if g.From != 0 {
		from := int64(g.From)
		row.FromTime = &from
	}
	if g.To != 0 {
		to := int64(g.To)
		row.ToTime = &to
	}
	return row
}

// farthest is what engines that count microseconds can hold of a time in milliseconds.
const farthest = 9_000_000_000_000_000

// instant is a time for a column of times, or, where such a column cannot hold it, for the column of numbers beside it.
func instant(t browse.EventTime) (typed, raw *int64) {
	ms := int64(t)
	switch {
	case t == browse.NoEventTime:
		return nil, nil
	case ms > farthest || ms < -farthest:
		return nil, &ms
	}
	return &ms, nil
}

// channel is where the event came in or went out, as the API says it.
func channel(e *browse.Event) string {
	switch {
	case e.Channel != nil:
		return fmt.Sprintf("%s:%d gate %d channel %d", e.Channel.Partition, e.Channel.Subpartition, e.Channel.Gate, e.Channel.Index)
	case e.Broadcast:
		return "broadcast"
	case e.Element != nil:
		return fmt.Sprintf("%s:%d", e.Element.Partition, e.Element.Subpartition)
	}
	return ""
}

func kafka(e *browse.Event) *string {
	if e.Kafka == nil {
		return nil
	}
	return text(e.Kafka.String())
}

// content is the JSON of what v shows of p; nil when there is nothing to show.
func content(v *access.View, p event.Payload) *string {
	if v == nil || p.Null() {
		return nil
	}
	if b := v.JSON(); b != nil {
		return text(string(b))
	}
	return nil
}

// plain is content for keys.
func plain(v *access.View, p event.Payload) *string {
	if v == nil || p.Null() {
		return nil
	}
	return text(v.Plain())
}

func headers(of []browse.HeaderView) *string {
	if len(of) == 0 {
		return nil
	}
	type header struct {
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value"`
	}
	list := make([]header, len(of))
	for i, h := range of {
		list[i] = header{Name: h.Name, Value: json.RawMessage("null")}
		if h.Value != nil {
			if b := h.Value.JSON(); b != nil {
				list[i].Value = b
			}
		}
	}
	b, err := json.Marshal(list)
	if err != nil {
		return nil // JSON made by View.JSON is valid
	}
	return text(string(b))
}

func text(s string) *string { return &s }

func unlessEmpty(s string) *string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	return &s
}

func lengths(of ...*string) (n int) {
	for _, s := range of {
		if s != nil {
			n += len(*s)
		}
	}
	return n
}
