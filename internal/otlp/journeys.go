package otlp

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// Bounds of what is remembered.
const (
	pendingMost  = 2000   // sampled records whose journeys are not over
	perLook      = 100    // journeys made at one look, so that a high rate does not take the read side for itself
	addressesMax = 50_000 // invocations whose spans are known, for lines of the log
)

// journeys are the sampled records that are followed.
type journeys struct {
	skipped atomic.Uint64

	mu      sync.Mutex // guards what follows
	pending []*pending
	address map[place]address
	order   []place // of address, oldest first
}

// pending is a sampled record. Its journey is looked at several times, since it goes on: what is new is sent.
type pending struct {
	target browse.Target
	job    string
	record string // its position
	read   time.Time
	looks  int
	sent   map[[8]byte]bool
}

func newJourneys() *journeys { return &journeys{address: map[place]address{}} }

// followSources picks source records of a job.
func (e *Exporter) followSources(ctx context.Context, job string, t browse.Target, after browse.Cursor) {
	share := e.o.Rates.Of(job)
	q := browse.EventQuery{}
	q.Lanes, q.Expand, q.After = []event.Lane{event.LaneSrc}, true, after
	for ev, err := range e.o.Browser.Follow(ctx, e.o.Who, t, q) {
		if err != nil {
			e.o.Log.Warn("journeys of a job are not sent any more", "job", job, "error", err)
			return
		}
		if ev.Invocation == 0 || !picked(recordOf(&ev.Event), share) {
			continue
		}
		p := query.Position{Key: ev.AttemptKey, Invocation: ev.Invocation}
		e.journeys.add(&pending{target: t, job: job, record: p.String(), read: e.o.Now(), sent: map[[8]byte]bool{}})
	}
}

func (j *journeys) add(p *pending) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.pending) >= pendingMost {
		j.skipped.Add(1)
		return
	}
	j.pending = append(j.pending, p)
}

// take takes out the records whose next look is due.
func (j *journeys) take(now time.Time, settle []time.Duration) (out []*pending) {
	j.mu.Lock()
	defer j.mu.Unlock()
	rest := j.pending[:0]
	for _, p := range j.pending {
		if len(out) < perLook && now.Sub(p.read) >= settle[p.looks] {
			out = append(out, p)
		} else {
			rest = append(rest, p)
		}
	}
	clear(j.pending[len(rest):])
	j.pending = rest
	return out
}

// remember notes the spans of invocations.
func (j *journeys) remember(at map[place]address) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for p, a := range at {
		if _, ok := j.address[p]; !ok {
			j.order = append(j.order, p)
		}
		j.address[p] = a
	}
	if over := len(j.order) - addressesMax; over > 0 {
		for _, p := range j.order[:over] {
			delete(j.address, p)
		}
		j.order = append(j.order[:0:0], j.order[over:]...)
	}
}

// mark names the span that a line belongs to, if one was sent.
func (j *journeys) mark(l logLine, at place) {
	j.mu.Lock()
	a, ok := j.address[at]
	j.mu.Unlock()
	if ok {
		l.TraceId, l.SpanId, l.Flags = a.trace[:], a.span[:], sampledFlag
	}
}

// due makes the journeys that are due, and lets lines go that waited for them.
func (e *Exporter) due(ctx context.Context) {
	for _, p := range e.journeys.take(e.o.Now(), e.o.Settle) {
		if ctx.Err() != nil {
			return
		}
		e.look(ctx, p)
	}
	for _, l := range e.held.due(e.o.Now()) {
		e.journeys.mark(l.logLine, l.at)
		e.logs.add(l.logLine)
	}
}

// look sends what is new of p's journey. A record that another job wrote belongs to the journey of what it came from: it is left
// to that one where records of that job are sampled.
func (e *Exporter) look(ctx context.Context, p *pending) {
	j, err := e.o.Browser.Journey(ctx, e.o.Who, p.target, p.record, browse.Both)
	if err != nil {
		if ctx.Err() == nil {
			e.journeys.skipped.Add(1)
			e.o.Log.Debug("a sampled journey could not be made", "job", p.job, "record", p.record, "error", err)
		}
		return
	}
	if from := origin(&j); from != nil && from.Source != nil && from.Recording != p.target.Recording && e.o.Rates.Of(from.Job) > 0 {
		return
	}
	spans, at, _ := spansOf(&j)
	var fresh []span
	for _, s := range spans {
		if id := [8]byte(s.SpanId); !p.sent[id] {
			p.sent[id] = true
			fresh = append(fresh, s)
		}
	}
	e.journeys.remember(at)
	e.spans.add(fresh...)
	if p.looks++; p.looks < len(e.o.Settle) {
		e.journeys.add(p)
	}
}
