package serde

import (
	"math"

	"github.com/sightglass/sightglass/internal/event"
)

// repeatedGuess is the type of the list that a field without a type becomes when it occurs more than once.
const repeatedGuess = "repeated?"

// guessedReason is the reason of a tree that was read without a schema.
const guessedReason = "read without a schema: fields have numbers for names, and their types are guessed"

// protoGuess reads the value of a field of which nothing but the wire type is known. Types that it shows end in a question mark. The
// same bytes always give the same guess.
type protoGuess struct{ number, wire int }

func (g protoGuess) decode(in *input, n *event.Node) {
	switch g.wire {
	case wireVarint:
		n.Type = "varint?"
		if u := in.uvarint(); u > math.MaxInt64 {
			setScalar(n, event.UintValue(u))
		} else {
			setScalar(n, event.IntValue(int64(u)))
		}
	case wire64:
		u := in.le64()
		if f := math.Float64frombits(u); plausibleFloat(f) {
			n.Type = "double?"
			setScalar(n, event.Float64Value(f))
		} else {
			n.Type = "fixed64?"
			setScalar(n, event.UintValue(u))
		}
	case wire32:
		u := in.le32()
		if f := math.Float32frombits(u); plausibleFloat(float64(f)) {
			n.Type = "float?"
			setScalar(n, event.Float32Value(f))
		} else {
			n.Type = "fixed32?"
			setScalar(n, event.UintValue(uint64(u)))
		}
	case wireGroup:
		protoValue{end: g.number}.decode(in, n)
	default:
		g.length(in, n)
	}
}

// plausibleFloat tells whether people write such numbers: whole numbers read as floats are nearly all beyond these bounds.
func plausibleFloat(f float64) bool {
	f = math.Abs(f)
	return f == 0 || f >= 1e-9 && f <= 1e15
}

// length guesses at bytes with a length: text when a person could read it, a message when it is whole as one, else bytes. Text that
// begins with a line feed is a message if it can be: that is the tag of a first field.
func (g protoGuess) length(in *input, n *event.Node) {
	size := in.protoLength()
	if in.stopped() {
		return
	}
	p := in.b[in.pos : in.pos+size]
	isText := readable(p, false)
	switch {
	case size > 0 && (!isText || p[0] == '\n') && looksLikeMessage(p):
		body := in.area(in.pos, size)
		protoValue{}.decode(body, n)
		body.blame(n)
	case isText:
		n.Type = "string?"
		in.setText(n, event.ValueString, p)
	default:
		n.Type = "bytes?"
		in.setBytes(n, p)
	}
	in.pos += size
}

// looksLikeMessage walks one level of p. Fields with a length are stepped over, so all levels of a message together are walked
// once; the fields of groups are walked with those around them.
func looksLikeMessage(p []byte) bool {
	in := input{b: p, end: len(p), left: new(allowance)}
	var groups []uint64 // numbers of those that are open
	for in.pos < in.end {
		tag := in.uvarint()
		number := tag >> 3
		if number == 0 || number > 1<<29-1 {
			return false
		}
		switch tag & 7 {
		case wireVarint:
			in.uvarint()
		case wire64:
			in.take(8)
		case wireLength:
			in.take(in.protoLength())
		case wireGroup:
			if groups = append(groups, number); len(groups) > maxSchemaDepth {
				return false
			}
		case wireEnd:
			last := len(groups) - 1
			if last < 0 || groups[last] != number {
				return false
			}
			groups = groups[:last]
		case wire32:
			in.take(4)
		default:
			return false
		}
		if in.stopped() {
			return false
		}
	}
	return len(groups) == 0
}
