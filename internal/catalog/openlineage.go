package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/sightglass/sightglass/internal/openlineage"
	"github.com/sightglass/sightglass/internal/tables"
)

// mostEvents are kept, the newest of them.
const mostEvents = 10_000

// SourceLineage is the source of what events say.
const SourceLineage = "openlineage"

// TakeLineage stores events and takes in what they say.
func (c *Catalog) TakeLineage(ctx context.Context, events []openlineage.Event) error {
	if len(events) == 0 {
		return nil
	}
	var b Batch
	for i := range events {
		c.told(&b, &events[i])
	}
	c.taking.Lock()
	defer c.taking.Unlock()
	err := c.DB.Do(ctx, func(tx *tables.Tx) error {
		var last int64
		if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) FROM catalog_event").Scan(&last); err != nil {
			return err
		}
		for i := range events {
			e := &events[i]
			last++
			if _, err := tx.Exec(ctx, "INSERT INTO catalog_event (id, at_us, kind, job, body) VALUES (?, ?, ?, ?, ?)", last, micros(e.Time), string(e.Kind), e.Job.Namespace+"/"+e.Job.Name, string(e.Raw)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "DELETE FROM catalog_event WHERE id <= ?", last-mostEvents)
		return err
	})
	if err != nil {
		return fmt.Errorf("storing OpenLineage events: %w", err)
	}
	return c.take(ctx, b)
}

// dataset is the stream that a dataset is: a topic by the namespace kafka://host:port, or a symlink of it that is one.
func (c *Catalog) dataset(d *openlineage.Dataset) (e Entity, ok bool) {
	for _, id := range append([]openlineage.Identifier{{Namespace: d.Namespace, Name: d.Name}}, d.Symlinks...) {
		if servers, is := strings.CutPrefix(id.Namespace, "kafka://"); is && servers != "" {
			return c.streamOf(id.Name, servers), true
		}
	}
	return e, false
}

// told adds what one event says. An empty list takes nothing away: Flink's RUNNING events carry none. A job that goes on for ever has its lineage
// from START, so that the state of a run decides about nothing.
func (c *Catalog) told(b *Batch, e *openlineage.Event) {
	if e.Kind == openlineage.DatasetEvent {
		if stream, ok := c.dataset(e.Dataset); ok {
			stream.First, stream.Last = e.Time, e.Time
			b.Entities = append(b.Entities, stream)
			b.dataset(stream.ID, e.Dataset, e)
		}
		return
	}
	job := Entity{ID: ID(string(Job) + ":" + e.Job.Namespace + "/" + e.Job.Name), Kind: Job, Name: e.Job.Name, First: e.Time, Last: e.Time, Facts: map[string]string{
		"namespace": e.Job.Namespace, "engine": strings.ToLower(e.Job.Integration), "type": strings.ToLower(e.Job.Processing), "state": strings.ToLower(string(e.State)),
	}}
	if e.Job.Streaming() {
		job.Facts["type"] = "streaming"
	}
	if e.Kind == openlineage.JobEvent { // it is declared, and nothing was seen
		job.Last = job.First
	}
	b.Entities = append(b.Entities, job)
	b.say(job.ID, e.Job.Doc, e.Job.Owners, e)
	for i := range e.Inputs {
		c.edge(b, e, &e.Inputs[i], job.ID, Reads)
	}
	for i := range e.Outputs {
		d := &e.Outputs[i]
		to, ok := c.edge(b, e, d, job.ID, Writes)
		if !ok {
			continue
		}
		for _, column := range d.Columns {
			for _, s := range column.From {
				if from, ok := c.dataset(&openlineage.Dataset{Namespace: s.Namespace, Name: s.Name}); ok {
					b.Entities = append(b.Entities, from)
					b.Flows = append(b.Flows, Flow{From: from.ID, FromPath: s.Field, To: to, ToPath: column.Field, Via: job.ID, Evidence: ByLineage, How: strings.ToLower(s.How), First: e.Time, Last: e.Time})
				}
			}
		}
	}
}

// edge adds that a job reads or writes a dataset, where it is a topic.
func (c *Catalog) edge(b *Batch, e *openlineage.Event, d *openlineage.Dataset, job ID, direction Direction) (ID, bool) {
	stream, ok := c.dataset(d)
	if !ok {
		return "", false
	}
	stream.First, stream.Last = e.Time, e.Time
	b.Entities = append(b.Entities, stream)
	x := Edge{Stream: stream.ID, System: job, Direction: direction, Evidence: ByLineage, First: e.Time, Last: e.Time, Detail: string(e.Kind) + " of " + e.Job.Namespace}
	if d.HasSchema && e.Job.Integration == "FLINK" { // the table's schema is a projection of the topic; elsewhere it may be that of the topic
		x.Known = len(d.Fields) > 0
		for _, f := range d.Fields {
			x.Paths = append(x.Paths, f.Path)
		}
		x.Detail += ", facet schema"
	}
	if old, ok := c.known(&x); ok && !x.Known { // an event that says less takes no fields away
		x.Known, x.Paths = old.Known, old.Paths
	}
	b.Edges = append(b.Edges, x)
	b.dataset(stream.ID, d, e)
	return stream.ID, true
}

// known is the edge as it is.
func (c *Catalog) known(x *Edge) (Edge, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if n := c.nodes[x.Stream]; n != nil {
		for _, k := range n.edges {
			if k.row.System == x.System && k.row.Direction == x.Direction && k.row.Evidence == x.Evidence {
				return k.row, true
			}
		}
	}
	return Edge{}, false
}

// dataset adds fields and words of a dataset.
func (b *Batch) dataset(stream ID, d *openlineage.Dataset, e *openlineage.Event) {
	if len(d.Fields) > 0 {
		set := FieldSet{Stream: stream, Origin: SourceLineage}
		if e.Kind != openlineage.DatasetEvent {
			set.Origin = typeOrigin + string(Job) + ":" + e.Job.Namespace + "/" + e.Job.Name
		}
		for _, f := range d.Fields {
			set.Fields = append(set.Fields, Field{Part: Value, Path: f.Path, Type: f.Type, Doc: f.Doc})
		}
		b.Fields = append(b.Fields, set)
	}
	b.say(stream, d.Doc, d.Owners, e)
}

func (b *Batch) say(of ID, doc string, owners []openlineage.Owner, e *openlineage.Event) {
	if doc != "" && len(doc) <= mostDocText {
		b.Marks = append(b.Marks, Mark{Entity: of, Attribute: Doc, Source: SourceLineage, Values: []string{doc}, By: e.Producer, At: e.Time})
	}
	var names []string
	for _, o := range owners {
		name := o.Name // team:checkout, user:ann, application:app
		switch kind, rest, ok := strings.Cut(name, ":"); {
		case ok && kind == "team":
			name = string(IDOf(Team, rest))
		case ok && kind == "user":
			name = string(IDOf(Person, rest))
		default:
			name = string(IDOf(Team, name))
		}
		names = append(names, name)
	}
	if len(names) > 0 {
		b.Marks = append(b.Marks, Mark{Entity: of, Attribute: Owners, Source: SourceLineage, Values: names, By: e.Producer, At: e.Time})
	}
}
