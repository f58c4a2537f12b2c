package query

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// Uses is what a recording says of a job at its topics: which partitions its operators really read and wrote, and of which types the records are
// for them. It comes from headers and definitions alone.
type Uses struct {
	Job       Job
	Config    map[string]string
	Operators []UsedOperator
	Topics    []TopicUse
}

// UsedOperator is an operator with the types that go through it.
type UsedOperator struct {
	ID, Slug, Name, Kind, Class string
	Function                    *event.FunctionDef
	In                          []event.DefinitionID // serializers
	Out                         event.DefinitionID   // serializer of its main output; 0 = not known
	Next                        []string             // ids of the operators that it hands records to, in its task and in others
	Topic                       string               // that it reads or writes, empty = none
}

// TopicUse is a topic that an operator read or wrote.
type TopicUse struct {
	Topic, Cluster string // Cluster is the bootstrap servers as the job named them; empty = not told
	Role           TopicRole
	Operator       string // id
	Records        uint64
	Partitions     []PartitionUse // in order
	LastSeen       Wall           // the second in which the last of the records was read or written
}

// PartitionUse is the offsets of a partition between which an operator read or wrote.
type PartitionUse struct {
	Partition   int32
	First, Last int64
	Records     uint64
}

// Uses reads those of rec. Errors: ErrNotFound.
func (e *Engine) Uses(ctx context.Context, rec event.RecordingID) (Uses, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Uses{}, err
	}
	defer v.close()
	out := Uses{Job: e.enter(v).job.aged(e.now())}
	if v.cat.graph != nil {
		out.Config = v.cat.graph.Config
	}
	v.model.mu.Lock()
	defer v.model.mu.Unlock()
	g := v.graphLocked(pace{}, newest(v.attemptsLocked()))
	out.Operators = v.usedOperators(&g)
	out.Topics = v.topicUses(&g)
	return out, nil
}

func (v *view) usedOperators(g *Graph) (all []UsedOperator) {
	heads := make(map[string]string) // operator id by vertex
	slugs := make(map[[2]string]string)
	for _, x := range g.Vertices {
		for i, o := range x.Operators {
			if i == 0 {
				heads[x.ID] = o.ID
			}
			slugs[[2]string{x.ID, o.Slug}] = o.ID
		}
	}
	across := make(map[string][]string)
	for _, e := range g.Edges {
		from := slugs[[2]string{e.From, e.FromOperator}]
		if from == "" { // nothing has passed it yet: the last of the chain, as a chain of one line has it
			if ops := operatorsOf(g, e.From); len(ops) > 0 {
				from = ops[len(ops)-1].ID
			}
		}
		if to := heads[e.To]; from != "" && to != "" && !slices.Contains(across[from], to) {
			across[from] = append(across[from], to)
		}
	}
	defs := v.operatorDefs()
	for _, x := range g.Vertices {
		for _, o := range x.Operators {
			u := UsedOperator{ID: o.ID, Slug: o.Slug, Name: o.Name, Kind: o.Kind, Class: o.Class, Function: o.Function, Topic: o.Topic}
			for _, n := range o.Next {
				if n >= 0 && n < len(x.Operators) {
					u.Next = append(u.Next, x.Operators[n].ID)
				}
			}
			u.Next = append(u.Next, across[o.ID]...)
			if def := defs[o.ID]; def != nil {
				u.Out, _ = event.ParseDefinitionID(def.Out) // 0 when it has none
				for _, in := range def.In {
					if id, err := event.ParseDefinitionID(in); err == nil {
						u.In = append(u.In, id)
					}
				}
			}
			all = append(all, u)
		}
	}
	return all
}

func operatorsOf(g *Graph, vertex string) []Operator {
	for i := range g.Vertices {
		if g.Vertices[i].ID == vertex {
			return g.Vertices[i].Operators
		}
	}
	return nil
}

// operatorDefs are the definitions of operators by their ids, each of any attempt.
func (v *view) operatorDefs() map[string]*event.ChainOperatorDef {
	defs := make(map[string]*event.ChainOperatorDef)
	for _, key := range slices.Sorted(maps.Keys(v.cat.attempts)) {
		a := v.cat.attempts[key]
		for i, ref := range a.chain {
			if a.defs[i] != nil && ref.Index >= 0 {
				defs[ref.ID] = a.defs[i]
			}
		}
	}
	return defs
}

// topicUses sums up what was read and written. The model is locked.
func (v *view) topicUses(g *Graph) []TopicUse {
	type use struct {
		topic, cluster, operator string
		sink                     bool
	}
	d := &drawing{view: v}
	sums := make(map[use]*TopicUse)
	parts := make(map[use]map[int32]*PartitionUse)
	for k, s := range v.model.splits {
		def, a := v.cat.splits[k.split], v.cat.attempts[k.attempt]
		if def == nil || def.Topic == "" || a == nil {
			continue
		}
		u := use{def.Topic, def.Cluster, a.operator(d.operatorOf(a, k, s)).ID, k.sink}
		t := sums[u]
		if t == nil {
			t = &TopicUse{Topic: u.topic, Cluster: u.cluster, Operator: u.operator, Role: TopicRead}
			if k.sink {
				t.Role = TopicWritten
			}
			sums[u], parts[u] = t, make(map[int32]*PartitionUse)
		}
		t.Records += s.total
		t.LastSeen = max(t.LastSeen, s.newest())
		p := parts[u][def.Partition]
		if p == nil {
			p = &PartitionUse{Partition: def.Partition, First: s.first, Last: s.last}
			parts[u][def.Partition] = p
		}
		p.First, p.Last = min(p.First, s.first), max(p.Last, s.last)
		p.Records += s.total
	}
	list := make([]TopicUse, 0, len(sums))
	for u, t := range sums {
		for _, n := range slices.Sorted(maps.Keys(parts[u])) {
			t.Partitions = append(t.Partitions, *parts[u][n])
		}
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b TopicUse) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Role, b.Role), cmp.Compare(a.Operator, b.Operator))
	})
	return list
}

// newest is the end of the newest second in which something was counted; 0 = in none.
func (m *meter) newest() Wall {
	var last int64
	for _, s := range m.slots {
		last = max(last, s.second)
	}
	if last == 0 {
		return 0
	}
	return Wall(last * 1e6)
}
