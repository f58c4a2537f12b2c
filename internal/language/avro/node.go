package avro

import "strings"

// kind is a type of Avro.
type kind uint8

const (
	kindNull kind = iota
	kindBoolean
	kindInt
	kindLong
	kindFloat
	kindDouble
	kindBytes
	kindString
	kindArray
	kindMap
	kindFixed
	kindEnum
	kindRecord
	kindUnion
)

var kindNames = [...]string{"null", "boolean", "int", "long", "float", "double", "bytes", "string", "array", "map", "fixed", "enum", "record", "union"}

func (k kind) String() string { return kindNames[k] }

// primitives by their names.
var primitives = map[string]kind{
	"null": kindNull, "boolean": kindBoolean, "int": kindInt, "long": kindLong, "float": kindFloat, "double": kindDouble,
	"bytes": kindBytes, "string": kindString,
}

func (k kind) primitive() bool { return k <= kindString }
func (k kind) named() bool     { return k == kindFixed || k == kindEnum || k == kindRecord }

// node is a type at one place of a schema. Named types are one node for all that refer to them; everything else is a node for each place,
// as in Java, whose verdicts remember pairs by identity.
type node struct {
	kind     kind
	name     typeName // of a named type
	doc      *string
	aliases  []typeName
	fields   []*field
	byName   map[string]*field
	items    *node // of an array, or the values of a map
	branches []*node
	symbols  []string
	known    map[string]bool // symbols
	fallback string          // default of an enum, empty without one
	size     int64
	failure  bool // written as "error" instead of "record"
	props    []jsonMember
	logical  logicalType
	forward  string // of a record that stands for a type that is defined further on: its full name
}

// typeName is a name with its namespace, empty for none.
type typeName struct{ short, space string }

func (n typeName) full() string {
	if n.space == "" {
		return n.short
	}
	return n.space + "." + n.short
}

// splitName reads a name as Java does: what is before the last dot is the namespace, and only without a dot the given one is.
func splitName(name, space string) typeName {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		return typeName{name[dot+1:], name[:dot]}
	}
	return typeName{name, space}
}

// seenFrom is the name as it is written within a namespace. A name that is a type's is never left alone.
func (n typeName) seenFrom(space string) string {
	if n.space != "" && n.space == space {
		for _, k := range kindNames {
			if k == n.short {
				return n.full()
			}
		}
		return n.short
	}
	return n.full()
}

// field of a record.
type field struct {
	name    string
	typ     *node
	doc     *string
	preset  *jsonValue // default, nil without one
	order   string     // as the text has it in lower case, empty for ascending
	aliases []string   // without doubles
	props   []jsonMember
	index   int
	at      *place // in the text
	offset  int
}

// fullName is what a branch of a union is told apart by.
func (n *node) fullName() string {
	if n.kind.named() {
		return n.name.full()
	}
	return n.kind.String()
}

// aliasNames are the full names of a named type's aliases. An alias without a namespace of a type with one is ".name", which equals no
// name: so it is in Java.
func (n *node) aliasNames() []string {
	var out []string
	for _, a := range n.aliases {
		full := a.full()
		if a.space == "" && n.name.space != "" {
			full = "." + a.short
		}
		out = append(out, full)
	}
	return out
}

// prop gives a custom property.
func prop(props []jsonMember, name string) *jsonValue {
	for i := range props {
		if props[i].name == name {
			return props[i].value
		}
	}
	return nil
}

// place is a place in a schema, from its end to the root.
type place struct {
	up    *place
	token string
}

func (p *place) below(token string) *place { return &place{p, token} }

// tokens are what leads to the place from the root.
func (p *place) tokens() []string {
	n := 0
	for at := p; at != nil; at = at.up {
		n++
	}
	out := make([]string, n)
	for at := p; at != nil; at = at.up {
		n--
		out[n] = at.token
	}
	return out
}

// pointer is the place as Avro writes it: a JSON pointer, but "/" for the root.
func (p *place) pointer() string {
	if p == nil {
		return "/"
	}
	var b strings.Builder
	for _, token := range p.tokens() {
		b.WriteByte('/')
		if strings.ContainsAny(token, "~/") {
			token = strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
		}
		b.WriteString(token)
	}
	return b.String()
}

// path is the place as language.Field has it, if its tokens are names, [] and {}.
func (p *place) path() string {
	var b strings.Builder
	for _, token := range p.tokens() {
		if b.Len() > 0 && token != "[]" && token != "{}" {
			b.WriteByte('.')
		}
		b.WriteString(token)
	}
	return b.String()
}
