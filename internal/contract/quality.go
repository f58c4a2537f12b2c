package contract

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// quality reads the quality of a stream or a property. about is the property in ids of checks; empty: the stream.
func (b *builder) quality(p part, path Path, about string) {
	for _, q := range p.at("quality").list() {
		kind := q.text("type")
		if kind == "" {
			kind = "library"
		}
		c := Check{Path: path, Name: q.text("name")}
		if x := q.at("severity"); x.there() {
			c.Severity = b.severity(x)
		}
		switch kind {
		case "library":
			b.library(q, c, about)
		case "custom":
			b.rule(q, c, about)
		default:
			b.note(q, "quality of type %s is for people to read: nobody checks it here", kind)
		}
	}
}

func (b *builder) named(about, what string) string {
	if about == "" {
		return what
	}
	return about + "/" + what
}

// rule reads a rule of Sightglass's own: CEL that holds for good records.
func (b *builder) rule(q part, c Check, about string) {
	if engine := q.text("engine"); engine != "sightglass" {
		b.note(q, "quality of engine %s is not checked here", engine)
		return
	}
	x := q.at("implementation")
	if !x.is(yaml.ScalarNode) {
		b.fail(x, "the implementation of a rule is CEL over key, value and headers, as text")
		return
	}
	e, err := ReadExpression(x.value())
	if err != nil {
		b.fail(x, "%s", err.Error())
		return
	}
	c.Kind, c.Expression = Rule, e
	c.Limit = b.limit(q)
	name := slug(q.text("id"))
	if name == "" {
		name = slug(c.Name)
	}
	says := c.Name
	if says == "" {
		says = strings.Join(strings.Fields(x.value()), " ")
	}
	if name == "" {
		name = "rule"
	}
	b.add(q, c, b.named(about, name), says)
}

// slug is a name as a part of an id.
func slug(s string) string {
	var out strings.Builder
	for _, c := range strings.ToLower(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			out.WriteRune(c)
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
	}
	return strings.TrimSuffix(out.String()[:min(out.Len(), 60)], "-")
}

var operators = []struct{ name, says string }{
	{"mustBe", "is"}, {"mustNotBe", "is not"}, {"mustBeGreaterThan", "is more than"}, {"mustBeGreaterOrEqualTo", "is at least"}, {"mustBeLessThan", "is less than"},
	{"mustBeLessOrEqualTo", "is at most"}, {"mustBeBetween", "is from"}, {"mustNotBeBetween", "is not from"},
}

// limit reads an operator; nil: there is none.
func (b *builder) limit(q part) *Limit {
	for _, o := range operators {
		x := q.at(o.name)
		if !x.there() {
			continue
		}
		l := &Limit{Op: o.name, Percent: strings.EqualFold(q.text("unit"), "percent") || q.text("unit") == "%"}
		if pair := x.list(); len(pair) == 2 {
			l.A, _ = b.number(pair[0], o.name)
			l.B, _ = b.number(pair[1], o.name)
			if l.A > l.B {
				b.fail(x, "the smaller number comes first")
			}
			return l
		}
		l.A, _ = b.number(x, o.name)
		return l
	}
	return nil
}

func (l *Limit) says() string {
	for _, o := range operators {
		if o.name != l.Op {
			continue
		}
		s := o.says + " " + trimmed(l.A)
		if strings.HasSuffix(l.Op, "Between") {
			s += " to " + trimmed(l.B)
		}
		if l.Percent {
			s += " %"
		}
		return s
	}
	return ""
}

// library reads a check of the standard's own.
func (b *builder) library(q part, c Check, about string) {
	metric := q.text("metric")
	c.Limit = b.limit(q)
	args := q.at("arguments")
	says := func(what string) string { return fmt.Sprintf("the number of %s in a minute %s", what, c.Limit.says()) }
	of := c.Path.String()
	switch {
	case c.Limit == nil:
		b.fail(q, "%s wants an operator, as mustBe: 0", metric)
	case metric == "rowCount":
		c.Kind = RowCount
		if about != "" || c.Limit.Percent {
			b.fail(q, "rowCount is of a stream, in rows")
			return
		}
		b.add(q, c, "row-count", says("records"))
	case metric == "duplicateValues" && c.Path.listed():
		b.fail(q, "what is in a list is not unique from record to record")
	case metric == "duplicateValues":
		c.Kind, c.Within, c.Paths = Unique, b.span, []Path{c.Path}
		if about == "" {
			c.Paths = nil
			for _, x := range args.at("properties").list() {
				c.Paths = append(c.Paths, b.known(x))
			}
			if len(c.Paths) == 0 {
				b.fail(q, "duplicateValues of a stream names properties: arguments: {properties: [a, b]}")
				return
			}
			of = "these"
		}
		b.add(q, c, b.named(about, "duplicates"), says("duplicates of "+of))
	case about == "":
		b.fail(q, "%s is of a property; of a stream there are rowCount and duplicateValues", metric)
	case metric == "nullValues":
		c.Kind = Required
		b.add(q, c, b.named(about, "nulls"), says("nulls of "+of))
	case metric == "missingValues":
		c.Kind = Missing
		b.set(&c, args.at("missingValues"))
		b.add(q, c, b.named(about, "missing"), says("missing values of "+of))
	case metric == "invalidValues":
		b.invalid(q, c, args, about, says("invalid values of "+of))
	}
}

// known finds a property of the stream by its name.
func (b *builder) known(x part) Path {
	for _, f := range b.s.Fields {
		if f.Path.String() == x.value() || f.Path.Steps == x.value() {
			return f.Path
		}
	}
	b.fail(x, "the stream has no property %s", x.value())
	return Path{}
}

// invalid is a set, a pattern, or lengths and numbers.
func (b *builder) invalid(q part, c Check, args part, about, says string) {
	n := len(b.s.Checks)
	if x := args.at("validValues"); x.there() {
		k := c
		k.Kind = Values
		b.set(&k, x)
		b.add(q, k, b.named(about, "values"), says+": one of "+listOf(x))
	}
	if x := args.at("pattern"); x.there() {
		k := c
		re, err := regexp.Compile(x.value())
		if err != nil || len(x.value()) > 1000 {
			b.fail(x, "it is no pattern that is read here: RE2's syntax, at most 1,000 characters, without look-around and back-references")
			return
		}
		k.Kind, k.Pattern = Pattern, re
		b.add(q, k, b.named(about, "valid-pattern"), says+": those that match "+x.value())
	}
	if n == len(b.s.Checks) {
		b.fail(q, "invalidValues wants arguments: validValues, a list, or pattern")
	}
}

func listOf(x part) string {
	var words []string
	for _, v := range x.list() {
		if len(words) == 8 {
			return strings.Join(words, ", ") + fmt.Sprintf(" and %d more", len(x.list())-8)
		}
		words = append(words, v.n.Value)
	}
	return strings.Join(words, ", ")
}

// set reads values: texts, numbers and truths are told apart, as YAML tells them.
func (b *builder) set(c *Check, x part) {
	c.Texts, c.Numbers, c.Truths = map[string]bool{}, map[float64]bool{}, map[bool]bool{}
	if !x.is(yaml.SequenceNode) || len(x.n.Content) > 10_000 {
		b.fail(x, "this is a list of at most 10,000 values")
		return
	}
	for _, v := range x.list() {
		if v.n.Kind != yaml.ScalarNode {
			b.fail(v, "a value is text, a number or a truth")
			continue
		}
		switch s := scalar(v.n).(type) {
		case string:
			c.Texts[s] = true
		case int64:
			c.Numbers[float64(s)] = true
		case float64:
			c.Numbers[s] = true
		case bool:
			c.Truths[s] = true
		}
	}
}
