package contract

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/sightglass/sightglass/internal/document"
)

//go:embed odcs-3.1.0.json
var standardText string

// standard is the JSON Schema of ODCS 3.1.0.
var standard = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(standardText))
	if err != nil {
		return nil, fmt.Errorf("reading the schema of ODCS: %w", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("odcs-3.1.0.json", doc); err != nil {
		return nil, fmt.Errorf("reading the schema of ODCS: %w", err)
	}
	return c.Compile("odcs-3.1.0.json")
})

// validate holds a document against the standard's own schema.
func validate(root *yaml.Node) Problems {
	value, problems := plain(root)
	if len(problems) > 0 {
		return problems
	}
	s, err := standard()
	if err != nil {
		return Problems{{Line: 1, Text: err.Error()}}
	}
	var bad *jsonschema.ValidationError
	if err := s.Validate(value); errors.As(err, &bad) {
		for _, e := range meant(leaves(bad, nil)) {
			n := found(root, e.InstanceLocation)
			problems = append(problems, Problem{pointer(e.InstanceLocation), max(1, n.Line), n.Column, saidOf(e)})
		}
	}
	return problems.sorted()
}

// leaves are the errors that say something by themselves. Of alternatives none of which fits, the whole is named: what each of them lacks would
// be a list of what nobody meant.
func leaves(e *jsonschema.ValidationError, list []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	switch e.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		return append(list, e)
	}
	if len(e.Causes) == 0 {
		return append(list, e)
	}
	for _, c := range e.Causes {
		list = leaves(c, list)
	}
	return list
}

// members are the names of all members that ODCS knows anywhere.
var members = sync.OnceValue(func() map[string]bool {
	var doc any
	known := map[string]bool{}
	_ = json.Unmarshal([]byte(standardText), &doc) // standard tells when it is none
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if all, ok := v["properties"].(map[string]any); ok {
				for name := range all {
					known[name] = true
				}
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(doc)
	return known
})

// meant leaves out what follows from another mistake: where one member is wrong, the standard's schema takes those beside it for unknown. Members
// that ODCS does not have at all, and mistakes of other kinds, are what was meant.
func meant(all []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	known := members()
	var out []*jsonschema.ValidationError
	for _, e := range all {
		if _, unknown := e.ErrorKind.(*kind.FalseSchema); unknown && (len(e.InstanceLocation) == 0 || known[e.InstanceLocation[len(e.InstanceLocation)-1]]) {
			continue
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return all
	}
	return out
}

var english = message.NewPrinter(language.English)

func saidOf(e *jsonschema.ValidationError) string {
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		return "it lacks " + strings.Join(k.Missing, ", ")
	case *kind.AdditionalProperties:
		return "ODCS has no member " + strings.Join(k.Properties, ", ") + " here"
	case *kind.FalseSchema:
		return fmt.Sprintf("ODCS has no member %s here", last(e.InstanceLocation))
	case *kind.Enum:
		return fmt.Sprintf("it is none of %s", listed(k.Want))
	case *kind.OneOf, *kind.AnyOf:
		if slices.Contains(e.InstanceLocation, "quality") {
			return "it wants one operator: mustBe, mustNotBe, mustBeGreaterThan, mustBeGreaterOrEqualTo, mustBeLessThan, mustBeLessOrEqualTo, mustBeBetween or mustNotBeBetween"
		}
		return "it fits none of the forms that ODCS has for it"
	}
	return e.ErrorKind.LocalizedString(english)
}

func listed(of []any) string {
	words := make([]string, len(of))
	for i, x := range of {
		raw, _ := json.Marshal(x) // constants of the schema
		words[i] = strings.Trim(string(raw), `"`)
	}
	return strings.Join(words, ", ")
}

// Bounds of a document once its aliases are written out.
const (
	mostNodes   = 50_000
	mostNesting = 60
)

// plain makes of a node what a JSON Schema is asked about.
func plain(root *yaml.Node) (any, Problems) {
	p := plainer{}
	v := p.of(root, nil)
	return v, p.problems.sorted()
}

type plainer struct {
	seen     int
	problems Problems
	full     bool
}

func (p *plainer) fail(n *yaml.Node, steps []string, text string) {
	p.problems = append(p.problems, Problem{pointer(steps), max(1, n.Line), n.Column, text})
}

func (p *plainer) of(n *yaml.Node, steps []string) any {
	if p.seen++; p.full || p.seen > mostNodes || len(steps) > mostNesting {
		if !p.full {
			p.fail(n, nil, fmt.Sprintf("a contract has at most %d parts, %d deep, with aliases written out", mostNodes, mostNesting))
		}
		p.full = true
		return nil
	}
	n = document.Follow(n)
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i]
			switch _, twice := m[name.Value]; {
			case name.Kind != yaml.ScalarNode:
				p.fail(name, steps, "the name of a member is one word")
				continue
			case name.Tag == "!!merge":
				p.fail(name, steps, "members are written out: << is not read")
				continue
			case twice:
				p.fail(name, steps, fmt.Sprintf("%q is there twice", name.Value))
			}
			m[name.Value] = p.of(n.Content[i+1], append(slices.Clone(steps), name.Value))
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, x := range n.Content {
			list[i] = p.of(x, append(slices.Clone(steps), fmt.Sprint(i)))
		}
		return list
	}
	return scalar(n)
}

// scalar is a number, a truth, null or text; what YAML takes for a time is the text that it was written as.
func scalar(n *yaml.Node) any {
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return b
		}
	case "!!int":
		var i int64
		if n.Decode(&i) == nil {
			return i
		}
		fallthrough
	case "!!float":
		var f float64
		if n.Decode(&f) == nil {
			return f
		}
	}
	return n.Value
}

func last(steps []string) string {
	if len(steps) == 0 {
		return "of that name"
	}
	return steps[len(steps)-1]
}
