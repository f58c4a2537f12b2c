package share

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/serde"
)

// decoder is a serializer with names laid over its fields.
type decoder struct {
	*serde.Decoder
	of *event.Descriptor // nil: not known
}

// named finds a serializer's decoder, with names for the fields of a row of the table stack where there is one for each.
func (m *masking) named(id event.DefinitionID, names []string) decoder {
	key := id.String() + strings.Join(names, "\x00")
	if d, ok := m.decoders[key]; ok {
		return d
	}
	var d decoder
	if def, ok := m.queries.Definition(id); ok && id != 0 {
		if of, err := event.ParseDescriptor(def.Body); err == nil {
			value := of
			if value.T == event.SerStreamElement && value.S != nil {
				value = value.S
			}
			if value.T == event.SerRowData && len(value.Fields) == len(names) {
				for i := range value.Fields {
					value.Fields[i].Name = names[i]
				}
			}
			d = decoder{serde.Compile(of, serde.Limits{}), value}
		}
	}
	m.decoders[key] = d
	return d
}

// Subclass is that of serde.Job. The bytes of a subclass are never written anew, but they are told from others.
func (m *masking) Subclass(base, class string) *serde.Decoder {
	id, ok := m.queries.Subclass(m.rec, base, class)
	if !ok {
		return nil
	}
	return m.named(id, nil).Decoder
}

// errForeign: what the job's classes read is not masked, since nothing here could write it anew.
var errForeign = errors.New("only the job's classes read it")

// Foreign is that of serde.Job.
func (m *masking) Foreign(*event.SerializerObject, event.Payload, int, int) (event.Tree, int, error) {
	return event.Tree{}, 0, errForeign
}

// by is typed with the serializer that a state names.
func (m *masking) by(r *row, part access.Part, serializer string, names []string, p event.Payload) out {
	id, err := event.ParseDefinitionID(serializer)
	if err != nil {
		id = 0
	}
	return m.typed(m.subject(r, part), id, names, p, false)
}

// typed masks what a serializer of Flink wrote: a value, or a stream element with one.
func (m *masking) typed(of access.Subject, id event.DefinitionID, names []string, p event.Payload, element bool) out {
	plan := m.plans(of)
	if o, done := m.untouched(plan, of.Part, p); done {
		return o
	}
	d := m.named(id, names)
	if d.of == nil {
		return m.cut(of.Part, "its serializer is not known", p)
	}
	var tree event.Tree
	if element {
		e := d.DecodeElementOf(m, p)
		if e.Known && e.Value.Absent() {
			return kept(p) // a watermark or the like
		}
		tree = e.Value
	} else {
		tree = d.DecodeOf(m, p)
	}
	if tree.Info().Reason != "" {
		return m.cut(of.Part, "it cannot be decoded to its end", p)
	}
	w := walker{m: m, plan: plan, part: of.Part, with: map[*event.Node]serde.Leaf{}}
	w.node(tree.Open(sealed.Take()), nil)
	if w.opaque {
		return m.cut(of.Part, "a part of it cannot be decoded", p)
	}
	written, err := serde.Rewrite(d.of, p, tree, element, w.with)
	if err != nil {
		return m.cut(of.Part, err.Error(), p)
	}
	w.count()
	return kept(written)
}

// detected masks what nothing declares the type of: JSON and text are written as views show them, all else is clear or goes.
func (m *masking) detected(of access.Subject, p event.Payload) out {
	plan := m.plans(of)
	if o, done := m.untouched(plan, of.Part, p); done {
		return o
	}
	tree := m.detector.Detect(m.ctx, p)
	info := tree.Info()
	if info.Reason != "" {
		return m.cut(of.Part, "it cannot be decoded to its end", p)
	}
	w := walker{m: m, plan: plan, part: of.Part, with: map[*event.Node]serde.Leaf{}}
	w.node(tree.Open(sealed.Take()), nil)
	view := access.ViewUnder(plan, p, tree, access.Shape{})
	switch {
	case info.Format == event.FormatJSON:
		masked := view.JSON()
		if len(masked) == 0 {
			return m.cut(of.Part, "its class is dropped", p)
		}
		w.count()
		if bytes.Equal(masked, access.ViewUnder(access.All(), p, tree, access.Shape{}).JSON()) {
			return kept(p)
		}
		return out{b: masked}
	case len(view.Masked) == 0 && !w.opaque:
		w.count()
		return kept(p)
	case info.Format == event.FormatText && view.Plain() != "":
		w.count()
		return out{b: []byte(view.Plain())}
	}
	return m.cut(of.Part, "it is no JSON and no text", p)
}

// headers masks the values of a Kafka record's headers one by one; their names are no data.
func (m *masking) headers(r *row, p event.Payload) out {
	of := m.subject(r, access.PartHeader)
	if o, done := m.untouched(m.plans(of), of.Part, p); done {
		return o
	}
	list := serde.Headers(p)
	b := binary.AppendUvarint(nil, uint64(len(list)))
	var whole out
	for _, h := range list {
		o := m.detected(of, h.Value)
		whole.cut = whole.cut || o.cut
		b = append(binary.AppendUvarint(b, uint64(len(h.Name))), h.Name...)
		if o.b == nil {
			b = append(b, 0)
			continue
		}
		b = append(binary.AppendUvarint(b, uint64(len(o.b))+1), o.b...)
	}
	whole.b = b
	return whole
}

// Steps of paths, as rules write them.
const (
	elementStep = "[]"
	keyStep     = "{key}"
	valueStep   = "{}"
)

// walker asks a plan about every leaf of a tree.
type walker struct {
	m      *masking
	plan   access.Plan
	part   access.Part
	with   map[*event.Node]serde.Leaf
	seen   []access.Treatment
	opaque bool // something was not decoded, and is not clear
}

func (w *walker) node(n *event.Node, path access.Path) {
	if n == nil {
		return
	}
	step := func(name string, i int) { w.node(&n.Items[i], append(path[:len(path):len(path)], name)) }
	switch n.Kind {
	case event.NodeNull:
		return
	case event.NodeObject:
		for i := range n.Items {
			step(n.Items[i].Name, i)
		}
		return
	case event.NodeList:
		for i := range n.Items {
			step(elementStep, i)
		}
		return
	case event.NodeMap:
		for i := range n.Items {
			w.node(&n.Items[i], path)
		}
		return
	case event.NodeEntry:
		for i := range n.Items {
			step([...]string{keyStep, valueStep}[min(i, 1)], i)
		}
		return
	}
	t := w.plan.Leaf(path, n.Value)
	w.seen = append(w.seen, t)
	if t.Mask == access.Clear {
		return
	}
	if n.Kind != event.NodeScalar {
		w.opaque = true
		return
	}
	w.with[n] = serde.Leaf{Text: t.Shown(n.Value), Null: t.Mask == access.Drop}
}

// count puts what was done to the leaves into the manifest.
func (w *walker) count() {
	for _, t := range w.seen {
		mask := t.Mask
		if mask == "" {
			mask = access.Redact
		}
		w.m.classes[Class{Part: string(w.part), Class: t.Class, Action: string(mask)}]++
	}
}
