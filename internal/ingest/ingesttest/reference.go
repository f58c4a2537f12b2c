package ingesttest

import (
	"fmt"
	"math/rand/v2"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// ReferenceOptions of the reference load, on which figures of the store are taken:
//
//	events/0..7 ─▶ source ─forward─▶ parse ─hash─▶ enrich ─hash─▶ window ─forward─▶ sink ─▶ results/0..7
//
// with as many subtasks each, all at level trace. A window has 2,000 records of 200 users, and gives a result for each user,
// which 10 records went into. Of the records few do not parse, few are duplicates, few are late. Memory does not grow with
// the number of events, but for Placed.
type ReferenceOptions struct {
	Seed     uint64
	Events   uint64      // to stop after; default 50,000
	Subtasks int         // default 8
	Codec    block.Codec // default none
	Samples  int         // of records and of results, about; default 1,000
	Placed   bool        // remember the wall clock of every row

	// Rows, when set, gets what each block was made of.
	Rows func(RowsOfBlock)
}

// RowsOfBlock are the parts of one block, to build it again.
type RowsOfBlock struct {
	Spec        block.Spec
	Definitions []event.DefinitionID
	Bases       []block.ChannelRange // Partition, Subpartition and First alone
	Channels    []block.Channel
	Rows        []block.Row
}

// ReferenceTruth is what the recording must be found to say.
type ReferenceTruth struct {
	Recording        event.RecordingID
	Blocks, Events   uint64 // events are rows
	Values, Bytes    uint64 // rows that have a value, and the bytes of these
	WallMin, WallMax int64
	Counts           map[Counted]uint64           // as a timeline counts: of det, invocations
	Placed           map[Counted]map[int64]uint64 // by wall clock, with ReferenceOptions.Placed
	Kinds            map[event.Kind]uint64        // rows
	Drops            map[event.DropReason]uint64
	Checkpoints      uint64
	Gaps             int
	Watermark        int64                  // the last that the windows got
	Operators        []string               // names, from source to sink
	Attempts         map[string][]event.Key // by operator
	Records          []ReferenceRecord      // a sample
	Results          []ReferenceResult      // a sample
	Needles          []event.KafkaPosition  // of records whose text has ReferenceNeedle
}

// Counted is what a series of a timeline counts; Operator is empty for what belongs to none.
type Counted struct {
	Operator string
	Kind     event.Kind
}

// ReferenceRecord is the journey of a record into a window.
type ReferenceRecord struct {
	Read   event.KafkaPosition
	Source event.Invocation
	Sent   [3]event.Element // to parse, to enrich, to window
	Window event.Invocation
}

// ReferenceResult is what a window gave for one user, and what it was made of.
type ReferenceResult struct {
	User    string
	Window  int64 // its start, ms
	Timer   event.Invocation
	Sent    event.Element
	Written event.KafkaPosition
	Parents []event.Element // as sent to the window, in the order in which they arrived
}

// Reference plays the reference load. The same options give the same bytes. It stops at the first error of out.
func Reference(opt ReferenceOptions, out Output) (*ReferenceTruth, error) {
	if opt.Events == 0 {
		opt.Events = 50_000
	}
	if opt.Subtasks == 0 {
		opt.Subtasks = 8
	}
	if opt.Samples == 0 {
		opt.Samples = 1000
	}
	s := &simulation{
		opt: Options{Seed: opt.Seed, Codec: opt.Codec}, out: out, rand: rand.New(rand.NewPCG(opt.Seed, 2)), now: 1_767_600_000_000_000,
		processes: Processes(opt.Seed), defined: make(map[event.DefinitionID]bool), paths: make(map[string]event.DefinitionID),
		truth: new(Truth),
	}
	w := &reference{simulation: s, options: opt, window: -1, told: &ReferenceTruth{
		Counts: make(map[Counted]uint64), Kinds: make(map[event.Kind]uint64), Drops: make(map[event.DropReason]uint64),
		Attempts: make(map[string][]event.Key), WallMin: s.now,
	}}
	if opt.Placed {
		w.told.Placed = make(map[Counted]map[int64]uint64)
	}
	s.counting, s.placing, s.captured = w.count, w.place, opt.Rows
	w.play()
	w.sum()
	return w.told, s.err
}

// reference is the state of the load.
type reference struct {
	*simulation
	options  ReferenceOptions
	told     *ReferenceTruth
	job      *job
	vertices []*vertex
	stages   [][]*referenceTask
	state    referenceStates
	splits   [2][]event.DefinitionID // read, written
	offsets  [2][]int64
	n        uint64 // records made
	ticks    int
	window   int64 // index of the window that records are made for now
	deck     []uint64
	buffer   []byte // values of open blocks

	sampleRecord, sampleResult uint64 // one in so many
}

// referenceTask is a task with what the load holds of it.
type referenceTask struct {
	*task
	det, out, src, trace, states, log *lane
	queues                            [][]referenceRecord // by channel in
	windows                           map[int64]map[uint64]*gathered
	results                           []referenceResult // lane of elements to the sink
	operator                          string
}

// gathered is what a window holds of a user.
type gathered struct {
	cents   int64
	count   int
	parents []event.Element
}

// referenceRecord is a record on its way.
type referenceRecord struct {
	n, key  uint64
	time    int64
	cents   int64
	session uint32
	needle  bool
	sent    event.Element // the last
	sample  *ReferenceRecord
}

type referenceResult struct {
	user  []byte
	start int64
	gathered
	sample *ReferenceResult
}

// referenceStates are definitions that rows of window tasks name.
type referenceStates struct{ contents, windows, timers event.DefinitionID }

// count is called for each row before it goes into its lane.
func (w *reference) count(l *lane, r *block.Row) {
	known := 0
	if r.Operator >= 0 || l.id == event.LaneDet || l.id == event.LaneSrc {
		known = 1
	}
	l.counted[known][r.Kind&127] += uint64(max(r.N, 1))
	if r.Value != nil {
		w.told.Values++
		w.told.Bytes += uint64(len(r.Value))
	}
	if r.Reason != 0 {
		w.told.Drops[r.Reason]++
	}
}

// place is called for each row of a block: a run has the time of its first invocation.
func (w *reference) place(l *lane, r *block.Row) {
	if w.told.Placed == nil {
		return
	}
	known := 0
	if r.Operator >= 0 || l.id == event.LaneDet || l.id == event.LaneSrc {
		known = 1
	}
	c := w.counted(l, known, r.Kind)
	if w.told.Placed[c] == nil {
		w.told.Placed[c] = make(map[int64]uint64)
	}
	w.told.Placed[c][r.Wall] += uint64(max(r.N, 1))
}

func (w *reference) counted(l *lane, known int, kind event.Kind) Counted {
	c := Counted{Kind: kind}
	if known == 1 {
		c.Operator = l.task.operator
	}
	return c
}

// sum puts together what the lanes counted.
func (w *reference) sum() {
	t := w.told
	for _, task := range w.tasks {
		for _, l := range task.lanes {
			for known := range l.counted {
				for kind, n := range l.counted[known] {
					if n > 0 {
						t.Counts[w.counted(l, known, event.Kind(kind))] += n
					}
				}
			}
			for kind, n := range l.rows {
				if n > 0 {
					t.Kinds[event.Kind(kind)] += n
				}
			}
		}
	}
	t.Blocks, t.Events, t.WallMax = w.truth.Blocks, w.truth.Events, w.now
}

// build deploys the job.
func (w *reference) build() {
	seed := w.opt.Seed
	one := func(name, kind, class string, stateful bool, outputs []int) []event.ChainOperatorDef {
		return []event.ChainOperatorDef{operator(seed, 0, name, kind, class, stateful, nil, outputs)}
	}
	n := w.options.Subtasks
	w.vertices = []*vertex{
		{name: "Source: events", source: true, partitioner: "ForwardPartitioner", serializer: streamElement(stringSerializer),
			operators: one("Source: events", "source", "SourceOperator", true, []int{0})},
		{name: "parse", partitioner: "KeyGroupStreamPartitioner", serializer: pojoDescriptor(),
			operators: one("parse", "map", "StreamFlatMap", false, []int{0})},
		{name: "enrich", partitioner: "KeyGroupStreamPartitioner", serializer: streamElement(rowDescriptor()),
			operators: one("enrich", "process", "KeyedProcessOperator", true, []int{0})},
		{name: "window", partitioner: "ForwardPartitioner", serializer: tupleDescriptor("string", "long", "long"),
			operators: one("window", "window", "WindowOperator", true, []int{0})},
		{name: "Sink: results", operators: one("Sink: results", "sink", "SinkWriterOperator", false, nil)},
	}
	for _, v := range w.vertices {
		v.parallelism = n
	}
	w.job = w.deploy("bench-reference", w.vertices...)
	w.forward(w.job, w.vertices[0], w.vertices[1])
	w.connect(w.job, w.vertices[1], w.vertices[2], 0, nil)
	w.connect(w.job, w.vertices[2], w.vertices[3], 0, nil)
	w.forward(w.job, w.vertices[3], w.vertices[4])
	w.told.Recording = w.job.recording
	for _, v := range w.vertices {
		name := v.operators[0].Name
		w.told.Operators = append(w.told.Operators, name)
		var stage []*referenceTask
		for _, t := range w.job.tasks[v] {
			t.operator = name
			w.told.Attempts[name] = append(w.told.Attempts[name], t.key)
			stage = append(stage, &referenceTask{task: t, operator: name, det: t.lane(event.LaneDet), out: t.lane(event.LaneOut), src: t.lane(event.LaneSrc),
				trace: t.lane(event.LaneTrace), states: t.lane(event.LaneState), log: t.lane(event.LaneLog),
				queues: make([][]referenceRecord, len(t.in)), windows: make(map[int64]map[uint64]*gathered)})
		}
		w.stages = append(w.stages, stage)
	}
	for i, topic := range []string{"events", "results"} {
		for p := range n {
			w.splits[i] = append(w.splits[i], w.split(topic, int32(p)))
		}
		w.offsets[i] = make([]int64, n)
	}
	w.state = w.referenceStates()
	records := w.options.Events*10/72 + 1
	w.sampleRecord = max(1, records/uint64(w.options.Samples))
	w.sampleResult = max(1, records/10/uint64(w.options.Samples))
}

func (w *reference) referenceStates() referenceStates {
	id := func(descriptor map[string]any) string {
		return w.define(event.DefSerializer, mustJSON(descriptor)).String()
	}
	state := func(name, kind, backend string, value map[string]any) event.DefinitionID {
		return w.define(event.DefState, mustJSON(event.StateDef{Name: name, Kind: kind, Backend: backend,
			Key: id(stringSerializer), Namespace: id(timeWindow), Value: id(value)}))
	}
	return referenceStates{
		contents: state("window-contents", "list", "rocksdb", map[string]any{"t": "list", "e": rowDescriptor()}),
		windows:  state("windows", "windows", "", timeWindow),
		timers:   state("window-timers", "timers", "", timeWindow),
	}
}

func (w *reference) String() string {
	return fmt.Sprintf("reference load of %d events", w.options.Events)
}
