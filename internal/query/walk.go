package query

import (
	"context"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// Lineage follows a record (spec/recording.md, section 6): to its producers through invocations, state and Kafka, and to its
// consumers. Errors: ErrNotFound, ErrQuery, *AmbiguousError.
func (e *Engine) Lineage(ctx context.Context, q LineageQuery) (Lineage, error) {
	return e.LineageParts(ctx, q, nil)
}

// LineageParts is Lineage that gives out each part as soon as it is found: nodes before the edges that name them. A state note of
// a node may come only with the whole. parts must not block for long: the recording stays open meanwhile.
func (e *Engine) LineageParts(ctx context.Context, q LineageQuery, parts func(LineagePart)) (Lineage, error) {
	began := time.Now()
	if q.Depth <= 0 {
		q.Depth = 32
	}
	if q.Limit <= 0 {
		q.Limit = 500
	}
	q.Limit = min(q.Limit, 10000)
	w := &walk{engine: e, q: q, views: make(map[event.RecordingID]*walkView), index: make(map[string]int),
		edges: make(map[LineageEdge]bool), notes: make(map[Note]bool), parts: parts}
	defer w.close()
	w.out = Lineage{Record: q.Record, Complete: true}
	if err := w.start(ctx); err != nil {
		return Lineage{}, fmt.Errorf("lineage of %s: %w", q.Record, err)
	}
	if err := w.run(ctx); err != nil {
		return Lineage{}, fmt.Errorf("lineage of %s: %w", q.Record, err)
	}
	w.out.Jobs = len(w.jobs())
	for _, n := range w.out.Nodes {
		switch {
		case n.Depth < 0:
			w.out.Up++
		case n.Depth > 0:
			w.out.Down++
		}
	}
	w.out.Took = time.Since(began)
	return w.out, nil
}

// LineagePart is one of Node, Edge and Note.
type LineagePart struct {
	Node *Node
	Edge *LineageEdge
	Note *Note
}

func (w *walk) tell(p LineagePart) {
	if w.parts != nil {
		w.parts(p)
	}
}

func (w *walk) tellNode(i int) {
	if w.parts != nil {
		n := w.out.Nodes[i]
		w.parts(LineagePart{Node: &n})
	}
}

// walk is one lineage being made: breadth first, first up, then down from where it started. Nodes that were met are not
// entered again, so cycles (a job that reads what it wrote) end.
type walk struct {
	engine *Engine
	q      LineageQuery
	out    Lineage
	views  map[event.RecordingID]*walkView
	places []walkNode // beside out.Nodes
	index  map[string]int
	edges  map[LineageEdge]bool // without latency, Through and Over
	parts  func(LineagePart)    // nil = nobody listens
	notes  map[Note]bool
	full   bool // the limit of nodes was hit
}

// walkView is a recording that the walk came to.
type walkView struct {
	*view
	job string
}

// walkNode is where a node is.
type walkNode struct {
	v       *walkView
	element event.Element
	spot    *spot // its row; nil when it is not recorded
	attempt event.Key
	inv     uint64 // that made it, or that it is
	end     bool   // shown for itself: not followed further

	followed bool   // all that came to it through state is there
	hint     string // else: why not, and what would help
}

// missing is the node id of what could not be added because of a limit.
const missing = -1

func (w *walk) close() {
	for _, v := range w.views {
		v.close()
	}
}

func (w *walk) view(ctx context.Context, rec event.RecordingID) (*walkView, error) {
	if v := w.views[rec]; v != nil {
		return v, nil
	}
	v, err := w.engine.open(ctx, rec)
	if err != nil {
		return nil, err
	}
	v.model.mu.Lock()
	name := v.jobName()
	v.model.mu.Unlock()
	w.views[rec] = &walkView{v, name}
	return w.views[rec], nil
}

func (w *walk) jobs() map[event.RecordingID]bool {
	jobs := make(map[event.RecordingID]bool)
	for _, n := range w.out.Nodes {
		jobs[n.Recording] = true
	}
	return jobs
}

// start finds the record asked for and adds it at depth 0.
func (w *walk) start(ctx context.Context) error {
	e, errElement := event.ParseElement(w.q.Record)
	k, errKafka := event.ParseKafkaPosition(w.q.Record)
	if errElement != nil && errKafka == nil {
		return w.startKafka(ctx, k)
	}
	if w.q.Recording == nil {
		return badQuery("a recording must be named: only Kafka positions are found in any")
	}
	w.out.Recording = *w.q.Recording
	v, err := w.view(ctx, *w.q.Recording)
	if err != nil {
		return err
	}
	if errElement == nil {
		return w.startElement(ctx, v, e)
	}
	p, err := ParsePosition(w.q.Record)
	if err != nil {
		return badQuery("%q is neither an element, nor a Kafka position, nor a position", w.q.Record)
	}
	key, _, err := v.locate(p)
	if err != nil {
		return err
	}
	s, ok, err := v.anyRow(ctx, key, p.Invocation)
	if err != nil {
		return err
	}
	if !ok {
		return v.missingInvocation(key, p)
	}
	_, _, err = w.addInvocation(ctx, v, key, p.Invocation, &s, 0)
	return err
}

func (w *walk) startElement(ctx context.Context, v *walkView, e event.Element) error {
	s, ok, err := v.producer(ctx, e)
	if err != nil {
		return err
	}
	if ok {
		if k := s.f.r.Kind[s.row]; k != event.KindRecord {
			return badQuery("the element is a %s; lineage is about records", k)
		}
		_, _, err = w.addSent(ctx, v, s, 0)
		return err
	}
	received := v.snap.Element(e, true)
	if len(received) == 0 {
		return notFound("element %s in recording %s", e, v.id)
	}
	n, _, err := w.addUnrecorded(v, e, 0)
	if err == nil {
		err = w.noProducer(ctx, v, e, n, Wall(received[0].Header.WallMax))
	}
	return err
}

// step is a node to be followed.
type step struct {
	node int
	up   bool
}

func (w *walk) run(ctx context.Context) error {
	begin := len(w.out.Nodes)
	for _, up := range []bool{true, false} {
		if up && w.q.Direction == Down || !up && w.q.Direction == Up {
			continue
		}
		var queue []step
		for i := range begin {
			queue = append(queue, step{i, up})
		}
		entered := make(map[int]bool)
		for len(queue) > 0 {
			s := queue[0]
			queue = queue[1:]
			if entered[s.node] || w.places[s.node].end {
				continue
			}
			entered[s.node] = true
			if err := ctx.Err(); err != nil {
				return err
			}
			follow := w.down
			if up {
				follow = w.up
			}
			err := follow(ctx, s.node, func(next int) {
				if next != missing {
					queue = append(queue, step{next, up})
				}
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// next is the depth of what a step from node leads to. Going up from depth 0 or below counts down.
func (w *walk) next(node int, up bool) int {
	if up {
		return w.out.Nodes[node].Depth - 1
	}
	return w.out.Nodes[node].Depth + 1
}

// add adds a node unless it is there; node is missing when a limit forbids it.
func (w *walk) add(n Node, at walkNode) (node int, added bool) {
	if i, ok := w.index[n.ID]; ok {
		return i, false
	}
	switch {
	case n.Depth > w.q.Depth || n.Depth < -w.q.Depth:
		w.note(Note{Kind: NoteLimit, Text: fmt.Sprintf("the answer ends at depth %d", w.q.Depth), Hint: "ask for a greater depth"}, false)
		return missing, false
	case len(w.out.Nodes) >= w.q.Limit:
		w.full = true
		w.note(Note{Kind: NoteLimit, Text: fmt.Sprintf("the answer ends at %d records", w.q.Limit), Hint: "ask for a higher limit, or for one direction"}, false)
		return missing, false
	}
	n.Recording, n.Job = at.v.id, at.v.job
	i := len(w.out.Nodes)
	w.index[n.ID] = i
	w.out.Nodes = append(w.out.Nodes, n)
	w.places = append(w.places, at)
	return i, true
}

// addSent adds the record that a row of lane out sent.
func (w *walk) addSent(ctx context.Context, v *walkView, s spot, depth int) (int, bool, error) {
	e, _, _ := s.f.element(s.row)
	return w.addRow(ctx, v, s, Node{ID: e.String(), Kind: NodeElement, Record: e.String(), Depth: depth}, e)
}

// addUnrecorded adds an element of which nothing is known but that it was consumed.
func (w *walk) addUnrecorded(v *walkView, e event.Element, depth int) (int, bool, error) {
	n, added := w.add(Node{ID: e.String(), Kind: NodeElement, Record: e.String(), Depth: depth}, walkNode{v: v, element: e})
	if added {
		w.tellNode(n)
	}
	return n, added, nil
}

// addSource adds the record that a row of lane src read.
func (w *walk) addSource(ctx context.Context, v *walkView, s spot, depth int) (int, bool, error) {
	n := Node{ID: "read " + event.Invocation{Attempt: s.f.h.Attempt, Number: s.f.r.Inv[s.row] + s.sub}.String(), Kind: NodeSource, Depth: depth}
	ev := v.event(s.f, s.row, s.sub, true)
	switch {
	case ev.Kafka != nil:
		n.Record = ev.Kafka.String()
	case ev.Split != nil:
		n.Record = fmt.Sprintf("%s@%d", ev.Split.ID, ev.Offset)
	}
	return w.addRow(ctx, v, s, n, event.Element{})
}

// addWritten adds what a row of lane trace wrote.
func (w *walk) addWritten(ctx context.Context, v *walkView, s spot, depth int) (int, bool, error) {
	h := s.f.h
	n := Node{ID: fmt.Sprintf("written %s.%d.%d", event.Invocation{Attempt: h.Attempt, Number: s.f.r.Inv[s.row]}, h.Number, s.row),
		Kind: NodeWritten, Depth: depth}
	ev := v.event(s.f, s.row, 0, false)
	if ev.Kafka != nil && ev.Kind == event.KindWritten {
		n.Record = ev.Kafka.String()
	}
	node, added, err := w.addRow(ctx, v, s, n, event.Element{})
	if added && ev.Kind == event.KindWriteFailed {
		w.note(Note{Kind: NoteTransaction, Text: "the write failed", Node: n.ID, Operator: ev.Operator.Slug}, true)
	}
	return node, added, err
}

// addInvocation adds an activation for itself. s is a row of it, nil when none is recorded.
func (w *walk) addInvocation(ctx context.Context, v *walkView, attempt event.Key, inv uint64, s *spot, depth int) (int, bool, error) {
	n := Node{ID: event.Invocation{Attempt: attempt, Number: inv}.String(), Kind: NodeInvocation, Depth: depth}
	i, added := w.add(n, walkNode{v: v, spot: s, attempt: attempt, inv: inv})
	if !added || s == nil {
		if added {
			w.tellNode(i)
		}
		return i, added, nil
	}
	ev, err := v.eventAt(ctx, s.ref, s.f, s.row, s.sub, true, w.q.Payload)
	w.out.Nodes[i].Event = &ev
	w.tellNode(i)
	return i, added, err
}

func (w *walk) addRow(ctx context.Context, v *walkView, s spot, n Node, e event.Element) (int, bool, error) {
	i, added := w.add(n, walkNode{v: v, element: e, spot: &s, attempt: s.f.h.Attempt, inv: s.f.r.Inv[s.row] + s.sub})
	if !added {
		return i, false, nil
	}
	ev, err := v.eventAt(ctx, s.ref, s.f, s.row, s.sub, s.f.r.Kind[s.row] == event.KindSourceRun, w.q.Payload)
	w.out.Nodes[i].Event = &ev
	w.tellNode(i)
	return i, true, err
}

// link adds an edge from cause to effect; through says what lies in between.
func (w *walk) link(from, to int, kind EdgeKind, operator, path string) {
	w.linkThrough(from, to, kind, operator, path, "", "")
}

// linkThrough is link for a contribution: through is what it went through, over why it may be none.
func (w *walk) linkThrough(from, to int, kind EdgeKind, operator, path, through, over string) {
	if from == missing || to == missing {
		return
	}
	a, b := &w.out.Nodes[from], &w.out.Nodes[to]
	e := LineageEdge{From: a.ID, To: b.ID, Kind: kind, Operator: operator, Path: path}
	if w.edges[e] {
		return
	}
	w.edges[e] = true
	e.Through, e.Over = through, over
	if a.Event != nil && b.Event != nil {
		e.HasLatency, e.Latency = true, b.Event.Wall.Time().Sub(a.Event.Wall.Time())
	}
	w.out.Edges = append(w.out.Edges, e)
	w.tell(LineagePart{Edge: &e})
}

// note adds a note once. whole tells whether the answer is complete in spite of it.
func (w *walk) note(n Note, whole bool) {
	if !whole {
		w.out.Complete = false
	}
	if !w.notes[n] {
		w.notes[n] = true
		w.out.Notes = append(w.out.Notes, n)
		w.tell(LineagePart{Note: &n})
	}
}

// noteAt adds a note about a node.
func (w *walk) noteAt(node int, n Note, whole bool) {
	if node != missing {
		n.Node = w.out.Nodes[node].ID
	}
	w.note(n, whole)
}
