package browse

import (
	"errors"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// Field is a name that filters may use. Documentation and completion are made from it.
type Field struct {
	Name    string
	Doc     string
	Members []Field // of a map with fixed members

	kind    *cel.Type
	payload bool // needs the event's views
	get     func(e *Event) any
}

// Type is the field's type in words of CEL.
func (f *Field) Type() string { return f.kind.String() }

// errAbsent is what a field has on an event that does not have it: a comparison with it selects nothing.
var errAbsent = errors.New("the event does not have it")

// fields are the names that filters may use, in the order in which people meet them.
var fields = []Field{
	{Name: "kind", Doc: "kind of event, as record, source-record, written, dropped (spec/recording.md, with dashes)", kind: cel.StringType,
		get: func(e *Event) any { return e.Kind.String() }},
	{Name: "op", Doc: "slug of the operator; empty when it belongs to none", kind: cel.StringType, get: func(e *Event) any { return e.Operator.Slug }},
	{Name: "op_name", Doc: "name of the operator", kind: cel.StringType, get: func(e *Event) any { return e.Operator.Name }},
	{Name: "value", Doc: "decoded value, as you may see it", kind: cel.DynType, payload: true, get: valueOf},
	{Name: "key", Doc: "decoded key, as you may see it", kind: cel.DynType, payload: true, get: keyOf},
	{Name: "headers", Doc: "headers of a Kafka record by name; of several with one name the last", kind: cel.MapType(cel.StringType, cel.DynType), payload: true, get: headersOf},
	{Name: "text", Doc: "everything of key, value and the one line as text, for text.contains(…)", kind: cel.StringType, payload: true, get: textOf},
	{Name: "time", Doc: "when it happened, by the clock of the machine", kind: cel.TimestampType, get: func(e *Event) any { return e.Wall.Time() }},
	{Name: "event_time", Doc: "event time of the record", kind: cel.TimestampType, get: func(e *Event) any { return timeOf(e.EventTime) }},
	{Name: "et", Doc: "short for event_time", kind: cel.TimestampType, get: func(e *Event) any { return timeOf(e.EventTime) }},
	{Name: "lag", Doc: "time minus event_time", kind: cel.DurationType, get: lagOf},
	{Name: "timer", Doc: "timestamp of a timer or a watermark, end of a window", kind: cel.TimestampType, get: func(e *Event) any { return timeOf(e.Time) }},
	{Name: "late", Doc: "a record that was dropped as late", kind: cel.BoolType, get: func(e *Event) any { return lateDrop(e) }},
	{Name: "late_ms", Doc: "by how many milliseconds a dropped record came too late", kind: cel.IntType, get: lateBy},
	{Name: "reason", Doc: "why a record was dropped; empty for anything else", kind: cel.StringType, get: func(e *Event) any { return dropName(e) }},
	{Name: "drop", Doc: "of a dropped record", kind: cel.MapType(cel.StringType, cel.DynType), get: dropOf, Members: []Field{
		{Name: "reason", Doc: "why it was dropped", kind: cel.StringType},
		{Name: "number", Doc: "first number of the reason (spec/recording.md, section 4.1)", kind: cel.IntType},
		{Name: "number2", Doc: "second number of the reason", kind: cel.IntType},
	}},
	{Name: "state", Doc: "keyed state, timer or window that the event is about", kind: cel.MapType(cel.StringType, cel.DynType), get: stateOf, Members: []Field{
		{Name: "name", Doc: "name of the state", kind: cel.StringType},
		{Name: "kind", Doc: "value, list, map, reducing, aggregating, broadcast, timers …", kind: cel.StringType},
		{Name: "backend", Doc: "state backend", kind: cel.StringType},
	}},
	{Name: "before", Doc: "of state, the value before", kind: cel.DynType, payload: true, get: accessed(func(a *StateAccess) *access.View { return a.Before })},
	{Name: "namespace", Doc: "of state, timers and windows, the namespace", kind: cel.DynType, payload: true, get: accessed(func(a *StateAccess) *access.View { return a.Namespace })},
	{Name: "map_key", Doc: "of map state, the key inside the map", kind: cel.DynType, payload: true, get: accessed(func(a *StateAccess) *access.View { return a.MapKey })},
	{Name: "topic", Doc: "Kafka topic that the record was read from or written to; empty when there is none", kind: cel.StringType, get: topicOf},
	{Name: "partition", Doc: "Kafka partition", kind: cel.IntType, get: placed(func(p *event.KafkaPosition) int64 { return int64(p.Partition) })},
	{Name: "offset", Doc: "Kafka offset", kind: cel.IntType, get: placed(func(p *event.KafkaPosition) int64 { return p.Offset })},
	{Name: "subtask", Doc: "subtask; -1 for events of a whole job or process", kind: cel.IntType, get: func(e *Event) any { return int64(e.Subtask) }},
	{Name: "attempt", Doc: "attempt of the subtask", kind: cel.IntType, get: func(e *Event) any { return int64(e.Attempt) }},
	{Name: "invocation", Doc: "number of the invocation, of a run its first; 0 = none", kind: cel.IntType, get: func(e *Event) any { return int64(e.Invocation) }},
	{Name: "n", Doc: "invocations that the event stands for", kind: cel.IntType, get: func(e *Event) any { return int64(e.N) }},
	{Name: "position", Doc: "operator.subtask.attempt.invocation", kind: cel.StringType, get: positionOf},
	{Name: "lane", Doc: "lane of the recording: out, det, src, trace, state, job, log, gap, env", kind: cel.StringType, get: func(e *Event) any { return e.Lane.String() }},
	{Name: "task", Doc: "name of the task", kind: cel.StringType, get: func(e *Event) any { return e.Task }},
	{Name: "vertex", Doc: "id of the job vertex", kind: cel.StringType, get: func(e *Event) any { return e.Vertex }},
	{Name: "checkpoint", Doc: "number of the checkpoint", kind: cel.IntType, get: checkpointOf},
	{Name: "element", Doc: "partition:subpartition:seq of what was sent or consumed", kind: cel.StringType, get: elementOf},
	{Name: "path", Doc: "what the invocation did inside its chain", kind: cel.StringType, get: func(e *Event) any { return e.Path }},
	{Name: "change", Doc: "in a stream of changes +I, -U, +U or -D", kind: cel.StringType, payload: true, get: changeOf},
	{Name: "transaction", Doc: "transactional id of a write", kind: cel.StringType, get: transactionOf},
	{Name: "body", Doc: "of events of a job and of gaps, their members", kind: cel.DynType, get: func(e *Event) any { return e.Body }},
	{Name: "value_type", Doc: "type of the value", kind: cel.StringType, payload: true, get: func(e *Event) any { return e.TypeName }},
	{Name: "size", Doc: "bytes of the value; of a masked one the next power of two", kind: cel.IntType, payload: true, get: sizeOf},
}

// Fields lists the names that filters may use.
func Fields() []Field { return fields }

var fieldsByName = func() map[string]*Field {
	m := make(map[string]*Field, len(fields))
	for i := range fields {
		m[fields[i].Name] = &fields[i]
	}
	return m
}()

func dataOf(v *access.View) any {
	if v == nil {
		return nil
	}
	return v.Data()
}

func valueOf(e *Event) any {
	if e.View == nil && e.Access != nil {
		return dataOf(e.Access.After)
	}
	return dataOf(e.View)
}

func keyOf(e *Event) any {
	if e.KeyView == nil && e.Access != nil {
		return dataOf(e.Access.Key)
	}
	return dataOf(e.KeyView)
}

func accessed(part func(*StateAccess) *access.View) func(*Event) any {
	return func(e *Event) any {
		if e.Access == nil {
			return nil
		}
		return dataOf(part(e.Access))
	}
}

func headersOf(e *Event) any {
	m := make(map[string]any, len(e.Headers))
	for _, h := range e.Headers {
		m[h.Name] = dataOf(h.Value)
	}
	return m
}

// textOf is what EventQuery.Match looks into, one text a line.
func textOf(e *Event) any {
	var b strings.Builder
	b.WriteString(e.Text)
	for _, v := range []*access.View{e.KeyView, e.View} {
		if v != nil {
			for s := range v.Texts {
				b.WriteByte('\n')
				b.WriteString(s)
			}
		}
	}
	return b.String()
}

func timeOf(t EventTime) any {
	if !t.Known() {
		return errAbsent
	}
	return t.Time()
}

func lagOf(e *Event) any {
	if !e.EventTime.Known() {
		return errAbsent
	}
	const most = int64(250 * 365 * 24 * time.Hour / time.Millisecond) // a duration holds 292 years
	ms := e.Wall.Time().UnixMilli() - int64(e.EventTime)
	if ms > most || ms < -most {
		return errAbsent
	}
	return time.Duration(ms) * time.Millisecond
}

func lateBy(e *Event) any {
	if ms, ok := e.Late(); ok {
		return ms
	}
	return errAbsent
}

func dropOf(e *Event) any {
	return map[string]any{"reason": dropName(e), "number": e.Number, "number2": e.Number2}
}

func dropName(e *Event) string {
	if e.Reason == 0 || e.Kind != event.KindDropped {
		return ""
	}
	return e.Reason.String()
}

func stateOf(e *Event) any {
	if e.State == nil {
		return map[string]any{"name": "", "kind": "", "backend": ""}
	}
	return map[string]any{"name": e.State.Name, "kind": e.State.Kind, "backend": e.State.Backend}
}

func topicOf(e *Event) any {
	if e.Kafka == nil {
		return ""
	}
	return e.Kafka.Topic
}

func placed(of func(*event.KafkaPosition) int64) func(*Event) any {
	return func(e *Event) any {
		if e.Kafka == nil {
			return errAbsent
		}
		return of(e.Kafka)
	}
}

func positionOf(e *Event) any {
	if e.Invocation == 0 {
		return ""
	}
	return e.Position.String()
}

func checkpointOf(e *Event) any {
	if e.Checkpoint == 0 {
		return errAbsent
	}
	return int64(e.Checkpoint)
}

func elementOf(e *Event) any {
	if e.Element == nil {
		return ""
	}
	return e.Element.String()
}

func changeOf(e *Event) any {
	if e.View == nil {
		return ""
	}
	return e.View.RowKind()
}

func transactionOf(e *Event) any {
	if e.Transaction == nil {
		return ""
	}
	return e.Transaction.ID
}

// sizeOf goes by the view: the size of a masked value tells it from others.
func sizeOf(e *Event) any {
	v := e.View
	if v == nil && e.Access != nil {
		v = e.Access.After
	}
	if v == nil {
		return int64(0)
	}
	return int64(v.Size)
}

// lateDrop tells whether a record was dropped because it came too late.
func lateDrop(e *Event) bool { return strings.Contains(dropName(e), "late") }

// bare is an event before its payload was read, for the parts of a filter that do not ask for it.
func bare(e *query.Event) Event { return Event{Event: *e} }
