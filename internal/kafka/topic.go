package kafka

import (
	"context"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kadm"
)

// Topic is one topic with its partitions and settings.
type Topic struct {
	TopicSummary
	Parts      []TopicPartition // by number
	Settings   []Setting        // by name
	SettingErr error            // why they are not known
	SizeErr    error            // why sizes are not, or not all of them
}

// TopicPartition is one partition of a topic.
type TopicPartition struct {
	Partition int32
	Leader    int32 // -1: there is none
	Epoch     int32 // of the leader; -1: it is not known
	Replicas  []int32
	InSync    []int32
	Offline   []int32
	First     int64 // offset; -1: it is not known
	End       int64 // behind the last record; -1: it is not known
	Size      int64 // bytes of the leader's replica; -1: it is not known
	Err       error // of the partition, or why its offsets are not known
}

// Topic tells of one topic. Errors: ErrUnknown, ErrForbidden.
func (c *Client) Topic(ctx context.Context, name string) (Topic, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	t, err := c.topic(ctx, name)
	if err != nil {
		return Topic{}, err
	}
	var numbers []int32
	for _, p := range t.Partitions {
		numbers = append(numbers, p.Partition)
	}
	first, end := c.bounds(ctx, map[string][]int32{name: numbers}, false)
	set := make(kadm.TopicsSet)
	set.Add(name, numbers...)
	sizes, err := c.sizes(ctx, set)
	out := Topic{TopicSummary: TopicSummary{Name: name, Internal: t.IsInternal, Partitions: len(t.Partitions), Size: -1, Records: -1}}
	if err != nil {
		out.SizeErr = fmt.Errorf("sizes of partitions: %w", err)
	}
	out.count(t, first, end, sizes)
	all := c.configs(ctx, []string{name})[name]
	out.configure(all)
	out.Settings, out.SettingErr = all.settings, all.err
	for _, p := range t.Partitions {
		at := place{name, p.Partition}
		x := TopicPartition{
			Partition: p.Partition, Leader: p.Leader, Epoch: p.LeaderEpoch, Replicas: p.Replicas, InSync: p.ISR, Offline: p.OfflineReplicas,
			First: first[at].offset, End: end[at].offset, Size: sizes[at].of(p.Leader), Err: code(p.ErrorCode),
		}
		if x.Err == nil {
			x.Err = first[at].worse(end[at])
		}
		out.Parts = append(out.Parts, x)
	}
	slices.SortFunc(out.Parts, func(a, b TopicPartition) int { return int(a.Partition) - int(b.Partition) })
	return out, nil
}
