package openlineage

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func datasets(o object, name string) (list []Dataset, err *Fault) {
	items, err := o.list(name)
	if err != nil {
		return nil, err
	}
	if len(items) > mostDatasets {
		return nil, &Fault{o.pointer(name), fmt.Sprintf("it has more than %d datasets", mostDatasets)}
	}
	for i, raw := range items {
		x, err := objectOf(raw, o.pointer(name)+"/"+strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		d, err := readDataset(x)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

func readDataset(x object) (d Dataset, err *Fault) {
	if d.Namespace, err = x.name("namespace"); err != nil {
		return d, err
	}
	if d.Name, err = x.name("name"); err != nil {
		return d, err
	}
	facets, _, err := x.below("facets")
	if err != nil {
		return d, err
	}
	if d.Doc, d.Owners, err = common(facets); err != nil {
		return d, err
	}
	if f, ok, err := facets.below("schema"); err != nil {
		return d, err
	} else if ok {
		d.HasSchema = true
		if err := d.fields(f, "", 1); err != nil {
			return d, err
		}
	}
	if f, ok, err := facets.below("columnLineage"); err != nil {
		return d, err
	} else if ok {
		d.HasColumns = true
		if err := d.columns(f); err != nil {
			return d, err
		}
	}
	f, ok, err := facets.below("symlinks")
	if err != nil || !ok {
		return d, err
	}
	items, err := f.list("identifiers")
	if err != nil {
		return d, err
	}
	for i, raw := range items[:min(len(items), 100)] {
		s, err := objectOf(raw, f.pointer("identifiers")+"/"+strconv.Itoa(i))
		if err != nil {
			return d, err
		}
		var id Identifier
		if id.Namespace, err = s.name("namespace"); err != nil {
			return d, err
		}
		if id.Name, err = s.name("name"); err != nil {
			return d, err
		}
		d.Symlinks = append(d.Symlinks, id)
	}
	return d, nil
}

func (d *Dataset) fields(o object, parent string, depth int) *Fault {
	items, err := o.list("fields")
	if err != nil {
		return err
	}
	if depth > mostNesting {
		return &Fault{o.pointer("fields"), fmt.Sprintf("fields are more than %d deep", mostNesting)}
	}
	for i, raw := range items {
		x, err := objectOf(raw, o.pointer("fields")+"/"+strconv.Itoa(i))
		if err != nil {
			return err
		}
		var f Field
		if f.Path, err = x.name("name"); err != nil {
			return err
		}
		if f.Path = pathName(f.Path); parent != "" {
			f.Path = parent + "." + f.Path
		}
		if f.Type, err = x.text("type"); err != nil {
			return err
		}
		if f.Doc, err = x.text("description"); err != nil {
			return err
		}
		if d.Fields = append(d.Fields, f); len(d.Fields) > mostFields {
			return &Fault{o.pointer("fields"), fmt.Sprintf("there are more than %d fields", mostFields)}
		}
		if err := d.fields(x, f.Path, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// pathName writes a name as paths of fields have it.
func pathName(name string) string {
	if strings.ContainsAny(name, `[]{}*"~`) {
		return `"` + strings.ReplaceAll(name, `"`, `\"`) + `"`
	}
	return name // a dot parts steps, as integrations write nested fields
}

func (d *Dataset) columns(f object) *Fault {
	fields, ok, err := f.below("fields")
	if err != nil || !ok {
		return err
	}
	if len(fields.members) > mostFields {
		return &Fault{f.pointer("fields"), fmt.Sprintf("there are more than %d fields", mostFields)}
	}
	for _, name := range slices.Sorted(maps.Keys(fields.members)) {
		x, err := objectOf(fields.members[name], fields.pointer(name))
		if err != nil {
			return err
		}
		items, err := x.list("inputFields")
		if err != nil {
			return err
		}
		c := Column{Field: pathName(name)}
		for i, raw := range items[:min(len(items), 1000)] {
			s, err := columnSource(raw, x.pointer("inputFields")+"/"+strconv.Itoa(i))
			if err != nil {
				return err
			}
			c.From = append(c.From, s)
		}
		d.Columns = append(d.Columns, c)
	}
	return nil
}

func columnSource(raw json.RawMessage, at string) (s ColumnSource, err *Fault) {
	x, err := objectOf(raw, at)
	if err != nil {
		return s, err
	}
	if s.Namespace, err = x.name("namespace"); err != nil {
		return s, err
	}
	if s.Name, err = x.name("name"); err != nil {
		return s, err
	}
	if s.Field, err = x.name("field"); err != nil {
		return s, err
	}
	s.Field = pathName(s.Field)
	items, err := x.list("transformations")
	if err != nil || len(items) == 0 {
		return s, err
	}
	t, err := objectOf(items[0], x.pointer("transformations")+"/0")
	if err != nil {
		return s, err
	}
	s.How, err = t.text("subtype")
	return s, err
}
