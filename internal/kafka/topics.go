package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TopicSummary is one topic of the cluster.
type TopicSummary struct {
	Name            string
	Internal        bool
	Partitions      int
	Replicas        int           // of its first partition; partitions of one topic differ while they move
	UnderReplicated int           // partitions of which a replica is not in sync
	Size            int64         // bytes of one replica of each partition, the leader's; -1: it is not known
	Records         int64         // the offsets that are there: an estimate, since compaction and transactions leave some of them empty; -1: it is not known
	Cleanup         string        // as delete, compact; empty: it is not known
	Retention       time.Duration // -1: for ever; 0: it is not known
	RetentionBytes  int64         // of a partition; -1: no limit; 0: it is not known
	Err             error         // why something is not known
}

// Topics lists the topics that the server's user may see, by their names. What could not be found out of all of them, as sizes where the user
// may not ask for them, is the second result.
func (c *Client) Topics(ctx context.Context) ([]TopicSummary, []error, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	m, err := c.topics(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("listing the topics: %w", err)
	}
	want, names := make(map[string][]int32), make([]string, 0, len(m.Topics))
	for _, t := range m.Topics {
		if t.Topic == nil || t.ErrorCode != 0 {
			continue
		}
		names = append(names, *t.Topic)
		for _, p := range t.Partitions {
			want[*t.Topic] = append(want[*t.Topic], p.Partition)
		}
	}
	first, end := c.bounds(ctx, want, false)
	var failed []error
	sizes, err := c.sizes(ctx, nil)
	if err != nil {
		failed = append(failed, fmt.Errorf("sizes of topics: %w", err))
	}
	configs := c.configs(ctx, names, "cleanup.policy", "retention.ms", "retention.bytes")
	out := make([]TopicSummary, 0, len(m.Topics))
	for _, t := range m.Topics {
		if t.Topic == nil {
			continue
		}
		s := TopicSummary{Name: *t.Topic, Internal: t.IsInternal, Partitions: len(t.Partitions), Size: -1, Records: -1, Err: code(t.ErrorCode)}
		s.count(&t, first, end, sizes)
		s.configure(configs[s.Name])
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b TopicSummary) int { return cmp.Compare(a.Name, b.Name) })
	return out, failed, nil
}

// count fills in what partitions sum up to. Where one is not known, neither is the sum.
func (s *TopicSummary) count(t *kmsg.MetadataResponseTopic, first, end map[place]listed, sizes map[place]copies) {
	if s.Err != nil || len(t.Partitions) == 0 {
		return
	}
	s.Replicas = len(t.Partitions[0].Replicas)
	s.Records, s.Size = 0, 0
	for _, p := range t.Partitions {
		at := place{s.Name, p.Partition}
		if len(p.ISR) < len(p.Replicas) {
			s.UnderReplicated++
		}
		if err := errors.Join(first[at].err, end[at].err); err != nil {
			s.Records, s.Err = -1, fmt.Errorf("partition %d: %w", p.Partition, first[at].worse(end[at]))
		} else if s.Records >= 0 {
			s.Records += max(0, end[at].offset-first[at].offset)
		}
		if n := sizes[at].of(p.Leader); n >= 0 && s.Size >= 0 {
			s.Size += n
		} else {
			s.Size = -1
		}
	}
}

func (s *TopicSummary) configure(all configured) {
	if all.err != nil && s.Err == nil {
		s.Err = fmt.Errorf("settings: %w", all.err)
	}
	for _, x := range all.settings {
		switch n, err := strconv.ParseInt(x.Value, 10, 64); {
		case x.Name == "cleanup.policy":
			s.Cleanup = x.Value
		case err != nil:
		case x.Name == "retention.ms" && (n < 0 || n > int64(1<<63-1)/int64(time.Millisecond)):
			s.Retention = -1
		case x.Name == "retention.ms":
			s.Retention = time.Duration(n) * time.Millisecond
		case x.Name == "retention.bytes":
			s.RetentionBytes = n
		}
	}
}

// copies are the sizes of a partition's replicas in bytes, by broker.
type copies map[int32]int64

// of is the size on the leader, else of the largest replica; -1: it is not known.
func (c copies) of(leader int32) int64 {
	if n, ok := c[leader]; ok {
		return n
	}
	most := int64(-1)
	for _, n := range c {
		most = max(most, n)
	}
	return most
}

// sizes asks all brokers how large partitions are; those of all topics where none is named. With an error there may be some.
func (c *Client) sizes(ctx context.Context, topics kadm.TopicsSet) (map[place]copies, error) {
	all, err := within(ctx, func() (kadm.DescribedAllLogDirs, error) { return c.admin.DescribeAllLogDirs(ctx, topics) })
	out := make(map[place]copies)
	for broker, dirs := range all {
		dirs.EachPartition(func(d kadm.DescribedLogDirPartition) {
			if d.IsFuture {
				return // a copy that is on its way to another disk of the broker
			}
			at := place{d.Topic, d.Partition}
			if out[at] == nil {
				out[at] = make(copies)
			}
			out[at][broker] += d.Size
		})
	}
	return out, told(ctx, err)
}

// configured are settings of one topic, or why they are not known.
type configured struct {
	settings []Setting
	err      error
}

// Setting is one of a topic.
type Setting struct {
	Name      string
	Value     string // empty: it has none, or Sensitive
	Source    string // who set it, as DYNAMIC_TOPIC_CONFIG or DEFAULT_CONFIG
	Default   bool   // nobody did for this topic
	Sensitive bool   // its value is told to nobody
	ReadOnly  bool
}

// configs asks for settings of topics; all of them when none is named. Every topic is in the answer.
func (c *Client) configs(ctx context.Context, topics []string, names ...string) map[string]configured {
	out := make(map[string]configured, len(topics))
	if len(topics) == 0 {
		return out
	}
	r := kmsg.NewPtrDescribeConfigsRequest()
	for _, t := range topics {
		x := kmsg.NewDescribeConfigsRequestResource()
		x.ResourceType, x.ResourceName, x.ConfigNames = kmsg.ConfigResourceTypeTopic, t, names
		r.Resources = append(r.Resources, x)
		out[t] = configured{err: errors.New("the brokers did not answer for it")}
	}
	for _, s := range c.shards(ctx, r) {
		answer, ok := s.Resp.(*kmsg.DescribeConfigsResponse)
		if asked, is := s.Req.(*kmsg.DescribeConfigsRequest); s.Err != nil && is {
			for _, x := range asked.Resources {
				out[x.ResourceName] = configured{err: told(ctx, s.Err)}
			}
		}
		if s.Err != nil || !ok {
			continue
		}
		for _, x := range answer.Resources {
			out[x.ResourceName] = configured{err: code(x.ErrorCode), settings: settings(x.Configs)}
		}
	}
	return out
}

func settings(all []kmsg.DescribeConfigsResponseResourceConfig) []Setting {
	out := make([]Setting, len(all))
	for i, x := range all {
		s := Setting{Name: x.Name, Source: x.Source.String(), Sensitive: x.IsSensitive, ReadOnly: x.ReadOnly, Default: x.IsDefault || x.Source != kmsg.ConfigSourceDynamicTopicConfig}
		if x.Value != nil && !x.IsSensitive {
			s.Value = *x.Value
		}
		out[i] = s
	}
	slices.SortFunc(out, func(a, b Setting) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
