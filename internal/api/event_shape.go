package api

import "github.com/sightglass/sightglass/internal/access"

// Event is one thing that a recording holds.
type Event struct {
	Recording     string         `json:"recording"`
	Lane          string         `json:"lane"`
	Kind          string         `json:"kind"`
	Op            string         `json:"op" doc:"Slug of the operator; empty when it belongs to none."`
	OpName        string         `json:"op_name"`
	OperatorIndex int            `json:"operator_index" doc:"Place in the chain; -1 = not known."`
	Task          string         `json:"task,omitempty"`
	Subtask       int            `json:"subtask" doc:"-1 for events of a whole job or process."`
	Attempt       int            `json:"attempt"`
	AttemptKey    string         `json:"attempt_key"`
	Invocation    I64            `json:"invocation"`
	N             int            `json:"n" doc:"Invocations that this event stands for."`
	Position      string         `json:"position,omitempty"`
	Time          Time           `json:"time"`
	EventTime     *Time          `json:"event_time,omitempty"`
	LagMS         *I64           `json:"lag_ms,omitempty" doc:"time minus event_time."`
	Key           *access.View   `json:"key,omitempty"`
	Headers       []HeaderView   `json:"headers,omitempty"`
	Element       string         `json:"element,omitempty" doc:"partition:subpartition:seq"`
	Channel       string         `json:"channel,omitempty" doc:"Where it came in or went out."`
	Path          string         `json:"path,omitempty"`
	Kafka         string         `json:"kafka,omitempty" doc:"topic/partition@offset"`
	Checkpoint    *I64           `json:"checkpoint,omitempty"`
	Text          string         `json:"text" doc:"One line."`
	View          *access.View   `json:"view,omitempty"`
	Body          map[string]any `json:"body,omitempty"`
	State         *StateAccess   `json:"state,omitempty" doc:"What the event has to do with keyed state, a timer or a window."`
	Drop          *Drop          `json:"drop,omitempty" doc:"Why a record was thrown away."`
	Transaction   *Transaction   `json:"transaction,omitempty" doc:"The Kafka transaction that a write is part of, or that the event is about."`
	Change        *Change        `json:"change,omitempty" doc:"What the row is in a stream of changes."`
	Timer         *Time          `json:"timer,omitempty" doc:"Timestamp of a timer, end of a window."`
	Cursor        string         `json:"cursor"`
}

// HeaderView is one Kafka header.
type HeaderView struct {
	Name  string       `json:"name"`
	Value *access.View `json:"value,omitempty"`
}

// StateAccess is a state of an operator and what happened to it. Views are absent where there is nothing.
type StateAccess struct {
	Name      string       `json:"name" doc:"Empty when its definition has not come."`
	Kind      string       `json:"kind" doc:"value, list, map, reducing, aggregating, broadcast, operator-list, union-list or timers."`
	Backend   string       `json:"backend"`
	TTLMS     I64          `json:"ttl_ms" doc:"0 = none."`
	Expires   *Time        `json:"expires,omitempty"`
	Key       *access.View `json:"key,omitempty"`
	Namespace *access.View `json:"namespace,omitempty"`
	MapKey    *access.View `json:"map_key,omitempty"`
	Before    *access.View `json:"before,omitempty"`
	After     *access.View `json:"after,omitempty"`
}

// Change is what a row is in a stream of changes. The halves of one update name each other.
type Change struct {
	Kind   string         `json:"kind" enum:"+I,-U,+U,-D"`
	Other  string         `json:"other,omitempty" doc:"Element of the other half of the update: sent by the same invocation, side by side with this one."`
	Text   string         `json:"text,omitempty" doc:"One line: the row after the update, with what differs as before → after."`
	Fields []ChangedField `json:"fields,omitempty" doc:"What differs between the halves."`
	Why    string         `json:"why,omitempty" doc:"Why there is no other half."`
}

// ChangedField is a field of a row before and after an update.
type ChangedField struct {
	Name   string      `json:"name"`
	Before access.Node `json:"before"`
	After  access.Node `json:"after"`
	Masked bool        `json:"masked,omitempty" doc:"It may have changed or not."`
}

// Drop is the reason of a drop and the numbers that were compared.
type Drop struct {
	Reason      string `json:"reason" doc:"spec/recording.md, section 4.1."`
	Kept        bool   `json:"kept" doc:"Late, but not lost: it went to a side output, or was taken in after all."`
	Records     I64    `json:"records" doc:"How many records it stands for; more than 1 where a metric rose by so many."`
	Partial     bool   `json:"partial" doc:"A partial aggregate, made by an operator before, of one or more records."`
	EventTime   *Time  `json:"event_time,omitempty" doc:"The record's; of some windows the end of its window."`
	Against     *Time  `json:"against,omitempty" doc:"What that was compared with."`
	AgainstWhat string `json:"against_what,omitempty" doc:"watermark, or what else it was."`
	AllowedMS   I64    `json:"allowed_ms" doc:"What was allowed beside: lateness, reach of a join."`
	LateMS      *I64   `json:"late_ms,omitempty" doc:"By how much it came too late."`
	Cause       string `json:"cause,omitempty" doc:"The channel or split that raised the watermark last; of other reasons what the row names: a column, a class, a metric."`
	CauseAt     string `json:"cause_position,omitempty" doc:"The invocation in which it did."`
}

// Transaction is a transaction of a Kafka sink.
type Transaction struct {
	ID       string `json:"id" doc:"Transactional id; empty on a write that failed."`
	Producer I64    `json:"producer"`
	Epoch    int    `json:"epoch"`
	Step     string `json:"step,omitempty" doc:"Of kind transaction: what the task did with it, spec/recording.md, section 4.6."`
	Outcome  string `json:"outcome,omitempty" doc:"In moments: committed, aborted, or not proven."`
}

// EventPage is a page of events and how far the search for it went.
type EventPage struct {
	List[Event]
	Previous    string `json:"previous,omitempty" doc:"Cursor of the page before."`
	ScannedFrom *Time  `json:"scanned_from,omitempty"`
	ScannedTo   *Time  `json:"scanned_to,omitempty"`
	Complete    bool   `json:"complete" doc:"False when the scan ended before the window did; go on with next."`

	Unclear *Unclear `json:"unclear,omitempty" doc:"Events that the filter where was neither true nor false of, and that are left out for that."`
	Explain *Explain `json:"explain,omitempty" doc:"With explain: what the search had to look at."`
}

// Explain says what a search had to look at, for this page. A block that reaches into two windows of time counts in both.
type Explain struct {
	Index    string `json:"index" doc:"What found the blocks: an index of keys, an invocation, a lane that gets few, or the time." enum:"key,invocation,lane,time"`
	Blocks   I64    `json:"blocks" doc:"Of the recording."`
	Headers  int    `json:"headers" doc:"Of blocks that were looked at."`
	Skipped  int    `json:"skipped" doc:"Of these: nothing that was asked for is inside, by the header or by an index."`
	Absent   int    `json:"absent" doc:"An index says that what was looked for is not inside: of texts, and they are among the skipped, or of keys, and not even their headers were looked at."`
	Decoded  int    `json:"decoded" doc:"Blocks whose rows were read."`
	Rows     int    `json:"rows" doc:"In decoded blocks."`
	Selected int    `json:"selected" doc:"Of these: rows that fit, before key and text are compared; the next page may hold some of them."`

	Asked     int      `json:"asked" doc:"Events that key, text and where were compared with."`
	PrunedBy  []string `json:"pruned_by,omitempty" doc:"Fields of where that ruled out blocks and rows."`
	Evaluated []string `json:"evaluated,omitempty" doc:"Terms of where that were evaluated for every event that was left."`
}

// Moment is everything about one invocation.
type Moment struct {
	Position   string    `json:"position"`
	Task       string    `json:"task"`
	Subtask    int       `json:"subtask"`
	Attempt    int       `json:"attempt"`
	Invocation Event     `json:"invocation"`
	Input      *Event    `json:"input,omitempty"`
	InputNote  string    `json:"input_note,omitempty" doc:"Why there is no input although there was one."`
	Outputs    []Event   `json:"outputs"`
	Writes     []Event   `json:"writes"`
	Steps      []Event   `json:"steps" doc:"What operators did with state, timers and windows, dropped records, reads of clocks: in order."`
	More       bool      `json:"more" doc:"Outputs, writes, steps or lines of the log were cut."`
	Path       PathTaken `json:"path"`
	Operator   *Operator `json:"operator,omitempty"`
	Watermark  *Time     `json:"watermark,omitempty"`
	Exception  *Event    `json:"exception,omitempty"`
	Logs       []Event   `json:"logs" doc:"Lines that it wrote to the log, in order."`
	Before     string    `json:"before,omitempty" doc:"Position of the invocation before."`
	After      string    `json:"after,omitempty"`
}

// PathTaken is what an invocation did inside the operator chain.
type PathTaken struct {
	Text  string     `json:"text"`
	Cut   bool       `json:"cut" doc:"Longer than the recorder keeps."`
	Steps []PathStep `json:"steps"`
}

// PathStep is one operator's part in an invocation.
type PathStep struct {
	Op   string `json:"op"`
	Name string `json:"name"`
	Kind string `json:"kind"`
	In   int    `json:"in" doc:"Records that entered."`
	Out  int    `json:"out" doc:"Records that it passed on, emitted or wrote."`
}
