package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// compactShare is what of one processor compaction takes while blocks come in.
const compactShare = 0.2

// house is api.House over the store on disk.
type house struct {
	store   *disk.Store
	queries *query.Engine
	quota   int64
	now     func() time.Time
	log     *slog.Logger
	wake    chan struct{}

	mu     sync.Mutex
	state  api.Compaction
	cancel context.CancelFunc // of the compaction that runs
}

var _ api.House = (*house)(nil)

func newHouse(s *disk.Store, q *query.Engine, quota int64, now func() time.Time, log *slog.Logger) *house {
	return &house{store: s, queries: q, quota: quota, now: now, log: log, wake: make(chan struct{}, 1), state: api.Compaction{State: "none"}}
}

// settleEvery is how often pins that wait for a checkpoint are looked at.
const settleEvery = time.Minute

// run does what takes longer than a request, until ctx ends.
func (h *house) run(ctx context.Context) {
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.wake:
			h.compact(ctx)
		case <-tick.C:
			h.settle(ctx)
		}
	}
}

// settle gives open pins their end, once there is a checkpoint.
func (h *house) settle(ctx context.Context) {
	pins, _, err := h.store.Pins(ctx)
	if err != nil {
		if ctx.Err() == nil {
			h.log.Warn("pins that wait for a checkpoint were not looked at", "error", err)
		}
		return
	}
	for _, p := range pins {
		if !p.Open {
			continue
		}
		w, err := h.queries.Window(ctx, p.Recording, query.Wall(p.AskFrom), query.Wall(p.AskTo))
		if err == nil && !w.Open {
			next := p.Pin
			next.To, next.Open = int64(w.To), false
			_, err = h.store.Pin(ctx, next)
		}
		if err != nil && ctx.Err() == nil {
			h.log.Warn("a pin stays open, and holds more than it must, until the next look", "pin", p.ID, "recording", p.Recording.String(), "error", err)
		}
	}
}

// Pins is that of api.House.
func (h *house) Pins(ctx context.Context) (api.Pins, error) {
	list, bytes, err := h.store.Pins(ctx)
	out := api.Pins{Kind: "pin", Version: 1, Items: []api.Pin{}, Bytes: api.I64(bytes), Quota: api.I64(h.quota)}
	for _, p := range list {
		out.Items = append(out.Items, h.shown(p))
	}
	return out, err
}

func (h *house) shown(p store.PinState) api.Pin {
	when := func(us int64) *api.Time {
		if us == 0 {
			return nil
		}
		return &api.Time{Time: time.UnixMicro(us)}
	}
	job, _ := h.queries.Origin(p.Recording)
	return api.Pin{
		ID: p.ID, Recording: p.Recording.String(), Job: job, From: when(p.From), To: when(p.To), AskedFrom: when(p.AskFrom), AskedTo: when(p.AskTo), Open: p.Open,
		Reason: p.Reason, Note: p.Note, Owner: p.Owner, Created: &api.Time{Time: p.Created}, Segments: p.Segments, Bytes: api.I64(p.Bytes),
	}
}

// PinOf is that of api.House.
func (h *house) PinOf(ctx context.Context, id string) (event.RecordingID, error) {
	p, err := h.find(ctx, id)
	return p.Recording, err
}

func (h *house) find(ctx context.Context, id string) (store.PinState, error) {
	list, _, err := h.store.Pins(ctx)
	for _, p := range list {
		if p.ID == id {
			return p, nil
		}
	}
	if err == nil {
		err = api.Refuse(http.StatusNotFound, fmt.Sprintf("there is no pin %.64q", id), "sightglass pins lists them")
	}
	return store.PinState{}, err
}

// Pin is that of api.House. What is kept begins and ends with completed checkpoints, so that it can be replayed.
func (h *house) Pin(ctx context.Context, rec event.RecordingID, r api.PinRequest) (api.Pin, error) {
	w, err := h.queries.Window(ctx, rec, r.From, r.To)
	if err != nil {
		return api.Pin{}, err
	}
	p, err := h.store.Pin(ctx, store.Pin{
		Recording: rec, From: int64(w.From), To: int64(w.To), AskFrom: int64(r.From), AskTo: int64(r.To), Open: w.Open, Reason: r.Reason, Note: r.Note, Owner: r.Owner,
	})
	switch {
	case errors.Is(err, store.ErrPinQuota):
		return api.Pin{}, api.Refuse(http.StatusInsufficientStorage, err.Error(), "sightglass pins lists what is pinned, sightglass unpin takes one away; or raise the setting pin-quota")
	case errors.Is(err, store.ErrNothing):
		return api.Pin{}, api.Refuse(http.StatusUnprocessableEntity, "nothing of this recording is stored between these times", "sightglass recordings tells from when to when it goes")
	case errors.Is(err, store.ErrNotFound):
		return api.Pin{}, api.Refuse(http.StatusNotFound, err.Error(), "it was deleted meanwhile")
	case err != nil:
		return api.Pin{}, err
	}
	st, err := h.find(ctx, p.ID)
	return h.shown(st), err
}

// Unpin is that of api.House.
func (h *house) Unpin(ctx context.Context, id string) (api.Pin, error) {
	st, err := h.find(ctx, id)
	if err != nil {
		return api.Pin{}, err
	}
	if _, err := h.store.Unpin(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return api.Pin{}, err
	}
	return h.shown(st), nil
}

// Compaction is that of api.House.
func (h *house) Compaction(context.Context) (api.Compaction, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state, nil
}

// Compact is that of api.House.
func (h *house) Compact(ctx context.Context) (api.Compaction, error) {
	h.mu.Lock()
	if h.state.State != "running" {
		h.state = api.Compaction{State: "running", Began: &api.Time{Time: h.now()}}
		select {
		case h.wake <- struct{}{}:
		default:
		}
	}
	h.mu.Unlock()
	return h.Compaction(ctx)
}

// CancelCompaction is that of api.House.
func (h *house) CancelCompaction(ctx context.Context) (api.Compaction, error) {
	h.mu.Lock()
	if h.state.State == "running" && h.cancel == nil { // it has not begun
		h.state.State = "cancelled"
	}
	if h.cancel != nil {
		h.cancel()
	}
	h.mu.Unlock()
	return h.Compaction(ctx)
}

// compact runs the compaction that was asked for.
func (h *house) compact(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	h.mu.Lock()
	wanted := h.state.State == "running"
	h.cancel = cancel
	h.mu.Unlock()
	if !wanted {
		return
	}
	progress := func(p disk.CompactProgress) {
		h.mu.Lock()
		defer h.mu.Unlock()
		s := &h.state
		s.Done, s.Total, s.Before, s.After = api.I64(p.Done), api.I64(p.Total), api.I64(p.Before), api.I64(p.After)
		s.Segments, s.Into, s.Left = p.Segments, p.Into, p.Left
	}
	_, err := h.store.Compact(ctx, disk.CompactOptions{Share: compactShare, Progress: progress})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cancel = nil
	h.state.Ended = &api.Time{Time: h.now()}
	switch {
	case err == nil:
		h.state.State = "done"
	case ctx.Err() != nil:
		h.state.State = "cancelled"
	default:
		h.state.State, h.state.Error = "failed", err.Error()
	}
}
