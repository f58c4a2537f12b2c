package browse

import (
	"context"
	"fmt"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
)

// Produce writes records to a topic. Errors: ErrNotFound, ErrAudit, ErrCluster.
func (b *Browser) Produce(ctx context.Context, who access.Principal, cluster, topic string, all []Message, why string) (out []Produced, err error) {
	c, err := b.cluster(cluster)
	if err != nil {
		return nil, err
	}
	err = b.Change(ctx, who, access.TopicProduce, TopicResource(cluster, topic), []string{fmt.Sprintf("%d records", len(all))}, why, func() (err error) {
		out, err = c.Kafka.Produce(ctx, topic, all)
		return kafkaError(err)
	})
	return out, err
}

// Republish writes a record of one topic into another one of the cluster as it is, as out of a queue of dead letters. Nobody sees its bytes; who
// does it must be permitted to see them as they are, because whoever reads the other topic may. Errors: ErrDenied, ErrNotFound, ErrAudit, ErrCluster.
func (b *Browser) Republish(ctx context.Context, who access.Principal, cluster string, of event.KafkaPosition, to string, why string) (out Produced, err error) {
	c, err := b.cluster(cluster)
	if err != nil {
		return Produced{}, err
	}
	source := TopicResource(cluster, of.Topic)
	if err := b.DecideIn(ctx, who, access.TopicReadRaw, source).Err(); err != nil {
		return Produced{}, err
	}
	what := fmt.Sprintf("%s as it is", of.String())
	err = b.Change(ctx, who, access.TopicProduce, TopicResource(cluster, to), []string{what}, why, func() error {
		rec, err := c.Kafka.One(ctx, of.Topic, of.Partition, of.Offset)
		if err != nil {
			return kafkaError(err)
		}
		made, err := c.Kafka.Copy(ctx, to, &rec)
		out = made
		return kafkaError(err)
	})
	return out, err
}
