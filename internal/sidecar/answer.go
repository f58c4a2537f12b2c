package sidecar

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
)

// Limits of an answer. The other side keeps them as well, but it runs code of jobs.
const (
	maxNodes  = 200_000
	maxDepth  = 200
	maxReason = 300
	endOf     = 255 // instead of an item
)

// errAnswer says that an answer is not as spec/sidecar.md has it.
var errAnswer = errors.New("the sidecar gave no answer that can be used")

// parseAnswer reads what was told of one value. refused is why there is none, in words of the sidecar's own.
func parseAnswer(b []byte) (root event.Node, taken int, refused string, err error) {
	r := reader{b: b}
	switch r.u8() {
	case 0:
		taken = int(int32(r.u32()))
		root = r.node(r.u8(), 0)
	case 1:
		refused = oneLine(r.text())
		if refused == "" {
			r.bad = true
		}
	default:
		r.bad = true
	}
	if r.bad || r.at != len(b) || taken < 0 {
		return event.Node{}, 0, "", errAnswer
	}
	return root, taken, refused, nil
}

// oneLine bounds a text that people are shown.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "") + "…"
	}
	return s
}

// reader reads an answer; bad is sticky and ends all reading.
type reader struct {
	b     []byte
	at    int
	nodes int
	bad   bool
}

func (r *reader) take(n int) []byte {
	if r.bad || n < 0 || n > len(r.b)-r.at {
		r.bad = true
		return nil
	}
	r.at += n
	return r.b[r.at-n : r.at]
}

func (r *reader) u8() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return endOf
}

func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *reader) u64() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (r *reader) raw() string { return string(r.take(int(int32(r.u32())))) }

func (r *reader) text() string {
	s := r.raw()
	if !utf8.ValidString(s) {
		r.bad = true
		return ""
	}
	return s
}

// node reads what follows a node's kind.
func (r *reader) node(kind byte, depth int) event.Node {
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth || kind > byte(event.NodeCut) {
		r.bad = true
	}
	if r.bad {
		return event.Node{}
	}
	n := event.Node{Kind: event.NodeKind(kind), Name: r.text(), Type: r.text()}
	switch n.Kind {
	case event.NodeScalar:
		n.Value = r.value()
	case event.NodeOpaque, event.NodeCut:
		n.Reason = oneLine(r.text())
	case event.NodeObject, event.NodeList, event.NodeMap, event.NodeEntry:
		r.items(&n, depth)
	}
	return n
}

func (r *reader) items(n *event.Node, depth int) {
	for kind := r.u8(); kind != endOf && !r.bad; kind = r.u8() {
		item := r.node(kind, depth+1)
		switch {
		case n.Kind != event.NodeMap || item.Kind == event.NodeEntry:
			n.Items = append(n.Items, item)
		case item.Kind == event.NodeCut: // the rest of the map
			n.Reason = item.Reason
		default:
			r.bad = true
		}
	}
	if n.Kind == event.NodeEntry && len(n.Items) != 2 {
		r.bad = true
	}
}

func (r *reader) value() event.Value {
	switch k := event.ValueKind(r.u8()); k {
	case event.ValueBool:
		return event.BoolValue(r.u8() == 1)
	case event.ValueInt:
		return event.IntValue(int64(r.u64()))
	case event.ValueFloat32:
		return event.Float32Value(math.Float32frombits(r.u32()))
	case event.ValueFloat64:
		return event.Float64Value(math.Float64frombits(r.u64()))
	case event.ValueBytes:
		return event.TextValue(k, r.raw())
	case event.ValueDecimal, event.ValueString, event.ValueEnum, event.ValueInstant, event.ValueDateTime, event.ValueDate,
		event.ValueTime, event.ValueDuration:
		return event.TextValue(k, r.text())
	}
	r.bad = true
	return event.Value{}
}
