package api

import "github.com/sightglass/sightglass/internal/access"

// FoundKey is a key that a name fits. Keys of two types may look the same: then there are several, and all are followed.
type FoundKey struct {
	View       *access.View `json:"view,omitempty"`
	Ops        []string     `json:"ops" doc:"Operators that have keys of the type."`
	Serializer string       `json:"serializer" doc:"Id of the definition of the type."`
	First      string       `json:"first,omitempty" doc:"Position of an invocation that worked under it."`
}

// KeyHistory is a page of what happened under a key, in order of time.
type KeyHistory struct {
	List[KeyVisit]
	Keys        []FoundKey `json:"keys" doc:"Empty: no key that was recorded fits the name."`
	Searched    bool       `json:"searched" doc:"All that is recorded was searched for the key; false: more lies behind what was looked at."`
	Complete    bool       `json:"complete" doc:"False when the scan ended before the window did; go on with next."`
	ScannedFrom *Time      `json:"scanned_from,omitempty"`
	ScannedTo   *Time      `json:"scanned_to,omitempty"`
	Notes       []Note     `json:"notes" doc:"Of the first page: what is not recorded, and what would give it."`
	Explain     *Explain   `json:"explain,omitempty" doc:"With explain: what the history had to look at."`
}

// KeyVisit is one invocation that worked under the key.
type KeyVisit struct {
	Position   string  `json:"position"`
	Op         string  `json:"op"`
	OpName     string  `json:"op_name"`
	Task       string  `json:"task"`
	Subtask    int     `json:"subtask"`
	Attempt    int     `json:"attempt"`
	Time       Time    `json:"time"`
	Invocation *Event  `json:"invocation,omitempty" doc:"What it was: a record, a timer, …"`
	Input      *Event  `json:"input,omitempty" doc:"The record that it took in."`
	InputNote  string  `json:"input_note,omitempty"`
	Steps      []Event `json:"steps" doc:"What it did under the key, in order: state, timers, windows; records that were dropped."`
	Outputs    []Event `json:"outputs"`
	Writes     []Event `json:"writes"`
	Shared     bool    `json:"shared" doc:"It worked under other keys too: which outputs are of this key is not recorded."`
	More       bool    `json:"more" doc:"Steps, outputs or writes were cut."`
}

// StateHistory is every version of a key's states.
type StateHistory struct {
	List[StateCell]
	Keys     []FoundKey `json:"keys" doc:"Empty: no key that was recorded fits the name."`
	Searched bool       `json:"searched" doc:"All that is recorded was searched for the key."`
	Complete bool       `json:"complete" doc:"Every recorded version is here."`
	At       *Time      `json:"at,omitempty" doc:"The moment; absent: the end of what is recorded."`
	Notes    []Note     `json:"notes" doc:"What is not recorded, and what would give it."`
	Explain  *Explain   `json:"explain,omitempty" doc:"With explain: what the history had to look at."`
}

// StateCell is one value under the key: a state in a namespace; of a map one entry.
type StateCell struct {
	Op        string         `json:"op"`
	OpName    string         `json:"op_name"`
	Name      string         `json:"name"`
	Kind      string         `json:"kind"`
	Backend   string         `json:"backend"`
	TTLMS     I64            `json:"ttl_ms" doc:"Time to live; 0 = none."`
	Namespace *access.View   `json:"namespace,omitempty"`
	MapKey    *access.View   `json:"map_key,omitempty"`
	Current   int            `json:"current" doc:"Index of the version in force at the moment; -1 = none is known."`
	Versions  []StateVersion `json:"versions"`
}

// StateVersion is a value from one change to the next.
type StateVersion struct {
	Kind     string       `json:"kind" enum:"written,added,seen,removed,expired" doc:"added: the value is what came to the one before. seen: a read showed it, and no recorded write explains it."`
	Time     Time         `json:"time"`
	Until    *Time        `json:"until,omitempty" doc:"The next change; absent: none is recorded."`
	Expires  *Time        `json:"expires,omitempty" doc:"When time to live ends it."`
	Undone   *Time        `json:"undone,omitempty" doc:"A restart went back behind it."`
	Position string       `json:"position" doc:"The invocation that wrote it, or saw it."`
	Subtask  int          `json:"subtask"`
	Attempt  int          `json:"attempt"`
	Text     string       `json:"text"`
	Value    *access.View `json:"value,omitempty"`
	Before   *access.View `json:"before,omitempty"`
	Input    *Event       `json:"input,omitempty" doc:"The record that the writer had taken in."`
}
