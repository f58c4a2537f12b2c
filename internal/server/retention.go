package server

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// What still runs stays, however old it is. A job has ended when its JobManager said so and nothing came for a while, or when nothing came
// for so long that its end was missed.
const (
	settles = 10 * time.Minute
	missed  = 24 * time.Hour
)

// limits say what is kept. The zero value keeps everything.
type limits struct {
	age        time.Duration // since the last block; 0 = for ever
	size, free int64         // bytes of all recordings, and free on the disk; 0 = no limit
}

func (l limits) none() bool { return l == limits{} }

// leaving is a recording that goes, and why.
type leaving struct {
	store.Recording
	why string
}

// beyond lists the recordings that must go to keep the limits, the oldest first. free is what the disk has now; ended tells whether a
// recording's job said that it ended.
func (l limits) beyond(all []store.Recording, free int64, now time.Time, ended func(event.RecordingID) bool) (list []leaving) {
	var held int64
	for _, r := range all {
		held += int64(r.Bytes)
	}
	oldest := slices.Clone(all)
	slices.SortFunc(oldest, func(a, b store.Recording) int { return a.LastStored.Compare(b.LastStored) })
	for _, r := range oldest {
		rest := now.Sub(r.LastStored)
		why := ""
		switch {
		case rest < settles:
			return list // and so are all that follow
		case l.age > 0 && rest >= l.age:
			why = "retain-age"
		case l.size > 0 && held > l.size:
			why = "retain-size"
		case l.free > 0 && free < l.free:
			why = "retain-free"
		default:
			return list
		}
		if rest < missed && !ended(r.ID) {
			continue
		}
		held, free = held-int64(r.Bytes), free+int64(r.Bytes)
		list = append(list, leaving{r, why})
	}
	return list
}

// retention deletes what is beyond the limits, now and then.
type retention struct {
	limits limits
	store  store.Store
	free   func() int64
	ended  func(context.Context, event.RecordingID) bool
	now    func() time.Time
	log    *slog.Logger
}

const retainEvery = time.Minute

func (r *retention) run(ctx context.Context) {
	if r.limits.none() {
		return
	}
	tick := time.NewTicker(retainEvery)
	defer tick.Stop()
	for {
		r.once(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (r *retention) once(ctx context.Context) {
	all, err := r.store.Recordings(ctx)
	if err != nil {
		r.log.Error("recordings could not be listed, so none is deleted", "error", err)
		return
	}
	ended := func(rec event.RecordingID) bool { return r.ended(ctx, rec) }
	for _, one := range r.limits.beyond(all, r.free(), r.now(), ended) {
		if err := r.store.Delete(ctx, one.ID); err != nil {
			r.log.Error("a recording could not be deleted", "recording", one.ID.String(), "setting", one.why, "error", err)
			return // the next ones were chosen as if it had gone
		}
		r.log.Info("recording deleted", "recording", one.ID.String(), "setting", one.why, "bytes", one.Bytes, "last_stored", one.LastStored)
	}
}
