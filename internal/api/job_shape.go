package api

// Job is one run of a Flink job.
type Job struct {
	ID                string   `json:"id" doc:"Recording id: Flink's JobID, 32 hex digits."`
	Name              string   `json:"name"`
	State             string   `json:"state" doc:"running, finished, failed, canceled, or last-seen: nothing arrived for a while and nobody recorded the end." enum:"running,finished,failed,canceled,last-seen"`
	FlinkState        string   `json:"flink_state" doc:"Flink's own word, as failing; empty when the JobManager has no agent."`
	Type              string   `json:"type" doc:"streaming or batch; empty when the JobManager has no agent."`
	Flink             string   `json:"flink" doc:"Flink's version."`
	SQL               bool     `json:"sql" doc:"The table planner made some of its operators: there is a view of its SQL."`
	Started           *Time    `json:"started,omitempty"`
	Ended             *Time    `json:"ended,omitempty"`
	Parallelism       int      `json:"parallelism" doc:"Largest of the vertices."`
	Operators         int      `json:"operators"`
	Subtasks          int      `json:"subtasks"`
	Agents            int      `json:"agents" doc:"Processes with an agent that take part and are connected."`
	Level             string   `json:"level" doc:"How much is recorded now: positions, flight, trace, mixed where rules or changes differ by operator, or ended."`
	AttemptsRestarted int      `json:"attempts_restarted"`
	InPerSecond       float64  `json:"in_per_s" doc:"Records entering at the sources, mean of the last 10 s."`
	OutPerSecond      float64  `json:"out_per_s" doc:"Records leaving at the sinks, mean of the last 10 s."`
	Watermark         *Time    `json:"watermark,omitempty" doc:"Lowest of the sinks."`
	WatermarkLagMS    *I64     `json:"watermark_lag_ms,omitempty"`
	SourceLag         *I64     `json:"source_lag,omitempty" doc:"Records that the sources have still to read, when known."`
	Drops             *I64     `json:"drops,omitempty" doc:"Records that operators threw away and that are lost; absent: no agent of the job tells them."`
	Gaps              int      `json:"gaps"`
	Events            I64      `json:"events"`
	Bytes             I64      `json:"bytes"`
	LastSeen          *Time    `json:"last_seen,omitempty"`
	Cost              Cost     `json:"cost"`
	Problems          []string `json:"problems"`
}

// Cost is what recording costs.
type Cost struct {
	CPUShare       *float64 `json:"cpu_share,omitempty" doc:"Agents' threads, share of one core."`
	BytesPerSecond float64  `json:"bytes_per_s"`
	Lost           I64      `json:"lost" doc:"Events that were not recorded."`
}

// JobDetail is a job with its graph, attempts, processes and the newest checkpoints and exceptions.
type JobDetail struct {
	Job
	Graph       Graph           `json:"graph"`
	Attempts    []Attempt       `json:"attempts"`
	Processes   []Process       `json:"processes"`
	Checks      ChannelTotals   `json:"checks"`
	Checkpoints []Checkpoint    `json:"checkpoints" doc:"The last 20, newest first."`
	Exceptions  []ExceptionInfo `json:"exceptions" doc:"The last 20, newest first."`
}

// Live is one state of a running job, sent every second.
type Live struct {
	Job   Job   `json:"job"`
	Graph Graph `json:"graph"`
}

// Graph is the job as vertices (chains of operators) and edges between them.
type Graph struct {
	Vertices []Vertex   `json:"vertices"`
	Edges    []Edge     `json:"edges"`
	Topics   []TopicUse `json:"topics"`
	Inferred bool       `json:"inferred" doc:"The JobManager has no agent: the graph is put together from task attempts."`
}

// Vertex is a chain of operators that run as one task.
type Vertex struct {
	ID             string     `json:"id"`
	Name           string     `json:"name"`
	Parallelism    int        `json:"parallelism"`
	Operators      []Operator `json:"operators"`
	RecordsIn      I64        `json:"records_in"`
	RecordsOut     I64        `json:"records_out"`
	InPerSecond    float64    `json:"in_per_s"`
	OutPerSecond   float64    `json:"out_per_s"`
	Watermark      *Time      `json:"watermark,omitempty"`
	WatermarkLagMS *I64       `json:"watermark_lag_ms,omitempty"`
	State          string     `json:"state"`
	Subtasks       []Subtask  `json:"subtasks"`
}

// Operator is one operator of a chain.
type Operator struct {
	ID           string    `json:"id"`
	Index        int       `json:"index" doc:"Place in the chain; the head is 0."`
	UID          string    `json:"uid"`
	Name         string    `json:"name"`
	Slug         string    `json:"slug" doc:"The name as positions and filters write it."`
	Kind         string    `json:"kind"`
	Class        string    `json:"class"`
	Function     *Function `json:"function,omitempty"`
	Stateful     bool      `json:"stateful"`
	Timers       bool      `json:"timers"`
	RecordsIn    I64       `json:"records_in"`
	RecordsOut   I64       `json:"records_out"`
	InPerSecond  float64   `json:"in_per_s"`
	OutPerSecond float64   `json:"out_per_s"`
	Topic        string    `json:"topic,omitempty"`
	Drops        []DropSum `json:"drops" doc:"What it threw away by reason, the most frequent first."`
	Next         []int     `json:"next"`
	Outputs      []int     `json:"outputs"`
}

// Function is the user's function and where its source is.
type Function struct {
	Class  string `json:"class"`
	Method string `json:"method,omitempty"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
}

// Subtask is one parallel instance of a vertex in its newest attempt.
type Subtask struct {
	Subtask      int     `json:"subtask"`
	Attempt      int     `json:"attempt"`
	AttemptKey   string  `json:"attempt_key"`
	State        string  `json:"state"`
	Host         string  `json:"host"`
	Process      string  `json:"process"`
	RecordsIn    I64     `json:"records_in"`
	RecordsOut   I64     `json:"records_out"`
	InPerSecond  float64 `json:"in_per_s"`
	OutPerSecond float64 `json:"out_per_s"`
	Watermark    *Time   `json:"watermark,omitempty"`
	LastSeen     *Time   `json:"last_seen,omitempty"`
}

// Edge is a connection between two vertices.
type Edge struct {
	ID             string  `json:"id" doc:"Flink's intermediate data set."`
	From           string  `json:"from"`
	To             string  `json:"to"`
	FromOperator   string  `json:"from_operator"`
	ToOperator     string  `json:"to_operator"`
	Ship           string  `json:"ship" doc:"FORWARD, HASH, REBALANCE, BROADCAST …"`
	Records        I64     `json:"records"`
	PerSecond      float64 `json:"per_s"`
	BytesPerSecond float64 `json:"bytes_per_s"`
	Watermark      *Time   `json:"watermark,omitempty"`
	WatermarkLagMS *I64    `json:"watermark_lag_ms,omitempty"`
	InFlight       *I64    `json:"in_flight,omitempty" doc:"Sent and not yet consumed."`
	Serializer     string  `json:"serializer" doc:"Type on the edge."`
}

// TopicUse is a Kafka topic that an operator reads or writes.
type TopicUse struct {
	Topic     string  `json:"topic"`
	Role      string  `json:"role" enum:"read,written"`
	Operator  string  `json:"operator"`
	Vertex    string  `json:"vertex"`
	PerSecond float64 `json:"per_s"`
	Records   I64     `json:"records"`
	Lag       *I64    `json:"lag,omitempty"`
}

// Attempt is one execution attempt of a subtask.
type Attempt struct {
	AttemptKey string `json:"attempt_key"`
	Vertex     string `json:"vertex"`
	Task       string `json:"task"`
	Subtask    int    `json:"subtask"`
	Attempt    int    `json:"attempt"`
	State      string `json:"state"`
	Host       string `json:"host"`
	Started    *Time  `json:"started,omitempty"`
	Ended      *Time  `json:"ended,omitempty"`
	Restored   I64    `json:"restored" doc:"Checkpoint it started from; 0 = none."`
	Error      string `json:"error,omitempty" doc:"Masked one-line view."`
}

// Checkpoint is one checkpoint as the JobManager saw it.
type Checkpoint struct {
	ID         I64    `json:"id"`
	State      string `json:"state" enum:"triggered,completed,failed"`
	Triggered  *Time  `json:"triggered,omitempty"`
	Completed  *Time  `json:"completed,omitempty"`
	Discarded  *Time  `json:"discarded,omitempty" doc:"Flink deleted its files: a newer one took its place."`
	DurationMS I64    `json:"duration_ms"`
	Bytes      I64    `json:"bytes"`
}

// ExceptionInfo names an exception; Position leads to its event.
type ExceptionInfo struct {
	Time       Time   `json:"time"`
	Class      string `json:"class"`
	Text       string `json:"text" doc:"Masked one-line view of the message."`
	Op         string `json:"op"`
	OpName     string `json:"op_name"`
	Task       string `json:"task"`
	Subtask    int    `json:"subtask"`
	Attempt    int    `json:"attempt"`
	AttemptKey string `json:"attempt_key"`
	Position   string `json:"position,omitempty"`
	Element    string `json:"element,omitempty" doc:"Element or Kafka record being handled."`
}
