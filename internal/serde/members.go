package serde

import "github.com/sightglass/sightglass/internal/event"

// keyedItems builds the items of a map whose keys may be anything, as MessagePack and CBOR have them. While all keys are text it is an
// object with members, which paths can name; the first other key makes it a map of entries.
//
// Keys and values must follow one another without a byte between: where a key lay is told by its neighbours.
type keyedItems struct {
	in    *input
	n     *event.Node
	start int // of the first key
	typ   string
	text  func(in *input) bool // the next value is text with a length
	value codec
}

func (k *keyedItems) begin(count int) {
	k.start = k.in.pos
	k.n.Kind, k.n.Items = event.NodeObject, k.in.items(count)
}

// next reads a key and its value.
func (k *keyedItems) next() {
	in, n := k.in, k.n
	if n.Kind == event.NodeObject && !k.text(in) {
		k.entries()
	}
	if n.Kind == event.NodeMap {
		n.Items = append(n.Items, event.Node{})
		in.read(pair{k.value, k.value}, &n.Items[len(n.Items)-1])
		return
	}
	n.Items = append(n.Items, event.Node{})
	last := len(n.Items) - 1
	in.read(k.value, &n.Items[last])
	if in.stopped() {
		if n.Items[last].Kind != event.NodeCut {
			n.Items = n.Items[:last]
		}
		return
	}
	in.left.nodes++ // a member's name is no value
	n.Items[last] = event.Node{Name: n.Items[last].Value.Raw()}
	in.read(k.value, &n.Items[last])
}

// entries turns the members so far into entries.
func (k *keyedItems) entries() {
	k.n.Kind = event.NodeMap
	at := k.start
	for i := range k.n.Items {
		value := k.n.Items[i]
		key := event.Node{Kind: event.NodeScalar, Name: "key", Type: k.typ, Off: at, Len: value.Off - at,
			Value: event.TextValue(event.ValueString, value.Name)}
		value.Name = "value"
		k.n.Items[i] = event.Node{Kind: event.NodeEntry, Off: at, Len: value.Off + value.Len - at, Items: []event.Node{key, value}}
		at = value.Off + value.Len
	}
}
