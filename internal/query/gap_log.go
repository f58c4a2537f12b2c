package query

import (
	"encoding/json"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// gapLog keeps what lane gap says, by attempt.
type gapLog struct {
	of      map[event.Key][]gapEntry
	kept    int
	dropped int // beyond maxGaps
	lost    uint64
	removed Removed
}

// Removed is what retention took out of a recording that goes on; the zero value when it took nothing.
type Removed struct {
	Events, Bytes uint64
	Until         Wall
}

type gapEntry struct {
	event.GapBody
	operator int
	server   bool // written by the server
}

// maxGaps bounds what is remembered of a recorder that flaps; further gaps are counted only.
const maxGaps = 10000

func newGapLog() *gapLog { return &gapLog{of: make(map[event.Key][]gapEntry)} }

// add takes a row of lane gap. A body that does not parse still makes a gap of the block's time.
func (l *gapLog) add(h *block.Header, operator int, wall Wall, body []byte) {
	g := gapEntry{operator: operator, server: h.Flags&block.FlagServer != 0}
	if json.Unmarshal(body, &g.GapBody) != nil {
		g.GapBody = event.GapBody{Text: "the gap's description cannot be read"}
	}
	if g.FromUS == 0 && g.ToUS == 0 {
		g.FromUS, g.ToUS = int64(wall), int64(wall)
	}
	if g.Reason == event.GapRetention { // it was recorded, and is no fault
		l.removed.Events, l.removed.Bytes, l.removed.Until = l.removed.Events+g.Events, l.removed.Bytes+g.Bytes, max(l.removed.Until, Wall(g.ToUS))
	} else {
		l.lost += g.Events
	}
	if l.kept == maxGaps {
		l.dropped++
		return
	}
	l.kept++
	l.of[h.Attempt] = append(l.of[h.Attempt], g)
}

// standing lists the gaps of attempt that still are (spec/recording.md, section 5): agents send late what they could keep, so a
// gap about block numbers is void once t holds all of them, and one about a lost process once a block came that is younger.
func (l *gapLog) standing(attempt event.Key, t *tail) []gapEntry {
	var list []gapEntry
	for _, g := range l.of[attempt] {
		switch {
		case g.FirstBlock != nil && g.LastBlock != nil && t.holds(attempt, g.Lane, *g.FirstBlock, *g.LastBlock):
		case g.Reason == event.GapProcessLost && t.latest[attempt] > g.FromUS:
		default:
			list = append(list, g)
		}
	}
	return list
}

// explains tells whether the recorder or the server said why the blocks of h are missing.
func (l *gapLog) explains(h hole) bool {
	return slices.ContainsFunc(l.of[h.attempt], func(g gapEntry) bool {
		if g.Lane != h.lane && g.Lane != 0 {
			return false
		}
		if g.FirstBlock != nil && g.LastBlock != nil {
			return *g.FirstBlock <= h.last && h.first <= *g.LastBlock
		}
		if g.First != 0 && h.invFirst != 0 {
			return g.First <= h.invLast && h.invFirst <= g.Last
		}
		return g.FromUS <= int64(h.to) && int64(h.from) <= g.ToUS
	})
}
