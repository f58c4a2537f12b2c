package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/headers"
)

var _ store.Store = (*Store)(nil)

// Store is a store in a folder. Safe for concurrent use; one process at a time has the folder.
type Store struct {
	opt         Options
	lock        *os.File
	manifest    *manifest
	definitions *definitionLog
	blobs       *blobFolder
	changes     headers.Changes
	syncer      *syncer
	sealer      *sealer
	keeper      keeper
	pinning     sync.Mutex       // held while a pin is made and while something is trimmed
	stop        [3]chan struct{} // of compaction, of sealer, then of syncer
	stopped     [3]chan struct{}
	free        atomic.Int64
	appended    atomic.Uint64 // bytes, since the start
	counters    struct{ duplicates, damaged, syncErrors, compacted, trimmed atomic.Uint64 }

	mu struct {
		sync.RWMutex
		closed     bool
		running    sync.WaitGroup // calls that write
		recordings map[event.RecordingID]*recording
	}
}

// Open opens the store in opt.Dir, which it makes when it is missing, and brings it in order after a crash.
// ErrLocked, ErrVersion.
func Open(opt Options) (*Store, error) {
	opt = opt.withDefaults()
	if err := opt.files.MkdirAll(opt.Dir); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	lock, err := lockFolder(opt.Dir)
	if err != nil {
		return nil, err
	}
	s := &Store{opt: opt, lock: lock}
	s.mu.recordings = make(map[event.RecordingID]*recording)
	s.syncer, s.sealer = newSyncer(s), newSealer(s)
	o, err := s.load()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the store in %s: %w", opt.Dir, err), s.closeFiles())
	}
	s.checkFree()
	for i := range s.stop {
		s.stop[i], s.stopped[i] = make(chan struct{}), make(chan struct{})
	}
	for i, run := range []func(<-chan struct{}){s.compacting(), s.sealer.run, s.syncer.run} {
		go func() {
			defer close(s.stopped[i])
			run(s.stop[i])
		}()
	}
	if err := o.reportGaps(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	for _, d := range o.seal {
		s.sealer.add(d.r, d.g)
	}
	return s, nil
}

// compacting is what compacts in the background.
func (s *Store) compacting() func(stop <-chan struct{}) {
	if s.opt.CompactShare > 0 {
		return s.compactInBackground
	}
	return func(stop <-chan struct{}) { <-stop }
}

func (s *Store) load() (*opening, error) {
	if err := checkVersion(s.opt.files, s.opt.Dir); err != nil {
		return nil, err
	}
	if err := s.opt.files.MkdirAll(s.segments()); err != nil {
		return nil, fmt.Errorf("making %s: %w", s.segments(), err)
	}
	var err error
	if s.manifest, err = openManifest(s.opt.files, s.opt.Dir); err != nil {
		return nil, err
	}
	if s.definitions, err = openDefinitions(s.opt.files, s.opt.Dir); err != nil {
		return nil, err
	}
	if s.blobs, err = openBlobs(s.opt.files, s.opt.Dir, s.opt.MaxBlob); err != nil {
		return nil, err
	}
	return s.recover()
}

// begin lets a writing call in; the caller calls the returned function at its end.
func (s *Store) begin() (end func(), err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.mu.closed {
		return nil, store.ErrClosed
	}
	s.mu.running.Add(1)
	return s.mu.running.Done, nil
}

// Append is that of store.Writer.
func (s *Store) Append(ctx context.Context, h *block.Header, raw []byte) (stored bool, err error) {
	stored, durable, err := s.AppendAsync(ctx, h, raw)
	if err == nil && durable != nil {
		err = durable(ctx)
	}
	return stored && err == nil, err
}

// AppendAsync is that of store.Writer.
func (s *Store) AppendAsync(ctx context.Context, h *block.Header, raw []byte) (stored bool, durable func(context.Context) error, err error) {
	if err := ctx.Err(); err != nil {
		return false, nil, err
	}
	end, err := s.begin()
	if err != nil {
		return false, nil, err
	}
	defer end()
	if s.free.Load() < s.opt.MinFree && !h.Server() { // what the server notes of losses is small and goes in as long as it can
		return false, nil, fmt.Errorf("%w: less than %d bytes are free", store.ErrDiskFull, s.opt.MinFree)
	}
	stored, wait, err := s.append(h, raw)
	if err != nil {
		return false, nil, err
	}
	if wait {
		round := s.syncer.join()
		durable = func(ctx context.Context) error {
			if err := round.wait(ctx); err != nil {
				if ctx.Err() == nil {
					err = fmt.Errorf("making a block durable: %w", err)
				}
				return err
			}
			return nil
		}
	}
	if stored {
		s.appended.Add(uint64(len(raw)))
		s.changes.Happened(h.Recording)
	} else {
		s.counters.duplicates.Add(1)
	}
	return stored, durable, nil
}

// append writes a block; wait tells that the caller must wait for a round of the syncer before it may answer.
func (s *Store) append(h *block.Header, raw []byte) (stored, wait bool, err error) {
	for {
		r := s.recordingOf(h.Recording)
		g, stored, err := r.append(s, h, raw)
		if errors.Is(err, errDeleted) {
			continue // it is gone from the map, so the next look makes a new one
		}
		if err != nil {
			return false, false, err
		}
		s.syncer.mark(r, g)
		return stored, s.opt.Durability == Disk || r.waiting(g) > unsyncedLimit, nil
	}
}

// recordingOf finds a recording or makes it.
func (s *Store) recordingOf(rec event.RecordingID) *recording {
	if r := s.find(rec); r != nil {
		return r
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mu.recordings[rec]
	if r == nil {
		r = newRecording(rec, s.folderOf(rec))
		r.mu.set = newSegmentSet(nil)
		s.mu.recordings[rec] = r
	}
	return r
}

func (s *Store) find(rec event.RecordingID) *recording {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.mu.recordings[rec]
}

// waiting is how many bytes of g wait for fsync.
func (r *recording) waiting(g *segment) int {
	if g == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(g.unsynced)
}

// Define is that of store.Writer.
func (s *Store) Define(ctx context.Context, d event.Definition) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	end, err := s.begin()
	if err != nil {
		return err
	}
	defer end()
	fresh, err := s.definitions.define(d)
	if err != nil {
		if diskFull(err) {
			err = errors.Join(store.ErrDiskFull, err)
		}
		return err
	}
	if fresh {
		s.syncer.markDefinitions()
	}
	return nil
}

// Missing is that of store.Writer.
func (s *Store) Missing(ids []event.DefinitionID) []event.DefinitionID {
	return s.definitions.Missing(ids)
}

// Lane is that of store.Writer.
func (s *Store) Lane(rec event.RecordingID, attempt event.Key, lane event.Lane) store.LaneState {
	if r := s.find(rec); r != nil {
		return r.lane(attempt, lane)
	}
	return store.LaneState{}
}

// Attempt is that of store.Writer.
func (s *Store) Attempt(rec event.RecordingID, attempt event.Key) store.AttemptState {
	if r := s.find(rec); r != nil {
		return r.index().Attempt(attempt)
	}
	return store.AttemptState{}
}

// PutBlob is that of store.BlobWriter.
func (s *Store) PutBlob(ctx context.Context, hash event.BlobHash, size, offset int64, data []byte) (store.BlobState, error) {
	if err := ctx.Err(); err != nil {
		return store.BlobState{}, err
	}
	end, err := s.begin()
	if err != nil {
		return store.BlobState{}, err
	}
	defer end()
	if free := s.free.Load(); free < s.opt.MinFree || free-s.opt.MinFree < size-offset {
		return store.BlobState{}, fmt.Errorf("%w: no room for a blob of %d bytes", store.ErrDiskFull, size)
	}
	return s.blobs.put(hash, size, offset, data)
}

// Blob is that of store.BlobReader.
func (s *Store) Blob(hash event.BlobHash) store.BlobState { return s.blobs.state(hash) }

// OpenBlob is that of store.BlobReader.
func (s *Store) OpenBlob(ctx context.Context, hash event.BlobHash) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.closed() {
		return nil, store.ErrClosed
	}
	return s.blobs.open(hash)
}

// all lists the recordings, in no order.
func (s *Store) all() []*recording {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]*recording, 0, len(s.mu.recordings))
	for _, r := range s.mu.recordings {
		list = append(list, r)
	}
	return list
}

func (s *Store) closed() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.mu.closed
}

// Recordings is that of store.Reader.
func (s *Store) Recordings(ctx context.Context) ([]store.Recording, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.closed() {
		return nil, store.ErrClosed
	}
	var list []store.Recording
	for _, r := range s.all() {
		if sum := r.summary(); !r.id.IsZero() && sum.Blocks > 0 {
			list = append(list, sum)
		}
	}
	slices.SortFunc(list, store.NewestFirst)
	return list, nil
}

// Snapshot is that of store.Reader.
func (s *Store) Snapshot(ctx context.Context, rec event.RecordingID) (store.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.closed() {
		return nil, store.ErrClosed
	}
	r := s.find(rec)
	if r == nil || r.index().Len() == 0 {
		return nil, fmt.Errorf("recording %s: %w", rec, store.ErrNotFound)
	}
	return r.snapshot()
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

// Delete is that of store.Store. Files go when the last snapshot closes. store.ErrPinned while a pin holds something of it.
func (s *Store) Delete(ctx context.Context, rec event.RecordingID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	end, err := s.begin()
	if err != nil {
		return err
	}
	defer end()
	r := s.find(rec)
	if r == nil {
		return fmt.Errorf("recording %s: %w", rec, store.ErrNotFound)
	}
	s.pinning.Lock()
	defer s.pinning.Unlock()
	if pins := s.manifest.pins(); slices.ContainsFunc(pins, func(p store.Pin) bool { return p.Recording == rec }) {
		return fmt.Errorf("recording %s: %w", rec, store.ErrPinned)
	}
	r.changed.Lock()
	defer r.changed.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mu.deleted {
		return fmt.Errorf("recording %s: %w", rec, store.ErrNotFound)
	}
	e := edit{Op: "delete"}
	for id := range r.mu.set.byID {
		e.Segments = append(e.Segments, listed{Segment: id, Recording: rec.String()})
	}
	if err := s.manifest.commit(e, true); err != nil {
		return fmt.Errorf("deleting recording %s: %w", rec, err)
	}
	r.mu.deleted, r.mu.active = true, nil
	for _, g := range r.mu.set.byID {
		g.doomed.Store(true)
	}
	s.forget(r)
	s.changes.Happened(rec)
	if err := r.mu.set.release(); err != nil {
		s.opt.Log.Warn("files of a deleted recording go at the next start", "recording", rec.String(), "error", err)
		return nil
	}
	return ignoreNotEmpty(s.opt.files.Remove(r.dir))
}

// forget takes r out of the map.
func (s *Store) forget(r *recording) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.recordings, r.id)
}

// Close is that of store.Store: it waits for calls that write, syncs, and gives the folder back.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.mu.closed {
		s.mu.Unlock()
		return nil
	}
	s.mu.closed = true
	s.mu.Unlock()
	close(s.stop[0]) // a compaction is a call that writes
	<-s.stopped[0]
	s.mu.running.Wait()
	for i := range s.stop[1:] {
		close(s.stop[1+i])
		<-s.stopped[1+i]
	}
	for _, r := range s.all() {
		if err := r.leaveIndex(); err != nil {
			s.opt.Log.Warn("the next start scans a segment", "recording", r.id.String(), "error", err)
		}
	}
	return s.closeFiles()
}

func (s *Store) closeFiles() error {
	var err error
	for _, r := range s.all() {
		if r.mu.set == nil {
			continue
		}
		for _, g := range r.mu.set.byID {
			err = errors.Join(err, g.close())
		}
	}
	if s.definitions != nil && s.definitions.mu.journal != nil {
		err = errors.Join(err, s.definitions.close())
	}
	if s.manifest != nil && s.manifest.mu.journal != nil {
		err = errors.Join(err, s.manifest.close())
	}
	if err = errors.Join(err, s.lock.Close()); err != nil {
		return fmt.Errorf("closing the store: %w", err)
	}
	return nil
}
