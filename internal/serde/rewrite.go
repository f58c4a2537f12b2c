package serde

import (
	"encoding/binary"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Leaf is what stands in place of a leaf of a value.
type Leaf struct {
	Text string // as views show values
	Null bool   // null, where the serializer has a null; else Text
}

// Rewrite writes a value, or with element a stream element, anew, with other leaves: d describes its serializer, tree is what a Decoder
// of d made of p, and with has a leaf for each node of the tree that becomes another. A leaf that its serializer cannot write (a token
// in place of a date, a number that is too large) becomes the type's nothing: an empty text, 0, the first symbol, the epoch. Everything
// else keeps its bytes, and no byte of what was replaced stays.
//
// It goes through everything but what only a job's classes read, Avro, and nested values of tables. The result is decoded again, and
// has the same shape. Errors: ErrEdit; nothing of p may be used then.
func Rewrite(d *event.Descriptor, p event.Payload, tree event.Tree, element bool, with map[*event.Node]Leaf) (event.Payload, error) {
	if d != nil && d.T == event.SerStreamElement {
		d = d.S
	}
	root := tree.Open(sealed.Take())
	switch {
	case d == nil:
		return event.Payload{}, uneditable("how it is written was not recorded")
	case root == nil:
		return event.Payload{}, uneditable("it was not decoded")
	case tree.Info().Reason != "" || p.Size() > p.Len():
		return event.Payload{}, uneditable("it is not read to its end")
	case len(with) == 0:
		return p, nil
	}
	r := rewriter{b: p.Open(sealed.Take()), with: with}
	if err := r.node(d, root, root.Off, root.Len); err != nil {
		return event.Payload{}, err
	}
	if r.used != len(with) {
		return event.Payload{}, uneditable("a part of it is where nothing is written anew")
	}
	out := event.NewPayload(r.joined())
	again := Compile(d, Limits{})
	var now event.Tree
	if element {
		now = again.DecodeElement(out).Value
	} else {
		now = again.Decode(out)
	}
	if now.Info().Reason != "" || !sameShape(root, now.Open(sealed.Take()), with) {
		return event.Payload{}, uneditable("what was written would be read as something else")
	}
	return out, nil
}

// sameShape tells whether two trees differ in replaced leaves alone.
func sameShape(a, b *event.Node, with map[*event.Node]Leaf) bool {
	if a == nil || b == nil {
		return a == b
	}
	if leaf, ok := with[a]; ok {
		return len(b.Items) == 0 && (b.Kind == a.Kind && b.Value.Kind() == a.Value.Kind() || leaf.Null && b.Kind == event.NodeNull)
	}
	if a.Kind != b.Kind || a.Name != b.Name || len(a.Items) != len(b.Items) || a.Value.Kind() != b.Value.Kind() || a.Value.Text() != b.Value.Text() {
		return false
	}
	for i := range a.Items {
		if !sameShape(&a.Items[i], &b.Items[i], with) {
			return false
		}
	}
	return true
}

// splice replaces the bytes from off to off+size.
type splice struct {
	off, size int
	b         []byte
}

// rewriter collects what becomes of a value's bytes.
type rewriter struct {
	b       []byte
	with    map[*event.Node]Leaf
	used    int // entries of with that were written
	splices []splice
}

// joined is all bytes with the splices in them, which do not overlap: each is of a leaf.
func (r *rewriter) joined() []byte {
	slices.SortFunc(r.splices, func(a, b splice) int { return a.off - b.off })
	var out []byte
	at := 0
	for _, s := range r.splices {
		out = append(append(out, r.b[at:s.off]...), s.b...)
		at = s.off + s.size
	}
	return append(out, r.b[at:]...)
}

func (r *rewriter) put(off, size int, b []byte) {
	r.splices = append(r.splices, splice{off, size, b})
	r.used++
}

// touches tells whether something at n or below it is replaced.
func (r *rewriter) touches(n *event.Node) bool {
	if _, ok := r.with[n]; ok {
		return true
	}
	for i := range n.Items {
		if r.touches(&n.Items[i]) {
			return true
		}
	}
	return false
}

// node goes through the bytes from off to off+size, which are n's without what its place in a larger value puts before them.
func (r *rewriter) node(d *event.Descriptor, n *event.Node, off, size int) error {
	if !r.touches(n) {
		return nil
	}
	if d == nil {
		return uneditable("how a part of it is written was not recorded")
	}
	switch d.T {
	case event.SerNullable:
		return r.flagged(d.S, n, off, size, nullAfter(d.Padding))
	case event.SerOption:
		return r.flagged(d.E, n, off, size, []byte{0})
	case event.SerPojo:
		if size < 1 || r.b[off] != pojoExact {
			return uneditable("it has a value of a subclass")
		}
		return r.items(n, len(d.Fields), func(i int, at *event.Node) error {
			return r.flagged(d.Fields[i].S, at, at.Off, at.Len, []byte{1})
		})
	case event.SerTuple, event.SerCase, event.SerRow:
		return r.items(n, len(d.Fields), func(i int, at *event.Node) error { return r.node(d.Fields[i].S, at, at.Off, at.Len) })
	case event.SerList, event.SerMaskList:
		return r.items(n, -1, func(_ int, at *event.Node) error { return r.node(d.E, at, at.Off, at.Len) })
	case event.SerSet:
		return r.items(n, -1, func(_ int, at *event.Node) error { return r.flagged(d.E, at, at.Off, at.Len, []byte{1}) })
	case event.SerArray:
		return r.items(n, -1, func(_ int, at *event.Node) error { return r.flagged(d.E, at, at.Off, at.Len, []byte{0}) })
	case event.SerMap:
		return r.items(n, -1, func(_ int, at *event.Node) error { return r.entry(d, at) })
	case event.SerEither, event.SerTaggedUnion:
		return r.items(n, 1, func(_ int, at *event.Node) error {
			side := d.R
			if r.b[off] == 1 {
				side = d.L
			}
			return r.node(side, at, at.Off, at.Len)
		})
	case event.SerTTL:
		return r.items(n, 2, func(i int, at *event.Node) error {
			return r.node([]*event.Descriptor{{T: event.SerMillis}, d.S}[i], at, at.Off, at.Len)
		})
	case event.SerTimer:
		return r.items(n, 3, func(i int, at *event.Node) error {
			return r.node([]*event.Descriptor{{T: event.SerSortedLong}, d.K, d.V}[i], at, at.Off, at.Len)
		})
	case event.SerTimeWindow:
		return r.items(n, 2, func(_ int, at *event.Node) error {
			return r.node(&event.Descriptor{T: event.SerMillis}, at, at.Off, at.Len)
		})
	case event.SerStringArray:
		return r.items(n, -1, func(_ int, at *event.Node) error {
			return r.node(&event.Descriptor{T: event.SerString}, at, at.Off, at.Len)
		})
	case event.SerPrimArray:
		return r.primArray(d, n, off, size)
	case event.SerRowData:
		return r.tableRow(d, n)
	}
	return r.leaf(d, n, off, size)
}

// items goes through the parts of n, of which there are count; -1 = as many as there are.
func (r *rewriter) items(n *event.Node, count int, each func(i int, at *event.Node) error) error {
	if _, ok := r.with[n]; ok || count >= 0 && len(n.Items) != count {
		return uneditable("a part of it is no single value")
	}
	for i := range n.Items {
		if !r.touches(&n.Items[i]) {
			continue
		}
		if err := each(i, &n.Items[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *rewriter) entry(d *event.Descriptor, n *event.Node) error {
	return r.items(n, 2, func(i int, at *event.Node) error {
		if i == 0 {
			return r.node(d.K, at, at.Off, at.Len)
		}
		return r.flagged(d.V, at, at.Off, at.Len, []byte{1})
	})
}

func nullAfter(padding int) []byte { return append([]byte{1}, make([]byte, padding)...) }

// flagged is a value behind a byte that says whether it is there; null is how nothing is written.
func (r *rewriter) flagged(d *event.Descriptor, n *event.Node, off, size int, null []byte) error {
	if leaf, ok := r.with[n]; ok && leaf.Null {
		r.put(off, size, null)
		return nil
	}
	if size < 1 || n.Kind == event.NodeNull {
		return uneditable("a null of it is to be something else")
	}
	return r.node(d, n, off+1, size-1)
}

// primArray: bytes and characters are one leaf behind their number, others are lists of leaves.
func (r *rewriter) primArray(d *event.Descriptor, n *event.Node, off, size int) error {
	if d.E == nil {
		return uneditable("how a part of it is written was not recorded")
	}
	leaf, whole := r.with[n]
	switch {
	case !whole:
		return r.items(n, -1, func(_ int, at *event.Node) error { return r.node(d.E, at, at.Off, at.Len) })
	case d.E.T == event.SerByte:
		if leaf.Null {
			leaf.Text = ""
		}
		r.put(off, size, append(appendCount(nil, len(leaf.Text)), leaf.Text...))
		return nil
	case d.E.T == event.SerChar:
		var units []uint16
		if !leaf.Null && utf8.ValidString(leaf.Text) {
			units = utf16.Encode([]rune(leaf.Text))
		}
		b := appendCount(nil, len(units))
		for _, u := range units {
			b = binary.BigEndian.AppendUint16(b, u)
		}
		r.put(off, size, b)
		return nil
	}
	return uneditable("an array of it is no single value")
}
