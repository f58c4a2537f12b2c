package query

import (
	"context"
	"errors"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// Journey is the way of a record as the invocations that it went through, over all jobs that are recorded.
type Journey struct {
	Lineage
	Works []Work // causes before effects, as far as there is no circle
}

// Work is one invocation that a record went through.
type Work struct {
	Position   Position
	Recording  event.RecordingID
	Job        string
	Vertex     string
	Task       string
	Subtask    int // -1 = not known
	Attempt    int
	AttemptKey event.Key
	Invocation uint64
	Kind       event.Kind  // of its row of lane det; 0 = the row is lost
	Operator   OperatorRef // that it began in
	Begin      Wall
	End        Wall // of the last that it sent or wrote; Begin where HasEnd is false
	HasEnd     bool // false: nothing that it sent or wrote has a time of its own
	Visits     []Visit
	Cut        bool    // Visits are not all
	Source     *Event  // the source record that it read, with payload; nil = none
	Written    []Event // what it wrote to an external system
	Dropped    []Event // what it threw away
	Element    string  // that it took in; empty = none, or not recorded
	Causes     []Cause
}

// Visit is one record entering one operator of the chain.
type Visit struct {
	Operator OperatorRef
	Parent   int // index into Visits, -1 = entered by the invocation
	Emitted  int // records that it sent out of the task
	Written  int
}

// Cause leads to the invocation that another one's record came from.
type Cause struct {
	Work     int // index into Journey.Works
	Kind     EdgeKind
	Operator string // id of the operator that sent the record; empty = not known
}

// Journey follows a record as Lineage does and tells the invocations on its way. Errors: as Lineage's.
func (e *Engine) Journey(ctx context.Context, q LineageQuery) (Journey, error) {
	q.Payload = false
	found, err := e.Lineage(ctx, q)
	if err != nil {
		return Journey{}, err
	}
	j := journeyBuild{engine: e, out: Journey{Lineage: found}, works: map[workID]int{}, of: map[string]int{}, views: map[event.RecordingID]*view{}}
	defer j.close()
	for i := range found.Nodes {
		if err := j.add(ctx, &found.Nodes[i]); err != nil {
			return Journey{}, fmt.Errorf("journey of %s: %w", q.Record, err)
		}
	}
	for _, edge := range found.Edges {
		j.link(edge)
	}
	return j.out, nil
}

type workID struct {
	recording event.RecordingID
	attempt   event.Key
	number    uint64
}

// journeyBuild is one being put together.
type journeyBuild struct {
	engine *Engine
	out    Journey
	works  map[workID]int
	of     map[string]int // by id of the node: the work that made it
	views  map[event.RecordingID]*view
}

func (j *journeyBuild) close() {
	for _, v := range j.views {
		v.close()
	}
}

func (j *journeyBuild) view(ctx context.Context, rec event.RecordingID) (*view, error) {
	if v := j.views[rec]; v != nil {
		return v, nil
	}
	v, err := j.engine.open(ctx, rec)
	if err == nil {
		j.views[rec] = v
	}
	return v, err
}

// add notes the invocation that made n.
func (j *journeyBuild) add(ctx context.Context, n *Node) error {
	ev := n.Event
	if ev == nil || ev.Invocation == 0 {
		return nil
	}
	id := workID{n.Recording, ev.AttemptKey, ev.Invocation}
	at, ok := j.works[id]
	if !ok {
		v, err := j.view(ctx, n.Recording)
		if errors.Is(err, ErrNotFound) {
			return nil // it was deleted meanwhile
		}
		if err != nil {
			return err
		}
		w, err := v.work(ctx, id.attempt, id.number)
		if err != nil {
			return err
		}
		w.Job = n.Job
		if w.Begin == 0 {
			w.Begin, w.End = ev.Wall, ev.Wall
		}
		at = len(j.out.Works)
		j.works[id] = at
		j.out.Works = append(j.out.Works, w)
	}
	j.of[n.ID] = at
	w := &j.out.Works[at]
	switch n.Kind {
	case NodeElement, NodeWritten:
		if ev.Wall >= w.Begin {
			w.End, w.HasEnd = max(w.End, ev.Wall), true
		}
		if n.Kind == NodeWritten {
			w.Written = append(w.Written, *ev)
		}
	}
	return nil
}

// link notes what edge says about works. Parts of one invocation are no cause of each other.
func (j *journeyBuild) link(edge LineageEdge) {
	from, ok1 := j.of[edge.From]
	to, ok2 := j.of[edge.To]
	if !ok1 || !ok2 || from == to {
		return
	}
	c := Cause{Work: from, Kind: edge.Kind}
	for i := range j.out.Nodes {
		if n := &j.out.Nodes[i]; n.ID == edge.From && n.Event != nil {
			c.Operator = n.Event.Operator.ID
		}
	}
	for _, old := range j.out.Works[to].Causes {
		if old == c {
			return
		}
	}
	j.out.Works[to].Causes = append(j.out.Works[to].Causes, c)
}

// work reads one invocation.
func (v *view) work(ctx context.Context, key event.Key, number uint64) (Work, error) {
	a := v.cat.attempts[key]
	w := Work{Recording: v.id, AttemptKey: key, Invocation: number, Subtask: -1, Attempt: -1, Operator: a.operator(0)}
	if a != nil {
		w.Vertex, w.Task, w.Subtask, w.Attempt = a.Vertex, a.Task, a.Subtask, a.Attempt
	}
	w.Position = v.positionAt(key, 0, number)
	s, ok, err := v.invocation(ctx, key, number)
	if err != nil {
		return w, err
	}
	if ok {
		r := s.f.r
		w.Kind, w.Begin = r.Kind[s.row], s.f.wall(s.row)
		w.End = w.Begin
		w.Operator = a.operator(max(int(r.Operator[s.row]), 0))
		if e, _, ok := s.f.element(s.row); ok {
			e.Seq += s.sub
			w.Element = e.String()
		}
		if route := v.routeOf(s); route != nil {
			w.Cut = route.cut
			for _, x := range route.visits {
				w.Visits = append(w.Visits, Visit{Operator: a.operator(x.operator), Parent: x.parent, Emitted: x.emitted, Written: x.written})
			}
		}
	}
	if w.Kind == 0 || w.Kind == event.KindSource {
		if err := v.readBy(ctx, &w); err != nil {
			return w, err
		}
	}
	_, allErr := v.all(ctx, event.LaneTrace, key, number, func(k event.Kind) bool { return k == event.KindDropped }, func(s spot) bool {
		var ev Event
		if ev, err = v.eventAt(ctx, s.ref, s.f, s.row, 0, false, false); err == nil {
			w.Dropped = append(w.Dropped, ev)
		}
		return err == nil && len(w.Dropped) < 16
	})
	return w, firstError(allErr, err)
}

// readBy adds the source record that w read.
func (v *view) readBy(ctx context.Context, w *Work) error {
	src, ok, err := v.sourceRow(ctx, w.AttemptKey, w.Invocation)
	if err != nil || !ok {
		return err
	}
	ev, err := v.eventAt(ctx, src.ref, src.f, src.row, src.sub, src.f.r.Kind[src.row] == event.KindSourceRun, true)
	if err != nil {
		return err
	}
	w.Source = &ev
	if w.Begin == 0 {
		w.Begin, w.End = ev.Wall, ev.Wall
	}
	return nil
}

// Work reads one invocation for itself, without what it caused. Errors: ErrNotFound.
func (e *Engine) Work(ctx context.Context, rec event.RecordingID, key event.Key, number uint64) (Work, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Work{}, err
	}
	defer v.close()
	return v.work(ctx, key, number)
}
