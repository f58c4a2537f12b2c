package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// TailItem is what a tail tells.
type TailItem struct {
	Record  *TopicRecord `json:"record,omitempty" doc:"Absent: only numbers are told."`
	Seen    I64          `json:"seen" doc:"Records that came since the last item that was told."`
	Dropped I64          `json:"dropped" doc:"Of these, such as came faster than they are shown."`
}

type tailRequest struct {
	TopicPath
	TopicFilter
	Partitions []int  `query:"partition,explode" maxItems:"1000" doc:"None: all."`
	Cursor     string `query:"cursor" maxLength:"32768" doc:"next of a page: what came behind it comes first."`
	Decoder    string `query:"decoder" maxLength:"16" doc:"As of a page."`
}

func (s *service) topicTail(ctx context.Context, in *tailRequest, out send[TailItem]) (err error) {
	q := browse.TopicQuery{Key: in.Key, Match: in.Text, Decoder: in.Decoder}
	if q.Where, err = predicate(in.Where); err != nil {
		return err
	}
	t := browse.TailQuery{Topic: in.Topic}
	if t.Partitions, err = partitions(in.Partitions); err != nil {
		return err
	}
	if in.Cursor != "" {
		if t.Positions, err = positions(in.Cursor); err != nil {
			return err
		}
	}
	for x, err := range s.Browser.TopicTail(ctx, caller(ctx), in.Cluster, q, t) {
		if err != nil {
			return err
		}
		item := TailItem{Seen: I64(x.Seen), Dropped: I64(x.Dropped)}
		if x.Record != nil {
			r := topicRecordOf(x.Record)
			item.Record = &r
		}
		if err := out("", item); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// produceBody is what a request to write may have: the 10 MiB that are written at once, in base64 and with what is around it.
const produceBody = 16 << 20

// ProduceWish says what is written to a topic.
type ProduceWish struct {
	Records []ProduceRecord `json:"records,omitempty" maxItems:"1000"`
	Copy    string          `json:"copy,omitempty" maxLength:"512" doc:"In place of records: topic/partition@offset of a record of the cluster, which is written as it is. Needs topic:read_raw on its topic."`
	Why     string          `json:"why,omitempty" maxLength:"1024" doc:"For the audit log."`
}

// ProduceRecord is a record to write.
type ProduceRecord struct {
	Partition *int32          `json:"partition,omitempty" minimum:"0" doc:"Absent: by the key."`
	Key       *ProduceContent `json:"key,omitempty" doc:"Absent: null."`
	Value     *ProduceContent `json:"value,omitempty" doc:"Absent: null, a tombstone."`
	Headers   []ProduceHeader `json:"headers,omitempty" maxItems:"1000"`
}

// ProduceContent is one of both.
type ProduceContent struct {
	Text   *string `json:"text,omitempty" doc:"In UTF-8."`
	Base64 []byte  `json:"base64,omitempty" doc:"Not empty: what is empty is a text."`
}

// ProduceHeader is a header of a record to write.
type ProduceHeader struct {
	Name  string          `json:"name" maxLength:"4096"`
	Value *ProduceContent `json:"value,omitempty" doc:"Absent: null."`
}

// ProducedRecord is where a record came to lie.
type ProducedRecord struct {
	Partition int32  `json:"partition"`
	Offset    I64    `json:"offset" doc:"-1 = it was not written."`
	Place     string `json:"place,omitempty" doc:"topic/partition@offset"`
	Error     string `json:"error,omitempty" doc:"Why it was not written, or that this is not known."`
}

func (c *ProduceContent) twice() bool { return c != nil && c.Text != nil && c.Base64 != nil }

// twice tells whether some part of the record is given both ways.
func (r *ProduceRecord) twice() bool {
	return r.Key.twice() || r.Value.twice() || slices.ContainsFunc(r.Headers, func(h ProduceHeader) bool { return h.Value.twice() })
}

func (c *ProduceContent) bytes() []byte {
	switch {
	case c == nil:
		return nil
	case c.Text != nil:
		return append([]byte{}, *c.Text...)
	}
	return append([]byte{}, c.Base64...)
}

func (s *service) produce(ctx context.Context, in *struct {
	TopicPath
	Body ProduceWish
},
) (List[ProducedRecord], error) {
	w := &in.Body
	if (len(w.Records) == 0) == (w.Copy == "") {
		return List[ProducedRecord]{}, problem(http.StatusBadRequest, "records or copy is wanted", "give one of both")
	}
	if w.Copy != "" {
		of, err := event.ParseKafkaPosition(strings.TrimSpace(w.Copy))
		if err != nil {
			return List[ProducedRecord]{}, problem(http.StatusBadRequest, "copy is no place of a record", "write topic/partition@offset")
		}
		made, err := s.Browser.Republish(ctx, caller(ctx), in.Cluster, of, in.Topic, w.Why)
		if err != nil {
			return List[ProducedRecord]{}, err
		}
		return listOf("produced", []ProducedRecord{producedOf(in.Topic, made)}), nil
	}
	all := make([]browse.Message, len(w.Records))
	for i := range w.Records {
		r := &w.Records[i]
		if r.twice() {
			return List[ProducedRecord]{}, problem(http.StatusBadRequest, "a part of a record is given as text and as base64", "give one of both")
		}
		all[i] = browse.Message{Partition: -1, Key: r.Key.bytes(), Value: r.Value.bytes()}
		if r.Partition != nil {
			all[i].Partition = *r.Partition
		}
		for _, h := range r.Headers {
			all[i].Headers = append(all[i].Headers, browse.MessageHeader{Name: h.Name, Value: h.Value.bytes()})
		}
	}
	made, err := s.Browser.Produce(ctx, caller(ctx), in.Cluster, in.Topic, all, w.Why)
	if len(made) == 0 && err != nil {
		return List[ProducedRecord]{}, err
	}
	list := make([]ProducedRecord, len(made)) // each says what became of it
	for i, m := range made {
		list[i] = producedOf(in.Topic, m)
	}
	return listOf("produced", list), nil
}

func producedOf(topic string, p browse.Produced) ProducedRecord {
	out := ProducedRecord{Partition: p.Partition, Offset: I64(p.Offset), Error: textOf(p.Err)}
	if p.Offset >= 0 {
		at := event.KafkaPosition{Topic: topic, Partition: p.Partition, Offset: p.Offset}
		out.Place = at.String()
	}
	return out
}
