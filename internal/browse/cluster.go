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

// Brokers are those of a cluster. Errors: ErrNotFound, ErrCluster.
func (b *Browser) Brokers(ctx context.Context, cluster string) (Brokers, error) {
	return asked(b, cluster, func(k *kafka.Client) (Brokers, error) { return k.Brokers(ctx) })
}

// asked asks a cluster for something.
func asked[T any](b *Browser, cluster string, ask func(*kafka.Client) (T, error)) (T, error) {
	c, err := b.cluster(cluster)
	if err != nil {
		var none T
		return none, err
	}
	out, err := ask(c.Kafka)
	return out, kafkaError(err)
}

// Topics are those of a cluster that who may list, by name, and what could not be found out of all of them. Errors: ErrNotFound, ErrCluster.
func (b *Browser) Topics(ctx context.Context, who access.Principal, cluster string) (topics []TopicSummary, failed []error, err error) {
	topics, err = asked(b, cluster, func(k *kafka.Client) (all []TopicSummary, err error) {
		all, failed, err = k.Topics(ctx)
		return all, err
	})
	return slices.DeleteFunc(topics, func(t TopicSummary) bool {
		return !b.DecideIn(ctx, who, access.TopicList, TopicResource(cluster, t.Name)).Allowed
	}), failed, err
}

// KafkaTopic tells of one topic. Errors: ErrNotFound, ErrCluster.
func (b *Browser) KafkaTopic(ctx context.Context, cluster, topic string) (KafkaTopic, error) {
	return asked(b, cluster, func(k *kafka.Client) (KafkaTopic, error) { return k.Topic(ctx, topic) })
}

// Groups are those of a cluster that who may look at, by name, and what brokers did not tell. Errors: ErrNotFound, ErrCluster.
func (b *Browser) Groups(ctx context.Context, who access.Principal, cluster string) (groups []GroupSummary, failed []error, err error) {
	groups, err = asked(b, cluster, func(k *kafka.Client) (all []GroupSummary, err error) {
		all, failed, err = k.Groups(ctx)
		return all, err
	})
	return slices.DeleteFunc(groups, func(g GroupSummary) bool {
		return !b.DecideIn(ctx, who, access.GroupView, GroupResource(cluster, g.Name)).Allowed
	}), failed, err
}

// Group tells of one group. Topics of it that who may not list are left out. Errors: ErrNotFound, ErrCluster.
func (b *Browser) Group(ctx context.Context, who access.Principal, cluster, group string) (Group, error) {
	g, err := asked(b, cluster, func(k *kafka.Client) (Group, error) { return k.Group(ctx, group) })
	if err != nil {
		return g, err
	}
	hidden := func(topic string) bool {
		return !b.DecideIn(ctx, who, access.TopicList, TopicResource(cluster, topic)).Allowed
	}
	g.Partitions = slices.DeleteFunc(g.Partitions, func(p GroupPartition) bool { return hidden(p.Topic) })
	for i := range g.Roster {
		g.Roster[i].Assigned = slices.DeleteFunc(g.Roster[i].Assigned, func(a Assigned) bool { return hidden(a.Topic) })
	}
	return g, nil
}

// ResetGroup sets from where a group reads on; dry: it only says what would be set. Topics that who may not list are not set, and not told of; to
// name one is refused. Errors: ErrDenied, ErrGroupActive, ErrNotFound, ErrAudit, ErrCluster.
func (b *Browser) ResetGroup(ctx context.Context, who access.Principal, cluster, group string, r Reset, dry bool) (plan ResetPlan, err error) {
	c, err := b.cluster(cluster)
	if err != nil {
		return plan, err
	}
	listed := func(topic string) access.Decision {
		return b.DecideIn(ctx, who, access.TopicList, TopicResource(cluster, topic))
	}
	for topic := range r.Partitions {
		if err := listed(topic).Err(); err != nil {
			return plan, err
		}
	}
	reset := func(dry bool) (err error) {
		plan, err = c.Kafka.ResetGroup(ctx, group, r, dry)
		return kafkaError(err)
	}
	if dry || len(r.Partitions) == 0 { // what the group committed for is known by the plan alone
		err = reset(true)
		seen := len(plan.Rows)
		plan.Rows = slices.DeleteFunc(plan.Rows, func(row kafka.ResetRow) bool { return !listed(row.Topic).Allowed })
		if err != nil || dry {
			return plan, err
		}
		if len(plan.Rows) < seen {
			r.Partitions = make(map[string][]int32)
			for _, row := range plan.Rows {
				r.Partitions[row.Topic] = append(r.Partitions[row.Topic], row.Partition)
			}
			if len(plan.Rows) == 0 {
				return plan, fmt.Errorf("%w: the group committed nothing for a topic that you may list", ErrDenied)
			}
		}
	}
	err = b.Change(ctx, who, access.GroupReset, GroupResource(cluster, group), []string{"offsets of the group"}, "", func() error { return reset(false) })
	return plan, err
}

// ACLs are the rules of a cluster's authorizer. Errors: ErrNotFound, ErrCluster.
func (b *Browser) ACLs(ctx context.Context, cluster string) ([]ACL, error) {
	return asked(b, cluster, func(k *kafka.Client) ([]ACL, error) { return k.ACLs(ctx) })
}

// Quotas are those of a cluster. Errors: ErrNotFound, ErrCluster.
func (b *Browser) Quotas(ctx context.Context, cluster string) ([]Quota, error) {
	return asked(b, cluster, func(k *kafka.Client) ([]Quota, error) { return k.Quotas(ctx) })
}
