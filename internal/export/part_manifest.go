package export

import "time"

// Names below the folder of one recording, which is recording=<id>. Engines leave out what begins with an underscore.
const (
	PartsDir      = "_parts"         // a manifest for each part
	RecordingFile = "recording.json" // in it: how far the export of the recording came
	stagingDir    = "_staging"       // a part that is not whole yet
	gapsFile      = "gaps/part-000000.parquet"
)

// Part is the manifest of one part: some blocks of a recording, as rows of all tables but gaps. No block is in two parts.
type Part struct {
	Kind    string    `json:"kind"` // parquet-part
	Version int       `json:"version"`
	Number  int       `json:"part"` // from 1
	Made    time.Time `json:"made"`
	By      string    `json:"by"`
	Policy  string    `json:"policy"`

	Recording string       `json:"recording"`
	Blocks    []LaneBlocks `json:"blocks"`
	First     int64        `json:"first_event"` // value of column event in the first row; those of the part are dense from there
	Events    int64        `json:"events"`
	From      time.Time    `json:"from,omitzero"` // of the blocks; other parts may hold times in between
	To        time.Time    `json:"to,omitzero"`
	// Unresolved counts blocks that name what had not come after a long wait: an operator, a state, a text.
	Unresolved int      `json:"unresolved,omitempty"`
	Unreadable []GapRow `json:"unreadable,omitempty"` // blocks whose rows are lost, as they are in table gaps
	Findings
	Masked []Masked         `json:"masked"`
	Levels []Level          `json:"levels"`
	Tables map[string]Table `json:"tables"`

	Removed bool `json:"removed,omitempty"` // its files went with the recording's segments (export-parquet-keep)
}

// PartsOf says how far the export of a recording came; recording.json.
type PartsOf struct {
	Kind      string    `json:"kind"` // parquet-recording
	Version   int       `json:"version"`
	Written   time.Time `json:"written"`
	Recording Recording `json:"recording"`
	// Complete: the run has ended, no block waits, nothing is missing. Otherwise Why says what is.
	Complete bool      `json:"complete"`
	Why      []string  `json:"why,omitempty"`
	Parts    int       `json:"parts"`
	Events   int64     `json:"events"`
	Waiting  int       `json:"waiting"` // blocks that are stored and not in a part yet
	Gaps     int       `json:"gaps"`    // rows of table gaps
	Missing  []Missing `json:"missing"` // the first of them
}
