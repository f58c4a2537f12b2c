package server

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// What still runs is not deleted as a whole, however old it is. A job has ended when its JobManager said so and nothing came for a while, or
// when nothing came for so long that its end was missed.
const (
	settles = 10 * time.Minute
	missed  = 24 * time.Hour
)

// limits say what is kept. The zero value keeps everything.
type limits struct {
	age        time.Duration // since the last block of what goes; 0 = for ever
	size, free int64         // bytes of all recordings, and free on the disk; 0 = no limit
}

// ofJob are limits of one recording, from the policy; 0 = none of its own.
type ofJob struct {
	age  time.Duration
	size int64
}

// leaving is what goes: a whole recording, or with a segment that one alone.
type leaving struct {
	rec     event.RecordingID
	segment uint64
	stored  time.Time
	bytes   int64
	why     string
}

// scene is what is decided on.
type scene struct {
	recordings []store.Recording
	segments   []disk.SegmentFacts
	pinned     map[event.RecordingID]bool // something of it is
	free       int64
	now        time.Time
	ended      func(event.RecordingID) bool
	own        func(event.RecordingID) ofJob
}

// units are what can go, the oldest first. What has ended goes as a whole; of what goes on, or is pinned in part, segments go. Pinned ones
// never do.
func (s *scene) units() (list []leaving, held map[event.RecordingID]int64) {
	held = make(map[event.RecordingID]int64)
	whole := make(map[event.RecordingID]bool)
	for _, r := range s.recordings {
		held[r.ID] = int64(r.Bytes)
		rest := s.now.Sub(r.LastStored)
		if rest < settles || s.pinned[r.ID] || rest < missed && !s.ended(r.ID) {
			continue
		}
		whole[r.ID] = true
		list = append(list, leaving{rec: r.ID, stored: r.LastStored, bytes: int64(r.Bytes)})
	}
	for _, g := range s.segments {
		if !whole[g.Recording] && g.Sealed && !g.Pinned && !g.Remains {
			list = append(list, leaving{rec: g.Recording, segment: g.Segment, stored: g.Stored, bytes: g.Bytes})
		}
	}
	slices.SortFunc(list, func(a, b leaving) int { return cmp.Or(a.stored.Compare(b.stored), cmp.Compare(a.segment, b.segment)) })
	return list, held
}

// beyond lists what must go to keep the limits, the oldest first.
func (l limits) beyond(s scene) (list []leaving) {
	units, of := s.units()
	var held int64
	for _, n := range of {
		held += n
	}
	for _, u := range units {
		own := ofJob{}
		if s.own != nil {
			own = s.own(u.rec)
		}
		age, rest := l.age, s.now.Sub(u.stored)
		if own.age > 0 {
			age = own.age
		}
		switch {
		case age > 0 && rest >= age:
			u.why = "retain-age"
		case own.size > 0 && of[u.rec] > own.size, l.size > 0 && held > l.size:
			u.why = "retain-size"
		case l.free > 0 && s.free < l.free:
			u.why = "retain-free"
		default:
			continue
		}
		held, s.free = held-u.bytes, s.free+u.bytes
		of[u.rec] -= u.bytes
		list = append(list, u)
	}
	return list
}

// retention removes what is beyond the limits, now and then.
type retention struct {
	limits limits
	store  *disk.Store
	free   func() int64
	ended  func(context.Context, event.RecordingID) bool
	own    func(context.Context, event.RecordingID) ofJob         // may be nil
	blobs  func(context.Context) (map[event.BlobHash]bool, error) // those that recordings name; nil = blobs stay
	gone   func(context.Context, event.RecordingID)               // told of what was deleted; may be nil
	now    func() time.Time
	log    *slog.Logger

	swept time.Time // when blobs were looked at
}

const (
	retainEvery = time.Minute
	soon        = 5 * time.Second // when the disk is nearly full
	sweepEvery  = time.Hour
	blobRest    = 24 * time.Hour // since a blob came or was asked for: its recording may still say that it needs it
)

func (r *retention) run(ctx context.Context) {
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		r.once(ctx)
		wait := retainEvery
		if r.limits.free > 0 && r.free() < r.limits.free {
			wait = soon
		}
		next.Reset(wait)
	}
}

func (r *retention) once(ctx context.Context) {
	all, err := r.store.Recordings(ctx)
	pins, _, failed := r.store.Pins(ctx)
	if err = errors.Join(err, failed); err != nil {
		r.log.Error("recordings could not be listed, so nothing is removed", "error", err)
		return
	}
	s := scene{recordings: all, segments: r.store.Segments(), pinned: make(map[event.RecordingID]bool), free: r.free(), now: r.now(),
		ended: func(rec event.RecordingID) bool { return r.ended(ctx, rec) }}
	for _, p := range pins {
		s.pinned[p.Recording] = true
	}
	if r.own != nil {
		s.own = func(rec event.RecordingID) ofJob { return r.own(ctx, rec) }
	}
	list := r.limits.beyond(s)
	trims := make(map[event.RecordingID][]leaving)
	var order []event.RecordingID
	for _, one := range list {
		if one.segment != 0 {
			if trims[one.rec] == nil {
				order = append(order, one.rec)
			}
			trims[one.rec] = append(trims[one.rec], one)
			continue
		}
		switch err := r.store.Delete(ctx, one.rec); {
		case errors.Is(err, store.ErrPinned), errors.Is(err, store.ErrNotFound): // since it was looked at
		case err != nil:
			r.log.Error("a recording could not be deleted", "recording", one.rec.String(), "setting", one.why, "error", err)
			return // the next ones were chosen as if it had gone
		default:
			if r.gone != nil {
				r.gone(ctx, one.rec)
			}
			r.log.Info("recording deleted", "recording", one.rec.String(), "setting", one.why, "bytes", one.bytes, "last_stored", one.stored)
		}
	}
	for _, rec := range order {
		r.trim(ctx, rec, trims[rec])
	}
	if now := r.now(); now.Sub(r.swept) >= sweepEvery || len(list) > 0 && now.Sub(r.swept) >= sweepEvery/6 {
		r.swept = now
		r.sweep(ctx)
	}
}

func (r *retention) trim(ctx context.Context, rec event.RecordingID, of []leaving) {
	segments := make([]uint64, 0, len(of))
	for _, u := range of {
		segments = append(segments, u.segment)
	}
	freed, err := r.store.Trim(ctx, rec, segments)
	switch {
	case errors.Is(err, store.ErrPinned), errors.Is(err, store.ErrNotFound): // since it was looked at
	case err != nil && ctx.Err() == nil:
		r.log.Error("a recording could not be trimmed", "recording", rec.String(), "setting", of[0].why, "error", err)
	case freed > 0:
		r.log.Info("beginning of a recording removed", "recording", rec.String(), "setting", of[0].why, "segments", len(segments), "bytes", freed,
			"until", of[len(of)-1].stored)
	}
}

// sweep removes blobs that no recording names any more.
func (r *retention) sweep(ctx context.Context) {
	if r.blobs == nil {
		return
	}
	named, err := r.blobs(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.log.Warn("what recordings name is not known, so no capsule is removed", "error", err)
		}
		return
	}
	n, bytes, err := r.store.RemoveBlobs(ctx, blobRest, func(h event.BlobHash) bool { return named[h] })
	if err != nil && ctx.Err() == nil {
		r.log.Warn("removing parts of capsules", "error", err)
	}
	if n > 0 {
		r.log.Info("parts of capsules removed that no recording names", "parts", n, "bytes", bytes)
	}
}
