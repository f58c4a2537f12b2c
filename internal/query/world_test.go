package query

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// world plays random jobs and records them: tasks with several inputs and outputs, unicast and broadcast, sinks and sources,
// nested timers, runs, restarts of nothing. Blocks close at random; some are lost when loss says so.
type world struct {
	t     *testing.T
	rng   *rand.Rand
	store *memory.Store
	now   int64
	recs  []event.RecordingID
	tasks []*actor
	raw   [][]byte // all blocks that were stored
	topic map[int32]int64
	sent  map[event.KafkaPosition]int64 // timestamp
	loss  float64
	marks bool  // tasks tell their watermarks, which are not what their channels' come to
	gap   int64 // µs between steps, at most twice of it; 0 = 500
}

type actor struct {
	rec    event.RecordingID
	key    event.Key
	def    event.AttemptDef
	inv    uint64
	ins    []*pipe
	outs   []*outgoing
	source bool
	offset int64
	lanes  map[event.Lane]*laneWriter
	read   map[int32]int64 // of the topic between the jobs
	sink   bool
}

// pipe is a channel with the kinds of the elements on their way.
type pipe struct {
	partition event.Key
	sub       uint32
	next      uint64
	waiting   []event.Kind
	place     int
}

type outgoing struct {
	key       event.Key
	next      []uint64
	pipes     []*pipe
	broadcast bool
}

type laneWriter struct {
	b      *block.Builder
	number uint64
	run    *block.Row
	zoned  bool // the open block has barriers: it counts without rows too
}

func hashKey(parts ...any) event.Key {
	sum := sha256.Sum256([]byte(fmt.Sprint(parts...)))
	return event.Key(binary.BigEndian.Uint64(sum[:]))
}

func newWorld(t *testing.T, seed uint64, loss float64) *world {
	w := &world{t: t, rng: rand.New(rand.NewPCG(seed, 7)), store: memory.New(), now: 1_700_000_000_000_000, topic: make(map[int32]int64),
		sent: make(map[event.KafkaPosition]int64), loss: loss}
	for job := range 2 {
		sum := sha256.Sum256([]byte(fmt.Sprint(seed, job)))
		rec := event.RecordingID(sum[:16])
		w.recs = append(w.recs, rec)
		w.deploy(seed, job, rec)
	}
	return w
}

// deploy makes 2 to 4 levels of vertices; each subtask reads from all subtasks of the level before.
func (w *world) deploy(seed uint64, job int, rec event.RecordingID) {
	levels := 2 + w.rng.IntN(3)
	var before []*actor
	for level := range levels {
		parallelism := 1 + w.rng.IntN(3)
		var tasks []*actor
		for sub := range parallelism {
			a := &actor{rec: rec, key: hashKey(seed, job, level, sub), source: level == 0, sink: level == levels-1 || w.rng.IntN(4) == 0,
				lanes: make(map[event.Lane]*laneWriter), read: make(map[int32]int64)}
			kind := "map"
			if a.source {
				kind = "source"
			}
			a.def = event.AttemptDef{Recording: rec.String(), JobName: fmt.Sprint("job", job), AttemptKey: a.key.String(),
				Vertex: hex.EncodeToString(binary.BigEndian.AppendUint64(make([]byte, 8), uint64(level+1))), Task: fmt.Sprint("v", level),
				Subtask: sub, Parallelism: parallelism,
				Chain: []event.ChainOperatorDef{
					{Index: 0, Operator: fmt.Sprintf("%016x%08x%08x", seed, job, level), Name: fmt.Sprintf("op %d.%d", job, level), Kind: kind,
						In: make([]string, 1+level/3), Stateful: w.rng.IntN(3) == 0, Outputs: []int{0, 1}, Next: []int{1}},
					{Index: 1, Operator: fmt.Sprintf("%016x%08x%08x", seed, job, level+100), Name: fmt.Sprintf("sink %d.%d", job, level), Kind: "sink"},
				}}
			tasks = append(tasks, a)
		}
		for i, from := range before {
			for output := range 1 + w.rng.IntN(2) {
				o := &outgoing{key: hashKey(seed, job, level, i, output, "p"), broadcast: w.rng.IntN(3) == 0}
				for sub, to := range tasks {
					p := &pipe{partition: o.key, sub: uint32(sub), place: len(to.ins)}
					to.ins = append(to.ins, p)
					o.pipes = append(o.pipes, p)
					o.next = append(o.next, 0)
				}
				from.outs = append(from.outs, o)
				w.define(event.DefPartition, event.PartitionDef{Partition: o.key.String(), Dataset: fmt.Sprint("d", level, output),
					Attempt: from.key.String(), Output: output, Subpartitions: len(tasks)})
			}
		}
		for _, a := range tasks {
			w.define(event.DefAttempt, a.def)
		}
		w.tasks = append(w.tasks, tasks...)
		before = tasks
	}
}

func (w *world) define(kind event.DefinitionKind, v any) event.DefinitionID {
	body, err := json.Marshal(v)
	if err != nil {
		w.t.Fatal(err)
	}
	d := event.NewDefinition(kind, body)
	if err := w.store.Define(context.Background(), d); err != nil {
		w.t.Fatal(err)
	}
	return d.ID
}

// play runs n invocations and closes all blocks.
func (w *world) play(n int) {
	for range n {
		w.now += int64(w.rng.IntN(3)) * cmp.Or(w.gap, 500) // many rows share a moment
		w.step(w.tasks[w.rng.IntN(len(w.tasks))])
	}
	w.flushAll()
}

func (w *world) flushAll() {
	for _, a := range w.tasks {
		for lane := range event.LaneLog {
			w.close(a, lane)
		}
	}
}

func (w *world) step(a *actor) {
	if a.source {
		w.readOne(a)
		return
	}
	var ready []*pipe
	for _, p := range a.ins {
		if len(p.waiting) > 0 {
			ready = append(ready, p)
		}
	}
	if len(ready) == 0 {
		return
	}
	p := ready[w.rng.IntN(len(ready))]
	kind := p.waiting[0]
	p.waiting = p.waiting[1:]
	a.inv++
	inv := a.inv
	path := "0()"
	if kind != event.KindRecord {
		path = "0w()"
		if w.rng.IntN(3) == 0 { // a timer inside, recorded before the watermark's own row
			a.inv++
			w.row(a, event.LaneDet, block.Row{Kind: event.KindEventTimer, Operator: 0, Inv: a.inv, N: 1, Time: w.now / 1000, Path: w.path(w.effects(a, a.inv))})
		}
	} else {
		path = w.effects(a, inv)
	}
	w.detRun(a, block.Row{Kind: event.KindElements, Operator: -1, Inv: inv, N: 1, Channel: p.place, Path: w.path(path)})
	p.next++
	if w.marks && kind == event.KindWatermark && inv%3 > 0 {
		to := w.now/1000 - 15
		w.row(a, event.LaneDet, block.Row{Kind: event.KindWatermarkIn, Operator: -1, Inv: inv, N: 1, Time: to})
	}
}

// readOne reads a source record: of job 0 its own, of job 1 what job 0 wrote to the topic.
func (w *world) readOne(a *actor) {
	r := block.Row{Kind: event.KindSourceRecord, Operator: -1}
	if a.rec == w.recs[1] {
		p := int32(w.rng.IntN(2))
		if a.read[p] >= w.topic[p] {
			return
		}
		pos := event.KafkaPosition{Topic: "between", Partition: p, Offset: a.read[p]}
		r.Split, r.Offset, r.SplitTime = w.split(pos, a.rec), pos.Offset, w.sent[pos]
		a.read[p]++
	} else {
		r.Split = w.split(event.KafkaPosition{Topic: "in", Partition: int32(a.def.Subtask)}, a.rec)
		r.Offset, r.SplitTime = a.offset, w.now/1000
		a.offset++
	}
	a.inv++
	r.Inv = a.inv
	w.row(a, event.LaneSrc, r)
	w.detRun(a, block.Row{Kind: event.KindSource, Operator: -1, Inv: a.inv, N: 1, Path: w.path(w.effects(a, a.inv))})
}

func (w *world) split(p event.KafkaPosition, rec event.RecordingID) event.DefinitionID {
	// The jobs spell the cluster differently; one names no cluster.
	cluster := "a:1,b:2"
	if rec == w.recs[1] {
		cluster = []string{"", "B:2"}[p.Partition%2]
	}
	return w.define(event.DefSplit, event.SplitDef{Kind: "kafka", Topic: p.Topic, Partition: p.Partition, Cluster: cluster})
}

func (w *world) path(text string) event.DefinitionID {
	if text == "" {
		return 0
	}
	return w.define(event.DefPath, event.PathDef{P: text})
}

// effects sends and writes at random and returns the path, which is left out at times.
func (w *world) effects(a *actor, inv uint64) string {
	path := "0("
	for output, o := range a.outs {
		for range w.rng.IntN(2) {
			kind := event.KindRecord
			if w.rng.IntN(8) == 0 {
				kind = event.KindWatermark
			}
			r := block.Row{Kind: kind, Operator: 0, Inv: inv, N: 1, Partition: o.key, Subpartition: w.rng.IntN(len(o.pipes)), Value: []byte("v")}
			r.Timed, r.EventTime = inv%6 > 0, w.now/1000-int64(inv*7%40)
			if o.broadcast && w.rng.IntN(2) == 0 || kind == event.KindWatermark {
				r.Subpartition = -1
			}
			if kind == event.KindWatermark {
				r.Timed, r.EventTime = true, w.now/1000-int64(inv%7)
			}
			w.row(a, event.LaneOut, r)
			for sub, p := range o.pipes {
				if r.Subpartition < 0 || r.Subpartition == sub {
					o.next[sub]++
					p.waiting = append(p.waiting, kind)
				}
			}
			if kind == event.KindRecord {
				path += fmt.Sprintf(">%d", output%2)
			}
		}
	}
	if a.sink && w.rng.IntN(2) == 0 {
		path += "1(!)"
		p := int32(w.rng.IntN(2))
		topic := "out"
		if a.rec == w.recs[0] {
			topic = "between"
		}
		pos := event.KafkaPosition{Topic: topic, Partition: p, Offset: w.topic[p]}
		if topic == "between" {
			w.topic[p]++
			w.sent[pos] = w.now / 1000
		} else {
			pos.Offset = a.offset
			a.offset++
			pos.Partition = int32(a.def.Subtask)
		}
		w.row(a, event.LaneTrace, block.Row{Kind: event.KindWritten, Operator: 1, Inv: inv, Split: w.split(pos, a.rec), Offset: pos.Offset, SplitTime: w.now / 1000})
	}
	if w.rng.IntN(6) == 0 {
		w.row(a, event.LaneTrace, block.Row{
			Kind: event.KindDropped, Operator: w.rng.IntN(2), Inv: inv, Reason: event.DropReason(1 + w.rng.IntN(3)), Number: w.against(inv),
			HasTime: inv%4 > 0, Time: int64(inv % 9), Number2: int64(inv % 3),
		})
	}
	if w.marks && inv%5 == 0 {
		w.row(a, event.LaneTrace, block.Row{Kind: event.KindCause, Operator: 0, Inv: inv, What: causeOfAsync, Number: int64(inv - 1 - inv%3)})
	}
	if w.rng.IntN(10) == 0 {
		return ""
	}
	return path + ")"
}

// against is what a dropped record was compared with.
func (w *world) against(inv uint64) int64 {
	n := w.rng.Int64N(9)
	if w.marks && inv%7 == 6 {
		return math.MaxInt64
	}
	return n
}

// detRun adds an invocation to lane det, to the run before it when it goes on with that.
func (w *world) detRun(a *actor, r block.Row) {
	l := w.lane(a, event.LaneDet)
	if p := l.run; p != nil && p.Kind == r.Kind && p.Channel == r.Channel && p.Path == r.Path && p.Inv+uint64(p.N) == r.Inv {
		p.N++
		return
	}
	w.endRun(l)
	r.Wall = w.now
	l.run = &r
	if w.rng.IntN(20) == 0 {
		w.close(a, event.LaneDet)
	}
}

func (w *world) endRun(l *laneWriter) {
	if l.run != nil {
		l.b.Add(*l.run)
		l.run = nil
	}
}

func (w *world) row(a *actor, lane event.Lane, r block.Row) {
	l := w.lane(a, lane)
	w.endRun(l)
	r.Wall = w.now
	if r.Kind == event.KindWatermarkIn {
		l.b.Watermark(block.WatermarkRange{In: true, First: r.Time, Last: r.Time})
	}
	l.b.Add(r)
	if w.rng.IntN(20) == 0 {
		w.close(a, lane)
	}
}

func (w *world) lane(a *actor, lane event.Lane) *laneWriter {
	l := a.lanes[lane]
	if l == nil {
		l = new(laneWriter)
		a.lanes[lane] = l
	}
	if l.b != nil {
		return l
	}
	l.b = block.NewBuilder(block.Spec{Recording: a.rec, Attempt: a.key, Lane: lane, Number: l.number, Codec: block.Codec(l.number % 2)})
	l.number++
	switch lane {
	case event.LaneOut:
		for _, o := range a.outs {
			for sub, seq := range o.next {
				l.b.Base(o.key, uint32(sub), seq)
			}
		}
	case event.LaneDet:
		for _, p := range a.ins {
			l.b.Channel(block.Channel{Partition: p.partition, Subpartition: p.sub, Index: uint32(p.place), FirstSeq: p.next})
		}
	}
	return l
}

func (w *world) close(a *actor, lane event.Lane) {
	l := a.lanes[lane]
	if l == nil || l.b == nil {
		return
	}
	w.endRun(l)
	b := l.b
	l.b = nil
	if b.Rows() == 0 && !l.zoned {
		l.number--
		return
	}
	l.zoned = false
	raw, err := b.Finish()
	if err != nil {
		w.t.Fatal(err)
	}
	if w.loss > 0 && w.rng.Float64() < w.loss {
		return
	}
	h, err := block.Verify(raw)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.store.Append(context.Background(), h, raw); err != nil {
		w.t.Fatal(err)
	}
	w.raw = append(w.raw, raw)
}

func definitionsOf(w *world) []event.Definition {
	list, _ := w.store.Definitions(0)
	return list
}

// shuffled is the world's blocks in an order in which several agents might send them.
func shuffled(w *world) [][]byte {
	list := append([][]byte(nil), w.raw...)
	for i := range list {
		j := i + w.rng.IntN(min(10, len(list)-i))
		list[i], list[j] = list[j], list[i]
	}
	return list
}

func appendRaw(t *testing.T, w *world, raw []byte) {
	t.Helper()
	h, err := block.Verify(raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.Append(context.Background(), h, raw); err != nil {
		t.Fatal(err)
	}
}

// feed stores blocks, one after the other.
func (w *world) feed(blocks [][]byte) error {
	for _, raw := range blocks {
		h, err := block.Verify(raw)
		if err != nil {
			return err
		}
		if _, err := w.store.Append(context.Background(), h, raw); err != nil {
			return err
		}
	}
	return nil
}
