package checks

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/kafka"
)

// worker looks at one topic for all contracts about it. One goroutine runs its rounds; mu guards what others ask for meanwhile.
type worker struct {
	e       *Engine
	cluster *Cluster
	topic   string
	reading *reading

	loaded    bool
	id        string // of the topic
	parts     map[int32]*place
	newest    int64 // time of the newest record, ms
	newestAt  spot
	tokens    int64 // bytes that may be read now
	filled    time.Time
	anew      int64 // when the topic was found to be made anew, in µs; 0: it never was
	leapt     int64 // until when records were passed over since the newest that was read, in ms; 0: none were
	sampling  bool
	absent    bool      // the topic was not there: all that it has later came since
	kept      time.Time // when the topic's settings were asked for last
	retention time.Duration
	acts      int64
	coverage  map[int64]*Coverage // by minute of the server's clock, not written down yet
	bytesPer  float64             // of a record, about

	mu    sync.Mutex
	holds []*hold
	why   error // that the topic cannot be read
	seen  bool  // it was looked at
}

type spot struct {
	part   int32
	offset int64
}

// place is how far a partition was read.
type place struct {
	next    int64 // offset to read next
	counted int64 // offsets below were judged; next is behind it while what depends on records before is built anew
	warm    int64 // where that is to begin
	marks   []mark
	saved   [2]int64 // counted and warm, as they are written down
}

// mark is the first offset of a minute.
type mark struct{ minute, offset int64 }

var unsaved = [2]int64{-1, -1}

// grace is how long after its end a minute is judged: records are on their way.
const grace = 15 * time.Second

// judgedBack is how many minutes back one is judged that was not judged in time.
const judgedBack = 120

// round looks at what came since the last one.
func (w *worker) round(ctx context.Context) error {
	if err := w.load(ctx); err != nil {
		return err
	}
	now := w.e.now()
	span, err := w.cluster.Kafka.Span(ctx, w.topic)
	w.absent = w.absent && len(w.parts) == 0 || errors.Is(err, kafka.ErrUnknown)
	w.mu.Lock()
	w.why, w.seen = err, true
	w.mu.Unlock()
	if err != nil {
		return fmt.Errorf("asking where %s is: %w", w.topic, err)
	}
	if err := w.refresh(ctx); err != nil {
		return err
	}
	c := &change{now: now}
	w.placed(span, c)
	caught, err := w.read(ctx, span, c)
	if err == nil {
		err = w.confirm(ctx, c)
	}
	if err == nil {
		w.polled(ctx, now, caught, c)
		if caught {
			w.judged(now, c)
		}
		if c.failed == nil { // of a partition that does not answer nobody knows that it keeps the contract again
			w.recovered(now, c)
		}
		w.hinted()
		err = w.commit(ctx, c)
	}
	if err != nil {
		// What is in memory is ahead of what is written down: it is read again from there.
		w.loaded = false
		w.mu.Lock()
		w.why = err
		w.mu.Unlock()
		return err
	}
	w.settle(now)
	if c.failed != nil {
		w.mu.Lock()
		w.why = c.failed
		w.mu.Unlock()
	}
	return c.failed
}

// placed finds out where each partition is read on, and writes down what nobody can read any more.
func (w *worker) placed(span kafka.Span, c *change) {
	id := ""
	if span.ID != ([16]byte{}) {
		id = hex.EncodeToString(span.ID[:])
	}
	first := len(w.parts) == 0 && w.id == ""
	if w.id != "" && id != "" && w.id != id {
		for n, p := range w.parts {
			c.gap(w, n, p.counted, -1, "the topic was made anew")
		}
		clear(w.parts)
		for _, h := range w.holds {
			h.program.memory.forget()
			for k, v := range h.open { // their offsets are those of a topic that is no more
				if v.First >= 0 {
					h.end(k, c)
				}
			}
		}
		c.anew, w.anew = true, micros(c.now)
	}
	if id != "" && id != w.id {
		w.id, c.id = id, true
	}
	for _, x := range span.Parts {
		if x.Err != nil {
			continue // its time will come
		}
		p := w.parts[x.Partition]
		switch {
		case p == nil && first && !w.absent:
			w.parts[x.Partition] = &place{next: x.End, counted: x.End, warm: x.End, saved: unsaved}
		case p == nil: // a partition that was added, or a topic made since: all that it has came since
			w.parts[x.Partition] = &place{next: x.First, counted: x.First, warm: x.First, saved: unsaved}
		case p.counted < x.First:
			w.leapt, c.id = c.now.UnixMilli(), true
			c.gap(w, x.Partition, p.counted, x.First, "deleted before they were looked at (the topic's retention)")
			c.cover(w, x.First-p.counted, 0)
			p.counted = x.First
			fallthrough
		default:
			if p.counted > x.End {
				c.gap(w, x.Partition, x.End, p.counted, "the partition lost records that it had")
				p.counted = x.End
			}
			p.next = min(max(p.next, x.First), p.counted)
			p.warm = min(max(p.warm, x.First), p.counted)
		}
	}
}

// read judges what came, within the budget. caught: nothing that was there when the round began is left.
func (w *worker) read(ctx context.Context, span kafka.Span, c *change) (caught bool, err error) {
	positions, behind := map[int32]int64{}, int64(0)
	whole := true // all partitions could be asked
	for _, x := range span.Parts {
		if x.Err != nil {
			whole = false
			if c.failed == nil {
				c.failed = fmt.Errorf("asking where partition %d is: %w", x.Partition, x.Err)
			}
		}
		if p := w.parts[x.Partition]; p != nil && x.Err == nil && p.next < x.End {
			positions[x.Partition] = p.next
			behind += x.End - p.next
		}
	}
	w.fill(c.now)
	if len(positions) == 0 {
		w.sampling = false
		return whole, nil
	}
	if w.tokens <= 0 {
		return false, nil
	}
	q := kafka.ScanQuery{Topic: w.topic, From: kafka.FromPositions, Positions: positions, Forward: true, Bytes: w.tokens, Within: 20 * time.Second}
	scan := w.cluster.Kafka.Scan(q)
	given := int64(0)
	for rec, err := range scan.All(ctx) {
		if err != nil {
			return false, fmt.Errorf("reading %s: %w", w.topic, err)
		}
		given++
		if w.record(ctx, &rec, c) {
			return false, fmt.Errorf("reading %s: %w", w.topic, errRegistry)
		}
	}
	done := scan.Scanned()
	w.tokens -= done.Bytes
	if given > 0 && done.Bytes > 0 {
		w.bytesPer = float64(done.Bytes) / float64(given)
	}
	caught = true
	for _, s := range done.Partitions {
		p := w.parts[s.Partition]
		if p == nil {
			continue
		}
		if s.Note != "" {
			c.gap(w, s.Partition, s.From, s.To, s.Note)
		}
		checked := max(0, s.Next-max(p.counted, s.From))
		c.cover(w, checked, checked)
		p.next = s.Next
		p.counted = max(p.counted, s.Next)
		caught = caught && s.Done
		if s.Err != nil && c.failed == nil {
			c.failed = s.Err
		}
	}
	if !caught && done.Ended == kafka.EndedBytes {
		w.skip(span, behind-given, c)
	} else if caught {
		w.sampling = false
	}
	return caught && whole, nil
}

// Of the budget: how much of it may be saved up, and how far behind the stream may be before records are passed over.
const (
	burstSeconds  = 10
	behindSeconds = 20
)

// fill adds to the budget what the time since the last round brought.
func (w *worker) fill(now time.Time) {
	budget := w.e.Budget
	if w.filled.IsZero() {
		w.tokens = budget * burstSeconds
	} else {
		w.tokens += int64(float64(budget) * max(0, now.Sub(w.filled).Seconds()))
	}
	w.tokens, w.filled = min(w.tokens, budget*burstSeconds), now
}

// skip passes over what there is no budget for. Brokers send whole batches, so what is read of a stream that is too fast is a sample of these.
func (w *worker) skip(span kafka.Span, behind int64, c *change) {
	if !w.sampling && float64(behind)*max(1, w.bytesPer) < float64(w.e.Budget*behindSeconds) {
		return // it may catch up
	}
	w.sampling = true
	at := minuteOf(c.now.UnixMilli())
	// What is passed over right behind what was read came just now. Behind a pause nobody knows which minutes it is of: these are not judged by counts.
	late := w.newest > 0 && minuteOf(w.newest) < at-1
	for _, x := range span.Parts {
		p := w.parts[x.Partition]
		if p == nil || x.Err != nil || p.next >= x.End {
			continue
		}
		passed := x.End - max(p.counted, p.next)
		if passed > 0 {
			c.cover(w, passed, 0)
			w.leapt, c.id = c.now.UnixMilli(), true
			for _, h := range w.holds {
				if late {
					h.blind = [2]int64{minuteOf(w.newest), at}
				} else {
					h.extra[at] += passed
				}
			}
		}
		p.next, p.counted = x.End, max(p.counted, x.End)
	}
}

// errRegistry: what records hold cannot be told now. They are read again: a registry that is away breaks no contract.
var errRegistry = errors.New("the schema registry could not be asked for a schema that records name; they are looked at when it answers")

// record judges one record by all contracts. down: it cannot be judged before the schema registry answers.
func (w *worker) record(ctx context.Context, rec *kafka.Record, c *change) (down bool) {
	p := w.parts[rec.Partition]
	if p == nil {
		return false
	}
	warming := rec.Offset < p.counted
	d := w.reading.decode(ctx, rec)
	if d.value.Down {
		return true
	}
	now := c.now.UnixMilli()
	if m := minuteOf(rec.Time); len(p.marks) == 0 || m > p.marks[len(p.marks)-1].minute {
		p.marks = append(p.marks, mark{m, rec.Offset})
	}
	for _, h := range w.holds {
		if !warming {
			w.frequency(h, rec, c)
		}
		worst := h.record(d, minuteOf(now), warming, func(check int, d *decoded, m *meta) { w.broken(h, check, d, m, c) })
		if !warming {
			h.read = now
			h.doubts(d, c)
			w.drifted(h, d, c)
			if h.stream.Quarantine != "" && rank(worst) >= rank(contract.Error) {
				c.quarantine(h, rec)
			}
		}
	}
	if !warming && rec.Time > w.newest {
		w.leapt = 0
		w.newest, w.newestAt = rec.Time, spot{rec.Partition, rec.Offset}
		c.id = true
	}
	return false
}

// frequency tells of a record that came too long after the one before it.
func (w *worker) frequency(h *hold, rec *kafka.Record, c *change) {
	for i := range h.stream.Checks {
		k := &h.stream.Checks[i]
		if k.Kind != contract.Frequency || w.newest == 0 || w.leapt > 0 || rec.Time-w.newest <= k.Within.Milliseconds() {
			continue
		}
		v := h.violation(violationKey{check: i, part: -1}, w, c)
		if v.First < 0 {
			v.Partition, v.First = rec.Partition, rec.Offset
		}
		v.Count++
		v.Last, v.Seen, v.dirty = rec.Offset, c.now, true
		v.Hints.Detail = fmt.Sprintf("%s without a record before it", time.Duration(rec.Time-w.newest)*time.Millisecond)
	}
}

// broken counts a bad record, and opens a violation where none may be bad.
func (w *worker) broken(h *hold, check int, d *decoded, m *meta, c *change) {
	k := &h.stream.Checks[check]
	if k.Kind == contract.Values {
		w.newValue(h, check, m, d, c)
	}
	if !k.Limit.None() {
		return // its minute is judged as a whole
	}
	v := h.violation(violationKey{check, m.partition, d.writer}, w, c)
	v.Count++
	if v.First < 0 || m.offset < v.First {
		v.First = m.offset
		v.Minute = time.UnixMilli(minuteOf(m.time) * 60_000).UTC()
		switch k.Kind {
		case contract.Conformity:
			v.Hints.Detail = m.why
		case contract.DeadLetter:
			v.Hints.Detail = "put here because a rule of its schema failed; which one, its headers say"
		}
		if v.fresh {
			v.d = d
		}
	}
	v.Last, v.Seen, v.dirty = max(v.Last, m.offset), c.now, true
}

// violation is the open one of a key, or a new one.
func (h *hold) violation(k violationKey, w *worker, c *change) *violation {
	if v := h.open[k]; v != nil {
		return v
	}
	x := &h.stream.Checks[k.check]
	v := &violation{fresh: true, dirty: true, Violation: Violation{
		ID: newID(c.now), Contract: h.contract, Check: x.ID, Kind: string(x.Kind), Severity: string(x.Severity), Cluster: w.cluster.Name, Topic: w.topic,
		Partition: k.part, Writer: k.writer, First: -1, Last: -1, Began: c.now, Seen: c.now, State: Open,
	}}
	again := false
	for other := range h.open {
		again = again || other.check == k.check
	}
	h.open[k] = v
	if !again {
		c.events = append(c.events, pending{h, k.check, v, EventViolated})
	}
	return v
}

// judged judges minutes that are over, and those of which more came late.
func (w *worker) judged(now time.Time, c *change) {
	over := minuteOf(now.Add(-grace).UnixMilli()) - 1
	for _, h := range w.holds {
		for at := max(h.closed+1, over-judgedBack); at <= over; at++ {
			w.judgeMinute(h, at, false, c)
		}
		for at := range h.amended {
			if at <= h.closed && at > over-10 {
				w.judgeMinute(h, at, true, c)
			}
		}
		clear(h.amended)
		if over > h.closed {
			h.closed = over
			c.closed = append(c.closed, h)
		}
	}
}

func (w *worker) judgeMinute(h *hold, at int64, again bool, c *change) {
	for i := range h.stream.Checks {
		k := &h.stream.Checks[i]
		if again && k.Kind == contract.Volume {
			continue // it was learned from
		}
		v := h.judgeMinute(i, at)
		if k.Kind == contract.Volume {
			c.learned = append(c.learned, learnedHour{h, hourOfWeek(at)})
		}
		if !v.known {
			continue
		}
		key := violationKey{check: i, part: -1}
		if v.holds {
			if open := h.open[key]; open != nil && open.Minute.Unix() < 60*at {
				h.end(key, c)
			}
			continue
		}
		x := h.violation(key, w, c)
		if x.Minute.Unix() == 60*at && !x.fresh { // more of it came late
			x.Count = max(x.Count, v.at.bad)
		} else {
			x.Count += max(1, v.at.bad)
		}
		if x.First < 0 {
			x.First, x.Partition, x.Writer = v.at.first, v.at.part, v.at.writer
		}
		x.Last, x.Seen, x.dirty = v.at.last, c.now, true
		x.Minute, x.Hints.Detail = time.Unix(60*at, 0).UTC(), v.detail
	}
}

// end closes a violation.
func (h *hold) end(k violationKey, c *change) {
	v := h.open[k]
	delete(h.open, k)
	v.Ended, v.State, v.dirty = c.now, Closed, true
	c.ended = append(c.ended, v)
	for other := range h.open {
		if other.check == k.check {
			return
		}
	}
	c.events = append(c.events, pending{h, k.check, v, EventRecovered})
}

// recovered closes violations of checks about records that were kept for a while, by records that came since.
func (w *worker) recovered(now time.Time, c *change) {
	for _, h := range w.holds {
		for k, v := range h.open {
			x := &h.stream.Checks[k.check]
			if x.Kind.PerRecord() && x.Limit.None() && now.Sub(v.Seen) >= w.e.RecoverAfter && h.read > v.Seen.UnixMilli() {
				h.end(k, c)
			}
		}
	}
}

// settle forgets what is old.
func (w *worker) settle(now time.Time) {
	back := int64(0)
	for _, h := range w.holds {
		at := minuteOf(now.UnixMilli())
		h.forget(max(min(at-60, h.closed+1), at-judgedBack-1)) // minutes that are still to be judged stay
		b, _ := h.remembers()
		back = max(back, b)
	}
	for _, p := range w.parts {
		if len(p.marks) == 0 {
			continue
		}
		oldest := p.marks[len(p.marks)-1].minute - back/60_000 - 1
		n := 0
		for n < len(p.marks)-1 && p.marks[n+1].minute <= oldest {
			n++
		}
		p.marks = slices.Delete(p.marks, 0, n)
		p.warm = p.marks[0].offset
		if back == 0 {
			p.warm = p.counted
		}
	}
}
