package access

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Observer gathers what detectors find in payloads, by field, so that a person can say what the field is. It keeps numbers and names of
// fields, never a value; a name that looks like a value counts as *. Safe for concurrent use.
//
// What it tells changes no view: until a rule names a field it is unknown.
type Observer struct {
	want     kindSet
	most     int
	mu       sync.Mutex // of what is below; taken while a tree's own is held, never the other way round
	trees    map[observedTree]*observedRoot
	places   int
	overflow bool
}

// ObserverOptions are those of an Observer. The zero value asks all detectors and keeps 10,000 fields.
type ObserverOptions struct {
	Detectors []Detector // those of values; names are always looked at
	Fields    int        // some 200 bytes each
}

// NewObserver is an observer that has seen nothing. Errors: a detector that does not exist.
func NewObserver(o ObserverOptions) (*Observer, error) {
	if len(o.Detectors) == 0 {
		o.Detectors = AllDetectors()
	}
	if o.Fields <= 0 {
		o.Fields = 10_000
	}
	var wrong []string
	d := Detectors{Enabled: o.Detectors}
	c := d.compile(nil, func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) })
	if len(wrong) > 0 {
		return nil, fmt.Errorf("observer: %s", strings.Join(wrong, "; "))
	}
	return &Observer{want: c.values, most: o.Fields, trees: map[observedTree]*observedRoot{}}, nil
}

// Suggestion is a class for a field, with why.
type Suggestion struct {
	Resource   Resource
	Part       Part
	Schema     string
	Path       string // as rules write it; * for names that may be values
	Class      string
	Detector   Detector
	ByName     bool // the field's name says it; no value was found
	Hits       int  // values that were found, of those looked at
	Looked     int
	Confidence int // percent: the detector's own, times the least share of hits that is likely
}

type observedTree struct {
	of     Subject
	schema string
}

type observedRoot struct {
	mu   sync.Mutex
	root observedField
}

// observedField is a place of payloads.
type observedField struct {
	named  kindSet
	looked uint32
	hits   map[kind]uint32 // nil: none
	below  map[string]*observedField
}

// mostNames of one object are told apart; more of them are data.
const mostNames = 256

// unknownName stands for names that may be values, in paths and in rules.
const unknownName = "*"

// Look takes what was decoded of one payload, with the id of its schema or "".
func (o *Observer) Look(what Subject, schema string, tree event.Tree) {
	node := tree.Open(sealed.Take())
	if node == nil {
		return
	}
	root := o.tree(observedTree{what, schema})
	if root == nil {
		return
	}
	root.mu.Lock()
	defer root.mu.Unlock()
	o.look(&root.root, node, nil, 0)
}

// tree is nil when there is no room for one more.
func (o *Observer) tree(of observedTree) *observedRoot {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.trees[of]; r != nil {
		return r
	}
	if !o.room() {
		return nil
	}
	r := new(observedRoot)
	o.trees[of] = r
	return r
}

// room takes a place for one field more. The caller holds mu.
func (o *Observer) room() bool {
	if o.places >= o.most {
		o.overflow = true
		return false
	}
	o.places++
	return true
}

func (o *Observer) look(at *observedField, n *event.Node, path Path, texts int) {
	into := func(step string, item *event.Node) {
		if f := o.step(at, step, path); f != nil {
			o.look(f, item, append(path, step), texts)
		}
	}
	switch n.Kind {
	case event.NodeObject:
		for i := range n.Items {
			into(o.nameOf(at, n.Items[i].Name), &n.Items[i])
		}
	case event.NodeList:
		for i := range n.Items {
			into(elementStep, &n.Items[i])
		}
	case event.NodeMap:
		for i := range n.Items {
			o.look(at, &n.Items[i], path, texts)
		}
	case event.NodeEntry:
		for i := range n.Items {
			step := valueStep
			if i == 0 {
				step = keyStep
			}
			into(step, &n.Items[i])
		}
	case event.NodeScalar:
		if n.Value.Kind() == event.ValueString && texts < mostNestedTexts {
			if inner, is, err := nestedJSON(n.Value.Raw()); is && err == nil {
				texts++
				into(jsonStep, &inner)
				return
			}
		}
		at.looked++
		o.want.in(n.Value, at.named).each(func(k kind) {
			if at.hits == nil {
				at.hits = make(map[kind]uint32, 1)
			}
			at.hits[k]++
		})
	}
}

// step is the field below at; nil: there is no room for it.
func (o *Observer) step(at *observedField, step string, path Path) *observedField {
	if f := at.below[step]; f != nil {
		return f
	}
	o.mu.Lock()
	room := o.room()
	o.mu.Unlock()
	if !room {
		return nil
	}
	if at.below == nil {
		at.below = make(map[string]*observedField)
	}
	f := &observedField{named: nameKinds(append(path, step))}
	at.below[step] = f
	return f
}

// nameOf is the name that a member counts under.
func (o *Observer) nameOf(at *observedField, name string) string {
	if at.below[name] != nil {
		return name
	}
	if len(at.below) >= mostNames || !namesAField(name) {
		return unknownName
	}
	return name
}

// namesAField tells whether a name is one that a program has for a field: it begins with a letter, $ or _, has letters, digits, _, -, $, dots and
// spaces, fewer digits than anything else, and nothing that a detector finds.
func namesAField(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	digits := 0
	for i := range len(name) {
		switch c := name[i]; {
		case isDigit(c):
			if digits++; i == 0 {
				return false
			}
		case byteKinds[c]&byteLetter != 0, c == '_', c == '$':
		case c == '-' || c == '.' || c == ' ':
			if i == 0 {
				return false
			}
		default:
			return false
		}
	}
	return 2*digits < len(name) && valueKinds().scan(name, weakKinds()) == 0
}

// Full tells that there were more fields than are kept.
func (o *Observer) Full() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.overflow
}

// Suggestions are those of all that was looked at, the surest first.
func (o *Observer) Suggestions() []Suggestion {
	o.mu.Lock()
	trees := make(map[observedTree]*observedRoot, len(o.trees))
	for of, root := range o.trees {
		trees[of] = root
	}
	o.mu.Unlock()
	var all []Suggestion
	for of, root := range trees {
		root.mu.Lock()
		all = root.root.suggest(all, of, nil)
		root.mu.Unlock()
	}
	slices.SortFunc(all, func(a, b Suggestion) int {
		return cmp.Or(b.Confidence-a.Confidence, strings.Compare(string(a.Resource), string(b.Resource)), strings.Compare(string(a.Part), string(b.Part)), strings.Compare(a.Schema, b.Schema),
			strings.Compare(a.Path, b.Path), strings.Compare(string(a.Detector), string(b.Detector)))
	})
	return all
}

func (f *observedField) suggest(all []Suggestion, of observedTree, path Path) []Suggestion {
	s := Suggestion{Resource: of.of.Resource, Part: of.of.Part, Schema: of.schema, Path: observedPath(path), Looked: int(f.looked)}
	for k := range kindCount {
		of := &foundKinds[k]
		s.Class, s.Detector = of.class, of.name
		switch hits := int(f.hits[k]); {
		case hits > 0:
			s.ByName, s.Hits = false, hits
			s.Confidence = int(math.Round(float64(findingOf(k, f.named).Confidence) * leastShare(hits, int(f.looked))))
			all = append(all, s)
		case f.looked > 0 && f.named.has(k):
			s.ByName, s.Hits, s.Confidence = true, 0, byNameOnly
			if of.nameOnly {
				s.Confidence = of.named
			}
			all = append(all, s)
		}
	}
	for step, below := range f.below {
		all = below.suggest(all, of, append(path, step))
	}
	return all
}

// byNameOnly is the confidence in a name whose values are none of what a detector of values knows: they may be tokens already.
const byNameOnly = 40

// observedPath writes a path as rules do. Names that may be values are the pattern for any name.
func observedPath(path Path) string {
	return strings.ReplaceAll(path.Text(), `"`+unknownName+`"`, unknownName)
}

// leastShare is the lower end of the interval that holds the share of hits with 95 percent: the score interval of E. B. Wilson, Probable
// Inference, 1927. One hit of one is 0.21, a hundred of a hundred 0.96.
func leastShare(hits, of int) float64 {
	const z = 1.96
	n, p := float64(of), float64(hits)/float64(of)
	return (p + z*z/(2*n) - z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))) / (1 + z*z/n)
}
