package impact

import "time"

// Verdict says what becomes of a system.
type Verdict string

// The verdicts, the worst first.
const (
	Broken  Verdict = "broken"
	Unknown Verdict = "unknown" // what it reads is not known, or it was not seen for a while
	Maybe   Verdict = "maybe"   // what changes reaches what it uses, and nothing shows that it breaks
	Safe    Verdict = "safe"
)

// Verdicts are all of them, in the order in which reports have them.
var Verdicts = []Verdict{Broken, Maybe, Unknown, Safe}

// Change is one thing that a proposal changes.
type Change struct {
	Kind    string `json:"kind"` // field-removed, field-added, type, optional, values, default, setting, promise, program
	Path    string `json:"path,omitempty"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	Text    string `json:"text"`             // for people
	Advice  string `json:"advice,omitempty"` // what would make it harmless, where something short would
	Pointer string `json:"pointer,omitempty"`

	everywhere bool // it reaches whoever uses anything of the stream
	harmless   bool // readers of the field itself do not see it
}

// Place is a real record that could not be read.
type Place struct {
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Path      string `json:"path,omitempty"`
	Reason    string `json:"reason"`
	OfValue   bool   `json:"of_value,omitempty"`
}

// Records is what became of the newest records for one system.
type Records struct {
	Of           int      `json:"of"`
	Converted    int      `json:"converted"`
	Failed       int      `json:"failed"`
	NotSimulated int      `json:"not_simulated"`
	First        []Place  `json:"first,omitempty"`
	Reasons      []Reason `json:"reasons,omitempty"`
}

// Reason counts records.
type Reason struct {
	Path    string `json:"path,omitempty"`
	Reason  string `json:"reason"`
	Failed  bool   `json:"failed"`
	Records int    `json:"records"`
}

// System is a system with its verdict.
type System struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Kind     string     `json:"kind"`
	Role     string     `json:"role"` // consumer, producer
	Owners   []string   `json:"owners,omitempty"`
	Verdict  Verdict    `json:"verdict"`
	Why      string     `json:"why"`     // in one line
	Changes  []int      `json:"changes"` // of Report.Changes, that touch it
	Fields   FieldUse   `json:"fields"`
	Seen     time.Time  `json:"seen"`
	Evidence []Evidence `json:"evidence"`
	Records  *Records   `json:"records,omitempty"`
	Path     []string   `json:"path,omitempty"` // of those downstream: streams and systems in between, in turns
	Link     string     `json:"link,omitempty"`
}

// RegistryVerdict is what the registry would say.
type RegistryVerdict struct {
	Subject    string   `json:"subject"`
	Level      string   `json:"level"`
	Compatible bool     `json:"compatible"`
	Messages   []string `json:"messages,omitempty"`
	Version    int      `json:"version"` // that is the latest; 0: none
}

// FieldData is what records hold of a field that changes.
type FieldData struct {
	Path          string    `json:"path"`
	Suppressed    bool      `json:"suppressed,omitempty"` // too few records to say something of them all
	Present       float64   `json:"present"`              // shares of records
	NotNull       float64   `json:"not_null"`
	Hidden        bool      `json:"hidden,omitempty"` // some is, to whoever asked
	LastPartition int32     `json:"last_partition"`
	LastOffset    int64     `json:"last_offset"` // -1: in none
	LastTime      time.Time `json:"last_time"`
}

// Data is what the stream itself was seen to hold.
type Data struct {
	Records int         `json:"records"`         // that were looked at
	Note    string      `json:"note,omitempty"`  // why none, or not all that were wanted
	Valid   *Records    `json:"valid,omitempty"` // of records as they are, under the proposed schema; of JSON Schema only
	Fields  []FieldData `json:"fields,omitempty"`
	Keyed   int         `json:"keyed"`   // with a key
	Largest int64       `json:"largest"` // bytes of the largest one
}

// Step is something to do before the change.
type Step struct {
	Who  string `json:"who"`
	Text string `json:"text"`
}

// Report is what a proposal comes to.
type Report struct {
	Stream   Stream           `json:"stream"`
	Owners   []string         `json:"owners,omitempty"`
	Profile  string           `json:"profile,omitempty"`
	Registry *RegistryVerdict `json:"registry,omitempty"`
	Changes  []Change         `json:"changes"`
	Data     *Data            `json:"data,omitempty"`
	Systems  []System         `json:"systems"`
	Hidden   int              `json:"hidden"` // systems that whoever asked may not see; they count as unknown
	Plan     []Step           `json:"plan,omitempty"`
	Notes    []string         `json:"notes,omitempty"` // what could not be looked at
}

// Counts is how many systems have each verdict.
type Counts struct {
	Broken  int `json:"broken"`
	Maybe   int `json:"maybe"`
	Unknown int `json:"unknown"`
	Safe    int `json:"safe"`
}

// Counts counts. Systems that are hidden are unknown.
func (r *Report) Counts() Counts {
	c := Counts{Unknown: r.Hidden}
	for i := range r.Systems {
		switch r.Systems[i].Verdict {
		case Broken:
			c.Broken++
		case Maybe:
			c.Maybe++
		case Safe:
			c.Safe++
		default:
			c.Unknown++
		}
	}
	return c
}
