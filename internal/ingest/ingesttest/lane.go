package ingesttest

import (
	"fmt"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// When a block closes (spec/block.md, section 4).
const (
	blockRows = 512
	blockRaw  = 128 << 10
	blockUS   = 250_000
)

// lane numbers and closes the blocks of one lane of a task.
type lane struct {
	task   *task
	id     event.Lane
	number uint64

	open     *block.Builder
	firstUS  int64
	raw      int
	pending  block.Row // lane det: a run that may still grow
	held     bool
	channels []int // lane det: Row.Channel by place in task.in

	counted [2][128]uint64 // of the reference load: invocations by kind, of no operator and of the task's
	rows    [128]uint64    // likewise: rows by kind
	parts   RowsOfBlock    // when somebody wants them
}

// add appends a row at the task's current time.
func (l *lane) add(r block.Row) {
	r.Wall = l.task.sim.now
	if count := l.task.sim.counting; count != nil {
		count(l, &r)
	}
	if l.held {
		if p := &l.pending; p.Kind == r.Kind && p.Channel == r.Channel && p.Path == r.Path && p.Inv+uint64(p.N) == r.Inv &&
			(r.Kind == event.KindElements || r.Kind == event.KindSource) && l.due() == "" {
			p.N++
			return
		}
		l.release()
	}
	if l.due() != "" {
		l.close()
	}
	l.begin()
	l.raw += len(r.Value) + len(r.Key) + len(r.Body) + 8
	if l.id == event.LaneDet {
		r.N = 1
		l.pending, l.held = r, true
		return
	}
	l.put(r)
}

func (l *lane) release() {
	if l.held {
		l.put(l.pending)
		l.held = false
	}
}

// put gives a row to the block.
func (l *lane) put(r block.Row) {
	l.open.Add(r)
	l.rows[r.Kind&127]++
	if place := l.task.sim.placing; place != nil {
		place(l, &r)
	}
	if l.task.sim.captured != nil {
		l.parts.Rows = append(l.parts.Rows, r)
	}
}

// due tells why the open block must close before another row, or "".
func (l *lane) due() string {
	switch {
	case l.open == nil:
		return ""
	case l.open.Rows() >= blockRows-1:
		return "rows"
	case l.raw >= blockRaw:
		return "bytes"
	case l.task.sim.now-l.firstUS >= blockUS:
		return "time"
	}
	return ""
}

// begin opens a block when none is open, with the bases or channels as they are now.
func (l *lane) begin() {
	if l.open != nil {
		return
	}
	t := l.task
	spec := block.Spec{
		Recording: t.recording, Attempt: t.key, Lane: l.id, Number: l.number, Checkpoint: t.checkpoint, Codec: t.sim.opt.Codec,
	}
	l.open = block.NewBuilder(spec)
	l.parts = RowsOfBlock{Spec: spec, Definitions: t.definitions}
	l.number++
	l.firstUS, l.raw = t.sim.now, 0
	for _, id := range t.definitions {
		l.open.Define(id)
	}
	switch l.id {
	case event.LaneOut:
		for _, o := range t.out {
			for sub, seq := range o.next {
				l.open.Base(o.key, uint32(sub), seq)
				l.parts.Bases = append(l.parts.Bases, block.ChannelRange{Partition: o.key, Subpartition: uint32(sub), First: seq})
			}
		}
	case event.LaneDet:
		l.channels = l.channels[:0]
		for _, c := range t.in {
			declared := block.Channel{Partition: c.from.key, Subpartition: uint32(c.sub), Gate: c.gate, Index: c.index, FirstSeq: c.consumed}
			l.channels = append(l.channels, l.open.Channel(declared))
			l.parts.Channels = append(l.parts.Channels, declared)
		}
	}
}

// close finishes the open block and hands it on.
func (l *lane) close() {
	if l.open == nil {
		return
	}
	l.release()
	raw, err := l.open.Finish()
	if err != nil {
		panic(fmt.Sprintf("generated block of %s does not build: %v", l.task.name, err)) // a bug of this package
	}
	l.task.sim.truth.Blocks++
	l.task.sim.truth.Events += uint64(l.open.Rows())
	l.open = nil
	if l.task.sim.captured != nil {
		l.task.sim.captured(l.parts)
	}
	l.task.sim.emit(l.task.process, raw)
}
