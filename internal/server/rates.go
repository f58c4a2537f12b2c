package server

import (
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/ingest"
)

// rateOver is the number of samples, one a second, that a rate is taken over.
const rateOver = 11

// rates keeps what arrived in the last seconds.
type rates struct {
	now     func() time.Time
	mu      sync.Mutex
	samples []rateSample // oldest first, at most rateOver
}

type rateSample struct {
	at     time.Time
	stored ingest.LaneCounters
}

func newRates(now func() time.Time) *rates { return &rates{now: now} }

func (r *rates) add(c ingest.Counters) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.samples) == rateOver {
		r.samples = append(r.samples[:0], r.samples[1:]...)
	}
	r.samples = append(r.samples, rateSample{r.now(), c.Stored()})
}

// perSecond is the mean over the samples.
func (r *rates) perSecond() (blocks, events, bytes float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.samples) < 2 {
		return 0, 0, 0
	}
	first, last := r.samples[0], r.samples[len(r.samples)-1]
	s := last.at.Sub(first.at).Seconds()
	if s <= 0 {
		return 0, 0, 0
	}
	from, to := first.stored, last.stored
	return float64(to.Blocks-from.Blocks) / s, float64(to.Events-from.Events) / s, float64(to.Bytes-from.Bytes) / s
}
