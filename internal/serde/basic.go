package serde

import (
	"math"
	"strconv"
	"unicode/utf16"

	"github.com/sightglass/sightglass/internal/event"
)

// scalar reads a value without children.
type scalar struct {
	typ  string
	read func(in *input, n *event.Node)
}

func (s scalar) decode(in *input, n *event.Node) {
	n.Type = s.typ
	s.read(in, n)
}

func setScalar(n *event.Node, v event.Value) { n.Kind, n.Value = event.NodeScalar, v }

// scalarReaders holds the kinds of spec/serializers.md, section 3.1.
var scalarReaders = map[string]func(*input, *event.Node){
	event.SerBool:   func(in *input, n *event.Node) { setScalar(n, event.BoolValue(in.bool())) },
	event.SerByte:   func(in *input, n *event.Node) { setScalar(n, event.IntValue(int64(int8(in.u8())))) },
	event.SerShort:  func(in *input, n *event.Node) { setScalar(n, event.IntValue(int64(int16(in.u16())))) },
	event.SerInt:    func(in *input, n *event.Node) { setScalar(n, event.IntValue(int64(in.i32()))) },
	event.SerLong:   func(in *input, n *event.Node) { setScalar(n, event.IntValue(in.i64())) },
	event.SerFloat:  func(in *input, n *event.Node) { setScalar(n, event.Float32Value(in.f32())) },
	event.SerDouble: func(in *input, n *event.Node) { setScalar(n, event.Float64Value(in.f64())) },
	event.SerChar: func(in *input, n *event.Node) {
		u := rune(in.u16())
		if utf16.IsSurrogate(u) {
			n.Reason = halfPair
		}
		setScalar(n, event.TextValue(event.ValueString, string(u)))
	},
	event.SerString:        readString,
	event.SerStringValue:   readStringValue,
	event.SerBigInt:        readBigInt,
	event.SerBigDec:        readBigDec,
	event.SerInstant:       readInstant,
	event.SerLocalDate:     readLocalDate,
	event.SerLocalTime:     readLocalTime,
	event.SerLocalDateTime: readLocalDateTime,
	event.SerDate:          readMillis(event.ValueInstant),
	event.SerSQLTimestamp:  readSQLTimestamp,
	event.SerVoid:          readVoid,
	event.SerNullValue:     func(_ *input, n *event.Node) { n.Kind = event.NodeNull },
	event.SerVoidNamespace: readVoid,
	event.SerGlobalWindow:  readVoid,
	event.SerTimeWindow:    readTimeWindow,
	event.SerMillis:        func(in *input, n *event.Node) { setMillis(n, event.ValueInstant, in.i64()) },
	event.SerSortedLong:    func(in *input, n *event.Node) { setScalar(n, event.IntValue(in.sorted())) },
}

func readVoid(in *input, n *event.Node) {
	in.u8()
	n.Kind = event.NodeNull
}

func readString(in *input, n *event.Node) {
	if s, ok := in.flinkString(n); ok {
		setScalar(n, event.TextValue(event.ValueString, s))
	}
}

// readStringValue reads StringValue's own form, whose length is not moved by one to make room for null.
func readStringValue(in *input, n *event.Node) {
	if s, ok := in.codeUnits(n, int(in.varint())); ok && !in.stopped() {
		setScalar(n, event.TextValue(event.ValueString, s))
	}
}

func readBigInt(in *input, n *event.Node) {
	if p, ok := in.flinkBigInt(); ok {
		in.setDecimal(n, p, 0)
	}
}

func readBigDec(in *input, n *event.Node) {
	if p, ok := in.flinkBigInt(); ok {
		in.setDecimal(n, p, int(in.i32()))
	}
}

func readInstant(in *input, n *event.Node) {
	second, nano := in.i64(), in.i32()
	if second == math.MinInt64 && nano == math.MinInt32 {
		return
	}
	setInstant(n, event.ValueInstant, second, int64(nano))
}

func readMillis(k event.ValueKind) func(*input, *event.Node) {
	return func(in *input, n *event.Node) {
		ms := in.i64()
		if ms == math.MinInt64 {
			return
		}
		setMillis(n, k, ms)
	}
}

// setMillis shows epoch milliseconds as an instant, or as the date or time of day in UTC.
func setMillis(n *event.Node, k event.ValueKind, ms int64) {
	second, nano := millisTime(ms, 0)
	day, rest := floorDiv(second, secondsPerDay)
	switch k {
	case event.ValueDate:
		setTime(n, k, string(appendEpochDay(nil, day)))
	case event.ValueTime:
		setTime(n, k, string(appendSecondOfDay(nil, rest, nano)))
	default:
		setInstant(n, k, second, nano)
	}
}

func readSQLTimestamp(in *input, n *event.Node) {
	ms, nano := in.i64(), in.i32()
	if ms == math.MinInt64 {
		return
	}
	second, _ := floorDiv(ms, 1000)
	setInstant(n, event.ValueInstant, second, int64(nano))
}

// readDate appends a LocalDate; null is false.
func readDate(in *input, n *event.Node, b []byte) ([]byte, bool) {
	year, md := in.i32(), in.u16()
	if year == math.MinInt32 && md == 1<<15 {
		return b, false
	}
	month, day := int64(md>>8), int64(md&0xff)
	if month < 1 || month > 12 || day < 1 || day > 31 {
		n.Reason = "not a date of the calendar"
	}
	return appendDate(b, int64(year), month, day), true
}

// readClock appends a LocalTime; null is false.
func readClock(in *input, n *event.Node, b []byte) ([]byte, bool) {
	hour, ms, nano := in.u8(), in.u16(), in.i32()
	if hour == 1<<7 && ms == 1<<15 && nano == math.MinInt32 {
		return b, false
	}
	minute, second := int64(ms>>8), int64(ms&0xff)
	if hour > 23 || minute > 59 || second > 59 || nano < 0 || nano > 999_999_999 {
		n.Reason = "not a time of day"
	}
	return appendClock(b, int64(hour), minute, second, int64(nano)), true
}

func readLocalDate(in *input, n *event.Node) {
	if b, ok := readDate(in, n, nil); ok {
		setTime(n, event.ValueDate, string(b))
	}
}

func readLocalTime(in *input, n *event.Node) {
	if b, ok := readClock(in, n, nil); ok {
		setTime(n, event.ValueTime, string(b))
	}
}

func readLocalDateTime(in *input, n *event.Node) {
	b, hasDate := readDate(in, n, nil)
	b, hasTime := readClock(in, n, append(b, 'T'))
	if hasDate && hasTime {
		setTime(n, event.ValueDateTime, string(b))
	}
}

func readTimeWindow(in *input, n *event.Node) {
	n.Kind, n.Items = event.NodeObject, in.items(2)
	for _, name := range [...]string{"start", "end"} {
		if in.stopped() {
			return
		}
		n.Items = append(n.Items, event.Node{Name: name})
		in.read(scalar{"Long", readMillis(event.ValueInstant)}, &n.Items[len(n.Items)-1])
	}
}

// enum reads an ordinal of the serializer's own order.
type enum struct {
	typ   string
	names []string
}

func (e enum) decode(in *input, n *event.Node) {
	i := int(in.i32())
	n.Type = e.typ
	if i >= 0 && i < len(e.names) {
		setScalar(n, event.TextValue(event.ValueEnum, e.names[i]))
		return
	}
	n.Reason = "ordinal without a name in the descriptor"
	setScalar(n, event.TextValue(event.ValueEnum, "#"+strconv.Itoa(i)))
}
