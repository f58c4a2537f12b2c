package probe

import (
	"fmt"
	"io"
	"log/slog"
	"math"
	"unsafe"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Row holds what one record has at the paths of a program, sealed as the record was: Open needs a key. A Row is used again for the next
// record, and its memory with it; the zero Row is ready for use. Not safe for concurrent use.
type Row struct {
	_ [0]func() // not comparable

	// A function instead of a pointer, for the reason that event.Tree gives.
	of func() *cells
}

// Cells are the opened cells of a row, good until its next run. The zero Cells has none.
type Cells struct {
	// Not a typed pointer: fmt follows those where a verb does not fit, also in unexported fields, whose methods it ignores.
	c unsafe.Pointer // *cells
}

func (c Cells) cells() *cells { return (*cells)(c.c) }

// cells is the memory of a row.
type cells struct {
	program *Program
	b       []byte
	one     []cell   // of each path, for those that lead to one place
	lists   [][]cell // of each path, for the others
	faults  Faults
	at      int // where the first fault was
	scratch
}

// scratch is what runs keep from record to record.
type scratch struct {
	marks []uint32 // of each member: number of the object that it was last seen in
	epoch uint32   // number of the last object
	from  []int32  // see want.from
	name  []byte   // a member's name without its escapes
	seen  []uint64 // of open Protobuf messages: the fields that were seen
}

// Open gives the cells; none for an invalid key and before the first run.
func (r *Row) Open(k sealed.Key) Cells {
	if r.of == nil || !k.Valid() {
		return Cells{}
	}
	return Cells{unsafe.Pointer(r.of())}
}

// Faults are what was odd about the record.
func (r *Row) Faults() Faults {
	if r.of == nil {
		return 0
	}
	return r.of().faults
}

// FaultAt is the byte of the record where the first of the faults was.
func (r *Row) FaultAt() int {
	if r.of == nil {
		return 0
	}
	return r.of().at
}

// Format prints row(3 paths) for every verb.
func (r Row) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, r.label()) }

// LogValue is what Format prints.
func (r Row) LogValue() slog.Value { return slog.StringValue(r.label()) }

// MarshalJSON returns event.ErrSealed.
func (r Row) MarshalJSON() ([]byte, error) { return nil, event.ErrSealed }

// MarshalText returns event.ErrSealed.
func (r Row) MarshalText() ([]byte, error) { return nil, event.ErrSealed }

// MarshalBinary returns event.ErrSealed; it keeps encoding/gob out.
func (r Row) MarshalBinary() ([]byte, error) { return nil, event.ErrSealed }

func (r Row) label() string {
	if r.of == nil {
		return "row(empty)"
	}
	return r.of().label()
}

func (c *cells) label() string {
	if c == nil || c.program == nil {
		return "row(empty)"
	}
	return fmt.Sprintf("row(%d paths)", len(c.one))
}

// Format prints row(3 paths) for every verb.
func (c Cells) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.cells().label()) }

// MarshalJSON returns event.ErrSealed.
func (c Cells) MarshalJSON() ([]byte, error) { return nil, event.ErrSealed }

// MarshalText returns event.ErrSealed.
func (c Cells) MarshalText() ([]byte, error) { return nil, event.ErrSealed }

// Closed tells that there are no cells: the key was not valid, or nothing was run.
func (c Cells) Closed() bool { return c.c == nil }

// One is the cell of a path, by its place among the program's paths, that leads to one place only.
func (c Cells) One(path int) Cell { return Cell{unsafe.Pointer(&c.cells().one[path]), c.c} }

// Len is how many cells a path has: 1 if it leads to one place, else one for each element of the innermost list or map that it passes, in the
// order of the record, also where that element does not have what is wanted of it. So cells of two paths through the same list belong
// together by their places.
func (c Cells) Len(path int) int {
	if x := c.cells(); x.program.repeated[path] {
		return len(x.lists[path])
	}
	return 1
}

// At is cell i of a path.
func (c Cells) At(path, i int) Cell {
	if x := c.cells(); x.program.repeated[path] {
		return Cell{unsafe.Pointer(&x.lists[path][i]), c.c}
	}
	return c.One(path)
}

// cell opens one of the row's cells.
func (c *cells) cell(x *cell) Cell { return Cell{unsafe.Pointer(x), unsafe.Pointer(c)} }

// prepare makes the row ready for a record.
func (r *Row) prepare(p *Program, b []byte) *cells {
	if r.of == nil {
		c := new(cells)
		r.of = func() *cells { return c }
	}
	c := r.of()
	c.b, c.faults, c.at = b, 0, 0
	if c.program != p {
		c.program = p
		c.one, c.lists = make([]cell, len(p.paths)), make([][]cell, len(p.paths))
		c.marks, c.from, c.epoch = make([]uint32, p.wants.marks), make([]int32, p.wants.froms), 0
		c.seen = c.seen[:0]
		return c
	}
	clear(c.one)
	for _, i := range p.lists {
		c.lists[i] = c.lists[i][:0]
	}
	if c.epoch > math.MaxUint32/2 {
		clear(c.marks)
		c.epoch = 0
	}
	c.seen = c.seen[:0]
	return c
}

// set makes the cell of a path what was read, in a list its last one.
func (c *cells) set(slot int32, x cell) {
	if c.program.repeated[slot] {
		l := c.lists[slot]
		l[len(l)-1] = x
		return
	}
	c.one[slot] = x
}

// open adds a missing cell to each of the paths.
func (c *cells) open(slots []int32) {
	for _, s := range slots {
		c.lists[s] = append(c.lists[s], cell{})
	}
}

// enter notes that a member is there, in the object of that number. A second occurrence takes back what the first gave.
func (c *cells) enter(w *want, object uint32, at int) {
	if c.marks[w.mark] != object {
		c.marks[w.mark] = object
		for i, s := range w.truncates {
			c.from[w.from+int32(i)] = int32(len(c.lists[s]))
		}
		return
	}
	c.fault(FaultTwice, at)
	c.takeBack(w)
}

func (c *cells) takeBack(w *want) {
	for _, s := range w.clears {
		c.set(s, cell{})
	}
	for i, s := range w.truncates {
		c.lists[s] = c.lists[s][:c.from[w.from+int32(i)]]
	}
}

func (c *cells) fault(f Faults, at int) {
	if c.faults == 0 {
		c.at = at
	}
	c.faults |= f
}
