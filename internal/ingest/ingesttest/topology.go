package ingesttest

import (
	"encoding/hex"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// vertex is a chain of operators; every subtask of it is a task.
type vertex struct {
	name        string
	id          [16]byte
	parallelism int
	source      bool
	operators   []event.ChainOperatorDef
	serializer  map[string]any // of the element that leaves; nil = nothing leaves
	partitioner string
	inputs      []event.GraphInputDef
}

// job is one run with its vertices and the tasks of each.
type job struct {
	name      string
	recording event.RecordingID
	graph     [16]byte
	vertices  []*vertex
	tasks     map[*vertex][]*task
	manager   *task // lane job as the JobManager writes it
}

func operator(seed uint64, index int, name, kind, class string, stateful bool, next, outputs []int) event.ChainOperatorDef {
	id := id16(seed, name)
	return event.ChainOperatorDef{
		Index: index, Operator: hex.EncodeToString(id[:]), Name: name, Kind: kind, Stateful: stateful, Timers: kind == "window",
		Class:   "org.apache.flink.streaming.api.operators." + class,
		Factory: "org.apache.flink.streaming.api.operators.SimpleOperatorFactory",
		Function: &event.FunctionDef{
			Class: fmt.Sprintf("shop.%sFunction", class), Method: "apply", File: "ShopTotals.java", Line: 40 + 17*index,
		},
		In: []string{}, Next: next, Outputs: outputs,
	}
}

// deploy declares a job: graph, processes, and the tasks of its vertices, spread over the TaskManagers.
func (s *simulation) deploy(name string, vertices ...*vertex) *job {
	j := &job{
		name: name, recording: event.RecordingID(id16(s.opt.Seed, name)), graph: id16(s.opt.Seed, name+" graph"),
		vertices: vertices, tasks: make(map[*vertex][]*task),
	}
	graph := event.GraphDef{
		Recording: j.recording.String(), Name: name, Config: map[string]string{"execution.checkpointing.interval": "3 s"},
		SubmittedUS: s.now, Flink: "2.3.0", Type: "STREAMING",
	}
	for _, v := range vertices {
		v.id = id16(s.opt.Seed, name+v.name)
	}
	for _, v := range vertices {
		g := event.GraphVertexDef{
			ID: hex.EncodeToString(v.id[:]), Name: v.name, Parallelism: v.parallelism, MaxParallelism: 128,
			Invokable: invokable(v), SlotGroup: "default", Inputs: v.inputs,
		}
		for _, o := range v.operators {
			g.Operators = append(g.Operators, event.GraphOperatorDef{ID: o.Operator, Name: o.Name})
		}
		graph.Vertices = append(graph.Vertices, g)
	}
	j.manager = s.newTask(j, "JobManager", jobManager)
	j.manager.key = s.processes[jobManager].Key
	graphID := s.define(event.DefGraph, mustJSON(graph))
	j.manager.definitions = append(j.manager.definitions, graphID)
	j.manager.body(event.LaneJob, event.KindGraph, map[string]any{"definition": graphID.String()})
	j.manager.body(event.LaneJob, event.KindJobState, map[string]any{"state": "RUNNING", "job_name": name, "at_us": s.now, "error": ""})
	for _, v := range vertices {
		for subtask := range v.parallelism {
			j.tasks[v] = append(j.tasks[v], s.start(j, v, subtask))
		}
	}
	return j
}

func invokable(v *vertex) string {
	if v.source {
		return "org.apache.flink.streaming.runtime.tasks.SourceOperatorStreamTask"
	}
	return "org.apache.flink.streaming.runtime.tasks.OneInputStreamTask"
}

func (s *simulation) newTask(j *job, name string, p process) *task {
	t := &task{
		sim: s, name: name, recording: j.recording, process: p, lanes: make(map[event.Lane]*lane),
		definitions: []event.DefinitionID{s.processDefinition(p)},
	}
	s.tasks = append(s.tasks, t)
	return t
}

func (s *simulation) processDefinition(p process) event.DefinitionID {
	me := s.processes[p]
	return s.define(event.DefProcess, mustJSON(event.ProcessDef{
		Process: hex.EncodeToString(me.ID[:]), Role: me.Role, Host: me.Host, PID: me.PID, Java: "17.0.12", Flink: "2.3.0",
		Agent: "0.1.0", Timezone: "UTC", Resource: me.Host + ":6122", Tells: []string{"drops"},
	}))
}

// start declares an attempt and writes its first states.
func (s *simulation) start(j *job, v *vertex, subtask int) *task {
	p := taskManager1 + process(subtask%2)
	t := s.newTask(j, fmt.Sprintf("%s (%d/%d)", v.name, subtask+1, v.parallelism), p)
	t.id = event.TaskID{Graph: j.graph, Vertex: v.id, Subtask: uint32(subtask)}
	t.key = event.AttemptKey(t.id)
	me := s.processes[p]
	def := event.AttemptDef{
		Recording: j.recording.String(), JobName: j.name, AttemptKey: t.key.String(),
		Execution: fmt.Sprintf("%x_%x_%d_0", j.graph, v.id, subtask), Graph: hex.EncodeToString(j.graph[:]),
		Vertex: hex.EncodeToString(v.id[:]), Task: t.name, Subtask: subtask, Parallelism: v.parallelism, MaxParallelism: 128,
		Process: hex.EncodeToString(me.ID[:]), Invokable: invokable(v), Chain: v.operators,
	}
	id := s.define(event.DefAttempt, mustJSON(def))
	t.definitions = append(t.definitions, id)
	vertexID := hex.EncodeToString(v.id[:])
	for _, state := range []string{"DEPLOYING", "INITIALIZING", "RUNNING"} {
		j.manager.body(event.LaneJob, event.KindAttemptState, map[string]any{
			"vertex": vertexID, "subtask": subtask, "attempt": 0, "execution": def.Execution, "state": state, "at_us": s.now,
			"error": "", "resource": me.Host + ":6122"})
	}
	t.body(event.LaneJob, event.KindTaskStarted, map[string]any{"definition": id.String()})
	t.body(event.LaneJob, event.KindTaskState, map[string]any{"from": "INITIALIZING", "to": "RUNNING", "at_us": s.now, "error": ""})
	return t
}

// connect joins all subtasks of two vertices; gate is the consumer's input.
func (s *simulation) connect(j *job, from, to *vertex, gate uint32, deliver func(*channel, element)) {
	s.join(j, from, to, gate, deliver, func(int) []*task { return j.tasks[to] })
}

// forward joins each subtask with the one of the same index.
func (s *simulation) forward(j *job, from, to *vertex) {
	s.join(j, from, to, 0, nil, func(i int) []*task { return j.tasks[to][i : i+1] })
}

func (s *simulation) join(j *job, from, to *vertex, gate uint32, deliver func(*channel, element), consumers func(i int) []*task) {
	dataset := id16(s.opt.Seed, "dataset", len(j.name), int(gate))
	copy(dataset[:8], from.id[:8])
	to.inputs = append(to.inputs, event.GraphInputDef{Dataset: hex.EncodeToString(dataset[:]), Vertex: hex.EncodeToString(from.id[:])})
	for i, producer := range j.tasks[from] {
		read := consumers(i)
		o := &outlet{
			task: producer, key: event.PartitionKey(dataset, uint32(i), producer.id), next: make([]uint64, len(read)),
			operator: len(from.operators) - 1,
		}
		serializer := s.define(event.DefSerializer, mustJSON(from.serializer))
		partition := s.define(event.DefPartition, mustJSON(event.PartitionDef{
			Partition: o.key.String(), Dataset: hex.EncodeToString(dataset[:]), Number: i, Attempt: producer.key.String(),
			Subpartitions: len(read), Partitioner: "org.apache.flink.streaming.runtime.partitioner." + from.partitioner,
			Serializer: serializer.String(), Type: "PIPELINED_BOUNDED",
		}))
		producer.definitions = append(producer.definitions, serializer, partition)
		producer.out = append(producer.out, o)
		for sub, consumer := range read {
			c := &channel{from: o, sub: sub, to: consumer, gate: gate, index: uint32(i), place: len(consumer.in),
				watermark: -1 << 62, deliver: deliver}
			if len(read) == 1 {
				c.index = 0
			}
			consumer.watermark = -1 << 62
			consumer.in = append(consumer.in, c)
			o.channels = append(o.channels, c)
		}
	}
}
