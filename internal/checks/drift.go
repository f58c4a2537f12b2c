package checks

import (
	"hash/maphash"

	"github.com/sightglass/sightglass/internal/contract"
)

// Of drift: how many records have something that nobody declared before it is told, and how many new values of a set are told of one by one.
const (
	driftRecords = 20
	driftValues  = 100
)

// newValue tells of a value that is none of a check's set, once, with where it came first. The value itself is in no memory but this process's, as
// a hash that no other process makes.
func (w *worker) newValue(h *hold, check int, m *meta, d *decoded, c *change) {
	x := &h.program.rules[check]
	cells := []cell{h.cells.one[x.slot]}
	if x.listed {
		cells = h.cells.lists[x.slot]
	}
	for i := range cells {
		if k := cells[i].kind; k == cellMissing || k == cellNull || in(x.check, &cells[i]) {
			continue
		}
		var s maphash.Hash
		s.SetSeed(seed)
		cells[i].sum(&s)
		known := h.values[check]
		if known == nil {
			known = map[uint64]int64{}
			h.values[check] = known
		}
		sum := s.Sum64()
		if known[sum] == 0 && len(known) >= driftValues {
			continue
		}
		if known[sum]++; known[sum] == 1 {
			c.events = append(c.events, pending{h, check, &violation{Violation: Violation{Partition: m.partition, First: m.offset, Count: 1, Writer: d.writer}}, EventDrift})
		}
	}
}

// drifted counts records that have members which the contract does not declare beside those that it does. Their names are as private as values where
// records bring them along, so that what is told is where, not what.
func (w *worker) drifted(h *hold, d *decoded, c *change) {
	for _, slot := range h.cells.odd {
		x := h.odd[slot]
		if x == nil {
			x = &drift{part: d.rec.Partition, first: d.rec.Offset}
			h.odd[slot] = x
		}
		if x.records++; x.records != driftRecords {
			continue
		}
		path := contract.Path{Part: contract.PartValue}
		if slot >= 0 {
			path = h.program.paths[slot]
		}
		c.drifts = append(c.drifts, drifting{h, path, *x, d.writer})
	}
}
