package kafka

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Bounds of one answer of a broker. Brokers send a batch that is larger alone.
const (
	fetchLeast  = 16 << 10
	fetchMost   = 1 << 20
	unpackBytes = 6 << 20 // of batches that were compressed, beyond which the rest of an answer is asked for again
)

// page is what was read of a partition from an offset on.
type page struct {
	records []Record // ascending; of committed transactions alone, unless all were asked for
	control []int64  // offsets of markers of transactions, ascending
	low     int64    // every record from it on
	next    int64    // and before it, that was asked for is in records, or is none that is there
	start   int64    // the partition's first offset, as the answer told it; -1: it did not
	bytes   int64    // as they came
	note    string   // what was passed over for a reason that people should know
}

// span is what is wanted of a partition: offsets [from, to), with size about the bytes of an answer. Brokers send the batch of from as a whole:
// what it has before, down to floor, is taken too, rather than read again.
type span struct {
	floor       int64
	from, to    int64
	size        int32
	uncommitted bool
}

// errOutside: the partition has no such offset.
var errOutside = errors.New("the offset is outside of the partition")

// leading is where one partition is read.
type leading struct {
	topic     string
	id        [16]byte
	partition int32
	leader    int32
	epoch     int32
}

// fetch reads the beginning of a span. It asks the leader that l names, and finds out the new one where it is another, for as long as ctx and the
// client's patience last. Who holds unpack takes an answer apart, which takes memory. Errors: errOutside, ErrUnknown, ErrForbidden.
func (c *Client) fetch(ctx context.Context, l *leading, s span, unpack sync.Locker) (page, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		p, err := c.fetchOnce(ctx, l, s, unpack)
		if err == nil || ctx.Err() != nil || !moved(err) {
			if err != nil && !errors.Is(err, errOutside) {
				err = told(ctx, err)
			}
			return p, err
		}
		select {
		case <-ctx.Done():
			return page{}, fmt.Errorf("%w (the last answer: %w)", context.Cause(ctx), err)
		case <-time.After(wait):
		}
		if err := c.lead(ctx, l); err != nil {
			return page{}, err
		}
	}
}

// moved tells whether another broker may have what this one did not give, or the same one later. Whether the topic is there at all, lead finds out.
func moved(err error) bool {
	return kerr.IsRetriable(err) || errors.Is(err, kerr.FencedLeaderEpoch) || kgo.IsRetryableBrokerErr(err)
}

// lead finds out who leads the partition now.
func (c *Client) lead(ctx context.Context, l *leading) error {
	t, err := c.topic(ctx, l.topic)
	if err != nil {
		return err
	}
	for i := range t.Partitions {
		if p := &t.Partitions[i]; p.Partition == l.partition {
			l.id, l.leader, l.epoch = t.TopicID, p.Leader, p.LeaderEpoch
			return nil
		}
	}
	return fmt.Errorf("%s: %w", place{l.topic, l.partition}, ErrUnknown)
}

func (c *Client) fetchOnce(ctx context.Context, l *leading, s span, unpack sync.Locker) (page, error) {
	if l.leader < 0 {
		return page{}, kerr.LeaderNotAvailable
	}
	r := kmsg.NewPtrFetchRequest()
	r.ReplicaID, r.MaxWaitMillis, r.MinBytes, r.MaxBytes, r.SessionEpoch = -1, 0, 0, math.MaxInt32, -1 // its one partition has a bound of its own
	if !s.uncommitted {
		r.IsolationLevel = 1
	}
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.TopicID = l.topic, l.id
	p := kmsg.NewFetchRequestTopicPartition()
	p.Partition, p.CurrentLeaderEpoch, p.FetchOffset, p.PartitionMaxBytes = l.partition, l.epoch, s.from, s.size
	t.Partitions = append(t.Partitions, p)
	r.Topics = append(r.Topics, t)
	answer, err := c.client.Broker(int(l.leader)).RetriableRequest(ctx, r)
	if err != nil {
		return page{}, err
	}
	got, ok := answer.(*kmsg.FetchResponse)
	switch {
	case !ok || len(got.Topics) != 1 || len(got.Topics[0].Partitions) != 1:
		if ok && got.ErrorCode != 0 {
			return page{}, kerr.ErrorForCode(got.ErrorCode)
		}
		return page{}, fmt.Errorf("the broker gave no answer for %s", place{l.topic, l.partition})
	case got.ErrorCode != 0:
		return page{}, kerr.ErrorForCode(got.ErrorCode)
	}
	unpack.Lock()
	defer unpack.Unlock()
	return c.read(&got.Topics[0].Partitions[0], l, s)
}

// read takes the records out of an answer.
func (c *Client) read(raw *kmsg.FetchResponseTopicPartition, l *leading, s span) (page, error) {
	out := page{low: s.from, next: s.from, start: raw.LogStartOffset, bytes: int64(len(raw.RecordBatches))}
	switch err := kerr.ErrorForCode(raw.ErrorCode); {
	case errors.Is(err, kerr.OffsetOutOfRange):
		return out, errOutside
	case err != nil:
		return out, err
	}
	out.low = max(s.floor, min(s.from, firstOf(raw.RecordBatches, s.from)))
	o := kgo.ProcessFetchPartitionOpts{KeepControlRecords: true, Offset: out.low, IsolationLevel: kgo.ReadCommitted(), Topic: l.topic, Partition: l.partition}
	if s.uncommitted {
		o.IsolationLevel = kgo.ReadUncommitted()
	}
	got, next := kgo.ProcessFetchPartition(o, raw, &sparing{unpack: c.unpack, left: unpackBytes}, nil)
	out.next = max(next, s.from)
	for _, x := range got.Records {
		switch {
		case x.Offset < out.low || x.Offset >= s.to:
		case x.Attrs.IsControl():
			out.control = append(out.control, x.Offset)
		default:
			out.records = append(out.records, copied(x))
		}
	}
	if got.Err == nil || out.next > s.from {
		return out, nil
	}
	if large, ok := errors.AsType[*kgo.ErrDecompressTooLarge](got.Err); ok && large.NextOffset > s.from {
		out.next = large.NextOffset
		out.note = fmt.Sprintf("records from offset %d on were passed over: their batch is larger than %d MiB when it is decompressed", large.Offset, batchBytes>>20)
		return out, nil
	}
	return out, fmt.Errorf("reading what %s has at offset %d: %w", place{l.topic, l.partition}, s.from, got.Err)
}

// firstOf is the first offset of a batch; other when it is not told. Layout: base offset in the first 8 bytes, the format's number in the 17th, of
// which those before 2 say it otherwise.
func firstOf(b []byte, other int64) int64 {
	if len(b) < 17 || b[16] != 2 {
		return other
	}
	if n := int64(binary.BigEndian.Uint64(b)); n >= 0 {
		return n
	}
	return other
}

// sparing decompresses batches of one answer until they are enough. The library takes the error as the end of what came whole.
type sparing struct {
	unpack kgo.Decompressor
	left   int
}

var errEnough = errors.New("the answer holds more, which is asked for again")

// Decompress is that of kgo.Decompressor.
func (s *sparing) Decompress(b []byte, how kgo.CompressionCodecType) ([]byte, error) {
	if s.left <= 0 && how != kgo.CodecNone {
		return nil, errEnough
	}
	out, err := s.unpack.Decompress(b, how)
	s.left -= len(out)
	return out, err
}
