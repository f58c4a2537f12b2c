package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kerr"
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
// Every partition of want is in the answer. Each broker is asked for what it leads and has a patience of its own, so that one that is away
// holds up none of the others.
func (c *Client) offsets(ctx context.Context, want map[string][]int32, at int64, stable bool) map[place]listed {
	out := make(map[place]listed)
	left := make(places)
	for topic, partitions := range want {
		for _, p := range partitions {
			out[place{topic, p}] = listed{offset: -1, time: -1, err: ErrUnknown}
			left.add(topic, p)
		}
	}
	for try := 0; len(left) > 0; try++ {
		by, err := c.leaders(ctx, left, out)
		if err != nil {
			for topic, partitions := range left {
				for p := range partitions {
					out[place{topic, p}] = listed{offset: -1, time: -1, err: err}
				}
			}
			return out
		}
		left = make(places)
		var (
			mu  sync.Mutex // of out and left
			all sync.WaitGroup
		)
		for broker, asked := range by {
			all.Go(func() {
				got := c.offsetsOf(ctx, broker, asked, at, stable)
				mu.Lock()
				defer mu.Unlock()
				for p, l := range got {
					out[p] = l
					if try < 2 && l.err != nil && kerr.IsRetriable(l.err) && ctx.Err() == nil {
						left.add(p.topic, p.partition) // another broker leads it now
					}
				}
			})
		}
		all.Wait()
	}
	return out
}

// leaders sorts partitions by the broker that leads them. What has none, and what is not there, gets its error in out.
func (c *Client) leaders(ctx context.Context, want places, out map[place]listed) (map[int32]places, error) {
	m, err := c.topics(ctx, slices.Sorted(maps.Keys(want))...)
	if err != nil {
		return nil, err
	}
	by := make(map[int32]places)
	for _, t := range m.Topics {
		if t.Topic == nil {
			continue
		}
		failed := code(t.ErrorCode)
		for p := range want[*t.Topic] {
			if failed != nil {
				out[place{*t.Topic, p}] = listed{offset: -1, time: -1, err: failed}
			}
		}
		for _, p := range t.Partitions {
			switch {
			case !want[*t.Topic][p.Partition]:
			case p.Leader < 0:
				out[place{*t.Topic, p.Partition}] = listed{offset: -1, time: -1, err: errLeaderless}
			default:
				if by[p.Leader] == nil {
					by[p.Leader] = make(places)
				}
				by[p.Leader].add(*t.Topic, p.Partition)
			}
		}
	}
	return by, nil
}

var errLeaderless = errors.New("the partition has no leader: no broker with all of its records is up")

// offsetsOf asks one broker.
func (c *Client) offsetsOf(ctx context.Context, broker int32, asked places, at int64, stable bool) map[place]listed {
	r := kmsg.NewPtrListOffsetsRequest()
	r.ReplicaID = -1
	if stable {
		r.IsolationLevel = 1
	}
	out := make(map[place]listed)
	for topic, partitions := range asked.each() {
		t := kmsg.NewListOffsetsRequestTopic()
		t.Topic = topic
		for _, p := range partitions {
			x := kmsg.NewListOffsetsRequestTopicPartition()
			x.Partition, x.Timestamp = p, at
			t.Partitions = append(t.Partitions, x)
		}
		r.Topics = append(r.Topics, t)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, brokerPatience, fmt.Errorf("broker %d did not answer within %s", broker, brokerPatience))
	defer cancel()
	got, err := within(ctx, func() (kmsg.Response, error) { return c.client.Broker(int(broker)).RetriableRequest(ctx, r) })
	if err == nil {
		if answer, ok := got.(*kmsg.ListOffsetsResponse); ok {
			for _, t := range answer.Topics {
				for _, p := range t.Partitions {
					out[place{t.Topic, p.Partition}] = listed{offset: p.Offset, time: p.Timestamp, err: code(p.ErrorCode)}
				}
			}
		}
	}
	for topic, partitions := range asked {
		for p := range partitions {
			if _, ok := out[place{topic, p}]; !ok {
				out[place{topic, p}] = listed{offset: -1, time: -1, err: cmp.Or(told(ctx, err), fmt.Errorf("broker %d did not answer for it", broker))}
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
