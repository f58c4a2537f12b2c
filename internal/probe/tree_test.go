package probe

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/serde"
)

// registry is a serde.Schemas of one schema with the id 1.
type registry struct {
	language event.SchemaLanguage
	text     string
}

func (r registry) ByID(_ context.Context, id event.SchemaID) (event.SchemaText, error) {
	return event.SchemaText{ID: id, Language: r.language, Text: r.text}, nil
}

// treeOf is serde's tree of a record, whose headers name its schema where it has one.
func treeOf(d *serde.RecordDecoder, f form, b []byte) event.Tree {
	wish := serde.Wish{Decoder: serde.DecoderSchema, Headers: []serde.Header{{Name: "__value_schema_id", Value: event.NewPayload([]byte("\x00\x00\x00\x00\x01"))}}}
	if f == formJSON {
		wish = serde.Wish{Decoder: serde.DecoderJSON}
	}
	return d.Decode(context.Background(), serde.PartValue, event.NewPayload(append([]byte{}, b...)), wish).Tree
}

// atPath lists the nodes at a path as Cells.Len says: nil for what is missing.
func atPath(n *event.Node, p Path) []*event.Node {
	if len(p) == 0 {
		return []*event.Node{n}
	}
	missing := []*event.Node{nil}
	if p.Repeated() {
		missing = nil
	}
	if n == nil {
		return missing
	}
	var all []*event.Node
	switch s := p[0]; {
	case s.Kind == StepMember && n.Kind == event.NodeObject:
		var found *event.Node
		for i := range n.Items {
			if n.Items[i].Name == s.Name {
				found = &n.Items[i]
			}
		}
		return atPath(found, p[1:])
	case s.Kind == StepElement && n.Kind == event.NodeList:
		for i := range n.Items {
			all = append(all, atPath(&n.Items[i], p[1:])...)
		}
		return all
	case (s.Kind == StepValue || s.Kind == StepKey) && n.Kind == event.NodeMap:
		for i := range n.Items {
			at := 1
			if s.Kind == StepKey {
				at = 0
			}
			all = append(all, atPath(&n.Items[i].Items[at], p[1:])...)
		}
		return all
	}
	return missing
}

// pathsOf lists the paths of a tree, by their texts.
func pathsOf(n *event.Node, p Path, into map[string]Path) {
	into[p.String()] = p
	down := func(n *event.Node, s Step) { pathsOf(n, append(p[:len(p):len(p)], s), into) }
	for i := range n.Items {
		item := &n.Items[i]
		switch n.Kind {
		case event.NodeObject:
			if item.Kind != event.NodeOpaque && item.Kind != event.NodeCut && !strings.HasPrefix(item.Name, "#") {
				down(item, Step{Name: item.Name})
			}
		case event.NodeList:
			down(item, Step{Kind: StepElement})
		case event.NodeMap:
			if len(item.Items) == 2 {
				down(&item.Items[0], Step{Kind: StepKey})
				down(&item.Items[1], Step{Kind: StepValue})
			}
		}
	}
}

// oddNode finds a node whose value is not what the format and schema say.
func oddNode(n *event.Node) string {
	if n.Reason != "" && n.Reason != "not in the bytes: the default" {
		return n.Reason
	}
	for i := range n.Items {
		if odd := oddNode(&n.Items[i]); odd != "" {
			return odd
		}
	}
	return ""
}

// cellDiffers tells in what a cell is not the node, without their values.
func cellDiffers(c Cell, n *event.Node) string {
	kind := c.Kind()
	if n == nil {
		if kind != Missing {
			return fmt.Sprintf("%v where the tree has nothing", kind)
		}
		return ""
	}
	want := map[event.NodeKind]Kind{event.NodeNull: Null, event.NodeObject: Object, event.NodeList: List, event.NodeMap: Map, event.NodeOpaque: Opaque}
	if n.Kind != event.NodeScalar {
		if kind != want[n.Kind] {
			return fmt.Sprintf("%v where the tree has %v", kind, n.Kind)
		}
		if (n.Kind == event.NodeList || n.Kind == event.NodeMap) && c.N() != len(n.Items) {
			return fmt.Sprintf("%d items where the tree has %d", c.N(), len(n.Items))
		}
		return ""
	}
	if c.Value() != n.Value {
		return fmt.Sprintf("%v %q is not %v %q", kind, c.Value().Text(), n.Value, n.Value.Text())
	}
	if kind == Text || kind == Enum || kind == Bytes {
		if string(c.AppendText(nil)) != n.Value.Raw() {
			return "another text"
		}
	}
	return ""
}

// compare runs a program over a record and says in what the row is not the tree.
func compare(t testing.TB, p *Program, row *Row, tree event.Tree, b []byte) {
	t.Helper()
	err := p.Run(b, row)
	reason := tree.Info().Reason
	left := p.form != formJSON && strings.HasSuffix(reason, "bytes are left over after the value")
	if (err != nil) != (reason != "" && !left) {
		t.Fatalf("run: %v, tree: %q, of %x", err, reason, b)
	}
	if err != nil {
		if off := err.(*Error).Off; off < 0 || off > len(b) {
			t.Fatalf("a failure at byte %d of %d", off, len(b))
		}
		return
	}
	if left != (row.Faults()&FaultLeftOver != 0) {
		t.Fatalf("left over: run %v, tree %q, of %x", row.Faults(), reason, b)
	}
	root := tree.Open(sealed.Take())
	if odd := oddNode(root); odd != "" && row.Faults() == 0 {
		t.Fatalf("no fault where the tree has %q, of %x", odd, b)
	}
	if row.Faults()&(FaultUnread|FaultMerged) != 0 {
		return
	}
	cells := row.Open(sealed.Take())
	for i, path := range p.Paths() {
		nodes := atPath(root, path)
		if cells.Len(i) != len(nodes) {
			t.Fatalf("%s: %d cells, the tree has %d places, of %x", path, cells.Len(i), len(nodes), b)
		}
		for j, n := range nodes {
			if why := cellDiffers(cells.At(i, j), n); why != "" {
				t.Fatalf("%s, cell %d: %s, of %.2000x", path, j, why, b)
			}
		}
	}
}

// mutated changes some bytes of b, or cuts it.
func mutated(r interface{ IntN(int) int }, b []byte) []byte {
	out := append([]byte(nil), b...)
	for range 1 + r.IntN(3) {
		if len(out) == 0 {
			break
		}
		at := r.IntN(len(out))
		switch r.IntN(4) {
		case 0:
			out[at] ^= 1 << r.IntN(8)
		case 1:
			out[at] = byte(r.IntN(256))
		case 2:
			out = append(out[:at], out[at+1:]...)
		default:
			out = out[:at]
		}
	}
	return out
}
