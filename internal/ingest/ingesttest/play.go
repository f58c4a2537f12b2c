package ingesttest

import (
	"fmt"
	"math"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

const (
	merchants       = 24
	ordersPerTick   = 200 // between watermarks
	ordersPerRate   = 100
	checkpointUS    = 3_000_000
	windowMS        = 1000
	alertOver       = 60_000 // cents
	poisonEvery     = 1000
	duplicateChance = 25 // one in so many
)

// shop is the state of both jobs.
type shop struct {
	*simulation
	totals, alerts             *job
	parse, fx, convert, window *vertex
	filter                     *vertex
	recent                     []element // for duplicates
	windows                    []map[int]*total
	lastCheckpointUS           int64
	watermarkMS                int64
}

// total is a window of one merchant.
type total struct {
	start int64
	cents int64
	count int
}

func (s *simulation) play() {
	w := &shop{simulation: s, windows: []map[int]*total{{}, {}}, lastCheckpointUS: s.now}
	w.build()
	for i := 0; i < s.opt.Orders && s.err == nil; i++ {
		s.now += s.opt.StepUS
		if i%ordersPerRate == 0 {
			w.rate(i / ordersPerRate)
			s.drain()
		}
		w.order(i)
		s.drain()
		if i%ordersPerTick == ordersPerTick-1 {
			w.tick()
		}
		if s.now-w.lastCheckpointUS >= checkpointUS {
			w.snapshotAll()
		}
	}
	s.now += s.opt.StepUS
	w.end()
	s.truth.WallMax = s.now
}

func (w *shop) build() {
	seed := w.opt.Seed
	w.parse = &vertex{name: "Source: orders -> parse", parallelism: 2, source: true, partitioner: "KeyGroupStreamPartitioner",
		serializer: tupleDescriptor("string", "string", "long", "string"),
		operators: []event.ChainOperatorDef{
			operator(seed, 0, "Source: orders", "source", "SourceOperator", true, []int{1}, nil),
			operator(seed, 1, "parse", "map", "StreamFlatMap", false, nil, []int{0}),
		}}
	w.fx = &vertex{name: "Source: fx", parallelism: 1, source: true, partitioner: "BroadcastPartitioner",
		serializer: tupleDescriptor("string", "long"),
		operators:  []event.ChainOperatorDef{operator(seed, 0, "Source: fx", "source", "SourceOperator", true, nil, []int{0})}}
	w.convert = &vertex{name: "convert", parallelism: 2, partitioner: "KeyGroupStreamPartitioner",
		serializer: tupleDescriptor("string", "string", "long"),
		operators: []event.ChainOperatorDef{
			operator(seed, 0, "dedup", "process", "CoBroadcastWithKeyedOperator", true, []int{1}, nil),
			operator(seed, 1, "convert", "map", "StreamMap", false, nil, []int{0}),
		}}
	w.window = &vertex{name: "window -> Sink: merchant-totals", parallelism: 2,
		operators: []event.ChainOperatorDef{
			operator(seed, 0, "window", "window", "WindowOperator", true, []int{1}, nil),
			operator(seed, 1, "Sink: merchant-totals", "sink", "SinkWriterOperator", false, nil, nil),
		}}
	w.filter = &vertex{name: "Source: merchant-totals -> Calc -> Sink: alerts", parallelism: 1, source: true,
		operators: []event.ChainOperatorDef{
			operator(seed, 0, "Source: merchant-totals", "source", "SourceOperator", true, []int{1}, nil),
			operator(seed, 1, "Calc", "map", "StreamExecCalc", false, []int{2}, nil),
			operator(seed, 2, "Sink: alerts", "sink", "SinkWriterOperator", false, nil, nil),
		}}
	w.totals = w.deploy("shop-totals", w.parse, w.fx, w.convert, w.window)
	w.connect(w.totals, w.parse, w.convert, 0, w.onConvert)
	w.connect(w.totals, w.fx, w.convert, 1, w.onConvert)
	w.connect(w.totals, w.convert, w.window, 0, w.onWindow)
	w.alerts = w.deploy("shop-alerts", w.filter)
	w.truth.Totals, w.truth.Alerts = w.totals.recording, w.alerts.recording
}

// rate broadcasts a currency's rate.
func (w *shop) rate(n int) {
	t := w.totals.tasks[w.fx][0]
	t.begin()
	split := w.define(event.DefSplit, mustJSON(event.SplitDef{Kind: "shop.RateSource", ID: "rates"}))
	t.lane(event.LaneSrc).add(block.Row{Kind: event.KindOtherSourceRecord, Inv: t.inv, Split: split, Offset: int64(n), Emitted: 1,
		Timed: true, EventTime: w.now / 1000})
	t.did(event.KindSource, 0, nil, "0(>0)", block.Row{})
	t.count(0, 1, 1)
	ms := w.now / 1000
	_, run := t.send(t.out[0], -1, element{kind: event.KindRecord, time: ms, order: -1},
		rateBytes(ms, currencies[n%len(currencies)], int64(900_000+w.rand.IntN(300_000))))
	w.after(run)
}

// order produces one order, or a duplicate of a recent one, and lets it run through job shop-totals.
func (w *shop) order(n int) {
	partition := w.rand.IntN(len(w.kafka.orders))
	t := w.totals.tasks[w.parse][partition%2]
	e := element{kind: event.KindRecord, merchant: w.rand.IntN(merchants), cents: int64(100 + w.rand.IntN(9000)), order: n}
	number := n
	if len(w.recent) > 0 && w.rand.IntN(duplicateChance) == 0 {
		again := w.recent[w.rand.IntN(len(w.recent))]
		number, e.merchant, e.cents, e.duplicate = again.order, again.merchant, again.cents, true
	}
	poison := n%poisonEvery == poisonEvery/2
	currency := currencies[number%len(currencies)]
	e.time = w.now/1000 - int64(w.rand.IntN(40))
	at := event.KafkaPosition{Topic: "orders", Partition: int32(partition), Offset: w.kafka.orders[partition]}
	w.kafka.orders[partition]++
	truth := Order{Read: at, Source: t.begin(), Poison: poison, Duplicate: e.duplicate && !poison}
	t.lane(event.LaneSrc).add(block.Row{
		Kind: event.KindSourceRecord, Inv: t.inv,
		Split: w.split("orders", int32(partition)), Offset: at.Offset, SplitTime: w.now / 1000, Emitted: 1,
		Value: orderJSON(number, e.merchant, e.cents, currency, poison), Key: []byte(merchantName(e.merchant)), Headers: []byte{0},
	})
	if poison {
		t.did(event.KindSource, 0, nil, "0(1())", block.Row{})
		t.count(0, 1, 1)
		t.count(1, 1, 0)
		t.lane(event.LaneLog).add(block.Row{Kind: event.KindException, Operator: 1, Inv: t.inv, Value: mustJSON(map[string]any{
			"class": "java.lang.NumberFormatException", "message": `For input string: "twelve"`,
			"stack": "java.lang.Long.parseLong(Long.java:711)\nshop.ParseFunction.flatMap(ParseFunction.java:31)",
			"where": "operator", "element": at.String(), "at_us": w.now})})
		w.truth.Orders = append(w.truth.Orders, truth)
		return
	}
	if !e.duplicate {
		w.recent = append(w.recent, e)
		if len(w.recent) > 64 {
			w.recent = w.recent[1:]
		}
	}
	t.did(event.KindSource, 0, nil, "0(1(>0))", block.Row{})
	t.count(0, 1, 1)
	t.count(1, 1, 1)
	var run func()
	truth.Parsed, run = t.send(t.out[0], e.merchant%2, e, parsedBytes(e.time, number, e.merchant, e.cents, currency))
	w.truth.Orders = append(w.truth.Orders, truth)
	w.after(run)
}

// onConvert is the convert task: it drops duplicates, and remembers rates.
func (w *shop) onConvert(c *channel, e element) {
	t := c.to
	inv := t.begin()
	if e.kind == event.KindWatermark {
		t.did(event.KindElements, 0, c, "0w()", block.Row{})
		if t.combine(c, e.time) {
			t.advance(t.watermark)
		}
		return
	}
	if e.order < 0 { // a rate
		t.did(event.KindElements, 0, c, "0()", block.Row{})
		t.count(0, 1, 0)
		return
	}
	truth := &w.truth.Orders[e.order]
	truth.Convert = inv
	w.traceDedup(t, e)
	if e.duplicate {
		t.did(event.KindElements, 0, c, "0()", block.Row{})
		t.count(0, 1, 0)
		t.lane(event.LaneTrace).add(block.Row{
			Kind: event.KindDropped, Operator: 0, Inv: t.inv, Reason: event.DropDuplicate, Number: math.MinInt64, Number2: math.MinInt64,
		})
		return
	}
	t.did(event.KindElements, 0, c, "0(1(>0))", block.Row{})
	t.count(0, 1, 1)
	t.count(1, 1, 1)
	var run func()
	truth.Converted, run = t.send(t.out[0], (e.merchant/2)%2, e, convertedBytes(e.time, e.order, e.merchant, e.cents))
	w.after(run)
}

// onWindow is the window task: records go into state, watermarks let timers fire.
func (w *shop) onWindow(c *channel, e element) {
	t := c.to
	inv := t.begin()
	subtask := int(t.id.Subtask)
	if e.kind == event.KindRecord {
		w.truth.Orders[e.order].Window = inv
		t.did(event.KindElements, 0, c, "0()", block.Row{})
		t.count(0, 1, 0)
		sum := w.windows[subtask][e.merchant]
		if sum == nil {
			sum = &total{start: e.time / windowMS * windowMS}
			w.windows[subtask][e.merchant] = sum
		}
		before := *sum
		sum.cents += e.cents
		sum.count++
		w.traceAdd(t, e.merchant, before, *sum)
		return
	}
	t.did(event.KindElements, 0, c, "0w()", block.Row{})
	if !t.combine(c, e.time) {
		w.traceHeld(t)
		return
	}
	for m := range merchants {
		if sum := w.windows[subtask][m]; sum != nil && sum.start+windowMS <= t.watermark {
			w.fire(t, m, sum)
			delete(w.windows[subtask], m)
		}
	}
}

// fire writes a window's total to Kafka, from where job shop-alerts reads it.
func (w *shop) fire(t *task, merchant int, sum *total) {
	partition := merchant % len(w.kafka.totals)
	at := event.KafkaPosition{Topic: "merchant-totals", Partition: int32(partition), Offset: w.kafka.totals[partition]}
	w.kafka.totals[partition]++
	fired := Total{Timer: t.begin(), Written: at}
	t.did(event.KindEventTimer, 0, nil, "0(1(!))", block.Row{Time: sum.start + windowMS - 1})
	w.traceFire(t, merchant, *sum)
	t.count(0, 0, 1)
	t.count(1, 1, 0)
	t.lane(event.LaneTrace).add(block.Row{Kind: event.KindWritten, Operator: 1, Inv: t.inv,
		Split: w.split(at.Topic, at.Partition), Offset: at.Offset, SplitTime: w.now / 1000,
		Value: totalJSON(merchant, sum.cents, sum.count, sum.start), Key: []byte(merchantName(merchant))})
	w.alert(&fired, merchant, sum)
	w.truth.Fired = append(w.truth.Fired, fired)
}

// alert is job shop-alerts: one task that reads totals, filters, and writes.
func (w *shop) alert(fired *Total, merchant int, sum *total) {
	t := w.alerts.tasks[w.filter][0]
	fired.Read = t.begin()
	t.lane(event.LaneSrc).add(block.Row{Kind: event.KindSourceRecord, Inv: t.inv,
		Split: w.split(fired.Written.Topic, fired.Written.Partition), Offset: fired.Written.Offset, SplitTime: w.now / 1000, Emitted: 1,
		Value: totalJSON(merchant, sum.cents, sum.count, sum.start), Key: []byte(merchantName(merchant))})
	t.count(0, 1, 1)
	if sum.cents <= alertOver {
		t.did(event.KindSource, 0, nil, "0(1())", block.Row{})
		t.count(1, 1, 0)
		return
	}
	t.did(event.KindSource, 0, nil, "0(1(2(!)))", block.Row{})
	t.count(1, 1, 1)
	t.count(2, 1, 0)
	fired.Alerted = true
	fired.Alert = event.KafkaPosition{Topic: "alerts", Offset: w.kafka.alerts}
	w.kafka.alerts++
	t.lane(event.LaneTrace).add(block.Row{Kind: event.KindWritten, Operator: 2, Inv: t.inv,
		Split: w.split("alerts", 0), Offset: fired.Alert.Offset, SplitTime: w.now / 1000,
		Value: alertJSON(merchant, sum.cents)})
}

// tick lets both sources emit a watermark from a timer callback.
func (w *shop) tick() {
	ms := w.now/1000 - 50
	if ms <= w.watermarkMS {
		return
	}
	w.watermarkMS = ms
	for _, t := range append(w.totals.tasks[w.parse], w.totals.tasks[w.fx]...) {
		t.begin()
		t.did(event.KindProcessingCallback, -1, nil, "", block.Row{Time: w.now / 1000})
		t.advance(ms)
	}
	w.drain()
}

// snapshotAll takes a checkpoint of each job, sources first.
func (w *shop) snapshotAll() {
	w.lastCheckpointUS = w.now
	w.truth.Checkpoints++
	id := w.truth.Checkpoints
	for _, j := range []*job{w.totals, w.alerts} {
		j.manager.body(event.LaneJob, event.KindJobCheckpoint, map[string]any{
			"checkpoint": id, "phase": "triggered", "at_us": w.now, "duration_ms": 0, "bytes": 0, "kind": "checkpoint", "reason": "", "path": ""})
		for _, v := range j.vertices {
			for _, t := range j.tasks[v] {
				t.snapshot(id)
			}
		}
		j.manager.body(event.LaneJob, event.KindJobCheckpoint, map[string]any{
			"checkpoint": id, "phase": "completed", "at_us": w.now + 18_000, "duration_ms": 18, "bytes": 48_213, "kind": "checkpoint",
			"reason": "", "path": fmt.Sprintf("file:/checkpoints/chk-%d", id)})
		j.manager.flush()
	}
}

// end closes everything; with Options.Ended tasks and jobs finish first.
func (w *shop) end() {
	if w.opt.Gap {
		w.lose(w.totals.tasks[w.convert][1])
	}
	for _, j := range []*job{w.totals, w.alerts} {
		for _, v := range j.vertices {
			for _, t := range j.tasks[v] {
				if w.opt.Ended {
					t.body(event.LaneJob, event.KindTaskState, map[string]any{"from": "RUNNING", "to": "FINISHED", "at_us": w.now, "error": ""})
					t.body(event.LaneJob, event.KindTaskEnded, map[string]any{"state": "FINISHED", "invocations": t.inv})
				}
				t.flush()
			}
		}
		if w.opt.Ended {
			j.manager.body(event.LaneJob, event.KindJobState, map[string]any{"state": "FINISHED", "job_name": j.name, "at_us": w.now, "error": ""})
		}
		j.manager.flush()
	}
}

// lose reports a stretch of lane out as lost: its blocks closed before, and the numbers go on behind it.
func (w *shop) lose(t *task) {
	t.flush()
	from, first := w.now, t.inv+1
	t.inv += 40
	w.now += 100_000
	body := event.GapBody{Lane: event.LaneOut, Reason: event.GapBufferFull, First: first, Last: t.inv, Events: 40, Bytes: 3800,
		FromUS: from, ToUS: w.now, Text: "the agent's buffer was full"}
	l := t.lane(event.LaneGap)
	l.add(block.Row{Kind: event.KindGap, Operator: -1, Inv: first, N: 40, Body: mustJSON(body)})
	l.open.Gap(block.GapRange{Lane: event.LaneOut, Reason: event.GapBufferFull, FirstInv: first, LastInv: t.inv, Events: 40, Bytes: 3800})
}
