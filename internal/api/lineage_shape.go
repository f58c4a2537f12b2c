package api

import "github.com/sightglass/sightglass/internal/access"

// Lineage is what a record came from and what it became.
type Lineage struct {
	Record    string        `json:"record"`
	Recording string        `json:"recording"`
	Complete  bool          `json:"complete" doc:"False when a gap, a missing recording, a limit or state ended a branch."`
	Nodes     []LineageNode `json:"nodes"`
	Edges     []LineageEdge `json:"edges"`
	Notes     []Note        `json:"notes"`
	Counts    LineageCounts `json:"counts"`
	TookMS    float64       `json:"took_ms"`
}

// LineageNode is a record at one place.
type LineageNode struct {
	ID         string       `json:"id" doc:"Unique in the answer."`
	Kind       string       `json:"kind" enum:"kafka,element,source,invocation,written"`
	Record     string       `json:"record,omitempty" doc:"Element or Kafka record."`
	Recording  string       `json:"recording"`
	Job        string       `json:"job"`
	Op         string       `json:"op"`
	OpName     string       `json:"op_name"`
	Vertex     string       `json:"vertex"`
	Subtask    int          `json:"subtask"`
	Attempt    int          `json:"attempt"`
	Invocation *I64         `json:"invocation,omitempty"`
	Position   string       `json:"position,omitempty"`
	Time       *Time        `json:"time,omitempty"`
	EventTime  *Time        `json:"event_time,omitempty"`
	View       *access.View `json:"view,omitempty"`
	Depth      int          `json:"depth" doc:"Negative upwards, positive downwards, 0 the record asked for."`
	StateNote  string       `json:"state_note,omitempty"`
}

// LineageEdge joins two nodes.
type LineageEdge struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Kind      string `json:"kind" enum:"same,caused,state,dropped" doc:"same: one record seen at two places; caused: parent and child inside one invocation; state: through state, with proof from a record to what it contributed to, else an invocation without a record and what it made; dropped: it was thrown away there."`
	Operator  string `json:"operator,omitempty"`
	Path      string `json:"path,omitempty"`
	Through   string `json:"through,omitempty" doc:"What the contribution went through: a state by name, a timer, an asynchronous call, a mini-batch."`
	Proof     string `json:"proof,omitempty" enum:"exact,over-approximated" doc:"Of a contribution. exact: the operator had it at hand when it made the output, as the recording proves; over-approximated: it may have nothing to do with it, for the reason."`
	Reason    string `json:"reason,omitempty" doc:"Why it is over-approximated."`
	LatencyMS *I64   `json:"latency_ms,omitempty"`
}

// Note says why a branch ended, or what is odd about it.
type Note struct {
	Kind     string `json:"kind" enum:"state,gap,removed,not-recorded,limit,transaction,recovered,dropped"`
	Text     string `json:"text"`
	Node     string `json:"node,omitempty"`
	Operator string `json:"operator,omitempty"`
	Hint     string `json:"hint"`
}

// LineageCounts sums up a lineage.
type LineageCounts struct {
	Nodes int `json:"nodes"`
	Edges int `json:"edges"`
	Jobs  int `json:"jobs"`
	Up    int `json:"up"`
	Down  int `json:"down"`
}
