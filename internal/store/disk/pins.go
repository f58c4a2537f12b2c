package disk

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// pinned is a pin in the manifest.
type pinned struct {
	ID        string `json:"id"`
	Recording string `json:"recording,omitempty"`
	From      int64  `json:"from,omitempty"`
	To        int64  `json:"to,omitempty"`
	AskFrom   int64  `json:"ask_from,omitempty"`
	AskTo     int64  `json:"ask_to,omitempty"`
	Open      bool   `json:"open,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Note      string `json:"note,omitempty"`
	Owner     string `json:"owner,omitempty"`
	Created   int64  `json:"created,omitempty"` // µs
}

func pinnedOf(p store.Pin) pinned {
	return pinned{p.ID, p.Recording.String(), p.From, p.To, p.AskFrom, p.AskTo, p.Open, p.Reason, p.Note, p.Owner, micros(p.Created)}
}

// pin is what is written; one whose recording cannot be read is of none.
func (p pinned) pin() store.Pin {
	rec, _ := event.ParseRecordingID(p.Recording)
	return store.Pin{ID: p.ID, Recording: rec, From: p.From, To: p.To, AskFrom: p.AskFrom, AskTo: p.AskTo, Open: p.Open, Reason: p.Reason,
		Note: p.Note, Owner: p.Owner, Created: fromMicros(p.Created)}
}

// pins lists the pins, the oldest first.
func (m *manifest) pins() []store.Pin {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]store.Pin, 0, len(m.mu.pins))
	for p := range maps.Values(m.mu.pins) {
		list = append(list, p.pin())
	}
	slices.SortFunc(list, func(a, b store.Pin) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) })
	return list
}

// Pin keeps p's stretch from being removed, durably when it returns. ID and Created are set when they are empty; a pin whose ID is
// there already is replaced. ErrNotFound, ErrNothing, ErrPinQuota, ErrClosed.
func (s *Store) Pin(ctx context.Context, p store.Pin) (store.Pin, error) {
	if err := ctx.Err(); err != nil {
		return p, err
	}
	end, err := s.begin()
	if err != nil {
		return p, err
	}
	defer end()
	r := s.find(p.Recording)
	if r == nil {
		return p, fmt.Errorf("recording %s: %w", p.Recording, store.ErrNotFound)
	}
	if p.ID == "" {
		var id [6]byte
		if _, err := rand.Read(id[:]); err != nil {
			return p, fmt.Errorf("naming a pin: %w", err)
		}
		p.ID = hex.EncodeToString(id[:])
	}
	if p.Created.IsZero() {
		p.Created = s.opt.now()
	}
	p.Created = p.Created.Truncate(time.Microsecond)
	s.pinning.Lock() // nothing is trimmed meanwhile, and no other pin is counted
	defer s.pinning.Unlock()
	pins := s.manifest.pins()
	renewed := slices.ContainsFunc(pins, func(o store.Pin) bool { return o.ID == p.ID })
	pins = append(slices.DeleteFunc(pins, func(o store.Pin) bool { return o.ID == p.ID }), p)
	facts, asked := s.facts(r), p
	asked.From, asked.To, asked.Open = p.AskFrom, p.AskTo, false
	if len(holding(facts, p)) == 0 || len(holding(facts, asked)) == 0 {
		return p, fmt.Errorf("recording %s: %w", p.Recording, store.ErrNothing)
	}
	if s.opt.PinQuota > 0 && !renewed {
		before, after := s.pinnedBytes(pins[:len(pins)-1]), s.pinnedBytes(pins)
		if after > s.opt.PinQuota && after > before {
			return p, fmt.Errorf("%w: %d bytes are pinned, this would make it %d, and the quota is %d", store.ErrPinQuota, before, after, s.opt.PinQuota)
		}
	}
	e := pinnedOf(p)
	if err := s.manifest.commit(edit{Op: "pin", Pin: &e}, true); err != nil {
		return p, fmt.Errorf("pinning: %w", err)
	}
	return p, nil
}

// Unpin takes a pin away. ErrNotFound.
func (s *Store) Unpin(ctx context.Context, id string) (store.Pin, error) {
	if err := ctx.Err(); err != nil {
		return store.Pin{}, err
	}
	end, err := s.begin()
	if err != nil {
		return store.Pin{}, err
	}
	defer end()
	s.pinning.Lock()
	defer s.pinning.Unlock()
	pins := s.manifest.pins()
	i := slices.IndexFunc(pins, func(p store.Pin) bool { return p.ID == id })
	if i < 0 {
		return store.Pin{}, fmt.Errorf("pin %s: %w", id, store.ErrNotFound)
	}
	if err := s.manifest.commit(edit{Op: "unpin", Pin: &pinned{ID: id}}, true); err != nil {
		return store.Pin{}, fmt.Errorf("unpinning: %w", err)
	}
	return pins[i], nil
}

// Pins lists the pins with what they hold, the oldest first, and the bytes of all segments that one of them holds.
func (s *Store) Pins(ctx context.Context) (list []store.PinState, bytes int64, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	if s.closed() {
		return nil, 0, store.ErrClosed
	}
	pins := s.manifest.pins()
	facts := make(map[event.RecordingID][]SegmentFacts)
	for _, p := range pins {
		if r := s.find(p.Recording); r != nil && facts[p.Recording] == nil {
			facts[p.Recording] = s.facts(r)
		}
		st := store.PinState{Pin: p}
		for _, f := range holding(facts[p.Recording], p) {
			st.Segments, st.Bytes = st.Segments+1, st.Bytes+f.Bytes
		}
		list = append(list, st)
	}
	return list, s.pinnedBytes(pins), nil
}

// pinnedBytes adds up the segments that pins hold, each once.
func (s *Store) pinnedBytes(pins []store.Pin) (bytes int64) {
	counted := make(map[event.RecordingID][]store.Pin)
	for _, p := range pins {
		counted[p.Recording] = append(counted[p.Recording], p)
	}
	for rec, of := range counted {
		r := s.find(rec)
		if r == nil {
			continue
		}
		for _, f := range s.facts(r) {
			if held(f, of) {
				bytes += f.Bytes
			}
		}
	}
	return bytes
}

func held(f SegmentFacts, pins []store.Pin) bool {
	return slices.ContainsFunc(pins, func(p store.Pin) bool {
		return p.Recording == f.Recording && f.Blocks > 0 && p.Covers(f.WallMin, f.WallMax)
	})
}

func holding(of []SegmentFacts, p store.Pin) (list []SegmentFacts) {
	for _, f := range of {
		if held(f, []store.Pin{p}) {
			list = append(list, f)
		}
	}
	return list
}

// SegmentFacts is what retention needs of a segment.
type SegmentFacts struct {
	Recording        event.RecordingID
	Segment          uint64
	Sealed           bool
	Recoded          bool
	Remains          bool // of segments that were removed: retention leaves it
	Pinned           bool
	Blocks           uint64
	Bytes            int64
	WallMin, WallMax int64     // µs, of its blocks but those that say what was removed
	Stored           time.Time // when its last block was
}

// add takes a block in.
func (f *SegmentFacts) add(h *block.Header) {
	if saysRemoved(h) {
		return // it is as wide as what is gone
	}
	if f.Blocks == 0 {
		f.WallMin, f.WallMax = h.WallMin, h.WallMax
	}
	f.Blocks++
	f.WallMin, f.WallMax = min(f.WallMin, h.WallMin), max(f.WallMax, h.WallMax)
}

// Segments lists the segments of all recordings, each recording's in order of arrival.
func (s *Store) Segments() []SegmentFacts {
	pins := s.manifest.pins()
	var list []SegmentFacts
	for _, r := range s.all() {
		for _, f := range s.facts(r) {
			f.Pinned = held(f, pins)
			list = append(list, f)
		}
	}
	return list
}

// facts lists the segments of one recording in order of place.
func (s *Store) facts(r *recording) []SegmentFacts {
	r.mu.Lock()
	if r.mu.set == nil || r.mu.deleted {
		r.mu.Unlock()
		return nil
	}
	of := make(map[uint64]*SegmentFacts, len(r.mu.set.byID))
	order := inPlace(r.mu.set)
	for _, g := range order {
		of[g.id] = &SegmentFacts{Recording: r.id, Segment: g.id, Sealed: g.sealed, Recoded: g.flags&flagRecoded != 0, Remains: g.flags&flagRemains != 0,
			Bytes: g.end, Stored: fromMicros(g.lastStored)}
	}
	view := r.index().View()
	r.mu.Unlock()
	for ref := range view.Since(0) {
		if f := of[ref.Segment]; f != nil {
			f.add(ref.Header)
		}
	}
	list := make([]SegmentFacts, 0, len(order))
	for _, g := range order {
		list = append(list, *of[g.id])
	}
	return list
}

// inPlace lists the segments of a set in order of arrival of their blocks.
func inPlace(set *segmentSet) []*segment {
	return slices.SortedFunc(maps.Values(set.byID), func(a, b *segment) int { return cmp.Or(cmp.Compare(a.place(), b.place()), cmp.Compare(a.id, b.id)) })
}
