package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/sightglass/sightglass/gen"
)

// Clusters lists the Kafka clusters that the server looks into.
func (c *Client) Clusters(ctx context.Context) (*Answer[gen.ClusterNameList], error) {
	return get[gen.ClusterNameList](ctx, c, nil, "clusters")
}

// Brokers lists those of a cluster.
func (c *Client) Brokers(ctx context.Context, cluster string) (*Answer[gen.BrokerList], error) {
	return get[gen.BrokerList](ctx, c, nil, "clusters", cluster, "brokers")
}

// ACLs lists the rules of a cluster's authorizer.
func (c *Client) ACLs(ctx context.Context, cluster string) (*Answer[gen.ACLList], error) {
	return get[gen.ACLList](ctx, c, nil, "clusters", cluster, "acls")
}

// Quotas lists what clients of a cluster may use.
func (c *Client) Quotas(ctx context.Context, cluster string) (*Answer[gen.QuotaList], error) {
	return get[gen.QuotaList](ctx, c, nil, "clusters", cluster, "quotas")
}

// Topics lists those of a cluster.
func (c *Client) Topics(ctx context.Context, cluster string) (*Answer[gen.Topics], error) {
	return get[gen.Topics](ctx, c, nil, "clusters", cluster, "topics")
}

// Topic tells of one.
func (c *Client) Topic(ctx context.Context, cluster, topic string) (*Answer[gen.KafkaTopic], error) {
	return get[gen.KafkaTopic](ctx, c, nil, "clusters", cluster, "topics", topic)
}

// TopicQuery chooses records of a topic. Zero values: the newest of all partitions, as many as the server chooses.
type TopicQuery struct {
	Cluster, Topic string
	From           string
	Partitions     []int
	Order          string // asc or desc
	Key, Text      string
	Where          string // CEL
	Limit          int
	Decoder        string
	Uncommitted    bool
	Cursor         string
}

func (q TopicQuery) filter() url.Values {
	v := url.Values{}
	setText(v, "key", q.Key)
	setText(v, "text", q.Text)
	setText(v, "where", q.Where)
	setText(v, "decoder", q.Decoder)
	setText(v, "cursor", q.Cursor)
	for _, p := range q.Partitions {
		v.Add("partition", strconv.Itoa(p))
	}
	return v
}

// TopicRecords gives a page of a topic's records.
func (c *Client) TopicRecords(ctx context.Context, q TopicQuery) (*Answer[gen.TopicPage], error) {
	v := q.filter()
	setText(v, "from", q.From)
	setText(v, "order", q.Order)
	setNumber(v, "limit", q.Limit)
	if q.Uncommitted {
		v.Set("isolation", "uncommitted")
	}
	return get[gen.TopicPage](ctx, c, v, "clusters", q.Cluster, "topics", q.Topic, "records")
}

// TopicRecord gives one record.
func (c *Client) TopicRecord(ctx context.Context, cluster, topic, partition, offset, decoder string) (*Answer[gen.TopicRecord], error) {
	v := url.Values{}
	setText(v, "decoder", decoder)
	return get[gen.TopicRecord](ctx, c, v, "clusters", cluster, "topics", topic, "records", partition, offset)
}

// TopicTail yields what a tail of a topic tells, until ctx ends or the server closes the stream. Of q it takes filter, partitions, decoder and cursor.
func (c *Client) TopicTail(ctx context.Context, q TopicQuery) iter.Seq2[Answer[gen.TailItem], error] {
	return streamed[gen.TailItem](ctx, c, q.filter(), "", "clusters", q.Cluster, "topics", q.Topic, "tail")
}

// ProduceWish says what is written to a topic. It is not the generated one, in which nothing is null.
type ProduceWish struct {
	Records []ProduceRecord `json:"records,omitempty"`
	Copy    string          `json:"copy,omitempty"` // in place of records: topic/partition@offset
	Why     string          `json:"why,omitempty"`
}

// ProduceRecord is a record to write.
type ProduceRecord struct {
	Partition *int            `json:"partition,omitempty"` // nil: by the key
	Key       *ProduceBytes   `json:"key,omitempty"`       // nil: null
	Value     *ProduceBytes   `json:"value,omitempty"`     // nil: null, a tombstone
	Headers   []ProduceHeader `json:"headers,omitempty"`
}

// ProduceBytes is a key, a value or a header's.
type ProduceBytes struct {
	Text   *string `json:"text,omitempty"`
	Base64 []byte  `json:"base64,omitempty"`
}

// Bytes are b as the API takes them: none is a text, since no base64 is of none.
func Bytes(b []byte) *ProduceBytes {
	if len(b) == 0 {
		return &ProduceBytes{Text: new(string)}
	}
	return &ProduceBytes{Base64: b}
}

// ProduceHeader is a header of a record to write.
type ProduceHeader struct {
	Name  string        `json:"name"`
	Value *ProduceBytes `json:"value,omitempty"` // nil: null
}

// Produce writes records to a topic.
func (c *Client) Produce(ctx context.Context, cluster, topic string, w ProduceWish) (*Answer[gen.ProducedRecordList], error) {
	return send[gen.ProducedRecordList](ctx, c, http.MethodPost, w, "clusters", cluster, "topics", topic, "records")
}

// Groups lists the consumer groups of a cluster.
func (c *Client) Groups(ctx context.Context, cluster string) (*Answer[gen.Groups], error) {
	return get[gen.Groups](ctx, c, nil, "clusters", cluster, "groups")
}

// Group tells of one.
func (c *Client) Group(ctx context.Context, cluster, group string) (*Answer[gen.KafkaGroup], error) {
	return get[gen.KafkaGroup](ctx, c, nil, "clusters", cluster, "groups", group)
}

// GroupReset says from where a group is to read on.
type GroupReset struct {
	To         string           `json:"to"`
	Offset     int64            `json:"offset,omitempty"`
	Time       string           `json:"time,omitempty"`
	Partitions map[string][]int `json:"partitions,omitempty"` // by topic; an empty list: all of it
	Dry        bool             `json:"dry,omitempty"`
}

// ResetGroup sets from where a group reads on.
func (c *Client) ResetGroup(ctx context.Context, cluster, group string, r GroupReset) (*Answer[gen.ResetPlan], error) {
	return send[gen.ResetPlan](ctx, c, http.MethodPost, r, "clusters", cluster, "groups", group, "offsets")
}
