package access

import (
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// maxMasked bounds the paths that a view lists.
const maxMasked = 1000

// masker copies a decoded tree into view nodes and applies a plan to every leaf on the way.
type masker struct {
	plan     Plan
	rules    *plan  // the same, of one that keeps places
	place    *place // of rules: where the masker is
	nameless bool   // member names are data themselves
	path     Path
	masked   []Masked
	seen     map[Masked]bool
	foreign  bool    // some of it was decoded by the job's classes
	within   int     // how deep the node at hand is in what they decoded
	ranges   bool    // collect clear and hidden
	clear    []Range // bytes of leaves that are shown
	hidden   []Range // bytes of leaves that are not
}

// list is never nil, so that JSON has [].
func (m *masker) list() []Masked {
	if m.masked == nil {
		return []Masked{}
	}
	return m.masked
}

// node gives the view of n; false when the plan drops it.
func (m *masker) node(n *event.Node) (Node, bool) {
	out := Node{Name: n.Name, Type: n.Type, Off: n.Off, Len: n.Len, Reason: n.Reason}
	if n.Foreign {
		out.By, m.foreign = byJob, true
		defer func(outer int) { m.within = outer }(m.within)
		m.within++
	}
	switch n.Kind {
	case event.NodeNull:
		out.Kind = kindNull
		return out, true
	case event.NodeObject:
		out.Kind = kindObject
		out.Value = n.Value.Raw() // the change kind of a row
		out.Items = m.members(n.Items)
	case event.NodeList:
		out.Kind = kindList
		out.Items = m.elements(n.Items, elementStep)
	case event.NodeMap:
		out.Kind = kindMap
		out.Items = m.elements(n.Items, "")
	case event.NodeEntry:
		out.Kind = kindEntry
		return m.entry(n, out)
	case event.NodeCut:
		out.Kind = kindCut
		return m.leaf(n, out)
	case event.NodeOpaque:
		out.Kind = kindOpaque
		return m.leaf(n, out)
	default:
		out.Kind = scalarKind(n.Value.Kind())
		return m.leaf(n, out)
	}
	return out, true
}

func (m *masker) at(step string, n *event.Node) (Node, bool) {
	if step == "" {
		return m.node(n)
	}
	before := m.enter(step)
	out, ok := m.node(n)
	m.leave(before)
	return out, ok
}

func (m *masker) enter(step string) (before *place) {
	before = m.place
	m.path = append(m.path, step)
	if m.rules != nil {
		m.place = m.rules.step(before, m.path)
	}
	return before
}

func (m *masker) leave(before *place) {
	m.path = m.path[:len(m.path)-1]
	m.place = before
}

// newMasker begins at the root of a payload.
func newMasker(of Plan) masker {
	m := masker{plan: of}
	if p, ok := of.(*plan); ok {
		m.rules, m.place = p, p.places.root
	}
	return m
}

func (m *masker) members(items []event.Node) []Node {
	out := make([]Node, 0, len(items))
	for i := range items {
		v, ok := m.at(items[i].Name, &items[i])
		if !ok {
			continue
		}
		if m.nameless && v.Name != "" {
			before := m.enter(v.Name)
			if !m.named() {
				v.Name = "key_" + strconv.Itoa(i+1)
			}
			m.leave(before)
		}
		out = append(out, v)
	}
	return out
}

func (m *masker) elements(items []event.Node, step string) []Node {
	out := make([]Node, 0, len(items))
	for i := range items {
		if v, ok := m.at(step, &items[i]); ok {
			out = append(out, v)
		}
	}
	return out
}

// entry is dropped when its key is; a dropped value leaves null.
func (m *masker) entry(n *event.Node, out Node) (Node, bool) {
	out.Items = make([]Node, 0, len(n.Items))
	for i := range n.Items {
		step := valueStep
		if i == 0 {
			step = keyStep
		}
		v, ok := m.at(step, &n.Items[i])
		switch {
		case !ok && i == 0:
			return Node{}, false
		case !ok:
			v = Node{Name: n.Items[i].Name, Kind: kindNull}
		}
		out.Items = append(out.Items, v)
	}
	return out, true
}

// named tells whether the name at the end of the path may be shown.
func (m *masker) named() bool {
	if m.rules != nil {
		return m.place.named
	}
	return m.plan.Named(m.path)
}

func (m *masker) treatment(v event.Value) Treatment {
	if m.rules != nil {
		return m.rules.treat(m.place.class)
	}
	return m.plan.Leaf(m.path, v)
}

// leaf asks the plan before it looks at the value.
func (m *masker) leaf(n *event.Node, out Node) (Node, bool) {
	t := m.treatment(n.Value)
	if t.Mask == Clear && m.rules != nil && (n.Kind == event.NodeOpaque || n.Kind == event.NodeCut) {
		// Where decoding ended the bytes go on to the payload's end: they may hold what other rules hide.
		t = m.rules.treat(m.rules.classes[ClassUnknown])
	}
	if t.Mask == Clear {
		if m.ranges {
			m.clear = append(m.clear, Range{n.Off, n.Len})
		}
		out.Value = n.Value.Text()
		return out, true
	}
	if t.Mask == "" {
		t.Mask = Redact
	}
	m.note(t)
	if m.ranges {
		m.hidden = append(m.hidden, Range{n.Off, n.Len})
	}
	if t.Mask == Drop {
		return Node{}, false
	}
	// The class of what could not be decoded may come from the payload itself, as a subclass's name does; so may any class
	// that the job's classes name.
	if n.Kind == event.NodeOpaque || m.within > 0 {
		out.Type = ""
	}
	out.Value, out.Mask = t.shown(n.Value), t.Class
	out.Off, out.Len = 0, 0
	return out, true
}

// note lists a masked path once. Names that the plan hides are hidden here too.
func (m *masker) note(t Treatment) {
	e := Masked{Path: m.shownPath(), Class: t.Class, Action: t.Mask}
	if m.seen[e] || len(m.masked) >= maxMasked {
		return
	}
	if m.seen == nil {
		m.seen = map[Masked]bool{}
	}
	m.seen[e] = true
	m.masked = append(m.masked, e)
}

func (m *masker) shownPath() string {
	switch {
	case !m.nameless && m.rules != nil:
		return m.place.text
	case !m.nameless:
		return m.path.Text()
	}
	shown := make(Path, len(m.path))
	for i, s := range m.path {
		shown[i] = s
		if s != elementStep && !m.plan.Named(m.path[:i+1]) {
			shown[i] = "*"
		}
	}
	return shown.Text()
}

// redacted is what stands for a masked value; the type is kept.
func redacted(k event.ValueKind) string {
	switch k {
	case event.ValueString, event.ValueEnum:
		return "***"
	case event.ValueBool:
		return "false"
	case event.ValueInt, event.ValueUint, event.ValueDecimal:
		return "0"
	case event.ValueFloat32, event.ValueFloat64:
		return "0.0"
	case event.ValueInstant:
		return "1970-01-01T00:00:00Z"
	case event.ValueDateTime:
		return "1970-01-01T00:00:00"
	case event.ValueDate:
		return "1970-01-01"
	case event.ValueTime:
		return "00:00:00"
	case event.ValueDuration:
		return "PT0S"
	}
	return ""
}

// scalarKind is the kind that a page shows.
func scalarKind(k event.ValueKind) string {
	switch k {
	case event.ValueBool:
		return kindBool
	case event.ValueInt, event.ValueUint:
		return kindInt
	case event.ValueFloat32, event.ValueFloat64:
		return kindFloat
	case event.ValueDecimal:
		return kindDecimal
	case event.ValueString:
		return kindString
	case event.ValueEnum:
		return kindEnum
	case event.ValueBytes:
		return kindBytes
	}
	return k.String() // the times
}
