package serde

import (
	"math"

	"github.com/sightglass/sightglass/internal/event"
)

// sorted reads a long whose sign bit was flipped, so that its bytes sort as numbers do.
func (in *input) sorted() int64 { return in.i64() ^ math.MinInt64 }

// timer is an internal timer as state backends keep it: its time in a form that sorts, its key, its namespace.
func timer(typ string, d *event.Descriptor) codec {
	at := scalar{"Long", func(in *input, n *event.Node) { setMillis(n, event.ValueInstant, in.sorted()) }}
	return fields{typ, []namedCodec{
		{"timestamp", "Long", at}, {"key", typeName(d.K), compile(d.K)}, {"namespace", typeName(d.V), compile(d.V)},
	}, false}
}

// maskList is i32 count, a bit per element (most significant first, 1 = null) padded to bytes, then the elements that are
// not null.
type maskList struct {
	typ, of string
	item    codec
}

func (m maskList) decode(in *input, n *event.Node) {
	count := in.count(0)
	if count/8 > in.end-in.pos {
		in.stop("a list is longer than the bytes left")
		return
	}
	mask := in.take((count + 7) / 8)
	n.Kind, n.Type, n.Items = event.NodeList, m.typ, in.items(count)
	for i := 0; i < count && !in.stopped(); i++ {
		n.Items = append(n.Items, event.Node{})
		if mask[i/8]>>(7-i%8)&1 != 0 {
			in.read(null{m.of}, &n.Items[i])
			continue
		}
		in.read(m.item, &n.Items[i])
	}
	notDecoded(in, n, count, "element")
}
