package catalog

import (
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/openlineage"
)

// Lineage is told of recorded jobs as RunEvents, in the order of what happened to each: START, RUNNING when more is known of what it reads and
// writes, and one that ends it. After a restart all are told again. Tell MUST NOT wait.
type Lineage interface{ Tell(e openlineage.Event) }

// tellLineage tells of a recorded job what its batch says. The catalog's filling goes through it alone, so told needs no lock.
func (c *Catalog) tellLineage(r *browse.RecordedJob, b *Batch) {
	if c.Lineage == nil {
		return
	}
	e := runEvent(r, b)
	before, told := c.toldRuns[e.Run]
	if !told {
		start := e
		start.State, start.Time = openlineage.Start, orNow(wall(r.Job.Started), e.Time)
		c.Lineage.Tell(start)
	}
	now := string(e.State) + " " + strings.Join(datasetNames(e.Inputs), " ") + " > " + strings.Join(datasetNames(e.Outputs), " ")
	if told && before == now || !told && e.State == openlineage.Running {
		c.toldRuns[e.Run] = now
		return
	}
	c.toldRuns[e.Run] = now
	c.Lineage.Tell(e)
}

func orNow(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t
}

func datasetNames(list []openlineage.Dataset) (names []string) {
	for i := range list {
		names = append(names, list[i].Namespace+"/"+list[i].Name)
		for _, f := range list[i].Fields {
			names = append(names, f.Path)
		}
	}
	return names
}

// runEvent is what is known of a run now. The run's id is that of the recording, written as a UUID: the same job tells the same id again.
func runEvent(r *browse.RecordedJob, b *Batch) openlineage.Event {
	id := r.Job.ID.String()
	e := openlineage.Event{
		Kind: openlineage.RunEvent, Time: wall(r.Job.LastSeen), State: openlineage.Running, Run: id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:],
		Job: openlineage.Job{Name: r.Job.Name, Integration: "FLINK", Processing: "STREAMING"},
	}
	if strings.EqualFold(r.Job.Type, "batch") {
		e.Job.Processing = "BATCH"
	}
	switch r.Job.State {
	case browse.JobFinished:
		e.State = openlineage.Complete
	case browse.JobFailed:
		e.State = openlineage.Fail
	case browse.JobCanceled:
		e.State = openlineage.Abort
	}
	named := map[ID]openlineage.Identifier{}
	for _, t := range r.Topics {
		named[streamID(b, t.Topic)] = openlineage.Identifier{Namespace: "kafka://" + firstServer(t.Cluster), Name: t.Topic}
	}
	for _, x := range b.Edges {
		name, ok := named[x.Stream]
		if !ok {
			continue
		}
		list := &e.Inputs
		if x.Direction == Writes {
			list = &e.Outputs
		}
		at := slices.IndexFunc(*list, func(d openlineage.Dataset) bool { return d.Namespace == name.Namespace && d.Name == name.Name })
		if at < 0 {
			at = len(*list)
			*list = append(*list, openlineage.Dataset{Namespace: name.Namespace, Name: name.Name})
		}
		if x.Known && len((*list)[at].Fields) == 0 {
			for _, p := range x.Paths {
				if !strings.HasPrefix(p, "key:") {
					(*list)[at].Fields = append((*list)[at].Fields, openlineage.Field{Path: p})
				}
			}
		}
	}
	for _, f := range b.Flows {
		from, ok := named[f.From]
		to, also := named[f.To]
		if !ok || !also {
			continue
		}
		for i := range e.Outputs {
			d := &e.Outputs[i]
			if d.Namespace != to.Namespace || d.Name != to.Name {
				continue
			}
			at := slices.IndexFunc(d.Columns, func(c openlineage.Column) bool { return c.Field == f.ToPath })
			if at < 0 {
				at = len(d.Columns)
				d.Columns = append(d.Columns, openlineage.Column{Field: f.ToPath})
			}
			d.Columns[at].From = append(d.Columns[at].From, openlineage.ColumnSource{Identifier: from, Field: f.FromPath})
		}
	}
	return e
}

// streamID is that of a topic in a batch.
func streamID(b *Batch, topic string) ID {
	for i := range b.Entities {
		if x := &b.Entities[i]; x.Kind == Stream && x.Name == topic {
			return x.ID
		}
	}
	return ""
}
