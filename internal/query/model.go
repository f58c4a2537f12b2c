package query

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// model is what is kept of one recording between questions. It is brought up to date from headers; only the small blocks of
// lanes job and gap are decoded for it.
type model struct {
	id     event.RecordingID
	frames *frames
	defs   *registry
	cat    atomic.Pointer[catalogue]

	mu        sync.Mutex // guards what follows
	first     uint64     // mark of the first block: what was removed before it was never taken
	mark      uint64     // of the snapshots' blocks, what was taken; marks count blocks
	defined   uint64     // of the registry, what was taken
	tail      *tail
	clock     *clockIndex
	census    *census
	drops     map[dropKey]dropSeen
	began     Wall
	latest    Wall
	bytes     meter
	lanes     map[event.Lane]LaneUse
	stored    store.Recording
	tallies   map[event.Key]*tally
	flows     map[event.Key]*flow
	splits    map[splitUse]*splitTally
	checks    *barrierChecks
	log       *jobLog
	gaps      *gapLog
	attempts  map[event.Key]bool        // that have blocks of tasks
	jobLanes  map[event.Key]bool        // that have blocks of lane job
	levelled  map[event.Key][][2]uint64 // invocations of the blocks that say at which level was recorded
	restored  map[event.Key]bool        // attempts that took elements out of channel state
	known     map[event.DefinitionID]bool
	missing   map[event.DefinitionID]bool
	problems  []string
	lastFails []logBlock // of lane log, newest last
	fails     uint64     // blocks of lane log
}

// logBlock is where exceptions are.
type logBlock struct {
	wallMin Wall
	events  uint32
}

// maxProblems and maxLogBlocks bound what is remembered.
const (
	maxProblems  = 20
	maxLogBlocks = 64
)

func newModel(id event.RecordingID, first uint64, frames *frames, defs *registry) *model {
	m := &model{
		id: id, first: first, mark: first, frames: frames, defs: defs, tail: newTail(), clock: newClockIndex(), census: newCensus(), drops: make(map[dropKey]dropSeen), jobLanes: make(map[event.Key]bool), restored: make(map[event.Key]bool), levelled: make(map[event.Key][][2]uint64),
		tallies: make(map[event.Key]*tally), flows: make(map[event.Key]*flow), splits: make(map[splitUse]*splitTally), lanes: make(map[event.Lane]LaneUse),
		checks: newBarrierChecks(), log: newJobLog(), gaps: newGapLog(), attempts: make(map[event.Key]bool),
		known: make(map[event.DefinitionID]bool), missing: make(map[event.DefinitionID]bool),
	}
	m.cat.Store(newCatalogue())
	return m
}

// refresh takes in what s has and the model has not. The model may be ahead of s afterwards, when others refresh it too.
func (m *model) refresh(ctx context.Context, s store.Snapshot) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var wanted []event.DefinitionID
	want := func(id event.DefinitionID) {
		if !m.known[id] {
			m.known[id] = true
			wanted = append(wanted, id)
		}
	}
	if s.Mark() > m.mark {
		for ref := range ahead(s.Since(m.mark), s.Mark()-m.mark) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := m.take(ctx, s, ref); err != nil {
				return err
			}
			m.mark++
			for _, id := range ref.Header.Zones.Definitions {
				if !m.known[id] {
					m.missing[id] = true
				}
			}
		}
	}
	if s.Mark() >= m.mark { // also when nothing came: what is stored may have become smaller
		m.stored = s.Recording()
	}
	for id := range m.missing {
		m.known[id] = false
		want(id)
	}
	for _, id := range m.log.take() {
		want(id)
	}
	if now := m.defs.sync(); now != m.defined || len(wanted) > 0 {
		m.defs.of(m.id, m.jobLanes, want)
		m.defined = now
	}
	m.define(wanted)
	if planned := m.log.takePlanned(); planned != nil {
		next := *m.cat.Load()
		next.planned = planned
		m.cat.Store(&next)
	}
	return nil
}

// take counts one block. A block that cannot be decoded is a problem of the recording and no failure; after a failure nothing
// was counted.
func (m *model) take(ctx context.Context, s store.Snapshot, ref store.Ref) error {
	h := ref.Header
	var f *frame
	if h.Lane == event.LaneJob || h.Lane == event.LaneGap {
		var err error
		if f, err = m.frames.columns(ctx, s, ref); err != nil {
			if !unreadable(err) {
				return fmt.Errorf("reading block %d of lane %s: %w", h.Number, h.Lane, err)
			}
			m.problem("block %d of lane %s of %s cannot be read: %v", h.Number, h.Lane, h.Attempt, err)
			f = &frame{h: h, r: new(block.Rows)}
		}
	}
	m.tail.add(h)
	m.clock.add(h, m.mark-m.first)
	m.census.add(h)
	if h.Lane.Base() == event.LaneTrace {
		addDrops(m.drops, h)
	}
	if h.WallMin != 0 && (m.began == 0 || Wall(h.WallMin) < m.began) {
		m.began = Wall(h.WallMin)
	}
	m.latest = max(m.latest, Wall(h.WallMax))
	m.bytes.add(Wall(h.WallMax), uint64(h.Size))
	use := m.lanes[h.Lane]
	m.lanes[h.Lane] = LaneUse{use.Blocks + 1, use.Rows + uint64(h.Events), use.Bytes + uint64(h.Size)}
	if h.Lane.Kept() {
		return nil // what it holds was counted when it happened
	}
	switch h.Lane {
	case event.LaneJob:
		m.jobLanes[h.Attempt] = true
		for row := range f.rows() {
			m.log.add(f.r.Kind[row], h.Attempt, f.wall(row), at(f.r.Body, row, nil))
		}
		return nil
	case event.LaneGap:
		for row := range f.rows() {
			m.gaps.add(h, int(f.r.Operator[row]), f.wall(row), at(f.r.Body, row, nil))
		}
		return nil
	case event.LaneLog:
		m.fails++
		m.lastFails = append(m.lastFails, logBlock{Wall(h.WallMin), h.Events})
		if len(m.lastFails) > maxLogBlocks {
			m.lastFails = slices.Delete(m.lastFails, 0, len(m.lastFails)-maxLogBlocks)
		}
	}
	if h.Lane == event.LaneDet && counts(h, event.KindLevel) {
		m.levelled[h.Attempt] = append(m.levelled[h.Attempt], [2]uint64{h.FirstInv, h.LastInv})
	}
	if h.Flags&block.FlagRecovered != 0 {
		m.restored[h.Attempt] = true
	}
	if h.Flags&block.FlagServer == 0 {
		m.attempts[h.Attempt] = true
	}
	t := m.tallies[h.Attempt]
	if t == nil {
		t = newTally()
		m.tallies[h.Attempt] = t
	}
	t.add(h)
	addFlows(m.flows, h)
	addSplits(m.splits, h)
	m.checks.add(h)
	return nil
}

func (m *model) problem(format string, args ...any) {
	if len(m.problems) < maxProblems {
		m.problems = append(m.problems, fmt.Sprintf(format, args...))
	}
}

// define looks ids up and makes a new catalogue when one of them is something that a catalogue keeps.
func (m *model) define(ids []event.DefinitionID) {
	var next *catalogue
	for _, id := range ids {
		d, ok := m.defs.reader.Definition(id)
		if !ok {
			m.missing[id] = true
			continue
		}
		delete(m.missing, id)
		switch d.Kind {
		case event.DefAttempt, event.DefPartition, event.DefSplit, event.DefProcess, event.DefGraph, event.DefState:
		default:
			continue
		}
		if next == nil {
			next = m.cat.Load().clone()
		}
		if err := next.add(d); err != nil {
			m.problem("definition %s cannot be read: %v", id, err)
		}
	}
	if next == nil {
		return
	}
	next.index()
	m.cat.Store(next)
}

// stale tells whether nothing was stored for so long that rates are 0 and a run without a recorded end counts as gone.
func (m *model) stale(now time.Time, after time.Duration) bool {
	return !m.stored.LastStored.IsZero() && now.Sub(m.stored.LastStored) > after
}

// pace is the stretch that rates are taken from.
func (m *model) pace(now time.Time) pace {
	if m.stale(now, 15*time.Second) {
		return newPace(m.began, 0)
	}
	return newPace(m.began, m.latest)
}
