package serde

import (
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// Binary rows, arrays and maps of the table stack (spec/serializers.md, section 4): little-endian areas in which every
// value can be found on its own. A bad part is opaque and leaves its neighbours readable, unlike in the other formats.

// Roots of logical types; the names of Flink's LogicalTypeRoot.
const (
	rootChar, rootVarchar         = "CHAR", "VARCHAR"
	rootBoolean                   = "BOOLEAN"
	rootBinary, rootVarbinary     = "BINARY", "VARBINARY"
	rootDecimal                   = "DECIMAL"
	rootTinyint, rootSmallint     = "TINYINT", "SMALLINT"
	rootInteger, rootBigint       = "INTEGER", "BIGINT"
	rootFloat, rootDouble         = "FLOAT", "DOUBLE"
	rootDate, rootTime            = "DATE", "TIME_WITHOUT_TIME_ZONE"
	rootTimestamp, rootLocalStamp = "TIMESTAMP_WITHOUT_TIME_ZONE", "TIMESTAMP_WITH_LOCAL_TIME_ZONE"
	rootYearMonth, rootDayTime    = "INTERVAL_YEAR_MONTH", "INTERVAL_DAY_TIME"
	rootArray, rootMultiset       = "ARRAY", "MULTISET"
	rootMap                       = "MAP"
	rootRow, rootStructured       = "ROW", "STRUCTURED_TYPE"
	rootDistinct                  = "DISTINCT_TYPE"
	rootRaw, rootNull             = "RAW", "NULL"
	rootVariant, rootBitmap       = "VARIANT", "BITMAP"
)

// sized is an i32 length (big-endian) and an area of that length.
type sized struct{ area codec }

func (s sized) decode(in *input, n *event.Node) {
	size := in.count(1)
	if in.stopped() {
		return
	}
	sub := in.area(in.pos, size)
	in.pos += size
	whole(sub, s.area, n)
}

// whole reads c over all of sub. What stops sub does not stop the input around it.
func whole(sub *input, c codec, n *event.Node) {
	c.decode(sub, n)
	sub.blame(n)
	if rest := sub.end - sub.pos; rest > 0 && !sub.stopped() {
		n.Reason = strconv.Itoa(rest) + " bytes are left over after the value"
		sub.left.note(n.Reason)
	}
}

// nested reads c into n as a node of its own over size bytes from off; out-of-range bytes make it opaque.
func (in *input) nested(c codec, n *event.Node, off, size int) {
	if size < 0 || off < in.pos || off > in.end || size > in.end-off {
		in.misplaced(n)
		return
	}
	sub := in.area(off, size)
	n.Off = off
	if sub.enter(n) {
		whole(sub, c, n)
		sub.left.depth++
		n.Len = size
	}
}

func (in *input) misplaced(n *event.Node) {
	n.Kind, n.Reason, n.Len = event.NodeOpaque, "its bytes lie outside the row", 0
	in.left.note(n.Reason)
}

// arrayWidths are the bytes of an element in an array; every other type takes 8.
var arrayWidths = map[string]int{
	rootBoolean: 1, rootTinyint: 1, rootSmallint: 2, rootInteger: 4, rootFloat: 4, rootDate: 4, rootTime: 4, rootYearMonth: 4,
}

func compileCell(t event.LogicalType) cell {
	if t.T == rootDistinct && t.E != nil {
		return compileCell(*t.E)
	}
	c := cell{typ: logicalName(t), root: t.T, width: 8, p: t.P, s: t.S}
	if w, ok := arrayWidths[t.T]; ok {
		c.width = w
	}
	switch t.T {
	case rootArray, rootMap, rootMultiset, rootRow, rootStructured, rootRaw, rootVariant, rootBitmap:
		c.area = compileArea(t, "")
	}
	return c
}

// compileArea gives the codec of a nested area; otherwise names what was expected when t is no such type.
func compileArea(t event.LogicalType, expected string) codec {
	name := logicalName(t)
	switch {
	case t.T == rootArray && t.E != nil:
		return binaryArray{name, compileCell(*t.E)}
	case t.T == rootMultiset && t.E != nil:
		return binaryMap{name, binaryArray{"", compileCell(*t.E)}, binaryArray{"", compileCell(event.LogicalType{T: rootInteger})}}
	case t.T == rootMap && t.K != nil && t.V != nil:
		return binaryMap{name, binaryArray{"", compileCell(*t.K)}, binaryArray{"", compileCell(*t.V)}}
	case t.T == rootRow, t.T == rootStructured:
		columns := make([]column, len(t.Fields))
		for i, f := range t.Fields {
			columns[i] = column{f.Name, compileCell(f.Type)}
		}
		return binaryRow{name, columns, true}
	case t.T == rootRaw && t.Raw != nil:
		return compile(t.Raw)
	case t.T == rootRaw:
		return opaque{name, "a RAW type without a serializer"}
	case t.T == rootVariant:
		return variant{name, true}
	case t.T == rootBitmap:
		return bitmap{name}
	}
	return opaque{name, expected + " without a usable type"}
}

// logicalName is the type as SQL writes it, without its parts: DECIMAL(10, 2), ARRAY, ROW.
func logicalName(t event.LogicalType) string {
	switch t.T {
	case rootDecimal:
		return "DECIMAL(" + strconv.Itoa(t.P) + ", " + strconv.Itoa(t.S) + ")"
	case rootTimestamp:
		return "TIMESTAMP(" + strconv.Itoa(t.P) + ")"
	case rootLocalStamp:
		return "TIMESTAMP_LTZ(" + strconv.Itoa(t.P) + ")"
	case rootTime:
		return "TIME"
	case rootArray:
		if t.E != nil {
			return "ARRAY<" + logicalName(event.LogicalType{T: t.E.T, P: t.E.P, S: t.E.S}) + ">"
		}
	}
	return t.T
}
