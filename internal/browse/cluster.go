package browse

import (
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/serde"
)

// Cluster is a Kafka cluster that people look into.
type Cluster struct {
	Name    string
	Kafka   *kafka.Client
	Decoder *serde.RecordDecoder // with the cluster's schema registry; nil = no schema is known
}

// TopicResource is what access decides on for a topic.
func TopicResource(cluster, topic string) access.Resource {
	return access.ResourceOf("cluster", cluster, "topic", topic)
}

// GroupResource is what access decides on for a consumer group.
func GroupResource(cluster, group string) access.Resource {
	return access.ResourceOf("cluster", cluster, "group", group)
}

// ClusterResource is what access decides on for the cluster itself: its brokers, ACLs and quotas.
func ClusterResource(cluster string) access.Resource { return access.ResourceOf("cluster", cluster) }

// Clusters are the names of the clusters of which who may see something, in order.
func (b *Browser) Clusters(who access.Principal) []string {
	names := []string{}
	for _, c := range b.clusters {
		if b.rules.Policy().DecideBelow(who, access.TopicList, string(ClusterResource(c.Name))+"/topic/") {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return names
}

// cluster finds a cluster by its name.
func (b *Browser) cluster(name string) (*Cluster, error) {
	for i := range b.clusters {
		if b.clusters[i].Name == name {
			return &b.clusters[i], nil
		}
	}
	return nil, fmt.Errorf("%w: no cluster is called that; the setting kafka-file names them", ErrNotFound)
}

// Brokers are those of a cluster.
func (b *Browser) Brokers(ctx context.Context, cluster string) ([]kafka.Broker, error) {
	c, err := b.cluster(cluster)
	if err != nil {
		return nil, err
	}
	return c.Kafka.Brokers(ctx)
}

// Topics are those of a cluster that who may list, by name.
func (b *Browser) Topics(ctx context.Context, who access.Principal, cluster string) ([]kafka.Topic, error) {
	c, err := b.cluster(cluster)
	if err != nil {
		return nil, err
	}
	all, err := c.Kafka.Topics(ctx)
	return slices.DeleteFunc(all, func(t kafka.Topic) bool {
		return !b.Decide(who, access.TopicList, TopicResource(cluster, t.Name)).Allowed
	}), err
}
