package serde

import (
	"encoding/binary"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// binaryArray reads an area as BinaryArrayData.
type binaryArray struct {
	typ  string
	item cell
}

// split checks the header of the array in area and returns where its null bits and elements begin.
func (a binaryArray) split(in *input) (count, nulls, elements int) {
	start := in.pos
	if in.end-start < 4 {
		in.stop("a binary array without a length")
		return 0, 0, 0
	}
	count = int(int32(binary.LittleEndian.Uint32(in.b[start:])))
	if count < 0 || count > in.end-start {
		in.stop("a binary array of " + strconv.Itoa(in.end-start) + " bytes cannot have " + strconv.Itoa(count) + " elements")
		return 0, 0, 0
	}
	nulls = start + 4
	elements = nulls + (count+31)/32*4
	if elements+count*a.item.width > in.end {
		in.stop("a binary array of " + strconv.Itoa(in.end-start) + " bytes cannot have " + strconv.Itoa(count) + " elements")
		return 0, 0, 0
	}
	return count, nulls, elements
}

func (a binaryArray) decode(in *input, n *event.Node) {
	count, nulls, elements := a.split(in)
	if in.stopped() {
		return
	}
	n.Kind, n.Type, n.Items = event.NodeList, a.typ, in.items(count)
	for i := range count {
		n.Items = append(n.Items, event.Node{})
		if !a.element(in, &n.Items[i], i, nulls, elements) {
			break
		}
	}
	in.pos = in.end
}

func (a binaryArray) element(in *input, n *event.Node, i, nulls, elements int) bool {
	isNull := in.b[nulls+i>>3]>>(i&7)&1 == 1
	return in.slot(a.item, n, elements+i*a.item.width, a.item.width, isNull)
}

// binaryMap reads an area as BinaryMapData: i32 size of the key array, key array, value array.
type binaryMap struct {
	typ         string
	keys, items binaryArray
}

func (m binaryMap) decode(in *input, n *event.Node) {
	start := in.pos
	if in.end-start < 4 {
		in.stop("a binary map without a length")
		return
	}
	size := int(int32(binary.LittleEndian.Uint32(in.b[start:])))
	if size < 0 || size > in.end-start-4 {
		in.stop("the keys of a binary map lie outside it")
		return
	}
	keys := in.area(start+4, size)
	items := in.area(start+4+size, in.end-start-4-size)
	count, keyNulls, keyAt := m.keys.split(keys)
	itemCount, itemNulls, itemAt := m.items.split(items)
	switch {
	case keys.stopped():
		in.stop(keys.why)
	case items.stopped():
		in.stop(items.why)
	case count != itemCount:
		in.stop("a binary map of " + strconv.Itoa(count) + " keys and " + strconv.Itoa(itemCount) + " values")
	}
	if in.stopped() {
		return
	}
	n.Kind, n.Type, n.Items = event.NodeMap, m.typ, in.items(count)
	for i := range count {
		entry := event.Node{Kind: event.NodeEntry, Off: keyAt + i*m.keys.item.width, Len: m.keys.item.width,
			Items: []event.Node{{Name: "key"}, {Name: "value"}}}
		full := !m.keys.element(keys, &entry.Items[0], i, keyNulls, keyAt) ||
			!m.items.element(items, &entry.Items[1], i, itemNulls, itemAt)
		n.Items = append(n.Items, entry)
		if full {
			break
		}
	}
	in.pos = in.end
}
