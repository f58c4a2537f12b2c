package api

// Process is a JVM with an agent.
type Process struct {
	Process   string          `json:"process"`
	Role      string          `json:"role" doc:"taskmanager, jobmanager or other."`
	Host      string          `json:"host"`
	PID       int             `json:"pid"`
	Java      string          `json:"java"`
	Flink     string          `json:"flink"`
	Agent     string          `json:"agent"`
	Connected bool            `json:"connected"`
	CPUShare  *float64        `json:"cpu_share,omitempty" doc:"The agent's threads, share of one core, over the last seconds."`
	LastSeen  *Time           `json:"last_seen,omitempty"`
	Hooks     []Hook          `json:"hooks"`
	Counters  ProcessCounters `json:"counters"`
	Off       bool            `json:"off" doc:"Recording is switched off in this process."`
	Reason    string          `json:"reason,omitempty" doc:"Why it is off, or, when it is not, why no task is recorded."`
	Policy    ProcessPolicy   `json:"policy"`
	Governor  Governor        `json:"governor"`
	LookBack  LookBack        `json:"look_back"`
	Spent     []Spent         `json:"spent" doc:"CPU time by thread of the agent, and an estimate of hooks on the threads of tasks; most first."`
}

// ProcessPolicy is what an agent made of the recording policy.
type ProcessPolicy struct {
	Version string `json:"version" doc:"That it follows; empty: it does not tell."`
	Tasks   int    `json:"tasks"`
	Behind  int    `json:"behind" doc:"Tasks that had nothing to do since the version came."`
	Refused string `json:"refused,omitempty" doc:"A version that it cannot follow."`
	Why     string `json:"why,omitempty" doc:"It cannot."`
}

// Governor is how an agent stands to its budgets.
type Governor struct {
	Step           int     `json:"step" doc:"0: as the policy says; up to 4: positions only."`
	Why            string  `json:"why,omitempty" doc:"Which budget."`
	Text           string  `json:"text,omitempty"`
	CPU            float64 `json:"cpu" doc:"Of one core, over the last second, hooks on the threads of tasks included."`
	BytesPerSecond I64     `json:"bytes_per_s"`
	Memory         I64     `json:"memory"`
}

// LookBack is what an agent keeps and does not send.
type LookBack struct {
	Blocks     I64   `json:"blocks"`
	Memory     I64   `json:"memory"`
	Disk       I64   `json:"disk"`
	From       *Time `json:"from,omitempty" doc:"Of the oldest block."`
	Sending    I64   `json:"sending" doc:"Blocks that were asked for and wait."`
	SentBlocks I64   `json:"sent_blocks"`
	SentBytes  I64   `json:"sent_bytes"`
}

// Spent is CPU time.
type Spent struct {
	On string `json:"on"`
	NS I64    `json:"ns"`
}

// Hook is one line of an agent's self-test.
type Hook struct {
	ID     string `json:"id"`
	State  string `json:"state" doc:"installed, fired, missing (its class was loaded and the hook did not fit), waiting (its class was not loaded yet) or failed (it threw, and is off)."`
	Class  string `json:"class"`
	Fired  I64    `json:"fired"`
	Detail string `json:"detail"`
	NS     *I64   `json:"ns,omitempty" doc:"What a firing costs, a mean of samples."`
	Errors I64    `json:"errors"`
}

// ProcessCounters are what an agent counts about itself.
type ProcessCounters struct {
	Errors      I64 `json:"errors"`
	LostEvents  I64 `json:"lost_events"`
	LostBytes   I64 `json:"lost_bytes"`
	QueuedBytes I64 `json:"queued_bytes"`
	Spilled     I64 `json:"spilled_bytes" doc:"Of blocks that wait on disk."`
	CPUNanos    I64 `json:"cpu_ns"`
	Blocks      I64 `json:"blocks"`
	Events      I64 `json:"events"`
	Bytes       I64 `json:"bytes"`
}

// Status is the server about itself.
type Status struct {
	Version       string   `json:"version"`
	UptimeSeconds I64      `json:"uptime_s"`
	Listen        string   `json:"listen" doc:"Address of this API."`
	AgentListen   string   `json:"agent_listen"`
	Data          string   `json:"data" doc:"Folder of all data."`
	FlinkLines    []string `json:"flink_lines" doc:"What goes into Flink's configuration."`
	AgentJar      string   `json:"agent_jar,omitempty" doc:"Where the server wrote the agent."`
	Agents        int      `json:"agents" doc:"Connected ones."`
	Recordings    int      `json:"recordings"`
	Bytes         I64      `json:"bytes" doc:"Of all recordings."`
	Ingest        Ingest   `json:"ingest"`

	Opened *IncidentFile `json:"opened,omitempty" doc:"The server shows this incident file alone, and changes nothing."`
}

// Ingest is what arrived since the server started and how fast it arrives (mean of the last 10 s).
type Ingest struct {
	Blocks          I64     `json:"blocks"`
	Events          I64     `json:"events"`
	Bytes           I64     `json:"bytes"`
	BlocksPerSecond float64 `json:"blocks_per_s"`
	EventsPerSecond float64 `json:"events_per_s"`
	BytesPerSecond  float64 `json:"bytes_per_s"`
}

// Check is one line of the doctor.
type Check struct {
	Check  string `json:"check"`
	State  string `json:"state" enum:"ok,warn,fail"`
	Detail string `json:"detail"`
	Fix    string `json:"fix,omitempty" doc:"What to do about it."`
}

// Principal says who the caller is.
type Principal struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Roles   []string `json:"roles"`
	Actions []string `json:"actions" doc:"Actions of this API that the caller may take on every recording."`
	Policy  string   `json:"policy" doc:"Masking policy in force."`
	Way     string   `json:"way" enum:"none,server-token,password,oidc,token,jwt" doc:"How the caller came in. none: nobody is asked, as on a server of one person."`
	Until   *Time    `json:"until,omitempty" doc:"When this login ends at the latest. Absent: it does not."`
	Session string   `json:"session,omitempty" doc:"Id of the session, when it is one."`
	Owner   string   `json:"owner,omitempty" doc:"Whose token it is, when it is one."`
	Scope   []string `json:"scope,omitempty" doc:"The only actions that this token is for. Absent: all that the roles allow."`

	Grants []GrantInForce `json:"grants,omitempty" doc:"What the caller has now beyond the roles, for a while. Absent: nothing."`
}
