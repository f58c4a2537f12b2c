package query

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// naive knows all rows of all blocks and answers by looking at every one of them. It shares the frames' accessors with the
// engine, and none of its indexes, windows, merges and caches.
type naive struct {
	w      *world
	frames []*frame

	results int // asynchronous ones that were measured
}

func newNaive(w *world) *naive {
	n := &naive{w: w}
	for _, raw := range w.raw {
		h, err := block.ParseHeader(raw)
		if err != nil {
			w.t.Fatal(err)
		}
		rows, err := block.Decode(raw)
		if err != nil {
			w.t.Fatal(err)
		}
		n.frames = append(n.frames, &frame{h: h, r: rows})
	}
	return n
}

func (n *naive) each(lane event.Lane, yield func(f *frame, row int)) {
	for _, f := range n.frames {
		if f.h.Lane == lane {
			for row := range f.rows() {
				yield(f, row)
			}
		}
	}
}

func (n *naive) actor(key event.Key) *actor {
	for _, a := range n.w.tasks {
		if a.key == key {
			return a
		}
	}
	return nil
}

// events lists the keys of all rows that q selects.
func (n *naive) events(rec event.RecordingID, q EventQuery) []Cursor {
	var keys []rowKey
	for _, f := range n.frames {
		a := n.actor(f.h.Attempt)
		for row := range f.rows() {
			operator := int(f.r.Operator[row])
			if operator < 0 && (f.h.Lane == event.LaneDet || f.h.Lane == event.LaneSrc) {
				operator = 0
			}
			switch {
			case f.h.Recording != rec,
				len(q.Lanes) > 0 && !slices.Contains(q.Lanes, f.h.Lane),
				len(q.Kinds) > 0 && !slices.Contains(q.Kinds, f.r.Kind[row]),
				len(q.Reasons) > 0 && (f.r.Kind[row] != event.KindDropped || !slices.Contains(q.Reasons, at(f.r.Reason, row, 0))),
				q.Subtask != nil && a.def.Subtask != *q.Subtask,
				q.From != 0 && Wall(f.r.Wall[row]) < q.From, q.To != 0 && Wall(f.r.Wall[row]) >= q.To,
				q.Operator != "" && (operator < 0 || Slug(a.def.Chain[operator].Name) != q.Operator),
				q.Invocation != nil && (f.r.Inv[row] > *q.Invocation || *q.Invocation >= f.r.Inv[row]+uint64(f.r.N[row])):
				continue
			}
			k := f.key(row)
			if q.Invocation != nil {
				k.sub = *q.Invocation - k.inv
				keys = append(keys, k)
				continue
			}
			last := uint64(0)
			if q.Expand && runs(f.r.Kind[row]) {
				last = uint64(f.r.N[row]) - 1
			}
			for k.sub = 0; k.sub <= last; k.sub++ {
				keys = append(keys, k)
			}
		}
	}
	slices.SortFunc(keys, rowKey.compare)
	if q.Order == Descending {
		slices.Reverse(keys)
	}
	var list []Cursor
	for _, k := range keys {
		list = append(list, k.cursor())
	}
	return list
}

// graph is a lineage as sets of texts.
type graph struct{ nodes, edges map[string]bool }

func (g graph) text() string {
	return fmt.Sprintf("nodes %q\nedges %q", slices.Sorted(maps.Keys(g.nodes)), slices.Sorted(maps.Keys(g.edges)))
}

func graphOf(l Lineage) graph {
	g := graph{make(map[string]bool), make(map[string]bool)}
	for _, n := range l.Nodes {
		g.nodes[string(n.Kind)+" "+n.ID] = true
	}
	for _, e := range l.Edges {
		g.edges[fmt.Sprintf("%s -%s-> %s", e.From, e.Kind, e.To)] = true
	}
	return g
}

// thing is a node of the naive lineage.
type thing struct {
	kind    NodeKind
	id      string
	attempt event.Key
	inv     uint64
	element event.Element // kind element
	f       *frame
	row     int
}

func (n *naive) sent(f *frame, row int) thing {
	e, _, _ := f.element(row)
	return thing{NodeElement, e.String(), f.h.Attempt, f.r.Inv[row], e, f, row}
}

func (n *naive) lineage(start thing) graph {
	g := graph{make(map[string]bool), make(map[string]bool)}
	for _, up := range []bool{true, false} {
		seen := make(map[string]bool)
		queue := []thing{start}
		for len(queue) > 0 {
			x := queue[0]
			queue = queue[1:]
			g.nodes[string(x.kind)+" "+x.id] = true
			if seen[x.id] {
				continue
			}
			seen[x.id] = true
			step := func(y thing, kind EdgeKind, follow bool) {
				g.nodes[string(y.kind)+" "+y.id] = true
				from, to := x.id, y.id
				if up {
					from, to = to, from
				}
				g.edges[fmt.Sprintf("%s -%s-> %s", from, kind, to)] = true
				if follow {
					queue = append(queue, y)
				}
			}
			if up {
				n.up(x, step)
			} else {
				n.down(x, step)
			}
		}
	}
	return g
}

// det finds the invocation's row.
func (n *naive) det(attempt event.Key, inv uint64) (found *frame, at int) {
	n.each(event.LaneDet, func(f *frame, row int) {
		if f.h.Attempt == attempt && runs(f.r.Kind[row]) && f.r.Inv[row] <= inv && inv < f.r.Inv[row]+uint64(f.r.N[row]) {
			found, at = f, row
		}
	})
	return found, at
}

func (n *naive) up(x thing, step func(thing, EdgeKind, bool)) {
	switch {
	case x.kind == NodeSource:
		n.meet(x, event.LaneTrace, event.KindWritten, NodeWritten, step)
		return
	case x.kind == NodeInvocation: // asked for itself: what it received is the same record
		if f, row := n.det(x.attempt, x.inv); f.r.Kind[row] == event.KindElements {
			c := f.r.Channels[f.r.Channel[row]]
			e := event.Element{Partition: c.Partition, Subpartition: c.Subpartition, Seq: f.r.Seq[row] + x.inv - f.r.Inv[row]}
			if from, at := n.producer(e); from == nil {
				step(thing{kind: NodeElement, id: e.String(), element: e}, EdgeSame, false)
			} else if from.r.Kind[at] == event.KindRecord {
				step(n.sent(from, at), EdgeSame, true)
			}
		}
		return
	case x.f == nil:
		return
	}
	f, row := n.det(x.attempt, x.inv)
	if f == nil || f.r.Kind[row] == event.KindSource {
		found := false
		n.each(event.LaneSrc, func(s *frame, r int) {
			if s.h.Attempt == x.attempt && s.r.Inv[r] == x.inv {
				found = true
				step(n.source(s, r), EdgeCaused, true)
			}
		})
		if !found && f != nil {
			step(n.invocation(x.attempt, x.inv), EdgeCaused, false)
		}
		return
	}
	if f.r.Kind[row] == event.KindEventTimer {
		step(n.invocation(x.attempt, x.inv), EdgeState, false)
		return
	}
	c := f.r.Channels[f.r.Channel[row]]
	e := event.Element{Partition: c.Partition, Subpartition: c.Subpartition, Seq: f.r.Seq[row] + x.inv - f.r.Inv[row]}
	from, at := n.producer(e)
	switch {
	case from == nil:
		step(thing{kind: NodeElement, id: e.String(), element: e}, EdgeCaused, false)
	case from.r.Kind[at] != event.KindRecord:
		step(n.invocation(x.attempt, x.inv), EdgeState, false)
	default:
		step(n.sent(from, at), EdgeCaused, true)
	}
}

func (n *naive) producer(e event.Element) (found *frame, at int) {
	n.each(event.LaneOut, func(f *frame, row int) {
		for _, c := range n.copies(f, row) {
			if c == e {
				found, at = f, row
			}
		}
	})
	return found, at
}

func (n *naive) copies(f *frame, row int) []event.Element {
	if sub := f.r.Subpartition[row]; sub >= 0 {
		return []event.Element{{Partition: f.r.Partition[row], Subpartition: uint32(sub), Seq: f.r.Seq[row]}}
	}
	var list []event.Element
	for sub := range uint32(8) {
		if seq, ok := f.r.SeqOf(row, sub); ok {
			list = append(list, event.Element{Partition: f.r.Partition[row], Subpartition: sub, Seq: seq})
		}
	}
	return list
}

func (n *naive) invocation(attempt event.Key, inv uint64) thing {
	return thing{kind: NodeInvocation, id: event.Invocation{Attempt: attempt, Number: inv}.String(), attempt: attempt, inv: inv}
}

func (n *naive) source(f *frame, row int) thing {
	i := event.Invocation{Attempt: f.h.Attempt, Number: f.r.Inv[row]}
	return thing{NodeSource, "read " + i.String(), i.Attempt, i.Number, event.Element{}, f, row}
}

func (n *naive) written(f *frame, row int) thing {
	i := event.Invocation{Attempt: f.h.Attempt, Number: f.r.Inv[row]}
	return thing{NodeWritten, fmt.Sprintf("written %s.%d.%d", i, f.h.Number, row), i.Attempt, i.Number, event.Element{}, f, row}
}

// meet finds the other ends of a Kafka record.
func (n *naive) meet(x thing, lane event.Lane, kind event.Kind, as NodeKind, step func(thing, EdgeKind, bool)) {
	place := func(f *frame, row int) event.KafkaPosition {
		d, _ := n.w.store.Definition(f.r.Split[row])
		var def event.SplitDef
		if err := json.Unmarshal(d.Body, &def); err != nil {
			n.w.t.Fatal(err)
		}
		return event.KafkaPosition{Topic: def.Topic, Partition: def.Partition, Offset: at(f.r.Offset, row, 0)}
	}
	n.each(lane, func(f *frame, row int) {
		if f.r.Kind[row] != kind || place(f, row) != place(x.f, x.row) {
			return
		}
		y := n.written(f, row)
		if as == NodeSource {
			y = n.source(f, row)
		}
		step(y, EdgeSame, true)
	})
}

func (n *naive) down(x thing, step func(thing, EdgeKind, bool)) {
	switch x.kind {
	case NodeWritten:
		n.meet(x, event.LaneSrc, event.KindSourceRecord, NodeSource, step)
		return
	case NodeSource, NodeInvocation:
		n.effects(x.attempt, x.inv, step)
		return
	}
	elements := []event.Element{x.element}
	if x.f != nil {
		elements = n.copies(x.f, x.row)
	}
	for _, e := range elements {
		n.each(event.LaneDet, func(f *frame, row int) {
			if f.r.Kind[row] != event.KindElements || e.Seq < f.r.Seq[row] || e.Seq >= f.r.Seq[row]+uint64(f.r.N[row]) {
				return
			}
			c := f.r.Channels[f.r.Channel[row]]
			if c.Partition != e.Partition || c.Subpartition != e.Subpartition {
				return
			}
			inv := f.r.Inv[row] + e.Seq - f.r.Seq[row]
			if n.effects(f.h.Attempt, inv, step) > 0 {
				return
			}
			// Nothing is recorded that left it. Was there something, by its path?
			r := n.path(f, row)
			if r != nil && r.emits+r.writes > 0 {
				return
			}
			kind := EdgeSame
			if n.actor(f.h.Attempt).def.Chain[0].Stateful && f.r.Kind[row] == event.KindElements && n.actor(f.h.Attempt).def.Chain[0].Kind != "source" &&
				(r == nil || r.root == rootRecord) {
				kind = EdgeState
			}
			if dropped := n.dropped(f.h.Attempt, inv); len(dropped) > 0 && (kind == EdgeSame || dropped[0] || r == nil) {
				kind = EdgeDropped
			}
			step(n.invocation(f.h.Attempt, inv), kind, false)
		})
	}
}

func (n *naive) path(f *frame, row int) *route {
	d, ok := n.w.store.Definition(f.path(row))
	if !ok {
		return nil
	}
	var def event.PathDef
	if err := json.Unmarshal(d.Body, &def); err != nil {
		n.w.t.Fatal(err)
	}
	r, _ := parsePath(def.P)
	return &r
}

func (n *naive) effects(attempt event.Key, inv uint64, step func(thing, EdgeKind, bool)) int {
	made := 0
	n.each(event.LaneOut, func(f *frame, row int) {
		if f.h.Attempt == attempt && f.r.Inv[row] == inv && f.r.Kind[row] == event.KindRecord {
			made++
			step(n.sent(f, row), EdgeCaused, true)
		}
	})
	n.each(event.LaneTrace, func(f *frame, row int) {
		if f.h.Attempt == attempt && f.r.Inv[row] == inv && f.r.Kind[row] == event.KindWritten {
			made++
			step(n.written(f, row), EdgeCaused, true)
		}
	})
	return made
}

// dropped are the operators that threw the record of an invocation away.
func (n *naive) dropped(attempt event.Key, inv uint64) map[int]bool {
	operators := make(map[int]bool)
	n.each(event.LaneTrace, func(f *frame, row int) {
		if f.h.Attempt == attempt && f.r.Inv[row] == inv && f.r.Kind[row] == event.KindDropped && !f.r.Reason[row].Kept() {
			operators[int(f.r.Operator[row])] = true
		}
	})
	return operators
}

// anyElement is the first record of the first job.
func (n *naive) anyElement() string {
	text := ""
	n.each(event.LaneOut, func(f *frame, row int) {
		if text == "" && f.h.Recording == n.w.recs[0] && f.r.Kind[row] == event.KindRecord {
			text = n.sent(f, row).id
		}
	})
	return text
}
