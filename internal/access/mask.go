package access

import (
	"slices"
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
	seen     map[Masked]bool // those of masked, once there are many
	foreign  bool            // some of it was decoded by the job's classes
	texts    int             // how many texts of JSON the masker is in
	lately   string          // class of what was hidden last
	hides    int             // leaves and names that were hidden
	within   int             // how deep the node at hand is in what they decoded
	ranges   bool            // collect clear and hidden
	clear    []Range         // bytes of leaves that are shown
	hidden   []Range         // bytes of leaves that are not
}

// list is never nil, so that JSON has [].
func (m *masker) list() []Masked {
	if m.masked == nil {
		return []Masked{}
	}
	return m.masked
}

// node writes the view of n to out; false when the plan drops it, and out is then of no use.
func (m *masker) node(n *event.Node, out *Node) bool {
	*out = Node{Name: n.Name, Type: n.Type, Off: n.Off, Len: n.Len, Reason: n.Reason}
	if !n.Foreign {
		return m.content(n, out)
	}
	out.By, m.foreign = byJob, true
	m.within++
	kept := m.content(n, out)
	m.within--
	return kept
}

func (m *masker) content(n *event.Node, out *Node) bool {
	switch n.Kind {
	case event.NodeNull:
		out.Kind = kindNull
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
	return true
}

func (m *masker) at(step string, n *event.Node, out *Node) bool {
	if step == "" {
		return m.node(n, out)
	}
	before := m.enter(step)
	kept := m.node(n, out)
	m.leave(before)
	return kept
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

// members writes each view where it stays: a Node is large, and copies of it were a third of what masking cost.
func (m *masker) members(items []event.Node) []Node {
	out, n := make([]Node, len(items)), 0
	for i := range items {
		v := &out[n]
		if !m.at(items[i].Name, &items[i], v) {
			continue
		}
		if m.nameless && v.Name != "" {
			before := m.enter(v.Name)
			if !m.named() {
				v.Name = "key_" + strconv.Itoa(i+1)
				m.hides, m.lately = m.hides+1, ClassUnknown
			}
			m.leave(before)
		}
		n++
	}
	clear(out[n:])
	return out[:n]
}

func (m *masker) elements(items []event.Node, step string) []Node {
	out, n := make([]Node, len(items)), 0
	for i := range items {
		if m.at(step, &items[i], &out[n]) {
			n++
		}
	}
	clear(out[n:])
	return out[:n]
}

// entry is dropped when its key is; a dropped value leaves null.
func (m *masker) entry(n *event.Node, out *Node) bool {
	out.Items = make([]Node, len(n.Items))
	for i := range n.Items {
		step := valueStep
		if i == 0 {
			step = keyStep
		}
		switch kept := m.at(step, &n.Items[i], &out.Items[i]); {
		case !kept && i == 0:
			return false
		case !kept:
			out.Items[i] = Node{Name: n.Items[i].Name, Kind: kindNull}
		}
	}
	return true
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
		return m.rules.treatAt(m.place, v)
	}
	return m.plan.Leaf(m.path, v)
}

// leaf asks the plan before it looks at the value.
func (m *masker) leaf(n *event.Node, out *Node) bool {
	if m.mayNest(n) && m.nested(n, out) {
		return true
	}
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
		return true
	}
	if t.Mask == "" {
		t.Mask = Redact
	}
	m.note(t)
	m.hide(n, out, t.Class)
	if t.Mask == Drop {
		return false
	}
	out.Value = t.shown(n.Value)
	return true
}

// hide takes from a node what tells of its value beside the value.
func (m *masker) hide(n *event.Node, out *Node, class string) {
	if m.ranges {
		m.hidden = append(m.hidden, Range{n.Off, n.Len})
	}
	// The class of what could not be decoded may come from the payload itself, as a subclass's name does; so may any class
	// that the job's classes name.
	if n.Kind == event.NodeOpaque || m.within > 0 {
		out.Type = ""
	}
	out.Mask, out.Off, out.Len = class, 0, 0
}

// fewMasked are looked through one by one, which a map's hash of three texts costs more than.
const fewMasked = 16

// note lists a masked path once. Names that the plan hides are hidden here too.
func (m *masker) note(t Treatment) {
	m.hides, m.lately = m.hides+1, t.Class
	e := Masked{Path: m.shownPath(), Class: t.Class, Action: t.Mask}
	if len(m.masked) >= maxMasked || m.listed(e) {
		return
	}
	if m.masked == nil {
		m.masked = make([]Masked, 0, fewMasked/2)
	}
	m.masked = append(m.masked, e)
	if len(m.masked) < fewMasked {
		return
	}
	if m.seen == nil {
		m.seen = make(map[Masked]bool, 2*fewMasked)
		for _, listed := range m.masked {
			m.seen[listed] = true
		}
	}
	m.seen[e] = true
}

func (m *masker) listed(e Masked) bool {
	if m.seen != nil {
		return m.seen[e]
	}
	return slices.Contains(m.masked, e)
}

func (m *masker) shownPath() string {
	switch {
	case !m.nameless && m.rules != nil:
		return m.place.text
	case !m.nameless:
		return m.path.Text()
	case m.rules != nil:
		return m.place.shown
	}
	return shownPath(m.plan, m.path)
}

// shownPath is a path where names are data themselves: those that the plan hides are *.
func shownPath(p Plan, path Path) string {
	shown := make(Path, len(path))
	for i, s := range path {
		shown[i] = s
		if s != elementStep && s != jsonStep && !p.Named(path[:i+1]) {
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
