package otlp

import (
	"cmp"
	"slices"

	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// sampledFlag is what a span says of its trace: it is one of the sample, and its ids are known to be random enough.
const sampledFlag = 0x01

// span is a span with what it is sent under.
type span struct {
	job       string
	recording event.RecordingID
	*trace.Span
}

// place is where an invocation's spans lie.
type place struct {
	recording  event.RecordingID
	attempt    event.Key
	invocation uint64
}

// address is a span of an invocation, for what else belongs to it.
type address struct {
	trace [16]byte
	span  [8]byte
}

// origin finds where a journey began: the invocation that read a source record which came from nothing recorded; without one,
// the invocation that nothing recorded led to, as that of a timer. Of several it is the first. nil = the journey is empty.
func origin(j *browse.Journey) (first *browse.Work) {
	rank := func(w *browse.Work) int {
		switch {
		case w.Source != nil && !sameAsAnother(w):
			return 0
		case len(w.Causes) == 0:
			return 1
		}
		return 2
	}
	for i := range j.Works {
		w := &j.Works[i]
		if first == nil || cmp.Or(cmp.Compare(rank(w), rank(first)), cmp.Compare(w.Begin, first.Begin), cmp.Compare(identity(w), identity(first))) < 0 {
			first = w
		}
	}
	return first
}

// sameAsAnother tells whether the source record was written by an invocation that is recorded.
func sameAsAnother(w *browse.Work) bool {
	return slices.ContainsFunc(w.Causes, func(c query.Cause) bool { return c.Kind == query.EdgeSame })
}

// identity names what w read: its place in Kafka, which all jobs share; else its split and count in this recording; else the
// invocation.
func identity(w *browse.Work) string {
	if w.Source != nil {
		return recordOf(&w.Source.Event)
	}
	return w.Recording.String() + " " + w.AttemptKey.String() + "#" + decimal(int64(w.Invocation))
}

func recordOf(e *query.Event) string {
	switch {
	case e.Kafka != nil:
		return e.Kafka.String()
	case e.Split != nil:
		return e.Recording.String() + " " + e.Split.ID + "@" + decimal(e.Offset)
	}
	return e.Recording.String() + " " + e.AttemptKey.String() + "#" + decimal(int64(e.Invocation))
}

// spansOf makes the spans of a journey, and says which span stands for which invocation.
func spansOf(j *browse.Journey) (spans []span, at map[place]address, id [16]byte) {
	at = map[place]address{}
	if len(j.Works) == 0 {
		return nil, at, id
	}
	first := origin(j)
	id = traceOf(identity(first))
	if first.HasParent {
		id = first.Parent.Trace
	}
	m := making{journey: j, trace: id}
	for i := range j.Works {
		w := &j.Works[i]
		at[place{w.Recording, w.AttemptKey, w.Invocation}] = address{id, m.id(i, 0)}
		spans = append(spans, m.work(i)...)
	}
	return spans, at, id
}

// making is the spans of one journey being made.
type making struct {
	journey *browse.Journey
	trace   [16]byte
}

func (m *making) id(work, visit int) [8]byte {
	w := &m.journey.Works[work]
	return spanOf(m.trace, w.Recording, w.AttemptKey, w.Invocation, visit)
}

// work makes the spans of one invocation: one for each record that entered an operator. An invocation whose path is not recorded
// is one span.
func (m *making) work(i int) []span {
	w := &m.journey.Works[i]
	visits := w.Visits
	if len(visits) == 0 {
		visits = []query.Visit{{Operator: w.Operator, Parent: -1, Written: len(w.Written)}}
	}
	spans := make([]span, 0, len(visits))
	for k, v := range visits {
		id := m.id(i, k)
		s := &trace.Span{
			TraceId: m.trace[:], SpanId: id[:], Name: name(v.Operator, w), Kind: trace.Span_SPAN_KIND_INTERNAL, Flags: sampledFlag,
			StartTimeUnixNano: nanos(w.Begin), EndTimeUnixNano: nanos(w.End), Attributes: m.attributes(w, v, k),
		}
		if v.Parent >= 0 && v.Parent < k {
			parent := m.id(i, v.Parent)
			s.ParentSpanId = parent[:]
		} else if k == 0 {
			m.parent(s, i)
			m.source(s, w)
		}
		m.written(s, w, v)
		for _, d := range w.Dropped {
			if d.Operator.ID == v.Operator.ID {
				s.Attributes = append(s.Attributes, text(attrDrops, d.Reason.String()))
				s.Events = append(s.Events, &trace.Span_Event{Name: "record dropped", TimeUnixNano: nanos(d.Wall), Attributes: []*commonpb.KeyValue{text("reason", d.Reason.String())}})
				break
			}
		}
		spans = append(spans, span{w.Job, w.Recording, s})
	}
	return spans
}

func name(o query.OperatorRef, w *browse.Work) string {
	switch {
	case o.Name != "":
		return valid(o.Name)
	case w.Task != "":
		return valid(w.Task)
	}
	return w.Position.String()
}

func nanos(w browse.Wall) uint64 { return uint64(max(w.Time().UnixNano(), 0)) }

func (m *making) attributes(w *browse.Work, v query.Visit, visit int) []*commonpb.KeyValue {
	at := w.Position
	if v.Operator.Slug != "" {
		at.Operator = v.Operator.Slug
	}
	end := "last record sent or written"
	if !w.HasEnd {
		end = "not recorded"
	}
	out := []*commonpb.KeyValue{
		text(attrRecording, w.Recording.String()), text(attrPosition, at.String()), whole(attrInvocation, int64(w.Invocation)), text(attrEnd, end),
		text(attrJob, w.Job), text(attrTask, w.Task), text(attrVertex, w.Vertex), whole(attrSubtask, int64(w.Subtask)), whole(attrAttempt, int64(w.Attempt)),
		text(attrOperator, v.Operator.Name), text(attrOperatorID, v.Operator.ID),
	}
	if visit > 0 {
		out = append(out, text(attrTimes, "of the invocation"))
	} else if w.Element != "" {
		out = append(out, text(attrElement, w.Element))
	}
	if w.Cut {
		out = append(out, truth(attrComplete, false))
	}
	return out
}

// parent hangs s, where work i begins, under the span that sent its record. Where the record came over Kafka it is a link too, as
// the conventions for messaging want it; further causes are links.
func (m *making) parent(s *trace.Span, i int) {
	w := &m.journey.Works[i]
	if w.HasParent && !sameAsAnother(w) && w.Parent.Trace == m.trace {
		s.ParentSpanId = w.Parent.Span[:]
	}
	for _, c := range w.Causes {
		from := m.sender(c)
		if c.Kind == query.EdgeSame || s.ParentSpanId != nil {
			s.Links = append(s.Links, &trace.Span_Link{TraceId: m.trace[:], SpanId: from[:], Flags: sampledFlag, Attributes: []*commonpb.KeyValue{text(attrCause, string(c.Kind))}})
		}
		if s.ParentSpanId == nil {
			s.ParentSpanId = from[:]
			s.Attributes = append(s.Attributes, text(attrCause, string(c.Kind)))
		}
	}
}

// sender is the span that sent or wrote what c leads to.
func (m *making) sender(c query.Cause) [8]byte {
	from := &m.journey.Works[c.Work]
	for k, v := range from.Visits {
		if v.Operator.ID == c.Operator && c.Operator != "" && v.Emitted+v.Written > 0 {
			return m.id(c.Work, k)
		}
	}
	return m.id(c.Work, 0)
}

// source says what s read.
func (m *making) source(s *trace.Span, w *browse.Work) {
	if w.Source == nil {
		return
	}
	if w.Source.Kafka != nil {
		s.Kind = trace.Span_SPAN_KIND_CONSUMER
		s.Attributes = append(append(s.Attributes, kafka(w.Source.Kafka)...), text(attrOperation, "receive"))
	}
	if shown(w.Source.KeyView) {
		s.Attributes = append(s.Attributes, text(attrKey, w.Source.KeyView.Text()))
	}
	if shown(w.Source.View) {
		s.Attributes = append(s.Attributes, text(attrValue, w.Source.View.Text()))
	}
}

// shown tells whether a view may leave: one with anything masked does not, its form would say something of what is hidden.
func shown(v *access.View) bool { return v != nil && len(v.Masked) == 0 }

// written says what s wrote.
func (m *making) written(s *trace.Span, w *browse.Work, v query.Visit) {
	if v.Written == 0 {
		return
	}
	for i := range w.Written {
		e := &w.Written[i]
		if e.Operator.ID != v.Operator.ID || e.Kafka == nil {
			continue
		}
		if s.Kind != trace.Span_SPAN_KIND_INTERNAL { // the attributes name another record already
			s.Events = append(s.Events, &trace.Span_Event{Name: "written", TimeUnixNano: nanos(e.Wall), Attributes: kafka(e.Kafka)})
			continue
		}
		s.Kind = trace.Span_SPAN_KIND_PRODUCER
		s.Attributes = append(append(s.Attributes, kafka(e.Kafka)...), text(attrOperation, "send"))
	}
}

// tracesRequest joins spans by job.
func tracesRequest(version string) func([]span) proto.Message {
	return func(list []span) proto.Message {
		out := &tracepb.ExportTraceServiceRequest{}
		by := map[event.RecordingID]*trace.ScopeSpans{}
		for _, s := range list {
			in := by[s.recording]
			if in == nil {
				in = &trace.ScopeSpans{Scope: scope(version)}
				by[s.recording] = in
				out.ResourceSpans = append(out.ResourceSpans, &trace.ResourceSpans{Resource: service(s.job, s.recording), ScopeSpans: []*trace.ScopeSpans{in}})
			}
			in.Spans = append(in.Spans, s.Span)
		}
		return out
	}
}
