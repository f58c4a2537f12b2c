package catalog

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// requestsBack is how far back a registry is asked for requests at one look.
const requestsBack = time.Hour

// fillRegistry takes in subjects and requests.
func (c *Catalog) fillRegistry(ctx context.Context) error {
	if c.Registry == nil {
		return nil
	}
	versions, err := c.Registry.Versions(ctx)
	if err != nil {
		return err
	}
	b := registered(versions)
	requests, err := c.Registry.Requests(ctx, c.Now().Add(-requestsBack))
	if err != nil {
		return err
	}
	for _, r := range requests {
		requested(&b, r)
	}
	return c.Take(ctx, b)
}

// registered makes schemas of versions, and gives streams the fields of the newest of each of their parts.
func registered(versions []SubjectVersion) (b Batch) {
	type target struct {
		stream ID
		part   Part
	}
	newest := make(map[target]SubjectVersion)
	for _, v := range versions {
		name := v.Subject
		if v.Context != "" && v.Context != "." {
			name = ":" + v.Context + ":" + v.Subject
		}
		e := Entity{ID: ID(string(Schema) + ":" + name + "/" + strconv.Itoa(v.Version)), Kind: Schema, Name: name + " v" + strconv.Itoa(v.Version), Cluster: v.Cluster, First: v.At, Last: v.At, Facts: map[string]string{
			"subject": name, "version": strconv.Itoa(v.Version), "schema_id": strconv.Itoa(v.ID), "language": string(v.Language), "part": string(v.Part),
		}}
		if v.Cluster != "" && v.Topic != "" {
			stream := StreamID(v.Cluster, v.Topic)
			e.Parent = stream
			b.Entities = append(b.Entities, Entity{ID: stream, Kind: Stream, Name: v.Topic, Cluster: v.Cluster, First: v.At})
			t := target{stream, v.Part}
			if old, ok := newest[t]; !ok || old.Version < v.Version {
				newest[t] = v
			}
		}
		b.Entities = append(b.Entities, e)
	}
	sets := make(map[ID]*FieldSet)
	for t, v := range newest {
		set := sets[t.stream]
		if set == nil {
			set = &FieldSet{Stream: t.stream, Origin: SchemaOrigin}
			sets[t.stream] = set
		}
		for _, f := range v.Fields {
			set.Fields = append(set.Fields, Field{Part: t.part, Path: f.Path, Type: f.Type, Optional: f.Optional, Doc: f.Doc, Tags: f.Tags})
		}
	}
	for _, set := range sets {
		b.Fields = append(b.Fields, *set)
	}
	return b
}

// requested makes an edge of what a client asked for. A schema that it fetched is what it decodes, not what it reads by: its fields stay unknown.
func requested(b *Batch, r RegistryRequest) {
	if r.Cluster == "" || r.Topic == "" {
		return
	}
	kind, name := Principal, r.Principal
	if name == "" {
		kind, name = Service, r.Client+" at "+r.Address
	}
	id := ID(string(kind) + ":" + r.Cluster + "/" + name)
	stream := StreamID(r.Cluster, r.Topic)
	b.Entities = append(b.Entities,
		Entity{ID: stream, Kind: Stream, Name: r.Topic, Cluster: r.Cluster, First: r.First},
		Entity{ID: id, Kind: kind, Name: name, Cluster: r.Cluster, First: r.First, Last: r.Last, Facts: map[string]string{"client": r.Client}})
	e := Edge{Stream: stream, System: id, Direction: Reads, Evidence: ByRegistry, Detail: "decodes what was written with schema id " + strconv.Itoa(r.ID), First: r.First, Last: r.Last}
	if r.Writes {
		e.Direction, e.Detail = Writes, "registered or looked up schema id "+strconv.Itoa(r.ID)
	}
	b.Edges = append(b.Edges, e)
}

// fillContracts takes in what contracts declare.
func (c *Catalog) fillContracts(ctx context.Context) error {
	if c.Contracts == nil {
		return nil
	}
	all, err := c.Contracts.Declared(ctx)
	if err != nil {
		return err
	}
	var b Batch
	for i := range all {
		declared(&b, &all[i])
	}
	c.endDeclared(&b)
	return c.Take(ctx, b)
}

// endDeclared takes away what contracts said that are not in force any more: owners, who have rights by it, contacts, words and fields. Tags stay, as
// they mask: that people take away.
func (c *Catalog) endDeclared(b *Batch) {
	type said struct {
		of   ID
		path string
		what Attribute
	}
	marks, fields := map[said]bool{}, map[ID]bool{}
	for _, m := range b.Marks {
		marks[said{m.Entity, m.Path, m.Attribute}] = true
	}
	for _, f := range b.Fields {
		fields[f.Stream] = true
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	for id, n := range c.nodes {
		for _, m := range n.marks {
			if m.Source == SourceContract && m.Attribute != Tags && len(m.Values) > 0 && !marks[said{id, m.Path, m.Attribute}] {
				b.Marks = append(b.Marks, Mark{Entity: id, Path: m.Path, Attribute: m.Attribute, Source: SourceContract, By: byCatalog, At: c.Now()})
			}
		}
		if !fields[id] && slices.ContainsFunc(n.fields, func(f Field) bool { return f.Origin == ContractOrigin }) {
			b.Fields = append(b.Fields, FieldSet{Stream: id, Origin: ContractOrigin})
		}
	}
}

// SourceContract is the source of what a contract says.
const SourceContract = "contract"

func declared(b *Batch, d *Declared) {
	stream := StreamID(d.Cluster, d.Topic)
	b.Entities = append(b.Entities,
		Entity{ID: stream, Kind: Stream, Name: d.Topic, Cluster: d.Cluster, First: d.At},
		Entity{ID: IDOf(Contract, d.ID), Kind: Contract, Name: d.ID, Parent: stream, First: d.At, Last: d.At, Facts: map[string]string{"version": d.Version, "status": d.Status}})
	if d.Consumer != "" {
		id := IDOf(Service, d.Consumer)
		b.Entities = append(b.Entities, Entity{ID: id, Kind: Service, Name: d.Consumer, First: d.At, Last: d.At})
		b.Edges = append(b.Edges, Edge{Stream: stream, System: id, Direction: Reads, Evidence: ByContract, Known: d.Reads != nil, Paths: d.Reads, Reader: d.Reader, Detail: "contract " + d.ID + " " + d.Version, First: d.At, Last: d.At})
		b.owners(id, d)
		return
	}
	b.declare(stream, d.Fields)
	b.owners(stream, d)
	for _, f := range d.Fields {
		if len(f.Tags) > 0 {
			b.mark(Mark{Entity: stream, Path: f.Path, Attribute: Tags, Source: SourceContract, Values: f.Tags, By: "contract " + d.ID, At: d.At})
		}
	}
	if d.Doc != "" {
		b.mark(Mark{Entity: stream, Attribute: Doc, Source: SourceContract, Values: []string{d.Doc}, By: "contract " + d.ID, At: d.At})
	}
}

// declare adds fields to those that contracts declare of a stream: several may be about one.
func (b *Batch) declare(stream ID, fields []Field) {
	for i := range b.Fields {
		if b.Fields[i].Stream == stream && b.Fields[i].Origin == ContractOrigin {
			b.Fields[i].Fields = append(b.Fields[i].Fields, fields...)
			return
		}
	}
	b.Fields = append(b.Fields, FieldSet{Stream: stream, Origin: ContractOrigin, Fields: fields})
}

// mark adds what a contract says to what others say of the same: several may be about one stream.
func (b *Batch) mark(m Mark) {
	for i := range b.Marks {
		if x := &b.Marks[i]; x.Entity == m.Entity && x.Path == m.Path && x.Attribute == m.Attribute && x.Source == m.Source {
			for _, v := range m.Values {
				if !slices.Contains(x.Values, v) {
					x.Values = append(slices.Clip(x.Values), v)
				}
			}
			return
		}
	}
	b.Marks = append(b.Marks, m)
}

func (b *Batch) owners(of ID, d *Declared) {
	if len(d.Owners) > 0 {
		b.mark(Mark{Entity: of, Attribute: Owners, Source: SourceContract, Values: d.Owners, By: "contract " + d.ID, At: d.At})
	}
	if d.Contact != "" {
		b.mark(Mark{Entity: of, Attribute: Contact, Source: SourceContract, Values: []string{d.Contact}, By: "contract " + d.ID, At: d.At})
	}
}
