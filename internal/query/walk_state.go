package query

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// stateful tells whether an operator keeps records, or hands them on later. Sources and sinks keep positions only.
func (a *attempt) stateful(index int) bool {
	def := a.def(index)
	if def == nil || def.Kind == "source" || def.Kind == "sink" {
		return false
	}
	return def.Stateful || def.Timers || def.Kind == "window" || def.Kind == "async"
}

// keepers names the stateful operators that records entered: those that gave something out in the same invocation, and those
// that gave nothing. Without a path all of the chain may have been entered.
func (v *view) keepers(key event.Key, path *route) (gave, kept []OperatorRef) {
	a := v.cat.attempts[key]
	if a == nil {
		return nil, nil
	}
	if path == nil || path.cut {
		for i := range a.chain {
			if a.stateful(i) {
				kept = append(kept, a.operator(i))
			}
		}
		return nil, kept
	}
	out := make(map[int]int)
	for i, x := range path.visits {
		if i > 0 || path.root == rootRecord {
			out[x.operator] += x.gaveOut()
		}
	}
	for i := range a.chain {
		n, entered := out[i]
		switch {
		case !entered || !a.stateful(i):
		case n > 0:
			gave = append(gave, a.operator(i))
		default:
			kept = append(kept, a.operator(i))
		}
	}
	return gave, kept
}

func slugs(list []OperatorRef) string {
	names := make([]string, len(list))
	for i, op := range list {
		names[i] = op.Slug
	}
	return strings.Join(names, ", ")
}

// noteThrough notes which stateful operators an invocation that made something went through: what they gave out may depend
// on other records too, and what they were given may show again later.
//
// dropped are the operators that threw it away, by index. Operators whose state is recorded are left out: what they did is followed.
func (w *walk) noteThrough(ctx context.Context, node int, key event.Key, inv uint64, path *route, dropped map[int]bool) error {
	v := w.places[node].v
	gave, kept := v.keepers(key, path)
	kept = without(kept, dropped)
	for _, list := range []*[]OperatorRef{&gave, &kept} {
		var rest []OperatorRef
		for _, op := range *list {
			_, traced, err := v.stateLoss(ctx, key, op.Index, event.LaneState, inv, inv)
			if err != nil {
				return err
			}
			if !traced {
				rest = append(rest, op)
			}
		}
		*list = rest
	}
	if path == nil || path.cut {
		gave, kept = kept, nil
	}
	if len(gave) > 0 {
		w.noteAt(node, Note{Kind: NoteState, Operator: gave[0].Slug,
			Text: fmt.Sprintf("state of %s: what it gives out may also depend on other records, and this one may show again later", slugs(gave))}, true)
	}
	if len(kept) > 0 {
		w.noteAt(node, Note{Kind: NoteState, Operator: kept[0].Slug,
			Text: fmt.Sprintf("it also went into the state of %s, or was dropped there: not proven which", slugs(kept))}, false)
	}
	return nil
}

// without takes the operators out of list whose index is in those.
func without(list []OperatorRef, those map[int]bool) []OperatorRef {
	return slices.DeleteFunc(list, func(op OperatorRef) bool { return those[op.Index] })
}

// drops notes on node what operators threw away in the invocation, and gives the indexes of those that did. The head of the
// chain counts when a row does not say which it was.
func (w *walk) drops(ctx context.Context, node int, key event.Key, inv uint64) (map[int]bool, error) {
	v := w.places[node].v
	dropped := make(map[int]bool)
	told := 0
	err := v.dropped(ctx, key, inv, func(e *Event) bool {
		kind := NoteDropped
		if e.Reason.Kept() {
			kind = NoteState
		} else {
			dropped[max(e.Operator.Index, 0)] = true
		}
		w.noteAt(node, Note{Kind: kind, Operator: e.Operator.Slug, Text: droppedText(e), Hint: droppedHint(e)}, true)
		told++
		return told < maxDropNotes
	})
	return dropped, err
}

// maxDropNotes bounds what is told of one invocation: a bundle may throw many records away at once.
const maxDropNotes = 20

// droppedText says why a record was thrown away, and by how much it was late.
func droppedText(e *Event) string {
	s := "reason " + e.Reason.String()
	if e.Reason.Kept() {
		s = "reason " + e.Reason.String() + ": it was late, and not lost"
	}
	if late, ok := e.Late(); ok {
		s += fmt.Sprintf(", %d ms late", late)
	}
	return s
}

func droppedHint(e *Event) string {
	if e.Text == "" || e.What == 0 {
		return ""
	}
	return fmt.Sprintf("%s raised the watermark last, in invocation %d", e.Text, e.Invocation+1-min(uint64(e.What), e.Invocation))
}

// ended notes on an invocation out of which nothing came what became of its record: thrown away, as a row says, or swallowed
// by state. It gives the kind of the edge that leads there.
func (w *walk) ended(ctx context.Context, node int, key event.Key, inv uint64, path *route) (EdgeKind, error) {
	dropped, err := w.drops(ctx, node, key, inv)
	switch {
	case err != nil:
		return EdgeSame, err
	}
	if kept, err := w.swallowed(ctx, node, key, inv, path, dropped); err != nil || kept {
		return EdgeState, err
	}
	switch {
	case len(dropped) > 0:
		w.out.Nodes[node].StateNote = w.dropNote(node)
		return EdgeDropped, nil
	}
	return EdgeSame, nil
}

// dropNote is what was noted last about node having been thrown away.
func (w *walk) dropNote(node int) string {
	for _, n := range slices.Backward(w.out.Notes) {
		if n.Kind == NoteDropped && n.Node == w.out.Nodes[node].ID {
			return "dropped: " + n.Text
		}
	}
	return ""
}

// swallowed notes on an invocation out of which nothing came what that means, and tells whether state is the reason. dropped
// are the operators that threw the record away: nothing is in their state, nor in that of operators behind them.
func (w *walk) swallowed(ctx context.Context, node int, key event.Key, inv uint64, path *route, dropped map[int]bool) (bool, error) {
	v := w.places[node].v
	_, kept := v.keepers(key, path)
	kept = without(kept, dropped)
	proven := ""
	var open []OperatorRef
	for _, op := range kept {
		what, traced, err := w.kept(ctx, v, key, op.Index, inv)
		switch {
		case err != nil:
			return false, err
		case !traced || op.Kind == "async":
			open = append(open, op)
		case len(what) > 0 && proven == "":
			proven = wentInto(op, what)
			w.noteAt(node, Note{Kind: NoteState, Operator: op.Slug, Text: proven}, true)
		}
	}
	if kept = open; len(kept) == 0 && proven != "" {
		w.out.Nodes[node].StateNote = proven
		return true, nil
	}
	if len(dropped) > 0 && (path == nil || path.cut) {
		kept = nil // which of them were entered is not known; one threw it away
	}
	if len(kept) == 0 {
		w.out.Nodes[node].StateNote = ""
		return false, nil
	}
	verb := "went into the state of"
	if kept[0].Kind == "async" {
		verb = "was handed to the asynchronous operator"
	}
	note := fmt.Sprintf("the record %s %s, or was dropped there: not proven which", verb, slugs(kept))
	w.out.Nodes[node].StateNote = note
	w.noteAt(node, Note{Kind: NoteState, Operator: kept[0].Slug, Text: note,
		Hint: "what comes out of the state later has invocations of its own: look for timers and later records of the operator"}, false)
	return true, nil
}

// stateOf notes on an invocation that what it sent came out of state. made is what was asked about: if its contributors were
// followed, the answer may be whole.
func (w *walk) stateOf(made, node int, key event.Key, path *route, text string) {
	if node == missing {
		w.out.Complete = false
		return
	}
	at := w.places[node]
	operator := 0
	if at.spot != nil {
		operator = max(int(at.spot.f.r.Operator[at.spot.row]), 0)
	} else if path != nil && len(path.visits) > 0 {
		operator = path.visits[0].operator
	}
	w.out.Nodes[node].StateNote = text
	n := Note{Kind: NoteState, Operator: at.v.cat.attempts[key].operator(operator).Slug, Text: text}
	if made == missing || !w.places[made].followed {
		n.Hint = "the records that went into this state are not followed"
		if made != missing && w.places[made].hint != "" {
			n.Hint += ": " + w.places[made].hint
		}
	}
	w.noteAt(node, n, n.Hint == "")
}

// lost says why something of an attempt is not there: a block that cannot be read, a gap of the lane (at inv, 0 = anywhere), or
// nothing known.
func (v *view) lost(key event.Key, lane event.Lane, inv uint64, text string) Note {
	m := v.model
	m.mu.Lock()
	defer m.mu.Unlock()
	n := Note{Kind: NoteNotRecorded, Text: text, Operator: v.cat.attempts[key].operator(0).Slug}
	because := func(why string) Note {
		n.Kind = NoteGap
		if n.Text != "" {
			why = n.Text + ": " + why
		}
		n.Text = why
		return n
	}
	for _, h := range v.rotten {
		if h.Attempt == key && h.Lane.Base() == lane && (inv == 0 || inv >= h.FirstInv && inv <= h.LastInv) {
			return because(fmt.Sprintf("block %d of lane %s cannot be read", h.Number, lane))
		}
	}
	for _, g := range append(m.gaps.standing(key, m.tail), m.gaps.standing(0, m.tail)...) { // 0: the server does not know whose
		if g.Lane != 0 && g.Lane != lane || inv != 0 && g.First != 0 && (inv < g.First || inv > g.Last) {
			continue
		}
		n := because(v.gap(key, g).Text)
		if g.Reason == event.GapRetention {
			n.Kind, n.Hint = NoteRemoved, "a pin keeps what is still there: sightglass pin"
		}
		return n
	}
	for _, h := range m.tail.holesOf(streamKey{key, lane}) {
		if inv != 0 && h.invFirst != 0 && (inv < h.invFirst || inv > h.invLast) {
			continue
		}
		return because(fmt.Sprintf("blocks %d to %d of lane %s are missing", h.first, h.last, lane))
	}
	if lane == event.LaneOut && m.tallies[key] == nil {
		n.Hint = "is the agent attached to every TaskManager?"
	}
	return n
}
