package query

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// measurer takes blocks' rows for what they say of latency and lateness. Not for concurrent use.
type measurer struct {
	v      *view
	frames *frames // questions and the background each have their own
	ctx    context.Context
	take   func(k sumKey, at Wall, value int64)
	leave  func(k sumKey, at Wall, why Unmeasured, n uint64)

	sent map[subpartition]sentTable
}

// measured are the lanes that hold something of it.
func measuredLane(l event.Lane) bool {
	switch l.Base() {
	case event.LaneOut, event.LaneDet, event.LaneSrc, event.LaneTrace:
		return true
	}
	return false
}

// block measures the rows of one block. A block that cannot be read has none.
func (m *measurer) block(ref store.Ref) error {
	h := ref.Header
	if !measuredLane(h.Lane) || h.Events == 0 && h.Flags&block.FlagSkips == 0 || h.Flags&block.FlagServer != 0 {
		return nil
	}
	f, err := m.columns(ref)
	if f == nil {
		return err
	}
	switch h.Lane.Base() {
	case event.LaneOut:
		return m.out(f)
	case event.LaneSrc:
		m.src(f)
	case event.LaneTrace:
		return m.trace(f)
	case event.LaneDet:
		return m.det(f)
	}
	return nil
}

// columns is nil without an error for a block that cannot be read.
func (m *measurer) columns(ref store.Ref) (*frame, error) {
	f, err := m.frames.columns(m.ctx, m.v.snap, ref)
	if err != nil && unreadable(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("measuring block %d: %w", ref.Header.Number, err)
	}
	return f, nil
}

func (m *measurer) out(f *frame) error {
	begins, err := m.begins(f.h.Attempt, f.h.FirstInv, f.h.LastInv)
	if err != nil {
		return err
	}
	a := m.v.cat.attempts[f.h.Attempt]
	for row, kind := range f.r.Kind {
		if kind != event.KindRecord {
			continue
		}
		m.inside(f, row, begins, f.r.Inv[row], false)
		if def := a.def(int(f.r.Operator[row])); def == nil || def.Kind != "source" { // that of a source is when it read
			m.age(f, row, f.r.EventTime[row])
		}
	}
	if f.h.Flags&block.FlagSkips != 0 && !f.h.Lane.Kept() {
		m.skipped(f.h)
	}
	return nil
}

// skipped counts the elements that left without a row, for the operator that sends on their output.
func (m *measurer) skipped(h *block.Header) {
	a := m.v.cat.attempts[h.Attempt]
	for _, c := range h.Zones.Channels {
		all := c.Last - c.First + 1
		if c.In || all <= c.Count {
			continue
		}
		operator := int32(-1)
		if def := m.v.cat.partitions[c.Partition]; def != nil && a != nil {
			operator = int32(a.sender(def.Output))
		}
		for _, measure := range []Measure{MeasureInside, MeasureAge} {
			if def := a.def(int(operator)); measure == MeasureAge && def != nil && def.Kind == "source" {
				continue
			}
			m.leave(sumKey{h.Attempt, operator, measure}, Wall(h.WallMax), UnmeasuredNotRecorded, all-c.Count)
		}
	}
}

func (m *measurer) src(f *frame) {
	for row, kind := range f.r.Kind {
		switch kind {
		case event.KindSourceRecord:
			m.age(f, row, int64(timeAt(f.r.SplitTime, row)))
		case event.KindOtherSourceRecord:
			m.age(f, row, f.r.EventTime[row])
		case event.KindSourceRun:
			m.leave(m.key(f, row, MeasureAge), f.wall(row), UnmeasuredNoTime, uint64(f.r.N[row]))
		}
	}
}

// causeOfAsync is what a row of kind cause says of the results of an asynchronous call.
const causeOfAsync = 1

func (m *measurer) trace(f *frame) error {
	from, to := uint64(math.MaxUint64), uint64(0)
	of := func(row int) uint64 {
		switch f.r.Kind[row] {
		case event.KindWritten:
			return f.r.Inv[row]
		case event.KindCause:
			if at(f.r.What, row, 0) == causeOfAsync {
				return uint64(max(at(f.r.Number, row, 0), 0))
			}
		}
		return 0
	}
	for row := range f.rows() {
		if inv := of(row); inv > 0 {
			from, to = min(from, inv), max(to, inv)
		}
	}
	begins, err := m.begins(f.h.Attempt, from, to)
	if err != nil {
		return err
	}
	for row, kind := range f.r.Kind {
		if inv := of(row); inv > 0 {
			m.inside(f, row, begins, inv, kind == event.KindCause)
		}
		switch kind {
		case event.KindWritten:
			m.age(f, row, int64(timeAt(f.r.SplitTime, row)))
		case event.KindDropped:
			m.dropped(f, row)
		}
	}
	return nil
}

// dropped takes by how much a record was too late by the rule of the operator that treated it so.
func (m *measurer) dropped(f *frame, row int) {
	if !at(f.r.Reason, row, 0).Late() {
		return
	}
	k := m.key(f, row, MeasureDropped)
	of, than := timeAt(f.r.Time, row), EventTime(at(f.r.Number, row, 0))
	if !of.Known() || !than.Known() {
		why := UnmeasuredNoTime
		if of.Known() {
			why = UnmeasuredNoWatermark
		}
		m.leave(k, f.wall(row), why, 1)
		return
	}
	beside := EventTime(at(f.r.Number2, row, int64(NoEventTime)))
	if !beside.Known() {
		beside = 0
	}
	m.take(k, f.wall(row), minus(minus(int64(than), int64(of)), int64(beside)))
}

func (m *measurer) det(f *frame) error {
	a := m.v.cat.attempts[f.h.Attempt]
	var marks []mark
	if def := a.def(0); def != nil && len(def.In) < 2 {
		var err error
		if marks, err = m.marks(f.h); err != nil {
			return err
		}
	}
	for row, kind := range f.r.Kind {
		c, ok := f.channel(row)
		if kind != event.KindElements || !ok || f.r.Seq == nil {
			continue
		}
		if r := m.v.engine.texts.route(f.path(row)); r != nil && r.root == rootControl {
			continue
		}
		k, wall := sumKey{f.h.Attempt, 0, MeasureLateness}, f.wall(row)
		for i := range uint64(max(f.r.N[row], 1)) {
			kind, of, err := m.sentTime(event.Element{Partition: c.Partition, Subpartition: c.Subpartition, Seq: f.r.Seq[row] + i})
			switch {
			case err != nil:
				return err
			case kind == 0:
				m.leave(k, wall, UnmeasuredNotRecorded, 1)
			case kind != event.KindRecord:
			case !of.Known():
				m.leave(k, wall, UnmeasuredNoTime, 1)
			case marks == nil:
				m.leave(k, wall, UnmeasuredInputs, 1)
			default:
				if w := before(marks, f.r.Inv[row]+i); w.Known() {
					m.take(k, wall, minus(int64(w), int64(of)))
				} else {
					m.leave(k, wall, UnmeasuredNoWatermark, 1)
				}
			}
		}
	}
	return nil
}

func (m *measurer) key(f *frame, row int, measure Measure) sumKey {
	op := f.r.Operator[row]
	if op < 0 && f.h.Lane.Base() == event.LaneSrc {
		op = 0
	}
	return sumKey{f.h.Attempt, op, measure}
}

func (m *measurer) age(f *frame, row int, ms int64) {
	k, wall := m.key(f, row, MeasureAge), f.wall(row)
	if of := EventTime(ms); !of.Known() || ms > math.MaxInt64/1000 || ms < math.MinInt64/1000 {
		m.leave(k, wall, UnmeasuredNoTime, 1)
		return
	}
	m.take(k, wall, minus(int64(wall), ms*1000))
}

// inside takes the time since invocation inv began, if it handled a record.
func (m *measurer) inside(f *frame, row int, begins []begun, inv uint64, cause bool) {
	k, wall := m.key(f, row, MeasureInside), f.wall(row)
	i, exact := slices.BinarySearchFunc(begins, inv, func(b begun, inv uint64) int { return cmp.Compare(b.first, inv) })
	if !exact {
		i--
	}
	switch {
	case i < 0 || inv-begins[i].first >= begins[i].n:
		m.leave(k, wall, UnmeasuredNotRecorded, 1)
	case begins[i].record || cause:
		m.take(k, wall, minus(int64(wall), int64(begins[i].wall)))
	}
}

// begun is a run of invocations and when the first of them began.
type begun struct {
	first, n uint64
	wall     Wall
	record   bool // they handle records, and not watermarks, timers or mails
}

// begins lists the runs of an attempt that overlap [from, to], by number.
func (m *measurer) begins(attempt event.Key, from, to uint64) ([]begun, error) {
	if from > to || to == 0 {
		return nil, nil
	}
	var list []begun
	err := m.eachDet(attempt, from, to, func(f *frame) {
		for row, kind := range f.r.Kind {
			n := uint64(max(f.r.N[row], 1))
			first := f.r.Inv[row]
			if !runs(kind) || first > to || first+n-1 < from {
				continue
			}
			record := kind == event.KindElements || kind == event.KindSource || kind == event.KindRecovered
			if r := m.v.engine.texts.route(f.path(row)); r != nil && r.root == rootControl {
				record = false
			}
			list = append(list, begun{first, n, f.wall(row), record})
		}
	})
	slices.SortStableFunc(list, func(a, b begun) int { return cmp.Compare(a.first, b.first) })
	return list, err
}

func (m *measurer) eachDet(attempt event.Key, from, to uint64, yield func(f *frame)) error {
	for ref := range m.v.snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: attempt, InvFrom: from, InvTo: to}) {
		h := ref.Header
		if h.Attempt != attempt || h.Lane.Base() != event.LaneDet || h.Events == 0 || h.FirstInv > to || h.LastInv < from {
			continue
		}
		f, err := m.columns(ref)
		if err != nil {
			return err
		}
		if f != nil {
			yield(f)
		}
	}
	return nil
}

// mark is the watermark of a task after an invocation.
type mark struct {
	inv uint64
	of  EventTime
}

// marks lists the watermarks that invocations of a block of lane det may have met, by number; the first is that before all of them.
func (m *measurer) marks(h *block.Header) ([]mark, error) {
	v := *m.v
	first, err := v.watermarkBefore(m.ctx, h.Attempt, h.FirstInv)
	if err != nil {
		return nil, err
	}
	list := []mark{{0, first}}
	err = m.eachDet(h.Attempt, h.FirstInv, h.LastInv, func(f *frame) {
		for row, kind := range f.r.Kind {
			if kind == event.KindWatermarkIn && f.r.Inv[row] >= h.FirstInv {
				list = append(list, mark{f.r.Inv[row], timeAt(f.r.Time, row)})
			}
		}
	})
	slices.SortStableFunc(list[1:], func(a, b mark) int { return cmp.Compare(a.inv, b.inv) })
	for i := range list[1:] {
		list[i+1].of = max(list[i+1].of, list[i].of)
	}
	return list, err
}

// before is the last watermark before an invocation.
func before(marks []mark, inv uint64) EventTime {
	i, _ := slices.BinarySearchFunc(marks[1:], inv, func(m mark, inv uint64) int { return cmp.Compare(m.inv, inv) })
	return marks[i].of
}

// minus is a - b, or what is nearest to it.
func minus(a, b int64) int64 {
	d := a - b
	switch {
	case a >= 0 && b < 0 && d < 0:
		return math.MaxInt64
	case a < 0 && b > 0 && d >= 0:
		return math.MinInt64
	}
	return d
}
