package api

import "github.com/sightglass/sightglass/internal/access"

// SQL is what is known of a job's SQL.
type SQL struct {
	Statements []SQLStatement `json:"statements" doc:"In order of time."`
	Operators  []SQLOperator  `json:"operators" doc:"In the order in which the program made them."`
	Planner    bool           `json:"planner" doc:"A process that planned the job has an agent. Without one there are no statements, and names of fields only as far as descriptions have them."`
}

// SQLStatement is a statement as the parser got it.
type SQLStatement struct {
	Number    int           `json:"number"`
	Operation string        `json:"operation" doc:"Class of Flink's operation, as SinkModifyOperation."`
	Made      bool          `json:"made" doc:"Operators of the job come from it; else it came before in the same session."`
	Time      *Time         `json:"time,omitempty"`
	Length    int           `json:"length" doc:"Characters; a long text is cut."`
	Source    access.Source `json:"source"`
}

// SQLOperator is an operator with what the planner knows of it. Which part of a statement it is for is not known: Flink's planner
// keeps no positions.
type SQLOperator struct {
	Op          string         `json:"op"`
	OpName      string         `json:"op_name"`
	ID          string         `json:"id"`
	Vertex      string         `json:"vertex"`
	Node        int            `json:"node" doc:"Of the stream graph."`
	Exec        int            `json:"exec" doc:"Number of the planner's node; 0 = it is not the planner's."`
	Type        string         `json:"type"`
	By          string         `json:"by" enum:"plan,vertex," doc:"Who told: the process that planned, or the JobManager from the vertex's description; empty: only code is known."`
	Description *access.Source `json:"description,omitempty"`
	Fields      []string       `json:"fields" doc:"Names of what it emits; empty: not known."`
	Key         []string       `json:"key"`
	Statements  []int          `json:"statements" doc:"Numbers of the statements that it is there for."`
	Code        []CodeRef      `json:"code"`
}

// CodeRef names a generated class.
type CodeRef struct {
	Class    string `json:"class"`
	Language string `json:"language"`
	Hash     string `json:"hash"`
	Length   int    `json:"length" doc:"Characters."`
	Text     bool   `json:"text" doc:"Its text was recorded."`
}

// GeneratedCode is the source of a generated class.
type GeneratedCode struct {
	CodeRef
	Source *access.Source `json:"source,omitempty"`
}
