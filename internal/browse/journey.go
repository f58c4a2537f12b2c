package browse

import (
	"context"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/serde"
)

// Journey is the way of a record as invocations, as one principal may export it.
type Journey struct {
	query.Journey
	Works []Work // in place of the ones of query
}

// Work is one invocation of a journey.
type Work struct {
	query.Work
	Source *Event // rendered; in place of the one of query

	// Parent is the trace context that the source record carries.
	Parent    access.TraceParent
	HasParent bool
}

// maxExported bounds the nodes of a journey that is exported.
const maxExported = 2000

// Journey follows a record for an export. It needs the action RecordingExport on every recording that it comes to: what lies in
// others is left out.
func (b *Browser) Journey(ctx context.Context, who access.Principal, t Target, record string, direction Direction) (Journey, error) {
	if d := b.policy(ctx).Decide(who, access.RecordingExport, t.Resource); !d.Allowed {
		return Journey{}, d.Err()
	}
	end, err := b.beginAs(ctx, who, access.RecordingExport, t, []string{"journey of " + record}, "")
	if err != nil {
		return Journey{}, err
	}
	q := LineageQuery{Record: record, Direction: direction, Depth: 64, Limit: maxExported}
	if !t.Any {
		q.Recording = &t.Recording
	}
	found, err := b.queries.Journey(ctx, q)
	if err != nil {
		_ = end(0, err) // the error that the caller gets says more
		return Journey{}, err
	}
	r := b.renderer(ctx, who, lineShape)
	out := Journey{Journey: found}
	at := make([]int, len(found.Works)) // where works went; -1 = left out
	for i := range found.Works {
		at[i] = -1
		w := &found.Works[i]
		if !b.policy(ctx).Decide(who, access.RecordingExport, b.resourceOf(w.Recording)).Allowed {
			continue
		}
		shown := Work{Work: *w}
		if w.Source != nil {
			shown.Source = r.optional(w.Source)
			shown.Parent, shown.HasParent = traceParent(w.Source)
			shown.Source.Event = withoutPayload(shown.Source.Event)
			shown.Work.Source = nil
		}
		at[i] = len(out.Works)
		out.Works = append(out.Works, shown)
	}
	for i := range out.Works {
		causes := out.Works[i].Causes
		out.Works[i].Causes = nil
		for _, c := range causes {
			if c.Work = at[c.Work]; c.Work >= 0 {
				out.Works[i].Causes = append(out.Works[i].Causes, c)
			}
		}
	}
	out.Journey.Works, out.Journey.Lineage.Nodes = nil, nil
	return out, end(len(out.Works), nil)
}

func traceParent(e *query.Event) (access.TraceParent, bool) {
	for _, h := range serde.Headers(e.Headers) {
		if strings.EqualFold(h.Name, "traceparent") {
			return access.TraceParentOf(h.Value)
		}
	}
	return access.TraceParent{}, false
}

func withoutPayload(e query.Event) query.Event {
	e.Value, e.Key, e.Headers, e.Namespace, e.MapKey, e.Before = event.Payload{}, event.Payload{}, event.Payload{}, event.Payload{}, event.Payload{}, event.Payload{}
	return e
}

// InputOf says which element or source record an invocation took in. It holds no payload.
func (b *Browser) InputOf(ctx context.Context, t Target, attempt event.Key, invocation uint64) (element string, source *event.KafkaPosition, err error) {
	w, err := b.queries.Work(ctx, t.Recording, attempt, invocation)
	if err != nil {
		return "", nil, err
	}
	if w.Source != nil {
		source = w.Source.Kafka
	}
	return w.Element, source, nil
}
