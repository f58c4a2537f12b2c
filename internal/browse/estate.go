package browse

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/query"
)

// Estate is what the server itself looks at to keep its catalog: recordings and clusters without payload, and without asking whether anybody may.
// Whoever shows something of it asks access first.
type Estate struct{ b *Browser }

// Estate is that of b.
func (b *Browser) Estate() Estate { return Estate{b} }

// RecordedJob is what a recording says of a job and its topics.
type RecordedJob struct {
	Job       Job
	Resource  access.Resource
	Config    map[string]string
	Jars      []RecordedJar
	Operators []RecordedOperator
	Topics    []query.TopicUse
	Planned   bool // operators tell what SQL made of them

	Statements []string // of SQL, in order, without literals and comments
}

// RecordedJar is a jar of the job, by its SHA-256 in hexadecimal.
type RecordedJar struct {
	Name, Hash      string
	Bytes           int64
	Version, Commit string // as its manifest has them; empty = it does not, or its bytes are not kept
}

// What an operator did with a topic.
type TopicUse = query.TopicUse

// The roles of a topic.
const (
	TopicRead    = query.TopicRead
	TopicWritten = query.TopicWritten
)

// RecordedTopicResource is what access decides on for a topic whose cluster is not known.
func RecordedTopicResource(topic string) access.Resource { return access.RecordedTopic(topic) }

// RecordedOperator is an operator with the fields of the records that go into it and come out.
type RecordedOperator struct {
	ID, Slug, Name, Kind, Class string
	Function                    *event.FunctionDef
	Next                        []string // ids
	InType, OutType             string   // empty = not known
	In, Out                     []TypeField
	Plan                        string   // the planner's description without its literals; empty = none
	PlanType                    string   // as StreamExecCalc
	Fields                      []string // names of what it emits, as the planner has them; nil = not known
}

// Jobs lists all runs that are kept, newest first.
func (e Estate) Jobs(ctx context.Context) ([]Job, error) { return e.b.queries.Jobs(ctx, true) }

// Recorded reads what a recording says. Errors: ErrNotFound.
func (e Estate) Recorded(ctx context.Context, rec event.RecordingID) (RecordedJob, error) {
	u, err := e.b.queries.Uses(ctx, rec)
	if err != nil {
		return RecordedJob{}, err
	}
	out := RecordedJob{Job: u.Job, Resource: e.b.resourceOf(rec), Config: u.Config, Topics: u.Topics}
	planned := make(map[string]query.PlannedOperator)
	if u.Job.SQL {
		p, err := e.b.queries.Plan(ctx, rec)
		if err != nil {
			return RecordedJob{}, err
		}
		for _, o := range p.Operators {
			if o.Operator.ID != "" {
				planned[o.Operator.ID] = o
			}
		}
		out.Planned = len(planned) > 0
		for _, s := range p.Statements {
			out.Statements = append(out.Statements, unlettered(out.Resource, s.Text, access.SQL))
		}
	}
	for _, o := range u.Operators {
		r := RecordedOperator{ID: o.ID, Slug: o.Slug, Name: o.Name, Kind: o.Kind, Class: o.Class, Function: o.Function, Next: o.Next}
		if p, ok := planned[o.ID]; ok {
			r.PlanType, r.Fields = p.Type, p.Fields
			if !p.Description.Null() {
				r.Plan = unlettered(out.Resource, p.Description, access.Description)
			}
		}
		r.OutType, r.Out = e.b.decoders.fields(o.Out, r.Fields)
		if len(o.In) == 1 {
			r.InType, r.In = e.b.decoders.fields(o.In[0], inputNames(u.Operators, planned, o.ID))
		}
		out.Operators = append(out.Operators, r)
	}
	out.Jars, err = e.jars(ctx, rec)
	return out, err
}

// unlettered is a text of a program as nobody in particular sees it: names are there, literals and comments are not.
func unlettered(of access.Resource, text event.Payload, language access.Language) string {
	if text.Null() {
		return ""
	}
	return (*access.Policy)(nil).Source(access.Principal{}, access.Subject{Resource: of, Part: access.PartSQL}, text, language).Text
}

// inputNames are the names of the fields of what the one operator before another emits.
func inputNames(all []query.UsedOperator, planned map[string]query.PlannedOperator, id string) (names []string) {
	n := 0
	for _, o := range all {
		if slices.Contains(o.Next, id) {
			n++
			names = planned[o.ID].Fields
		}
	}
	if n != 1 {
		return nil
	}
	return names
}

// fields are the type's name and fields of what a serializer describes.
func (d *decoders) fields(id event.DefinitionID, names []string) (string, []TypeField) {
	def, ok := d.definition(id)
	if id == 0 || !ok {
		return "", nil
	}
	descriptor, err := event.ParseDescriptor(def.Body)
	if err != nil {
		return "", nil
	}
	return unwrapped(descriptor).TypeName(), typeFields(descriptor, names)
}

// jars are those that the capsules of a recording name.
func (e Estate) jars(ctx context.Context, rec event.RecordingID) ([]RecordedJar, error) {
	capsules, err := e.b.queries.Capsules(ctx, rec)
	if err != nil {
		return nil, err
	}
	byHash := make(map[string]RecordedJar)
	for _, c := range capsules {
		for _, p := range c.Parts {
			hash := p.Hash.String()
			if _, had := byHash[hash]; p.Format == "jar" && !had {
				m := e.b.queries.JarManifest(ctx, p.Hash)
				byHash[hash] = RecordedJar{p.Name[strings.LastIndexByte(p.Name, '/')+1:], hash, p.Bytes, m.Version, m.Commit}
			}
		}
	}
	var out []RecordedJar
	for _, hash := range slices.Sorted(maps.Keys(byHash)) {
		out = append(out, byHash[hash])
	}
	return out, nil
}

// Clusters are the names of all clusters.
func (e Estate) Clusters() []string {
	var names []string
	for _, c := range e.b.clusters {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}

// Topics are those of a cluster. Errors: ErrNotFound, ErrCluster.
func (e Estate) Topics(ctx context.Context, cluster string) ([]TopicSummary, error) {
	return asked(e.b, cluster, func(k *kafka.Client) (all []TopicSummary, err error) {
		all, _, err = k.Topics(ctx)
		return all, err
	})
}

// Groups are the names of the consumer groups of a cluster. Errors: ErrNotFound, ErrCluster.
func (e Estate) Groups(ctx context.Context, cluster string) ([]GroupSummary, error) {
	return asked(e.b, cluster, func(k *kafka.Client) (all []GroupSummary, err error) {
		all, _, err = k.Groups(ctx)
		return all, err
	})
}

// Group tells of one group. Errors: ErrNotFound, ErrCluster.
func (e Estate) Group(ctx context.Context, cluster, group string) (Group, error) {
	return asked(e.b, cluster, func(k *kafka.Client) (Group, error) { return k.Group(ctx, group) })
}

// ACLs are the rules of a cluster's authorizer; none where the server may not ask for them. Errors: ErrNotFound, ErrCluster.
func (e Estate) ACLs(ctx context.Context, cluster string) ([]ACL, error) {
	all, err := asked(e.b, cluster, func(k *kafka.Client) ([]ACL, error) { return k.ACLs(ctx) })
	if errors.Is(err, kafka.ErrForbidden) {
		return nil, nil
	}
	return all, err
}

// JobResource is what access decides on for a job by its name alone, whatever its recordings are.
func (b *Browser) JobResource(job string) access.Resource {
	return access.ResourceOf("flink", b.environ, "job", job)
}
