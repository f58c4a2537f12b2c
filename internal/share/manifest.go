package share

import (
	"encoding/json"
	"fmt"
	"time"
)

// Kind and Version are what a manifest begins with. A reader refuses a higher version.
const (
	Kind    = "sightglass-incident"
	Version = 1
)

// Manifest is what a file says of itself. It holds no value of a recording.
type Manifest struct {
	Kind      string    `json:"kind"`
	Version   int       `json:"version"`
	Made      time.Time `json:"made"`
	By        string    `json:"by" doc:"Who exported it."`
	Program   string    `json:"program" doc:"Version of the program that wrote it."`
	Expires   time.Time `json:"expires,omitzero" doc:"Not to be used any more from then on."`
	Recording Recording `json:"recording"`
	From      time.Time `json:"from,omitzero" doc:"Beginning of the stretch, from a completed checkpoint on; absent: of the recording."`
	To        time.Time `json:"to,omitzero" doc:"End of the stretch; absent: of the recording."`
	AskedFrom time.Time `json:"asked_from,omitzero"`
	AskedTo   time.Time `json:"asked_to,omitzero"`

	Policy  Policy     `json:"policy"`
	Masked  bool       `json:"masked" doc:"Values are not what they were."`
	Classes []Class    `json:"classes" doc:"What was done to values, counted."`
	Cut     []Cut      `json:"cut" doc:"Values that were taken away, counted."`
	Left    []LeftOut  `json:"left_out" doc:"Parts of the recording that are not in the file."`
	Gaps    []Gap      `json:"gaps" doc:"Stretches that were not recorded."`
	Verdict Verdict    `json:"verdict"`
	Replays []Replayed `json:"replays" doc:"What replays before the export said."`
	Marks   []Mark     `json:"bookmarks" doc:"Moments that somebody marked."`

	KeyGroupBits int `json:"key_group_bits" doc:"Bits of keys that key groups in the file give away; 0: keys were not made to keep their groups."`

	Definitions []Digest      `json:"definitions" doc:"Messages of definitions, in order."`
	Blocks      []BlockDigest `json:"blocks" doc:"Blocks, in order."`
	Attachments []Attached    `json:"attachments" doc:"Attachments but the manifest and the signature, in order."`
}

// Recording is the run that a file is about.
type Recording struct {
	ID     string `json:"id"`
	Job    string `json:"job"`
	Flink  string `json:"flink"`
	Events uint64 `json:"events" doc:"In the file."`
}

// Policy is what decided on masks.
type Policy struct {
	Version  string   `json:"version"`
	Hash     string   `json:"hash" doc:"SHA-256 of the masking rules that were applied, in hexadecimal."`
	Roles    []string `json:"roles" doc:"Of the reader for whom values were masked."`
	KeyEpoch uint32   `json:"key_epoch" doc:"Of the key of tokens; 0: there were none."`
	FreshKey bool     `json:"fresh_key" doc:"Tokens were made with a key of this file alone, which is not kept."`
}

// Class counts values of a part with one class and treatment.
type Class struct {
	Part   string `json:"part"`
	Class  string `json:"class"`
	Action string `json:"action"`
	Values int64  `json:"values"`
}

// Cut counts values of a part that were taken away for one reason.
type Cut struct {
	Part   string `json:"part"`
	Reason string `json:"reason"`
	Values int64  `json:"values"`
	Bytes  int64  `json:"bytes"`
}

// LeftOut is a part of the recording that is not in the file.
type LeftOut struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
	Bytes  int64  `json:"bytes"`
}

// Gap is a stretch that was not recorded.
type Gap struct {
	Lane   string    `json:"lane"`
	Reason string    `json:"reason"`
	Task   string    `json:"task,omitempty"`
	Events uint64    `json:"events"`
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
}

// Replayed is what a replay before the export said.
type Replayed struct {
	Task    string `json:"task"`
	Subtask int    `json:"subtask"`
	Attempt int    `json:"attempt"`
	Verdict string `json:"verdict"`
	Equal   int64  `json:"equal"`
	Of      int64  `json:"of" doc:"Outputs that were recorded."`
	Masked  bool   `json:"masked,omitempty" doc:"It ran with the masked values of the file."`
}

// Mark is a stretch that somebody marked. A note is what somebody wrote: a masked file has none.
type Mark struct {
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
	Reason  string    `json:"reason"`
	Note    string    `json:"note,omitempty"`
	Owner   string    `json:"owner"`
	Created time.Time `json:"created"`
}

// Digest names bytes.
type Digest struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// BlockDigest names a block.
type BlockDigest struct {
	Lane    uint8  `json:"lane"`
	Attempt string `json:"attempt"`
	Number  uint64 `json:"number"`
	Digest
}

// Attached names an attachment.
type Attached struct {
	Name string `json:"name"`
	Digest
}

// Expired tells whether the file was not to be used any more at a time.
func (m *Manifest) Expired(now time.Time) bool { return !m.Expires.IsZero() && !now.Before(m.Expires) }

// parseManifest reads one. Errors: ErrVersion, ErrChanged.
func parseManifest(raw []byte) (*Manifest, error) {
	var head struct {
		Kind    string `json:"kind"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(raw, &head); err != nil || head.Kind != Kind {
		return nil, fmt.Errorf("%w: its manifest cannot be read", ErrChanged)
	}
	if head.Version != Version {
		return nil, fmt.Errorf("%w: the file has version %d, this program knows %d", ErrVersion, head.Version, Version)
	}
	m := new(Manifest)
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("%w: its manifest cannot be read", ErrChanged)
	}
	return m, nil
}
