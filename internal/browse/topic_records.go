package browse

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/serde"
)

// TopicQuery selects records of a topic. Key, Match and Where are asked of records as the principal sees them, masks included.
type TopicQuery struct {
	kafka.ScanQuery
	Key   string
	Match string
	Where *Filter
	Limit int // records of a page, default 50; ScanQuery.Limit is not used

	Decoder string // of keys and values, one of serde.Decoders; empty = auto. It changes what is tried, not what is shown of it
}

// TopicRecord is a record of a topic as a principal may see it: its event has what filters ask for.
type TopicRecord struct {
	Event
	Record kafka.Record // without payload: key, value and headers are those of Event

	Decoder string // that read the value
	Note    string // why what key or value hint at was left, and they were read otherwise
}

// TopicPage is a page of a topic's records.
type TopicPage struct {
	Records []TopicRecord
	Scanned kafka.Scanned
	Asked   int     // records that the filters were asked about
	Unclear Unclear // of these, where the filter could not be told
}

// topicLimit is how many records a page has unless somebody says so.
const topicLimit = 50

// TopicRecords gives a page of a topic. Errors: ErrQuery, ErrDenied of the group to begin at, ErrNotFound, ErrAudit, ErrCluster.
func (b *Browser) TopicRecords(ctx context.Context, who access.Principal, cluster string, q TopicQuery) (TopicPage, error) {
	c, err := b.cluster(cluster)
	if err != nil {
		return TopicPage{}, err
	}
	if err := q.check(); err != nil {
		return TopicPage{}, err
	}
	if q.From == kafka.FromGroup { // the page tells where the group is
		if err := b.DecideIn(ctx, who, access.GroupView, GroupResource(cluster, q.Group)).Err(); err != nil {
			return TopicPage{}, err
		}
	}
	if q.Limit <= 0 {
		q.Limit = topicLimit
	}
	q.ScanQuery.Limit = 0
	if !q.filters() {
		q.ScanQuery.Limit = q.Limit
	}
	end, err := b.beginAs(ctx, who, access.TopicRead, topicTarget(cluster, q.Topic), []string{placesOf(&q.ScanQuery)}, q.filter())
	if err != nil {
		return TopicPage{}, err
	}
	r := b.renderer(ctx, who, momentShape)
	r.decoder = q.Decoder
	page, err := b.topicPage(ctx, r, c, &q)
	if err2 := end(len(page.Records), err); err == nil {
		err = err2
	}
	if err != nil {
		return TopicPage{}, err
	}
	return page, nil
}

func topicTarget(cluster, topic string) Target {
	return Target{Resource: TopicResource(cluster, topic)}
}

func (b *Browser) topicPage(ctx context.Context, r renderer, c *Cluster, q *TopicQuery) (TopicPage, error) {
	page := TopicPage{Records: []TopicRecord{}}
	scan := c.Kafka.Scan(q.ScanQuery)
	bytes, ended := 0, ""
	ask := r.asking(q) // most records are only asked about
	for rec, err := range scan.All(ctx) {
		if err != nil {
			page.Scanned = scan.Scanned()
			return page, kafkaError(err)
		}
		page.Asked++
		if q.filters() {
			if !ask.wants(c, &rec, &page.Unclear) {
				continue
			}
		}
		shown := r.topicRecord(c, &rec)
		page.Records = append(page.Records, shown)
		if bytes += rec.Size; len(page.Records) >= q.Limit {
			ended = kafka.EndedLimit
			break
		}
		if bytes > pageBytes {
			ended = kafka.EndedBytes
			break
		}
	}
	page.Scanned = scan.Scanned()
	if ended != "" { // the scan knows only that nobody took more
		page.Scanned.Ended = ended
	}
	return page, nil
}

// TopicRecord gives one record, read by a decoder as TopicQuery has it. Errors: ErrQuery, ErrNotFound, ErrAudit, ErrCluster.
func (b *Browser) TopicRecord(ctx context.Context, who access.Principal, cluster, topic string, partition int32, offset int64, decoder string) (TopicRecord, error) {
	c, err := b.cluster(cluster)
	if err != nil {
		return TopicRecord{}, err
	}
	if err := (&TopicQuery{Decoder: decoder}).check(); err != nil {
		return TopicRecord{}, err
	}
	end, err := b.beginAs(ctx, who, access.TopicRead, topicTarget(cluster, topic), []string{fmt.Sprintf("partition %d, offset %d", partition, offset)}, "")
	if err != nil {
		return TopicRecord{}, err
	}
	rec, err := c.Kafka.One(ctx, topic, partition, offset)
	n := 0
	var shown TopicRecord
	if err == nil {
		r := b.renderer(ctx, who, momentShape)
		r.decoder = decoder
		n, shown = 1, r.topicRecord(c, &rec)
	}
	if err2 := end(n, err); err == nil {
		err = err2
	}
	if err != nil {
		return TopicRecord{}, kafkaError(err)
	}
	return shown, nil
}

// topicRecord renders a record of a topic.
func (r renderer) topicRecord(c *Cluster, rec *kafka.Record) TopicRecord {
	return r.topicParts(c, rec, all)
}

// topicParts renders those parts of a record that are looked at; members of the value do not count.
func (r renderer) topicParts(c *Cluster, rec *kafka.Record, parts reads) TopicRecord {
	out := TopicRecord{Record: *rec, Event: Event{Event: query.Event{
		Lane: event.LaneSrc, Kind: event.KindSourceRecord, Subtask: -1, HasPayload: true, Wall: query.Wall(rec.Time * 1000), EventTime: query.EventTime(rec.Time),
		Kafka: &event.KafkaPosition{Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset},
	}}}
	out.Record.Key, out.Record.Value, out.Record.Headers = event.Payload{}, event.Payload{}, nil
	if !parts.key && !parts.headers && !parts.value {
		return out
	}
	of := TopicResource(c.Name, rec.Topic)
	chosen := r.decoder != "" && r.decoder != serde.DecoderAuto
	bound := chosen && !r.policy.Decide(r.who, access.TopicReadRaw, of).Allowed
	wish := serde.Wish{Decoder: r.decoder, Headers: serdeHeaders(rec.Headers)}
	var read serde.Decoded // last
	render := func(part access.Part, as serde.RecordPart, p event.Payload) *access.View {
		w := wish
		if part == access.PartHeader {
			w.Decoder = ""
		}
		view := func(w serde.Wish) *access.View {
			d := c.Decoder.Decode(r.ctx, as, p, w)
			read = d
			v := r.policy.View(r.who, access.Subject{Resource: of, Part: part, Tagged: r.joined.of(r.tags.of(&d), r.said.TagsOf(c.Name, rec.Topic, part))}, p, d.Tree, r.shape)
			return &v
		}
		if bound && w.Decoder != "" {
			// Rules go by names of fields, which another reading does not have: where the reading that is the record's own hides something of
			// the part, the choice of another one would be a way around it.
			own := w
			own.Decoder = ""
			if v := view(own); len(v.Masked) > 0 {
				return v
			}
		}
		return view(w)
	}
	if parts.key && (!rec.Key.Null() || rec.Key.Size() > 0) {
		out.KeyView = render(access.PartKey, serde.PartKey, rec.Key)
		out.note("key", read.Fallback)
	}
	if parts.value {
		out.View = render(access.PartValue, serde.PartValue, rec.Value)
		out.Decoder = read.Decoder
		out.note("value", read.Fallback)
		out.Text, out.TypeName = out.View.Text(), out.View.Type
	}
	if !parts.headers {
		return out
	}
	for _, h := range rec.Headers {
		hv := HeaderView{Name: h.Name}
		if !h.Value.Null() {
			hv.Value = render(access.PartHeader, serde.PartHeader, h.Value)
		}
		out.Headers = append(out.Headers, hv)
	}
	return out
}

// topicValue renders the value of a record alone.
func (r renderer) topicValue(c *Cluster, rec *kafka.Record) *access.View {
	var wish serde.Wish
	for _, h := range rec.Headers {
		wish.Headers = append(wish.Headers, serde.Header{Name: h.Name, Value: h.Value})
	}
	d := c.Decoder.Decode(r.ctx, serde.PartValue, rec.Value, wish)
	v := r.policy.View(r.who, access.Subject{Resource: TopicResource(c.Name, rec.Topic), Part: access.PartValue, Tagged: r.tags.of(&d)}, rec.Value, d.Tree, r.shape)
	return &v
}

// Size is how many bytes the record has; where some of it is masked, the next power of two.
func (r *TopicRecord) Size() int {
	masked := r.View != nil && len(r.View.Masked) > 0 || r.KeyView != nil && len(r.KeyView.Masked) > 0
	for _, h := range r.Headers {
		masked = masked || h.Value != nil && len(h.Value.Masked) > 0
	}
	if !masked {
		return r.Record.Size
	}
	n := 1
	for n < r.Record.Size {
		n <<= 1
	}
	return n
}

func (r *TopicRecord) note(part, why string) {
	switch {
	case why == "":
	case r.Note == "":
		r.Note = part + ": " + why
	default:
		r.Note += "; " + part + ": " + why
	}
}

// check refuses what no scan can do.
func (q *TopicQuery) check() error {
	if q.Decoder != "" && !slices.Contains(serde.Decoders(), q.Decoder) {
		return fmt.Errorf("%w: there is no decoder of that name: %s", ErrQuery, strings.Join(serde.Decoders(), ", "))
	}
	return nil
}

// TopicDecoders are what TopicQuery.Decoder may be.
func TopicDecoders() []string { return serde.Decoders() }

func (q *TopicQuery) filters() bool { return q.Key != "" || q.Match != "" || q.Where != nil }

func (q *TopicQuery) filter() string {
	return filterOf(EventQuery{Key: q.Key, Match: q.Match, Where: q.Where})
}

func (q *TopicQuery) wants(e *Event, unclear *Unclear) bool {
	of := EventQuery{Key: q.Key, Match: q.Match, Where: q.Where, Unclear: func(err error) {
		if unclear.Events++; unclear.Events == 1 {
			unclear.Why = err.Error()
		}
	}}
	return of.wants(e)
}

// placesOf says for the audit log what is about to be read.
func placesOf(q *kafka.ScanQuery) string {
	var b strings.Builder
	switch q.From {
	case kafka.FromStart:
		b.WriteString("from the start")
	case kafka.FromOffset:
		fmt.Fprintf(&b, "from offset %d", q.Offset)
	case kafka.FromPositions:
		b.WriteString("from")
		for i, p := range slices.Sorted(maps.Keys(q.Positions)) {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, " %d@%d", p, q.Positions[p])
		}
	case kafka.FromTime:
		fmt.Fprintf(&b, "from %s", query.Wall(q.Time*1000).Time().UTC().Format("2006-01-02T15:04:05.000Z"))
	case kafka.FromGroup:
		fmt.Fprintf(&b, "from where group %s is", q.Group)
	default:
		b.WriteString("from the end")
	}
	if q.Forward {
		b.WriteString(" forward")
	} else {
		b.WriteString(" backward")
	}
	if len(q.Partitions) > 0 {
		fmt.Fprintf(&b, ", partitions %v", q.Partitions)
	}
	return b.String()
}
