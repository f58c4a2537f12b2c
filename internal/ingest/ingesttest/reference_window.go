package ingesttest

import (
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// referenceWindowMS is how long a window is.
const referenceWindowMS = windowTicks * tickUS / 1000

func (w *reference) ofWindow(user []byte, start int64, r block.Row) block.Row {
	r.Key = user
	r.Namespace = w.value(func(b []byte) []byte { return appendLong(appendLong(b, start), start+referenceWindowMS) })
	return r
}

// userKey is the key of a user, as StringSerializer writes it.
func (w *reference) userKey(user uint64) []byte {
	return w.value(func(b []byte) []byte {
		var text [24]byte
		return appendBytes(b, (&referenceRecord{key: user}).user(text[:0]))
	})
}

// collect puts what came into windows.
func (w *reference) collect(t *referenceTask) {
	for from, queue := range t.queues {
		c := t.in[from]
		for _, e := range queue {
			t.begin()
			w.did(t, event.KindElements, c, "0()", 0)
			start := e.time / referenceWindowMS * referenceWindowMS
			if start+referenceWindowMS-1 <= t.watermark {
				t.trace.add(block.Row{Kind: event.KindDropped, Inv: t.inv, Reason: event.DropWindowLate, HasTime: true, Time: e.time,
					Number: t.watermark, Key: w.userKey(e.key)})
				continue
			}
			w.gather(t, e, start)
		}
		t.count(0, uint64(len(queue)), 0)
		t.queues[from] = queue[:0]
	}
}

func (w *reference) gather(t *referenceTask, e referenceRecord, start int64) {
	users := t.windows[start]
	if users == nil {
		users = make(map[uint64]*gathered)
		t.windows[start] = users
	}
	g := users[e.key]
	fresh := g == nil
	if fresh {
		g = &gathered{parents: make([]event.Element, 0, windowParents)}
		users[e.key] = g
	}
	key, end := w.userKey(e.key), start+referenceWindowMS
	t.trace.add(w.ofWindow(key, start, block.Row{Kind: event.KindWindowAssigned, Inv: t.inv, State: w.state.windows, HasTime: true, Time: end}))
	ordinal := uint32(1)
	t.states.add(w.ofWindow(key, start, block.Row{Kind: event.KindStateWritten, Inv: t.inv, Ordinal: ordinal, What: callAdd, State: w.state.contents,
		Value: w.value(func(b []byte) []byte { return e.row(append(b, 0, 0, 0, 1)) })})) // a list of one
	if fresh {
		ordinal++
		t.trace.add(w.ofWindow(key, start, block.Row{Kind: event.KindTimerRegistered, Inv: t.inv, Ordinal: ordinal, Flags: timerOfEventTime,
			State: w.state.timers, HasTime: true, Time: end - 1}))
	}
	g.cents += e.cents
	g.count++
	g.parents = append(g.parents, e.sent)
	if e.sample != nil {
		e.sample.Window = t.invocation()
		w.told.Records = append(w.told.Records, *e.sample)
	}
}

// fire gives the results of all windows that the watermark has passed.
func (w *reference) fire(t *referenceTask) {
	for _, start := range slices.Sorted(maps.Keys(t.windows)) {
		if start+referenceWindowMS-1 > t.watermark {
			return
		}
		users := t.windows[start]
		for _, user := range slices.Sorted(maps.Keys(users)) {
			w.result(t, user, start, users[user])
		}
		delete(t.windows, start)
	}
}

func (w *reference) result(t *referenceTask, user uint64, start int64, g *gathered) {
	t.begin()
	key, end := w.userKey(user), start+referenceWindowMS
	w.did(t, event.KindEventTimer, nil, "0(>0)", end-1)
	tell := func(l *lane, ordinal uint32, r block.Row) {
		r.Inv, r.Ordinal = t.inv, ordinal
		l.add(w.ofWindow(key, start, r))
	}
	tell(t.trace, 0, block.Row{Kind: event.KindTimerFired, Flags: timerOfEventTime, State: w.state.timers, HasTime: true, Time: end - 1})
	tell(t.states, 1, block.Row{Kind: event.KindStateRead, What: callGet, State: w.state.contents})
	tell(t.trace, 2, block.Row{Kind: event.KindWindowFired, State: w.state.windows, HasTime: true, Time: end})
	tell(t.states, 3, block.Row{Kind: event.KindStateCleared, State: w.state.contents})
	tell(t.trace, 4, block.Row{Kind: event.KindWindowPurged, What: purgedByTime, State: w.state.windows, HasTime: true, Time: end})
	name := key[1:]
	sent := w.send(t, 0, end-1, w.value(func(b []byte) []byte { return resultBytes(b, end-1, name, g.cents, g.count) }))
	t.count(0, 0, 1)
	r := referenceResult{user: name, start: start, gathered: *g}
	if (user+uint64(start))%w.sampleResult == 0 {
		r.sample = &ReferenceResult{User: string(name), Window: start, Timer: t.invocation(), Sent: sent, Parents: g.parents}
	}
	to := w.stages[4][t.id.Subtask]
	to.results = append(to.results, r)
}

// write gives results to Kafka.
func (w *reference) write(t *referenceTask) {
	c, p := t.in[0], int(t.id.Subtask)
	for _, r := range t.results {
		t.begin()
		w.did(t, event.KindElements, c, "0(!)", 0)
		at := event.KafkaPosition{Topic: "results", Partition: int32(p), Offset: w.offsets[1][p]}
		w.offsets[1][p]++
		t.trace.add(block.Row{Kind: event.KindWritten, Inv: t.inv, Split: w.splits[1][p], Offset: at.Offset, SplitTime: w.time(),
			Value: w.value(func(b []byte) []byte { return resultJSON(b, r.user, r.start, r.cents, r.count) }), Key: r.user})
		if r.sample != nil {
			r.sample.Written = at
			w.told.Results = append(w.told.Results, *r.sample)
		}
	}
	t.count(0, uint64(len(t.results)), 0)
	t.results = t.results[:0]
}

// watermark goes from the sources to the sinks, and lets windows fire on its way.
func (w *reference) watermark(ms int64) {
	for _, t := range w.stages[0] {
		w.now += stepUS
		t.begin()
		w.did(t, event.KindProcessingCallback, nil, "0(>0)", w.time())
		w.advance(t, t.inv, ms)
	}
	for _, stage := range w.stages[1:] {
		for _, t := range stage {
			w.now += stepUS
			if len(t.results) > 0 {
				w.write(t)
			}
			for _, c := range t.in {
				t.begin()
				w.did(t, event.KindElements, c, "0w()", 0)
				if !t.combine(c, ms) {
					continue
				}
				inv := t.inv // timers have invocations of their own within this one
				w.fire(t)
				if len(t.task.out) > 0 {
					w.advance(t, inv, ms)
				}
			}
		}
	}
	w.told.Watermark = ms
}

func (w *reference) advance(t *referenceTask, inv uint64, ms int64) {
	t.watermark = ms
	o := t.outlet()
	w.emit(t, inv, -1, event.KindWatermark, ms, watermarkBytes(ms))
	t.out.open.Watermark(block.WatermarkRange{Partition: o.key, First: ms, Last: ms})
}
