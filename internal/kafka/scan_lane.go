package kafka

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Bounds of what a scan holds.
const (
	scanHeld    = 8 << 20 // of records, of all partitions
	scanLeast   = 16 << 10
	scanAtOnce  = 4         // answers that are waited for and read at a time
	firstWindow = 64        // offsets, of the first look backward
	firstFetch  = 128 << 10 // a first page needs no more, and what is larger asks again for twice as much
)

type counter = atomic.Int64

// errScanBytes ends a scan, and is no error of it.
var errScanBytes = errors.New("the bytes of the scan are read")

// lane is one partition of a scan. Between first and reach every offset was read; of what was read, records are not given yet.
type lane struct {
	at      leading
	forward bool
	start   int64
	end     int64
	first   int64 // where the scan began
	reach   int64 // forward: the offset to read next; backward: the lowest that was read
	records []Record
	held    int
	share   int   // of memory, in bytes
	size    int32 // of an answer
	most    int32 // that it becomes, forward
	window  int64 // offsets of the next look backward

	given, control int64
	note           string
	err            error
}

// done tells whether nothing is left to read, though something may be left to give.
func (l *lane) done() bool {
	return l.err != nil || l.forward && l.reach >= l.end || !l.forward && l.reach <= l.start
}

// say adds a note, once.
func (l *lane) say(note string) {
	switch {
	case note == "" || note == l.note:
	case l.note == "":
		l.note = note
	case len(l.note) < 300:
		l.note += "; " + note
	}
}

// take gives the next record away. They lie with the next one at the end.
func (l *lane) take() Record {
	n := len(l.records) - 1
	r := l.records[n]
	l.records[n] = Record{}
	l.records = l.records[:n]
	l.held -= r.memory()
	l.given++
	return r
}

func (l *lane) scanned() PartitionScan {
	p := PartitionScan{Partition: l.at.partition, From: l.first, To: l.reach, Done: l.err == nil && l.done() && len(l.records) == 0, Records: l.given, Control: l.control, Note: l.note, Err: l.err}
	if n := len(l.records); n > 0 {
		// Up to the next one to give, all was looked at.
		p.To = l.records[n-1].Offset
		if !l.forward {
			p.To++
		}
	}
	p.Next = p.To
	if !l.forward {
		p.From, p.To = p.To, p.From
	}
	return p
}

// fill reads on in lanes that have nothing to give, some at a time. Its error is the end of the scan; that of a partition is in its lane.
func (s *Scan) fill(ctx context.Context, lanes []*lane) error {
	var (
		all    sync.WaitGroup
		places = make(chan struct{}, scanAtOnce)
		unpack sync.Mutex // one answer at a time is taken apart
		ended  atomic.Pointer[error]
	)
	for _, l := range lanes {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			for len(l.records) == 0 && !l.done() && ended.Load() == nil {
				err := s.more(ctx, l, &unpack)
				switch {
				case err == nil:
				case errors.Is(err, errScanBytes) || ctx.Err() != nil:
					ended.Store(&err)
				default:
					l.err = err
				}
			}
		})
	}
	all.Wait()
	s.begun = true
	if err := ended.Load(); err != nil {
		return *err
	}
	return nil
}

// more reads on in a lane: once, or backward one window.
func (s *Scan) more(ctx context.Context, l *lane, unpack *sync.Mutex) error {
	read := func(floor, from, to int64) (page, error) {
		if s.begun && s.bytes.Load() >= s.q.Bytes {
			return page{}, errScanBytes
		}
		// Who does not answer in half of the scan's time is the error of its partitions; the others are scanned.
		patience := s.q.Within / 2
		ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("the broker did not answer within %s", patience))
		defer cancel()
		p, err := s.client.fetch(ctx, &l.at, span{floor, from, to, l.size, s.q.Uncommitted}, unpack)
		s.bytes.Add(p.bytes)
		if err == nil && p.start > l.start {
			l.start = p.start
		}
		l.say(p.note)
		return p, err
	}
	if l.forward {
		return l.ahead(read)
	}
	return l.back(read)
}

// reads reads the beginning of a span.
type reads func(floor, from, to int64) (page, error)

// ahead reads forward, once.
func (l *lane) ahead(read reads) error {
	p, err := read(l.reach, l.reach, l.end)
	if errors.Is(err, errOutside) {
		return l.outside(p)
	}
	if err != nil {
		return err
	}
	next := min(p.next, l.end)
	for i, r := range p.records {
		if l.held > 0 && l.held+r.memory() > l.share {
			next = r.Offset // what has no room is read again, and no more than has room is asked for
			l.most = int32(max(fetchLeast, min(fetchMost, p.bytes*int64(i)/int64(len(p.records)))))
			break
		}
		l.keep(r)
	}
	if next <= l.reach {
		l.say(fmt.Sprintf("the broker gave nothing from offset %d on", l.reach))
		next = l.end
	}
	l.mark(p.control, l.reach, next)
	l.reach = next
	slices.Reverse(l.records)
	l.size = min(2*l.size, l.most)
	return nil
}

// mark counts markers of [from, to).
func (l *lane) mark(all []int64, from, to int64) {
	for _, at := range all {
		if at >= from && at < to {
			l.control++
		}
	}
}

func (l *lane) keep(r Record) {
	l.records = append(l.records, r)
	l.held += r.memory()
}

// outside goes on where the partition begins now, when what was looked for was deleted meanwhile.
func (l *lane) outside(p page) error {
	if p.start <= l.reach || p.start < 0 {
		return fmt.Errorf("offset %d of %s is not there: the topic was made anew, or lost records", l.reach, place{l.at.topic, l.at.partition})
	}
	l.say(fmt.Sprintf("offsets %d to %d were deleted while they were looked for (the topic's retention)", l.reach, p.start-1))
	l.start, l.reach = p.start, min(p.start, l.end)
	return nil
}

// back reads the offsets of one window below those that were read. Kafka reads forward alone, so a window begins at a guess: one that holds more
// than has room, or too much to read for the little that is wanted of it, is made smaller; what does not fit of a window that was read is left for the next one.
func (l *lane) back(read reads) error {
	to := l.reach
	for {
		from := max(l.start, to-l.window)
		next, sent, took := from, int64(0), int64(0) // bytes, and memory of what they became
		var control []int64
		small := false
		for next < to {
			floor := next
			if next == from {
				floor = l.start
			}
			p, err := read(floor, next, to)
			if errors.Is(err, errOutside) {
				if p.start <= next || p.start < 0 {
					l.records, l.held = nil, 0 // of what is between them and what was given nothing is known
					return fmt.Errorf("offset %d of %s is not there: the topic was made anew, or lost records", next, place{l.at.topic, l.at.partition})
				}
				l.start = p.start // retention came nearer
				from, next = max(from, p.start), max(next, p.start)
				continue
			}
			if err != nil {
				l.records, l.held = nil, 0
				return err
			}
			if next == from {
				from = p.low
			}
			control = append(control, p.control...)
			sent += p.bytes
			for _, r := range p.records {
				took += int64(r.memory())
				l.keep(r)
			}
			from = max(from, l.trim())
			if p.next <= next {
				l.say(fmt.Sprintf("the broker gave nothing from offset %d on", next))
				break
			}
			// What is left of the window is about as dense as what came, but for the batch that reaches over its end.
			left := float64(to-p.next) * float64(p.bytes) / float64(p.next-next)
			l.size = int32(min(fetchMost, max(fetchLeast, left)))
			next = p.next
			if next < to && max(sent, took) > 2*int64(l.share) && l.window > 1 {
				small = true
				break
			}
		}
		if small {
			// Rather than through all of it, it is read from nearer to what is wanted.
			l.records, l.held = nil, 0
			l.window = max(1, l.window/8)
			continue
		}
		l.mark(control, from, to)
		l.pace(to-from, sent, took)
		l.reach = min(from, to)
		return nil
	}
}

// trim drops the oldest records that have no room, and gives the offset of the oldest one that stays; 0: nothing was dropped.
func (l *lane) trim() int64 {
	n := 0
	for ; l.held > l.share && n < len(l.records)-1; n++ {
		l.held -= l.records[n].memory()
	}
	if n == 0 {
		return 0
	}
	rest := copy(l.records, l.records[n:])
	clear(l.records[rest:])
	l.records = l.records[:rest]
	return l.records[0].Offset
}

// pace chooses the next window by what this one held: as many offsets as have room, and not much more than that in one answer.
func (l *lane) pace(offsets, sent, took int64) {
	if sent == 0 || took == 0 {
		l.window = min(8*l.window, 1<<40) // nothing is here: one answer passes over all of it
		return
	}
	offsets = max(1, offsets)
	l.window = min(8*l.window, max(1, int64(l.share)/2/max(1, took/offsets)))
	l.size = int32(min(fetchMost, max(fetchLeast, sent/offsets*l.window*5/4)))
}

// merged are lanes that have something to give, the one to give next first.
type merged struct {
	forward bool
	lanes   []*lane
}

func (m *merged) add(l *lane) {
	if len(l.records) > 0 {
		heap.Push((*laneHeap)(m), l)
	}
}

func (m *merged) first() *lane {
	if len(m.lanes) == 0 {
		return nil
	}
	return m.lanes[0]
}

// drop takes the first one away, settle puts it where its next record belongs.
func (m *merged) drop()   { heap.Pop((*laneHeap)(m)) }
func (m *merged) settle() { heap.Fix((*laneHeap)(m), 0) }

type laneHeap merged

func (h *laneHeap) Len() int      { return len(h.lanes) }
func (h *laneHeap) Swap(i, j int) { h.lanes[i], h.lanes[j] = h.lanes[j], h.lanes[i] }
func (h *laneHeap) Push(x any)    { h.lanes = append(h.lanes, x.(*lane)) }
func (h *laneHeap) Pop() any {
	n := len(h.lanes) - 1
	l := h.lanes[n]
	h.lanes = h.lanes[:n]
	return l
}

func (h *laneHeap) Less(i, j int) bool {
	a, b := h.lanes[i], h.lanes[j]
	x, y := a.records[len(a.records)-1].Time, b.records[len(b.records)-1].Time
	if x == y {
		return (a.at.partition < b.at.partition) == h.forward
	}
	return (x < y) == h.forward
}
