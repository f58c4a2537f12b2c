package serde

import (
	"encoding/binary"
	"math/bits"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// bitmap reads Flink's BITMAP as the list of the numbers in it, ascending. Its bytes are a 32-bit Roaring bitmap in the
// portable form (https://github.com/RoaringBitmap/RoaringFormatSpec), little-endian; outside of rows a length is in front.
type bitmap struct{ typ string }

// Cookies of the portable form, and the number of containers from which offsets are written in any case.
const (
	roaringPlain     = 12346
	roaringRuns      = 12347
	roaringOffsets   = 4
	roaringArrayMost = 4096 // numbers of a container that is written as a list of them
)

func (b bitmap) decode(in *input, n *event.Node) {
	n.Kind, n.Type = event.NodeList, b.typ
	cookie := in.little(4)
	var count int
	var runs []byte
	switch {
	case in.stopped():
		return
	case cookie&0xffff == roaringRuns:
		count = cookie>>16 + 1
		runs = in.take((count + 7) / 8)
	case cookie == roaringPlain:
		count = in.little(4)
	default:
		in.stop("not a bitmap")
		return
	}
	if in.stopped() {
		return
	}
	if count > (in.end-in.pos)/4 {
		in.stop("a bitmap of " + strconv.Itoa(in.end-in.pos) + " bytes cannot have " + strconv.Itoa(count) + " containers")
		return
	}
	heads := in.take(4 * count)
	if runs == nil || count >= roaringOffsets {
		in.take(4 * count) // containers stand one behind the other
	}
	for i := 0; i < count && !in.stopped(); i++ {
		high := uint64(binary.LittleEndian.Uint16(heads[4*i:])) << 16
		size := int(binary.LittleEndian.Uint16(heads[4*i+2:])) + 1
		if runs != nil && runs[i/8]>>(i%8)&1 != 0 {
			b.runs(in, n, high)
		} else if size <= roaringArrayMost {
			b.array(in, n, high, size)
		} else {
			b.bits(in, n, high)
		}
	}
}

// add appends a number to the list; false when the tree is full.
func (b bitmap) add(in *input, n *event.Node, v uint64, off, length int) bool {
	item := event.Node{Off: off, Len: length}
	if in.left.nodes <= 0 {
		in.pos = off
		if !in.enter(&item) {
			n.Items = append(n.Items, item)
		}
		return false
	}
	in.left.nodes--
	setScalar(&item, event.UintValue(v))
	n.Items = append(n.Items, item)
	return true
}

func (b bitmap) array(in *input, n *event.Node, high uint64, size int) {
	at := in.pos
	p := in.take(2 * size)
	for i := 0; i < len(p); i += 2 {
		if !b.add(in, n, high|uint64(binary.LittleEndian.Uint16(p[i:])), at+i, 2) {
			return
		}
	}
}

func (b bitmap) bits(in *input, n *event.Node, high uint64) {
	at := in.pos
	p := in.take(8192)
	for i := 0; i < len(p); i += 8 {
		for w := binary.LittleEndian.Uint64(p[i:]); w != 0; w &= w - 1 {
			if !b.add(in, n, high|uint64(8*i+bits.TrailingZeros64(w)), at+i, 8) {
				return
			}
		}
	}
}

func (b bitmap) runs(in *input, n *event.Node, high uint64) {
	count := in.little(2)
	at := in.pos
	p := in.take(4 * count)
	for i := 0; i < len(p); i += 4 {
		first := uint64(binary.LittleEndian.Uint16(p[i:]))
		more := uint64(binary.LittleEndian.Uint16(p[i+2:]))
		if first+more > 0xffff {
			in.stop("a run of the bitmap is too long")
			return
		}
		for v := first; v <= first+more; v++ {
			if !b.add(in, n, high|v, at+i, 4) {
				return
			}
		}
	}
}
