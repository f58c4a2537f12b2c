package serde

import (
	"math"
	"math/big"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// cbor reads one data item of CBOR (RFC 8949).
type cbor struct{}

// The major types.
const (
	cborUint = iota
	cborNegative
	cborBytes
	cborText
	cborArray
	cborMap
	cborTag
	cborOther
)

const cborBreak = 0xff

// cborHead is the beginning of an item. open: it has no length, a break ends it.
type cborHead struct {
	major int
	info  int // the low 5 bits
	arg   uint64
	open  bool
}

func (in *input) cborHead() cborHead {
	c := in.u8()
	h := cborHead{major: int(c >> 5), info: int(c & 0x1f)}
	switch {
	case in.stopped():
	case h.info < 24:
		h.arg = uint64(h.info)
	case h.info < 28:
		h.arg = in.beNumber(1 << (h.info - 24))
	case h.info < 31:
		in.stop("a length that CBOR does not have")
	case h.major >= cborBytes && h.major <= cborMap:
		h.open = true
	case c == cborBreak:
		in.stop("a break outside of an item")
	default:
		in.stop("a length that CBOR does not have")
	}
	return h
}

// size is the argument as a length or count, checked against the bytes that are left.
func (in *input) cborSize(h cborHead, least uint64) int {
	if in.stopped() {
		return 0
	}
	if h.arg > uint64(in.end-in.pos)/least {
		in.stop("a length or count exceeds the bytes left")
		return 0
	}
	return int(h.arg)
}

func (c cbor) decode(in *input, n *event.Node) {
	h := in.cborHead()
	if in.stopped() {
		return
	}
	switch h.major {
	case cborUint:
		n.Type = "int"
		if h.arg > math.MaxInt64 {
			setScalar(n, event.UintValue(h.arg))
		} else {
			setScalar(n, event.IntValue(int64(h.arg)))
		}
	case cborNegative:
		n.Type = "int"
		if h.arg > math.MaxInt64 {
			v := new(big.Int).SetUint64(h.arg)
			setScalar(n, event.TextValue(event.ValueDecimal, v.Not(v).String()))
		} else {
			setScalar(n, event.IntValue(^int64(h.arg)))
		}
	case cborBytes:
		n.Type = "bytes"
		if p := in.cborString(h); !in.stopped() {
			in.setBytes(n, p)
		}
	case cborText:
		n.Type = "text"
		if p := in.cborString(h); !in.stopped() {
			in.setText(n, event.ValueString, p)
		}
	case cborArray:
		c.array(in, n, h)
	case cborMap:
		c.mapping(in, n, h)
	case cborTag:
		c.tag(in, n, h.arg)
	default:
		c.other(in, n, h)
	}
}

// cborString reads a byte or text string, which may come in pieces.
func (in *input) cborString(h cborHead) []byte {
	if !h.open {
		return in.take(in.cborSize(h, 1))
	}
	var whole []byte
	for !in.cborEnd() && !in.stopped() {
		piece := in.cborHead()
		if piece.major != h.major || piece.open {
			in.stop("a piece of a string that is none")
			return nil
		}
		whole = append(whole, in.take(in.cborSize(piece, 1))...)
	}
	return whole
}

// cborEnd passes the break that ends an item without a length.
func (in *input) cborEnd() bool {
	if in.pos < in.end && in.b[in.pos] == cborBreak {
		in.pos++
		return true
	}
	return false
}

func (c cbor) array(in *input, n *event.Node, h cborHead) {
	n.Kind, n.Type = event.NodeList, "array"
	count := in.cborSize(h, 1)
	if in.stopped() {
		return
	}
	n.Items = in.items(count)
	for i := 0; !in.stopped() && (h.open && !in.cborEnd() || !h.open && i < count); i++ {
		n.Items = append(n.Items, event.Node{})
		in.read(c, &n.Items[len(n.Items)-1])
	}
}

func (c cbor) mapping(in *input, n *event.Node, h cborHead) {
	n.Type = "map"
	k := keyedItems{in: in, n: n, typ: "text", text: cborTextNext, value: c}
	count := in.cborSize(h, 2)
	if in.stopped() {
		return
	}
	k.begin(count)
	for i := 0; !in.stopped() && (h.open && !in.cborEnd() || !h.open && i < count); i++ {
		k.next()
	}
}

func cborTextNext(in *input) bool { return in.pos < in.end && in.b[in.pos]>>5 == cborText }

// other reads major type 7: truth values, null, undefined, simple values, floats.
func (c cbor) other(in *input, n *event.Node, h cborHead) {
	switch {
	case h.info == 20, h.info == 21:
		n.Type = "bool"
		setScalar(n, event.BoolValue(h.info == 21))
	case h.info == 22:
		n.Kind, n.Type = event.NodeNull, "null"
	case h.info == 23:
		n.Kind, n.Type = event.NodeNull, "undefined"
	case h.info == 25:
		n.Type = "float16"
		setScalar(n, event.Float32Value(halfFloat(uint16(h.arg))))
	case h.info == 26:
		n.Type = "float32"
		setScalar(n, event.Float32Value(math.Float32frombits(uint32(h.arg))))
	case h.info == 27:
		n.Type = "float64"
		setScalar(n, event.Float64Value(math.Float64frombits(h.arg)))
	case h.info == 24 && h.arg < 32:
		in.stop("a simple value that CBOR writes shorter")
	default:
		n.Type = "simple"
		setScalar(n, event.TextValue(event.ValueEnum, "simple("+strconv.FormatUint(h.arg, 10)+")"))
	}
}

// halfFloat is an IEEE 754 half as a single, which holds every half.
func halfFloat(h uint16) float32 {
	sign, exp, frac := uint32(h&0x8000)<<16, uint32(h>>10)&0x1f, uint32(h&0x3ff)
	switch exp {
	case 0: // zero and subnormal: frac × 2^-24
		f := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}
