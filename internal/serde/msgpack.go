package serde

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// msgpack reads one value of MessagePack (specification of 2017-08-09, with bin, ext and timestamps).
type msgpack struct{}

func (m msgpack) decode(in *input, n *event.Node) {
	c := in.u8()
	switch {
	case in.stopped():
	case c <= 0x7f:
		m.integer(n, int64(c))
	case c <= 0x8f:
		m.mapping(in, n, int(c&0x0f))
	case c <= 0x9f:
		m.array(in, n, int(c&0x0f))
	case c <= 0xbf:
		m.text(in, n, int(c&0x1f))
	case c >= 0xe0:
		m.integer(n, int64(int8(c)))
	default:
		m.marked(c, in, n)
	}
}

// marked reads what a byte from 0xc0 to 0xdf begins.
func (m msgpack) marked(c uint8, in *input, n *event.Node) {
	switch c {
	case 0xc0:
		n.Kind, n.Type = event.NodeNull, "nil"
	case 0xc2, 0xc3:
		n.Type = "bool"
		setScalar(n, event.BoolValue(c == 0xc3))
	case 0xc4, 0xc5, 0xc6:
		m.bin(in, n, in.beLength(1<<(c-0xc4)))
	case 0xc7, 0xc8, 0xc9:
		m.ext(in, n, in.beLength(1<<(c-0xc7)))
	case 0xca:
		n.Type = "float32"
		setScalar(n, event.Float32Value(in.f32()))
	case 0xcb:
		n.Type = "float64"
		setScalar(n, event.Float64Value(in.f64()))
	case 0xcc, 0xcd, 0xce, 0xcf:
		if u := in.beNumber(1 << (c - 0xcc)); u > math.MaxInt64 {
			n.Type = "int"
			setScalar(n, event.UintValue(u))
		} else {
			m.integer(n, int64(u))
		}
	case 0xd0:
		m.integer(n, int64(int8(in.u8())))
	case 0xd1:
		m.integer(n, int64(int16(in.u16())))
	case 0xd2:
		m.integer(n, int64(in.i32()))
	case 0xd3:
		m.integer(n, in.i64())
	case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8:
		m.ext(in, n, 1<<(c-0xd4))
	case 0xd9, 0xda, 0xdb:
		m.text(in, n, in.beLength(1<<(c-0xd9)))
	case 0xdc, 0xdd:
		m.array(in, n, in.beLength(2<<(c-0xdc)))
	case 0xde, 0xdf:
		m.mapping(in, n, in.beLength(2<<(c-0xde)))
	default:
		in.stop("a first byte that MessagePack does not use")
	}
}

// beNumber reads a big-endian number of 1, 2, 4 or 8 bytes.
func (in *input) beNumber(bytes int) uint64 {
	var v uint64
	for _, c := range in.take(bytes) {
		v = v<<8 | uint64(c)
	}
	return v
}

// beLength is beNumber of at most 4 bytes, as the length of what follows.
func (in *input) beLength(bytes int) int { return int(in.beNumber(bytes)) }

func (m msgpack) integer(n *event.Node, v int64) {
	n.Type = "int"
	setScalar(n, event.IntValue(v))
}

func (m msgpack) text(in *input, n *event.Node, size int) {
	n.Type = "str"
	if p := in.take(size); !in.stopped() {
		in.setText(n, event.ValueString, p)
	}
}

func (m msgpack) bin(in *input, n *event.Node, size int) {
	n.Type = "bin"
	if p := in.take(size); !in.stopped() {
		in.setBytes(n, p)
	}
}

// ext reads an extension: a timestamp as what it means, others as their bytes.
func (m msgpack) ext(in *input, n *event.Node, size int) {
	typ := int8(in.u8())
	p := in.take(size)
	if in.stopped() {
		return
	}
	n.Type = "ext " + strconv.Itoa(int(typ))
	if typ != -1 {
		in.setBytes(n, p)
		return
	}
	n.Type = "timestamp"
	switch size {
	case 4:
		setInstant(n, event.ValueInstant, int64(binary.BigEndian.Uint32(p)), 0)
	case 8:
		u := binary.BigEndian.Uint64(p)
		setInstant(n, event.ValueInstant, int64(u&(1<<34-1)), int64(u>>34))
	case 12:
		setInstant(n, event.ValueInstant, int64(binary.BigEndian.Uint64(p[4:])), int64(binary.BigEndian.Uint32(p)))
	default:
		n.Reason = "a timestamp of a length that MessagePack does not have"
		in.setBytes(n, p)
	}
}

func (m msgpack) array(in *input, n *event.Node, count int) {
	n.Kind, n.Type = event.NodeList, "array"
	if !in.holds(count, 1) {
		return
	}
	n.Items = in.items(count)
	for ; count > 0 && !in.stopped(); count-- {
		n.Items = append(n.Items, event.Node{})
		in.read(m, &n.Items[len(n.Items)-1])
	}
}

func (m msgpack) mapping(in *input, n *event.Node, count int) {
	n.Type = "map"
	k := keyedItems{in: in, n: n, typ: "str", text: msgpackText, value: m}
	if !in.holds(count, 2) {
		return
	}
	k.begin(count)
	for ; count > 0 && !in.stopped(); count-- {
		k.next()
	}
}

func msgpackText(in *input) bool {
	if in.pos >= in.end {
		return false
	}
	c := in.b[in.pos]
	return c >= 0xa0 && c <= 0xbf || c >= 0xd9 && c <= 0xdb
}

// holds tells whether count values of at least least bytes may follow, and stops when not.
func (in *input) holds(count, least int) bool {
	if in.stopped() {
		return false
	}
	if count > (in.end-in.pos)/least {
		in.stop("a count exceeds the bytes left")
		return false
	}
	return true
}
