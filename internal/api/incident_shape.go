package api

// Incident is what an incident file says of itself (spec/incident.md), without the hashes.
type Incident struct {
	Kind      string          `json:"kind" enum:"incident"`
	Version   int             `json:"version"`
	Recording string          `json:"recording"`
	Job       string          `json:"job"`
	Made      *Time           `json:"made,omitempty"`
	By        string          `json:"by" doc:"Who exported it."`
	Expires   *Time           `json:"expires,omitempty"`
	From      *Time           `json:"from,omitempty" doc:"Beginning of the stretch; absent: of the recording."`
	To        *Time           `json:"to,omitempty"`
	Roles     []string        `json:"roles" doc:"Of the reader for whom values were masked."`
	Policy    string          `json:"policy" doc:"Version of the access policy."`
	Masked    bool            `json:"masked" doc:"Values are not what they were."`
	Classes   []IncidentClass `json:"classes"`
	Cut       []IncidentCut   `json:"cut" doc:"Values that were taken away."`
	LeftOut   []IncidentLeft  `json:"left_out" doc:"Parts of the recording that are not in the file."`
	Gaps      int             `json:"gaps"`
	Verdict   string          `json:"verdict" enum:"exact,path-equal,not-replayable,not proven"`
	Details   string          `json:"details" doc:"Why the verdict is so."`
	KeyBits   int             `json:"key_group_bits"`
	Blocks    int             `json:"blocks"`
	Events    I64             `json:"events"`
	Bytes     I64             `json:"bytes" doc:"Of the file, before it is encrypted."`
}

// IncidentClass counts values of a part with one class and treatment.
type IncidentClass struct {
	Part   string `json:"part"`
	Class  string `json:"class"`
	Action string `json:"action" doc:"clear, or a mask."`
	Values I64    `json:"values"`
}

// IncidentCut counts values of a part that were taken away for one reason.
type IncidentCut struct {
	Part   string `json:"part"`
	Reason string `json:"reason"`
	Values I64    `json:"values"`
	Bytes  I64    `json:"bytes"`
}

// IncidentLeft is a part of the recording that is not in the file.
type IncidentLeft struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
	Bytes  I64    `json:"bytes"`
}

// IncidentFile is a file that was taken in, or opened.
type IncidentFile struct {
	Incident
	Signer   string `json:"signer" doc:"Fingerprint of the key that signed it."`
	Known    string `json:"known,omitempty" doc:"What the key is known as here; absent: it is not known."`
	Imported *Time  `json:"imported,omitempty"`
	Importer string `json:"importer,omitempty"`
}
