package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/headers"
)

// recording is one recording's segments and header index.
type recording struct {
	id      event.RecordingID
	dir     string
	headers atomic.Pointer[headers.Index]
	changed sync.Mutex // held while segments are replaced or all deleted; taken before mu

	mu struct {
		sync.Mutex
		active      *segment // nil until the next append
		set         *segmentSet
		first, last time.Time // when blocks were stored
		deleted     bool
		gone        uint64 // blocks removed since the start
		moves       uint64 // how often blocks of the active segment moved
		removed     map[laneKey][]removedRange
	}
}

func newRecording(id event.RecordingID, dir string) *recording {
	r := &recording{id: id, dir: dir}
	r.headers.Store(headers.New(id))
	return r
}

// index is the header index as it is now. Removing blocks makes another one.
func (r *recording) index() *headers.Index { return r.headers.Load() }

// segmentSet is an immutable set of segments, held while a snapshot or the recording uses it.
type segmentSet struct {
	holders atomic.Int64
	byID    map[uint64]*segment
}

func newSegmentSet(byID map[uint64]*segment) *segmentSet {
	s := &segmentSet{byID: byID}
	s.holders.Store(1)
	for _, g := range byID {
		g.hold()
	}
	return s
}

func (s *segmentSet) release() error {
	if s.holders.Add(-1) > 0 {
		return nil
	}
	var err error
	for _, g := range s.byID {
		err = errors.Join(err, g.release())
	}
	return err
}

// addSegment puts g into the set. Caller holds mu.
func (r *recording) addSegment(g *segment) error {
	old := r.mu.set
	byID := map[uint64]*segment{g.id: g}
	if old != nil {
		maps.Copy(byID, old.byID)
	}
	r.mu.set = newSegmentSet(byID)
	if old != nil {
		return old.release()
	}
	return nil
}

// unsyncedLimit is how much of a segment may wait for fsync in RAM. Appends then wait for the fsync.
const unsyncedLimit = 32 << 20

// append stores a block and tells which segment must be synced before it is durable.
func (r *recording) append(s *Store, h *block.Header, raw []byte) (g *segment, stored bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mu.deleted {
		return nil, false, errDeleted
	}
	if r.index().Has(h) || r.wasRemoved(h) {
		return r.mu.active, false, nil // what has it is synced, or is the active segment
	}
	g = r.mu.active
	if g != nil && (g.broken || g.end+int64(len(raw)) > s.opt.SealBytes && g.blocks > 0) {
		r.retire(s)
		g = nil
	}
	if g == nil {
		if g, err = r.begin(s); err != nil {
			return nil, false, err
		}
	}
	if err := g.write(raw, g.end); err != nil {
		return nil, false, err
	}
	if err := r.index().Add(store.Ref{Header: h, Segment: g.id, Offset: g.end}); err != nil {
		return nil, false, fmt.Errorf("indexing a block: %w", err)
	}
	g.end += int64(len(raw))
	g.blocks++
	g.unsynced = append(g.unsynced, raw...)
	now := s.opt.now()
	g.lastStored = micros(now)
	r.mu.last = now
	if r.mu.first.IsZero() {
		r.mu.first = now
	}
	return g, true, nil
}

var errDeleted = errors.New("recording was deleted")

// begin makes the next active segment. Caller holds mu.
func (r *recording) begin(s *Store) (*segment, error) {
	g := &segment{id: s.manifest.newSegment(), dir: r.dir, created: micros(s.opt.now()), files: s.opt.files, end: headLen}
	fail := func(err error) (*segment, error) {
		if diskFull(err) {
			err = errors.Join(store.ErrDiskFull, err)
		}
		return nil, fmt.Errorf("beginning a segment of recording %s: %w", r.id, err)
	}
	if err := s.opt.files.MkdirAll(r.dir); err != nil {
		return fail(err)
	}
	f, err := s.opt.files.Create(g.path())
	if err != nil {
		return fail(err)
	}
	g.mu.f = f
	head := segmentHead{magic: segmentMagic, segment: g.id, recording: r.id, created: g.created}.bytes()
	if _, err := f.WriteAt(head, 0); err != nil {
		return fail(errors.Join(err, g.close(), s.opt.files.Remove(g.path())))
	}
	// Not synced: a segment that the manifest lost in a power cut is found and adopted.
	if err := s.manifest.commit(addEdit(g.id, r.id), false); err != nil {
		return fail(errors.Join(err, g.close(), s.opt.files.Remove(g.path())))
	}
	r.mu.active = g
	if err := r.addSegment(g); err != nil {
		return fail(err)
	}
	return g, nil
}

// retire ends the active segment, which is sealed in the background. Caller holds mu.
func (r *recording) retire(s *Store) {
	if g := r.mu.active; g != nil {
		r.mu.active = nil
		s.sealer.add(r, g)
	}
}

// leaveIndex writes the index of the active segment when all of it is durable, so that the next start need not scan it. Blocks that
// come later are behind the end that the index names, and sealing writes it anew.
func (r *recording) leaveIndex() error {
	r.mu.Lock()
	g := r.mu.active
	ready := g != nil && !r.mu.deleted && !g.broken && len(g.unsynced) == 0 && g.blocks > 0
	r.mu.Unlock()
	if !ready {
		return nil
	}
	return writeIndex(g, g.head(r.id), slices.Collect(r.index().View().Segment(g.id)), g.end)
}

// snapshot opens a view with the segments that hold its blocks.
func (r *recording) snapshot() (*snapshot, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mu.deleted || r.mu.set == nil {
		return nil, fmt.Errorf("recording %s: %w", r.id, store.ErrNotFound)
	}
	r.mu.set.holders.Add(1)
	return &snapshot{View: r.index().View(), set: r.mu.set, gone: r.mu.gone, first: r.mu.first, last: r.mu.last}, nil
}

func (r *recording) summary() store.Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := r.index().Recording()
	sum.FirstStored, sum.LastStored, sum.First = r.mu.first, r.mu.last, r.mu.gone
	return sum
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
