package query

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// roster holds the models of the recordings that were asked for last, and for every recording what is needed without its
// model: where in Kafka it read and wrote, and its summary. Safe for concurrent use.
type roster struct {
	reader store.Reader
	limit  int
	frames *frames
	defs   *registry

	mu      sync.Mutex
	models  map[event.RecordingID]*model
	order   []event.RecordingID // of models, the most recently used last
	entries map[event.RecordingID]*rosterEntry
	list    []store.Recording
	changed <-chan struct{} // open while list is true
}

type rosterEntry struct {
	first  uint64 // mark of the recording's first block
	blocks uint64 // of the recording when this was made
	bytes  uint64
	job    Job
	places map[place][]placeUse
}

// holds tells whether the entry is at least as new as rec. Blocks may be removed, and become smaller.
func (e *rosterEntry) holds(rec store.Recording) bool {
	return e.first == rec.First && (e.blocks > rec.Blocks || e.blocks == rec.Blocks && e.bytes == rec.Bytes)
}

// place is a Kafka partition.
type place struct {
	topic     string
	partition int32
}

// placeUse is one split definition of a recording that names a place.
type placeUse struct {
	split       event.DefinitionID
	sink        bool
	cluster     string
	first, last int64
}

func newRoster(reader store.Reader, limit int, frames *frames) *roster {
	return &roster{
		reader: reader, limit: limit, frames: frames, defs: newRegistry(reader),
		models: make(map[event.RecordingID]*model), entries: make(map[event.RecordingID]*rosterEntry),
	}
}

// model returns the recording's model, a new one when there is none or when blocks were removed since it was made. ok is false when the
// snapshot whose first mark this is was taken before blocks were removed that others know of.
func (r *roster) model(rec event.RecordingID, first uint64) (m *model, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m = r.models[rec]
	switch {
	case m != nil && m.first > first:
		return nil, false
	case m != nil && m.first < first:
		m = newModel(rec, first, r.frames, r.defs)
		r.models[rec] = m
	case m == nil:
		m = newModel(rec, first, r.frames, r.defs)
		r.models[rec] = m
		if len(r.order) >= r.limit {
			delete(r.models, r.order[0])
			r.order = r.order[1:]
		}
		r.order = append(r.order, rec)
		return m, true
	}
	if n := len(r.order); r.order[n-1] != rec {
		i := slices.Index(r.order, rec)
		r.order = append(slices.Delete(r.order, i, i+1), rec)
	}
	return m, true
}

// forget drops what is held of a recording that is no more.
func (r *roster) forget(rec event.RecordingID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.models, rec)
	delete(r.entries, rec)
	if i := slices.Index(r.order, rec); i >= 0 {
		r.order = slices.Delete(r.order, i, i+1)
	}
}

// recordings lists the recordings of jobs, newest first. The list is shared.
func (r *roster) recordings(ctx context.Context) ([]store.Recording, error) {
	r.mu.Lock()
	if r.changed != nil {
		select {
		case <-r.changed:
		default:
			list := r.list
			r.mu.Unlock()
			return list, nil
		}
	}
	r.mu.Unlock()
	changed := r.reader.Changed(event.RecordingID{})
	all, err := r.reader.Recordings(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing recordings: %w", err)
	}
	list := slices.DeleteFunc(slices.Clone(all), func(s store.Recording) bool { return s.ID.IsZero() })
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list, r.changed = list, changed
	return list, nil
}

func (r *roster) entry(rec event.RecordingID) *rosterEntry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.entries[rec]
}

// entry returns what is known of rec, brought up to date if blocks were stored since.
func (e *Engine) entry(ctx context.Context, rec store.Recording) (*rosterEntry, error) {
	if entry := e.roster.entry(rec.ID); entry != nil && entry.holds(rec) {
		return entry, nil
	}
	v, err := e.open(ctx, rec.ID)
	if err != nil {
		return nil, err
	}
	defer v.close()
	return e.enter(v), nil
}

// enter renews the roster's entry of v's recording.
func (e *Engine) enter(v *view) *rosterEntry {
	v.model.mu.Lock()
	entry := &rosterEntry{first: v.model.first, blocks: v.model.mark - v.model.first, bytes: v.model.stored.Bytes, job: v.summary(), places: v.places()}
	if len(v.model.missing) > 0 {
		entry.blocks = 0 // definitions may come without a block
	}
	v.model.mu.Unlock()
	e.roster.mu.Lock()
	defer e.roster.mu.Unlock()
	e.roster.entries[v.id] = entry
	return entry
}

// places lists where the recording read and wrote. The model is locked by the caller.
func (v *view) places() map[place][]placeUse {
	places := make(map[place][]placeUse)
	for use, s := range v.model.splits {
		def := v.cat.splits[use.split]
		if def == nil || def.Topic == "" {
			continue
		}
		p := place{def.Topic, def.Partition}
		i := slices.IndexFunc(places[p], func(u placeUse) bool { return u.split == use.split && u.sink == use.sink })
		if i < 0 {
			places[p] = append(places[p], placeUse{use.split, use.sink, def.Cluster, s.first, s.last})
			continue
		}
		u := &places[p][i]
		u.first, u.last = min(u.first, s.first), max(u.last, s.last)
	}
	return places
}
