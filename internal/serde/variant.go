package serde

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// variant reads Flink's VARIANT (spec/serializers.md, section 4.1): a value and the dictionary of the names in it. As a
// value of its own it has both lengths in front; in a row or array the dictionary's alone.
type variant struct {
	typ  string
	cell bool
}

func (v variant) decode(in *input, n *event.Node) {
	n.Type = v.typ
	var value, names *input
	if v.cell {
		names = in.part(in.count(1))
		value = in.part(in.end - in.pos)
	} else {
		valueLen, namesLen := in.count(1), in.count(1)
		value, names = in.part(valueLen), in.part(namesLen)
	}
	if in.stopped() {
		return
	}
	keys := variantNames(names)
	if names.stopped() {
		in.skipped(n, v.typ, names.why)
		return
	}
	whole(value, variantValue{keys}, n)
}

// part is an input over the next n bytes, which in moves over.
func (in *input) part(n int) *input {
	at := in.pos
	in.take(n)
	return in.area(at, in.pos-at)
}

// little reads an unsigned little-endian number of 1 to 4 bytes.
func (in *input) little(size int) int {
	v := 0
	for i, c := range in.take(size) {
		v |= int(c) << (8 * i)
	}
	return v
}

// variantVersion is the only version of the format.
const variantVersion = 1

// variantNames reads the dictionary: header, count, count + 1 offsets, text.
func variantNames(in *input) []string {
	head := in.u8()
	if head&0x0f != variantVersion && !in.stopped() {
		in.stop("version " + strconv.Itoa(int(head&0x0f)) + " of the variant format is not known")
	}
	size := int(head>>6) + 1
	count := in.little(size)
	if !in.stopped() && count > (in.end-in.pos)/size {
		in.stop("a variant of " + strconv.Itoa(in.end-in.pos) + " bytes cannot have " + strconv.Itoa(count) + " names")
	}
	if in.stopped() {
		return nil
	}
	offsets := make([]int, count+1)
	for i := range offsets {
		offsets[i] = in.little(size)
	}
	text := in.take(in.end - in.pos)
	names := make([]string, 0, count)
	for i := range count {
		if offsets[i] > offsets[i+1] || offsets[i+1] > len(text) {
			in.stop("a name of the variant lies outside it")
			return nil
		}
		if !in.copyText(offsets[i+1] - offsets[i]) {
			return nil
		}
		names = append(names, string(text[offsets[i]:offsets[i+1]]))
	}
	return names
}

// variantValue reads one value; names is the dictionary.
type variantValue struct{ names []string }

// Basic types, the low two bits of a value's first byte; the rest of the byte says more.
const (
	variantPrimitive = 0
	variantShortText = 1
	variantObject    = 2
)

func (v variantValue) decode(in *input, n *event.Node) {
	head := in.u8()
	if in.stopped() {
		return
	}
	info := int(head >> 2)
	if n.Type == "" && head&3 == variantPrimitive && info < len(variantTypes) {
		n.Type = variantTypes[info]
	}
	switch head & 3 {
	case variantPrimitive:
		v.primitive(in, n, info)
	case variantShortText:
		if p := in.take(info); !in.stopped() {
			in.setText(n, event.ValueString, p)
		}
	case variantObject:
		v.items(in, n, info>>2&3+1, info&3+1, info>>4&1 != 0)
	default:
		v.items(in, n, 0, info&3+1, info>>2&1 != 0)
	}
}

// primitive reads the types that have a number of their own.
func (v variantValue) primitive(in *input, n *event.Node, info int) {
	if info >= len(variantWidths) {
		in.stop("type " + strconv.Itoa(info) + " of the variant format is not known")
		return
	}
	p := in.take(variantWidths[info])
	if in.stopped() {
		return
	}
	switch info {
	case 0:
		n.Kind = event.NodeNull
	case 1, 2:
		setScalar(n, event.BoolValue(info == 1))
	case 3, 4, 5, 6:
		setScalar(n, event.IntValue(littleSigned(p)))
	case 7:
		setScalar(n, event.Float64Value(math.Float64frombits(binary.LittleEndian.Uint64(p))))
	case 8, 9, 10:
		unscaled := slices.Clone(p[1:])
		slices.Reverse(unscaled)
		in.setDecimal(n, unscaled, int(p[0]))
	case 11:
		setTime(n, event.ValueDate, string(appendEpochDay(nil, littleSigned(p))))
	case 12, 13:
		kind := event.ValueInstant
		if info == 13 {
			kind = event.ValueDateTime
		}
		second, micro := floorDiv(littleSigned(p), 1_000_000)
		setInstant(n, kind, second, micro*1000)
	case 14:
		setScalar(n, event.Float32Value(math.Float32frombits(binary.LittleEndian.Uint32(p))))
	case 15:
		if b := in.take(in.little(4)); !in.stopped() {
			in.setBytes(n, b)
		}
	case 16:
		if b := in.take(in.little(4)); !in.stopped() {
			in.setText(n, event.ValueString, b)
		}
	}
}

// variantWidths are the bytes of a primitive; those of bytes and long text follow a length.
var variantWidths = [...]int{0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, 0, 0}

var variantTypes = [...]string{"NULL", "BOOLEAN", "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "DOUBLE", "DECIMAL", "DECIMAL", "DECIMAL",
	"DATE", "TIMESTAMP_LTZ", "TIMESTAMP", "FLOAT", "BYTES", "STRING"}

// littleSigned reads 1 to 8 bytes as a signed little-endian number.
func littleSigned(p []byte) int64 {
	v := int64(0)
	for i, c := range p {
		v |= int64(c) << (8 * i)
	}
	shift := 64 - 8*len(p)
	return v << shift >> shift
}

// items reads an object, whose members are in the order of their names, or, with an idSize of 0, an array: count, ids,
// count + 1 offsets, values. Offsets count from the first value; the last one is where the values end.
func (v variantValue) items(in *input, n *event.Node, idSize, offsetSize int, large bool) {
	sizeBytes := 1
	if large {
		sizeBytes = 4
	}
	count := in.little(sizeBytes)
	if in.stopped() {
		return
	}
	if count > (in.end-in.pos)/(idSize+offsetSize) {
		in.stop("a variant of " + strconv.Itoa(in.end-in.pos) + " bytes cannot have " + strconv.Itoa(count) + " values")
		return
	}
	ids := in.part(count * idSize)
	offsets := in.part(count * offsetSize)
	size := in.little(offsetSize)
	if in.stopped() {
		return
	}
	if size > in.end-in.pos {
		in.stop("the values of a variant lie outside it")
		return
	}
	values := in.part(size)
	n.Kind, n.Items = event.NodeList, in.items(count)
	if idSize > 0 {
		n.Kind = event.NodeObject
	}
	for range count {
		item := event.Node{}
		if idSize > 0 {
			id := ids.little(idSize)
			if id >= len(v.names) {
				in.stop("a name that the variant does not have")
				return
			}
			item.Name = v.names[id]
		}
		full := in.left.nodes <= 0
		v.item(values, &item, offsets.little(offsetSize))
		n.Items = append(n.Items, item)
		if full {
			return
		}
	}
}

// item reads the value at off. A bad one leaves its neighbours readable.
func (v variantValue) item(values *input, n *event.Node, off int) {
	if off >= values.end-values.pos {
		values.misplaced(n)
		return
	}
	at := values.area(values.pos+off, values.end-values.pos-off)
	at.read(v, n)
}
