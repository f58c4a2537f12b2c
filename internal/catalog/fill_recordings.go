package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

// mostRuns are looked at, the newest of them.
const mostRuns = 2000

// fillRecordings takes in what recordings say that grew since the last look, the oldest first.
func (c *Catalog) fillRecordings(ctx context.Context) error {
	estate := c.Browser.Estate()
	jobs, err := estate.Jobs(ctx)
	if err != nil {
		return err
	}
	jobs = jobs[:min(len(jobs), mostRuns)]
	for _, j := range slices.Backward(jobs) {
		seen := runSeen{j.Blocks, string(j.State)}
		if c.filled.runs[j.ID] == seen {
			continue
		}
		r, err := estate.Recorded(ctx, j.ID)
		if errors.Is(err, browse.ErrNotFound) {
			continue // retention was faster
		}
		if err != nil {
			return err
		}
		if r.Job.Name == "" {
			continue // its definition has not come yet
		}
		b := c.recorded(&r)
		if err := c.Take(ctx, b); err != nil {
			return err
		}
		c.tellLineage(&r, &b)
		c.filled.runs[j.ID] = seen
	}
	return nil
}

// recording makes a batch of what one recording says.
type recording struct {
	c    *Catalog
	r    *browse.RecordedJob
	job  ID
	last time.Time
	sql  *sqlPlan // nil: none was recorded
	out  Batch
}

func (c *Catalog) recorded(r *browse.RecordedJob) Batch {
	x := &recording{c: c, r: r, job: JobID(r.Job.Name), last: wall(r.Job.LastSeen)}
	if r.Planned {
		x.sql = planOf(r)
		x.sourceColumns()
	}
	first := wall(r.Job.Started)
	x.out.Entities = append(x.out.Entities, Entity{ID: x.job, Kind: Job, Name: r.Job.Name, First: first, Last: x.last, Facts: map[string]string{
		factResource: string(r.Resource), factRecording: r.Job.ID.String(), "engine": "flink", "version": r.Job.Version, "state": string(r.Job.State), "type": strings.ToLower(r.Job.Type),
		"parallelism": strconv.Itoa(r.Job.Parallelism), "sql": yes(r.Job.SQL),
	}})
	x.operators(first)
	for _, j := range r.Jars {
		x.out.Entities = append(x.out.Entities, Entity{ID: IDOf(Program, j.Hash), Kind: Program, Name: j.Name, Parent: x.job, First: first, Last: x.last, Facts: map[string]string{
			factResource: string(r.Resource), factRecording: r.Job.ID.String(), "hash": j.Hash, "bytes": strconv.FormatInt(j.Bytes, 10), "job": r.Job.Name, "commit": j.Commit, "version": j.Version,
		}})
	}
	for i := range r.Topics {
		x.topic(&r.Topics[i], first)
	}
	x.flows()
	return x.out
}

func wall(w browse.Wall) time.Time {
	if w == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(w)).UTC()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func (x *recording) operators(first time.Time) {
	for _, o := range x.r.Operators {
		f := map[string]string{factResource: string(x.r.Resource), factRecording: x.r.Job.ID.String(), "job": x.r.Job.Name, "op": o.Slug, "kind": o.Kind, "class": o.Class, "in": o.InType, "out": o.OutType}
		if o.Function != nil {
			f["function"] = o.Function.Class
			if o.Function.File != "" {
				f["code"] = o.Function.File + ":" + strconv.Itoa(o.Function.Line)
			}
		}
		x.out.Entities = append(x.out.Entities, Entity{ID: operatorID(x.r.Job.Name, o.Slug), Kind: Operator, Name: o.Name, Parent: x.job, Facts: f, First: first, Last: x.last})
	}
}

func operatorID(job, slug string) ID { return ID(string(Operator) + ":" + job + "/" + slug) }

// streamOf is the stream that a job names by a topic and bootstrap servers.
func (c *Catalog) streamOf(topic, bootstrap string) Entity {
	cluster := c.Clusters(bootstrap)
	e := Entity{Kind: Stream, Name: topic}
	if cluster == "" {
		// Which cluster it is nobody said: by its first server it is told from others of the same name, and by access as recorded topics are.
		if cluster = LocalCluster; strings.TrimSpace(bootstrap) != "" {
			cluster = "kafka://" + firstServer(bootstrap)
		}
		e.Facts = map[string]string{factResource: string(browse.RecordedTopicResource(topic))}
	}
	e.Cluster, e.ID = cluster, StreamID(cluster, topic)
	return e
}

func firstServer(bootstrap string) string {
	servers := strings.Split(strings.ToLower(bootstrap), ",")
	for i := range servers {
		servers[i] = strings.TrimSpace(servers[i])
	}
	return servers[0]
}

// topic makes the edges of one topic that an operator read or wrote.
func (x *recording) topic(t *browse.TopicUse, first time.Time) {
	stream := x.c.streamOf(t.Topic, t.Cluster)
	stream.First, stream.Last = first, cmp.Or(wall(t.LastSeen), x.last)
	x.out.Entities = append(x.out.Entities, stream)
	e := Edge{Stream: stream.ID, System: x.job, Direction: Reads, First: first, Last: cmp.Or(wall(t.LastSeen), x.last)}
	if t.Role == browse.TopicWritten {
		e.Direction = Writes
	}
	op := x.operator(t.Operator)
	real := e
	real.Evidence = ByRecords
	real.Detail = fmt.Sprintf("%d records of %d partitions, by operator %s", t.Records, len(t.Partitions), op.Slug)
	x.out.Edges = append(x.out.Edges, real)
	var fields []browse.TypeField
	typ := op.OutType
	if e.Direction == Writes {
		typ, fields = op.InType, op.In
	} else {
		fields = op.Out
	}
	if x.sql != nil && op.Fields != nil || x.sql != nil && e.Direction == Writes {
		x.planned(e, op, typ)
		return
	}
	typed := e
	typed.Evidence, typed.Reader = ByType, typ
	switch {
	case typ == "":
		return // no serializer was recorded: the fields are not known
	case len(fields) == 0:
		typed.Detail = "the type " + typ + " of operator " + op.Slug + " has no fields: what is read of it is not known"
		if e.Direction == Writes {
			typed.Detail = "the type " + typ + " of operator " + op.Slug + " has no fields: what is written in it is not known"
		}
	default:
		var foreign string
		typed.Paths, foreign = x.c.matched(stream.ID, fields)
		typed.Detail = "the type " + typ + " of operator " + op.Slug
		switch typed.Known = len(typed.Paths) > 0 && foreign == ""; {
		case foreign != "":
			typed.Detail += ", whose field " + foreign + " the stream has by another name, if at all: what else of it is read or written is not known"
		case !typed.Known:
			typed.Detail += " has no field that the stream has: what is read of it is not known"
		}
		x.fields(stream.ID, fields)
	}
	x.out.Edges = append(x.out.Edges, typed)
}

// fields gives the stream the fields of a type that is made of its records or that they are made of.
func (x *recording) fields(stream ID, fields []browse.TypeField) {
	set := FieldSet{Stream: stream, Origin: typeOrigin + string(x.job)}
	for _, f := range fields {
		set.Fields = append(set.Fields, Field{Part: Value, Path: f.Path, Type: f.Type})
	}
	for i := range x.out.Fields {
		if old := &x.out.Fields[i]; old.Stream == stream && old.Origin == set.Origin { // a job may read one topic by two operators, or read and write it
			old.Fields = append(old.Fields, set.Fields...)
			return
		}
	}
	x.out.Fields = append(x.out.Fields, set)
}

// Origins of fields. That of a type is followed by the id of the job.
const (
	SchemaOrigin   = "schema"
	ContractOrigin = "contract"
	typeOrigin     = "type of "
)

// matched are the paths of a type's fields as the stream spells them. Where a schema or a contract says what fields the stream has, foreign is a field
// of the type's own that is none of them while others of the stream are left: it may be one of those under another name, as an annotation gives it, or
// the program's own.
func (c *Catalog) matched(stream ID, fields []browse.TypeField) (paths []string, foreign string) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var declared map[string]string
	if n := c.nodes[stream]; n != nil {
		for _, f := range n.fields {
			if f.Part == Value && (f.Origin == SchemaOrigin || f.Origin == ContractOrigin) {
				if declared == nil {
					declared = make(map[string]string)
				}
				declared[spelled(f.Path)] = f.Path
			}
		}
	}
	taken := make(map[string]bool)
	for _, f := range fields {
		path := f.Path
		if declared != nil {
			if path = declared[spelled(f.Path)]; path == "" {
				if foreign == "" && !strings.ContainsAny(f.Path, ".[") {
					foreign = f.Path
				}
				continue
			}
		}
		taken[topOf(path)] = true
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	for _, path := range declared {
		if !taken[topOf(path)] {
			return paths, foreign
		}
	}
	return paths, "" // all that the stream has is taken: what is left is the program's own
}

// spelled is a path without what programs and streams spell differently: customerId and customer_id.
func spelled(path string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(path))
}

// topOf is the field of the record that a path begins with.
func topOf(path string) string {
	if i := strings.IndexAny(path, ".["); i > 0 {
		return path[:i]
	}
	return path
}

func (x *recording) operator(id string) *browse.RecordedOperator {
	for i := range x.r.Operators {
		if x.r.Operators[i].ID == id {
			return &x.r.Operators[i]
		}
	}
	return &browse.RecordedOperator{Slug: "unknown"}
}
