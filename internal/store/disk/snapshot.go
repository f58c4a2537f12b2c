package disk

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/headers"
)

// snapshot is a view of a recording that keeps the files of its segments.
type snapshot struct {
	*headers.View
	set         *segmentSet
	gone        uint64 // blocks removed before it was taken: marks go on from there
	first, last time.Time
	closed      sync.Once
}

// Recording is that of store.Snapshot.
func (s *snapshot) Recording() store.Recording {
	sum := s.View.Recording()
	sum.FirstStored, sum.LastStored, sum.First = s.first, s.last, s.gone
	return sum
}

// Since is that of store.Snapshot.
func (s *snapshot) Since(mark uint64) iter.Seq[store.Ref] {
	return s.View.Since(mark - min(mark, s.gone))
}

// Mark is that of store.Snapshot.
func (s *snapshot) Mark() uint64 { return s.View.Mark() + s.gone }

// Read is that of store.Snapshot.
func (s *snapshot) Read(ctx context.Context, r store.Ref, sections ...block.SectionID) (*block.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g := s.set.byID[r.Segment]
	if g == nil {
		return nil, fmt.Errorf("segment %d: %w", r.Segment, store.ErrNotFound)
	}
	rows, err := block.DecodeFrom(r.Header, g, r.Offset, sections...)
	if err != nil {
		return nil, fmt.Errorf("block %d of lane %s of attempt %s: %w", r.Header.Number, r.Header.Lane, r.Header.Attempt, err)
	}
	return rows, nil
}

// Raw is that of store.Snapshot.
func (s *snapshot) Raw(ctx context.Context, r store.Ref) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g := s.set.byID[r.Segment]
	if g == nil {
		return nil, fmt.Errorf("segment %d: %w", r.Segment, store.ErrNotFound)
	}
	raw := make([]byte, r.Header.Size)
	_, err := g.ReadAt(raw, r.Offset)
	if err == nil {
		_, err = block.Verify(raw)
	}
	if err != nil {
		return nil, fmt.Errorf("block %d of lane %s of attempt %s: %w", r.Header.Number, r.Header.Lane, r.Header.Attempt, err)
	}
	return raw, nil
}

// Close is that of store.Snapshot. Files that could not be removed are found again when the store opens.
func (s *snapshot) Close() {
	s.closed.Do(func() { _ = s.set.release() })
}
