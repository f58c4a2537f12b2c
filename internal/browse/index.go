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

// Keeping indexes of keys takes at most these shares of one core: they are quickly made, and somebody may wait for them. Those of
// texts have their turn in the budget of what is done in the background. What is new is looked for this often.
const (
	keyShare   = 0.1
	askedShare = 0.5 // of keys, when a question found one missing
	indexEvery = 30 * time.Second
)

// KeepIndexes makes indexes of keys and of texts in the background until ctx ends; those of texts within the budget. failed is told
// what could not be indexed; it is tried again.
func (b *Browser) KeepIndexes(ctx context.Context, budget *Budget, failed func(rec event.RecordingID, err error)) {
	var both sync.WaitGroup
	both.Go(func() {
		b.keep(ctx, b.queries.KeysWanted(), func(asked bool) {
			p := pacer{share: keyShare, began: time.Now()}
			if asked {
				p.share = askedShare
			}
			b.indexAll(ctx, failed, b.queries.IndexKeys, func() error { return p.pause(ctx) })
		})
	})
	both.Go(func() {
		b.keep(ctx, nil, func(bool) {
			turn, err := budget.Begin(ctx)
			if err != nil {
				return
			}
			defer turn.End()
			b.indexAll(ctx, failed, b.IndexTexts, turn.Pause)
		})
	})
	both.Wait()
}

// keep does the work now and then, and when it is asked for.
func (b *Browser) keep(ctx context.Context, wanted <-chan struct{}, work func(asked bool)) {
	every := time.NewTicker(indexEvery)
	defer every.Stop()
	for asked := false; ; {
		work(asked)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			asked = false
		case <-wanted:
			asked = true
		}
	}
}

func (b *Browser) indexAll(ctx context.Context, failed func(event.RecordingID, error),
	index func(context.Context, event.RecordingID, func() error) (int, error), pause func() error) {
	list, err := b.queries.Recordings(ctx)
	if err != nil && ctx.Err() == nil {
		failed(event.RecordingID{}, err)
	}
	for _, r := range list {
		if _, err := index(ctx, r.ID, pause); err != nil && ctx.Err() == nil && !errors.Is(err, ErrNotFound) {
			failed(r.ID, err)
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
