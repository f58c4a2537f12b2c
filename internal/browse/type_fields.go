package browse

import (
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// TypeField is a field of a type of a job, by the path that decoded records spell it with.
type TypeField struct {
	Path string // customer.email, items[].sku, totals{}
	Type string // as a reader of the job's source would write it
}

// Bounds of the fields of one type: types come from jobs, and may contain themselves.
const (
	mostTypeFields = 2000
	mostTypeDepth  = 8
)

// typeFields are the fields of values that a serializer describes, parents before children; nil when it describes none: text, bytes, what only a
// job's own classes know. names are those of a table's row, which its serializer does not know.
func typeFields(d *event.Descriptor, names []string) []TypeField {
	w := &typeWalk{}
	d = unwrapped(d)
	if d.T == event.SerRowData && len(names) == len(d.Fields) {
		for i := range d.Fields {
			w.logical(PathName(names[i]), &d.Fields[i].Type, 1)
		}
		return w.found
	}
	w.members("", d, 1)
	return w.found
}

// unwrapped takes off what says nothing of the value.
func unwrapped(d *event.Descriptor) *event.Descriptor {
	for d.S != nil && (d.T == event.SerStreamElement || d.T == event.SerNullable || d.T == event.SerTTL) {
		d = d.S
	}
	return d
}

type typeWalk struct{ found []TypeField }

func (w *typeWalk) full(depth int) bool {
	return len(w.found) >= mostTypeFields || depth > mostTypeDepth
}

// members adds what is inside of a value at a path.
func (w *typeWalk) members(path string, d *event.Descriptor, depth int) {
	if d == nil || w.full(depth) {
		return
	}
	switch d = unwrapped(d); d.T {
	case event.SerPojo, event.SerCase, event.SerRow, event.SerTuple:
		for _, f := range d.Fields {
			if f.S != nil && !w.full(depth) {
				at := joinPath(path, PathName(f.Name))
				w.found = append(w.found, TypeField{at, f.S.TypeName()})
				w.members(at, f.S, depth+1)
			}
		}
	case event.SerRowData:
		for i := range d.Fields {
			w.logical(joinPath(path, PathName(d.Fields[i].Name)), &d.Fields[i].Type, depth)
		}
	case event.SerList, event.SerSet, event.SerArray:
		w.members(path+"[]", d.E, depth+1)
	case event.SerMap:
		w.members(path+"{}", d.V, depth+1)
	case event.SerOption:
		w.members(path, d.E, depth+1)
	case event.SerAvro:
		for _, f := range avroFields(d.Schema) {
			if !w.full(depth) {
				w.found = append(w.found, TypeField{joinPath(path, f.Path), f.Type})
			}
		}
	}
}

// logical adds a field of the table stack, and what is inside of it.
func (w *typeWalk) logical(at string, t *event.LogicalType, depth int) {
	if w.full(depth) {
		return
	}
	w.found = append(w.found, TypeField{at, logicalName(t)})
	w.inside(at, t, depth+1)
}

func (w *typeWalk) inside(at string, t *event.LogicalType, depth int) {
	switch {
	case w.full(depth):
	case len(t.Fields) > 0:
		for i := range t.Fields {
			w.logical(joinPath(at, PathName(t.Fields[i].Name)), &t.Fields[i].Type, depth)
		}
	case t.E != nil:
		w.inside(at+"[]", t.E, depth+1)
	case t.V != nil:
		w.inside(at+"{}", t.V, depth+1)
	}
}

func logicalName(t *event.LogicalType) string {
	switch {
	case t.T == "DECIMAL":
		return "DECIMAL" + digits(t.P, t.S)
	case t.E != nil && t.T == "ARRAY":
		return "ARRAY<" + logicalName(t.E) + ">"
	}
	return t.T
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// PathName writes a name as paths of fields have it: in quotes where it holds what has a meaning in them.
func PathName(name string) string {
	if strings.ContainsAny(name, `.[]{}*"~`) {
		return `"` + strings.ReplaceAll(name, `"`, `\"`) + `"`
	}
	return name
}
