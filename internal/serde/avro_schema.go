package serde

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// Limits of Avro schemas, which come from jobs, registries and files.
const (
	maxSchemaBytes = 4 << 20
	maxSchemaDepth = 64
	maxSchemaTypes = 100_000
)

var errSchema = errors.New("not a usable Avro schema")

// avroType is a node of a parsed schema. Named types are shared, so a schema that contains itself is a cycle of pointers.
type avroType struct {
	kind    string // null boolean int long float double bytes string fixed enum union array map record
	name    string // full name of named types, else the kind
	logical string
	scale   int         // of the logical type decimal
	size    int         // of fixed
	symbols []string    // of enum
	items   *avroType   // of array and map
	fields  []avroField // of record
	oneOf   []*avroType // of union
	tags    []string    // of record, enum and fixed: how the schema classifies its values
}

type avroField struct {
	name    string
	aliases []string // names that the field had before
	tags    []string
	typ     *avroType
}

// parseAvro reads a schema (Avro specification 1.12). Errors do not quote it.
func parseAvro(text string) (*avroType, error) {
	return parseAvroWith(text, nil)
}

// parseAvroWith reads a schema that uses the named types of references, each of which may use those before it.
func parseAvroWith(text string, references []event.SchemaReference) (*avroType, error) {
	p := avroParser{named: map[string]*avroType{}}
	for _, r := range references {
		if _, err := p.document(r.Text); err != nil {
			return nil, fmt.Errorf("a reference: %w", err)
		}
	}
	return p.document(text)
}

func (p *avroParser) document(text string) (*avroType, error) {
	if len(text) > maxSchemaBytes {
		return nil, fmt.Errorf("%w: longer than %d bytes", errSchema, maxSchemaBytes)
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		// A bare primitive name is written without quotes by some registries.
		if t, ok := primitive(strings.TrimSpace(text)); ok {
			return t, nil
		}
		return nil, fmt.Errorf("%w: not JSON", errSchema)
	}
	return p.parse(doc, "", 0)
}

type avroParser struct {
	named map[string]*avroType
	count int
}

func primitive(name string) (*avroType, bool) {
	switch name {
	case "null", "boolean", "int", "long", "float", "double", "bytes", "string":
		return &avroType{kind: name, name: name}, true
	}
	return nil, false
}

func (p *avroParser) parse(doc any, space string, depth int) (*avroType, error) {
	p.count++
	if depth > maxSchemaDepth || p.count > maxSchemaTypes {
		return nil, fmt.Errorf("%w: too deep or too many types", errSchema)
	}
	switch d := doc.(type) {
	case string:
		return p.byName(d, space)
	case []any:
		u := &avroType{kind: "union", name: "union"}
		for _, branch := range d {
			t, err := p.parse(branch, space, depth+1)
			if err != nil {
				return nil, err
			}
			u.oneOf = append(u.oneOf, t)
		}
		return u, nil
	case map[string]any:
		return p.complexType(d, space, depth)
	}
	return nil, fmt.Errorf("%w: neither name, union nor object", errSchema)
}

func (p *avroParser) byName(name, space string) (*avroType, error) {
	if t, ok := primitive(name); ok {
		return t, nil
	}
	if t := p.named[fullName(name, space)]; t != nil {
		return t, nil
	}
	if t := p.named[name]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("%w: a type name is not defined before its use", errSchema)
}

func fullName(name, space string) string {
	if space == "" || strings.Contains(name, ".") {
		return name
	}
	return space + "." + name
}

func (p *avroParser) complexType(d map[string]any, space string, depth int) (*avroType, error) {
	kind, ok := d["type"].(string)
	if !ok { // {"type": {...}} and {"type": [...]} wrap a type
		return p.parse(d["type"], space, depth+1)
	}
	t := &avroType{kind: kind, name: kind}
	t.logical, _ = d["logicalType"].(string)
	t.scale = jsonInt(d["scale"])
	switch kind {
	case "record", "error", "enum", "fixed":
		return t, p.namedType(t, d, space, depth)
	case "array", "map":
		of := "items"
		if kind == "map" {
			of = "values"
		}
		var err error
		t.items, err = p.parse(d[of], space, depth+1)
		return t, err
	}
	if _, ok := primitive(kind); ok {
		return t, nil
	}
	return p.byName(kind, space)
}

func (p *avroParser) namedType(t *avroType, d map[string]any, space string, depth int) error {
	name, _ := d["name"].(string)
	if own, ok := d["namespace"].(string); ok {
		space = own
	}
	if name == "" {
		return fmt.Errorf("%w: a named type without a name", errSchema)
	}
	t.name = fullName(name, space)
	if dot := strings.LastIndexByte(t.name, '.'); dot >= 0 {
		space = t.name[:dot]
	}
	p.named[t.name] = t
	for _, alias := range texts(d["aliases"]) {
		if a := fullName(alias, space); p.named[a] == nil {
			p.named[a] = t
		}
	}
	t.tags = schemaTags(d)
	switch t.kind {
	case "enum":
		t.symbols = texts(d["symbols"])
	case "fixed":
		t.size = jsonInt(d["size"])
	default:
		t.kind = "record"
		fs, _ := d["fields"].([]any)
		for _, f := range fs {
			fm, _ := f.(map[string]any)
			fieldName, _ := fm["name"].(string)
			ft, err := p.parse(fm["type"], space, depth+1)
			if err != nil {
				return err
			}
			t.fields = append(t.fields, avroField{fieldName, texts(fm["aliases"]), schemaTags(fm), ft})
		}
	}
	return nil
}

// texts is a list of texts; what is no text in it is the empty one, so that places stay.
func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		text, _ := e.(string)
		out = append(out, text)
	}
	return out
}

// jsonInt is v as a number between 0 and 2³¹ − 1, else 0.
func jsonInt(v any) int {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	i, err := n.Int64()
	if err != nil || i < 0 || i > 1<<31-1 {
		return 0
	}
	return int(i)
}
