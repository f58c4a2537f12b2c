package serde

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// ErrNoSchema is what Schemas returns for an id that it does not know.
var ErrNoSchema = errors.New("no such schema")

// Schemas finds schemas by the id that a registry gave them.
type Schemas interface {
	// AvroSchema returns the JSON text of the Avro schema with that id. It MUST return ErrNoSchema (possibly wrapped) when
	// the id is unknown for good, so that the answer may be kept; any other error is asked again with the next payload.
	// It MUST be safe for use by many goroutines.
	AvroSchema(ctx context.Context, id uint32) (string, error)
}

// maxSchemas bounds the compiled schemas that a Detector keeps; beyond it the cache starts anew.
const maxSchemas = 1000

// Detector decodes payloads that come without a descriptor, as Kafka's keys, values and headers do, by looking at them
// (spec/serializers.md, section 6). It may be used by many goroutines at once.
type Detector struct {
	schemas Schemas
	limits  Limits

	mu    sync.Mutex
	known map[uint32]schemaEntry // guarded by mu
}

type schemaEntry struct {
	t   *avroType
	why string // why t is nil
}

// NewDetector makes a detector. schemas may be nil: then values with a schema id stay opaque behind it.
func NewDetector(schemas Schemas, l Limits) *Detector {
	return &Detector{schemas: schemas, limits: l.orDefaults(), known: map[uint32]schemaEntry{}}
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
	if t, ok := d.json(p, b); ok {
		return t
	}
	return d.plain(p, b)
}

// registered reads a value behind the five bytes of a schema registry: 0, schema id.
func (d *Detector) registered(ctx context.Context, p event.Payload, b []byte) (event.Tree, bool) {
	id := binary.BigEndian.Uint32(b[1:])
	s := d.schema(ctx, id)
	if s.t == nil {
		// Without a schema these bytes are only probably Avro: an eight-byte number begins with zeros as well.
		if d.schemas == nil || s.why == "" {
			return event.Tree{}, false
		}
		n := event.Node{Kind: event.NodeOpaque, Type: "schema " + strconv.FormatUint(uint64(id), 10), Off: 5, Len: len(b) - 5,
			Reason: s.why}
		return event.NewTree(n, event.TreeInfo{Format: event.FormatAvro, Type: n.Type, Size: p.Size(), Reason: s.why}), true
	}
	in := newInput(b, d.limits)
	in.pos = 5
	var root event.Node
	in.read(avro{s.t, false}, &root)
	return sealRoot(in, root, p, event.FormatAvro, s.t.name), true
}

// schema finds a compiled schema. An entry without a type and without a reason means that the id is not one of a registry.
func (d *Detector) schema(ctx context.Context, id uint32) schemaEntry {
	if d.schemas == nil {
		return schemaEntry{}
	}
	d.mu.Lock()
	e, ok := d.known[id]
	d.mu.Unlock()
	if ok {
		return e
	}
	text, err := d.schemas.AvroSchema(ctx, id)
	switch {
	case errors.Is(err, ErrNoSchema):
	case err != nil:
		return schemaEntry{why: "the schema registry could not be asked"}
	default:
		if e.t, err = parseAvro(text); err != nil {
			e = schemaEntry{why: err.Error()}
		}
	}
	d.mu.Lock()
	if len(d.known) >= maxSchemas {
		clear(d.known)
	}
	d.known[id] = e
	d.mu.Unlock()
	return e
}

// json reads b as JSON. A value that the recorder cut is JSON if it was up to the cut; one beyond the limits is JSON up to
// where reading stopped.
func (d *Detector) json(p event.Payload, b []byte) (event.Tree, bool) {
	switch first := bytes.TrimLeft(b, " \t\r\n"); {
	case len(first) == 0:
		return event.Tree{}, false
	case !jsonBegins[first[0]]:
		return event.Tree{}, false
	}
	in := newInput(b, d.limits)
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
func (d *Detector) plain(p event.Payload, b []byte) event.Tree {
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
