package cli

import (
	"strings"

	"github.com/sightglass/sightglass/gen"
)

// showSteps prints what operators did in an invocation, in order, below the operator and the key that they did it for.
func (a *app) showSteps(steps []gen.Event, hex bool) {
	if len(steps) == 0 {
		return
	}
	a.section("did")
	last := ""
	for i := range steps {
		e := &steps[i]
		head := orNothing(e.OpName)
		if e.Key.Format != "" {
			head += ", key " + clean(e.Key.Text)
		}
		if head != last {
			a.say("%s", head)
			last = head
		}
		a.showStep(e, hex)
	}
}

func (a *app) showStep(e *gen.Event, hex bool) {
	a.say("  %s", clean(e.Text))
	before, after := &e.State.Before, &e.State.After
	if strings.HasSuffix(e.Text, "…") { // the line was too short for it
		switch {
		case before.Node.Kind != "" && after.Node.Kind != "":
			a.showChange(&before.Node, &after.Node, "    ")
		case after.Node.Kind != "":
			a.showNode(&after.Node, "    ")
		case before.Node.Kind != "":
			a.showNode(&before.Node, "    ")
		}
	}
	for _, m := range append(before.Masked, after.Masked...) {
		a.say("    %s", a.paint(amber, "masked "+clean(m.Path)+": "+m.Class+", "+m.Action))
	}
	if hex {
		for _, v := range []*gen.View{before, after} {
			if v.Format != "" {
				a.dump(v)
			}
		}
	}
}

// showChange prints the members of two trees that differ, each as what it was and what it is.
func (a *app) showChange(before, after *gen.Node, indent string) {
	if len(before.Items) == 0 || len(before.Items) != len(after.Items) || !sameNames(before, after) {
		a.showNode(before, indent+a.paint(red, "- "))
		a.showNode(after, indent+a.paint(green, "+ "))
		return
	}
	for i := range before.Items {
		b, n := &before.Items[i], &after.Items[i]
		switch {
		case equalNodes(b, n):
		case len(b.Items) > 0 && len(n.Items) > 0:
			a.say("%s%s:", indent, orNothing(clean(n.Name)))
			a.showChange(b, n, indent+"  ")
		default:
			a.say("%s%s: %s → %s", indent, orNothing(clean(n.Name)), leaf(b), leaf(n))
		}
	}
}

func sameNames(a, b *gen.Node) bool {
	for i := range a.Items {
		if a.Items[i].Name != b.Items[i].Name {
			return false
		}
	}
	return true
}

func equalNodes(a, b *gen.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || a.Reason != b.Reason || len(a.Items) != len(b.Items) {
		return false
	}
	for i := range a.Items {
		if a.Items[i].Name != b.Items[i].Name || !equalNodes(&a.Items[i], &b.Items[i]) {
			return false
		}
	}
	return true
}

// leaf is a node in one word.
func leaf(n *gen.Node) string {
	switch {
	case n.Kind == "null":
		return "null"
	case len(n.Items) > 0:
		return "{…}"
	}
	return clean(n.Value)
}
