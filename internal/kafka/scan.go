package kafka

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// From says where a scan begins, in each partition.
type From int

// Where scans begin. A place is a border between records: forward a scan gives what is behind it, backward what is before it.
const (
	FromEnd       From = iota // behind the newest record
	FromStart                 // before the oldest one
	FromOffset                // before ScanQuery.Offset
	FromPositions             // before ScanQuery.Positions, of the partitions that are named there
	FromTime                  // before the first record of ScanQuery.Time or later; the end, where there is none
	FromGroup                 // before what ScanQuery.Group reads next; the start, where it committed nothing
)

// Bounds of a scan that ScanQuery does not say.
const (
	scanTime  = 5 * time.Second
	scanBytes = 1 << 30
)

// ScanQuery says which records are wanted. The zero value of all but Topic: every record, the newest first, for five seconds.
type ScanQuery struct {
	Topic      string
	Partitions []int32 // none: all

	From      From
	Offset    int64
	Positions map[int32]int64 // by partition, as PartitionScan.Next told them: the scan goes on
	Time      int64           // ms
	Group     string

	Forward     bool          // the oldest first
	Limit       int           // records; 0: none
	Bytes       int64         // that brokers send, beside what the first record of each partition takes; 0: 1 GiB
	Within      time.Duration // 0: 5 s
	Uncommitted bool          // records of transactions that are open or were aborted, too
}

// Why a scan ended.
const (
	EndedAll     = "all"     // every partition was read to its end
	EndedLimit   = "limit"   // ScanQuery.Limit
	EndedBytes   = "bytes"   // ScanQuery.Bytes
	EndedTime    = "time"    // ScanQuery.Within
	EndedStopped = "stopped" // the caller took no more
	EndedError   = "error"   // All gave one
)

// Scanned tells what a scan looked at so far.
type Scanned struct {
	Partitions []PartitionScan // by their number
	Records    int64           // given
	Bytes      int64           // sent by brokers
	Ended      string          // why; empty: it goes on
	More       bool            // a scan with Positions of Next goes on where this one ended
}

// PartitionScan is what a scan looked at of a partition.
type PartitionScan struct {
	Partition int32
	From, To  int64 // offsets [From, To) were looked at: every record of them that is there, and wanted, was given
	Next      int64 // where a scan of the same direction goes on
	Done      bool  // nothing is left of it in that direction
	Records   int64 // given
	Control   int64 // markers of transactions among what was read
	Note      string
	Err       error // why no more of it was read
}

// Scan is a scan of a topic. One goroutine uses it, once.
type Scan struct {
	client *Client
	q      ScanQuery
	lanes  []*lane
	given  int64
	bytes  counter
	begun  bool // the first records of each partition were read, which no budget of bytes forbids: a page without progress would repeat itself
	ended  string
}

// Scan prepares a scan. Nothing is asked of the cluster before All.
//
// Records of one partition come in the order of their offsets, or backward against it. Across partitions they are merged by time, then partition:
// of the next ones of all partitions the oldest comes first, backward the newest. Where the times of a partition do not ascend, its order holds.
//
// A scan holds 8 MiB of records, one of each partition at least, and what four answers of brokers take, 1 MiB each or one batch.
func (c *Client) Scan(q ScanQuery) *Scan {
	if q.Bytes <= 0 {
		q.Bytes = scanBytes
	}
	if q.Within <= 0 {
		q.Within = scanTime
	}
	return &Scan{client: c, q: q}
}

// errScanTime ends a scan, and is no error of it.
var errScanTime = errors.New("the time of the scan is over")

// All gives the records. An error is the last thing that it gives: ErrUnknown and ErrForbidden of the topic or the group, the end of ctx, or
// brokers that cannot be reached at all. What goes wrong in one partition is told by Scanned, and the others go on without it.
func (s *Scan) All(ctx context.Context) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		limited, cancel := context.WithTimeoutCause(ctx, s.q.Within, errScanTime)
		defer cancel()
		s.ended = EndedError // until it is known better
		lanes, err := s.client.lanes(limited, &s.q)
		switch {
		case over(limited): // where it would have begun is not known
			s.ended = EndedTime
			yield(Record{}, fmt.Errorf("looking where %s begins: the brokers did not answer within %s", s.q.Topic, s.q.Within))
			return
		case err != nil:
			yield(Record{}, err)
			return
		}
		s.lanes = lanes
		if err := s.merge(ctx, limited, yield); err != nil {
			s.ended = EndedError
			yield(Record{}, err)
		}
	}
}

// over tells whether the scan's own time ended, and not what it was asked within.
func over(limited context.Context) bool { return errors.Is(context.Cause(limited), errScanTime) }

// merge gives records of all lanes until an end of the scan, which it names, or an error of the whole.
func (s *Scan) merge(ctx, limited context.Context, yield func(Record, error) bool) error {
	order := &merged{forward: s.q.Forward}
	waiting := s.lanes // have nothing to give, and may have more
	for {
		if s.q.Limit > 0 && s.given >= int64(s.q.Limit) {
			s.ended = EndedLimit
			return nil
		}
		if len(waiting) > 0 {
			if err := s.fill(limited, waiting); err != nil {
				return s.stop(ctx, err)
			}
			for _, l := range waiting {
				order.add(l)
			}
			waiting = nil
		}
		l := order.first()
		switch {
		case l == nil:
			s.ended = EndedAll
			return nil
		case limited.Err() != nil: // the caller takes time, too
			return s.stop(ctx, limited.Err())
		}
		r := l.take()
		s.given++
		if len(l.records) == 0 {
			order.drop()
			waiting = []*lane{l}
		} else {
			order.settle()
		}
		if !yield(r, nil) {
			s.ended = EndedStopped
			return nil
		}
	}
}

// stop says why a scan ends before its end; an error is that of ctx.
func (s *Scan) stop(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("scanning %s: %w", s.q.Topic, context.Cause(ctx))
	case errors.Is(err, errScanBytes):
		s.ended = EndedBytes
	default:
		s.ended = EndedTime
	}
	return nil
}

// Scanned tells what was looked at. While All runs it is asked from where records are taken, and tells of those that were given.
func (s *Scan) Scanned() Scanned {
	out := Scanned{Records: s.given, Bytes: s.bytes.Load(), Ended: s.ended}
	for _, l := range s.lanes {
		p := l.scanned()
		out.Partitions = append(out.Partitions, p)
		out.More = out.More || !p.Done && p.Err == nil
	}
	return out
}
