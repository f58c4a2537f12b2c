package serde

import (
	"github.com/sightglass/sightglass/internal/event"
)

// changeKinds are the names of RowKind by its byte value.
var changeKinds = [4]string{"+I", "-U", "+U", "-D"}

// setChangeKind shows kind as the value of a row.
func setChangeKind(n *event.Node, kind uint8) {
	if int(kind) < len(changeKinds) {
		n.Value = event.TextValue(event.ValueEnum, changeKinds[kind])
		return
	}
	n.Reason = "the change kind is not known"
}

// row reads RowSerializer's form: a bit mask, most significant bit first, then the fields that are not null.
type row struct {
	typ    string
	fields []namedCodec
	kind   bool
}

func (r row) decode(in *input, n *event.Node) {
	bits := len(r.fields)
	if r.kind {
		bits += 2
	}
	mask := in.take((bits + 7) / 8)
	if in.stopped() {
		return
	}
	bit := func(i int) uint8 { return mask[i/8] >> (7 - i%8) & 1 }
	n.Kind, n.Type, n.Items = event.NodeObject, r.typ, in.items(len(r.fields))
	first := 0
	if r.kind {
		setChangeKind(n, bit(0)|bit(1)<<1)
		first = 2
	}
	for i, f := range r.fields {
		if in.stopped() {
			break
		}
		n.Items = append(n.Items, event.Node{Name: f.name})
		if bit(first+i) != 0 {
			in.read(null{f.typ}, &n.Items[i])
			continue
		}
		in.read(f.codec, &n.Items[i])
	}
	notDecoded(in, n, len(r.fields), "field")
}
