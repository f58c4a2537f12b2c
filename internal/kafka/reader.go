package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/sightglass/sightglass/internal/event"
)

// ErrGone: the record is not in its topic any more, and no retry brings it.
var ErrGone = errors.New("the record is gone")

// Bounds of what a reader holds.
const (
	fetchBytes     = 8 << 20  // of one answer of a broker
	partitionBytes = 1 << 20  // of it, of one partition; a larger record comes alone
	aheadBytes     = 16 << 20 // of records that were read before they were asked for: beyond, only the partition that is asked for is read
	pollRecords    = 2000
)

// patience is how long brokers may give nothing of a partition that is asked for.
const patience = 30 * time.Second

// place is a partition of a topic.
type place struct {
	topic     string
	partition int32
}

func (p place) String() string { return fmt.Sprintf("%s/%d", p.topic, p.partition) }

// Reader reads records of one cluster by their places: of each partition in the order of offsets. It reads what was not committed as well:
// who asks for an offset knows that a record of it was read once, whichever isolation it was read with. Not safe for concurrent use.
type Reader struct {
	client *kgo.Client
	admin  *kadm.Client
	ahead  map[place]*ahead
	bytes  int // of all that was read ahead
	paused bool
	wait   time.Duration
}

// ahead is what was read of a partition and not asked for yet.
type ahead struct {
	records []*kgo.Record
	bounds  *[2]int64 // offsets: the first one that is there, and the one behind the last; nil: not asked for
	next    int64     // offsets below were passed over
	failed  error     // behind the records
	reads   bool
}

// Open prepares a reader; it connects when something is asked for.
func Open(c Cluster) (*Reader, error) {
	options, err := c.options("sightglass-replay")
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(append(options,
		kgo.FetchIsolationLevel(kgo.ReadUncommitted()), kgo.KeepControlRecords(), // what ends a transaction shows how far a partition was read
		kgo.ConsumeResetOffset(kgo.NoResetOffset()), // an offset that is not there is an answer, not a reason to read elsewhere
		kgo.FetchMaxBytes(fetchBytes), kgo.FetchMaxPartitionBytes(partitionBytes), kgo.MaxConcurrentFetches(1),
		kgo.FetchMaxWait(500*time.Millisecond), kgo.RetryTimeout(patience),
	)...)
	if err != nil {
		return nil, fmt.Errorf("preparing a client of Kafka: %w", err)
	}
	return &Reader{client: client, admin: kadm.NewClient(client), ahead: make(map[place]*ahead), wait: patience}, nil
}

// Close ends all connections.
func (r *Reader) Close() { r.client.Close() }

func (r *Reader) of(p place) *ahead {
	a := r.ahead[p]
	if a == nil {
		a = new(ahead)
		r.ahead[p] = a
	}
	return a
}

// Bounds are the first offset that a partition has, and the one behind its last. ErrGone: there is no such partition.
func (r *Reader) Bounds(ctx context.Context, topic string, partition int32) (first, end int64, err error) {
	p := place{topic, partition}
	a := r.of(p)
	if a.bounds == nil {
		ctx, cancel := context.WithTimeout(ctx, r.wait)
		defer cancel()
		if a.bounds, err = r.bounds(ctx, p); err != nil {
			return 0, 0, err
		}
	}
	return a.bounds[0], a.bounds[1], nil
}

func (r *Reader) bounds(ctx context.Context, p place) (*[2]int64, error) {
	var found [2]int64
	for i, list := range []func(context.Context, ...string) (kadm.ListedOffsets, error){r.admin.ListStartOffsets, r.admin.ListEndOffsets} {
		all, err := list(ctx, p.topic)
		if err != nil {
			return nil, fmt.Errorf("asking the brokers which offsets %s has: %w", p, err)
		}
		o, ok := all.Lookup(p.topic, p.partition)
		switch {
		case !ok || errors.Is(o.Err, kerr.UnknownTopicOrPartition):
			return nil, fmt.Errorf("%w: the brokers know no partition %s", ErrGone, p)
		case o.Err != nil:
			return nil, fmt.Errorf("asking the brokers which offsets %s has: %w", p, o.Err)
		}
		found[i] = o.Offset
	}
	return &found, nil
}

// Check tells whether an offset may be there, without reading it. ErrGone.
func (r *Reader) Check(ctx context.Context, topic string, partition int32, offset int64) error {
	first, end, err := r.Bounds(ctx, topic, partition)
	switch p := (place{topic, partition}); {
	case err != nil:
		return err
	case offset < first:
		return fmt.Errorf("%w: offset %d of %s was deleted (the topic's retention): it begins at %d", ErrGone, offset, p, first)
	case offset >= end:
		return fmt.Errorf("%w: offset %d of %s is not there, it ends before %d: the topic was made anew", ErrGone, offset, p, end)
	}
	return nil
}

// Replayed is a record as a recorder would have written it.
type Replayed struct {
	Record
	Column event.Payload // its headers as column 50 of spec/block.md; null: there are none
}

// At reads a record. Offsets of a partition must ascend from call to call. ErrGone.
func (r *Reader) At(ctx context.Context, topic string, partition int32, offset int64) (*Replayed, error) {
	p := place{topic, partition}
	a := r.of(p)
	if offset < a.next {
		return nil, fmt.Errorf("offset %d of %s is asked for behind offset %d", offset, p, a.next-1)
	}
	if !a.reads {
		if err := r.Check(ctx, topic, partition, offset); err != nil {
			return nil, err
		}
		r.client.AddConsumePartitions(map[string]map[int32]kgo.Offset{topic: {partition: kgo.NewOffset().At(offset)}})
		a.reads = true
	}
	for since := time.Now(); ; {
		for len(a.records) > 0 {
			x := a.records[0]
			if x.Offset > offset {
				return nil, fmt.Errorf("%w: offset %d of %s was deleted (compaction, or a deletion of records): the next one is %d", ErrGone, offset, p, x.Offset)
			}
			a.records[0], a.records = nil, a.records[1:]
			r.bytes -= held(x)
			if x.Offset == offset {
				a.next = offset + 1
				if x.Attrs.IsControl() {
					return nil, fmt.Errorf("%w: offset %d of %s is the end of a transaction: the topic was made anew", ErrGone, offset, p)
				}
				return &Replayed{made(x), headerColumn(x.Headers)}, nil
			}
		}
		if time.Since(since) > r.wait {
			return nil, fmt.Errorf("the brokers gave nothing of %s from offset %d on within %s: the record may have been removed by compaction, or they cannot be reached", p, offset, r.wait)
		}
		if a.failed != nil {
			return nil, a.failed
		}
		if err := r.poll(ctx, p); err != nil {
			return nil, err
		}
		if len(a.records) > 0 {
			since = time.Now() // a long way to the offset is no silence
		}
	}
}

// poll reads on. Beyond what may be read ahead it reads one partition alone.
func (r *Reader) poll(ctx context.Context, wanted place) error {
	if beyond := r.bytes > aheadBytes; beyond || r.paused {
		others := make(map[string][]int32)
		for p, a := range r.ahead {
			if a.reads && (p != wanted || !beyond) {
				others[p.topic] = append(others[p.topic], p.partition)
			}
		}
		if r.paused {
			r.client.ResumeFetchPartitions(map[string][]int32{wanted.topic: {wanted.partition}})
		}
		switch {
		case len(others) == 0:
		case beyond:
			r.client.PauseFetchPartitions(others)
		default:
			r.client.ResumeFetchPartitions(others)
		}
		r.paused = beyond
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	fetches := r.client.PollRecords(ctx, pollRecords)
	var failed error
	fetches.EachError(func(topic string, partition int32, err error) {
		switch {
		case errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil: // nothing came yet
		case topic != "": // it is told to who asks for that partition
			p := place{topic, partition}
			if errors.Is(err, kerr.OffsetOutOfRange) {
				err = fmt.Errorf("%w: what comes next of %s was deleted while it was read (the topic's retention)", ErrGone, p)
			}
			r.of(p).failed = fmt.Errorf("reading %s: %w", p, err)
		case failed == nil:
			failed = fmt.Errorf("reading %s/%d: %w", topic, partition, err)
		}
	})
	fetches.EachRecord(func(x *kgo.Record) {
		a := r.of(place{x.Topic, x.Partition})
		a.records = append(a.records, x)
		r.bytes += held(x)
	})
	return failed
}
