package browse

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
)

// Conversion is what records go through for one reader: rewritten as a proposed schema would have them, and read.
//
// It looks at views, never at what is behind them: what is hidden from whoever asks decides nothing, or a proposal with one value in it would be a
// way to ask for values. What cannot be told without a hidden value is not simulated.
type Conversion struct {
	Reader  string   // whose it is, a name of the caller's choice
	Written *Form    // as the proposal writes values; nil: as they are
	Drop    []string // paths that are not written any more
	Read    *Form    // as the reader reads them
	By      Reading
}

// outcome of one record.
type outcome int

const (
	converted outcome = iota
	unsimulated
	failed
)

// finding is what became of one record, and why. Path and why hold names of schemas and paths of views only.
type finding struct {
	outcome outcome
	path    string
	why     string
	ofValue bool // another value of the same type may pass
}

// worse gives the finding that decides.
func (f finding) worse(o finding) finding {
	if o.outcome > f.outcome {
		return o
	}
	return f
}

// converting is one record while it is converted.
type converting struct {
	*Conversion
	dropped []access.Masked // fields that the view lacks because they are hidden
}

// convert tells what becomes of the record that v shows.
func (c *Conversion) convert(v *access.View) finding {
	x := converting{Conversion: c}
	for _, m := range v.Masked {
		if m.Action == access.Drop {
			x.dropped = append(x.dropped, m)
		}
	}
	if v.Node == nil {
		return finding{unsimulated, "", "the record is hidden", false}
	}
	if v.Reason != "" && (v.Node.Kind == "opaque" || v.Node.Kind == "cut") {
		return finding{unsimulated, "", "the record could not be decoded", false}
	}
	return x.value(v.Node, "", c.Written, c.Read)
}

// value converts n, written as w (nil: as it is) and read as r.
func (x *converting) value(n *access.Node, path string, w, r *Form) finding {
	no := func(why string) finding { return finding{unsimulated, path, why, false} }
	switch {
	case r == nil || r.Kind == FormAny:
		return finding{}
	case r.Kind == FormUnknown:
		return no("the reader's schema is not understood here: " + r.Why)
	case w != nil && w.Kind == FormUnknown:
		return no("the proposed schema is not understood here: " + w.Why)
	case n.Kind == "opaque" || n.Kind == "cut":
		return no("it could not be decoded")
	}
	if w != nil && w.Kind == FormAny {
		w = nil
	}
	if w != nil && w.Kind == FormUnion {
		if w = branchOf(w, n); w == nil {
			return no("the proposed schema has no branch for what is there")
		}
	}
	if r.Kind == FormUnion {
		return x.union(n, path, w, r)
	}
	if n.Kind == "null" {
		return x.null(n, path, w, r)
	}
	if w != nil && nestedForm(w.Kind) != nestedForm(r.Kind) {
		return x.otherwise(path, string(w.Kind), r) // whatever the value is
	}
	if w != nil && nestedKind(n.Kind) != nestedForm(w.Kind) {
		return no("a " + kindWord(n) + " cannot be rewritten as " + string(w.Kind))
	}
	switch r.Kind {
	case FormRecord:
		return x.record(n, path, w, r)
	case FormList:
		return x.list(n, path, w, r)
	case FormMap:
		return x.mapping(n, path, w, r)
	}
	if nestedKind(n.Kind) {
		return x.otherwise(path, kindWord(n), r)
	}
	return x.scalar(n, path, w, r)
}

// otherwise is a reader that finds another kind of value.
func (x *converting) otherwise(path, written string, r *Form) finding {
	if x.By == ReadProtobuf && written != "record" && !nestedForm(r.Kind) {
		return finding{}
	}
	return finding{failed, path, written + " is written where " + string(r.Kind) + " is read", false}
}

func (x *converting) null(n *access.Node, path string, w, r *Form) finding {
	switch {
	case n.Mask != "":
		return finding{unsimulated, path, "whether it is null is hidden", false}
	case w != nil && !w.Null && w.Kind != FormNull:
		return finding{unsimulated, path, "null, which the proposed schema does not write", false}
	case r.Null || r.Kind == FormNull || x.By == ReadJSON || x.By == ReadProtobuf:
		return finding{}
	}
	return finding{failed, path, "null is written where " + string(r.Kind) + " is read", true}
}

func (x *converting) union(n *access.Node, path string, w, r *Form) finding {
	worst := finding{failed, path, kindWord(n) + " is written, which no branch of the reader takes", true}
	for _, b := range r.Branches {
		f := x.value(n, path, w, b)
		if f.outcome == converted {
			return f
		}
		if f.outcome < worst.outcome {
			worst = f
		} else if len(r.Branches) == 2 && r.Branches[0].Kind == FormNull || nestedForm(b.Kind) && nestedKind(n.Kind) {
			worst = f // says more
		}
	}
	if n.Kind == "null" && r.Null {
		return finding{}
	}
	return worst
}

func (x *converting) record(n *access.Node, path string, w, r *Form) finding {
	if n.Kind != "object" {
		return x.otherwise(path, kindWord(n), r)
	}
	if w != nil && w.Kind != FormRecord {
		return x.otherwise(path, string(w.Kind), r)
	}
	worst := finding{}
	for i := range r.Fields {
		worst = worst.worse(x.field(n, path, w, &r.Fields[i]))
		if worst.outcome == failed {
			return worst
		}
	}
	if r.Closed {
		for i := range n.Items {
			name := n.Items[i].Name
			below := memberPath(path, name)
			switch {
			case slices.ContainsFunc(r.Fields, func(f FormField) bool { return f.Name == name }), x.isDropped(below), w != nil && formField(w, name) == nil:
			case hiddenName(n, i):
				return worst.worse(finding{unsimulated, path, "names of members are hidden", false})
			default:
				return finding{failed, path, "a member that the reader's schema does not have", false}
			}
		}
	}
	return worst
}

// field converts what a reader's field is read from.
func (x *converting) field(n *access.Node, path string, w *Form, f *FormField) finding {
	below := memberPath(path, f.Name)
	absent := func() finding {
		switch {
		case f.Default || !f.Required || x.By == ReadProtobuf:
			return finding{}
		case x.By == ReadAvro:
			return finding{failed, below, "it is not written any more, and the reader has no default", false}
		}
		return finding{failed, below, "it is not there, and the reader requires it", false}
	}
	names := append([]string{f.Name}, f.Aliases...)
	var as *Form
	if w != nil {
		var written *FormField
		for _, name := range names {
			if written = formField(w, name); written != nil {
				break
			}
		}
		if written == nil && !openForm(w, x.By) {
			return absent()
		}
		if written != nil {
			names, as = append([]string{written.Name}, written.Aliases...), written.Of
		}
	}
	for _, name := range names {
		if x.isDropped(memberPath(path, name)) {
			return absent()
		}
		if m := memberNamed(n, name); m != nil {
			return x.value(m, below, as, f.Of)
		}
	}
	switch {
	case hidesNames(n):
		return finding{unsimulated, below, "names of members are hidden, it may be there or not", false}
	case x.hidden(below):
		return finding{unsimulated, below, "it is hidden", false}
	case as == nil || x.By == ReadSchema:
		return absent()
	case as.Kind == f.Of.kind() || x.By == ReadProtobuf:
		return finding{} // a field that records do not have yet, of the type that is read
	}
	return finding{unsimulated, below, "records do not have it yet", false}
}

func (f *Form) kind() FormKind {
	if f == nil {
		return FormAny
	}
	return f.Kind
}

// openForm tells whether records that are written as w may have members that w does not name.
func openForm(w *Form, by Reading) bool { return (by == ReadJSON || by == ReadSchema) && !w.Closed }

func (x *converting) list(n *access.Node, path string, w, r *Form) finding {
	if n.Kind != "list" {
		return x.otherwise(path, kindWord(n), r)
	}
	var as *Form
	if w != nil {
		if w.Kind != FormList {
			return x.otherwise(path, string(w.Kind), r)
		}
		as = w.Items
	}
	if r.Fewest > 0 || r.Most > 0 {
		if slices.ContainsFunc(n.Items, func(x access.Node) bool { return x.Kind == "cut" }) {
			return finding{unsimulated, path, "a list of which a part is shown", false}
		}
		if len(n.Items) < r.Fewest || r.Most > 0 && len(n.Items) > r.Most {
			return finding{failed, path, "a list of a length that is not read", true}
		}
	}
	worst := finding{}
	for i := range n.Items {
		if worst = worst.worse(x.value(&n.Items[i], path+"[]", as, r.Items)); worst.outcome == failed {
			break
		}
	}
	return worst
}

func (x *converting) mapping(n *access.Node, path string, w, r *Form) finding {
	if n.Kind != "map" && n.Kind != "object" {
		return x.otherwise(path, kindWord(n), r)
	}
	var as *Form
	if w != nil {
		if w.Kind != FormMap && (w.Kind != FormRecord || x.By == ReadAvro) {
			return x.otherwise(path, string(w.Kind), r)
		}
		as = w.Items
	}
	worst := finding{}
	for i := range n.Items {
		v := &n.Items[i]
		if v.Kind == "entry" {
			if len(v.Items) != 2 {
				continue
			}
			v = &v.Items[1]
		}
		if worst = worst.worse(x.value(v, path+"{}", as, r.Items)); worst.outcome == failed {
			break
		}
	}
	return worst
}

// isDropped tells whether a path is not written any more.
func (x *converting) isDropped(path string) bool { return slices.Contains(x.Drop, path) }

// hidden tells whether the view lacks a field because its class is not shown at all.
func (x *converting) hidden(path string) bool {
	return slices.ContainsFunc(x.dropped, func(m access.Masked) bool { return strings.EqualFold(m.Path, path) || strings.Contains(m.Path, "*") })
}

var stoodFor = regexp.MustCompile(`^key_[0-9]+$`)

// hiddenName tells whether a member's name is what stands for a name that is not shown. A member that really has such a name is taken for one.
func hiddenName(n *access.Node, i int) bool { return stoodFor.MatchString(n.Items[i].Name) }

func hidesNames(n *access.Node) bool {
	for i := range n.Items {
		if hiddenName(n, i) {
			return true
		}
	}
	return false
}

func memberPath(path, name string) string {
	if name = quotedName(name); path == "" {
		return name
	}
	return path + "." + name
}

// quotedName spells a name as paths have it.
func quotedName(name string) string {
	if strings.ContainsAny(name, `."[]{}~*`) || name == "" {
		return strconv.Quote(name)
	}
	return name
}

func memberNamed(n *access.Node, name string) *access.Node {
	for i := range n.Items {
		if n.Items[i].Name == name {
			return &n.Items[i]
		}
	}
	return nil
}

func formField(f *Form, name string) *FormField {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			return &f.Fields[i]
		}
	}
	return nil
}

func nestedKind(kind string) bool {
	return kind == "object" || kind == "list" || kind == "map" || kind == "entry"
}

func nestedForm(k FormKind) bool { return k == FormRecord || k == FormList || k == FormMap }

// kindWord says what a node is in the words of Form.
func kindWord(n *access.Node) string {
	switch n.Kind {
	case "object":
		return "record"
	case "list":
		return "array"
	case "bool":
		return "boolean"
	}
	return n.Kind
}

// branchOf finds the branch of a union that what is there would be written as.
func branchOf(u *Form, n *access.Node) *Form {
	var second *Form
	for _, b := range u.Branches {
		switch {
		case b.Kind == FormUnion:
			if deep := branchOf(b, n); deep != nil {
				return deep
			}
		case n.Kind == "null":
			if b.Kind == FormNull || b.Null {
				return b
			}
		case b.Kind == FormAny || formOf(n) == b.Kind || b.Kind == FormRecord && n.Kind == "object" && (b.Type == "" || n.Type == "" || lastName(b.Type) == lastName(n.Type)):
			return b
		case second == nil && !nestedKind(n.Kind) && !nestedForm(b.Kind) && b.Kind != FormNull:
			second = b
		}
	}
	return second
}

func lastName(s string) string { return s[strings.LastIndexByte(s, '.')+1:] }

// formOf is the kind of Form that a node is of.
func formOf(n *access.Node) FormKind {
	switch n.Kind {
	case "null":
		return FormNull
	case "bool":
		return FormBool
	case "int":
		if n.Type == "int" {
			return FormInt
		}
		if n.Type == "long" {
			return FormLong
		}
		return FormInteger
	case "float":
		if n.Type == "float" {
			return FormFloat
		}
		return FormDouble
	case "decimal":
		return FormNumber
	case "enum":
		return FormEnum
	case "bytes":
		return FormBytes
	case "object":
		return FormRecord
	case "list":
		return FormList
	case "map":
		return FormMap
	}
	return FormText
}
