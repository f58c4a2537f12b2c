package event

import "strings"

// TypeName names the values that d describes as a reader of the job's source would: com.acme.Order, List<String>,
// Tuple2<String, Long>, RowData.
func (d *Descriptor) TypeName() string {
	var b strings.Builder
	d.typeName(&b, 3)
	return b.String()
}

var plainNames = map[string]string{
	SerBool: "Boolean", SerByte: "Byte", SerShort: "Short", SerChar: "Character", SerInt: "Integer", SerLong: "Long",
	SerFloat: "Float", SerDouble: "Double", SerString: "String", SerStringValue: "StringValue", SerBigInt: "BigInteger", SerBigDec: "BigDecimal",
	SerInstant: "Instant", SerLocalDate: "LocalDate", SerLocalTime: "LocalTime", SerLocalDateTime: "LocalDateTime",
	SerDate: "Date", SerSQLDate: "java.sql.Date", SerSQLTime: "java.sql.Time", SerSQLTimestamp: "java.sql.Timestamp",
	SerVoid: "Void", SerNullValue: "NullValue", SerStringArray: "String[]", SerRow: "Row", SerRowData: "RowData", SerArrayData: "ArrayData",
	SerMapData: "MapData", SerDecimalData: "DecimalData", SerTimestampData: "TimestampData", SerStringData: "StringData",
	SerRawData: "RawValueData", SerTimeWindow: "TimeWindow", SerGlobalWindow: "GlobalWindow",
	SerVoidNamespace: "VoidNamespace", SerMillis: "Long", SerSortedLong: "Long", SerVariant: "VARIANT", SerBitmap: "BITMAP",
	SerStreamElement: "StreamElement",
}

func (d *Descriptor) typeName(b *strings.Builder, depth int) {
	if depth == 0 {
		b.WriteString("…")
		return
	}
	args := func(name string, of ...*Descriptor) {
		b.WriteString(name)
		sep := "<"
		for _, a := range of {
			b.WriteString(sep)
			a.typeName(b, depth-1)
			sep = ", "
		}
		if len(of) > 0 {
			b.WriteByte('>')
		}
	}
	fields := func() (of []*Descriptor) {
		for _, f := range d.Fields {
			of = append(of, f.S)
		}
		return of
	}
	switch d.T {
	case SerList, SerMaskList:
		args("List", d.E)
	case SerSet:
		args("Set", d.E)
	case SerOption:
		args("Option", d.E)
	case SerMap:
		args("Map", d.K, d.V)
	case SerTimer:
		args("Timer", d.K, d.V)
	case SerEither:
		args("Either", d.L, d.R)
	case SerTaggedUnion:
		args("TaggedUnion", d.L, d.R)
	case SerNullable, SerTTL:
		d.S.typeName(b, depth)
	case SerArray, SerPrimArray:
		if d.T == SerPrimArray {
			b.WriteString(d.E.T)
		} else {
			d.E.typeName(b, depth-1)
		}
		b.WriteString("[]")
	case SerTuple:
		name := d.Of[strings.LastIndexByte(d.Of, '.')+1:]
		if name == "" {
			name = "Tuple"
		}
		args(name, fields()...)
	default:
		switch name := plainNames[d.T]; {
		case name != "":
			b.WriteString(name)
		case d.Of != "":
			b.WriteString(d.Of)
		case d.Class != "":
			b.WriteString(d.Class)
		default:
			b.WriteString(d.T)
		}
	}
}
