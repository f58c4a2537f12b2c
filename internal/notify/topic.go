package notify

import (
	"context"
	"encoding/json"
	"time"
)

// Topics are those of the clusters that the server knows.
type Topics interface {
	// Known is an error that says what to do where no cluster has that name.
	Known(cluster string) error
	// Write MUST return nil only once all replicas in sync have the message.
	Write(ctx context.Context, cluster, topic string, m TopicMessage) error
}

// TopicMessage is an event as the CloudEvents Kafka protocol binding 1.0.2 has it in binary mode: attributes are headers, the value is the data.
// The key is the event's subject, so that what is told of one field stays in order.
type TopicMessage struct {
	Key     []byte
	Value   []byte
	Time    time.Time
	Headers []TopicHeader
}

// TopicHeader is one of a message.
type TopicHeader struct{ Name, Value string }

func binary(c *CloudEvent) (TopicMessage, error) {
	value, err := json.Marshal(c.Data)
	if err != nil {
		return TopicMessage{}, err
	}
	m := TopicMessage{Key: []byte(c.Subject), Value: value, Time: c.Time, Headers: []TopicHeader{
		{"content-type", c.ContentType}, {"ce_specversion", c.SpecVersion}, {"ce_id", c.ID}, {"ce_source", c.Source}, {"ce_type", c.Type},
		{"ce_time", c.Time.Format(time.RFC3339Nano)}, {"ce_dataschema", c.DataSchema},
	}}
	if c.Subject != "" {
		m.Headers = append(m.Headers, TopicHeader{"ce_subject", c.Subject})
	}
	return m, nil
}

func (k *Keeper) write(ctx context.Context, t *Target, m message) Outcome {
	if k.o.Topics == nil {
		return Outcome{Status: "not sent", Detail: "this server writes to no topics; the setting kafka-file names clusters"}
	}
	record, err := binary(&m.event)
	if err != nil {
		return Outcome{Status: "not sent", Detail: "the event cannot be written"}
	}
	if err := k.o.Topics.Write(ctx, t.Cluster, t.Topic, record); err != nil {
		o := trouble(err)
		o.Status = "not written"
		return o
	}
	return Outcome{OK: true, Status: "written"}
}
