package browse

import (
	"context"
	"iter"
	"time"

	"github.com/sightglass/sightglass/internal/access"
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
// every record is asked, as far as it is fast enough. It ends with ctx. Errors: ErrNotFound, ErrAudit, ErrCluster.
func (b *Browser) TopicTail(ctx context.Context, who access.Principal, cluster string, q TopicQuery, t TailQuery) iter.Seq2[TailRecord, error] {
	return func(yield func(TailRecord, error) bool) {
		c, err := b.cluster(cluster)
		if err != nil {
			yield(TailRecord{}, err)
			return
		}
		if err := b.mayDecode(who, cluster, t.Topic, q.Decoder); err != nil {
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
	room, last, told := rate, time.Now(), time.Now()
	var out TailRecord
	var unclear Unclear
	stopped := false
	give := func(x *TopicRecord) bool {
		out.Record = x
		stopped = !yield(out, nil)
		out, told = TailRecord{}, time.Now()
		return !stopped
	}
	if !give(nil) { // who waits learns that the tail has begun
		return 0, nil
	}
	for x, err := range c.Kafka.Tail(ctx, t) {
		if err != nil {
			return given, kafkaError(err)
		}
		out.Seen += 1 + x.Dropped
		out.Dropped += x.Dropped
		now := time.Now()
		room, last = min(rate, room+now.Sub(last).Seconds()*rate), now
		if room < 1 && !q.filters() {
			out.Dropped++
		} else if shown := r.topicRecord(c, &x.Record); q.wants(&shown.Event, &unclear) {
			if room < 1 {
				out.Dropped++
			} else {
				room--
				given++
				if !give(&shown) {
					return given, nil
				}
			}
		}
		if now.Sub(told) > tellEvery && !give(nil) {
			return given, nil
		}
	}
	return given, nil
}
