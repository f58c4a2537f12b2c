package browse

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/kafka"
)

// TailRecord is what a tail gives: a record, or none and how many were passed over.
type TailRecord struct {
	Record  *TopicRecord
	Seen    int64 // records that came since the last one that was given
	Dropped int64 // of these, such as nobody looked at: they came faster than they are shown
}

// tailRate is how many records a second a tail gives unless the policy says otherwise; tellEvery is how often one that gives none tells
// what it saw.
const (
	tailRate  = 200
	tellEvery = 500 * time.Millisecond
)

// TopicTail yields records of a topic as they come. What comes faster than the policy's limit is counted and not rendered; with a filter
// every record is asked, as far as it is fast enough. It ends with ctx. Errors: ErrQuery, ErrNotFound, ErrAudit,
// ErrCluster.
func (b *Browser) TopicTail(ctx context.Context, who access.Principal, cluster string, q TopicQuery, t TailQuery) iter.Seq2[TailRecord, error] {
	return func(yield func(TailRecord, error) bool) {
		c, err := b.cluster(cluster)
		if err == nil {
			err = q.check()
		}
		if err != nil {
			yield(TailRecord{}, err)
			return
		}
		end, err := b.beginAs(ctx, who, access.TopicRead, topicTarget(cluster, t.Topic), []string{"as records come"}, q.filter())
		if err != nil {
			yield(TailRecord{}, err)
			return
		}
		r := b.renderer(ctx, who, momentShape)
		r.decoder = q.Decoder
		given, err := b.tail(ctx, r, c, &q, t, yield)
		if err2 := end(given, err); err == nil {
			err = err2
		}
		if err != nil && ctx.Err() == nil {
			yield(TailRecord{}, err)
		}
	}
}

func (b *Browser) tail(ctx context.Context, r renderer, c *Cluster, q *TopicQuery, t TailQuery, yield func(TailRecord, error) bool) (given int, err error) {
	rate := float64(tailRate)
	if n := r.policy.Limits().TailRecordsPerSecond; n > 0 {
		rate = float64(n)
	}
	ctx, stop := context.WithCancel(ctx)
	type tailed struct {
		kafka.Tailed
		err error
	}
	came := make(chan tailed)
	var reading sync.WaitGroup
	defer reading.Wait()
	defer stop()
	reading.Go(func() {
		defer close(came)
		for x, err := range c.Kafka.Tail(ctx, t) {
			select {
			case came <- tailed{x, err}:
			case <-ctx.Done():
				return
			}
		}
	})
	tick := time.NewTicker(tellEvery) // what was passed over is told in a silence after it, too
	defer tick.Stop()
	room, last, told := rate, time.Now(), time.Now()
	var out TailRecord
	var unclear Unclear
	ask := r.asking(q) // most records are only asked about
	give := func(x *TopicRecord) bool {
		out.Record = x
		more := yield(out, nil)
		out, told = TailRecord{}, time.Now()
		return more
	}
	if ctx.Err() == nil && !give(nil) { // who waits learns that the tail has begun
		return 0, nil
	}
	for {
		select {
		case x, ok := <-came:
			if !ok {
				return given, nil
			}
			if x.err != nil {
				return given, kafkaError(x.err)
			}
			out.Seen += 1 + x.Dropped
			out.Dropped += x.Dropped
			now := time.Now()
			room, last = min(rate, room+now.Sub(last).Seconds()*rate), now
			if room < 1 && !q.filters() {
				out.Dropped++
				break
			}
			switch {
			case q.filters() && !ask.wants(c, &x.Record, &unclear):
			case room < 1:
				out.Dropped++
			default:
				room--
				given++
				shown := r.topicRecord(c, &x.Record)
				if !give(&shown) {
					return given, nil
				}
			}
		case <-tick.C:
		}
		if out.Seen > 0 && time.Since(told) >= tellEvery && !give(nil) {
			return given, nil
		}
	}
}
