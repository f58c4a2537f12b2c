package contract

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// field reads a property and those within it.
func (b *builder) field(p part, of Path, depth int) {
	name := p.text("physicalName")
	if name == "" {
		name = p.text("name")
	}
	own := b.custom(p, "a property", map[string]func(part){
		"sightglass.part": nil, "sightglass.ordered": nil, "sightglass.eventTime": nil, "sightglass.objective": nil, "sightglass.severity": nil, "sightglass.span": nil,
	})
	path := of.below(name)
	if x := own["sightglass.part"]; x.there() {
		switch {
		case depth > 0:
			b.fail(x, "only a property of the stream itself may be in another part of the record")
		case x.value() == "key" && p.text("logicalType") == "object":
			path = Path{Part: PartKey}
		case x.value() == "key":
			path = Path{Part: PartKey} // the key is the value itself
		case x.value() == "key.member":
			path = Path{PartKey, name}
		case x.value() == "header":
			path = Path{PartHeaders, name}
		default:
			b.fail(x, "sightglass.part is key (the property is the record's key), key.member (a member of it) or header")
		}
	}
	if strings.Contains(name, ".") && path.Part != PartHeaders {
		b.fail(p.at("name"), "the name of a property has no dots: what is within another stands among its properties")
	}
	f := Field{
		Path: path, LogicalType: p.text("logicalType"), PhysicalType: p.text("physicalType"), Description: strings.TrimSpace(p.text("description")), Classification: p.text("classification"),
		Required: p.truth("required"), Unique: p.truth("unique"), Key: p.truth("primaryKey"), Line: p.line(),
	}
	b.s.Fields = append(b.s.Fields, f)
	at := fieldChecks{b, p, f, own}
	at.all()
	if depth > 20 {
		b.fail(p, "properties are at most 20 deep")
		return
	}
	for _, x := range p.at("properties").list() {
		b.field(x, path, depth+1)
	}
	if items := p.at("items"); items.there() {
		b.items(items, path.below(Each), depth+1)
	}
}

// items are the entries of a list: they have no name.
func (b *builder) items(p part, path Path, depth int) {
	if t := p.text("logicalType"); t != "" && t != "object" {
		b.s.Fields = append(b.s.Fields, Field{Path: path, LogicalType: t, PhysicalType: p.text("physicalType"), Line: p.line()})
		at := fieldChecks{b, p, b.s.Fields[len(b.s.Fields)-1], nil}
		at.typed()
		at.options()
		b.quality(p, path, path.String())
	}
	for _, x := range p.at("properties").list() {
		b.field(x, path, depth+1)
	}
	if more := p.at("items"); more.there() && depth < 20 {
		b.items(more, path.below(Each), depth+1)
	}
}

// fieldChecks makes the checks of one property.
type fieldChecks struct {
	b   *builder
	p   part
	f   Field
	own map[string]part
}

func (c *fieldChecks) add(p part, k Check, about, says string) {
	k.Path = c.f.Path
	if (k.Kind == Unique || k.Kind == Ordering) && c.f.Path.listed() {
		c.b.fail(p, "what is in a list is neither unique nor ordered from record to record")
		return
	}
	if x := c.own["sightglass.severity"]; x.there() {
		k.Severity = c.b.severity(x)
	}
	if x := c.own["sightglass.objective"]; x.there() {
		k.Objective = c.b.reader.objective(x)
	}
	c.b.add(p, k, c.f.Path.String()+"/"+about, c.f.Path.String()+" "+says)
}

func (c *fieldChecks) all() {
	c.typed()
	if c.f.Required || c.f.Key {
		c.add(c.p, Check{Kind: Required}, "required", "is there and not null")
	}
	if c.f.Unique {
		within := c.b.span
		if x := c.own["sightglass.span"]; x.there() {
			if d, ok := c.b.reader.span(x, "", "a span"); ok {
				within = d
			}
		}
		c.add(c.p, Check{Kind: Unique, Paths: []Path{c.f.Path}, Within: within}, "unique", "occurs once within "+words(within))
	}
	if c.f.Key && c.f.Path.listed() {
		c.b.fail(c.p, "what is in a list is no key")
	} else if c.f.Key {
		position, err := strconv.Atoi(c.p.text("primaryKeyPosition"))
		if err != nil || position < 0 {
			position = len(c.b.primary) + 1
		}
		c.b.primary = append(c.b.primary, primary{len(c.b.primary), c.f.Path, position})
	}
	if x := c.own["sightglass.eventTime"]; x.value() == "true" && c.f.Path.listed() {
		c.b.fail(x, "what is in a list is no event time")
	} else if x.value() == "true" {
		c.b.event = append(c.b.event, c.f.Path)
	}
	switch x := c.own["sightglass.ordered"]; x.value() {
	case "":
	case "key":
		c.add(x, Check{Kind: Ordering, ByKey: true}, "ordering", "never goes back among the records of a key")
	case "partition":
		c.add(x, Check{Kind: Ordering}, "ordering", "never goes back within a partition")
	default:
		c.b.fail(x, "sightglass.ordered is key or partition")
	}
	c.options()
	c.b.quality(c.p, c.f.Path, c.f.Path.String())
}

func (c *fieldChecks) typed() {
	if t := c.f.LogicalType; t != "" {
		c.add(c.p, Check{Kind: Type, LogicalType: t}, "type", "is "+withArticle(t))
	}
}

func withArticle(t string) string {
	if strings.ContainsAny(t[:1], "aeio") {
		return "an " + t
	}
	return "a " + t
}

// options are logicalTypeOptions.
func (c *fieldChecks) options() {
	o := c.p.at("logicalTypeOptions")
	if !o.there() {
		return
	}
	c.ranged(o)
	c.length(o)
	if x := o.at("pattern"); x.there() {
		c.pattern(x)
	}
	if x := o.at("format"); x.there() && (c.f.LogicalType == "string" || c.f.LogicalType == "") {
		c.format(x)
	}
}

func (c *fieldChecks) pattern(x part) {
	re, err := regexp.Compile(x.value())
	if err != nil || len(x.value()) > 1000 {
		c.b.fail(x, "it is no pattern that is read here: RE2's syntax, at most 1,000 characters, without look-around and back-references")
		return
	}
	c.add(x, Check{Kind: Pattern, Pattern: re}, "pattern", "matches "+x.value())
}

func (c *fieldChecks) ranged(o part) {
	k, says := Check{Kind: Range}, []string{}
	bound := func(name string, to **float64, open *bool, is bool, words string) {
		if x := o.at(name); x.there() {
			if c.f.LogicalType == "date" || c.f.LogicalType == "timestamp" || c.f.LogicalType == "time" {
				c.b.note(x, "%s of a %s is not checked here", name, c.f.LogicalType)
				return
			}
			if v, ok := c.b.number(x, name); ok {
				*to, *open = &v, is
				says = append(says, words+" "+trimmed(v))
			}
		}
	}
	bound("minimum", &k.Min, &k.OpenMin, false, "at least")
	bound("exclusiveMinimum", &k.Min, &k.OpenMin, true, "more than")
	bound("maximum", &k.Max, &k.OpenMax, false, "at most")
	bound("exclusiveMaximum", &k.Max, &k.OpenMax, true, "less than")
	if x := o.at("multipleOf"); x.there() {
		if v, ok := c.b.number(x, "multipleOf"); ok && v > 0 {
			k.Multiple = v
			says = append(says, "a multiple of "+trimmed(v))
		}
	}
	if k.Min != nil && k.Max != nil && *k.Min > *k.Max {
		c.b.fail(o, "nothing is at least %s and at most %s", trimmed(*k.Min), trimmed(*k.Max))
		return
	}
	if len(says) > 0 {
		c.add(o, k, "range", "is "+strings.Join(says, ", "))
	}
}

func (c *fieldChecks) length(o part) {
	k, says := Check{Kind: Length, Most: -1}, []string{}
	for _, name := range []string{"minLength", "minItems", "minProperties"} {
		if x := o.at(name); x.there() {
			if n, ok := c.b.count(x, name); ok {
				k.Least = n
				says = append(says, fmt.Sprintf("at least %d", n))
			}
		}
	}
	for _, name := range []string{"maxLength", "maxItems", "maxProperties"} {
		if x := o.at(name); x.there() {
			if n, ok := c.b.count(x, name); ok {
				k.Most = n
				says = append(says, fmt.Sprintf("at most %d", n))
			}
		}
	}
	if len(says) == 0 {
		return
	}
	of := "characters"
	switch c.f.LogicalType {
	case "array":
		of = "entries"
	case "object":
		of = "members"
	}
	c.add(o, k, "length", "has "+strings.Join(says, " and ")+" "+of)
}

// Formats are those that are checked.
var Formats = []string{"date", "date-time", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"}

func (c *fieldChecks) format(x part) {
	for _, known := range Formats {
		if x.value() == known {
			c.add(x, Check{Kind: Format, Format: known}, "format", "is written as "+known)
			return
		}
	}
	c.b.note(x, "format %s is not checked here; those that are: %s", x.value(), strings.Join(Formats, ", "))
}

func (r *reader) severity(p part) Severity {
	for _, s := range Severities {
		if strings.EqualFold(string(s), p.value()) {
			return s
		}
	}
	r.fail(p, "%q is none of info, warning, error, critical", p.value())
	return Error
}
