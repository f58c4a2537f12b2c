package serde

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// input reads one area of a payload from front to back. Positions count from the start of the payload.
//
// The first thing that cannot be read stops the input: why says what it was, every later read gives zero, and read turns
// the innermost node into an opaque one that covers the rest of the area.
type input struct {
	b      []byte // the whole payload
	pos    int
	end    int // end of the area
	left   *allowance
	why    string
	blamed bool // a node already shows why
}

func newInput(b []byte, l Limits) *input {
	return &input{b: b, end: len(b), left: l.newAllowance(len(b))}
}

// area is an input over n bytes from off that does not move in. The caller has checked that they are inside.
func (in *input) area(off, n int) *input {
	return &input{b: in.b, pos: off, end: off + n, left: in.left}
}

func (in *input) stopped() bool { return in.why != "" }

func (in *input) stop(why string) {
	if in.why == "" {
		in.why = why
		in.left.note(why)
	}
}

// codec reads one value into n, whose Off is set. It fills Kind, Type, Value and Items, and leaves Len to read.
type codec interface {
	decode(in *input, n *event.Node)
}

// read decodes one value with c and accounts for the node.
func (in *input) read(c codec, n *event.Node) {
	n.Off = in.pos
	if !in.enter(n) {
		return
	}
	c.decode(in, n)
	in.leave(n)
}

// enter takes a node and a level from the allowance, or makes n the cut that ends the tree.
func (in *input) enter(n *event.Node) bool {
	switch {
	case in.left.nodes <= 0:
		in.stop("more than " + strconv.Itoa(in.left.maxNodes) + " values")
	case in.left.depth <= 0:
		in.stop("nested deeper than " + strconv.Itoa(in.left.maxDepth) + " levels")
	default:
		in.left.nodes--
		in.left.depth--
		return true
	}
	in.blamed, in.left.full = true, true
	n.Kind, n.Reason, n.Len = event.NodeCut, in.why, in.end-in.pos
	in.pos = in.end
	return false
}

func (in *input) leave(n *event.Node) {
	in.left.depth++
	in.blame(n)
	n.Len = in.pos - n.Off
}

// blame makes the first node that ends after a stop show it, and keeps what was read of it before.
func (in *input) blame(n *event.Node) {
	if in.why != "" && !in.blamed {
		in.blamed = true
		rest := event.Node{Kind: event.NodeOpaque, Off: in.pos, Len: in.end - in.pos, Reason: in.why}
		if len(n.Items) > 0 {
			n.Items = append(n.Items, rest)
		} else {
			rest.Name, rest.Type, rest.Off, rest.Len = n.Name, n.Type, n.Off, in.end-n.Off
			*n = rest
		}
		in.pos = in.end
	}
}

// skipped makes n opaque although its extent is known: the bytes before in.pos, which read accounts for.
func (in *input) skipped(n *event.Node, class, why string) {
	if in.why == "" {
		n.Kind, n.Type, n.Reason = event.NodeOpaque, class, why
		in.left.note(why)
	}
}

// opaque makes n cover the rest of the area and stops: nothing after it can be located.
func (in *input) opaque(n *event.Node, class, why string) {
	n.Kind, n.Type, n.Reason = event.NodeOpaque, class, why
	n.Value, n.Items = event.Value{}, nil
	in.stop(why)
	in.blamed = true
	in.pos = in.end
}

// take returns the next n bytes, nil when they are not there.
func (in *input) take(n int) []byte {
	if in.why != "" {
		return nil
	}
	if n < 0 {
		in.stop("a length is negative")
		return nil
	}
	if n > in.end-in.pos {
		in.stop("ends early: " + strconv.Itoa(n) + " bytes wanted, " + strconv.Itoa(in.end-in.pos) + " left")
		return nil
	}
	p := in.b[in.pos : in.pos+n : in.pos+n]
	in.pos += n
	return p
}

func (in *input) u8() uint8 {
	if p := in.take(1); p != nil {
		return p[0]
	}
	return 0
}

func (in *input) bool() bool { return in.u8() != 0 }

func (in *input) u16() uint16 {
	if p := in.take(2); p != nil {
		return binary.BigEndian.Uint16(p)
	}
	return 0
}

func (in *input) i32() int32 {
	if p := in.take(4); p != nil {
		return int32(binary.BigEndian.Uint32(p))
	}
	return 0
}

func (in *input) i64() int64 {
	if p := in.take(8); p != nil {
		return int64(binary.BigEndian.Uint64(p))
	}
	return 0
}

func (in *input) f32() float32 { return math.Float32frombits(uint32(in.i32())) }
func (in *input) f64() float64 { return math.Float64frombits(uint64(in.i64())) }

// count reads an i32 number of elements that each take at least least bytes.
func (in *input) count(least int) int {
	n := int(in.i32())
	switch {
	case in.why != "":
		return 0
	case n < 0:
		in.stop("a count is negative")
		return 0
	case least > 0 && n > (in.end-in.pos)/least:
		in.stop("a count of " + strconv.Itoa(n) + " exceeds the " + strconv.Itoa(in.end-in.pos) + " bytes left")
		return 0
	}
	return n
}

// copyText accounts for n bytes of text that a node will hold.
func (in *input) copyText(n int) bool {
	if in.left.text < n {
		in.stop("the same bytes are used too often")
		return false
	}
	in.left.text -= n
	return true
}

// items makes room for n children without trusting n.
func (in *input) items(n int) []event.Node {
	return make([]event.Node, 0, max(min(n, in.left.nodes, 64), 0))
}
