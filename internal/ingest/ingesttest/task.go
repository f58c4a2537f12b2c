package ingesttest

import (
	"encoding/json"
	"fmt"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// task records one attempt. Its number of the running invocation is inv.
type task struct {
	sim         *simulation
	name        string
	operator    string // of the reference load: its only one
	recording   event.RecordingID
	id          event.TaskID
	key         event.Key
	process     process
	checkpoint  uint64
	definitions []event.DefinitionID // named by each block
	lanes       map[event.Lane]*lane
	out         []*outlet
	in          []*channel
	inv         uint64
	watermark   int64
}

// outlet is a result partition of a task; next numbers the elements of each subpartition.
type outlet struct {
	task     *task
	key      event.Key
	next     []uint64
	channels []*channel // by subpartition
	operator int        // that emits
}

// channel is where a consumer reads a subpartition. Elements are consumed at once when they are sent.
type channel struct {
	from        *outlet
	sub         int
	to          *task
	gate, index uint32
	place       int // in to.in
	consumed    uint64
	watermark   int64
	deliver     func(c *channel, e element)
}

// element is what travels: a decoded form beside the bytes that the block has.
type element struct {
	id        event.Element
	kind      event.Kind
	time      int64 // ms
	order     int   // index into Truth.Orders, -1 = none
	merchant  int
	cents     int64
	duplicate bool
}

func (t *task) lane(id event.Lane) *lane {
	l := t.lanes[id]
	if l == nil {
		l = &lane{task: t, id: id}
		t.lanes[id] = l
	}
	return l
}

func (t *task) invocation() event.Invocation { return event.Invocation{Attempt: t.key, Number: t.inv} }

// begin numbers the next invocation.
func (t *task) begin() event.Invocation {
	t.inv++
	return t.invocation()
}

// send emits an element on o to one subpartition (-1 = all) inside the running invocation and returns its identity there;
// of a broadcast, that in subpartition 0. The consumers act when run is called.
func (t *task) send(o *outlet, sub int, e element, value []byte) (id event.Element, run func()) {
	r := block.Row{Kind: e.kind, Operator: o.operator, Inv: t.inv, Partition: o.key, Subpartition: sub, Value: value}
	r.Timed, r.EventTime = true, e.time
	t.lane(event.LaneOut).add(r)
	first, last := sub, sub
	if sub < 0 {
		first, last = 0, len(o.next)-1
	}
	var deliveries []func()
	for s := first; s <= last; s++ {
		copied := e
		copied.id = event.Element{Partition: o.key, Subpartition: uint32(s), Seq: o.next[s]}
		o.next[s]++
		if s == first {
			id = copied.id
		}
		c := o.channels[s]
		deliveries = append(deliveries, func() { c.deliver(c, copied) })
	}
	return id, func() {
		for _, d := range deliveries {
			d()
		}
	}
}

// did writes the det row of the running invocation.
func (t *task) did(kind event.Kind, operator int, c *channel, path string, r block.Row) {
	r.Kind, r.Operator, r.Inv = kind, operator, t.inv
	if path != "" {
		r.Path = t.sim.path(path)
	}
	l := t.lane(event.LaneDet)
	if c != nil {
		r.Channel = c.place
	}
	l.add(r)
	if c != nil && kind == event.KindElements {
		c.consumed++
	}
}

// count adds to zone 1 of the open det block what path made operators do.
func (t *task) count(operator int, entered, passed uint64) {
	l := t.lane(event.LaneDet)
	l.begin()
	if entered > 0 {
		l.open.Count(operator, event.KindEntered, entered)
	}
	if passed > 0 {
		l.open.Count(operator, event.KindPassed, passed)
	}
}

// body adds an event with a JSON body.
func (t *task) body(id event.Lane, kind event.Kind, body any) {
	t.lane(id).add(block.Row{Kind: kind, Operator: -1, Inv: t.inv, Body: mustJSON(body)})
}

// flush closes all open blocks; lanes in order, so that a seed always gives the same bytes.
func (t *task) flush() {
	for id := event.LaneOut; id <= event.LaneGap; id++ {
		if l := t.lanes[id]; l != nil {
			l.close()
		}
	}
}

// barrierIn and barrierOut note the counters of one end of a channel at a checkpoint.
func (t *task) barrierIn(checkpoint uint64) {
	for _, c := range t.in {
		t.did(event.KindBarrierIn, -1, c, "", block.Row{Checkpoint: checkpoint})
		t.lane(event.LaneDet).open.Barrier(block.Barrier{
			Checkpoint: checkpoint, In: true, Partition: c.from.key, Subpartition: uint32(c.sub), Seq: c.consumed})
	}
}

func (t *task) barrierOut(checkpoint uint64) {
	if len(t.out) == 0 {
		return
	}
	l := t.lane(event.LaneOut)
	l.begin()
	for _, o := range t.out {
		for sub, seq := range o.next {
			l.open.Barrier(block.Barrier{Checkpoint: checkpoint, Partition: o.key, Subpartition: uint32(sub), Seq: seq})
		}
	}
}

// snapshot takes a checkpoint: barriers in, state, barriers out, and a new interval.
func (t *task) snapshot(checkpoint uint64) {
	t.barrierIn(checkpoint)
	t.begin()
	t.did(event.KindCheckpoint, -1, nil, "", block.Row{Checkpoint: checkpoint})
	t.barrierOut(checkpoint)
	t.flush()
	t.checkpoint = checkpoint
}

// advance emits a watermark to all consumers.
func (t *task) advance(ms int64) {
	t.watermark = ms
	for _, o := range t.out {
		_, run := t.send(o, -1, element{kind: event.KindWatermark, time: ms, order: -1}, watermarkBytes(ms))
		t.lane(event.LaneOut).open.Watermark(block.WatermarkRange{Partition: o.key, First: ms, Last: ms})
		t.sim.after(run)
	}
}

// combine takes a watermark from channel c and tells whether the task's own went up.
func (t *task) combine(c *channel, ms int64) bool {
	c.watermark = ms
	low := ms
	for _, other := range t.in {
		low = min(low, other.watermark)
	}
	if low <= t.watermark {
		return false
	}
	t.watermark = low
	t.did(event.KindWatermarkIn, -1, nil, "", block.Row{Time: low})
	t.lane(event.LaneDet).open.Watermark(block.WatermarkRange{In: true, First: low, Last: low})
	return true
}

func (t *task) String() string { return fmt.Sprintf("%s %s", t.name, t.key) }

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("generated body does not encode: %v", err)) // a bug of this package
	}
	return b
}
