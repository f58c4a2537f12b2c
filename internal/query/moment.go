package query

// Moment is one invocation with all that belongs to it.
type Moment struct {
	Position   Position
	Operator   OperatorRef
	Vertex     string
	Task       string
	Subtask    int
	Attempt    int
	Invocation Event  // the det row, narrowed to this invocation
	Input      *Event // the element with its bytes from the producer's block, or the source record
	InputNote  string // why there is no Input although there was one
	Outputs    []Event
	Writes     []Event
	Steps      []Event // what operators did with state, timers and windows, dropped records, reads of clocks: in order
	More       bool    // outputs, writes, steps or lines of the log were cut at MaxMomentEvents
	Path       Path
	Watermark  EventTime // the task's combined watermark when the invocation began
	Exception  *Event
	Logs       []Event // lines that the invocation wrote to the log, in order
	Before     *Position
	After      *Position
}

// MaxMomentEvents bounds Outputs, Writes, Steps and Logs of a Moment, each.
const MaxMomentEvents = 1000

// Path is what an invocation did inside its chain.
type Path struct {
	Text  string // empty = not known
	Cut   bool   // longer than the recorder keeps
	Steps []PathStep
}

// PathStep sums one operator's part up, in order of first visit.
type PathStep struct {
	Operator OperatorRef
	In       int // records that entered it
	Out      int // records that it passed on, emitted or wrote
}
