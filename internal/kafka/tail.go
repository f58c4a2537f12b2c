package kafka

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Bounds of what a tail holds.
const (
	tailFetch   = 512 << 10 // of one answer, before it is decompressed; the library holds one or two
	tailBytes   = 8 << 20   // of records that nobody took yet
	tailRecords = 10_000
)

// TailQuery says which records are followed. The zero value of all but Topic: those of all partitions that come from now on.
type TailQuery struct {
	Topic       string
	Partitions  []int32         // none: all that there are at the beginning
	Positions   map[int32]int64 // the offset to begin with, by partition; a partition without one begins at its end
	Uncommitted bool
}

// Tailed is what came: a record, and how many before it nobody took in time.
type Tailed struct {
	Record  Record
	Dropped int64
}

// Tail gives records as they come, those of a partition in their order, until ctx ends or the caller takes no more. A queue of 8 MiB or 10,000
// records is between the brokers and the caller: who is slower loses the oldest, and is told how many. Errors: ErrUnknown, ErrForbidden, those of
// a partition that cannot be read on; each is the last thing that it gives. The end of ctx is none.
func (c *Client) Tail(ctx context.Context, q TailQuery) iter.Seq2[Tailed, error] {
	return func(yield func(Tailed, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		from, err := c.tailFrom(ctx, &q)
		if err != nil {
			if ctx.Err() == nil {
				yield(Tailed{}, err)
			}
			return
		}
		client, err := c.tailClient(&q, from)
		if err != nil {
			yield(Tailed{}, err)
			return
		}
		defer client.Close()
		queue := newTailQueue()
		var reading sync.WaitGroup
		reading.Go(func() { queue.end(follow(ctx, client, queue)) })
		defer reading.Wait()
		defer cancel()
		for {
			t, ok, err := queue.take(ctx)
			if !ok || !yield(t, err) || err != nil {
				return
			}
		}
	}
}

// tailFrom are the offsets that each partition begins with.
func (c *Client) tailFrom(ctx context.Context, q *TailQuery) (map[int32]kgo.Offset, error) {
	lanes, err := c.lanes(ctx, &ScanQuery{Topic: q.Topic, Partitions: q.Partitions, Uncommitted: true})
	if err != nil {
		return nil, err
	}
	from := make(map[int32]kgo.Offset)
	for _, l := range lanes {
		if l.err != nil {
			return nil, l.err
		}
		at := l.end
		if p, ok := q.Positions[l.at.partition]; ok {
			at = min(max(p, l.start), l.end)
		}
		from[l.at.partition] = kgo.NewOffset().At(at)
	}
	return from, nil
}

func (c *Client) tailClient(q *TailQuery, from map[int32]kgo.Offset) (*kgo.Client, error) {
	options, err := c.cluster.options("sightglass-tail")
	if err != nil {
		return nil, err
	}
	isolation := kgo.ReadCommitted()
	if q.Uncommitted {
		isolation = kgo.ReadUncommitted()
	}
	client, err := kgo.NewClient(append(options,
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{q.Topic: from}), kgo.FetchIsolationLevel(isolation), kgo.DialTimeout(dialPatience),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), // retention that is faster than the tail: it goes on where the partition begins
		kgo.FetchMaxBytes(tailFetch), kgo.FetchMaxPartitionBytes(tailFetch/2), kgo.MaxConcurrentFetches(1), kgo.FetchMaxWait(500*time.Millisecond),
		kgo.MaxDecompressBatchBytes(batchBytes),
	)...)
	if err != nil {
		return nil, fmt.Errorf("preparing a client of Kafka: %w", err)
	}
	return client, nil
}

// follow puts what comes into the queue, until ctx ends or something cannot be read.
func follow(ctx context.Context, client *kgo.Client, queue *tailQueue) error {
	for {
		got := client.PollRecords(ctx, 1000)
		if ctx.Err() != nil {
			return nil
		}
		var failed error
		got.EachError(func(topic string, partition int32, err error) {
			var loss *kgo.ErrDataLoss
			if failed == nil && !errors.As(err, &loss) {
				failed = fmt.Errorf("following %s: %w", place{topic, partition}, meant(err))
			}
		})
		got.EachRecord(func(x *kgo.Record) { queue.put(copied(x)) })
		if failed != nil {
			return failed
		}
	}
}

// tailQueue is between who reads and who takes.
type tailQueue struct {
	mu      sync.Mutex
	all     []Record // what is taken moves the beginning
	bytes   int
	dropped int64 // since the last one that was taken
	over    bool
	err     error
	came    chan struct{} // of one: something is there
}

func newTailQueue() *tailQueue { return &tailQueue{came: make(chan struct{}, 1)} }

func (q *tailQueue) put(r Record) {
	q.mu.Lock()
	q.all = append(q.all, r)
	q.bytes += r.memory()
	for len(q.all) > tailRecords || q.bytes > tailBytes && len(q.all) > 1 {
		q.drop()
		q.dropped++
	}
	q.mu.Unlock()
	q.wake()
}

func (q *tailQueue) drop() Record {
	r := q.all[0]
	q.all[0] = Record{}
	q.all = q.all[1:]
	q.bytes -= r.memory()
	return r
}

func (q *tailQueue) wake() {
	select {
	case q.came <- struct{}{}:
	default:
	}
}

func (q *tailQueue) end(err error) {
	q.mu.Lock()
	q.over, q.err = true, err
	q.mu.Unlock()
	q.wake()
}

// take waits for the next one. ok: it is one, or the last error.
func (q *tailQueue) take(ctx context.Context) (t Tailed, ok bool, err error) {
	for {
		q.mu.Lock()
		switch {
		case len(q.all) > 0:
			t = Tailed{Record: q.drop(), Dropped: q.dropped}
			q.dropped = 0
			q.mu.Unlock()
			return t, true, nil
		case q.over:
			err = q.err
			q.mu.Unlock()
			return t, err != nil, err
		}
		q.mu.Unlock()
		select {
		case <-ctx.Done():
			return t, false, nil
		case <-q.came:
		}
	}
}
