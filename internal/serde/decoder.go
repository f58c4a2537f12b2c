package serde

import (
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Decoder reads the values of one serializer instance. It has no state and may be used by many goroutines at once.
type Decoder struct {
	value  codec
	typ    string
	limits Limits
}

// Compile makes a decoder from d. It always succeeds: what d does not describe is decoded as opaque nodes. A nil d
// describes nothing. A streamelement is compiled as its value, see DecodeElement.
func Compile(d *event.Descriptor, l Limits) *Decoder {
	if d == nil {
		d = &event.Descriptor{T: event.SerOpaque, Why: "no descriptor was recorded"}
	}
	if d.T == event.SerStreamElement {
		d = d.S
	}
	return &Decoder{value: compile(d), typ: d.TypeName(), limits: l.OrDefaults()}
}

// Job knows what descriptors leave open about the bytes of one job. Implementations MUST be safe for use by many
// goroutines at once and bound the time that they take.
type Job interface {
	// Subclass is the decoder of a subclass that the serializer of the POJO class base met while the job ran; nil when
	// none is known.
	Subclass(base, class string) *Decoder

	// Foreign decodes the value that object wrote at the beginning of the bytes from off to end of p, and says how many
	// of them it took. The error is shown to people and MUST NOT hold payload.
	Foreign(object *event.SerializerObject, p event.Payload, off, end int) (value event.Tree, taken int, err error)
}

// Decode reads one value. Whatever is odd is in the tree's Info().Reason and in the nodes; it never fails.
func (d *Decoder) Decode(p event.Payload) event.Tree { return d.DecodeOf(nil, p) }

// DecodeOf is Decode with what is known of the job; nil when nothing is.
func (d *Decoder) DecodeOf(job Job, p event.Payload) event.Tree {
	b := p.Open(sealed.Take())
	if why := unreadable(p, d.limits); why != "" {
		return undecoded(p, event.FormatFlink, d.typ, why)
	}
	in := newInput(b, d.limits)
	in.left.job, in.left.payload = job, p
	var root event.Node
	in.read(d.value, &root)
	return sealRoot(in, root, p, event.FormatFlink, d.typ)
}

// unreadable says why p is not decoded at all, or "".
func unreadable(p event.Payload, l Limits) string {
	switch {
	case p.Null() && p.Size() > 0:
		return "the value was withheld when it was recorded"
	case p.Null():
		return "no bytes were recorded"
	case p.Len() > l.Bytes:
		return "longer than " + strconv.Itoa(l.Bytes) + " bytes"
	}
	return ""
}

// undecoded is the tree of a payload that was not looked into.
func undecoded(p event.Payload, f event.PayloadFormat, typ, why string) event.Tree {
	n := event.Node{Kind: event.NodeOpaque, Type: typ, Len: p.Len(), Reason: why}
	if p.Null() {
		n.Kind = event.NodeNull
	}
	return event.NewTree(n, event.TreeInfo{Format: f, Type: typ, Size: p.Size(), Reason: why})
}

// sealRoot closes the tree of a payload that in has read.
func sealRoot(in *input, root event.Node, p event.Payload, f event.PayloadFormat, typ string) event.Tree {
	info := event.TreeInfo{Format: f, Type: typ, Size: p.Size(), Reason: in.left.why}
	switch {
	case p.Size() > p.Len() && in.why != "":
		info.Reason = "only the first " + strconv.Itoa(p.Len()) + " bytes were recorded"
	case in.pos < len(in.b):
		info.Reason = strconv.Itoa(len(in.b)-in.pos) + " bytes are left over after the value"
	}
	return event.NewTree(root, info)
}

// compile turns a descriptor into a codec. Its depth is bounded by the descriptor's.
func compile(d *event.Descriptor) codec {
	if d == nil {
		return opaque{why: "no descriptor was sent"}
	}
	typ := d.TypeName()
	if read, ok := scalarReaders[d.T]; ok {
		return scalar{typ, read}
	}
	switch d.T {
	case event.SerEnum:
		return enum{typ, d.Names}
	case event.SerList:
		return sequence{typ, compile(d.E), least(d.E)}
	case event.SerSet:
		return sequence{typ, nullable(d.E), 1}
	case event.SerArray:
		return sequence{typ, flagged{typeName(d.E), compile(d.E), true, 0}, 1}
	case event.SerStringArray:
		return sequence{typ, scalar{"String", readString}, 1}
	case event.SerPrimArray:
		return primArray{typ, d.E.T, scalar{d.E.T, scalarReaders[d.E.T]}, primWidths[d.E.T]}
	case event.SerMap:
		return mapping{typ, compile(d.K), nullable(d.V)}
	case event.SerTuple:
		return fields{typ, compileFields(d.Fields), len(d.Fields) == 0}
	case event.SerCase:
		return fields{typ, compileFields(d.Fields), false}
	case event.SerOption:
		return flagged{typ, compile(d.E), true, 0}
	case event.SerNullable:
		return flagged{typ, compile(d.S), false, d.Padding}
	case event.SerEither:
		left, right := "left", "right"
		if len(d.Names) == 2 {
			left, right = d.Names[0], d.Names[1]
		}
		return either{typ, compile(d.L), compile(d.R), 1, 0, left, right}
	case event.SerTaggedUnion:
		return either{typ, compile(d.L), compile(d.R), 1, 2, "one", "two"}
	case event.SerPojo:
		return compilePojo(d, typ)
	case event.SerRow:
		return row{typ, compileFields(d.Fields), d.RowKind}
	case event.SerTTL:
		return ttl{typ, compile(d.S)}
	case event.SerTimer:
		return timer(typ, d)
	case event.SerMaskList:
		return maskList{typ, typeName(d.E), compile(d.E)}
	case event.SerSQLDate, event.SerSQLTime:
		return sqlClock(typ, d)
	case event.SerVersioned:
		return versioned{foreign{typ, "", d.Object}}
	case event.SerStreamElement:
		return element{typ, compile(d.S)}
	case event.SerRowData:
		return sized{binaryRow{typ, compileColumns(d.Fields), false}}
	case event.SerArrayData:
		return sized{compileArea(d.Type, event.SerArrayData)}
	case event.SerMapData:
		return sized{compileArea(d.Type, event.SerMapData)}
	case event.SerDecimalData:
		return decimalData{typ, d.P, d.Scale}
	case event.SerTimestampData:
		return timestampData{typ, d.P}
	case event.SerStringData:
		return stringData{typ}
	case event.SerRawData:
		return sized{compile(d.S)}
	case event.SerVariant:
		return variant{typ, false}
	case event.SerBitmap:
		return sized{bitmap{typ}}
	case event.SerAvro:
		return compileFlinkAvro(d)
	case event.SerKryo:
		return foreign{d.TypeName(), "written by Kryo, which needs the job's classes to read", d.Object}
	}
	why := d.Why
	if why == "" {
		why = "the serializer is not known"
	}
	if d.Class != "" {
		why += " (" + d.Class + ")"
	}
	return foreign{typ, why, d.Object}
}

// namedCodec reads a field.
type namedCodec struct {
	name string
	typ  string // shown for a null that takes no bytes
	codec
}

func compileFields(fs []event.DescriptorField) []namedCodec {
	out := make([]namedCodec, len(fs))
	for i, f := range fs {
		out[i] = namedCodec{f.Name, typeName(f.S), compile(f.S)}
	}
	return out
}

// least is the number of bytes that every value of d takes, 0 or 1; it lets an absurd count be refused early.
func least(d *event.Descriptor) int {
	switch d.T {
	case event.SerCase, event.SerAvro, event.SerRow, event.SerNullValue, event.SerOpaque, event.SerKryo:
		return 0
	}
	return 1
}

// opaque is what cannot be read.
type opaque struct{ class, why string }

func (o opaque) decode(in *input, n *event.Node) { in.opaque(n, o.class, o.why) }
