package query

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
)

// topics lists the Kafka topics that the vertices read and write, without lag.
func (d *drawing) topics() []Topic {
	type use struct {
		topic, vertex string
		operator      int
		sink          bool
	}
	sums := make(map[use]*Topic)
	for k, s := range d.model.splits {
		def, a := d.cat.splits[k.split], d.cat.attempts[k.attempt]
		if def == nil || def.Topic == "" || a == nil {
			continue
		}
		u := use{def.Topic, a.Vertex, d.operatorOf(a, k, s), k.sink}
		t := sums[u]
		if t == nil {
			t = &Topic{Topic: u.topic, Role: TopicRead, Operator: a.operator(u.operator).Slug, Vertex: u.vertex}
			if k.sink {
				t.Role = TopicWritten
			}
			sums[u] = t
		}
		t.Cluster = cmp.Or(t.Cluster, def.Cluster)
		t.Records += s.total
		t.PerSecond += d.pace.of(&s.meter)
	}
	var list []Topic
	for _, u := range slices.SortedFunc(maps.Keys(sums), func(a, b use) int {
		return cmp.Or(cmp.Compare(a.topic, b.topic), cmp.Compare(a.vertex, b.vertex), cmp.Compare(a.operator, b.operator), boolean(a.sink)-boolean(b.sink))
	}) {
		list = append(list, *sums[u])
	}
	return list
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// operatorOf is the operator that reads or writes the split: the header says it of writes; a source heads its chain.
func (d *drawing) operatorOf(a *attempt, k splitUse, s *splitTally) int {
	if k.sink && s.operator >= 0 {
		return s.operator
	}
	want := "source"
	if k.sink {
		want = "sink"
	}
	for i, op := range a.chain {
		if op.Index >= 0 && op.Kind == want {
			return i
		}
	}
	return 0
}

// topicOf is the last topic in alphabetical order that the operator reads or writes.
func (d *drawing) topicOf(vertex string, index int, kind string) string {
	topic := ""
	for k, s := range d.model.splits {
		a, def := d.cat.attempts[k.attempt], d.cat.splits[k.split]
		if a == nil || a.Vertex != vertex || def == nil || d.operatorOf(a, k, s) != index {
			continue
		}
		topic = max(topic, def.Topic)
	}
	return topic
}

// addLag fills in how far the job is behind what other recorded jobs wrote to the topics that it reads.
func (e *Engine) addLag(ctx context.Context, rec *rosterEntry, topics []Topic) (total int64, has bool, err error) {
	all, err := e.roster.recordings(ctx)
	if err != nil {
		return 0, false, err
	}
	var others []*rosterEntry
	for _, r := range all {
		entry, err := e.entry(ctx, r)
		if errors.Is(err, ErrNotFound) {
			continue // deleted since it was listed
		}
		if err != nil {
			return 0, false, err
		}
		if !entry.job.Derived {
			others = append(others, entry)
		}
	}
	lags := make(map[string]int64)
	for p, uses := range rec.places {
		read, cluster := lastOffset(uses, false, "")
		if read < 0 {
			continue
		}
		written := int64(-1)
		for _, other := range others {
			last, _ := lastOffset(other.places[p], true, cluster)
			written = max(written, last)
		}
		if written >= 0 {
			lags[p.topic] += max(0, written-read)
		}
	}
	for i := range topics {
		if lag, ok := lags[topics[i].Topic]; ok && topics[i].Role == TopicRead {
			topics[i].Lag, topics[i].HasLag = lag, true
		}
	}
	for _, lag := range lags {
		total, has = total+lag, true
	}
	return total, has, nil
}

// lastOffset is the highest offset that was read or written at a place of the cluster, -1 = none.
func lastOffset(uses []placeUse, sink bool, cluster string) (last int64, of string) {
	last = -1
	for _, u := range uses {
		if u.sink == sink && clustersMeet(cluster, u.cluster) {
			last, of = max(last, u.last), cmp.Or(of, u.cluster)
		}
	}
	return last, of
}
