package query

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// ErrUnread: blocks that may name blobs cannot be read, so which are named is not known.
var ErrUnread = errors.New("what names parts of capsules cannot be read")

// NamedBlobs are the blobs that capsules and copied state files of any recording name. ErrUnread when that cannot be told of one of them.
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
	scan, err := v.scan(EventQuery{Lanes: []event.Lane{event.LaneJob}, Kinds: []event.Kind{event.KindCapsule, event.KindSnapshot, event.KindRestored}})
	if err != nil {
		return err
	}
	for ev, err := range scan.events(ctx, v) {
		if err != nil {
			return fmt.Errorf("reading capsules: %w", err)
		}
		if ev.Kind == event.KindSnapshot || ev.Kind == event.KindRestored {
			if err := namedByState(ev.Body, named); err != nil {
				return fmt.Errorf("recording %s: %w", rec, ErrUnread)
			}
			continue
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

// namedByState adds the copies of files that handles of state name (spec/recording.md, section 5: files).
func namedByState(body []byte, named map[event.BlobHash]bool) error {
	var b struct {
		Files [][]json.RawMessage `json:"files"`
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return err
	}
	for _, f := range b.Files {
		if len(f) < 3 {
			continue
		}
		var text string
		if err := json.Unmarshal(f[2], &text); err != nil {
			return err
		}
		hash, err := event.ParseBlobHash(text)
		if err != nil {
			return err
		}
		named[hash] = true
	}
	return nil
}
