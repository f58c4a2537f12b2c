package api

import "github.com/sightglass/sightglass/internal/access"

// StepPlace is a step of an invocation's code in a replay, and all that can be seen there.
type StepPlace struct {
	Position  string       `json:"position"`
	Step      int          `json:"step" doc:"Number within the invocation's trace; -1: no code of the job ran in it."`
	Steps     int          `json:"steps" doc:"Steps of the trace, those at which one does not stop with them."`
	Kind      string       `json:"kind" enum:"line,thrown,enter," doc:"line: it is about to run; thrown: an exception leaves the method; enter: a method without a table of lines begins; empty: no code ran."`
	Found     bool         `json:"found" doc:"false: there is nothing there to go to, and one stays."`
	Why       string       `json:"why,omitempty" doc:"Why nothing was found."`
	Looked    int          `json:"looked" doc:"Invocations that were looked through."`
	Cut       bool         `json:"cut" doc:"The code did more in the invocation than is kept."`
	Frames    []StepFrame  `json:"frames" doc:"The stack of the job's code, the innermost call first."`
	Thrown    *access.View `json:"thrown,omitempty" doc:"The exception."`
	Returned  *access.View `json:"returned,omitempty" doc:"What the call that the line before made gave back."`
	Moment    Moment       `json:"moment" doc:"The invocation as the replay recorded it."`
	Done      int          `json:"done" doc:"So many of the moment's steps came before."`
	Sent      int          `json:"sent" doc:"So many of the moment's outputs came before."`
	Wrote     int          `json:"wrote" doc:"So many of the writes of the moment came before."`
	Source    *StepSource  `json:"source,omitempty" doc:"Text of the class of the call asked for; absent: none is known here."`
	Evaluated []StepValue  `json:"evaluated" doc:"One for each expression asked for."`
	Replay    StepReplay   `json:"replay"`
}

// StepFrame is a call.
type StepFrame struct {
	Class   string      `json:"class"`
	Method  string      `json:"method"`
	Path    string      `json:"path" doc:"Of its source: the folders of the package and the file."`
	Line    int         `json:"line" doc:"0 = not known."`
	NoLines bool        `json:"no_lines" doc:"The class has no table of lines: one steps from call to call."`
	Locals  []StepLocal `json:"locals" doc:"Those that have a value for certain before the line."`
}

// StepLocal is a local variable.
type StepLocal struct {
	Name    string       `json:"name"`
	Type    string       `json:"type"`
	Changed bool         `json:"changed" doc:"Against the line of the call before, or new."`
	View    *access.View `json:"view"`
}

// StepSource is the text of a class.
type StepSource struct {
	From  string        `json:"from" enum:"folder,jar,generated,decompiled"`
	Path  string        `json:"path"`
	Line  int           `json:"line" doc:"Where the call is in the text; 0 = not known. In a decompiled text lines lie elsewhere."`
	Ran   []int         `json:"ran" doc:"Lines of the text that ran in the invocation, in order."`
	Lines []StepLine    `json:"lines,omitempty" doc:"Of a decompiled text: what its lines are in the class, by which breakpoints go. Absent: they are the same."`
	Text  access.Source `json:"source"`
	SQL   *StepSQL      `json:"sql,omitempty" doc:"Of generated code: what it was made for."`
}

// StepSQL is the operator that Flink generated code for, and the statements that it is there for.
type StepSQL struct {
	Operator   SQLOperator    `json:"operator"`
	Statements []SQLStatement `json:"statements" doc:"Empty: no process that plans told of them."`
}

// StepLine is a line of a text that is another one in the class.
type StepLine struct {
	Text  int `json:"text"`
	Class int `json:"class"`
}

// StepValue is the value of an expression.
type StepValue struct {
	Expression string `json:"expression"`
	Text       string `json:"text" doc:"As JSON; or why there is none."`
	Type       string `json:"type,omitempty"`
	OK         bool   `json:"ok"`
}

// StepReplay is what the replay says of itself.
type StepReplay struct {
	Recording  string `json:"recording" doc:"That it makes."`
	Starts     int    `json:"starts" doc:"Processes that were started."`
	Renumbered I64    `json:"renumbered" doc:"How often more or less happened than in the recording; 0 in a replay that does the same."`
	Surplus    I64    `json:"surplus_reads" doc:"Reads of clocks and random numbers that the recording does not have."`
	Thrown     string `json:"thrown,omitempty" doc:"Class of the exception that ended the task."`
}

// StepProgress is how far the replay of an attempt is, while a step is waited for.
type StepProgress struct {
	Phase      string `json:"phase" enum:"planning,preparing,building,running,waiting" doc:"planning: there is none yet, and what it needs is looked for; preparing: its process starts; building: the task is built; running: it goes through what was recorded; waiting: nothing is asked of it."`
	Invocation I64    `json:"invocation" doc:"Reached; 0 = none yet."`
	Warm       bool   `json:"warm" doc:"Jumps within it are as short as they become: what could be prepared for them while nothing was asked is there."`
}

// StepEnded says whether there was a replay to end.
type StepEnded struct {
	Ended bool `json:"ended"`
}
