package serde

import (
	"bytes"
	"context"
	"encoding/binary"
	"strconv"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Detector decodes payloads that come without a descriptor, as Kafka's keys, values and headers do, by looking at them
// (spec/serializers.md, section 6). It may be used by many goroutines at once.
type Detector struct {
	schemas *schemaCache
	limits  Limits
}

// NewDetector makes a detector. schemas may be nil: then values with a schema id stay opaque behind it.
func NewDetector(schemas Schemas, l Limits) *Detector {
	return &Detector{schemas: newSchemaCache(schemas), limits: l.OrDefaults()}
}

// Detect decodes p. ctx is for the schema source only.
func (d *Detector) Detect(ctx context.Context, p event.Payload) event.Tree {
	if why := unreadable(p, d.limits); why != "" {
		if p.Null() && p.Size() == 0 { // a tombstone is a value, not a fault
			return event.NewTree(event.Node{}, event.TreeInfo{Format: event.FormatBytes})
		}
		return undecoded(p, event.FormatBytes, "", why)
	}
	b := p.Open(sealed.Take())
	if bytes.HasPrefix(b, containerMagic) {
		in := newInput(b, d.limits)
		var root event.Node
		in.read(avroContainer{}, &root)
		return sealRoot(in, root, p, event.FormatAvro, root.Type)
	}
	if len(b) > 4 && b[0] == 0 {
		if t, ok := d.registered(ctx, p, b); ok {
			return t
		}
	}
	if t, ok := detectJSON(p, b, 0, d.limits); ok {
		return t
	}
	return plain(p, b)
}

// registered reads a value behind the five bytes of a schema registry: 0, schema id.
func (d *Detector) registered(ctx context.Context, p event.Payload, b []byte) (event.Tree, bool) {
	id := binary.BigEndian.Uint32(b[1:])
	e := d.schemas.entry(ctx, event.SchemaID{Registry: event.RegistryConfluent, Number: uint64(id)})
	why := e.why
	switch {
	case e.s != nil && e.s.avro == nil:
		why = "its schema is in another language than Avro"
	case e.s != nil:
		in := newInput(b, d.limits)
		in.pos = 5
		var root event.Node
		in.read(avro{e.s.avro, false}, &root)
		return sealRoot(in, root, p, event.FormatAvro, e.s.name), true
	case why == "":
		// Without a schema these bytes are only probably Avro: an eight-byte number begins with zeros as well.
		return event.Tree{}, false
	}
	n := event.Node{Kind: event.NodeOpaque, Type: "schema " + strconv.FormatUint(uint64(id), 10), Off: 5, Len: len(b) - 5, Reason: why}
	return event.NewTree(n, event.TreeInfo{Format: event.FormatAvro, Type: n.Type, Size: p.Size(), Reason: why}), true
}

// detectJSON reads b as JSON from off on. A value that the recorder cut is JSON if it was up to the cut; one beyond the limits is JSON
// up to where reading stopped.
func detectJSON(p event.Payload, b []byte, off int, l Limits) (event.Tree, bool) {
	switch first := bytes.TrimLeft(b[off:], " \t\r\n"); {
	case len(first) == 0:
		return event.Tree{}, false
	case !jsonBegins[first[0]]:
		return event.Tree{}, false
	}
	in := newInput(b, l)
	in.pos = off
	j := jsonText{in: in}
	var root event.Node
	j.document(&root)
	cut := j.end && p.Size() > p.Len() && (root.Kind == event.NodeObject || root.Kind == event.NodeList)
	if in.stopped() && !in.left.full && !cut {
		return event.Tree{}, false
	}
	return sealRoot(in, root, p, event.FormatJSON, root.Type), true
}

var jsonBegins = [256]bool{'{': true, '[': true, '"': true, '-': true, 't': true, 'f': true, 'n': true,
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true}

// plain shows b as text if a person could read it, else as bytes.
func plain(p event.Payload, b []byte) event.Tree {
	n := event.Node{Kind: event.NodeScalar, Len: len(b)}
	info := event.TreeInfo{Format: event.FormatBytes, Type: "bytes", Size: p.Size()}
	if readable(b, p.Size() > p.Len()) {
		info.Format, info.Type = event.FormatText, "text"
		n.Value = event.TextValue(event.ValueString, string(b))
	} else {
		n.Value = event.TextValue(event.ValueBytes, string(b))
		if len(b) > 5 && len(b) != 8 && b[0] == 0 && b[1] == 0 {
			info.Reason = "may be a registry's value of schema " + strconv.FormatUint(uint64(binary.BigEndian.Uint32(b[1:])), 10)
		}
	}
	if p.Size() > p.Len() {
		info.Reason = "only the first " + strconv.Itoa(p.Len()) + " bytes were recorded"
	}
	n.Type = info.Type
	return event.NewTree(n, info)
}

// readable reports whether b is UTF-8 without control characters; a cut value may end inside a character.
func readable(b []byte, cut bool) bool {
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return cut && !utf8.FullRune(b[i:])
		}
		if r < 0xa0 { // C1 control characters
			return false
		}
		i += size
	}
	return true
}
