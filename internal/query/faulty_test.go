package query

import (
	"context"
	"fmt"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// faultyReader is a reader some of whose blocks have rotted since they were stored.
type faultyReader struct {
	store.Reader
	bad map[frameKey]bool // payload is not set
}

func (r *faultyReader) Snapshot(ctx context.Context, rec event.RecordingID) (store.Snapshot, error) {
	s, err := r.Reader.Snapshot(ctx, rec)
	if err != nil {
		return nil, err
	}
	return &faultySnapshot{s, r}, nil
}

type faultySnapshot struct {
	store.Snapshot
	from *faultyReader
}

func (s *faultySnapshot) Read(ctx context.Context, ref store.Ref, sections ...block.SectionID) (*block.Rows, error) {
	h := ref.Header
	if s.from.bad[frameKey{recording: h.Recording, attempt: h.Attempt, lane: h.Lane, number: h.Number}] {
		return nil, fmt.Errorf("section 1: %w", block.ErrChecksum)
	}
	return s.Snapshot.Read(ctx, ref, sections...)
}
