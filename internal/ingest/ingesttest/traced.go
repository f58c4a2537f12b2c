package ingesttest

import (
	"encoding/binary"
	"fmt"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// What operators do at level trace, with Options.Traced. The calls of states and the flags of timers are those of
// spec/recording.md, section 4.
const (
	callGet = 1
	callPut = 2
	callAdd = 3

	timerOfEventTime = 1
	purgedByTime     = 2

	seenTTL = 600_000 // ms
)

// steps numbers the rows of one invocation in lanes trace and state together.
type steps struct {
	shop     *shop
	task     *task
	operator int
	next     uint32
}

// tell adds a row of lane trace or state.
func (s *steps) tell(lane event.Lane, r block.Row) {
	r.Operator, r.Inv, r.Ordinal = s.operator, s.task.inv, s.next
	s.next++
	s.task.lane(lane).add(r)
}

// serializer defines a descriptor and gives its id as text.
func (w *shop) serializer(descriptor map[string]any) string {
	return w.define(event.DefSerializer, mustJSON(descriptor)).String()
}

func (w *shop) state(d event.StateDef) event.DefinitionID {
	return w.define(event.DefState, mustJSON(d))
}

var (
	stringSerializer = map[string]any{"t": "string", "class": "org.apache.flink.api.common.typeutils.base.StringSerializer"}
	longSerializer   = map[string]any{"t": "long", "class": "org.apache.flink.api.common.typeutils.base.LongSerializer"}
	voidNamespace    = map[string]any{"t": "voidnamespace", "class": "org.apache.flink.runtime.state.VoidNamespaceSerializer"}
	timeWindow       = map[string]any{"t": "timewindow", "class": "org.apache.flink.streaming.api.windowing.windows.TimeWindow$Serializer"}
	sumSerializer    = map[string]any{"t": "pojo", "class": "org.apache.flink.api.java.typeutils.runtime.PojoSerializer", "of": "shop.Sum",
		"fields":     []map[string]any{{"name": "cents", "s": longSerializer}, {"name": "count", "s": longSerializer}},
		"subclasses": []any{}}
)

func windowBytes(start int64) []byte { return appendLong(appendLong(nil, start), start+windowMS) }

// sumBytes is shop.Sum, a POJO: a flag, and before each field whether it is null. nil when nothing was added yet.
func sumBytes(t total) []byte {
	if t.count == 0 {
		return nil
	}
	b := []byte{2, 0}
	b = append(appendLong(b, t.cents), 0)
	return appendLong(b, int64(t.count))
}

// traceDedup tells how dedup looks an order up, and remembers it when it is new.
func (w *shop) traceDedup(t *task, e element) {
	if !w.opt.Traced {
		return
	}
	s := steps{shop: w, task: t}
	state := w.state(event.StateDef{Name: "seen", Kind: "value", Backend: "rocksdb", TTLMS: seenTTL,
		Key: w.serializer(stringSerializer), Namespace: w.serializer(voidNamespace), Value: w.serializer(longSerializer)})
	row := block.Row{State: state, Key: appendString(nil, fmt.Sprintf("o-%07d", e.order)), Namespace: []byte{0}}
	row.Kind, row.What = event.KindStateRead, callGet
	if e.duplicate {
		row.Value = binary.BigEndian.AppendUint64(nil, 1)
		row.HasTime, row.Time = true, w.now/1000+seenTTL-1000
		s.tell(event.LaneState, row)
		return
	}
	s.tell(event.LaneState, row)
	row.Kind, row.What, row.Value = event.KindStateWritten, callPut, binary.BigEndian.AppendUint64(nil, 1)
	row.HasTime, row.Time = true, w.now/1000+seenTTL
	s.tell(event.LaneState, row)
}

// contents is the state of the window operator.
func (w *shop) contents() event.DefinitionID {
	return w.state(event.StateDef{Name: "window-contents", Kind: "aggregating", Backend: "rocksdb",
		Key: w.serializer(stringSerializer), Namespace: w.serializer(timeWindow), Value: w.serializer(sumSerializer)})
}

// ofWindows describes the windows and timers of the window operator.
func (w *shop) ofWindows(name, kind string) event.DefinitionID {
	return w.state(event.StateDef{Name: name, Kind: kind,
		Key: w.serializer(stringSerializer), Namespace: w.serializer(timeWindow), Value: w.serializer(timeWindow)})
}

func (w *shop) ofWindow(merchant int, start int64, r block.Row) block.Row {
	r.Key, r.Namespace = appendString(nil, merchantName(merchant)), windowBytes(start)
	return r
}

// traceAdd tells how a record goes into its window.
func (w *shop) traceAdd(t *task, merchant int, before, after total) {
	if !w.opt.Traced {
		return
	}
	s := steps{shop: w, task: t}
	end := after.start + windowMS
	s.tell(event.LaneTrace, w.ofWindow(merchant, after.start, block.Row{
		Kind: event.KindWindowAssigned, State: w.ofWindows("windows", "windows"), HasTime: true, Time: end}))
	s.tell(event.LaneState, w.ofWindow(merchant, after.start, block.Row{
		Kind: event.KindStateWritten, What: callAdd, State: w.contents(), Before: sumBytes(before), Value: sumBytes(after)}))
	if before.count == 0 {
		s.tell(event.LaneTrace, w.ofWindow(merchant, after.start, block.Row{
			Kind: event.KindTimerRegistered, Flags: timerOfEventTime, State: w.ofWindows("window-timers", "timers"), HasTime: true, Time: end - 1}))
	}
}

// traceFire tells how a window gives its result and goes.
func (w *shop) traceFire(t *task, merchant int, sum total) {
	if !w.opt.Traced {
		return
	}
	s := steps{shop: w, task: t}
	end := sum.start + windowMS
	s.tell(event.LaneTrace, w.ofWindow(merchant, sum.start, block.Row{
		Kind: event.KindTimerFired, Flags: timerOfEventTime, State: w.ofWindows("window-timers", "timers"), HasTime: true, Time: end - 1}))
	s.tell(event.LaneState, w.ofWindow(merchant, sum.start, block.Row{
		Kind: event.KindStateRead, What: callGet, State: w.contents(), Value: sumBytes(sum)}))
	s.tell(event.LaneTrace, w.ofWindow(merchant, sum.start, block.Row{
		Kind: event.KindWindowFired, State: w.ofWindows("windows", "windows"), HasTime: true, Time: end}))
	s.tell(event.LaneState, w.ofWindow(merchant, sum.start, block.Row{
		Kind: event.KindStateCleared, State: w.contents(), Before: sumBytes(sum)}))
	s.tell(event.LaneTrace, w.ofWindow(merchant, sum.start, block.Row{
		Kind: event.KindWindowPurged, What: purgedByTime, State: w.ofWindows("windows", "windows"), HasTime: true, Time: end}))
}

// traceHeld tells which channel holds the watermark of a task.
func (w *shop) traceHeld(t *task) {
	if !w.opt.Traced {
		return
	}
	slow := t.in[0]
	for _, c := range t.in {
		if c.watermark < slow.watermark {
			slow = c
		}
	}
	s := steps{shop: w, task: t}
	r := block.Row{Kind: event.KindWatermarkHeld, Number: slow.watermark,
		Text: w.define(event.DefString, []byte(fmt.Sprintf("%s:%d", slow.from.key, slow.sub)))}
	if t.watermark > 0 {
		r.HasTime, r.Time = true, t.watermark
	}
	s.tell(event.LaneTrace, r)
}
