package contract

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Observed is what a stream was seen to hold, by somebody who may see it: what is masked for them has no values here.
type Observed struct {
	Topic, Cluster, Host string
	Format               string // avro, protobuf, json; empty: none in particular
	Subject              string // of every record's schema; empty: they have none, or several
	Records              int
	From, To             time.Time
	PerSecond            float64       // records, over all of the time
	LongestGap           time.Duration // between records
	Retention            time.Duration // the topic's; 0: not known, below: for ever
	Fields               []ObservedField
}

// ObservedField is what was seen of one field, over the records that have what it is in.
type ObservedField struct {
	Path        Path
	Of          int            // times that it could have been there
	Seen, Nulls int            // times that it was, and was null
	Types       map[string]int // logical types of ODCS
	Min, Max    float64        // of numbers
	Numbers     int
	Short, Long int            // characters
	Values      map[string]int // texts, as long as they are few; nil: too many, or masked
	Distinct    bool           // no value came twice
	Masked      string         // class; empty: it was seen as it is
}

// Bounds of what is proposed of observations.
const (
	fewValues  = 12  // a set has no more
	manyTimes  = 20  // and each came so often on the average
	leastSeen  = 100 // records, before anything is said of sets, keys and bounds
	quietTimes = 10  // a gap is told from ten times the longest one on
)

// Propose writes a contract that the stream would have kept. It is a beginning: what people meant, nobody can see in records.
func Propose(o *Observed) (string, error) {
	doc := mapping(
		"apiVersion", "v3.1.0", "kind", "DataContract", "id", o.Topic, "name", o.Topic, "version", "0.1.0", "status", "draft",
		"description", mapping("purpose", fmt.Sprintf("Proposed from %d records of %s. Say what the stream is for, and who owns it.", o.Records, o.seen())),
	)
	if o.Host != "" {
		s := mapping("server", o.Cluster, "type", "kafka", "host", o.Host)
		if o.Format != "" {
			add(s, "format", o.Format)
		}
		add(doc, "servers", sequence(s))
	}
	stream := mapping("name", o.Topic, "physicalType", "topic", "logicalType", "object")
	if list := o.properties(PartValue, nil); len(list) > 0 || o.part(PartKey) || o.part(PartHeaders) {
		all := append(o.properties(PartHeaders, nil), o.properties(PartKey, nil)...)
		add(stream, "properties", sequence(append(all, list...)...))
	}
	if o.Subject != "" {
		add(stream, "customProperties", sequence(mapping("property", "sightglass.subject", "value", o.Subject)))
	}
	add(doc, "schema", sequence(stream))
	if sla := o.promises(); len(sla) > 0 {
		add(doc, "slaProperties", sequence(sla...))
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(doc); err != nil {
		return "", fmt.Errorf("writing a proposed contract: %w", err)
	}
	return out.String(), nil
}

func (o *Observed) seen() string {
	if o.From.IsZero() {
		return "no time in particular"
	}
	return o.From.UTC().Format(time.RFC3339) + " to " + o.To.UTC().Format(time.RFC3339)
}

func (o *Observed) part(p Part) bool {
	return slices.ContainsFunc(o.Fields, func(f ObservedField) bool { return f.Path.Part == p })
}

// properties are the fields of a part below some steps.
func (o *Observed) properties(p Part, below []string) (out []*yaml.Node) {
	for i := range o.Fields {
		f := &o.Fields[i]
		steps := f.Path.List()
		if f.Path.Part != p || len(steps) != len(below)+1 && !(p == PartKey && len(steps) == 0 && below == nil) || len(steps) > 0 && !slices.Equal(steps[:len(below)], below) {
			continue
		}
		if len(steps) > 0 && steps[len(steps)-1] == Each {
			continue
		}
		out = append(out, o.property(f, steps))
	}
	return out
}

func (o *Observed) property(f *ObservedField, steps []string) *yaml.Node {
	name := "key"
	if len(steps) > 0 {
		name = steps[len(steps)-1]
	}
	n := mapping("name", name)
	own := []*yaml.Node{}
	switch {
	case f.Path.Part == PartKey && len(steps) == 0:
		own = append(own, mapping("property", "sightglass.part", "value", "key"))
	case f.Path.Part == PartKey && len(steps) == 1:
		own = append(own, mapping("property", "sightglass.part", "value", "key.member"))
	case f.Path.Part == PartHeaders:
		own = append(own, mapping("property", "sightglass.part", "value", "header"))
	}
	o.described(n, f)
	if len(own) > 0 {
		add(n, "customProperties", sequence(own...))
	}
	if len(steps) > 0 {
		if list := o.properties(f.Path.Part, steps); len(list) > 0 {
			add(n, "properties", sequence(list...))
		}
	}
	o.items(n, f, steps)
	return n
}

// described says of a field what holds for all that was seen of it.
func (o *Observed) described(n *yaml.Node, f *ObservedField) {
	t := f.only()
	if t != "" {
		add(n, "logicalType", t)
	}
	if f.Masked != "" {
		add(n, "classification", f.Masked)
	}
	full := f.Of >= leastSeen && f.Seen == f.Of && f.Nulls == 0
	if full {
		add(n, "required", true)
	}
	if full && f.Distinct && f.Masked == "" && (t == "string" || t == "integer") && f.Path.Part == PartValue && !strings.Contains(f.Path.Steps, Each) {
		add(n, "unique", true)
	}
	if f.Masked == "" && f.Numbers >= leastSeen && (t == "integer" || t == "number") && f.Min >= 0 {
		add(n, "logicalTypeOptions", mapping("minimum", 0))
	}
	var quality []*yaml.Node
	if few := len(f.Values); f.Masked == "" && t == "string" && few > 0 && few <= fewValues && f.Seen >= leastSeen && f.Seen >= few*manyTimes {
		list := []*yaml.Node{}
		for _, v := range slices.Sorted(mapKeys(f.Values)) {
			list = append(list, textNode(v))
		}
		quality = append(quality, mapping("metric", "invalidValues", "arguments", mapping("validValues", sequence(list...)), "mustBe", 0))
	}
	if missing := f.Of - f.Seen + f.Nulls; f.Of >= leastSeen && missing > 0 && missing < f.Of/2 {
		quality = append(quality, mapping("metric", "nullValues", "mustBeLessOrEqualTo", math.Min(100, math.Ceil(200*float64(missing)/float64(f.Of))), "unit", "percent", "severity", "warning"))
	}
	if len(quality) > 0 {
		add(n, "quality", sequence(quality...))
	}
}

// items are what is in a list.
func (o *Observed) items(n *yaml.Node, f *ObservedField, steps []string) {
	within := append(slices.Clone(steps), Each)
	for i := range o.Fields {
		g := &o.Fields[i]
		if g.Path.Part != f.Path.Part || !slices.Equal(g.Path.List(), within) {
			continue
		}
		t := g.only()
		if t == "" {
			return
		}
		item := mapping("logicalType", t)
		if list := o.properties(f.Path.Part, within); len(list) > 0 {
			add(item, "properties", sequence(list...))
		}
		add(n, "items", item)
	}
}

// only is the type that all values had; integer and number are number together.
func (f *ObservedField) only() string {
	switch {
	case len(f.Types) == 1:
		for t := range f.Types {
			return t
		}
	case len(f.Types) == 2 && f.Types["integer"] > 0 && f.Types["number"] > 0:
		return "number"
	case len(f.Types) == 2 && f.Types["timestamp"] > 0 && f.Types["string"] > 0:
		return "string"
	}
	return ""
}

// promises are what the topic's pace allows to say.
func (o *Observed) promises() (out []*yaml.Node) {
	if o.LongestGap > 0 && o.Records >= leastSeen {
		quiet := max(time.Minute, (o.LongestGap * quietTimes).Round(time.Minute))
		out = append(out, mapping("property", "frequency", "value", int(quiet/time.Minute), "unit", "m", "element", o.Topic))
	}
	if o.Retention > 0 {
		out = append(out, mapping("property", "retention", "value", int(math.Max(1, math.Floor(o.Retention.Hours()))), "unit", "h", "element", o.Topic))
	}
	return out
}
