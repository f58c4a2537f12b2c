package avro

import (
	"fmt"
	"math"
)

// logicalType is what a type means beyond its bytes. Compatibility of Avro does not look at it.
type logicalType struct {
	name             string // empty: none, or one that Java ignores
	precision, scale int64  // of a decimal
}

func (l logicalType) String() string {
	if l.name == "decimal" {
		return fmt.Sprintf("decimal(%d,%d)", l.precision, l.scale)
	}
	return l.name
}

// underlying types of the logical types that Java knows, but for fixed of a size.
var underlying = map[string][]kind{
	"timestamp-millis": {kindLong}, "timestamp-micros": {kindLong}, "timestamp-nanos": {kindLong},
	"local-timestamp-millis": {kindLong}, "local-timestamp-micros": {kindLong}, "local-timestamp-nanos": {kindLong},
	"time-millis": {kindInt}, "time-micros": {kindLong}, "date": {kindInt},
	"uuid": {kindString, kindFixed}, "decimal": {kindBytes, kindFixed}, "big-decimal": {kindBytes}, "duration": {kindFixed},
}

// foreignProps are properties that forbid a logical type.
var foreignProps = []string{"avro.java.string", "java-class", "java-key-class", "java-element-class"}

// logicalOf reads a type's logical type; one that does not fit the type is none.
func logicalOf(n *node) logicalType {
	p := prop(n.props, "logicalType")
	if p == nil || p.kind != jsonText {
		return logicalType{}
	}
	fits := false
	for _, k := range underlying[p.text] {
		fits = fits || k == n.kind
	}
	for _, name := range foreignProps {
		if f := prop(n.props, name); f != nil && f.kind == jsonText {
			fits = false
		}
	}
	l := logicalType{name: p.text}
	switch p.text {
	case "uuid":
		fits = fits && (n.kind == kindString || n.size == 16)
	case "duration":
		fits = fits && n.size == 12
	case "decimal":
		precision, scale := prop(n.props, "precision"), prop(n.props, "scale")
		if precision == nil || precision.kind != jsonInt || scale != nil && scale.kind != jsonInt {
			return logicalType{}
		}
		l.precision = precision.whole
		if scale != nil {
			l.scale = scale.whole
		}
		most := int64(math.MaxInt32)
		if n.kind == kindFixed {
			most = int64(math.Floor(math.Log10(2) * float64(8*n.size-1)))
		}
		fits = fits && l.precision > 0 && l.precision <= most && l.scale >= 0 && l.scale <= l.precision
	}
	if !fits {
		return logicalType{}
	}
	return l
}

// meant is the logical type as it is written, for comparing: a name that Java ignores may mean something to others.
func (n *node) meant() string {
	if n.logical.name != "" {
		return n.logical.String()
	}
	if p := prop(n.props, "logicalType"); p != nil && p.kind == jsonText {
		return p.text
	}
	return ""
}
