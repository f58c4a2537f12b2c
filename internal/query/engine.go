package query

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Options of an Engine.
type Options struct {
	Reader     store.Reader     // required
	Blobs      store.BlobReader // what rebuilds tasks; nil = nothing of it is there
	CacheBytes int64            // decoded columns kept; default 64 MiB
	Models     int              // recordings whose totals are kept ready; default 64
	Now        func() time.Time // default time.Now
}

// Engine answers questions. Safe for concurrent use; it has nothing to close.
type Engine struct {
	reader   store.Reader
	blobs    store.BlobReader
	now      func() time.Time
	frames   *frames
	texts    *texts
	keyMarks *keyMarks
	roster   *roster

	manyBlocks uint64    // of a timeline, to be made from the census
	manyReads  int       // blocks that a question about latency decodes at most
	limits     keyLimits // of looking by key

	live     liveTexts
	tails    keyTails
	wanted   chan struct{} // see KeysWanted
	suspects sync.Map      // sidecarKey, suspectSums → true: sidecars that must be made again
	summing  *summing
}

// New makes an engine.
func New(o Options) (*Engine, error) {
	if o.Reader == nil {
		return nil, errors.New("query needs a store reader")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.CacheBytes <= 0 {
		o.CacheBytes = 64 << 20
	}
	if o.Models <= 0 {
		o.Models = 64
	}
	e := &Engine{reader: o.Reader, blobs: o.Blobs, now: o.Now, frames: newFrames(o.CacheBytes), texts: newTexts(o.Reader.Definition),
		keyMarks: newKeyMarks(o.CacheBytes / 16), manyBlocks: manyTimelineBlocks, summing: newSumming(), manyReads: maxMeasuredReads,
		limits: keyLimits{near: 512, bring: 512, named: 1 << 15, rest: 1 << 15}, wanted: make(chan struct{}, 1)}
	e.roster = newRoster(o.Reader, o.Models, e.frames)
	return e, nil
}

// Changed returns a channel that is closed when anything is stored for rec after the call (zero id: for any recording).
func (e *Engine) Changed(rec event.RecordingID) <-chan struct{} { return e.reader.Changed(rec) }

// Definition looks a definition up, for instance a serializer's descriptor.
func (e *Engine) Definition(id event.DefinitionID) (event.Definition, bool) {
	return e.reader.Definition(id)
}

// Subclass gives the serializer of a subclass that the serializer of the POJO class base met while rec ran.
func (e *Engine) Subclass(rec event.RecordingID, base, class string) (event.DefinitionID, bool) {
	return e.roster.defs.subclass(rec, base, class)
}

// Origin names the job of rec and the version of Flink that ran it; empty where its tasks did not say.
func (e *Engine) Origin(rec event.RecordingID) (job, flink string) { return e.roster.defs.origin(rec) }

// view is one recording as one call sees it: a snapshot, and definitions that are at least as new. Not for concurrent use.
type view struct {
	engine *Engine
	id     event.RecordingID
	model  *model
	cat    *catalogue
	snap   store.Snapshot
	rotten []*block.Header // blocks that the call could not decode

	histories map[event.Key][]Levels // see levelHistory
	keyed     *keyLookup             // see keyLookup
	noKeys    bool                   // it was looked for
}

// open makes a view with an up-to-date model. The caller closes it.
func (e *Engine) open(ctx context.Context, rec event.RecordingID) (*view, error) {
	var snap store.Snapshot
	var m *model
	for ok := false; !ok; { // once more when blocks were removed between the two
		var err error
		if snap, err = e.reader.Snapshot(ctx, rec); errors.Is(err, store.ErrNotFound) {
			e.roster.forget(rec)
			return nil, notFound("recording %s", rec)
		}
		if err != nil {
			return nil, fmt.Errorf("opening recording %s: %w", rec, err)
		}
		if m, ok = e.roster.model(rec, snap.Recording().First); !ok {
			snap.Close()
		}
	}
	if err := m.refresh(ctx, snap); err != nil {
		snap.Close()
		return nil, fmt.Errorf("bringing recording %s up to date: %w", rec, err)
	}
	return &view{engine: e, id: rec, model: m, cat: m.cat.Load(), snap: snap}, nil
}

func (v *view) close() { v.snap.Close() }

// columns decodes ref without payloads.
func (v *view) columns(ctx context.Context, ref store.Ref) (*frame, error) {
	f, err := v.engine.frames.columns(ctx, v.snap, ref)
	if err != nil && unreadable(err) && !slices.Contains(v.rotten, ref.Header) {
		v.rotten = append(v.rotten, ref.Header)
	}
	return f, err
}
