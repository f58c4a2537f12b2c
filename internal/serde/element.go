package serde

import (
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// ElementTag is the first byte of a stream element (spec/serializers.md, section 5).
type ElementTag uint8

// The tags, wire format of StreamElementSerializer.
const (
	TagTimedRecord       ElementTag = 0
	TagRecord            ElementTag = 1
	TagWatermark         ElementTag = 2
	TagLatencyMarker     ElementTag = 3
	TagStatus            ElementTag = 4
	TagAttributes        ElementTag = 5
	TagInternalWatermark ElementTag = 6
)

// Element is a decoded stream element. Everything but Value is metadata of the stream, not payload.
type Element struct {
	Tag       ElementTag
	Known     bool     // Tag is one of the tags above and the body was complete
	Timestamp int64    // event time of a timed record, time of a watermark, marked time of a latency marker; milliseconds
	Idle      bool     // of a status
	Backlog   bool     // of attributes
	Operator  [2]int64 // of a latency marker: lower and upper part of the source operator's id
	Index     int32    // subtask of a latency marker, subpartition of an internal watermark

	// Value is the record's value; absent for every other element. When the element is not Known it shows the whole bytes.
	Value event.Tree
}

// DecodeElement reads a stream element whose value d decodes.
func (d *Decoder) DecodeElement(p event.Payload) Element { return d.DecodeElementOf(nil, p) }

// DecodeElementOf is DecodeElement with what is known of the job; nil when nothing is.
func (d *Decoder) DecodeElementOf(job Job, p event.Payload) Element {
	if why := unreadable(p, d.limits); why != "" {
		return Element{Value: undecoded(p, event.FormatFlink, d.typ, why)}
	}
	in := newInput(p.Open(sealed.Take()), d.limits)
	in.left.job, in.left.payload = job, p
	e := Element{Tag: ElementTag(in.u8())}
	e.readHead(in)
	var root event.Node
	switch {
	case e.isRecord() && !in.stopped():
		in.read(d.value, &root)
		e.Value = sealRoot(in, root, p, event.FormatFlink, d.typ)
	case in.stopped():
		root = event.Node{Kind: event.NodeOpaque, Type: "StreamElement", Len: p.Len(), Reason: in.why}
		e.Value = sealRoot(in, root, p, event.FormatFlink, "StreamElement")
		return e
	}
	e.Known = true
	return e
}

func (e *Element) isRecord() bool { return e.Tag == TagTimedRecord || e.Tag == TagRecord }

// readHead reads everything but a record's value.
func (e *Element) readHead(in *input) {
	switch e.Tag {
	case TagTimedRecord, TagWatermark:
		e.Timestamp = in.i64()
	case TagRecord:
	case TagLatencyMarker:
		e.Timestamp = in.i64()
		e.Operator = [2]int64{in.i64(), in.i64()}
		e.Index = in.i32()
	case TagStatus:
		e.Idle = in.i32() != 0
	case TagAttributes:
		e.Backlog = in.bool()
	case TagInternalWatermark:
		e.Index = in.i32()
		e.Timestamp = in.i64()
	default:
		in.stop("the tag of the stream element is not known")
	}
}

// element shows a stream element inside another value as an object.
type element struct {
	typ   string
	value codec
}

func (c element) decode(in *input, n *event.Node) {
	n.Kind, n.Type = event.NodeObject, c.typ
	e := Element{Tag: ElementTag(in.u8())}
	at := in.pos
	e.readHead(in)
	if in.stopped() {
		return
	}
	millis := func(name string) {
		t := event.Node{Name: name, Type: "Long", Off: at, Len: 8}
		setMillis(&t, event.ValueInstant, e.Timestamp)
		n.Items = append(n.Items, t)
	}
	switch e.Tag {
	case TagTimedRecord:
		millis("timestamp")
	case TagWatermark, TagInternalWatermark:
		millis("watermark")
	case TagLatencyMarker:
		millis("marked")
	case TagStatus:
		n.Items = append(n.Items, event.Node{Name: "idle", Off: at, Len: 4})
		setScalar(&n.Items[0], event.BoolValue(e.Idle))
	case TagAttributes:
		n.Items = append(n.Items, event.Node{Name: "backlog", Off: at, Len: 1})
		setScalar(&n.Items[0], event.BoolValue(e.Backlog))
	}
	if e.isRecord() {
		n.Items = append(n.Items, event.Node{Name: "value"})
		in.read(c.value, &n.Items[len(n.Items)-1])
	}
}
