package checks

import (
	"hash/maphash"
	"strings"
)

// mostKeys bounds what one check remembers exactly of records before. A variable for tests.
var mostKeys = 1_000_000

// memory is what checks of a stream remember of the records before, by the place of the check. It is not kept: after a restart it is built from
// records that are read again.
type memory struct {
	seen   []map[uint64]int64 // of Unique: hash of the value → when it was seen last, ms
	swept  []int64            // when keys that are too old were last forgotten
	sieves []sieve            // keys that came when seen was full
	doubts []doubt            // of the record that was judged last: only reading again tells
	last   []map[uint64]cell  // of Ordering: key or partition → newest
	newest []map[int32]int64  // of Late: partition → newest event time
}

func newMemory(checks int) memory {
	return memory{make([]map[uint64]int64, checks), make([]int64, checks), make([]sieve, checks), nil, make([]map[uint64]cell, checks), make([]map[int32]int64, checks)}
}

func (m *memory) forget() {
	clear(m.seen)
	clear(m.last)
	clear(m.newest)
	clear(m.sieves)
}

// unique says whether a value comes for the first time within the span. A value of which something is missing is no value. Of one that may have come
// before it says yes, and notes a doubt.
func (m *memory) unique(i int, x *rule, r *row, of *meta) bool {
	key, whole := x.key(r)
	if !whole {
		return true
	}
	within := x.check.Within.Milliseconds()
	if m.seen[i] == nil {
		m.seen[i] = make(map[uint64]int64)
	}
	seen := m.seen[i]
	before, again := seen[key]
	if !again && len(seen) >= mostKeys {
		if of.time-m.swept[i] > within/8 {
			m.swept[i] = of.time
			for k, at := range seen {
				if of.time-at > within {
					delete(seen, k)
				}
			}
		}
	}
	if !again && m.sieves[i].holds(key) {
		m.doubts = append(m.doubts, doubt{i, key})
	}
	if !again && len(seen) >= mostKeys {
		m.sieves[i].add(key, of.time, within)
		return true
	}
	if of.time > before || !again {
		seen[key] = of.time
	}
	return !again || distance(of.time, before) > within
}

// key is a hash of what is unique together; whole: nothing of it is missing.
func (x *rule) key(r *row) (sum uint64, whole bool) {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, slot := range x.slots {
		c := &r.one[slot]
		if c.kind == cellMissing || c.kind == cellNull {
			return 0, false
		}
		c.sum(&h)
	}
	return h.Sum64(), true
}

func distance(a, b int64) int64 {
	if a < b {
		return b - a
	}
	return a - b
}

// ordered says whether a value is not before the newest one of its key or partition.
func (m *memory) ordered(i int, x *rule, r *row, of *meta) bool {
	c := r.one[x.slot]
	if c.kind != cellNumber && c.kind != cellTime && c.kind != cellText {
		return true
	}
	if ms, ok := c.eventTime(); ok && c.kind == cellText {
		c = cell{kind: cellTime, number: float64(ms)}
	}
	place := uint64(uint32(of.partition))
	if x.check.ByKey {
		if place = of.key; place == 0 {
			return true
		}
	}
	if m.last[i] == nil {
		m.last[i] = make(map[uint64]cell)
	}
	last, ok := m.last[i][place]
	if ok && last.kind == c.kind && (c.kind == cellText && c.text < last.text || c.kind != cellText && c.number < last.number) {
		return false
	}
	if !ok && len(m.last[i]) >= mostKeys {
		for k := range m.last[i] { // any of them: keys that come seldom are told of less often, and no key is told of wrongly
			delete(m.last[i], k)
			break
		}
	}
	c.text = strings.Clone(c.text) // it lies in the record
	m.last[i][place] = c
	return true
}

// inTime says whether event time is not too far behind the newest one of its partition.
func (m *memory) inTime(i int, x *rule, r *row, of *meta) bool {
	at, ok := r.one[x.slot].eventTime()
	if !ok {
		return true
	}
	if m.newest[i] == nil {
		m.newest[i] = make(map[int32]int64)
	}
	newest, known := m.newest[i][of.partition]
	if !known || at > newest {
		m.newest[i][of.partition] = at
		return true
	}
	return newest-at <= x.check.Within.Milliseconds()
}
