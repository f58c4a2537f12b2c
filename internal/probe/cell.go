package probe

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"unsafe"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/serde"
)

// Kind is the kind of a cell.
type Kind uint8

// The kinds of cells.
const (
	Missing Kind = iota // the record does not have the place
	Null
	Bool
	Int     // int64
	Uint    // uint64
	Float32 // IEEE 754 single
	Float64 // IEEE 754 double
	Decimal // an exact number: text in JSON, unscaled bytes and a scale in Avro
	Text
	Bytes
	Enum
	Time   // Cell.Unit says which
	Object // of N members or fields
	List   // of N elements
	Map    // of N entries
	Opaque // bytes that only a tree shows, or that it does not read either
)

var kindNames = [...]string{"missing", "null", "bool", "int", "uint", "float32", "float64", "decimal", "text", "bytes", "enum", "time", "object", "list", "map", "opaque"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// Unit says what a cell of kind Time counts.
type Unit uint8

// The units. Local times have no zone.
const (
	NoUnit      Unit = iota
	Days             // dates, from 1970-01-01
	DayMillis        // times of day
	DayMicros        //
	Millis           // instants, from 1970-01-01T00:00Z
	Micros           //
	Nanos            //
	Seconds          // instants of google.protobuf.Timestamp: Int is seconds, Nano the rest
	LocalMillis      // local times, from 1970-01-01T00:00
	LocalMicros      //
	LocalNanos       //
	Span             // durations of google.protobuf.Duration: Int is seconds, Nano the rest
	Calendar         // durations of Avro: months, days, milliseconds; in Value alone
)

// Flags of a cell.
const (
	escaped   = 1 << iota // text with escapes of JSON
	badUTF8               // text that is no UTF-8
	uuidBytes             // text that is the 16 bytes of a UUID
	byDefault             // not in the bytes: the default of a Protobuf field
)

// cell is what was read of one place.
type cell struct {
	bits     uint64 // of bool, int, uint, floats, times and counts
	off, end int32  // of the value in the record; of text, bytes and decimals of their content
	extra    int32  // nanoseconds, number of a symbol
	typ      uint16 // in Program.types
	kind     Kind
	flags    uint8
}

// Cell is what a record has at a wanted path. It is good until the row's next run. It prints as its kind only.
type Cell struct {
	// Not typed pointers, see Cells.
	at unsafe.Pointer // *cell
	in unsafe.Pointer // *cells
}

func (c Cell) cell() *cell   { return (*cell)(c.at) }
func (c Cell) cells() *cells { return (*cells)(c.in) }

// typeOf is the type of the cell.
func (c Cell) typeOf() *cellType { return &c.cells().program.types[c.cell().typ] }

// Kind is the cell's kind.
func (c Cell) Kind() Kind { return c.cell().kind }

// Bool is the content of a Bool.
func (c Cell) Bool() bool { return c.cell().bits != 0 }

// Int is the content of an Int, and what a Time counts.
func (c Cell) Int() int64 { return int64(c.cell().bits) }

// Uint is the content of a Uint.
func (c Cell) Uint() uint64 { return c.cell().bits }

// N is how many members, elements or entries an Object, List or Map has in the bytes.
func (c Cell) N() int { return int(c.cell().bits) }

// Float is the content of a Float32 or Float64.
func (c Cell) Float() float64 {
	if c.cell().kind == Float32 {
		return float64(math.Float32frombits(uint32(c.cell().bits)))
	}
	return math.Float64frombits(c.cell().bits)
}

// Nano is the nanoseconds of a Time in Seconds or Span.
func (c Cell) Nano() int32 { return c.cell().extra }

// Unit is what a Time counts; NoUnit for other kinds.
func (c Cell) Unit() Unit {
	if c.cell().kind != Time {
		return NoUnit
	}
	return c.typeOf().unit
}

// Instant is a Time of one of the instants or local times as seconds and nanoseconds from 1970; ok is false for other cells.
func (c Cell) Instant() (second int64, nano int64, ok bool) {
	per := int64(0)
	switch c.Unit() {
	case Millis, LocalMillis:
		per = 1_000
	case Micros, LocalMicros:
		per = 1_000_000
	case Nanos, LocalNanos:
		per = 1_000_000_000
	case Seconds:
		return c.Int(), int64(c.cell().extra), true
	default:
		return 0, 0, false
	}
	second, rest := c.Int()/per, c.Int()%per
	if rest < 0 {
		second, rest = second-1, rest+per
	}
	return second, rest * (1_000_000_000 / per), true
}

// Place is where the value lies in the record, in bytes; of a value that is not in the bytes, where its message ends.
func (c Cell) Place() (off, size int) { return int(c.cell().off), int(c.cell().end - c.cell().off) }

// raw are the bytes of the content.
func (c Cell) raw() []byte { return c.cells().b[c.cell().off:c.cell().end:c.cell().end] }

// Plain is the content of a Text as it stands in the record, if that is the content; ok is false for other kinds, and for text with escapes
// or wrong bytes and for UUIDs that are bytes, which AppendText gives. It is part of the record: the caller must not change it.
func (c Cell) Plain() (text []byte, ok bool) {
	if c.cell().kind != Text || c.cell().flags&(escaped|badUTF8|uuidBytes) != 0 {
		return nil, false
	}
	return c.raw(), true
}

// AppendText appends the content of a Text, Bytes, Enum or a Decimal of JSON to b; nothing for other kinds.
func (c Cell) AppendText(b []byte) []byte {
	switch c.cell().kind {
	case Text:
		switch {
		case c.cell().flags&uuidBytes != 0:
			return append(b, serde.UUIDText(c.raw())...)
		case c.cell().flags&escaped != 0:
			return serde.UnescapeJSON(b, c.raw())
		case c.cell().flags&badUTF8 != 0:
			return append(b, string([]rune(string(c.raw())))...)
		}
		return append(b, c.raw()...)
	case Bytes:
		return append(b, c.raw()...)
	case Decimal:
		if c.typeOf().form == formJSON {
			return append(b, c.raw()...)
		}
	case Enum:
		name, _ := c.Symbol()
		return append(b, name...)
	}
	return b
}

// Symbol is the content of an Enum; ok is false for a number that the schema does not have, which is written #7.
func (c Cell) Symbol() (name string, ok bool) {
	if name, ok = c.typeOf().symbol(c.cell().extra); ok {
		return name, true
	}
	return "#" + strconv.FormatInt(int64(c.cell().bits), 10), false
}

// Number is a Bool-less number as a double, as exact as that is; ok is false for other kinds, and for decimals beyond its range.
func (c Cell) Number() (f float64, ok bool) {
	switch c.cell().kind {
	case Int:
		return float64(c.Int()), true
	case Uint:
		return float64(c.Uint()), true
	case Float32, Float64:
		return c.Float(), true
	case Decimal:
		if c.typeOf().form == formJSON {
			f, err := strconv.ParseFloat(string(c.raw()), 64)
			return f, err == nil
		}
		f, err := strconv.ParseFloat(c.Value().Raw(), 64)
		return f, err == nil
	}
	return 0, false
}

// Unscaled is a Decimal of Avro or Confluent's Protobuf type: two's complement, big-endian, to be multiplied by 10^-scale. ok is false for
// others.
func (c Cell) Unscaled() (p []byte, scale int, ok bool) {
	t := c.typeOf()
	if c.cell().kind != Decimal || t.form == formJSON {
		return nil, 0, false
	}
	if t.form == formProto {
		return c.raw(), int(c.cell().extra), true
	}
	return c.raw(), t.scale, true
}

// Value is the content as trees have it, of kind ValueNone for cells that no scalar of a tree is: Missing, Null, Opaque and what holds others.
func (c Cell) Value() event.Value {
	switch c.cell().kind {
	case Bool:
		return event.BoolValue(c.cell().bits != 0)
	case Int:
		return event.IntValue(int64(c.cell().bits))
	case Uint:
		return event.UintValue(c.cell().bits)
	case Float32:
		return event.Float32Value(math.Float32frombits(uint32(c.cell().bits)))
	case Float64:
		return event.Float64Value(math.Float64frombits(c.cell().bits))
	case Text:
		if p, ok := c.Plain(); ok {
			return event.TextValue(event.ValueString, string(p))
		}
		return event.TextValue(event.ValueString, string(c.AppendText(nil)))
	case Bytes:
		return event.TextValue(event.ValueBytes, string(c.raw()))
	case Enum:
		name, _ := c.Symbol()
		return event.TextValue(event.ValueEnum, name)
	case Decimal, Time:
		return c.typeOf().value(c)
	}
	return event.Value{}
}

// Format prints the kind.
func (c Cell) Format(s fmt.State, _ rune) {
	kind := "none"
	if c.at != nil {
		kind = c.cell().kind.String()
	}
	_, _ = io.WriteString(s, "cell("+kind+")")
}

// MarshalJSON returns event.ErrSealed.
func (c Cell) MarshalJSON() ([]byte, error) { return nil, event.ErrSealed }

// MarshalText returns event.ErrSealed.
func (c Cell) MarshalText() ([]byte, error) { return nil, event.ErrSealed }

// form is how the bytes of a type are written.
type form uint8

const (
	formJSON form = iota
	formAvro
	formProto
)

// cellType is what cells of one type of the schema share.
type cellType struct {
	form    form
	unit    Unit
	scale   int
	symbols []string // of an Avro enum
	avro    serde.AvroType
	numbers map[int32]string // of a Protobuf enum
}

func (t *cellType) symbol(n int32) (string, bool) {
	if t.form == formProto {
		name, ok := t.numbers[n]
		return name, ok
	}
	if n >= 0 && int(n) < len(t.symbols) {
		return t.symbols[n], true
	}
	return "", false
}

// value renders what is kept as numbers and shown as text, by the code that trees are read by.
func (t *cellType) value(c Cell) event.Value {
	switch {
	case c.cell().kind == Decimal && t.form == formJSON:
		return event.TextValue(event.ValueDecimal, string(c.raw()))
	case c.cell().kind == Decimal:
		p, scale, _ := c.Unscaled()
		return serde.DecimalOf(p, scale)
	case t.unit == Calendar:
		return serde.AvroDurationOf(c.raw())
	case t.unit == Span:
		return serde.DurationOf(c.Int(), int64(c.cell().extra))
	case t.unit == Seconds:
		return serde.InstantOf(c.Int(), int64(c.cell().extra))
	}
	return t.avro.Number(c.Int())
}
