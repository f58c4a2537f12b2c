package browse

import (
	"context"
	"errors"
	"sync"
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

// Keeping indexes takes at most these shares of one core, and looks for what is new this often. Those of keys are quickly made, and
// somebody may wait for them.
const (
	textShare  = 0.15
	keyShare   = 0.1
	askedShare = 0.5 // of keys, when a question found one missing
	indexEvery = 30 * time.Second
)

// KeepIndexes makes indexes of keys and of texts in the background until ctx ends. failed is told what could not be indexed; it is
// tried again.
func (b *Browser) KeepIndexes(ctx context.Context, failed func(rec event.RecordingID, err error)) {
	var both sync.WaitGroup
	both.Go(func() {
		b.keep(ctx, failed, b.queries.KeysWanted(), func(asked bool) pacer {
			if asked {
				return pacer{share: askedShare}
			}
			return pacer{share: keyShare}
		}, b.queries.IndexKeys)
	})
	both.Go(func() {
		b.keep(ctx, failed, nil, func(bool) pacer { return pacer{share: textShare} }, b.IndexTexts)
	})
	both.Wait()
}

// keep makes what is missing of all recordings, now and then, and when it is asked for.
func (b *Browser) keep(ctx context.Context, failed func(event.RecordingID, error), wanted <-chan struct{}, pace func(asked bool) pacer,
	index func(context.Context, event.RecordingID, func() error) (int, error)) {
	every := time.NewTicker(indexEvery)
	defer every.Stop()
	for asked := false; ; {
		p := pace(asked)
		list, err := b.queries.Recordings(ctx)
		if err != nil && ctx.Err() == nil {
			failed(event.RecordingID{}, err)
		}
		for _, r := range list {
			p.began = time.Now()
			if _, err := index(ctx, r.ID, func() error { return p.pause(ctx) }); err != nil && ctx.Err() == nil && !errors.Is(err, ErrNotFound) {
				failed(r.ID, err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-wanted:
			asked = true
		case <-every.C:
			asked = false
		}
	}
}

// pacer holds work in the background to a share of one core.
type pacer struct {
	share float64
	began time.Time
}

func (p *pacer) pause(ctx context.Context) error {
	rest := time.NewTimer(time.Duration(float64(time.Since(p.began)) * (1/p.share - 1)))
	defer rest.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-rest.C:
	}
	p.began = time.Now()
	return nil
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
