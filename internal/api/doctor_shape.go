package api

// JobDoctor is the self-test of one job.
type JobDoctor struct {
	Recording string      `json:"recording"`
	Job       string      `json:"job"`
	Agents    int         `json:"agents" doc:"Connected ones."`
	Hooks     []HookUse   `json:"hooks"`
	Uncovered []Uncovered `json:"uncovered" doc:"What the job uses and what is not recorded, or not in full."`
	Lanes     []LaneUse   `json:"lanes" doc:"What the recording takes, most first."`
	Spent     []Spent     `json:"spent" doc:"CPU time of recording, since the processes began: threads of agents, and an estimate for each hook; most first."`
}

// HookUse is one hook in the processes of a job that have one version of Flink.
type HookUse struct {
	ID        string   `json:"id"`
	State     string   `json:"state" doc:"failed, missing, fired, installed or waiting."`
	Flink     string   `json:"flink"`
	Detail    string   `json:"detail,omitempty"`
	Classes   []string `json:"classes"`
	Processes int      `json:"processes"`
	Fired     I64      `json:"fired"`
	NS        *I64     `json:"ns,omitempty" doc:"What a firing costs, a mean of samples."`
	Errors    I64      `json:"errors"`
}

// Uncovered is something that a job uses and that is not recorded, or not in full.
type Uncovered struct {
	What      string   `json:"what"`
	Operators []string `json:"operators"`
	Text      string   `json:"text"`
	Fix       string   `json:"fix,omitempty"`
}

// LaneUse is what one lane of a recording takes.
type LaneUse struct {
	Lane   string  `json:"lane"`
	Blocks I64     `json:"blocks"`
	Rows   I64     `json:"rows"`
	Bytes  I64     `json:"bytes"`
	Share  float64 `json:"share" doc:"Of all bytes."`
}
