package disk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// RemoveBlobs removes blobs, whole and begun, that keep does not want and that nobody has sent or asked for during rest. n and bytes tell what went.
func (s *Store) RemoveBlobs(ctx context.Context, rest time.Duration, keep func(event.BlobHash) bool) (n int, bytes int64, err error) {
	end, err := s.begin()
	if err != nil {
		return 0, 0, err
	}
	defer end()
	before := s.opt.now().Add(-rest)
	for _, h := range s.blobs.idle(before) {
		if err := ctx.Err(); err != nil {
			return n, bytes, err
		}
		if keep(h) {
			continue
		}
		gone, e := s.blobs.remove(h, before)
		if e != nil {
			err = errors.Join(err, e)
		} else if gone > 0 {
			n, bytes = n+1, bytes+gone
		}
	}
	return n, bytes, err
}

// idle lists blobs that were last used before a time.
func (f *blobFolder) idle(before time.Time) (list []event.BlobHash) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for h, b := range f.blobs {
		if b.used.Load() < micros(before) {
			list = append(list, h)
		}
	}
	return list
}

// remove takes a blob away, unless it was used meanwhile. Who asks for it afterwards is told that nothing of it is there.
func (f *blobFolder) remove(h event.BlobHash, before time.Time) (bytes int64, err error) {
	f.mu.Lock() // until the files are gone, so that nobody begins a new one of this name before
	defer f.mu.Unlock()
	b := f.blobs[h]
	if b == nil || b.used.Load() >= micros(before) {
		return 0, nil
	}
	delete(f.blobs, h)
	for _, path := range []string{f.path(h), f.path(h) + partial} {
		if e := ignoreMissing(f.files.Remove(path)); e != nil {
			err = errors.Join(err, fmt.Errorf("removing a blob: %w", e))
		}
	}
	return max(b.bytes, 1), err
}
