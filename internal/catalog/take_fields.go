package catalog

import (
	"slices"
	"strings"
)

const (
	dropFields = "DELETE FROM catalog_field WHERE stream = ? AND origin = ?"
	putField   = "INSERT INTO catalog_field (stream, part, path, origin, place, type, optional, doc, tags, rule) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	putChange  = "INSERT INTO catalog_change (id, entity, path, attribute, by_id, by_name, at_us, reason, before, after, proposal) " +
		"SELECT COALESCE(MAX(id), 0) + 1, ?, ?, ?, ?, ?, CAST(? AS BIGINT), ?, ?, ?, ? FROM catalog_change"
)

// fieldsAttribute is what history calls the fields of a stream.
const fieldsAttribute Attribute = "fields"

// byCatalog is who changes what evidence tells.
const byCatalog = "service:catalog"

// planFields writes the fields of an origin where they are others than before, and what became of them into the history.
func (c *Catalog) planFields(steps []step, set FieldSet) []step {
	var old []Field
	if n := c.nodes[set.Stream]; n != nil {
		for _, f := range n.fields {
			if f.Origin == set.Origin {
				old = append(old, f)
			}
		}
	}
	for i := range set.Fields {
		set.Fields[i].Origin = set.Origin
	}
	set.Fields = each(set.Fields)
	if slices.EqualFunc(old, set.Fields, equalFields) {
		return steps
	}
	steps = append(steps, step{query: dropFields, args: []any{string(set.Stream), set.Origin}})
	for i, f := range set.Fields {
		optional := int64(0)
		if f.Optional {
			optional = 1
		}
		steps = append(steps, step{query: putField, args: []any{string(set.Stream), string(f.Part), f.Path, f.Origin, int64(i), f.Type, optional, f.Doc, list(f.Tags), f.Rule}})
	}
	if len(old) > 0 {
		if before, after := differing(old, set.Fields), differing(set.Fields, old); len(before)+len(after) > 0 {
			steps = append(steps, step{query: putChange, args: []any{string(set.Stream), "", string(fieldsAttribute), byCatalog, "the catalog", micros(c.Now()), set.Origin, list(before), list(after), ""}})
		}
	}
	return append(steps, step{apply: func() {
		n := c.nodes[set.Stream]
		if n == nil {
			return
		}
		n.fields = append(slices.DeleteFunc(slices.Clone(n.fields), func(f Field) bool { return f.Origin == set.Origin }), set.Fields...)
		c.retag(n)
	}})
}

// each leaves out what stands there twice.
func each(fields []Field) []Field {
	seen := make(map[string]bool, len(fields))
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool {
		k := string(f.Part) + "\x00" + f.Path
		again := seen[k] || f.Path == ""
		seen[k] = true
		return again
	})
}

func equalFields(a, b Field) bool {
	return a.Part == b.Part && a.Path == b.Path && a.Type == b.Type && a.Optional == b.Optional && a.Doc == b.Doc && a.Rule == b.Rule && slices.Equal(a.Tags, b.Tags)
}

// differing are the fields that others has not, or has otherwise, each in one line.
func differing(fields, others []Field) (lines []string) {
	has := make(map[string]bool, len(others))
	for i := range others {
		has[fieldLine(&others[i])] = true
	}
	for i := range fields {
		if line := fieldLine(&fields[i]); !has[line] {
			lines = append(lines, line)
		}
	}
	return lines
}

func fieldLine(f *Field) string {
	var b strings.Builder
	if f.Part == Key {
		b.WriteString("key ")
	}
	b.WriteString(f.Path)
	if f.Type != "" {
		b.WriteString(" " + f.Type)
	}
	if f.Optional {
		b.WriteString(", optional")
	}
	return b.String()
}
