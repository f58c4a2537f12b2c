package server

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// recordedProducers is checks.Producers over the recordings.
type recordedProducers struct{ server *Server }

const (
	producerWithin = 10 * time.Second
	changeWithin   = 24 * time.Hour
)

// Producer is that of checks.Producers: the invocation of a recorded job that wrote the record. Of several, as where a topic was made anew, it is the
// newest, not from before since. What is not found in time, or wrote into a topic of that name elsewhere, is nobody.
func (p *recordedProducers) Producer(ctx context.Context, cluster, topic string, partition int32, offset int64, since time.Time) (out checks.Producer, ok bool) {
	ctx, stop := context.WithTimeout(ctx, producerWithin)
	defer stop()
	s := p.server
	place := event.KafkaPosition{Topic: topic, Partition: partition, Offset: offset}.String()
	found, err := s.queries.Lineage(ctx, query.LineageQuery{Record: place, Direction: query.Up, Depth: 1, Limit: 100})
	if err != nil {
		if !errors.Is(err, query.ErrNotFound) {
			s.log.Warn("who wrote a record could not be looked up", "record", place, "error", err)
		}
		return out, false
	}
	var newest query.Wall
	for i := range found.Nodes {
		n := &found.Nodes[i]
		if n.Kind != query.NodeWritten || n.Record != place || n.Event == nil || ok && n.Event.Wall < newest || n.Event.Wall.Time().Before(since) {
			continue
		}
		r, err := s.browser.Estate().Recorded(ctx, n.Recording)
		if err != nil || !p.wrote(&r, cluster, topic) {
			continue
		}
		newest, ok = n.Event.Wall, true
		out = checks.Producer{Recording: n.Recording.String(), Job: r.Job.Name, Operator: n.Event.Operator.Name, Position: n.Event.Position.String(), Program: programOf(r.Jars)}
	}
	if ok {
		out.Before = p.before(catalog.StreamID(cluster, topic), catalog.JobID(out.Job))
	}
	return out, ok
}

// wrote tells whether a recorded job wrote a topic of this cluster. A job that names no brokers may have written to the only cluster that is known.
func (p *recordedProducers) wrote(r *browse.RecordedJob, cluster, topic string) bool {
	for _, u := range r.Topics {
		if u.Topic != topic || u.Role != browse.TopicWritten {
			continue
		}
		if u.Cluster == "" && len(p.server.clusters.byName) == 1 || u.Cluster != "" && p.server.clusters.named(u.Cluster) == cluster {
			return true
		}
	}
	return false
}

// programOf is the version of a job's program.
func programOf(jars []browse.RecordedJar) string {
	if len(jars) == 1 {
		return jars[0].Hash
	}
	var short []string
	for _, j := range jars {
		short = append(short, j.Hash[:min(12, len(j.Hash))])
	}
	return strings.Join(short, " ")
}

// before says what the catalog knows to have changed shortly before.
func (p *recordedProducers) before(stream, job catalog.ID) string {
	e, ok := p.server.catalog.ChangedBefore(stream, job, p.server.now(), changeWithin)
	if !ok {
		return ""
	}
	at := e.First.UTC().Format(time.RFC3339)
	if e.Kind == catalog.Program {
		return "program " + strings.TrimSpace(e.Name+" "+e.Facts["version"]) + " ran first at " + at
	}
	return "schema " + e.Name + " came at " + at
}
