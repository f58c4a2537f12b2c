package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/contract"
)

// proposeContract makes a contract of a topic's newest records as the caller may see them: what is masked for them has no values in it.
func (s *service) proposeContract(ctx context.Context, in *proposalRequest) (ContractProposal, error) {
	o := &observer{fields: map[contract.Path]*contract.ObservedField{}, distinct: map[contract.Path]map[string]bool{}}
	q := browse.TopicQuery{ScanQuery: browse.ScanQuery{Topic: in.Topic, From: browse.FromEnd}}
	for o.of.Records < in.Records {
		q.Limit = min(500, in.Records-o.of.Records)
		page, err := s.Browser.TopicRecords(ctx, caller(ctx), in.Cluster, q)
		if err != nil {
			return ContractProposal{}, err
		}
		for i := range page.Records {
			o.record(&page.Records[i])
		}
		if len(page.Records) == 0 || !page.Scanned.More {
			break
		}
		q.From, q.Positions = browse.FromPositions, map[int32]int64{}
		for _, p := range page.Scanned.Partitions {
			if !p.Done {
				q.Positions[p.Partition] = p.Next
			}
		}
	}
	o.of.Topic, o.of.Cluster = in.Topic, in.Cluster
	if s.Contracts != nil {
		o.of.Host = s.Contracts.Host(in.Cluster)
	}
	if t, err := s.Browser.KafkaTopic(ctx, in.Cluster, in.Topic); err == nil {
		o.of.Retention = t.Retention
	}
	masked := o.finish()
	text, err := contract.Propose(&o.of)
	return ContractProposal{text, o.of.Records, masked}, err
}

// observer gathers what views hold.
type observer struct {
	of       contract.Observed
	fields   map[contract.Path]*contract.ObservedField
	order    []contract.Path
	distinct map[contract.Path]map[string]bool
	formats  map[string]int
	last     time.Time
}

// Bounds of what an observer remembers of each field.
const (
	observedFields = 500
	observedValues = 50
)

func (o *observer) record(r *browse.TopicRecord) {
	o.of.Records++
	t := time.UnixMilli(r.Record.Time)
	if !o.last.IsZero() { // the newest comes first
		o.of.LongestGap = max(o.of.LongestGap, o.last.Sub(t))
	}
	o.last = t
	if o.of.To.IsZero() {
		o.of.To = t
	}
	o.of.From = t
	if o.formats == nil {
		o.formats = map[string]int{}
	}
	if r.View != nil && r.View.Node != nil && r.View.Node.Kind == "object" {
		o.formats[string(r.View.Format)]++
		o.members(r.View.Node, contract.Path{Part: contract.PartValue})
	}
	if r.KeyView != nil && r.KeyView.Node != nil {
		if r.KeyView.Node.Kind == "object" {
			o.members(r.KeyView.Node, contract.Path{Part: contract.PartKey})
		} else if f := o.field(contract.Path{Part: contract.PartKey}); f != nil {
			n := *r.KeyView.Node
			if n.Kind == "int" && r.KeyView.Format == "json" { // nothing says that the bytes 17 are a number and no text
				n.Kind = "string"
			}
			o.leaf(f, &n)
		}
	}
	for _, h := range r.Headers {
		if f := o.field(contract.Path{Part: contract.PartHeaders, Steps: h.Name}); f != nil {
			f.Seen++
			f.Types["string"]++
		}
	}
}

func (o *observer) field(p contract.Path) *contract.ObservedField {
	f := o.fields[p]
	if f == nil {
		if len(o.fields) >= observedFields {
			return nil
		}
		f = &contract.ObservedField{Path: p, Types: map[string]int{}, Values: map[string]int{}, Distinct: true}
		o.fields[p] = f
		o.order = append(o.order, p)
	}
	return f
}

func (o *observer) members(n *access.Node, at contract.Path) {
	for i := range n.Items {
		m := &n.Items[i]
		if m.Name == "" || strings.ContainsAny(m.Name, ".[]") || m.Mask != "" && m.Kind == "cut" {
			continue
		}
		if f := o.field(below(at, m.Name)); f != nil {
			o.leaf(f, m)
		}
	}
}

func below(p contract.Path, step string) contract.Path {
	if p.Steps == "" {
		return contract.Path{Part: p.Part, Steps: step}
	}
	return contract.Path{Part: p.Part, Steps: p.Steps + "." + step}
}

// logical are the types of ODCS by the kinds of views.
var logical = map[string]string{
	"object": "object", "map": "object", "list": "array", "bool": "boolean", "int": "integer", "float": "number", "decimal": "number", "string": "string", "enum": "string", "bytes": "string",
}

func (o *observer) leaf(f *contract.ObservedField, n *access.Node) {
	f.Seen++
	switch {
	case n.Mask != "":
		f.Masked = n.Mask
		return
	case n.Kind == "null":
		f.Nulls++
		return
	}
	t := logical[n.Kind]
	if t == "" {
		return
	}
	if t == "string" {
		if _, err := time.Parse(time.RFC3339Nano, n.Value); err == nil {
			t = "timestamp"
		}
	}
	f.Types[t]++
	switch n.Kind {
	case "object":
		o.members(n, f.Path)
		return
	case "list":
		for i := range n.Items {
			if e := o.field(below(f.Path, contract.Each)); e != nil {
				o.leaf(e, &n.Items[i])
			}
		}
		return
	case "map":
		return
	case "int", "float", "decimal":
		o.number(f, n.Value)
	}
	o.value(f, n.Value)
}

func (o *observer) number(f *contract.ObservedField, text string) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return
	}
	if f.Numbers == 0 || x < f.Min {
		f.Min = x
	}
	if f.Numbers == 0 || x > f.Max {
		f.Max = x
	}
	f.Numbers++
}

// value remembers a value: whether it came before, and how often, as long as there are few.
func (o *observer) value(f *contract.ObservedField, text string) {
	seen := o.distinct[f.Path]
	if seen == nil {
		seen = map[string]bool{}
		o.distinct[f.Path] = seen
	}
	if seen[text] {
		f.Distinct = false
	}
	seen[text] = true
	if f.Values == nil {
		return
	}
	if f.Values[text]++; len(f.Values) > observedValues {
		f.Values = nil
	}
}

// finish says of each field how often it could have been there, and counts those that are masked.
func (o *observer) finish() (masked int) {
	best := 0
	for name, n := range o.formats {
		if n == o.of.Records && n > best && (name == "avro" || name == "protobuf" || name == "json") {
			o.of.Format, best = name, n
		}
	}
	for _, p := range o.order {
		f := o.fields[p]
		steps := p.List()
		f.Of = o.of.Records
		if len(steps) > 1 {
			if of := o.fields[contract.Path{Part: p.Part, Steps: strings.Join(steps[:len(steps)-1], ".")}]; of != nil {
				f.Of = of.Seen - of.Nulls
			}
		}
		if len(steps) > 0 && steps[len(steps)-1] == contract.Each {
			f.Of = f.Seen
		}
		if f.Masked != "" {
			f.Values, f.Types, f.Distinct = nil, map[string]int{}, false
			masked++
		}
		o.of.Fields = append(o.of.Fields, *f)
	}
	if d := o.of.To.Sub(o.of.From).Seconds(); d > 0 {
		o.of.PerSecond = float64(o.of.Records) / d
	}
	return masked
}
