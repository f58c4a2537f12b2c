package access

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// AuditFormat is the version of the entries that this program writes (spec/audit.md). A file of a higher one cannot be judged.
const AuditFormat = 1

// Phase says what an entry is.
type Phase string

// The phases. PhaseFile begins each file and ties it to what was before.
const (
	PhaseFile   Phase = "file"
	PhaseIntent Phase = "intent"
	PhaseResult Phase = "result"
	PhaseEvent  Phase = "event"
)

// Entry is one line of the audit log. A member that is zero is absent from the line; what each means: spec/audit.md.
type Entry struct {
	Seq       uint64    `json:"seq"`  // from 1, without a gap
	Time      time.Time `json:"time"` // UTC, µs; never before that of the entry before
	Phase     Phase     `json:"phase"`
	Of        uint64    `json:"of"` // of a result: its intent
	Principal string    `json:"principal"`
	Roles     []string  `json:"roles"`
	Client    string    `json:"client"`
	Action    Action    `json:"action"`
	Resource  Resource  `json:"resource"`
	Ranges    []string  `json:"ranges"`
	Filter    string    `json:"filter"`
	Decoder   string    `json:"decoder"`
	Policy    string    `json:"policy"`
	Grant     string    `json:"grant"`
	Reason    string    `json:"reason"`
	Outcome   Outcome   `json:"outcome"`
	Records   uint64    `json:"records"`
	Classes   []string  `json:"classes"`

	// Of PhaseFile.
	Format     uint64 `json:"format"`      // AuditFormat
	File       uint64 `json:"file"`        // number of the file
	Key        string `json:"key"`         // public, hex: who signs heads
	Before     string `json:"before"`      // a file that this chain does not go on from: one without a chain, or a damaged one
	BeforeHash Digest `json:"before_hash"` // SHA-256 of all its bytes

	// Of the event audit:keep: entries that retention took away, and the hash of the last of them.
	RemovedFirst uint64 `json:"removed_first"`
	RemovedLast  uint64 `json:"removed_last"`
	RemovedHash  Digest `json:"removed_hash"`

	Prev Digest `json:"prev_hash"` // zero: the first of a chain
	Hash Digest `json:"hash"`
}

// Digest is a SHA-256; in JSON 64 hex digits.
type Digest [32]byte

// String is the digest in hex.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes hex.
func (d Digest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalText reads hex.
func (d *Digest) UnmarshalText(b []byte) error {
	if hex.DecodedLen(len(b)) != len(d) {
		return fmt.Errorf("a hash has %d hex digits, not %d", hex.EncodedLen(len(d)), len(b))
	}
	_, err := hex.Decode(d[:], b)
	return err
}

// Bounds of one entry: longer texts are cut, and so are lists, with a mark that says so. A line stays below AuditLineMax.
const (
	entryText = 8 << 10
	entryList = 256
	// AuditLineMax is the longest line of a log, in bytes: a longer one is none of ours.
	AuditLineMax = 4 << 20
)

// cutMark ends what was too long.
const cutMark = "…"

// entryOf is an intent as an entry, bounded and in valid UTF-8, which is all that canonical JSON can hold.
func entryOf(p Phase, i Intent) Entry {
	return Entry{
		Phase: p, Principal: boundText(i.Principal), Roles: boundList(i.Roles), Client: boundText(i.Client), Action: Action(boundText(string(i.Action))),
		Resource: Resource(boundText(string(i.Resource))), Ranges: boundList(i.Ranges), Filter: boundText(i.Filter), Decoder: boundText(i.Decoder),
		Policy: boundText(i.Policy), Grant: boundText(i.Grant), Reason: boundText(i.Reason),
	}
}

// IntentEntry is an intent as an entry that is not in a chain yet.
func IntentEntry(i Intent) Entry { return entryOf(PhaseIntent, i) }

// ResultEntry completes the intent of.
func ResultEntry(of Receipt, r Result) Entry {
	return Entry{Phase: PhaseResult, Of: uint64(of)}.with(r)
}

// EventEntry is what has no two phases.
func EventEntry(i Intent, r Result) Entry { return entryOf(PhaseEvent, i).with(r) }

func (e Entry) with(r Result) Entry {
	e.Outcome, e.Records, e.Classes = Outcome(boundText(string(r.Outcome))), uint64(max(r.Records, 0)), boundList(r.Classes)
	return e
}

func boundText(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if len(s) <= entryText {
		return s
	}
	cut := entryText
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + cutMark
}

func boundList(of []string) []string {
	if len(of) == 0 {
		return nil
	}
	out := make([]string, 0, min(len(of), entryList+1))
	for k, s := range of {
		if k == entryList {
			return append(out, cutMark)
		}
		out = append(out, boundText(s))
	}
	return out
}
