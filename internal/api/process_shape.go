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
	Reason    string          `json:"reason,omitempty"`
}

// Hook is one line of an agent's self-test.
type Hook struct {
	ID     string `json:"id"`
	State  string `json:"state" doc:"installed, fired, missing (its class was loaded and the hook did not fit) or waiting (its class was not loaded yet)."`
	Class  string `json:"class"`
	Fired  I64    `json:"fired"`
	Detail string `json:"detail"`
}

// ProcessCounters are what an agent counts about itself.
type ProcessCounters struct {
	Errors      I64 `json:"errors"`
	LostEvents  I64 `json:"lost_events"`
	LostBytes   I64 `json:"lost_bytes"`
	QueuedBytes I64 `json:"queued_bytes"`
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
}
