package checks

import (
	"fmt"

	"github.com/sightglass/sightglass/internal/contract"
)

// hold is one contract held against one topic.
type hold struct {
	contract string
	number   int64 // of the version
	whole    *contract.Contract
	stream   *contract.Stream
	program  *program
	cells    *row
	bad      []int
	doubtful meta // of the last record with doubts

	windows  map[windowKey]*window
	last     windowKey // and its window: records of one partition mostly come in runs
	at       *window
	closed   int64                           // the newest minute that was judged
	byMinute map[int64]map[windowKey]*window // nil: not indexed
	amended  map[int64]bool
	blind    [2]int64        // minutes, the first and the last, of which nobody knows how many records they have
	extra    map[int64]int64 // by minute: records that came and were not looked at

	open   map[violationKey]*violation
	values map[int]map[uint64]int64 // of Values: hashes of values that are none of the set → how often
	odd    map[int]*drift           // by slot: records with members that nobody declared
	told   map[string]bool          // what was told of drift

	records int64 // judged, since the start
	read    int64 // when records were judged last, ms
	began   int64 // ms
	volume  map[int64][]int64
	learned map[int]string // of Volume: what is known so far
}

type violationKey struct {
	check  int
	part   int32
	writer string
}

// violation is one that is open, with what is not written down yet.
type violation struct {
	Violation
	dirty, fresh bool
	d            *decoded // of the first record, until its hints are found
}

type drift struct {
	records int64
	part    int32
	first   int64
}

func newHold(id string, number int64, c *contract.Contract, s *contract.Stream, format string, began int64) *hold {
	p := newProgram(s, format)
	return &hold{
		contract: id, number: number, whole: c, stream: s, program: p, cells: p.row(), windows: map[windowKey]*window{}, closed: minuteOf(began), amended: map[int64]bool{}, extra: map[int64]int64{},
		open: map[violationKey]*violation{}, values: map[int]map[uint64]int64{}, odd: map[int]*drift{}, told: map[string]bool{}, began: began, volume: map[int64][]int64{}, learned: map[int]string{},
	}
}

// remembers says whether a check of the stream depends on records before, and how far back in ms.
func (h *hold) remembers() (back int64, does bool) {
	for i := range h.stream.Checks {
		switch c := &h.stream.Checks[i]; c.Kind {
		case contract.Unique:
			back, does = max(back, c.Within.Milliseconds()), true
		case contract.Ordering, contract.Late:
			back, does = max(back, contract.DefaultSpan.Milliseconds()), true
		}
	}
	return back, does
}

// found is told of each check that a record breaks.
type found func(check int, d *decoded, m *meta)

// record judges one record; warming: it was counted before, and only what depends on it is remembered.
func (h *hold) record(d *decoded, nowMinute int64, warming bool, tell found) (worst contract.Severity) {
	var m meta
	h.program.fill(d, h.cells, &m)
	h.program.memory.doubts = h.program.memory.doubts[:0]
	h.bad = h.program.judge(h.cells, &m, h.bad[:0])
	if warming {
		return ""
	}
	if len(h.program.memory.doubts) > 0 {
		h.doubtful = m
	}
	h.records++
	at := min(max(minuteOf(m.time), nowMinute-windowBack), nowMinute+windowAhead)
	w := h.window(windowKey{at, m.partition, d.writer})
	w.records++
	w.fresh++
	if at <= h.closed {
		h.amended[at] = true
	}
	for _, i := range h.bad {
		w.add(i, m.offset)
		c := &h.stream.Checks[i]
		if rank(c.Severity) > rank(worst) {
			worst = c.Severity
		}
		tell(i, d, &m)
	}
	return worst
}

func rank(s contract.Severity) int {
	for i, x := range contract.Severities {
		if x == s {
			return i
		}
	}
	return -1
}

func (h *hold) window(k windowKey) *window {
	if h.at != nil && h.last == k {
		return h.at
	}
	w := h.windows[k]
	if w == nil {
		w = new(window)
		h.windows[k] = w
	}
	h.last, h.at = k, w
	return w
}

// forget drops windows that are written down and judged for good.
func (h *hold) forget(before int64) {
	for k, w := range h.windows {
		if k.minute < before && w.fresh == 0 {
			delete(h.windows, k)
		}
	}
	for m := range h.extra {
		if m < before {
			delete(h.extra, m)
		}
	}
	h.at = nil
}

// verdict is how a check that is about a window as a whole came out.
type verdict struct {
	holds  bool
	known  bool
	at     minute
	detail string
}

// judgeMinute judges a check by what a minute came to. known is false for checks that are not about windows.
func (h *hold) judgeMinute(i int, at int64) verdict {
	c := &h.stream.Checks[i]
	switch {
	case at >= h.blind[0] && at <= h.blind[1] && (c.Kind == contract.RowCount || c.Kind == contract.Throughput || c.Kind == contract.Volume):
		return verdict{}
	case c.Kind == contract.RowCount:
		m := h.total(at, i)
		n := m.records + h.extra[at]
		return verdict{c.Limit.Holds(n, n), true, m, fmt.Sprintf("%d records in the minute", n)}
	case c.Kind == contract.Throughput:
		m := h.total(at, i)
		n := float64(m.records+h.extra[at]) / 60
		return verdict{n >= c.Rate, true, m, fmt.Sprintf("%.3g records a second", n)}
	case c.Kind == contract.Volume:
		m := h.total(at, i)
		return h.judgeVolume(i, at, m)
	case c.Kind.PerRecord() && !c.Limit.None():
		m := h.total(at, i)
		return verdict{c.Limit.Holds(m.bad, m.records), true, m, fmt.Sprintf("%d of %d records in the minute", m.bad, m.records)}
	}
	return verdict{}
}
