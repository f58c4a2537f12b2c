package otlp

import (
	"context"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// watch follows every running job until ctx ends: its source records for the sample, its log. A job that was there when the
// server started is followed from now on, a later one from its beginning.
func (e *Exporter) watch(ctx context.Context) {
	var followers sync.WaitGroup
	defer followers.Wait()
	type follower struct {
		stop context.CancelFunc
		gone time.Time // since when the job is not among the running ones
	}
	following := map[event.RecordingID]*follower{}
	tick := time.NewTicker(e.o.Look)
	defer tick.Stop()
	for first := true; ; first = false {
		jobs, err := e.o.Browser.Jobs(ctx, e.o.Who, false)
		if err != nil && ctx.Err() == nil {
			e.o.Log.Warn("jobs could not be read for OTLP", "error", err)
		}
		running := map[event.RecordingID]bool{}
		for _, j := range jobs {
			if j.State.Ended() && (first || following[j.ID] == nil && e.o.Now().Sub(j.LastStored) > time.Minute) {
				continue
			}
			running[j.ID] = !j.State.Ended()
			if following[j.ID] != nil {
				continue
			}
			t, err := e.o.Browser.Resolve(ctx, j.ID.String())
			if err != nil {
				continue // it was deleted meanwhile
			}
			after := browse.Cursor("")
			if !first {
				after = browse.Beginning
			}
			of, stop := context.WithCancel(ctx)
			following[j.ID] = &follower{stop: stop}
			if e.o.wants(Logs) {
				followers.Go(func() { e.followLog(of, j.Name, t, after) })
			}
			if e.o.wants(Traces) && e.o.Rates.Of(j.Name) > 0 {
				followers.Go(func() { e.followSources(of, j.Name, t, after) })
			}
		}
		now := e.o.Now()
		for id, f := range following {
			switch {
			case running[id]:
				f.gone = time.Time{}
			case f.gone.IsZero():
				f.gone = now
			case now.Sub(f.gone) > time.Minute: // what agents kept has come by then
				f.stop()
				if _, listed := running[id]; !listed {
					delete(following, id)
				}
			}
		}
		e.due(ctx)
		select {
		case <-ctx.Done():
			for _, f := range following {
				f.stop()
			}
			return
		case <-tick.C:
		}
	}
}

func (e *Exporter) followLog(ctx context.Context, job string, t browse.Target, after browse.Cursor) {
	q := browse.EventQuery{}
	q.Lanes, q.Payload, q.After = []event.Lane{event.LaneLog}, true, after
	for ev, err := range e.o.Browser.Follow(ctx, e.o.Who, t, q) {
		if err != nil {
			e.o.Log.Warn("the log of a job is not sent any more", "job", job, "error", err)
			return
		}
		element, source := "", (*event.KafkaPosition)(nil)
		if ev.Invocation != 0 {
			// Without it the line still says where it was written.
			element, source, _ = e.o.Browser.InputOf(ctx, t, ev.AttemptKey, ev.Invocation)
		}
		line := lineOf(job, &ev, element, source, e.o.Now())
		at := place{ev.Recording, ev.AttemptKey, ev.Invocation}
		if e.o.wants(Traces) && len(e.o.Rates) > 0 && e.held.keep(line, at, e.o.Now().Add(e.o.Settle[0]+2*e.o.Look)) {
			continue
		}
		e.journeys.mark(line, at)
		e.logs.add(line)
	}
}

// heldMost is how many lines wait for the journeys that they belong to.
const heldMost = 10_000

// held keeps lines until the journeys that were read at the same time have been made: only then they can name their trace.
type held struct {
	mu    sync.Mutex
	lines []heldLine // in order of due
}

type heldLine struct {
	logLine
	at  place
	due time.Time
}

func newHeld() *held { return &held{} }

func (h *held) keep(l logLine, at place, due time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.lines) >= heldMost {
		return false
	}
	h.lines = append(h.lines, heldLine{l, at, due})
	return true
}

// due takes out what has waited long enough.
func (h *held) due(now time.Time) (out []heldLine) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for n < len(h.lines) && !h.lines[n].due.After(now) {
		n++
	}
	out = append(out, h.lines[:n]...)
	h.lines = append(h.lines[:0:0], h.lines[n:]...)
	return out
}

// all takes everything out.
func (h *held) all() (out []logLine) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.lines {
		out = append(out, l.logLine)
	}
	h.lines = nil
	return out
}
