package ingesttest

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// SQLTruth is what the recording of the SQL job must be found to say. Elements are in the order in which the changes were sent.
type SQLTruth struct {
	Recording event.RecordingID
	Changes   []SQLChange
	CodeHash  string // of the aggregate's handler
	WallMax   int64  // µs
}

// SQLChange is one row of the stream of changes. Other is the index of the other half of its update, -1 = there is none.
type SQLChange struct {
	Element    event.Element
	Invocation uint64
	Kind       string
	Customer   string
	Total      int64
	Other      int
}

// The statements of the SQL job.
var sqlStatements = []struct {
	operation string
	made      bool
	text      string
}{
	{"CreateTableOperation", false, "CREATE TABLE totals (who STRING, total BIGINT)\nWITH ('connector' = 'blackhole', 'password' = '******')"},
	{"SinkModifyOperation", true, "INSERT INTO totals\nSELECT customer AS who, SUM(amount) AS total -- by customer\nFROM orders WHERE region = 'north' GROUP BY customer"},
}

const sqlHandler = `public final class GroupAggsHandler$9 implements AggsHandleFunction {
  // accumulate: add to the sum
  public void accumulate(RowData in1) throws Exception {
    agg0_sum = agg0_sum + in1.getLong(1);
  }
}
`

// SQLJob gives out the recording of a small SQL job, as its client, JobManager and TaskManager tell it: an aggregate with a
// chained projection that sends a stream of changes to a sink. The same seed gives the same bytes.
func SQLJob(seed uint64, out Output) (*SQLTruth, error) {
	j := &sqlJob{
		out: out, seed: seed, now: 1_767_600_000_000_000, processes: Processes(seed), numbers: make(map[laneName]uint64),
		truth: &SQLTruth{Recording: event.RecordingID(id16(seed, "sql")), CodeHash: hashOf(sqlHandler)},
	}
	j.describe()
	j.plan()
	j.code()
	j.changes()
	j.truth.WallMax = j.now
	return j.truth, j.err
}

type sqlJob struct {
	out       Output
	seed      uint64
	now       int64
	processes []Process
	numbers   map[laneName]uint64
	truth     *SQLTruth
	err       error

	attempt   event.Key
	partition event.Key
	names     []event.DefinitionID // that the attempt's blocks name
}

func (j *sqlJob) define(kind event.DefinitionKind, body any) event.DefinitionID {
	d := event.NewDefinition(kind, mustJSON(body))
	if err := j.out.Define(d); err != nil && j.err == nil {
		j.err = fmt.Errorf("giving out a definition: %w", err)
	}
	return d.ID
}

func (j *sqlJob) id(what string, n ...int) string {
	id := id16(j.seed, "sql "+what, n...)
	return hex.EncodeToString(id[:])
}

// block gives out a block that fill fills.
func (j *sqlJob) block(p process, attempt event.Key, lane event.Lane, fill func(*block.Builder)) {
	name := laneName{j.truth.Recording, attempt, lane}
	b := block.NewBuilder(block.Spec{Recording: j.truth.Recording, Attempt: attempt, Lane: lane, Number: j.numbers[name]})
	j.numbers[name]++
	for _, id := range j.names {
		b.Define(id)
	}
	fill(b)
	raw, err := b.Finish()
	if err != nil {
		panic(fmt.Sprintf("a block of the SQL job does not build: %v", err)) // a bug of this package
	}
	if err := j.out.Block(j.processes[p], raw); err != nil && j.err == nil {
		j.err = fmt.Errorf("giving out a block: %w", err)
	}
}

func (j *sqlJob) row(kind event.Kind, operator int, body any, value string) block.Row {
	r := block.Row{Kind: kind, Operator: operator, Wall: j.now, Body: mustJSON(body)}
	if value != "" {
		r.Value = []byte(value)
	}
	return r
}

// describe defines the processes, the graph, the aggregate's attempt and what it sends, and says that the job runs.
func (j *sqlJob) describe() {
	for _, p := range j.processes {
		j.define(event.DefProcess, event.ProcessDef{
			Process: hex.EncodeToString(p.ID[:]), Role: p.Role, Host: p.Host, PID: p.PID, Java: "17.0.15", Flink: "2.3.0", Agent: "0.1.0", Timezone: "UTC",
		})
	}
	serializer := j.define(event.DefSerializer, map[string]any{"t": "rowdata", "class": "org.apache.flink.table.runtime.typeutils.RowDataSerializer",
		"fields": []map[string]any{
			{"name": "f0", "type": map[string]any{"t": "VARCHAR"}}, {"name": "f1", "type": map[string]any{"t": "BIGINT"}},
		}})
	vertex, sink := j.id("vertex", 0), j.id("vertex", 1)
	task := event.TaskID{Graph: id16(j.seed, "sql graph"), Vertex: id16(j.seed, "sql vertex", 0)}
	j.attempt = event.AttemptKey(task)
	j.partition = event.PartitionKey(id16(j.seed, "sql data set"), 0, task)
	op := func(index, node int, name, class string, stateful bool, next, outputs []int) event.ChainOperatorDef {
		return event.ChainOperatorDef{
			Index: index, Operator: j.id("operator", node), Node: node, Name: name, Class: class, Kind: "aggregate", Stateful: stateful,
			In: []string{serializer.String()}, Out: serializer.String(), Next: next, Outputs: outputs,
		}
	}
	chain := []event.ChainOperatorDef{
		op(0, 6, "GroupAggregate[4]", "org.apache.flink.streaming.api.operators.KeyedProcessOperator", true, []int{1}, []int{}),
		op(1, 7, "Calc[5]", "StreamExecCalc$6", false, []int{}, []int{0}),
	}
	attempt := j.define(event.DefAttempt, event.AttemptDef{
		Recording: j.truth.Recording.String(), JobName: "customer-totals", AttemptKey: j.attempt.String(), Execution: j.id("execution"),
		Graph: j.id("graph"), Vertex: vertex, Task: "GroupAggregate[4] -> Calc[5] (1/1)", Parallelism: 1, MaxParallelism: 128,
		Process: hex.EncodeToString(j.processes[taskManager1].ID[:]), Invokable: "OneInputStreamTask", Chain: chain,
	})
	j.define(event.DefPartition, event.PartitionDef{
		Partition: j.partition.String(), Dataset: j.id("data set"), Attempt: j.attempt.String(), Subpartitions: 1,
		Partitioner: "ForwardPartitioner", Serializer: serializer.String(), Type: "PIPELINED_BOUNDED",
	})
	graph := j.define(event.DefGraph, event.GraphDef{
		Recording: j.truth.Recording.String(), Name: "customer-totals", SubmittedUS: j.now, Flink: "2.3.0", Type: "STREAMING",
		Vertices: []event.GraphVertexDef{
			{ID: vertex, Name: "GroupAggregate[4] -> Calc[5]", Parallelism: 1, Operators: []event.GraphOperatorDef{
				{ID: chain[0].Operator, Node: 6, Name: chain[0].Name}, {ID: chain[1].Operator, Node: 7, Name: chain[1].Name}}},
			{ID: sink, Name: "totals[6]: Writer", Parallelism: 1,
				Operators: []event.GraphOperatorDef{{ID: j.id("operator", 9), Node: 9, Name: "totals[6]: Writer"}},
				Inputs:    []event.GraphInputDef{{Dataset: j.id("data set"), Vertex: vertex, Ship: "FORWARD", Type: "PIPELINED_BOUNDED"}}},
		},
	})
	j.names = []event.DefinitionID{attempt}
	j.block(jobManager, j.processes[jobManager].Key, event.LaneJob, func(b *block.Builder) {
		b.Add(j.row(event.KindGraph, -1, map[string]any{"definition": graph.String()}, ""))
		b.Add(j.row(event.KindJobState, -1, map[string]any{"state": "RUNNING", "job_name": "customer-totals", "at_us": j.now, "error": ""}, ""))
		// What the JobManager reads out of descriptions is less than what the planner knows.
		b.Add(j.row(event.KindPlanned, -1, event.PlannedBody{Node: 6, Operator: chain[0].Operator, Name: chain[0].Name, By: "vertex", Exec: 4}, "[4]:GroupAggregate"))
	})
}

// plan tells statements and operators, as the client does.
func (j *sqlJob) plan() {
	key := event.PlannerKey(j.processes[taskManager2].ID)
	j.block(taskManager2, key, event.LaneJob, func(b *block.Builder) {
		for i, s := range sqlStatements {
			b.Add(j.row(event.KindStatement, -1, event.StatementBody{
				Number: i + 1, Operation: s.operation, Made: s.made, AtUS: j.now - 1_000_000, Length: len(s.text),
			}, s.text))
		}
		planned := func(node int, name, kind string, exec int, fields, key []string, description string) {
			b.Add(j.row(event.KindPlanned, -1, event.PlannedBody{
				Node: node, Name: name, By: "plan", Exec: exec, Type: kind, Fields: fields, Key: key, Statements: []int{2},
			}, description))
		}
		planned(6, "GroupAggregate[4]", "StreamExecGroupAggregate", 4, []string{"customer", "EXPR$1"}, []string{"customer"},
			"[4]:GroupAggregate(groupBy=[customer], select=[customer, SUM(amount) AS EXPR$1])")
		planned(7, "Calc[5]", "StreamExecCalc", 5, []string{"who", "total"}, nil, "[5]:Calc(select=[customer AS who, EXPR$1 AS total], where=[(EXPR$1 > 0)])")
		planned(9, "totals[6]: Writer", "StreamExecSink", 6, nil, nil, "totals[6]: Writer")
	})
}

// code tells the classes that the aggregate's task compiled.
func (j *sqlJob) code() {
	j.block(taskManager1, j.attempt, event.LaneJob, func(b *block.Builder) {
		code := func(operator int, class, text, where string) {
			value := text
			if where != "here" {
				value = ""
			}
			b.Add(j.row(event.KindCode, operator, event.CodeBody{Class: class, Language: "java", Hash: hashOf(text), Length: len(text), Text: where}, value))
		}
		b.Add(j.row(event.KindTaskStarted, -1, map[string]any{"definition": j.names[0].String()}, ""))
		code(0, "GroupAggsHandler$9", sqlHandler, "here")
		code(0, "KeyProjection$0", "public class KeyProjection$0 {}\n", "here")
		code(1, "KeyProjection$0", "public class KeyProjection$0 {}\n", "before")
		code(1, "StreamExecCalc$6", "class StreamExecCalc$6 {}\n", "withheld")
		b.Add(j.row(event.KindSnapshot, -1, map[string]any{"checkpoint": 1, "state_bytes": 7, "bytes": 7}, "handles"))
		b.Add(j.row(event.KindTaskState, -1, map[string]any{"from": "INITIALIZING", "to": "RUNNING", "at_us": j.now, "error": ""}, ""))
	})
}

// changes plays the stream of changes: each entry is an invocation, with the path that sent its rows.
func (j *sqlJob) changes() {
	type change struct {
		kind, customer string
		total          int64
		other          int // relative to this row
	}
	invocations := []struct {
		path string
		rows []change
	}{
		{"0(1(>0))", []change{{"+I", "ann", 5, 0}}},
		{"0(1(>0)1(>0))", []change{{"-U", "ann", 5, 1}, {"+U", "ann", 8, -1}}},
		{"0(1(>0))", []change{{"+I", "bob", 1, 0}}},
		{"0(1(>0)1())", []change{{"-U", "bob", 1, 0}}}, // the projection's condition took the other half
		{"0(1()1(>0))", []change{{"+U", "bob", 9, 0}}},
		{"0(1(>0)1(>0)1(>0)1(>0))", []change{{"-U", "ann", 8, 1}, {"+U", "ann", 9, -1}, {"-U", "bob", 9, 1}, {"+U", "bob", 7, -1}}},
		{"0(1(>0)1()1()1(>0))", []change{{"-U", "ann", 9, 0}, {"+U", "bob", 3, 0}}}, // halves of different updates
		{"0(1(>0))", []change{{"-D", "bob", 3, 0}}},
	}
	paths := make(map[string]event.DefinitionID)
	for _, inv := range invocations {
		paths[inv.path] = j.define(event.DefPath, event.PathDef{P: inv.path})
	}
	input := event.PartitionKey(id16(j.seed, "sql input"), 0, event.TaskID{Vertex: id16(j.seed, "sql source")})
	j.block(taskManager1, j.attempt, event.LaneDet, func(b *block.Builder) {
		channel := b.Channel(block.Channel{Partition: input})
		for i, inv := range invocations {
			path := paths[inv.path]
			b.Add(block.Row{Kind: event.KindElements, Operator: 0, Inv: uint64(i + 1), Wall: j.now + int64(i)*1000, Channel: channel, Path: path})
		}
	})
	seq := uint64(0)
	j.block(taskManager1, j.attempt, event.LaneOut, func(b *block.Builder) {
		b.Base(j.partition, 0, 0)
		for i, inv := range invocations {
			for _, c := range inv.rows {
				other := -1
				if c.other != 0 {
					other = int(seq) + c.other
				}
				j.truth.Changes = append(j.truth.Changes, SQLChange{
					Element: event.Element{Partition: j.partition, Seq: seq}, Invocation: uint64(i + 1), Kind: c.kind, Customer: c.customer, Total: c.total, Other: other,
				})
				seq++
				b.Add(block.Row{Kind: event.KindRecord, Operator: 1, Inv: uint64(i + 1), Wall: j.now + int64(i)*1000, Partition: j.partition,
					Value: changeBytes(c.kind, c.customer, c.total)})
			}
		}
	})
	j.now += int64(len(invocations)) * 1000
}

// changeBytes is a record without timestamp of ROW<STRING, BIGINT>; text of at most 7 bytes.
func changeBytes(kind, text string, number int64) []byte {
	row := make([]byte, 24) // kind and null bits, then a slot for each field
	row[0] = map[string]byte{"+I": 0, "-U": 1, "+U": 2, "-D": 3}[kind]
	copy(row[8:], text)
	row[15] = 0x80 | byte(len(text))
	binary.LittleEndian.PutUint64(row[16:], uint64(number))
	return append(binary.BigEndian.AppendUint32([]byte{1}, uint32(len(row))), row...)
}

func hashOf(text string) string { return event.TextHash([]byte(text)).String() }
