package browse

import (
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// The kinds of a row in a stream of changes.
const (
	insert       = "+I"
	updateBefore = "-U"
	updateAfter  = "+U"
	deletion     = "-D"
)

// Change is what a row is in a stream of changes. Other is the other half of the update that the row is one half of, nil when
// it has none among the records of its invocation; Why says more then.
type Change struct {
	Kind   string
	Other  *event.Element
	Fields []ChangedField // of an update with both halves: what differs
	Text   string         // of an update with both halves: one line
	Why    string
}

// ChangedField is a field of a row before and after an update. Masked: it may have changed or not.
type ChangedField struct {
	Name          string
	Before, After access.Node
	Masked        bool
}

// changes finds the other halves of updates among the records of the invocations that sent them. open: more records of the
// newest invocations may come.
func (r renderer) changes(t Target, events []Event, open bool) error {
	var of []query.InvocationOf
	for i := range events {
		if kind := rowKind(events[i].View); kind != "" {
			events[i].Change = &Change{Kind: kind}
			if kind == updateBefore || kind == updateAfter {
				of = append(of, query.InvocationOf{Attempt: events[i].AttemptKey, Invocation: events[i].Invocation})
			}
		}
	}
	if len(of) == 0 {
		return nil
	}
	sent, err := r.queries.Emissions(r.ctx, t.Recording, of)
	if err != nil {
		return err
	}
	updates := make(map[event.Element]*Change)
	for _, lists := range sent {
		for _, list := range lists {
			r.pair(list, updates)
		}
	}
	for i := range events {
		c := events[i].Change
		if c == nil || c.Kind != updateBefore && c.Kind != updateAfter {
			continue
		}
		if found := updates[*events[i].Element]; found != nil {
			events[i].Change = found
		} else {
			c.Why = alone(c.Kind, open)
		}
	}
	return nil
}

func alone(kind string, open bool) string {
	switch {
	case open && kind == updateBefore:
		return "its +U has not come yet"
	case kind == updateBefore:
		return "its +U is not among the records of this invocation"
	}
	return "its -U is not among the records of this invocation"
}

// pair links the halves of updates among what one invocation sent on one output.
func (r renderer) pair(list []query.Emission, updates map[event.Element]*Change) {
	views := make([]*access.View, len(list))
	for i := range list {
		views[i] = r.event(list[i].Event).View
	}
	for i := 0; i+1 < len(list); i++ {
		before, after := views[i], views[i+1]
		if rowKind(before) != updateBefore || rowKind(after) != updateAfter {
			continue
		}
		same, known := sameKey(before.Node, after.Node, list[i].KeyFields)
		if known && !same || !known && !list[i].Beside {
			continue
		}
		fields := differences(before.Node, after.Node)
		text := changedLine(before.Node, after.Node)
		updates[*list[i].Element] = &Change{Kind: updateBefore, Other: list[i+1].Element, Fields: fields, Text: text}
		updates[*list[i+1].Element] = &Change{Kind: updateAfter, Other: list[i].Element, Fields: fields, Text: text}
	}
}

// rowKind is the kind of the row that a view shows, empty when it is no row with a kind.
func rowKind(v *access.View) string {
	if v == nil || v.Node == nil || v.Node.Kind != "object" {
		return ""
	}
	switch v.Node.Value {
	case insert, updateBefore, updateAfter, deletion:
		return v.Node.Value
	}
	return ""
}

// sameKey compares the fields that key names. It is not known without a key, when a row lacks one of its fields, or when one is
// masked.
func sameKey(before, after *access.Node, key []string) (same, known bool) {
	if len(key) == 0 {
		return false, false
	}
	same = true
	for _, name := range key {
		a, b := fieldOf(before, name), fieldOf(after, name)
		if a == nil || b == nil || masked(a) || masked(b) {
			return false, false
		}
		same = same && equal(a, b)
	}
	return same, true
}

func fieldOf(n *access.Node, name string) *access.Node {
	i := slices.IndexFunc(n.Items, func(f access.Node) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &n.Items[i]
}

func differences(before, after *access.Node) []ChangedField {
	var fields []ChangedField
	for i := range min(len(before.Items), len(after.Items)) {
		a, b := &before.Items[i], &after.Items[i]
		hidden := masked(a) || masked(b)
		if hidden || !equal(a, b) {
			fields = append(fields, ChangedField{Name: b.Name, Before: *a, After: *b, Masked: hidden})
		}
	}
	return fields
}

// changedLine writes the row after the update with what differs as before → after.
func changedLine(before, after *access.Node) string {
	parts := make([]string, 0, len(after.Items))
	for i := range after.Items {
		b := &after.Items[i]
		text := b.Name + ": "
		if i < len(before.Items) && !equal(&before.Items[i], b) && !masked(b) {
			text += access.NodeLine(&before.Items[i]) + " → "
		}
		parts = append(parts, text+access.NodeLine(b))
	}
	return bounded("{" + strings.Join(parts, ", ") + "}")
}

func masked(n *access.Node) bool {
	return n.Mask != "" || slices.ContainsFunc(n.Items, func(item access.Node) bool { return masked(&item) })
}

// equal compares what two nodes show, wherever their bytes stand.
func equal(a, b *access.Node) bool { return reflect.DeepEqual(placeless(a), placeless(b)) }

func placeless(n *access.Node) access.Node {
	c := *n
	c.Off, c.Len = 0, 0
	if n.Items != nil {
		c.Items = make([]access.Node, len(n.Items))
		for i := range n.Items {
			c.Items[i] = placeless(&n.Items[i])
		}
	}
	return c
}

// change is changes of one event that arrives.
func (r renderer) change(t Target, e *Event) error {
	one := []Event{*e}
	err := r.changes(t, one, true)
	*e = one[0]
	return err
}
