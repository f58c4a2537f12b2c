package ingesttest

import (
	"math"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// The shape of the reference load.
const (
	batch          = 64 // records of each source in a tick
	windowUsers    = 200
	windowParents  = 10
	windowTicks    = windowUsers * windowParents / batch // a window's records, and a few more
	referenceUsers = 100_000
	stepUS         = 50 // between the turns of two tasks
	tickUS         = 5_000
	watermarkTicks = 4
	barrierTicks   = 200
	lateMS         = 400 // behind the watermark

	badEvery       = 5_000 // one in so many does not parse
	thrownEvery    = 4     // and of these gives an exception
	duplicateEvery = 100
	lateEvery      = 2_000
	needleEvery    = 1_000_003
	gapTicks       = 997
)

func (w *reference) play() {
	w.build()
	for w.truth.Events < w.options.Events && w.err == nil {
		w.tick()
	}
	w.watermark(w.time() - watermarkTicks*tickUS/1000)
	for _, stage := range w.stages {
		for _, t := range stage {
			t.body(event.LaneJob, event.KindTaskState, map[string]any{"from": "RUNNING", "to": "FINISHED", "at_us": w.now, "error": ""})
			t.body(event.LaneJob, event.KindTaskEnded, map[string]any{"state": "FINISHED", "invocations": t.inv})
			t.flush()
		}
	}
	w.job.manager.body(event.LaneJob, event.KindJobState, map[string]any{"state": "FINISHED", "job_name": w.job.name, "at_us": w.now, "error": ""})
	w.job.manager.flush()
}

// time is event time, which follows the clock.
func (w *reference) time() int64 { return w.now / 1000 }

// tick lets every task do what came to it, sources first.
func (w *reference) tick() {
	begin := w.now
	turn := func(stage int, do func(*referenceTask)) {
		for _, t := range w.stages[stage] {
			w.now += stepUS
			do(t)
		}
	}
	turn(0, w.read)
	turn(1, w.parse)
	turn(2, w.enrich)
	turn(3, w.collect)
	w.ticks++
	if w.ticks%watermarkTicks == 0 {
		w.watermark(w.time() - watermarkTicks*tickUS/1000)
	}
	if w.ticks%barrierTicks == 0 {
		w.barrier()
	}
	if w.ticks%gapTicks == gapTicks/2 {
		w.lose(w.stages[2][w.rand.IntN(len(w.stages[2]))])
	}
	w.now = max(w.now, begin+tickUS)
}

// value keeps bytes until the block that has them is built: chunks are never used again.
func (w *reference) value(write func([]byte) []byte) []byte {
	if cap(w.buffer)-len(w.buffer) < 1024 {
		w.buffer = make([]byte, 0, 256<<10)
	}
	from := len(w.buffer)
	w.buffer = write(w.buffer)
	return w.buffer[from:len(w.buffer):len(w.buffer)]
}

// did writes the det row of the running invocation.
func (w *reference) did(t *referenceTask, kind event.Kind, c *channel, path string, time int64) {
	r := block.Row{Kind: kind, Inv: t.inv, Path: w.path(path), Time: time}
	if c != nil {
		r.Channel = c.place
	}
	t.det.add(r)
	if kind == event.KindElements {
		c.consumed++
	}
}

// send writes the row of a record and gives it its number.
func (w *reference) send(t *referenceTask, sub int, ms int64, value []byte) event.Element {
	return w.emit(t, t.inv, sub, event.KindRecord, ms, value)
}

func (w *reference) emit(t *referenceTask, inv uint64, sub int, kind event.Kind, ms int64, value []byte) event.Element {
	o := t.outlet()
	t.out.add(block.Row{Kind: kind, Inv: inv, Partition: o.key, Subpartition: sub, Value: value, Timed: true, EventTime: ms})
	e := event.Element{Partition: o.key, Subpartition: uint32(max(sub, 0)), Seq: o.next[max(sub, 0)]}
	if sub >= 0 {
		o.next[sub]++
		return e
	}
	for i := range o.next {
		o.next[i]++
	}
	return e
}

func (t *referenceTask) outlet() *outlet { return t.task.out[0] }

// deal gives the user of the next record: each window deals a shuffled deck in which every user is there windowParents times.
func (w *reference) deal() uint64 {
	if window := w.time() / referenceWindowMS; window != w.window || len(w.deck) == 0 {
		w.window = window
		users := windowUsers * w.options.Subtasks
		w.deck = w.deck[:0]
		for i := range users * windowParents {
			w.deck = append(w.deck, (uint64(window)*613+uint64(i/windowParents))%referenceUsers)
		}
		w.rand.Shuffle(len(w.deck), func(i, j int) { w.deck[i], w.deck[j] = w.deck[j], w.deck[i] })
	}
	last := len(w.deck) - 1
	user := w.deck[last]
	w.deck = w.deck[:last]
	return user
}

// read takes a batch of records from Kafka.
func (w *reference) read(t *referenceTask) {
	p := int(t.id.Subtask)
	to := w.stages[1][p]
	for range batch {
		t.begin()
		e := referenceRecord{n: w.n, key: w.deal(), time: w.time(), cents: int64(100 + w.rand.IntN(99_900)), session: w.rand.Uint32(),
			needle: w.n%needleEvery == needleEvery/2 || w.n == 777}
		if e.n%lateEvery == lateEvery/2 && w.ticks*tickUS/1000 > 2*lateMS {
			e.time -= lateMS
		}
		w.n++
		at := event.KafkaPosition{Topic: "events", Partition: int32(p), Offset: w.offsets[0][p]}
		w.offsets[0][p]++
		text := w.value(e.json)
		t.src.add(block.Row{Kind: event.KindSourceRecord, Inv: t.inv, Split: w.splits[0][p], Offset: at.Offset, SplitTime: w.time(), Emitted: 1,
			Value: text, Key: w.value(e.user)})
		w.did(t, event.KindSource, nil, "0(>0)", 0)
		e.sent = w.send(t, 0, e.time, w.value(func(b []byte) []byte { return e.line(b, text) }))
		if e.n%w.sampleRecord == 0 {
			e.sample = &ReferenceRecord{Read: at, Source: t.invocation()}
			e.sample.Sent[0] = e.sent
		}
		if e.needle {
			w.told.Needles = append(w.told.Needles, at)
		}
		to.queues[0] = append(to.queues[0], e)
	}
	t.count(0, batch, batch)
}

func (w *reference) parse(t *referenceTask) {
	c, passed := t.in[0], uint64(0)
	for _, e := range t.queues[0] {
		t.begin()
		if e.n%badEvery == badEvery/3 {
			w.did(t, event.KindElements, c, "0()", 0)
			t.trace.add(block.Row{Kind: event.KindDropped, Inv: t.inv, Reason: event.DropParseError, Number: math.MinInt64, Number2: math.MinInt64,
				Value: w.value(e.json)})
			if e.n/badEvery%thrownEvery == 0 {
				t.log.add(block.Row{Kind: event.KindException, Inv: t.inv, Value: mustJSON(map[string]any{
					"class": "bench.ParseException", "message": "no number", "stack": "bench.Parse.flatMap(Parse.java:31)", "where": "operator", "at_us": w.now})})
			}
			continue
		}
		w.did(t, event.KindElements, c, "0(>0)", 0)
		passed++
		sub := int(e.key % uint64(w.options.Subtasks))
		e.sent = w.send(t, sub, e.time, w.value(e.pojo))
		if e.sample != nil {
			e.sample.Sent[1] = e.sent
		}
		to := w.stages[2][sub]
		to.queues[t.id.Subtask] = append(to.queues[t.id.Subtask], e)
	}
	t.count(0, uint64(len(t.queues[0])), passed)
	t.queues[0] = t.queues[0][:0]
}

func (w *reference) enrich(t *referenceTask) {
	for from, queue := range t.queues {
		c, passed := t.in[from], uint64(0)
		for _, e := range queue {
			t.begin()
			if e.n%duplicateEvery == duplicateEvery/2 {
				w.did(t, event.KindElements, c, "0()", 0)
				t.trace.add(block.Row{Kind: event.KindDropped, Inv: t.inv, Reason: event.DropDuplicate, Number: math.MinInt64, Number2: math.MinInt64})
				continue
			}
			w.did(t, event.KindElements, c, "0(>0)", 0)
			passed++
			sub := int(e.key / uint64(w.options.Subtasks) % uint64(w.options.Subtasks))
			e.sent = w.send(t, sub, e.time, w.value(func(b []byte) []byte {
				return e.row(appendLong(append(b, elementWithTimestamp), e.time))
			}))
			if e.sample != nil {
				e.sample.Sent[2] = e.sent
			}
			to := w.stages[3][sub]
			to.queues[t.id.Subtask] = append(to.queues[t.id.Subtask], e)
		}
		t.count(0, uint64(len(queue)), passed)
		t.queues[from] = queue[:0]
	}
}

// barrier takes a checkpoint, and loses a stretch of one lane now and then.
func (w *reference) barrier() {
	w.told.Checkpoints++
	id := w.told.Checkpoints
	told := func(phase string, at, duration, bytes int64) {
		w.job.manager.body(event.LaneJob, event.KindJobCheckpoint, map[string]any{"checkpoint": id, "phase": phase, "at_us": at,
			"duration_ms": duration, "bytes": bytes, "kind": "checkpoint", "reason": "", "path": ""})
	}
	told("triggered", w.now, 0, 0)
	for _, stage := range w.stages {
		for _, t := range stage {
			t.snapshot(id)
		}
	}
	told("completed", w.now+18_000, 18, 48_213)
	w.job.manager.flush()
}

// lose reports that rows of lane out of one task were lost; its blocks closed before.
func (w *reference) lose(t *referenceTask) {
	const events, bytes = 40, 3800
	t.flush()
	from, first := w.now, t.inv+1
	t.inv += events
	w.now += stepUS
	w.told.Gaps++
	l := t.lane(event.LaneGap)
	l.add(block.Row{Kind: event.KindGap, Operator: -1, Inv: first, N: events, Body: mustJSON(event.GapBody{Lane: event.LaneOut,
		Reason: event.GapBufferFull, First: first, Last: t.inv, Events: events, Bytes: bytes, FromUS: from, ToUS: w.now, Text: "the agent's buffer was full"})})
	l.open.Gap(block.GapRange{Lane: event.LaneOut, Reason: event.GapBufferFull, FirstInv: first, LastInv: t.inv, Events: events, Bytes: bytes})
}
