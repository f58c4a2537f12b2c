package serde

import (
	"bytes"
	"errors"
	"sort"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// leavesOf gives each scalar of a tree something else.
func leavesOf(n *event.Node, with map[*event.Node]Leaf, leaf func(*event.Node) Leaf) {
	if n.Kind == event.NodeScalar {
		with[n] = leaf(n)
	}
	for i := range n.Items {
		leavesOf(&n.Items[i], with, leaf)
	}
}

// exact are the kinds of which every value that a view shows can be written. Times and decimals that masks do not make may become nothing.
var exact = map[event.ValueKind]bool{event.ValueBool: true, event.ValueInt: true, event.ValueFloat32: true, event.ValueFloat64: true, event.ValueString: true, event.ValueEnum: true}

func sameValues(a, b *event.Node) bool {
	if a.Kind != b.Kind || exact[a.Value.Kind()] && a.Value.Text() != b.Value.Text() || a.Value.Kind() != b.Value.Kind() || len(a.Items) != len(b.Items) {
		return false
	}
	for i := range a.Items {
		if !sameValues(&a.Items[i], &b.Items[i]) {
			return false
		}
	}
	return true
}

// What Flink's own serializers wrote is written anew: with the values that it has it stays what it is; with others nothing of the old
// ones stays, and the same decoder reads it. What is refused is listed, so that it does not become more unseen.
func TestVectorsAreWrittenAnew(t *testing.T) {
	refused, wrote, done := map[string]bool{}, map[string]bool{}, 0
	for _, v := range readVectors(t) {
		d, b := v.descriptor(t), v.bytes(t)
		p := event.NewPayload(b)
		element := d.T == event.SerStreamElement
		tree := Compile(d, Limits{}).Decode(p)
		if element {
			tree = Compile(d, Limits{}).DecodeElement(p).Value
		}
		if tree.Absent() || tree.Info().Reason != "" {
			continue
		}
		root := tree.Open(sealed.Take())
		with := map[*event.Node]Leaf{}
		leavesOf(root, with, func(n *event.Node) Leaf { return Leaf{Text: n.Value.Text()} })
		if len(with) == 0 {
			continue
		}
		out, err := Rewrite(d, p, tree, element, with)
		if err != nil {
			if !errors.Is(err, ErrEdit) {
				t.Errorf("%s: %v", v.Name, err)
			}
			refused[d.T] = true
			continue
		}
		again := Compile(d, Limits{}).Decode(out)
		if element {
			again = Compile(d, Limits{}).DecodeElement(out).Value
		}
		if !sameValues(root, again.Open(sealed.Take())) {
			t.Errorf("%s: its own values make another value of it", v.Name)
		}
		clear(with)
		leavesOf(root, with, func(*event.Node) Leaf { return Leaf{Text: "***"} })
		if out, err = Rewrite(d, p, tree, element, with); err != nil {
			t.Errorf("%s: masked: %v", v.Name, err)
			continue
		}
		for n := range with {
			if text := n.Value.Text(); n.Value.Kind() == event.ValueString && len(text) > 5 && text != "***" && bytes.Contains(out.Open(sealed.Take()), []byte(text)) {
				t.Errorf("%s: what was masked is still there", v.Name)
			}
		}
		done++
		wrote[d.T] = true
	}
	var kinds []string
	for k := range refused {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	t.Logf("%d values written anew; refused: %s", done, kinds)
	for _, must := range []string{"string", "long", "tuple", "pojo", "list", "map", "rowdata", "timer", "ttl", "instant", "bigdec", "localdatetime"} {
		if !wrote[must] {
			t.Errorf("no %s is written anew", must)
		}
	}
	if done < 300 {
		t.Errorf("only %d values were written anew", done)
	}
}
