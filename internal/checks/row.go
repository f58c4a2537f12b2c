package checks

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/event"
)

// cellKind is the kind of a cell.
type cellKind uint8

// The kinds. A field that the record does not have is missing, which is not null.
const (
	cellMissing cellKind = iota
	cellNull
	cellBool
	cellNumber
	cellText
	cellTime // an instant, a local time or a date: number is ms since 1970
	cellBytes
	cellObject // of n members
	cellList   // of n entries
	cellOpaque
)

// cell is what a record has at one place. It may point into the record.
type cell struct {
	kind   cellKind
	whole  bool // a number without a fraction
	truth  bool
	n      int
	number float64
	text   string // of text and bytes; of numbers that are exact as text alone, their digits
}

// row holds what a record has at the paths of a plan. It is used again for the next record: nothing is allocated for one.
type row struct {
	one   []cell   // by path; of a path through lists the zero cell
	lists [][]cell // by path: of each entry, for paths through lists
	odd   []int    // declared objects that hold members which nobody declared, by path
}

func (r *row) clear() {
	clear(r.one)
	for i := range r.lists {
		r.lists[i] = r.lists[i][:0]
	}
	r.odd = r.odd[:0]
}

// plan is the tree of paths that are looked for in one part of a record.
type plan struct {
	root  *want
	paths int
}

// want is a place that is looked for, or is on the way to one.
type want struct {
	name     string
	slot     int // of the path that ends here; -1: none
	kids     []*want
	each     *want // entries of a list
	declared bool  // the contract lists the members of what is here
	below    []int // slots of paths from here down to the next list, which get a cell for each entry
}

// newPlan gives each path its slot: its place in the list.
func newPlan(paths []contract.Path, part contract.Part) *plan {
	p := &plan{root: &want{slot: -1}, paths: len(paths)}
	for i, path := range paths {
		if path.Part != part {
			continue
		}
		at := p.root
		steps := path.List()
		if part == contract.PartHeaders {
			steps = []string{path.Steps}
		}
		for _, s := range steps {
			at = at.step(s)
		}
		at.slot = i
	}
	p.root.finish()
	return p
}

func (w *want) step(name string) *want {
	if name == contract.Each {
		if w.each == nil {
			w.each = &want{slot: -1}
		}
		return w.each
	}
	w.declared = true
	for _, k := range w.kids {
		if k.name == name {
			return k
		}
	}
	k := &want{name: name, slot: -1}
	w.kids = append(w.kids, k)
	return k
}

// finish tells lists which paths have a cell for each of their entries.
func (w *want) finish() {
	for _, k := range w.kids {
		k.finish()
	}
	if w.each != nil {
		w.each.below = w.each.slots(nil)
		w.each.finish()
	}
}

func (w *want) slots(list []int) []int {
	if w.slot >= 0 {
		list = append(list, w.slot)
	}
	for _, k := range w.kids {
		list = k.slots(list)
	}
	return list
}

// fill reads a tree into a row.
func (p *plan) fill(n *event.Node, r *row) { p.at(p.root, n, r, false) }

func (p *plan) at(w *want, n *event.Node, r *row, listed bool) {
	if w.slot >= 0 {
		c := cellOf(n)
		if listed {
			l := r.lists[w.slot]
			l[len(l)-1] = c
		} else {
			r.one[w.slot] = c
		}
	}
	switch {
	case len(w.kids) > 0 && n.Kind == event.NodeObject:
		found := 0
		for i := range n.Items {
			for _, k := range w.kids {
				if k.name == n.Items[i].Name {
					found++
					p.at(k, &n.Items[i], r, listed)
					break
				}
			}
		}
		if found < len(n.Items) && w.slot >= 0 {
			r.odd = append(r.odd, w.slot)
		} else if found < len(n.Items) && w == p.root {
			r.odd = append(r.odd, -1)
		}
	case w.each != nil && n.Kind == event.NodeList:
		for i := range n.Items {
			for _, s := range w.each.below {
				r.lists[s] = append(r.lists[s], cell{})
			}
			p.at(w.each, &n.Items[i], r, true)
		}
	}
}

// cellOf is what a node is.
func cellOf(n *event.Node) cell {
	switch n.Kind {
	case event.NodeNull:
		return cell{kind: cellNull}
	case event.NodeObject:
		return cell{kind: cellObject, n: len(n.Items)}
	case event.NodeMap:
		return cell{kind: cellObject, n: len(n.Items)}
	case event.NodeList:
		return cell{kind: cellList, n: len(n.Items)}
	case event.NodeScalar:
		return scalarCell(n.Value)
	}
	return cell{kind: cellOpaque}
}

func scalarCell(v event.Value) cell {
	switch v.Kind() {
	case event.ValueBool:
		return cell{kind: cellBool, truth: v.Bool()}
	case event.ValueInt:
		return cell{kind: cellNumber, number: float64(v.Int()), whole: true}
	case event.ValueUint:
		return cell{kind: cellNumber, number: float64(v.Uint()), whole: true}
	case event.ValueFloat32, event.ValueFloat64:
		f := v.Float()
		return cell{kind: cellNumber, number: f, whole: f == math.Trunc(f) && !math.IsInf(f, 0)}
	case event.ValueDecimal:
		f, err := strconv.ParseFloat(v.Raw(), 64)
		if err != nil {
			return cell{kind: cellOpaque}
		}
		return cell{kind: cellNumber, number: f, whole: f == math.Trunc(f), text: v.Raw()}
	case event.ValueString, event.ValueEnum:
		return cell{kind: cellText, text: v.Raw()}
	case event.ValueBytes:
		return cell{kind: cellBytes, text: v.Raw(), n: len(v.Raw())}
	case event.ValueInstant, event.ValueDateTime, event.ValueDate:
		if ms, ok := instant(v.Raw()); ok {
			return cell{kind: cellTime, number: float64(ms), text: v.Raw()}
		}
		return cell{kind: cellText, text: v.Raw()}
	case event.ValueTime, event.ValueDuration:
		return cell{kind: cellText, text: v.Raw()}
	}
	return cell{kind: cellNull}
}

var instants = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"}

// instant reads a time as ms since 1970; one without a zone is taken for UTC.
func instant(s string) (int64, bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	for _, form := range instants {
		if t, err := time.Parse(form, s); err == nil {
			return t.UnixMilli(), true
		}
	}
	return 0, false
}

// eventTime is a cell as a moment in ms since 1970: a time, text that is one, or a number, of which the size says whether it counts s, ms, µs or ns.
func (c *cell) eventTime() (int64, bool) {
	switch c.kind {
	case cellTime:
		return int64(c.number), true
	case cellText:
		return instant(c.text)
	case cellNumber:
		switch f := c.number; {
		case f < 1e8 || f > 1e19:
			return 0, false
		case f < 1e11:
			return int64(f * 1e3), true
		case f < 1e14:
			return int64(f), true
		case f < 1e17:
			return int64(f / 1e3), true
		default:
			return int64(f / 1e6), true
		}
	}
	return 0, false
}

// pathsOf are all that a stream declares or asks about, each once.
func pathsOf(s *contract.Stream) (paths []contract.Path) {
	add := func(p contract.Path) {
		if !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	for i := range s.Fields {
		add(s.Fields[i].Path)
	}
	for i := range s.Checks {
		c := &s.Checks[i]
		if c.Kind.PerRecord() && c.Kind != contract.Conformity && c.Kind != contract.Rule && c.Kind != contract.DeadLetter {
			add(c.Path)
		}
		for _, p := range c.Paths {
			add(p)
		}
	}
	return paths
}
