package checks

// minuteOf is the number of the minute of a time in ms.
func minuteOf(ms int64) int64 {
	if ms < 0 {
		return (ms+1)/60_000 - 1
	}
	return ms / 60_000
}

// Bounds of the times that windows are kept by: a record from further back or ahead counts to the nearest minute of these.
const (
	windowBack  = 30 * 24 * 60 // minutes
	windowAhead = 5
)

// windowKey is a window of one partition and one writer's schema.
type windowKey struct {
	minute int64
	part   int32
	writer string
}

// window is what a minute came to, and what of it is not written down yet.
type window struct {
	records, fresh int64
	tallies        map[int]*tally // by the place of the check
}

// tally counts the bad records of a check in a window.
type tally struct {
	bad, fresh  int64
	first, last int64 // offsets
}

func (w *window) add(check int, offset int64) {
	if w.tallies == nil {
		w.tallies = make(map[int]*tally)
	}
	t := w.tallies[check]
	if t == nil {
		t = &tally{first: offset, last: offset}
		w.tallies[check] = t
	}
	t.bad++
	t.fresh++
	t.first, t.last = min(t.first, offset), max(t.last, offset)
}

// minute is what all partitions and writers of a minute came to.
type minute struct {
	records, bad int64
	part         int32 // of the first bad record, by partition; -1: there is none
	writer       string
	first, last  int64
}

// index prepares for many minutes to be summed up: windows must not change any more.
func (h *hold) index() {
	h.byMinute = make(map[int64]map[windowKey]*window)
	for k, w := range h.windows {
		if h.byMinute[k.minute] == nil {
			h.byMinute[k.minute] = make(map[windowKey]*window)
		}
		h.byMinute[k.minute][k] = w
	}
}

// total sums up a minute for one check.
func (h *hold) total(at int64, check int) minute {
	m := minute{part: -1, first: -1, last: -1}
	windows := h.windows
	if h.byMinute != nil {
		windows = h.byMinute[at]
	}
	for k, w := range windows {
		if k.minute != at {
			continue
		}
		m.records += w.records
		if t := w.tallies[check]; t != nil {
			m.bad += t.bad
			if m.part < 0 || k.part < m.part {
				m.part, m.writer, m.first, m.last = k.part, k.writer, t.first, t.last
			}
		}
	}
	return m
}
