package serde

import (
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// The tags that are shown as what they mean (RFC 8949, section 3.4; RFC 8943; RFC 9562 by the IANA registry).
const (
	tagDateTime     = 0
	tagEpoch        = 1
	tagUnsigned     = 2
	tagNegative     = 3
	tagDecimal      = 4
	tagEncoded      = 24
	tagUUID         = 37
	tagDays         = 100
	tagDate         = 1004
	tagSelfDescribe = 55799
)

// tag reads a tag and what it stands before. A tag takes a level, so that a chain of them ends.
func (c cbor) tag(in *input, n *event.Node, number uint64) {
	if in.left.depth <= 0 {
		in.stop("nested deeper than " + strconv.Itoa(in.left.maxDepth) + " levels")
		return
	}
	in.left.depth--
	defer func() { in.left.depth++ }()
	if number == tagEncoded && in.pos < in.end && in.b[in.pos]>>5 == cborBytes && in.b[in.pos]&0x1f != 31 {
		size := in.cborSize(in.cborHead(), 1)
		if in.stopped() {
			return
		}
		body := in.area(in.pos, size)
		c.decode(body, n)
		if body.pos < body.end {
			body.stop("an encoded item with more behind it")
		}
		body.blame(n)
		in.pos += size
		return
	}
	c.decode(in, n)
	if in.stopped() || cborMeaning(n, number) || number == tagSelfDescribe {
		return
	}
	n.Type = "tag " + strconv.FormatUint(number, 10)
}

// cborMeaning turns a tagged value into what the tag says that it is; false when it cannot be, or the tag is not known.
func cborMeaning(n *event.Node, number uint64) bool {
	kind := n.Value.Kind()
	if n.Kind == event.NodeScalar {
		switch {
		case number == tagDateTime && kind == event.ValueString && isTime(time.RFC3339Nano, n.Value.Raw()):
			n.Type, n.Value = "datetime", event.TextValue(event.ValueInstant, n.Value.Raw())
			return true
		case number == tagDate && kind == event.ValueString && isTime(time.DateOnly, n.Value.Raw()):
			n.Type, n.Value = "date", event.TextValue(event.ValueDate, n.Value.Raw())
			return true
		case number == tagDays && kind == event.ValueInt:
			n.Type = "date"
			setTime(n, event.ValueDate, string(appendEpochDay(nil, n.Value.Int())))
			return true
		case number == tagEpoch && kind == event.ValueInt:
			n.Type = "epoch"
			setInstant(n, event.ValueInstant, n.Value.Int(), 0)
			return true
		case number == tagEpoch && (kind == event.ValueFloat64 || kind == event.ValueFloat32):
			return epochFloat(n)
		case number == tagUUID && kind == event.ValueBytes && len(n.Value.Raw()) == 16:
			n.Type, n.Value = "uuid", event.TextValue(event.ValueString, uuidText([]byte(n.Value.Raw())))
			return true
		case (number == tagUnsigned || number == tagNegative) && kind == event.ValueBytes && len(n.Value.Raw()) <= maxNumberBytes:
			v := new(big.Int).SetBytes([]byte(n.Value.Raw()))
			if number == tagNegative {
				v.Not(v)
			}
			n.Type, n.Value = "bignum", event.TextValue(event.ValueDecimal, v.String())
			return true
		}
	}
	return number == tagDecimal && decimalFraction(n)
}

func isTime(layout, text string) bool {
	_, err := time.Parse(layout, text)
	return err == nil
}

// epochFloat reads seconds with a fraction, to the microsecond: more a double does not hold for dates of today.
func epochFloat(n *event.Node) bool {
	f := n.Value.Float()
	if math.IsNaN(f) || math.Abs(f) > 1<<53 {
		return false
	}
	second := math.Floor(f)
	micros := int64(math.Round((f - second) * 1e6))
	carry, micros := floorDiv(micros, 1_000_000)
	n.Type = "epoch"
	setInstant(n, event.ValueInstant, int64(second)+carry, micros*1000)
	return true
}

// decimalFraction makes a list of exponent and mantissa the number that they mean.
func decimalFraction(n *event.Node) bool {
	if n.Kind != event.NodeList || len(n.Items) != 2 || n.Items[0].Value.Kind() != event.ValueInt {
		return false
	}
	exp, mantissa := n.Items[0].Value.Int(), n.Items[1].Value
	if exp > math.MaxInt32 || exp < math.MinInt32 {
		return false
	}
	switch mantissa.Kind() {
	case event.ValueInt, event.ValueUint, event.ValueDecimal:
	default:
		return false
	}
	if mantissa.Kind() == event.ValueDecimal && n.Items[1].Type != "bignum" && n.Items[1].Type != "int" {
		return false // a decimal fraction itself
	}
	*n = event.Node{Kind: event.NodeScalar, Name: n.Name, Type: "decimal", Off: n.Off,
		Value: event.TextValue(event.ValueDecimal, decimalText(mantissa.Text(), int(-exp)))}
	return true
}
