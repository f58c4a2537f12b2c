package serde

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// cell reads a value from its slot in a row or array.
type cell struct {
	typ   string
	root  string
	width int // in an array; 8 in a row
	p, s  int
	area  codec // of values that are areas of their own
}

func (c cell) nests() bool { return c.area != nil }

// variable follows an offset and size to a nested area.
func (c cell) variable(in *input, n *event.Node, slot uint64) {
	n.Type = c.typ
	in.nested(c.area, n, in.pos+int(slot>>32), int(uint32(slot)))
}

// fixed reads what is in the slot itself, or the text, bytes, decimal or time that it points to.
func (c cell) fixed(in *input, n *event.Node, slot []byte) {
	switch c.root {
	case rootBoolean:
		setScalar(n, event.BoolValue(slot[0] != 0))
	case rootTinyint:
		setScalar(n, event.IntValue(int64(int8(slot[0]))))
	case rootSmallint:
		setScalar(n, event.IntValue(int64(int16(binary.LittleEndian.Uint16(slot)))))
	case rootInteger:
		setScalar(n, event.IntValue(c.i32(slot)))
	case rootFloat:
		setScalar(n, event.Float32Value(math.Float32frombits(uint32(c.i32(slot)))))
	case rootDate:
		setTime(n, event.ValueDate, string(appendEpochDay(nil, c.i32(slot))))
	case rootTime:
		second, nano := millisTime(c.i32(slot), 0)
		if second < 0 || second >= secondsPerDay {
			n.Reason = "not a time of day"
		}
		setTime(n, event.ValueTime, string(appendSecondOfDay(nil, second, nano)))
	case rootYearMonth:
		setTime(n, event.ValueDuration, monthsText(c.i32(slot)))
	case rootBigint:
		setScalar(n, event.IntValue(int64(binary.LittleEndian.Uint64(slot))))
	case rootDouble:
		setScalar(n, event.Float64Value(math.Float64frombits(binary.LittleEndian.Uint64(slot))))
	case rootDayTime:
		setTime(n, event.ValueDuration, millisText(int64(binary.LittleEndian.Uint64(slot))))
	case rootDecimal:
		c.decimal(in, n, slot)
	case rootTimestamp, rootLocalStamp:
		c.timestamp(in, n, slot)
	case rootChar, rootVarchar:
		if p, ok := c.bytes(in, n, slot); ok {
			in.contained(n, func() { in.setText(n, event.ValueString, p) })
		}
	case rootBinary, rootVarbinary:
		if p, ok := c.bytes(in, n, slot); ok {
			in.contained(n, func() { in.setBytes(n, p) })
		}
	case rootNull:
		n.Kind = event.NodeNull
	default:
		n.Kind, n.Reason = event.NodeOpaque, "a type that is not known to this version"
	}
}

// contained keeps a stop inside n.
func (in *input) contained(n *event.Node, set func()) {
	set()
	if in.why != "" {
		n.Kind, n.Reason, in.why = event.NodeOpaque, in.why, ""
	}
}

func (c cell) i32(slot []byte) int64 { return int64(int32(binary.LittleEndian.Uint32(slot))) }

// at returns size bytes at off of the enclosing area and makes them n's place.
func (c cell) at(in *input, n *event.Node, off, size int) []byte {
	if size < 0 || off < 0 || off > in.end-in.pos || size > in.end-in.pos-off {
		in.misplaced(n)
		return nil
	}
	n.Off, n.Len = in.pos+off, size
	return in.b[n.Off : n.Off+size]
}

// bytes finds CHAR, VARCHAR, BINARY and VARBINARY: up to 7 bytes stand in the slot, marked by the top bit.
func (c cell) bytes(in *input, n *event.Node, slot []byte) ([]byte, bool) {
	v := binary.LittleEndian.Uint64(slot)
	if v>>63 == 1 {
		size := int(v >> 56 & 0x7f)
		if size > 7 {
			n.Kind, n.Reason = event.NodeOpaque, "a length in the slot exceeds 7"
			return nil, false
		}
		n.Len = size
		return slot[:size], true
	}
	p := c.at(in, n, int(v>>32), int(uint32(v)))
	return p, p != nil
}

func (c cell) decimal(in *input, n *event.Node, slot []byte) {
	v := binary.LittleEndian.Uint64(slot)
	if c.p <= 18 {
		setScalar(n, event.TextValue(event.ValueDecimal, decimalText(strconv.FormatInt(int64(v), 10), c.s)))
		return
	}
	p := c.at(in, n, int(v>>32), int(uint32(v)))
	if p != nil {
		in.contained(n, func() { in.setDecimal(n, p, c.s) })
	}
}

func (c cell) timestamp(in *input, n *event.Node, slot []byte) {
	kind := event.ValueDateTime
	if c.root == rootLocalStamp {
		kind = event.ValueInstant
	}
	v := binary.LittleEndian.Uint64(slot)
	if c.p <= 3 {
		second, nano := millisTime(int64(v), 0)
		setInstant(n, kind, second, nano)
		return
	}
	p := c.at(in, n, int(v>>32), 8)
	if p == nil {
		return
	}
	second, nano := millisTime(int64(binary.LittleEndian.Uint64(p)), int64(uint32(v)))
	setInstant(n, kind, second, nano)
}
