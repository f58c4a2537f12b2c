package event

import (
	"fmt"
	"io"
	"math"
	"strconv"
)

// ValueKind is the kind of a decoded scalar.
type ValueKind uint8

// The scalar kinds. Times are text in ISO 8601, exact to what the format holds.
const (
	ValueNone     ValueKind = iota
	ValueBool               // true, false
	ValueInt                // int64
	ValueUint               // uint64
	ValueFloat32            // IEEE 754 single
	ValueFloat64            // IEEE 754 double
	ValueDecimal            // exact decimal text, as in 12.50
	ValueString             // text
	ValueEnum               // symbol
	ValueBytes              // bytes
	ValueInstant            // 2026-08-01T14:02:11.482Z
	ValueDateTime           // 2026-08-01T14:02:11.482, no zone
	ValueDate               // 2026-08-01
	ValueTime               // 14:02:11.482
	ValueDuration           // P1Y2M or PT3.5S
)

// Value is one decoded scalar. It prints as its kind only, like everything decoded.
type Value struct {
	kind ValueKind
	bits uint64
	text string
}

// BoolValue, IntValue and the others make a Value of the kind that they name.
func BoolValue(b bool) Value {
	if b {
		return Value{kind: ValueBool, bits: 1}
	}
	return Value{kind: ValueBool}
}

// IntValue is a ValueInt.
func IntValue(i int64) Value { return Value{kind: ValueInt, bits: uint64(i)} }

// UintValue is a ValueUint.
func UintValue(u uint64) Value { return Value{kind: ValueUint, bits: u} }

// Float32Value is a ValueFloat32.
func Float32Value(f float32) Value {
	return Value{kind: ValueFloat32, bits: uint64(math.Float32bits(f))}
}

// Float64Value is a ValueFloat64.
func Float64Value(f float64) Value { return Value{kind: ValueFloat64, bits: math.Float64bits(f)} }

// TextValue is a Value of a kind that is held as text: decimal, string, enum, bytes and the times.
func TextValue(k ValueKind, s string) Value { return Value{kind: k, text: s} }

// Kind is the value's kind.
func (v Value) Kind() ValueKind { return v.kind }

// Bool is the content of a ValueBool.
func (v Value) Bool() bool { return v.bits != 0 }

// Int is the content of a ValueInt.
func (v Value) Int() int64 { return int64(v.bits) }

// Uint is the content of a ValueUint.
func (v Value) Uint() uint64 { return v.bits }

// Float is the content of a ValueFloat32 or ValueFloat64.
func (v Value) Float() float64 {
	if v.kind == ValueFloat32 {
		return float64(math.Float32frombits(uint32(v.bits)))
	}
	return math.Float64frombits(v.bits)
}

// Raw is the content of a value that TextValue made.
func (v Value) Raw() string { return v.text }

// Text renders any value as text: numbers exactly (floats in their shortest form that reads back equal), bytes raw.
func (v Value) Text() string {
	switch v.kind {
	case ValueNone:
		return ""
	case ValueBool:
		return strconv.FormatBool(v.bits != 0)
	case ValueInt:
		return strconv.FormatInt(int64(v.bits), 10)
	case ValueUint:
		return strconv.FormatUint(v.bits, 10)
	case ValueFloat32:
		return floatText(v.Float(), 32)
	case ValueFloat64:
		return floatText(v.Float(), 64)
	}
	return v.text
}

// floatText keeps a decimal point in whole floats, so that 3.0 is not taken for an integer.
func floatText(f float64, bits int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return strconv.FormatFloat(f, 'g', -1, bits)
	}
	abs := math.Abs(f)
	if abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return strconv.FormatFloat(f, 'e', -1, bits)
	}
	s := strconv.FormatFloat(f, 'f', -1, bits)
	if f == math.Trunc(f) {
		s += ".0"
	}
	return s
}

// Format prints the kind, never the content.
func (v Value) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "value("+v.kind.String()+")") }

// MarshalJSON returns ErrSealed.
func (v Value) MarshalJSON() ([]byte, error) { return nil, ErrSealed }

// MarshalText returns ErrSealed.
func (v Value) MarshalText() ([]byte, error) { return nil, ErrSealed }

var valueKinds = [...]string{"none", "bool", "int", "uint", "float32", "float64", "decimal", "string", "enum", "bytes",
	"instant", "datetime", "date", "time", "duration"}

func (k ValueKind) String() string {
	if int(k) < len(valueKinds) {
		return valueKinds[k]
	}
	return "kind " + strconv.Itoa(int(k))
}
