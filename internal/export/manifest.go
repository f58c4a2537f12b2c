package export

import "time"

// ManifestFile is the last file of an export.
const ManifestFile = "manifest.json"

// ProgressFile appears in a stream between files, so that whoever reads it knows how far the export is. It is no part of the export.
const ProgressFile = "progress.json"

// Progress is what ProgressFile holds.
type Progress struct {
	Events int64     `json:"events"` // written
	Of     int64     `json:"of"`     // of the recording, whatever was selected
	Time   time.Time `json:"time,omitzero"`
}

// Manifest says what an export holds, and what it does not.
type Manifest struct {
	Kind    string    `json:"kind"` // parquet-export
	Version int       `json:"version"`
	Made    time.Time `json:"made"`
	By      string    `json:"by"`     // principal, as whom values were masked
	Policy  string    `json:"policy"` // version of the access policy

	Recording Recording `json:"recording"`
	Selected  Selected  `json:"selected"`

	// Complete: no gap touches what was selected, all of it was read, and the run has ended or the selection ends before what is
	// recorded now. Otherwise Why says what is missing.
	Complete    bool      `json:"complete"`
	Why         []string  `json:"why,omitempty"`
	ScannedFrom time.Time `json:"scanned_from,omitzero"`
	ScannedTo   time.Time `json:"scanned_to,omitzero"` // exclusive
	Gaps        int       `json:"gaps"`                // rows of table gaps
	Missing     []Missing `json:"missing"`             // the first of them
	Findings
	Masked []Masked `json:"masked"`
	// Levels is what tasks said of their levels (spec/recording.md, section 7): states, timers and windows are there at level
	// trace only, so an empty table says nothing of an operator below it. Empty = nothing was said in what was selected.
	Levels []Level `json:"levels"`

	Tables map[string]Table `json:"tables"`
}

// Recording is which run it was.
type Recording struct {
	ID      string    `json:"id"`
	Job     string    `json:"job"`
	State   string    `json:"state"`
	Flink   string    `json:"flink"`
	Started time.Time `json:"started,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
	Events  uint64    `json:"events"` // rows in the store, of all lanes
}

// Selected is what was asked for; empty = all.
type Selected struct {
	Op   string    `json:"op,omitempty"`
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Findings counts values that are not what they were.
type Findings struct {
	Undecoded int64 `json:"undecoded"` // values that could not be decoded whole; column value_reason
	Unread    int64 `json:"unread"`    // events whose payload is recorded and could not be read; column payload_error
}

// Missing is a gap in a few words.
type Missing struct {
	Lane   string    `json:"lane"`
	Reason string    `json:"reason"`
	Task   string    `json:"task,omitempty"`
	Text   string    `json:"text"`
	Events int64     `json:"events"`
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
}

// Masked counts what the policy hid at a path.
type Masked struct {
	Path   string `json:"path"`
	Class  string `json:"class"`
	Action string `json:"action"`
	Count  int    `json:"count"`
}

// Level is what a task said of its operators' levels.
type Level struct {
	Task string `json:"task"`
	Text string `json:"text"`
}

// Table is a table's size and files.
type Table struct {
	Rows  int64  `json:"rows"`
	Files []File `json:"files"`
}

// File is one Parquet file, by its path below the export's folder.
type File struct {
	Path   string `json:"path"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}
