package kafka

import (
	"context"
	"fmt"
	"sync"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// topics asks for what the cluster says of topics; of all of them when none is named. A topic's error is in its answer, so one that the
// server may not see hides no other.
func (c *Client) topics(ctx context.Context, names ...string) (*kmsg.MetadataResponse, error) {
	r := kmsg.NewPtrMetadataRequest()
	for _, n := range names {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = kmsg.StringPtr(n)
		r.Topics = append(r.Topics, t)
	}
	return ask[*kmsg.MetadataResponse](ctx, c, r)
}

// topic is topics of one, and its error.
func (c *Client) topic(ctx context.Context, name string) (*kmsg.MetadataResponseTopic, error) {
	all, err := c.topics(ctx, name)
	if err != nil {
		return nil, err
	}
	for i := range all.Topics {
		if t := &all.Topics[i]; t.Topic != nil && *t.Topic == name {
			if err := code(t.ErrorCode); err != nil {
				return nil, fmt.Errorf("topic %s: %w", name, err)
			}
			return t, nil
		}
	}
	return nil, fmt.Errorf("topic %s: %w", name, ErrUnknown)
}

// Places in a partition that ListOffsets knows beside times.
const (
	atFirst = -2
	atEnd   = -1
)

// listed is where a place of a partition is.
type listed struct {
	offset int64 // -1: there is none, as behind the last record of a time
	time   int64 // ms; -1: it is not told
	err    error
}

// offsets asks for one place of many partitions: atFirst, atEnd or a time in ms. stable: the end is before transactions that are open.
// Every partition of want is in the answer.
func (c *Client) offsets(ctx context.Context, want map[string][]int32, at int64, stable bool) map[place]listed {
	r := kmsg.NewPtrListOffsetsRequest()
	r.ReplicaID = -1
	if stable {
		r.IsolationLevel = 1
	}
	out := make(map[place]listed)
	for topic, partitions := range want {
		t := kmsg.NewListOffsetsRequestTopic()
		t.Topic = topic
		for _, p := range partitions {
			x := kmsg.NewListOffsetsRequestTopicPartition()
			x.Partition, x.Timestamp = p, at
			t.Partitions = append(t.Partitions, x)
			out[place{topic, p}] = listed{offset: -1, time: -1, err: fmt.Errorf("%w: the brokers did not answer for it", ErrUnknown)}
		}
		r.Topics = append(r.Topics, t)
	}
	if len(r.Topics) == 0 {
		return out
	}
	for _, s := range c.shards(ctx, r) {
		if s.Err != nil {
			if asked, ok := s.Req.(*kmsg.ListOffsetsRequest); ok {
				for _, t := range asked.Topics {
					for _, p := range t.Partitions {
						out[place{t.Topic, p.Partition}] = listed{offset: -1, time: -1, err: told(ctx, s.Err)}
					}
				}
			}
			continue
		}
		answer, ok := s.Resp.(*kmsg.ListOffsetsResponse)
		if !ok {
			continue
		}
		for _, t := range answer.Topics {
			for _, p := range t.Partitions {
				out[place{t.Topic, p.Partition}] = listed{offset: p.Offset, time: p.Timestamp, err: code(p.ErrorCode)}
			}
		}
	}
	return out
}

// bounds are the first offset of each partition and the one behind its last.
func (c *Client) bounds(ctx context.Context, want map[string][]int32, stable bool) (first, end map[place]listed) {
	var both sync.WaitGroup
	both.Go(func() { first = c.offsets(ctx, want, atFirst, false) })
	end = c.offsets(ctx, want, atEnd, stable)
	both.Wait()
	return first, end
}
