package browse

import (
	"context"
	"errors"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// IndexTexts makes the missing indexes of texts of a recording's sealed segments, and goes on with those of segments that are still written, so that searches for a text skip blocks. pause is
// called between blocks; it may wait, and ends the work with an error. It gives the number of indexes made.
func (b *Browser) IndexTexts(ctx context.Context, rec event.RecordingID, pause func() error) (made int, err error) {
	segments, err := b.queries.Unindexed(ctx, rec)
	if err != nil {
		return 0, err
	}
	texts := b.textsOf(ctx)
	for _, id := range segments {
		if err := b.queries.Index(ctx, rec, id, texts, pause); err != nil {
			return made, err
		}
		made++
	}
	return made, b.queries.IndexLive(ctx, rec, texts, pause)
}

// Keeping indexes takes at most this share of one core, and looks for what is new this often.
const (
	indexShare = 0.25
	indexEvery = 30 * time.Second
)

// KeepIndexes makes indexes of texts in the background until ctx ends. failed is told what could not be indexed; it is tried again.
func (b *Browser) KeepIndexes(ctx context.Context, failed func(rec event.RecordingID, err error)) {
	began, every := time.Now(), time.NewTicker(indexEvery)
	defer every.Stop()
	rest := time.NewTimer(0)
	defer rest.Stop()
	pause := func() error {
		worked := time.Since(began)
		rest.Reset(time.Duration(float64(worked) * (1/indexShare - 1)))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-rest.C:
		}
		began = time.Now()
		return nil
	}
	for {
		list, err := b.queries.Recordings(ctx)
		if err != nil && ctx.Err() == nil {
			failed(event.RecordingID{}, err)
		}
		for _, r := range list {
			began = time.Now()
			if _, err := b.IndexTexts(ctx, r.ID, pause); err != nil && ctx.Err() == nil && !errors.Is(err, ErrNotFound) {
				failed(r.ID, err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// textsOf gives everything that a search by key, text or filter may look into, without masks: what it yields is hashed and shown to
// nobody.
func (b *Browser) textsOf(ctx context.Context) query.TextsOf {
	r := b.renderer(ctx, access.Indexer(), listShape)
	return func(e *query.Event, yield func(string)) bool {
		shown := r.asked(*e)
		whole := e.PayloadError == ""
		yield(shown.Text)
		view := func(v *access.View) {
			if v == nil {
				return
			}
			whole = whole && v.Whole()
			v.Texts(func(s string) bool { yield(s); return true })
		}
		view(shown.View)
		view(shown.KeyView)
		if a := shown.Access; a != nil {
			for _, v := range []*access.View{a.Key, a.Namespace, a.MapKey, a.Before, a.After} {
				view(v)
			}
		}
		return whole
	}
}
