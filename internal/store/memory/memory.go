// Package memory keeps a store in RAM: for tests, and for looking at a handful of blocks without a data folder. Nothing
// survives the process, so its promise of durability is empty.
package memory

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/headers"
)

var _ store.Store = (*Store)(nil)

// Store is an in-memory store. Safe for concurrent use.
type Store struct {
	definitions headers.Definitions
	changes     headers.Changes
	mu          struct {
		sync.RWMutex
		closed     bool
		recordings map[event.RecordingID]*recording
		blobs      map[event.BlobHash]*blob
	}
}

// blob is a byte string as far as it is there.
type blob struct {
	data     []byte
	complete bool
}

// recording is an index and the bytes of its blocks; a Ref's offset is a place in raw.
type recording struct {
	index *headers.Index
	mu    struct {
		sync.RWMutex
		raw         [][]byte
		first, last time.Time
	}
}

// New makes an empty store.
func New() *Store {
	s := new(Store)
	s.mu.recordings = make(map[event.RecordingID]*recording)
	s.mu.blobs = make(map[event.BlobHash]*blob)
	return s
}

// Append is that of store.Writer.
func (s *Store) Append(ctx context.Context, h *block.Header, raw []byte) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	r, err := s.open(h.Recording)
	if err != nil {
		return false, err
	}
	if !r.append(h, raw) {
		return false, nil
	}
	s.changes.Happened(h.Recording)
	return true, nil
}

func (r *recording) append(h *block.Header, raw []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	ref := store.Ref{Header: h, Offset: int64(len(r.mu.raw))}
	r.mu.raw = append(r.mu.raw, bytes.Clone(raw)) // first, since the index shows it to readers
	if r.index.Add(ref) != nil {
		r.mu.raw = r.mu.raw[:ref.Offset]
		return false
	}
	r.mu.last = time.Now()
	if r.mu.first.IsZero() {
		r.mu.first = r.mu.last
	}
	return true
}

// AppendAsync is that of store.Writer.
func (s *Store) AppendAsync(ctx context.Context, h *block.Header, raw []byte) (bool, func(context.Context) error, error) {
	stored, err := s.Append(ctx, h, raw)
	return stored, nil, err
}

func (s *Store) open(rec event.RecordingID) (*recording, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.closed {
		return nil, store.ErrClosed
	}
	r := s.mu.recordings[rec]
	if r == nil {
		r = &recording{index: headers.New(rec)}
		s.mu.recordings[rec] = r
	}
	return r, nil
}

func (s *Store) find(rec event.RecordingID) (*recording, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.mu.closed {
		return nil, store.ErrClosed
	}
	if r := s.mu.recordings[rec]; r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("recording %s: %w", rec, store.ErrNotFound)
}

// Define is that of store.Writer.
func (s *Store) Define(ctx context.Context, d event.Definition) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.RLock()
	closed := s.mu.closed
	s.mu.RUnlock()
	if closed {
		return store.ErrClosed
	}
	known, err := s.definitions.Check(d)
	if err == nil && !known {
		s.definitions.Put(d)
	}
	return err
}

// Missing is that of store.Writer.
func (s *Store) Missing(ids []event.DefinitionID) []event.DefinitionID {
	return s.definitions.Missing(ids)
}

// Lane is that of store.Writer.
func (s *Store) Lane(rec event.RecordingID, attempt event.Key, lane event.Lane) store.LaneState {
	r, err := s.find(rec)
	if err != nil {
		return store.LaneState{}
	}
	return r.index.Lane(attempt, lane)
}

// Attempt is that of store.Writer.
func (s *Store) Attempt(rec event.RecordingID, attempt event.Key) store.AttemptState {
	r, err := s.find(rec)
	if err != nil {
		return store.AttemptState{}
	}
	return r.index.Attempt(attempt)
}

// Recordings is that of store.Reader.
func (s *Store) Recordings(ctx context.Context) ([]store.Recording, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.mu.closed {
		return nil, store.ErrClosed
	}
	var list []store.Recording
	for id, r := range s.mu.recordings {
		if !id.IsZero() {
			list = append(list, r.summary())
		}
	}
	slices.SortFunc(list, store.NewestFirst)
	return list, nil
}

func (r *recording) summary() store.Recording {
	sum := r.index.Recording()
	r.mu.RLock()
	defer r.mu.RUnlock()
	sum.FirstStored, sum.LastStored = r.mu.first, r.mu.last
	return sum
}

// Snapshot is that of store.Reader.
func (s *Store) Snapshot(ctx context.Context, rec event.RecordingID) (store.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := s.find(rec)
	if err != nil {
		return nil, err
	}
	snap := &snapshot{View: r.index.View(), from: r}
	r.mu.RLock()
	defer r.mu.RUnlock()
	snap.first, snap.last = r.mu.first, r.mu.last
	return snap, nil
}

// Definition is that of store.Reader.
func (s *Store) Definition(id event.DefinitionID) (event.Definition, bool) {
	return s.definitions.Get(id)
}

// Definitions is that of store.Reader.
func (s *Store) Definitions(from uint64) ([]event.Definition, uint64) {
	return s.definitions.Since(from)
}

// Changed is that of store.Reader.
func (s *Store) Changed(rec event.RecordingID) <-chan struct{} { return s.changes.Next(rec) }

// Delete is that of store.Store.
func (s *Store) Delete(ctx context.Context, rec event.RecordingID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := s.find(rec); err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.mu.recordings, rec)
	s.mu.Unlock()
	s.changes.Happened(rec)
	return nil
}

// Close is that of store.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.closed = true
	return nil
}

type snapshot struct {
	*headers.View
	from        *recording
	first, last time.Time
}

func (s *snapshot) Recording() store.Recording {
	sum := s.View.Recording()
	sum.FirstStored, sum.LastStored = s.first, s.last
	return sum
}

func (s *snapshot) Read(ctx context.Context, ref store.Ref, sections ...block.SectionID) (*block.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.from.mu.RLock()
	raw := s.from.mu.raw[ref.Offset]
	s.from.mu.RUnlock()
	return block.DecodeFrom(ref.Header, bytes.NewReader(raw), 0, sections...)
}

// Raw is that of store.Snapshot.
func (s *snapshot) Raw(ctx context.Context, ref store.Ref) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.from.mu.RLock()
	raw := bytes.Clone(s.from.mu.raw[ref.Offset])
	s.from.mu.RUnlock()
	if _, err := block.Verify(raw); err != nil {
		return nil, fmt.Errorf("block %d of lane %s of attempt %s: %w", ref.Header.Number, ref.Header.Lane, ref.Header.Attempt, err)
	}
	return raw, nil
}

func (s *snapshot) Close() {}

// maxBlob bounds what one blob takes of the memory.
const maxBlob = 1 << 30

// PutBlob is that of store.BlobWriter.
func (s *Store) PutBlob(ctx context.Context, hash event.BlobHash, size, offset int64, data []byte) (store.BlobState, error) {
	if err := ctx.Err(); err != nil {
		return store.BlobState{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch b := s.mu.blobs[hash]; {
	case s.mu.closed:
		return store.BlobState{}, store.ErrClosed
	case size < 0 || size > maxBlob:
		return store.BlobState{}, fmt.Errorf("%w: %d bytes", store.ErrBlobTooLarge, size)
	case b == nil && len(data) == 0 && size > 0:
		return store.BlobState{}, nil
	case b == nil:
		s.mu.blobs[hash] = new(blob)
	}
	b := s.mu.blobs[hash]
	if !b.complete && offset == int64(len(b.data)) {
		b.data = append(b.data, data...)
		if int64(len(b.data)) >= size {
			if b.complete = event.HashOf(b.data) == hash; !b.complete {
				delete(s.mu.blobs, hash)
				return store.BlobState{}, fmt.Errorf("%s: %w", hash, store.ErrBlobHash)
			}
		}
	}
	return store.BlobState{Bytes: int64(len(b.data)), Complete: b.complete}, nil
}

// Blob is that of store.BlobReader.
func (s *Store) Blob(hash event.BlobHash) store.BlobState {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if b := s.mu.blobs[hash]; b != nil {
		return store.BlobState{Bytes: int64(len(b.data)), Complete: b.complete}
	}
	return store.BlobState{}
}

// OpenBlob is that of store.BlobReader.
func (s *Store) OpenBlob(ctx context.Context, hash event.BlobHash) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.mu.closed {
		return nil, store.ErrClosed
	}
	b := s.mu.blobs[hash]
	if b == nil || !b.complete {
		return nil, fmt.Errorf("blob %s: %w", hash, store.ErrNotFound)
	}
	return io.NopCloser(bytes.NewReader(b.data)), nil
}
