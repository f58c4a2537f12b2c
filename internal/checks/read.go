package checks

import (
	"context"
	"hash/maphash"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/serde"
)

// Subjects tells which subjects of a registry have a schema.
type Subjects interface {
	// Subjects of an id. It MUST bound the time that it takes, MUST be safe for concurrent use, and SHOULD remember what it told: it is asked for every
	// schema that records name. An error: it cannot be told now.
	Subjects(ctx context.Context, id event.SchemaID) ([]string, error)
}

// reading reads records of one topic, for all contracts about it.
type reading struct {
	decoder  *serde.RecordDecoder
	subjects Subjects // nil: only the subject that the schema itself names is known
	valid    *validators
	belongs  map[belonging]bool
	last     event.SchemaID // of the last value read without a tree
	writer   string         // its text
}

type belonging struct {
	id      event.SchemaID
	subject string
}

func newReading(d *serde.RecordDecoder, s Subjects, texts serde.Schemas) *reading {
	return &reading{decoder: d, subjects: s, valid: &validators{schemas: texts}, belongs: map[belonging]bool{}}
}

// decoded is one record, each of its parts decoded when it is asked for and once.
type decoded struct {
	by       *reading
	ctx      context.Context
	rec      *kafka.Record
	headers  []serde.Header
	way      serde.Way      // how the value is read, if quick
	info     event.TreeInfo // of the value, if quick
	quick    bool           // that is certain, and no tree was needed so far
	value    serde.Decoded  // see whole
	key      serde.Decoded
	hasKey   bool
	hasValue bool
	writer   string // id of the schema that the value was written with; empty: it names none
	fault    string // what of the value is not as its schema has it, though it was read; no payload content
}

func (r *reading) decode(ctx context.Context, rec *kafka.Record) *decoded {
	d := &decoded{by: r, ctx: ctx, rec: rec}
	for _, h := range rec.Headers {
		d.headers = append(d.headers, serde.Header{Name: h.Name, Value: h.Value})
	}
	if r.way(d); !d.quick {
		if v := d.whole(); v.Schema != nil {
			d.writer = v.Tree.Info().Schema.ID.String()
		}
	}
	if !d.rec.Value.Null() && !d.value.Down {
		d.validate()
	}
	return d
}

func (d *decoded) keyTree() *event.Node {
	if !d.hasKey {
		d.hasKey = true
		d.key = d.by.decoder.Decode(d.ctx, serde.PartKey, d.rec.Key, serde.Wish{Headers: d.headers})
	}
	return d.key.Tree.Open(sealed.Take())
}

// header is the last one of a name, as text.
func (d *decoded) header(name string) cell {
	for i := len(d.rec.Headers) - 1; i >= 0; i-- {
		if h := &d.rec.Headers[i]; h.Name == name {
			b := h.Value.Open(sealed.Take())
			switch {
			case h.Value.Null():
				return cell{kind: cellNull}
			case utf8.Valid(b):
				return cell{kind: cellText, text: string(b)}
			}
			return cell{kind: cellBytes, text: string(b), n: len(b)}
		}
	}
	return cell{}
}

// dead says whether a rule executor of Confluent's serializers put the record into a topic of dead letters, of those from another topic.
func (d *decoded) dead(of string) bool {
	if c := d.header("__rule.name"); c.kind == cellMissing {
		return false
	}
	from := d.header("__rule.topic")
	return from.kind != cellText || from.text == of
}

// fill reads into a row what a program looks for, and says what else is known of the record.
func (p *program) fill(d *decoded, r *row, m *meta) {
	r.clear()
	*m = meta{partition: d.rec.Partition, offset: d.rec.Offset, time: d.rec.Time, null: d.rec.Value.Null(), facts: d}
	if !d.rec.Key.Null() {
		var h maphash.Hash
		h.SetSeed(seed)
		d.rec.Key.AddTo(&h)
		m.key = h.Sum64() | 1
	}
	m.conforms, m.dead = true, p.stream.DeadOf != "" && d.dead(p.stream.DeadOf)
	if !m.null && !p.fillQuick(d, r, m) {
		m.conforms, m.unread, m.why = d.conforms(p)
		if at := p.parts[contract.PartValue]; at != nil {
			at.fill(d.tree(), r)
		}
	}
	if at := p.parts[contract.PartKey]; at != nil && !d.rec.Key.Null() {
		n := d.keyTree()
		at.fill(n, r)
		if slot := at.root.slot; slot >= 0 && p.textKey && d.key.Schema == nil && n.Kind == event.NodeScalar {
			// Nothing says that the bytes 17 are a number and no text.
			if b := d.rec.Key.Open(sealed.Take()); utf8.Valid(b) {
				r.one[slot] = cell{kind: cellText, text: string(b)}
			}
		}
	}
	if at := p.parts[contract.PartHeaders]; at != nil {
		for _, k := range at.root.kids {
			r.one[k.slot] = d.header(k.name)
		}
	}
}

// conforms says whether the value is what the stream says its values are, and why not; unread: it is not even one that has members. why holds nothing
// of the payload.
func (d *decoded) conforms(p *program) (conforms, unread bool, why string) {
	v := d.whole()
	info := v.Tree.Info()
	switch {
	case v.Fallback != "":
		return false, true, v.Fallback
	case info.Reason != "":
		return false, true, info.Reason
	}
	if why := d.foreign(p, v.Schema, info); why != "" {
		return false, false, why
	}
	if !p.object {
		return true, false, ""
	}
	n := d.tree()
	is := n.Kind == event.NodeObject || n.Kind == event.NodeMap
	return is, !is, noObject(is)
}

// foreign says why a value that was read is not one of the stream; empty: it is.
func (d *decoded) foreign(p *program, s *serde.Schema, info event.TreeInfo) string {
	switch {
	case p.stream.Subject != "" && s == nil:
		return "it names no schema, and the contract has a subject"
	case p.stream.Subject != "" && !d.by.of(d.ctx, info.Schema, p.stream.Subject):
		return "its schema is none of the contract's subject"
	case p.format != "" && !strings.EqualFold(p.format, string(info.Format)):
		return "it is " + string(info.Format) + ", and the contract's server has " + p.format
	}
	return d.fault
}

func noObject(is bool) string {
	if is {
		return ""
	}
	return "it is no object, and the contract declares members"
}

// of says whether a schema is of a subject. Where it cannot be told, it is taken for one: a registry that is away breaks no contract.
func (r *reading) of(ctx context.Context, s event.SchemaInfo, subject string) bool {
	if s.Subject == subject {
		return true
	}
	if r.subjects == nil {
		return s.Subject == ""
	}
	b := belonging{s.ID, subject}
	if is, known := r.belongs[b]; known {
		return is
	}
	all, err := r.subjects.Subjects(ctx, s.ID)
	if err != nil {
		return true
	}
	is := false
	for _, x := range all {
		is = is || x == subject
	}
	if is { // a schema may be registered for a subject later: that it is not is asked again
		if len(r.belongs) > 10_000 {
			clear(r.belongs)
		}
		r.belongs[b] = true
	}
	return is
}

// Key, Value and Headers are those of contract.Facts.
func (d *decoded) Key() any {
	if d.rec.Key.Null() {
		return nil
	}
	return data(d.keyTree())
}

// Value is that of contract.Facts.
func (d *decoded) Value() any { return data(d.tree()) }

// Headers is that of contract.Facts.
func (d *decoded) Headers() map[string]any {
	m := make(map[string]any, len(d.rec.Headers))
	for _, h := range d.rec.Headers {
		switch c := d.header(h.Name); c.kind {
		case cellText:
			m[h.Name] = c.text
		case cellBytes:
			m[h.Name] = []byte(c.text)
		default:
			m[h.Name] = nil
		}
	}
	return m
}

// data is a node as rules see it: maps with text keys, lists, text, bytes, numbers, truths and null. Exact decimals are doubles here; what could not
// be decoded is null.
func data(n *event.Node) any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case event.NodeObject:
		m := make(map[string]any, len(n.Items))
		for i := range n.Items {
			m[n.Items[i].Name] = data(&n.Items[i])
		}
		return m
	case event.NodeMap:
		m := make(map[string]any, len(n.Items))
		for i := range n.Items {
			if entry := n.Items[i].Items; len(entry) == 2 {
				m[entry[0].Value.Text()] = data(&entry[1])
			}
		}
		return m
	case event.NodeList:
		l := make([]any, len(n.Items))
		for i := range n.Items {
			l[i] = data(&n.Items[i])
		}
		return l
	case event.NodeScalar:
		return plainValue(n.Value)
	}
	return nil
}

func plainValue(v event.Value) any {
	switch v.Kind() {
	case event.ValueNone:
		return nil
	case event.ValueBool:
		return v.Bool()
	case event.ValueInt:
		return v.Int()
	case event.ValueUint:
		return v.Uint()
	case event.ValueFloat32, event.ValueFloat64:
		return v.Float()
	case event.ValueDecimal:
		if f, err := strconv.ParseFloat(v.Raw(), 64); err == nil {
			return f
		}
	case event.ValueBytes:
		return []byte(v.Raw())
	}
	return v.Text()
}

// hints are the headers that may say who wrote a record. That one is there is told; what it says, only who may see the record.
var hints = []string{"traceparent", "ce_source", "service.name", "application.id", "client.id", "producer", "__rule.name", "__rule.mode", "__rule.subject", "__rule.topic", "__rule.exception"}

func (d *decoded) hints() (out []string) {
	for _, name := range hints {
		for i := range d.rec.Headers {
			if strings.EqualFold(d.rec.Headers[i].Name, name) {
				out = append(out, name)
				break
			}
		}
	}
	return out
}
