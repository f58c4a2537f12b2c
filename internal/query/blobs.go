package query

import (
	"context"
	"errors"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// ErrUnread: blocks that may name blobs cannot be read, so which are named is not known.
var ErrUnread = errors.New("what names parts of capsules cannot be read")

// NamedBlobs are the blobs that capsules of any recording name. ErrUnread when that cannot be told of one of them.
func (e *Engine) NamedBlobs(ctx context.Context) (map[event.BlobHash]bool, error) {
	all, err := e.reader.Recordings(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing recordings: %w", err)
	}
	named := make(map[event.BlobHash]bool)
	for _, rec := range all {
		if err := e.namedBy(ctx, rec.ID, named); err != nil && !errors.Is(err, ErrNotFound) { // it was deleted meanwhile
			return nil, err
		}
	}
	return named, nil
}

func (e *Engine) namedBy(ctx context.Context, rec event.RecordingID, named map[event.BlobHash]bool) error {
	v, err := e.open(ctx, rec)
	if err != nil {
		return err
	}
	defer v.close()
	scan, err := v.scan(EventQuery{Lanes: []event.Lane{event.LaneJob}, Kinds: []event.Kind{event.KindCapsule}})
	if err != nil {
		return err
	}
	for ev, err := range scan.events(ctx, v) {
		if err != nil {
			return fmt.Errorf("reading capsules: %w", err)
		}
		c := e.capsule(&ev)
		for _, m := range c.Missing {
			if m.unread {
				return fmt.Errorf("recording %s: %w", rec, ErrUnread)
			}
		}
		if ev.Kind != event.KindCapsule {
			return fmt.Errorf("recording %s: %w", rec, ErrUnread)
		}
		for _, p := range c.Parts {
			named[p.Hash] = true
		}
	}
	return nil
}
