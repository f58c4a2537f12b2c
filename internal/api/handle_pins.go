package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// houseRoutes are about what is stored as a whole.
func (s *service) houseRoutes() {
	get(s, route{"pins", "/pins", access.JobView, "What retention must not remove, and why", some}, s.pins)
	register(s, http.MethodPost, route{"pin", "/recordings/{rec}/pins", access.RecordingPin, "Keep a recording, or a stretch of it, from retention", recording}, s.pin)
	register(s, http.MethodDelete, route{"unpin", "/pins/{id}", access.RecordingPin, "Take a pin away", pinned}, s.unpin)
	get(s, route{"store-compaction", "/store/compaction", access.ServerView, "How far a compaction of the store is", nil}, s.compaction)
	register(s, http.MethodPost, route{"store-compact", "/store/compaction", access.StoreCompact, "Re-code what is stored and put small segments together", nil}, s.compact)
	register(s, http.MethodDelete, route{"store-compact-cancel", "/store/compaction", access.StoreCompact, "End a compaction; what was done by then stays", nil}, s.cancelCompaction)
}

// pinned finds the recording that a pin is about.
func pinned(s *service, ctx huma.Context) (browse.Target, error) {
	rec, err := s.House.PinOf(ctx.Context(), ctx.Param("id"))
	if err != nil {
		return browse.Target{}, err
	}
	return s.Browser.Target(rec), nil
}

func (s *service) pins(ctx context.Context, _ *none) (Pins, error) {
	all, err := s.House.Pins(ctx)
	if err != nil {
		return Pins{}, err
	}
	who := caller(ctx)
	all.Items = slices.DeleteFunc(slices.Clone(all.Items), func(p Pin) bool {
		rec, err := event.ParseRecordingID(p.Recording)
		return err != nil || !s.Browser.Decide(who, access.JobView, s.Browser.Target(rec).Resource).Allowed
	})
	return all, nil
}

func (s *service) pin(ctx context.Context, in *pinRequest) (p Pin, err error) {
	now, who := time.Now(), caller(ctx)
	w := PinRequest{Reason: in.Body.Reason, Note: in.Body.Note, Owner: who.Name}
	if w.From, err = instant("from", in.Body.From, now); err != nil {
		return p, err
	}
	if w.To, err = instant("to", in.Body.To, now); err != nil {
		return p, err
	}
	if w.To != 0 && w.To < w.From {
		return p, problem(http.StatusBadRequest, "to is before from", "a pin needs a stretch of time, or neither for the whole recording")
	}
	what := []string{fmt.Sprintf("pin for %s, from %s to %s", w.Reason, stretch(in.Body.From, "the beginning"), stretch(in.Body.To, "the end"))}
	err = s.Browser.Change(ctx, who, access.RecordingPin, target(ctx).Resource, what, w.Note, func() (err error) {
		p, err = s.House.Pin(ctx, target(ctx).Recording, w)
		return err
	})
	return p, err
}

func stretch(given, otherwise string) string {
	if given == "" {
		return otherwise
	}
	return given
}

func (s *service) unpin(ctx context.Context, in *unpinRequest) (p Pin, err error) {
	err = s.Browser.Change(ctx, caller(ctx), access.RecordingPin, target(ctx).Resource, []string{"unpin " + in.ID}, "", func() (err error) {
		p, err = s.House.Unpin(ctx, in.ID)
		return err
	})
	return p, err
}

func (s *service) compaction(ctx context.Context, _ *none) (Compaction, error) {
	return s.House.Compaction(ctx)
}

func (s *service) compact(ctx context.Context, _ *none) (c Compaction, err error) {
	err = s.Browser.Change(ctx, caller(ctx), access.StoreCompact, "server", []string{"compact the store"}, "", func() (err error) {
		c, err = s.House.Compact(ctx)
		return err
	})
	return c, err
}

func (s *service) cancelCompaction(ctx context.Context, _ *none) (c Compaction, err error) {
	err = s.Browser.Change(ctx, caller(ctx), access.StoreCompact, "server", []string{"end the compaction of the store"}, "", func() (err error) {
		c, err = s.House.CancelCompaction(ctx)
		return err
	})
	return c, err
}
