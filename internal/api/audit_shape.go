package api

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
)

// AuditEntry is one read, change or event of the audit log: an intent with its result, or an entry that stands alone.
type AuditEntry struct {
	Seq       I64      `json:"seq" doc:"Number in the log, from 1 without a gap; results of reads have numbers of their own."`
	Time      *Time    `json:"time"`
	Phase     string   `json:"phase" enum:"file,intent,result,event" doc:"intent: a read or a change, with its result; event: it had happened by then; file: a file of the log begins."`
	Principal string   `json:"principal"`
	Roles     []string `json:"roles"`
	Client    string   `json:"client" doc:"Address, or local."`
	Action    string   `json:"action"`
	Resource  string   `json:"resource"`
	Ranges    []string `json:"ranges" doc:"What of it: partitions with offsets, positions, or what was changed."`
	Filter    string   `json:"filter,omitempty" doc:"Literals replaced by their types."`
	Decoder   string   `json:"decoder,omitempty"`
	Policy    string   `json:"policy,omitempty" doc:"Version of the policy that decided."`
	Grant     string   `json:"grant,omitempty"`
	Reason    string   `json:"reason,omitempty" doc:"That the principal gave, or why it was refused."`
	Outcome   string   `json:"outcome" enum:"ok,denied,failed,open" doc:"open: without a result; it goes on, or was cut short."`
	Records   I64      `json:"records"`
	Classes   []string `json:"classes" doc:"Of data whose mask the principal's roles lift; * = all. Empty when nothing was shown, or nothing without a mask."`
	Ended     *Time    `json:"ended,omitempty" doc:"Of the result."`
	Result    I64      `json:"result,omitempty" doc:"Number of the result; 0 = none."`
	Hash      string   `json:"hash"`
	PrevHash  string   `json:"prev_hash"`
}

// AuditStatus is the state of the log as a whole.
type AuditStatus struct {
	Kind        string      `json:"kind" enum:"audit-status"`
	Version     int         `json:"version"`
	Chain       string      `json:"chain" enum:"checking,whole,broken,unknown" doc:"As of the last check from the log's beginning. unknown: it could not be made."`
	Detail      string      `json:"detail,omitempty" doc:"What is broken, or why it is not known."`
	BadSeq      I64         `json:"bad_seq,omitempty" doc:"The first bad entry of a broken chain."`
	Checked     *Time       `json:"checked,omitempty" doc:"When the last check ended."`
	CheckedTo   I64         `json:"checked_to" doc:"The last entry that it read."`
	End         I64         `json:"end" doc:"The last entry of the log."`
	EndHash     string      `json:"end_hash"`
	Removed     I64         `json:"removed,omitempty" doc:"The last entry that retention took away; 0 = none."`
	Head        *AuditHead  `json:"head,omitempty" doc:"The last end of the chain that was signed."`
	Key         string      `json:"key" doc:"Public key of the heads (Ed25519, hex)."`
	Fingerprint string      `json:"fingerprint" doc:"Of the key: what people compare."`
	Files       int         `json:"files"`
	Bytes       I64         `json:"bytes"`
	Errors      I64         `json:"errors" doc:"Writes that failed since the start; what they would have shown was refused."`
	Sinks       []AuditSink `json:"sinks"`
}

// AuditHead is a signed end of the chain.
type AuditHead struct {
	Seq       I64    `json:"seq"`
	Hash      string `json:"hash"`
	Time      *Time  `json:"time"`
	Signature string `json:"signature"`
}

// AuditSink is where heads or entries are sent.
type AuditSink struct {
	Name  string `json:"name" doc:"As the setting has it, without a query."`
	Takes string `json:"takes" enum:"heads,entries"`
	State string `json:"state" enum:"ok,waiting,failing"`
	To    I64    `json:"to" doc:"The last entry that was taken."`
	Last  *Time  `json:"last,omitempty" doc:"When something was taken last."`
	Error string `json:"error,omitempty"`
}

// AuditEvent is one entry as a CloudEvent 1.0; data is the entry as spec/audit.md has it.
type AuditEvent struct {
	SpecVersion string    `json:"specversion" enum:"1.0"`
	ID          string    `json:"id" doc:"The entry's number: unique within source."`
	Source      string    `json:"source" doc:"urn:sightglass:audit: and the key's fingerprint."`
	Type        string    `json:"type" enum:"io.sightglass.audit.entry.v1"`
	Time        *Time     `json:"time"`
	Subject     string    `json:"subject,omitempty" doc:"The resource."`
	ContentType string    `json:"datacontenttype" enum:"application/json"`
	Data        AuditData `json:"data"`
}

// AuditData is an entry as it is hashed (RFC 8785).
type AuditData json.RawMessage

// MarshalJSON gives the entry as it is.
func (d AuditData) MarshalJSON() ([]byte, error) { return d, nil }

// Schema says that it is an object; spec/audit.md says of what.
func (AuditData) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "An entry: spec/audit.md."}
}

type auditRequest struct {
	Who      string `query:"who" maxLength:"256" doc:"Part of the principal's id."`
	Action   string `query:"action" maxLength:"64" doc:"Whole, or with a star at its end: topic:*."`
	Resource string `query:"resource" maxLength:"512" doc:"Part of it."`
	Outcome  string `query:"outcome" enum:"ok,denied,failed,open"`
	From     string `query:"from" maxLength:"64" doc:"Time or -5m."`
	To       string `query:"to" maxLength:"64" doc:"Time or -5m; exclusive."`
	Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	Cursor   string `query:"cursor" maxLength:"2048" doc:"next of a page before."`
}

type auditLiveRequest struct {
	Who      string `query:"who" maxLength:"256" doc:"Part of the principal's id."`
	Action   string `query:"action" maxLength:"64" doc:"Whole, or with a star at its end: topic:*."`
	Resource string `query:"resource" maxLength:"512" doc:"Part of it."`
	Outcome  string `query:"outcome" enum:"ok,denied,failed,open"`
	After    string `header:"Last-Event-ID" maxLength:"32" doc:"Number of the last entry seen; without it, from now."`
}

type auditEntriesRequest struct {
	After string `query:"after" maxLength:"20" pattern:"^[0-9]*$" doc:"Number of the last entry that is not wanted."`
}
