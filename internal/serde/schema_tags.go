package serde

import (
	"slices"
	"strings"
)

// Tagged says that a schema classifies the values at a path. Path is in the form of masking rules: members joined by dots, [] for any
// element of a list, {} for any value of a map, ** for any number of steps where a type contains itself; "" is the whole value. A name
// that is more than letters, digits, dashes and underscores is in quotes.
type Tagged struct {
	Path string
	Tags []string // as the schema has them, in order and without doubles
}

const (
	maxTagDepth = 16     // levels below the root: schemas contain themselves
	maxTagged   = 10_000 // paths of one schema
	maxVisits   = 100_000
)

// tagPaths collects the tagged places of a schema.
type tagPaths struct {
	found  []Tagged
	steps  []string
	visits int  // types that refer to each other in a circle have more paths than can be walked
	full   bool // something was left out
}

// at records tags of the place that steps lead to.
func (p *tagPaths) at(tags []string) {
	p.visits++
	if len(tags) == 0 || p.spent() {
		return
	}
	path := strings.Join(p.steps, "")
	path = strings.TrimPrefix(path, ".")
	for i := range p.found {
		if p.found[i].Path == path {
			for _, t := range tags {
				if !slices.Contains(p.found[i].Tags, t) {
					p.found[i].Tags = append(p.found[i].Tags, t)
				}
			}
			return
		}
	}
	p.found = append(p.found, Tagged{Path: path, Tags: slices.Clone(tags)})
}

// spent ends the walk.
func (p *tagPaths) spent() bool {
	if p.visits > maxVisits || len(p.found) >= maxTagged {
		p.full = true
	}
	return p.full && p.visits > maxVisits || len(p.found) >= maxTagged
}

// below runs visit one step further down.
func (p *tagPaths) below(step string, visit func()) {
	if p.spent() || len(p.steps) >= maxTagDepth {
		p.full = true
		return
	}
	p.steps = append(p.steps, step)
	visit()
	p.steps = p.steps[:len(p.steps)-1]
}

func memberStep(name string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-'
	}
	if strings.TrimFunc(name, plain) == "" && name != "" {
		return "." + name
	}
	return `."` + quotedName.Replace(name) + `"`
}

var quotedName = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// schemaTags reads the tags of an object of an Avro or JSON schema: confluent:tags, and tags as people write them by hand. One text
// stands for a list of one.
func schemaTags(d map[string]any) []string {
	var out []string
	for _, member := range []string{"confluent:tags", "tags"} {
		list := texts(d[member])
		if one, ok := d[member].(string); ok {
			list = []string{one}
		}
		for _, t := range list {
			if t != "" && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// inside is within and t, a type with members. The second time that a path enters t the walk goes on behind **, which stands for this
// level and all further ones; the third time it ends.
func inside[T comparable](p *tagPaths, within []T, t T, walk func(within []T)) {
	times := 0
	for _, w := range within {
		if w == t {
			times++
		}
	}
	within = append(slices.Clip(within), t)
	switch times {
	case 0:
		walk(within)
	case 1:
		p.below(".**", func() { walk(within) })
	}
}

// avro walks a schema.
func (p *tagPaths) avro(t *avroType, within []*avroType) {
	p.at(t.tags)
	switch t.kind {
	case "array":
		p.below("[]", func() { p.avro(t.items, within) })
	case "map":
		p.below("{}", func() { p.avro(t.items, within) })
	case "union":
		for _, branch := range t.oneOf {
			p.avro(branch, within)
		}
	case "record":
		inside(p, within, t, func(within []*avroType) {
			for _, f := range t.fields {
				p.below(memberStep(f.name), func() {
					p.at(f.tags)
					p.avro(f.typ, within)
				})
			}
		})
	}
}

// protobuf walks a message type.
func (p *tagPaths) protobuf(m *protoMessage, within []*protoMessage) {
	p.at(m.tags)
	inside(p, within, m, func(within []*protoMessage) {
		for _, f := range m.ordered {
			p.below(memberStep(f.name), func() {
				p.at(f.tags)
				switch {
				case f.entry():
					if v := f.message.fields[2]; v != nil && v.message != nil {
						p.below("{}", func() { p.protobuf(v.message, within) })
					}
				case f.message == nil:
				case f.list:
					p.below("[]", func() { p.protobuf(f.message, within) })
				default:
					p.protobuf(f.message, within)
				}
			})
		}
	})
}
