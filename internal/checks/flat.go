package checks

import (
	"math"
	"unsafe"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/probe"
	"github.com/sightglass/sightglass/internal/serde"
)

// flat fills rows from the bytes of values, without a tree. What it cannot be sure of, it leaves to the tree: rows are the same either way.
type flat struct {
	wants []*want      // places of the plan
	paths []probe.Path // theirs
	at    map[*want]int
	made  map[serde.WayKind]*probe.Program // nil: none can be made
	row   probe.Row
}

// mostPrograms are kept of one stream; a topic has few schemas.
const mostPrograms = 256

// newFlat reads the places of a plan; nil: the root alone, for conformity.
func newFlat(p *plan) *flat {
	f := &flat{at: map[*want]int{}, made: map[serde.WayKind]*probe.Program{}}
	if p == nil {
		f.add(&want{slot: -1}, nil)
		return f
	}
	f.add(p.root, nil)
	return f
}

func (f *flat) add(w *want, path probe.Path) {
	f.at[w] = len(f.wants)
	f.wants, f.paths = append(f.wants, w), append(f.paths, path)
	for _, k := range w.kids {
		f.add(k, append(path[:len(path):len(path)], probe.Step{Name: k.name}))
	}
	if w.each != nil {
		f.add(w.each, append(path[:len(path):len(path)], probe.Step{Kind: probe.StepElement}))
	}
}

// read reads a value, and gives its cells; ok is false where only the tree knows what the value is.
func (f *flat) read(d *decoded) (c probe.Cells, ok bool) {
	p, known := f.made[d.way.WayKind]
	if !known {
		if len(f.made) >= mostPrograms {
			clear(f.made)
		}
		p, _ = probe.For(d.way.WayKind, f.paths, d.by.decoder.Limits()) // that none can be made is no fault of the record
		f.made[d.way.WayKind] = p
	}
	if p == nil || p.RunPayload(d.rec.Value, d.way.Off, &f.row) != nil {
		return c, false
	}
	if faults := f.row.Faults(); faults != 0 {
		d.faulty(faults)
		return c, false
	}
	return f.row.Open(sealed.Take()), true
}

// fill reads cells into a row, as plan.fill reads a tree.
func (f *flat) fill(c probe.Cells, r *row) {
	for i, w := range f.wants {
		n := c.Len(i)
		if w.slot >= 0 {
			if f.paths[i].Repeated() {
				for k := range n {
					r.lists[w.slot] = append(r.lists[w.slot], cellFrom(c.At(i, k)))
				}
			} else {
				r.one[w.slot] = cellFrom(c.One(i))
			}
		}
		if len(w.kids) == 0 || w.slot < 0 && i > 0 {
			continue
		}
		for k := range n {
			if x := c.At(i, k); x.Kind() == probe.Object && f.found(c, w, k) < x.N() {
				r.odd = append(r.odd, w.slot) // the root's is -1 where it has none
			}
		}
	}
}

// found is how many of the members that are looked for an object has, the one at place k of its list.
func (f *flat) found(c probe.Cells, w *want, k int) (n int) {
	for _, kid := range w.kids {
		if c.At(f.at[kid], k).Kind() != probe.Missing {
			n++
		}
	}
	return n
}

// cellFrom is what a cell of the bytes is. Text may be part of the record.
func cellFrom(c probe.Cell) cell {
	switch c.Kind() {
	case probe.Missing:
		return cell{}
	case probe.Null:
		return cell{kind: cellNull}
	case probe.Bool:
		return cell{kind: cellBool, truth: c.Bool()}
	case probe.Int:
		return cell{kind: cellNumber, number: float64(c.Int()), whole: true}
	case probe.Uint:
		return cell{kind: cellNumber, number: float64(c.Uint()), whole: true}
	case probe.Float32, probe.Float64:
		x := c.Float()
		return cell{kind: cellNumber, number: x, whole: x == math.Trunc(x) && !math.IsInf(x, 0)}
	case probe.Text:
		if b, plain := c.Plain(); plain {
			return cell{kind: cellText, text: unsafe.String(unsafe.SliceData(b), len(b))}
		}
		return cell{kind: cellText, text: string(c.AppendText(nil))}
	case probe.Enum:
		name, _ := c.Symbol()
		return cell{kind: cellText, text: name}
	case probe.Object, probe.Map:
		return cell{kind: cellObject, n: c.N()}
	case probe.List:
		return cell{kind: cellList, n: c.N()}
	case probe.Opaque:
		return cell{kind: cellOpaque}
	}
	return scalarCell(c.Value())
}

// way tells how the value is read, where that is certain before it is.
func (r *reading) way(d *decoded) {
	d.way, d.quick = r.decoder.Way(d.ctx, serde.PartValue, d.rec.Value, d.headers)
	if !d.quick {
		return
	}
	d.info = d.way.Info(d.rec.Value.Size())
	if d.way.Schema == nil {
		return
	}
	if d.info.Schema.ID != r.last {
		r.last, r.writer = d.info.Schema.ID, d.info.Schema.ID.String()
	}
	d.writer = r.writer
}

// conformsQuick is decoded.conforms of a value that was read without a tree.
func (d *decoded) conformsQuick(p *program, root probe.Kind) (conforms, unread bool, why string) {
	info := d.info
	info.Format = d.way.Format
	if why := d.foreign(p, d.way.Schema, info); why != "" {
		return false, false, why
	}
	if !p.object {
		return true, false, ""
	}
	is := root == probe.Object || root == probe.Map
	return is, !is, noObject(is)
}

// fillQuick reads the value into a row without a tree; false: it has to be read with one.
func (p *program) fillQuick(d *decoded, r *row, m *meta) bool {
	if !d.quick || m.null {
		return false
	}
	c, ok := p.flat.read(d)
	if !ok {
		return false
	}
	m.conforms, m.unread, m.why = d.conformsQuick(p, c.One(0).Kind())
	if p.parts[contract.PartValue] != nil {
		p.flat.fill(c, r)
	}
	return true
}

// whole is the value with its tree.
func (d *decoded) whole() *serde.Decoded {
	if !d.hasValue {
		d.hasValue = true
		d.value = d.by.decoder.Decode(d.ctx, serde.PartValue, d.rec.Value, serde.Wish{Headers: d.headers})
	}
	return &d.value
}

// tree is the value's, opened.
func (d *decoded) tree() *event.Node { return d.whole().Tree.Open(sealed.Take()) }
