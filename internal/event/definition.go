package event

import "slices"

// Definition is one entry of a recording's dictionary. Body is JSON (kind 1: text) as spec/recording.md, section 3, describes.
type Definition struct {
	ID   DefinitionID
	Kind DefinitionKind
	Body []byte
}

// PartitionDef describes a result partition of one producer attempt.
type PartitionDef struct {
	Partition     string `json:"partition"`
	Dataset       string `json:"dataset"`
	Number        int    `json:"number"`
	Attempt       string `json:"attempt"`
	Output        int    `json:"output"`
	Subpartitions int    `json:"subpartitions"`
	Partitioner   string `json:"partitioner"`
	Serializer    string `json:"serializer"`
	Type          string `json:"type"`
}

// FunctionDef is the user function of an operator and where its source is.
type FunctionDef struct {
	Class  string `json:"class"`
	Method string `json:"method,omitempty"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
}

// SubclassDef is a subclass that the serializer of a POJO class met while the job ran.
type SubclassDef struct {
	Recording  string `json:"recording"`
	Base       string `json:"base"`
	Class      string `json:"class"`
	Serializer string `json:"serializer"`
}

// ChainOperatorDef is one operator of a task's chain; Index is its place, the head is 0.
type ChainOperatorDef struct {
	Index    int          `json:"index"`
	Operator string       `json:"operator"`
	Node     int          `json:"node"` // of the stream graph; 0 = not told
	Name     string       `json:"name"`
	Class    string       `json:"class"`
	Factory  string       `json:"factory"`
	Function *FunctionDef `json:"function,omitempty"`
	In       []string     `json:"in"`
	Out      string       `json:"out"`
	Key      string       `json:"key"`
	Stateful bool         `json:"stateful"`
	Timers   bool         `json:"timers"`
	Kind     string       `json:"kind"`
	Next     []int        `json:"next"`
	Outputs  []int        `json:"outputs"`
}

// AttemptDef describes one execution attempt of a subtask as its TaskManager saw it.
type AttemptDef struct {
	Recording      string             `json:"recording"`
	JobName        string             `json:"job_name"`
	AttemptKey     string             `json:"attempt_key"`
	Execution      string             `json:"execution"`
	Graph          string             `json:"graph"`
	Vertex         string             `json:"vertex"`
	Task           string             `json:"task"`
	Subtask        int                `json:"subtask"`
	Parallelism    int                `json:"parallelism"`
	MaxParallelism int                `json:"max_parallelism"`
	Attempt        int                `json:"attempt"`
	Process        string             `json:"process"`
	Invokable      string             `json:"invokable"`
	Restored       int64              `json:"restored"`
	Chain          []ChainOperatorDef `json:"chain"`
}

// SplitDef names a source split or a place a sink writes to.
type SplitDef struct {
	Kind      string `json:"kind"`
	Topic     string `json:"topic,omitempty"`
	Partition int32  `json:"partition,omitempty"`
	ID        string `json:"id,omitempty"`
	Cluster   string `json:"cluster,omitempty"`
}

// StateDef describes a state of an operator, or a timer service. Serializers are ids of definitions, empty when there is none.
type StateDef struct {
	Operator  int    `json:"operator"` // chain index
	Name      string `json:"name"`
	Kind      string `json:"kind"` // value, list, map, reducing, aggregating, broadcast, operator-list, union-list, timers
	Backend   string `json:"backend"`
	Key       string `json:"key"`
	Namespace string `json:"namespace"`
	Value     string `json:"value"`
	MapKey    string `json:"map_key"`
	TTLMS     int64  `json:"ttl_ms"`
}

// PathDef is what one invocation did inside the chain (grammar: spec/recording.md, section 3.1).
type PathDef struct {
	P string `json:"p"`
}

// GraphDef is the job graph as the JobManager has it.
type GraphDef struct {
	Recording   string            `json:"recording"`
	Name        string            `json:"name"`
	Vertices    []GraphVertexDef  `json:"vertices"`
	Config      map[string]string `json:"config"`
	SubmittedUS int64             `json:"submitted_us"`
	Flink       string            `json:"flink"`
	Type        string            `json:"type"`
}

// GraphVertexDef is one vertex (a chain of operators) of the job graph.
type GraphVertexDef struct {
	ID             string             `json:"id"`
	Name           string             `json:"name"`
	Parallelism    int                `json:"parallelism"`
	MaxParallelism int                `json:"max_parallelism"`
	Invokable      string             `json:"invokable"`
	SlotGroup      string             `json:"slot_group"`
	Operators      []GraphOperatorDef `json:"operators"`
	Inputs         []GraphInputDef    `json:"inputs"`
}

// GraphOperatorDef is one operator of a vertex; UID is the user's, empty when none was set.
type GraphOperatorDef struct {
	ID   string `json:"id"`
	Node int    `json:"node"` // of the stream graph; 0 = not told
	UID  string `json:"uid"`
	Name string `json:"name"`
}

// GraphInputDef is an edge into a vertex.
type GraphInputDef struct {
	Dataset string `json:"dataset"`
	Vertex  string `json:"vertex"`
	Ship    string `json:"ship"`
	Type    string `json:"type"`
}

// ProcessDef describes a JVM with an agent.
type ProcessDef struct {
	Process  string `json:"process"`
	Role     string `json:"role"`
	Host     string `json:"host"`
	PID      int    `json:"pid"`
	Java     string `json:"java"`
	Flink    string `json:"flink"`
	Agent    string `json:"agent"`
	Timezone string `json:"timezone"`
	Resource string `json:"resource"`

	Tells []string `json:"tells,omitempty"` // beside what every agent tells: drops, legacy-sources
}

// RoleReplay is the role of a process in which a recorded task runs again: what it tells is a derived recording.
const RoleReplay = "replay"

// TellsDrops tells whether the process tells the records that are thrown away.
func (p *ProcessDef) TellsDrops() bool { return slices.Contains(p.Tells, "drops") }

// TellsLegacySources tells whether the process tells mails of tasks with a source of the old interface, and what its function emits between records.
func (p *ProcessDef) TellsLegacySources() bool { return slices.Contains(p.Tells, "legacy-sources") }
