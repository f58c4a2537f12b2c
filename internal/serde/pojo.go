package serde

import (
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// Flags of PojoSerializer, wire format.
const (
	pojoNull           = 1
	pojoExact          = 2
	pojoSubclass       = 4
	pojoTaggedSubclass = 8
)

// pojo reads PojoSerializer's form (spec/serializers.md, section 3.3).
type pojo struct {
	typ     string
	of      string // the class, as it is spelt
	fields  []namedCodec
	byClass map[string]codec
	byTag   map[int]codec
}

func compilePojo(d *event.Descriptor, typ string) codec {
	p := pojo{typ: typ, of: d.Of}
	for _, f := range d.Fields {
		p.fields = append(p.fields, namedCodec{f.Name, typeName(f.S), nullable(f.S)})
	}
	for _, s := range d.Subclasses {
		if p.byClass == nil {
			p.byClass, p.byTag = map[string]codec{}, map[int]codec{}
		}
		c := compile(s.S)
		p.byClass[s.Class] = c
		if s.Tag >= 0 {
			p.byTag[s.Tag] = c
		}
	}
	return p
}

func (p pojo) decode(in *input, n *event.Node) {
	n.Type = p.typ
	flags := in.u8()
	switch {
	case in.stopped():
	case flags&pojoNull != 0:
		n.Kind = event.NodeNull
	case flags&pojoSubclass != 0:
		class := in.javaUTF()
		if in.stopped() {
			return
		}
		if c, ok := p.byClass[class]; ok {
			c.decode(in, n)
			return
		}
		p.met(in, n, class)
	case flags&pojoTaggedSubclass != 0:
		tag := int(in.u8())
		if in.stopped() {
			return
		}
		c, ok := p.byTag[tag]
		if !ok {
			in.opaque(n, p.typ, "subclass tag "+strconv.Itoa(tag)+" is not in the descriptor")
			return
		}
		c.decode(in, n)
	case flags&pojoExact != 0:
		fields{p.typ, p.fields, false}.decode(in, n)
	default:
		in.stop("POJO flags " + strconv.Itoa(int(flags)) + " are not known")
	}
}

// met reads a value of a subclass that the serializer met after it was described.
func (p pojo) met(in *input, n *event.Node, class string) {
	if in.left.job != nil {
		if d := in.left.job.Subclass(p.of, class); d != nil && in.left.depth > 0 {
			in.left.depth-- // definitions could lead in a circle
			d.value.decode(in, n)
			in.left.depth++
			return
		}
	}
	in.opaque(n, class, "a subclass that the descriptor does not list")
}
