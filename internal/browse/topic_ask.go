package browse

import (
	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/probe"
	"github.com/sightglass/sightglass/internal/serde"
)

// asking asks records of one cluster's topics whether a question wants them. Of most records a filter looks at a few members of the value, and what it does
// not look at is neither decoded nor masked. What it looks at is masked before it does, by the same masks: it is shown a tree that has those
// members alone. One goroutine uses an asking.
type asking struct {
	r    renderer
	q    *TopicQuery
	of   reads
	made map[serde.WayKind]*probe.Projection // nil: none can be made
	row  probe.Row

	topic    string // of the last record
	resource access.Resource
}

// mostProjections are kept by one asking; a topic has few schemas.
const mostProjections = 256

func (r renderer) asking(q *TopicQuery) *asking {
	r.shape = askShape // filters need no bytes and no second tree
	a := &asking{r: r, q: q, made: map[serde.WayKind]*probe.Projection{}}
	if q.Where != nil {
		a.of = q.Where.reads
	}
	if q.Key != "" {
		a.of.key = true
	}
	if q.Match != "" {
		a.of = all
	}
	if q.Decoder != "" && q.Decoder != serde.DecoderAuto {
		a.of.members = nil
	}
	return a
}

// wants tells whether the question wants a record.
func (a *asking) wants(c *Cluster, rec *kafka.Record, unclear *Unclear) bool {
	of := a.of
	var value *access.View
	if of.members != nil {
		if value = a.value(c, rec); value != nil {
			of.value = false
		}
	}
	asked := a.r.topicParts(c, rec, of)
	if value != nil {
		asked.View = value
	}
	return a.q.wants(&asked.Event, unclear)
}

// value is the view of the members that the filter looks at; nil where the value has to be read whole.
func (a *asking) value(c *Cluster, rec *kafka.Record) *access.View {
	way, ok := c.Decoder.Way(a.r.ctx, serde.PartValue, rec.Value, serdeHeaders(rec.Headers))
	if !ok {
		return nil
	}
	p, known := a.made[way.WayKind]
	if !known {
		if len(a.made) >= mostProjections {
			clear(a.made)
		}
		p, _ = probe.Project(way.WayKind, a.of.members, c.Decoder.Limits()) // that none can be made is no fault of the record
		a.made[way.WayKind] = p
	}
	if p == nil {
		return nil
	}
	tree, ok := p.Tree(rec.Value, way.Off, way.Info(rec.Value.Size()), &a.row)
	if !ok {
		return nil
	}
	if a.topic != rec.Topic || a.resource == "" {
		a.topic, a.resource = rec.Topic, TopicResource(c.Name, rec.Topic)
	}
	subject := access.Subject{Resource: a.resource, Part: access.PartValue, Tagged: a.r.tags.of(&serde.Decoded{Tree: tree, Schema: way.Schema})}
	v := a.r.policy.View(a.r.who, subject, rec.Value, tree, access.Shape{Unlined: true})
	return &v
}

func serdeHeaders(of []kafka.Header) []serde.Header {
	out := make([]serde.Header, 0, len(of))
	for _, h := range of {
		out = append(out, serde.Header{Name: h.Name, Value: h.Value})
	}
	return out
}
