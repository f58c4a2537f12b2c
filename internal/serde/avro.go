package serde

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// avro reads a value by its schema, in one of two encodings: Avro's own binary form, or the one that Flink's AvroSerializer
// writes (spec/serializers.md, section 3.4).
type avro struct {
	t     *avroType
	flink bool
}

// compileFlinkAvro gives the codec of an avro descriptor.
func compileFlinkAvro(d *event.Descriptor) codec {
	t, err := parseAvro(d.Schema)
	if err != nil {
		return opaque{d.TypeName(), err.Error()}
	}
	return avro{t, true}
}

func (a avro) with(t *avroType) avro { return avro{t, a.flink} }

// read is in.read, without the memory that an avro takes as a codec.
func (a avro) read(in *input, n *event.Node) {
	n.Off = in.pos
	if in.enter(n) {
		a.decode(in, n)
		in.leave(n)
	}
}

func (a avro) decode(in *input, n *event.Node) {
	n.Type = a.t.name
	if a.t.logical != "" {
		n.Type = a.t.logical
	}
	switch a.t.kind {
	case "null":
		n.Kind = event.NodeNull
	case "boolean":
		setScalar(n, event.BoolValue(in.bool()))
	case "int":
		a.number(n, int64(int32(a.int(in, 32))))
	case "long":
		a.number(n, a.int(in, 64))
	case "float":
		setScalar(n, event.Float32Value(math.Float32frombits(uint32(a.fixed(in, 4)))))
	case "double":
		setScalar(n, event.Float64Value(math.Float64frombits(a.fixed(in, 8))))
	case "string":
		if p := in.take(a.length(in)); !in.stopped() {
			in.setText(n, event.ValueString, p)
		}
	case "bytes":
		a.bytes(in, n, in.take(a.length(in)))
	case "fixed":
		a.bytes(in, n, in.take(a.t.size))
	case "enum":
		a.symbol(n, a.int(in, 32))
	case "union":
		a.union(in, n)
	case "array", "map":
		a.blocks(in, n)
	case "record":
		a.record(in, n)
	default:
		in.stop("an Avro type that is not known")
	}
}

// int reads an int, long, branch, symbol or length.
func (a avro) int(in *input, bits int) int64 {
	switch {
	case !a.flink:
		return in.zigzag()
	case bits == 32:
		return int64(in.i32())
	}
	return in.i64()
}

// fixed reads a float's bits: little-endian in Avro, big-endian in Flink.
func (a avro) fixed(in *input, size int) uint64 {
	p := in.take(size)
	switch {
	case p == nil:
		return 0
	case a.flink && size == 4:
		return uint64(binary.BigEndian.Uint32(p))
	case a.flink:
		return binary.BigEndian.Uint64(p)
	case size == 4:
		return uint64(binary.LittleEndian.Uint32(p))
	}
	return binary.LittleEndian.Uint64(p)
}

func (a avro) length(in *input) int {
	n := a.int(in, 32)
	if n > math.MaxInt32 || n < 0 {
		in.stop("a length is out of range")
		return 0
	}
	return int(n)
}

// uvarint reads 7 bits per byte, lowest first, of at most 64 bits.
func (in *input) uvarint() uint64 {
	var v uint64
	for shift := 0; shift < 70; shift += 7 {
		c := in.u8()
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v
		}
	}
	in.stop("a number has too many bytes")
	return 0
}

// zigzag reads Avro's variable-length signed number.
func (in *input) zigzag() int64 {
	u := in.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (a avro) number(n *event.Node, v int64) {
	switch a.t.logical {
	case "date":
		setTime(n, event.ValueDate, string(appendEpochDay(nil, v)))
	case "time-millis":
		a.timeOfDay(n, v, 1_000)
	case "time-micros":
		a.timeOfDay(n, v, 1_000_000)
	case "timestamp-millis", "local-timestamp-millis":
		a.timestamp(n, v, 1_000)
	case "timestamp-micros", "local-timestamp-micros":
		a.timestamp(n, v, 1_000_000)
	case "timestamp-nanos", "local-timestamp-nanos":
		a.timestamp(n, v, 1_000_000_000)
	default:
		setScalar(n, event.IntValue(v))
	}
}

func (a avro) timeOfDay(n *event.Node, v, perSecond int64) {
	second, rest := floorDiv(v, perSecond)
	if second < 0 || second >= secondsPerDay {
		n.Reason = "not a time of day"
	}
	setTime(n, event.ValueTime, string(appendSecondOfDay(nil, second, rest*(1_000_000_000/perSecond))))
}

func (a avro) timestamp(n *event.Node, v, perSecond int64) {
	second, rest := floorDiv(v, perSecond)
	kind := event.ValueInstant
	if a.t.logical[0] == 'l' {
		kind = event.ValueDateTime
	}
	setInstant(n, kind, second, rest*(1_000_000_000/perSecond))
}

func (a avro) bytes(in *input, n *event.Node, p []byte) {
	switch {
	case in.stopped():
	case a.t.logical == "decimal":
		in.setDecimal(n, p, a.t.scale)
	case a.t.logical == "duration" && len(p) == 12:
		setTime(n, event.ValueDuration, avroDuration(p))
	case a.t.logical == "uuid" && len(p) == 16:
		setScalar(n, event.TextValue(event.ValueString, uuidText(p)))
	default:
		in.setBytes(n, p)
	}
}

// avroDuration renders three little-endian u32: months, days, milliseconds.
func avroDuration(p []byte) string {
	months, days := binary.LittleEndian.Uint32(p), binary.LittleEndian.Uint32(p[4:])
	return "P" + strconv.FormatUint(uint64(months), 10) + "M" + strconv.FormatUint(uint64(days), 10) + "D" +
		millisText(int64(binary.LittleEndian.Uint32(p[8:])))[1:]
}

func (a avro) symbol(n *event.Node, i int64) {
	if i >= 0 && i < int64(len(a.t.symbols)) {
		setScalar(n, event.TextValue(event.ValueEnum, a.t.symbols[i]))
		return
	}
	n.Reason = "a symbol that the schema does not have"
	setScalar(n, event.TextValue(event.ValueEnum, "#"+strconv.FormatInt(i, 10)))
}

// union shows the value of the branch that was taken. A union inside a union is not legal Avro, so it goes no deeper here.
func (a avro) union(in *input, n *event.Node) {
	i := a.int(in, 32)
	if in.stopped() {
		return
	}
	if i < 0 || i >= int64(len(a.t.oneOf)) || a.t.oneOf[i].kind == "union" {
		in.stop("a union branch that the schema does not have")
		return
	}
	a.with(a.t.oneOf[i]).decode(in, n)
}

// blocks reads an array or map: counts and items, ended by a count of 0. In Avro's own form a negative count is followed
// by the size of the block.
func (a avro) blocks(in *input, n *event.Node) {
	n.Kind = event.NodeList
	var item codec = a.with(a.t.items)
	if a.t.kind == "map" {
		n.Kind = event.NodeMap
		item = pair{a.with(&avroType{kind: "string", name: "string"}), item}
	}
	for !in.stopped() {
		var count uint64
		if a.flink {
			count = in.uvarint()
		} else {
			c := in.zigzag()
			if c < 0 {
				in.zigzag()
				c = -c
			}
			count = uint64(c)
		}
		if count == 0 {
			return
		}
		for ; count > 0 && !in.stopped(); count-- {
			n.Items = append(n.Items, event.Node{})
			in.read(item, &n.Items[len(n.Items)-1])
		}
	}
}

func (a avro) record(in *input, n *event.Node) {
	n.Kind, n.Items = event.NodeObject, in.items(len(a.t.fields))
	for i, f := range a.t.fields {
		if in.stopped() {
			break
		}
		n.Items = append(n.Items, event.Node{Name: f.name})
		a.with(f.typ).read(in, &n.Items[i])
	}
	notDecoded(in, n, len(a.t.fields), "field")
}
