package export

import (
	"strconv"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// addEdges writes what e says about which record an invocation took in or gave out. A run of invocations becomes an edge each.
func (r *rows) addEdges(p Place, e *browse.Event) error {
	if e.Invocation == 0 {
		return nil
	}
	edge := EdgeRow{
		Event: p.Event, Recording: p.Recording, Op: p.Op, AttemptKey: p.AttemptKey, Invocation: p.Invocation, Time: p.Time,
	}
	invocation := event.Invocation{Attempt: e.AttemptKey, Number: e.Invocation}
	switch {
	case e.Lane == event.LaneOut && e.Element != nil:
		edge.Kind, edge.What, edge.FromID = "sent", e.Kind.String(), invocation.String()
		copies := e.Copies
		if len(copies) == 0 {
			copies = []event.Element{*e.Element}
		}
		for _, element := range copies {
			edge.ToID = element.String()
			if err := r.edges.add(edge, 0); err != nil {
				return err
			}
		}
	case e.Kind == event.KindElements && e.Element != nil:
		edge.Kind = "received"
		element := *e.Element
		for range max(1, e.N) {
			edge.FromID, edge.ToID, edge.Invocation = element.String(), invocation.String(), int64(invocation.Number)
			if err := r.edges.add(edge, 0); err != nil {
				return err
			}
			element.Seq++
			invocation.Number++
		}
	case e.Kind == event.KindSourceRecord || e.Kind == event.KindOtherSourceRecord || e.Kind == event.KindSourceRun:
		edge.Kind, edge.What = "read", event.KindRecord.String()
		for i := range int64(max(1, e.N)) {
			edge.FromID, edge.ToID, edge.Invocation = origin(e, i), invocation.String(), int64(invocation.Number)
			if edge.FromID == "" {
				return nil // its split's definition has not come: nothing names the record
			}
			if err := r.edges.add(edge, 0); err != nil {
				return err
			}
			invocation.Number++
		}
	case e.Kind == event.KindWritten && e.Kafka != nil:
		edge.Kind, edge.What, edge.FromID, edge.ToID = "written", event.KindRecord.String(), invocation.String(), e.Kafka.String()
		return r.edges.add(edge, 0)
	}
	return nil
}

// origin names the record that a source read, the i-th of its run.
func origin(e *browse.Event, i int64) string {
	switch {
	case e.Kafka != nil:
		k := *e.Kafka
		k.Offset += i
		return k.String()
	case e.Split != nil:
		return e.Split.ID + "@" + strconv.FormatInt(e.Offset+i, 10)
	}
	return ""
}
