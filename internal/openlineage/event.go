// Package openlineage reads and writes events of OpenLineage 2-0-2: RunEvent, JobEvent and DatasetEvent. It is pure: no network, no clock, no
// storage. Facets that it does not know are kept as they came.
package openlineage

import (
	"encoding/json"
	"time"
)

// Kind is which of the three events it is.
type Kind string

// The kinds.
const (
	RunEvent     Kind = "RunEvent"
	JobEvent     Kind = "JobEvent"
	DatasetEvent Kind = "DatasetEvent"
)

// State is a run's.
type State string

// The states, as eventType has them.
const (
	Start    State = "START"
	Running  State = "RUNNING"
	Complete State = "COMPLETE"
	Abort    State = "ABORT"
	Fail     State = "FAIL"
	Other    State = "OTHER"
)

// Event is one event.
type Event struct {
	Kind     Kind
	Time     time.Time
	Producer string // URI of the program that wrote it
	State    State  // of a RunEvent; empty = it does not say
	Run      string // UUID, of a RunEvent
	Job      Job
	Inputs   []Dataset // an empty list says nothing of what the job reads
	Outputs  []Dataset
	Dataset  *Dataset // of a DatasetEvent
	Raw      json.RawMessage
}

// Job is what runs.
type Job struct {
	Namespace, Name string
	Integration     string // of the facet jobType: FLINK, SPARK …; where it is missing, what the producer's address says; empty = not known
	Processing      string // STREAMING, BATCH; empty = not told
	Doc             string
	Owners          []Owner
}

// Owner is one of the facet ownership.
type Owner struct{ Name, Type string }

// Dataset is something that is read or written.
type Dataset struct {
	Namespace, Name string
	Fields          []Field  // of the facet schema, parents before children
	Columns         []Column // of the facet columnLineage, of outputs
	Symlinks        []Identifier
	Owners          []Owner
	Doc             string
	HasSchema       bool
	HasColumns      bool
}

// Field is a field of the facet schema, by its whole path.
type Field struct{ Path, Type, Doc string }

// Identifier names a dataset.
type Identifier struct{ Namespace, Name string }

// Column says what a field of an output comes out of.
type Column struct {
	Field string
	From  []ColumnSource
}

// ColumnSource is a field of an input.
type ColumnSource struct {
	Identifier
	Field string
	How   string // IDENTITY, AGGREGATION …; empty = not told
}

// Streaming tells whether the job goes on for ever: then what it reads and writes counts from its start on. Flink's integration before the facet
// jobType was there said only who it is.
func (j *Job) Streaming() bool {
	return j.Processing == "STREAMING" || j.Processing == "" && j.Integration == "FLINK"
}
