package query

import (
	"math"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// tally counts what went through an attempt, from headers alone.
type tally struct {
	firstSeen, lastSeen Wall
	operators           map[int]*operatorTally
	entered             meter // records that entered the head
	read                meter // source records
	out                 meter // records sent or written
	watermarkIn         map[int]EventTime
	watermarkOut        map[event.Key]EventTime
}

// operatorTally counts one operator of an attempt's chain. entered and passed count what the chain hooks saw, the others rows.
type operatorTally struct {
	entered, passed meter
	sent            meter // records to other tasks
	read            meter // source records
	written         meter // writes that got their place, or failed
	drops           dropTally
}

func newTally() *tally {
	return &tally{
		operators: make(map[int]*operatorTally), watermarkIn: make(map[int]EventTime), watermarkOut: make(map[event.Key]EventTime),
	}
}

// maxOperators bounds what a hostile header can make of an attempt; what is beyond counts as one operator.
const maxOperators = 1024

func (t *tally) operator(index int) *operatorTally {
	if len(t.operators) >= maxOperators && t.operators[index] == nil {
		index = maxOperators
	}
	o := t.operators[index]
	if o == nil {
		o = new(operatorTally)
		t.operators[index] = o
	}
	return o
}

// add counts a block. Records enter a task at its head, operator 0; what belongs to no known operator counts there too.
func (t *tally) add(h *block.Header) {
	at := Wall(h.WallMax)
	if h.WallMin != 0 && (t.firstSeen == 0 || Wall(h.WallMin) < t.firstSeen) {
		t.firstSeen = Wall(h.WallMin)
	}
	t.lastSeen = max(t.lastSeen, at)
	for _, c := range h.Zones.Counts {
		o := t.operator(max(c.Operator, 0))
		switch c.Kind {
		case event.KindEntered:
			o.entered.add(at, c.N)
			if c.Operator <= 0 {
				t.entered.add(at, c.N)
			}
		case event.KindPassed:
			o.passed.add(at, c.N)
		case event.KindRecord:
			o.sent.add(at, c.N)
			t.out.add(at, c.N)
		case event.KindSourceRecord, event.KindOtherSourceRecord, event.KindSourceRun:
			o.read.add(at, c.N)
			t.read.add(at, c.N)
		case event.KindWritten, event.KindWriteFailed:
			o.written.add(at, c.N)
			t.out.add(at, c.N)
		}
	}
	for _, d := range h.Zones.Drops {
		o := t.operator(max(d.Operator, 0))
		if o.drops == nil {
			o.drops = make(dropTally)
		}
		o.drops[d.Reason] += d.N
	}
	for _, w := range h.Zones.Watermarks {
		// Watermarks only rise within an attempt, so late blocks do not matter.
		if w.In {
			raise(t.watermarkIn, w.Input, EventTime(w.Last))
		} else {
			raise(t.watermarkOut, w.Partition, EventTime(w.Last))
		}
	}
}

// in counts what came into the attempt: source records of a source, which may count as entering it too, or else records.
func (t *tally) in() *meter {
	if t.read.total > 0 {
		return &t.read
	}
	return &t.entered
}

func raise[K comparable](m map[K]EventTime, k K, v EventTime) {
	if old, ok := m[k]; !ok || v > old {
		m[k] = v
	}
}

// watermark is the task's event time: the lowest of its inputs, for a source the lowest that it sent.
func (t *tally) watermark() EventTime {
	if w := lowest(t.watermarkIn); w != NoEventTime {
		return w
	}
	return lowest(t.watermarkOut)
}

// lowest of the watermarks that are points in time; EndOfTime when all that are there are the end; else NoEventTime.
func lowest[K comparable](m map[K]EventTime) EventTime {
	low := EventTime(math.MaxInt64)
	for _, w := range m {
		if w == NoEventTime {
			return NoEventTime
		}
		low = min(low, w)
	}
	if len(m) == 0 {
		return NoEventTime
	}
	return low
}

// flow counts the elements of one partition, sent and consumed.
type flow struct {
	sent, consumed meter
	bytes          meter
	next           map[uint32]*flowEnds // by subpartition
	collapsed      bool                 // numbers of single subpartitions are not known any more
	consumers      map[event.Key]bool   // attempts
}

// flowEnds are the highest numbers + 1, and the lowest that was seen.
type flowEnds struct {
	sent, consumed uint64
	first          uint64
	any            bool
}

func newFlow() *flow {
	return &flow{next: make(map[uint32]*flowEnds), consumers: make(map[event.Key]bool)}
}

func (f *flow) ends(sub uint32) *flowEnds {
	e := f.next[sub]
	if e == nil {
		e = new(flowEnds)
		f.next[sub] = e
	}
	return e
}

// addFlows counts the channel ranges of a block. The bytes of an out block are shared among its partitions by elements.
func addFlows(flows map[event.Key]*flow, h *block.Header) {
	collapsed := h.Flags&block.FlagChannelsCollapsed != 0
	var payload, elements uint64
	for _, s := range h.Sections {
		if s.ID == block.SectionPayload {
			payload = uint64(s.Raw)
		}
	}
	for _, c := range h.Zones.Channels {
		elements += c.Count
	}
	for _, c := range h.Zones.Channels {
		f := flows[c.Partition]
		if f == nil {
			f = newFlow()
			flows[c.Partition] = f
		}
		f.collapsed = f.collapsed || collapsed
		at := Wall(h.WallMax)
		if c.In {
			f.consumers[h.Attempt] = true
			f.consumed.add(at, c.Count)
		} else {
			f.sent.add(at, c.Count)
			f.bytes.add(at, uint64(float64(payload)*float64(c.Count)/float64(max(elements, 1))))
		}
		if collapsed {
			continue
		}
		e := f.ends(c.Subpartition)
		if !e.any || c.First < e.first {
			e.first, e.any = c.First, true
		}
		if c.In {
			e.consumed = max(e.consumed, c.Last+1)
		} else {
			e.sent = max(e.sent, c.Last+1)
		}
	}
}

// inFlight is how many elements were sent and not consumed; ok is false when the numbers were collapsed or nothing of the
// consumers is recorded.
func (f *flow) inFlight() (n uint64, ok bool) {
	if f.collapsed || len(f.consumers) == 0 {
		return 0, false
	}
	for _, e := range f.next {
		if got := max(e.consumed, e.first); e.sent > got {
			n += e.sent - got
		}
	}
	return n, true
}

// splitTally counts the records that an attempt read from or wrote to a split.
type splitTally struct {
	meter
	operator    int // that wrote, -1 = not known
	first, last int64
}

type splitUse struct {
	attempt event.Key
	split   event.DefinitionID
	sink    bool
}

func addSplits(splits map[splitUse]*splitTally, h *block.Header) {
	for _, p := range h.Zones.Positions {
		k := splitUse{h.Attempt, p.Split, p.Sink}
		s := splits[k]
		if s == nil {
			s = &splitTally{operator: -1, first: p.First, last: p.Last}
			splits[k] = s
		}
		s.first, s.last = min(s.first, p.First), max(s.last, p.Last)
		s.add(Wall(h.WallMax), p.Count)
		for _, c := range h.Zones.Counts {
			if p.Sink && c.Kind == event.KindWritten {
				s.operator = c.Operator
			}
		}
	}
}
