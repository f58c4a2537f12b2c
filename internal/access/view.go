package access

import (
	"encoding/hex"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// View is a masked rendering of one payload, the only form in which payload leaves (spec/serializers.md, section 7). Its
// JSON form is that of the API, the pages and the command line. The zero View shows nothing.
type View struct {
	Format   event.PayloadFormat `json:"format" enum:"flink,json,avro,protobuf,msgpack,cbor,number,text,bytes"`
	Type     string              `json:"type"`
	Size     int                 `json:"size" doc:"Bytes that the value had; of a view with masks the next power of two."`
	By       string              `json:"by,omitempty" enum:"job" doc:"job: the job's own classes decoded some of it."`
	Reason   string              `json:"reason,omitempty" doc:"Why it could not be decoded whole."`
	Line     string              `json:"text" doc:"One line, bounded."` // by Shape.Runes
	Node     *Node               `json:"node,omitempty"`
	Bytes    []byte              `json:"bytes,omitempty" doc:"Base64, bounded."`
	BytesCut bool                `json:"bytes_cut,omitempty"`
	Hidden   []Range             `json:"hidden,omitempty" doc:"Ranges of bytes that are zero because the policy hid them."`
	Masked   []Masked            `json:"masked"`

	root *Node // complete and masked, for Match
}

// Node is a place of a view.
type Node struct {
	Name   string `json:"name,omitempty"`
	Kind   string `json:"kind" doc:"object, list, map, entry, null, bool, int, float, decimal, string, enum, bytes, opaque or cut."`
	Type   string `json:"type,omitempty"`
	Value  string `json:"value,omitempty"`
	Items  []Node `json:"items,omitempty"`
	Off    int    `json:"off"`
	Len    int    `json:"len"`
	By     string `json:"by,omitempty" enum:"job" doc:"job: decoded by the job's own classes, it and all below it."`
	Reason string `json:"reason,omitempty"`
	Mask   string `json:"mask,omitempty" doc:"Class of a masked leaf."`
}

// The kinds of view nodes; scalars have kinds of their own so that a page knows how to show them.
const (
	kindObject  = "object"
	kindList    = "list"
	kindMap     = "map"
	kindEntry   = "entry"
	kindNull    = "null"
	kindOpaque  = "opaque"
	kindCut     = "cut"
	kindBool    = "bool"
	kindInt     = "int"
	kindFloat   = "float"
	kindDecimal = "decimal"
	kindString  = "string"
	kindEnum    = "enum"
	kindBytes   = "bytes"
)

// byJob is By of what the job's own classes decoded.
const byJob = "job"

// Masked says that leaves at a path were masked.
type Masked struct {
	Path   string `json:"path"`
	Class  string `json:"class"`
	Action Mask   `json:"action"`
}

// Range is a run of bytes.
type Range struct {
	Off int `json:"off"`
	Len int `json:"len"`
}

// Shape says how much of a payload a view carries. The zero Shape is a line of 200 characters, no tree, no bytes.
type Shape struct {
	Runes int  // longest Line, default 200
	Tree  bool // fill Node
	Value int  // longest value of a Node in bytes, default 32 KiB
	Bytes int  // most Bytes, default none

	Unlined bool // no Line: for who asks a filter that does not look at it
}

// Text is the one-line rendering.
func (v View) Text() string { return v.Line }

// View renders a payload and what serde decoded of it, masked for who. A zero tree is a payload that nobody decoded: its
// bytes are one leaf.
func (p *Policy) View(who Principal, what Subject, payload event.Payload, tree event.Tree, shape Shape) View {
	return render(p.Plan(who, what), payload, tree, shape)
}

// render masks first and looks at nothing but the masked tree after that.
func render(plan Plan, payload event.Payload, tree event.Tree, shape Shape) View {
	key := sealed.Take()
	info := tree.Info()
	node := tree.Open(key)
	raw := payload.Open(key)
	if node == nil {
		node, info = undecoded(payload, raw)
	}
	if shape.Runes <= 0 {
		shape.Runes = 200
	}
	if shape.Value <= 0 {
		shape.Value = 32 << 10
	}
	m := newMasker(plan)
	m.nameless, m.ranges = info.Format.Nameless(), shape.Bytes > 0
	v := View{Format: info.Format, Type: info.Type, Size: info.Size, Reason: info.Reason}
	if root := new(Node); m.node(node, root) {
		v.root = root
	}
	v.Masked = m.list()
	if m.foreign {
		v.By = byJob
	}
	if len(v.Masked) > 0 {
		v.Size, v.Reason = sizeClass(v.Size), withoutNumbers(v.Reason)
		blur(v.root)
	}
	if !shape.Unlined {
		v.Line = line(v.root, shape.Runes)
	}
	if shape.Tree && v.root != nil {
		n := bounded(v.root, shape.Value)
		v.Node = &n
	}
	if shape.Bytes > 0 {
		v.showBytes(raw, &m, shape.Bytes)
	}
	return v
}

func undecoded(p event.Payload, raw []byte) (*event.Node, event.TreeInfo) {
	info := event.TreeInfo{Format: event.FormatBytes, Type: "bytes", Size: p.Size()}
	switch {
	case p.Null() && p.Size() > 0:
		info.Reason = "the value was withheld when it was recorded"
		return &event.Node{}, info
	case p.Null():
		info.Type = ""
		return &event.Node{}, info
	}
	return &event.Node{Kind: event.NodeScalar, Type: "bytes", Len: len(raw),
		Value: event.TextValue(event.ValueBytes, string(raw))}, info
}

// blur takes the numbers out of reasons: a length or count that could not be right was read from the payload.
func blur(n *Node) {
	if n == nil {
		return
	}
	n.Reason = withoutNumbers(n.Reason)
	for i := range n.Items {
		blur(&n.Items[i])
	}
}

func withoutNumbers(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '#'
		}
		return r
	}, s)
}

// sizeClass is the next power of two: exact sizes tell masked values apart.
func sizeClass(n int) int {
	c := 1
	for c < n && c < 1<<40 {
		c <<= 1
	}
	if n == 0 {
		return 0
	}
	return c
}

// showBytes fills Bytes. With masks in force only the ranges of clear leaves are shown, and none that a masked leaf touches:
// what lies between leaves could be anything, and two leaves of a binary row may share bytes.
func (v *View) showBytes(raw []byte, m *masker, most int) {
	shown := raw[:min(len(raw), most)]
	v.Bytes = append([]byte(nil), shown...)
	v.BytesCut = len(shown) < len(raw)
	if len(v.Masked) == 0 {
		return
	}
	open := make([]bool, len(shown))
	paint := func(rs []Range, to bool) {
		for _, r := range rs {
			for i := max(r.Off, 0); i < min(r.Off+r.Len, len(open)); i++ {
				open[i] = to
			}
		}
	}
	paint(m.clear, true)
	paint(m.hidden, false)
	for i := range open {
		if open[i] {
			continue
		}
		v.Bytes[i] = 0
		if last := len(v.Hidden) - 1; last >= 0 && v.Hidden[last].Off+v.Hidden[last].Len == i {
			v.Hidden[last].Len++
		} else {
			v.Hidden = append(v.Hidden, Range{Off: i, Len: 1})
		}
	}
}

// bounded copies n with values of at most most bytes.
func bounded(n *Node, most int) Node {
	c := *n
	if n.Kind == kindBytes {
		if 2*len(n.Value) > most {
			c.Value, c.Reason = hex.EncodeToString([]byte(n.Value[:most/2])), "shortened"
		} else {
			c.Value = hex.EncodeToString([]byte(n.Value))
		}
	} else if len(n.Value) > most {
		c.Value, c.Reason = strings.ToValidUTF8(n.Value[:most], "")+"…", "shortened"
	}
	if len(n.Items) > 0 {
		c.Items = make([]Node, len(n.Items))
		for i := range n.Items {
			c.Items[i] = bounded(&n.Items[i], most)
		}
	}
	return c
}

// Match reports whether sub occurs in the line, or in a name or value of the view, with upper and lower case told apart.
// It sees what the principal sees: a masked leaf matches as its mask. Bytes match as hexadecimal digits.
func (v View) Match(sub string) bool {
	if sub == "" || strings.Contains(v.Line, sub) {
		return true
	}
	return v.root != nil && v.root.match(sub, hexDigits(sub))
}

func hexDigits(s string) bool {
	return strings.Trim(s, "0123456789abcdef") == ""
}

func (n *Node) match(sub string, isHex bool) bool {
	switch {
	case strings.Contains(n.Name, sub):
		return true
	case n.Kind == kindBytes:
		if isHex && strings.Contains(hex.EncodeToString([]byte(n.Value)), sub) {
			return true
		}
	case strings.Contains(n.Value, sub):
		return true
	}
	for i := range n.Items {
		if n.Items[i].match(sub, isHex) {
			return true
		}
	}
	return false
}
