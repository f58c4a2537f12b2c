package query

import (
	"context"

	"github.com/sightglass/sightglass/internal/event"
)

// Emission is a record that an invocation sent, with its payload. Beside: the invocation sent the next record of the list behind
// it as one operator's next record, with nothing between them that could have been filtered out.
type Emission struct {
	Event
	Beside bool
}

// InvocationOf names an invocation.
type InvocationOf struct {
	Attempt    event.Key
	Invocation uint64
}

// Emissions gives for each invocation the records that it sent on each output, in order. What cannot be read is left out.
func (e *Engine) Emissions(ctx context.Context, rec event.RecordingID, of []InvocationOf) (map[InvocationOf][][]Emission, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return nil, err
	}
	defer v.close()
	found := make(map[InvocationOf][][]Emission, len(of))
	for _, inv := range of {
		if _, done := found[inv]; done {
			continue
		}
		if found[inv], err = v.emissions(ctx, inv); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (v *view) emissions(ctx context.Context, of InvocationOf) ([][]Emission, error) {
	var lists [][]Emission // by output, in order of the first record
	place := make(map[event.Key]int)
	var failed error
	isRecord := func(k event.Kind) bool { return k == event.KindRecord }
	whole, err := v.all(ctx, event.LaneOut, of.Attempt, of.Invocation, isRecord, func(s spot) bool {
		var ev Event
		if ev, failed = v.eventAt(ctx, s.ref, s.f, s.row, 0, false, true); failed != nil {
			return false
		}
		if ev.Element == nil {
			return true
		}
		at, ok := place[ev.Element.Partition]
		if !ok {
			at = len(lists)
			place[ev.Element.Partition] = at
			lists = append(lists, nil)
		}
		lists[at] = append(lists[at], Emission{Event: ev})
		return len(lists[at]) < MaxMomentEvents
	})
	if err := firstError(err, failed); err != nil || !whole {
		return lists, err
	}
	s, ok, err := v.anyRow(ctx, of.Attempt, of.Invocation)
	if err != nil || !ok {
		return lists, err
	}
	route := v.engine.texts.route(s.f.path(s.row))
	if route == nil {
		return lists, nil
	}
	for _, list := range lists {
		def := v.cat.partitions[list[0].Element.Partition]
		if def == nil {
			continue
		}
		for i, beside := range route.beside(def.Output, len(list)) {
			list[i].Beside = beside
		}
	}
	return lists, nil
}

// beside tells of each of n records that left on an output whether the next one is the next that its operator was given or made:
// both came out of one operator one behind the other, and passed the same operators behind it, each of which made one of one.
// Then they are the halves of an update if the first takes back and the second puts. It is nil when the path does not tell.
func (r *route) beside(output, n int) []bool {
	var outs []emission
	for _, o := range r.outs {
		if o.output == output {
			outs = append(outs, o)
		}
	}
	if r.cut || len(outs) != n {
		return nil
	}
	list := make([]bool, n)
	for i := range n - 1 {
		list[i] = r.neighbours(outs, i)
	}
	return list
}

func (r *route) neighbours(outs []emission, i int) bool {
	a, b := r.line(outs[i].visit), r.line(outs[i+1].visit)
	at := 0
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	a, b = a[at:], b[at:]
	if len(a) == 0 && len(b) == 0 {
		return true // the same visit emitted both
	}
	if len(a) != len(b) {
		return false
	}
	for k := range a {
		if r.visits[a[k]].operator != r.visits[b[k]].operator {
			return false
		}
	}
	return r.nextSibling(a[0]) == b[0] && r.single(a, outs) && r.single(b, outs)
}

// line is the way from the root to a visit.
func (r *route) line(visit int) []int {
	depth := 0
	for v := visit; v >= 0; v = r.visits[v].parent {
		depth++
	}
	line := make([]int, depth)
	for v := visit; v >= 0; v = r.visits[v].parent {
		depth--
		line[depth] = v
	}
	return line
}

// nextSibling is the next visit of the same operator by the same parent visit, -1 = none.
func (r *route) nextSibling(visit int) int {
	for v := visit + 1; v < len(r.visits); v++ {
		if r.visits[v].parent == r.visits[visit].parent && r.visits[v].operator == r.visits[visit].operator {
			return v
		}
	}
	return -1
}

// single tells whether each visit of a line below its first is the only one of its operator by its parent, and the last one
// emitted one record to the output that outs are about.
func (r *route) single(line []int, outs []emission) bool {
	for _, v := range line[1:] {
		for other := range r.visits {
			if other != v && r.visits[other].parent == r.visits[v].parent && r.visits[other].operator == r.visits[v].operator {
				return false
			}
		}
	}
	n := 0
	for _, o := range outs {
		if o.visit == line[len(line)-1] {
			n++
		}
	}
	return n == 1
}
