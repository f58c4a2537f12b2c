package replay

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// Kinds of changes, and what they need beside At.
const (
	ChangeRemove    = "remove"     // the element does not come
	ChangeRepeat    = "repeat"     // the element comes twice
	ChangeSet       = "set"        // a place (Path) of the element is Value
	ChangeDropField = "drop-field" // a place (Path, as schemas have it) of a record of Kafka that is JSON is not there
	ChangeBytes     = "bytes"      // the bytes of the element are Value, hex: as it was sent, without Flink's four length bytes
	ChangeTime      = "time"       // the time of the record or watermark is Value (ms), or moves by By
	ChangeSwap      = "swap"       // the rest of the run of a channel from At on, or the next run, changes places with the run of another channel behind it
	ChangeDropTimer = "drop-timer" // the timer, or the callback of a timer service, that fired as At does not fire
	ChangeMoveTimer = "move-timer" // the timer that fired as At fires at Value (ms), or moves by By
	ChangeClock     = "clock"      // what the invocation reads of clocks (of Source alone, if given) is Value (ms), or moves by By
	ChangeRandom    = "random"     // the Nth draw of the invocation (of Source alone, if given) gives Value
)

// Kinds of changes of a State, right before the invocation or, with Begin, before all. Of a map MapKey names the entry.
const (
	ChangeState      = "state"       // what it holds, or a place (Path) of that, is Value
	ChangeStateBytes = "state-bytes" // what it holds is Value, hex: as its serializer writes it
	ChangeAddState   = "add-state"   // Value comes to a list, behind its last element
	ChangeClearState = "clear-state" // it holds nothing, of a list: not the element at Path
)

// Change is one thing that happens to an attempt otherwise than recorded, at one of the recording's invocations. The zero Change is none.
type Change struct {
	Kind   string        `json:"kind"`
	At     uint64        `json:"at"` // invocation
	Path   string        `json:"path,omitempty"`
	Value  string        `json:"value,omitempty"`
	By     time.Duration `json:"by_ns,omitempty"`
	Source string        `json:"source,omitempty"`
	Nth    int           `json:"nth,omitempty"` // from 0

	// Of a state. Key and Namespace empty: those under which the invocation uses it in the unchanged run.
	State     string `json:"state,omitempty"`    // its name
	Operator  string `json:"operator,omitempty"` // name, slug or beginning of its id; empty: the one that has such a state
	Key       string `json:"key,omitempty"`
	Namespace string `json:"namespace,omitempty"` // a window
	MapKey    string `json:"map_key,omitempty"`
	Begin     bool   `json:"begin,omitempty"` // before all, At = 0

	place statePlace
}

// MostChanges of one replay.
const MostChanges = 100

// ErrChange: a change that cannot be made; its text says why, and holds no payload.
var ErrChange = errors.New("the change cannot be made")

func unchangeable(at uint64, format string, args ...any) error {
	where := "at the beginning"
	if at > 0 {
		where = fmt.Sprintf("invocation %d", at)
	}
	return fmt.Errorf("%w: %s: %s", ErrChange, where, fmt.Sprintf(format, args...))
}

// Sources of reads by the names that changes have for them (spec/recording.md, section 4.2).
var (
	clockSources  = map[string]uint32{"wall": 1, "nanos": 2, "runtime": 3, "runtime-ms": 4, "runtime-ns": 5, "ttl": 6, "instant": 14}
	randomSources = map[string]uint32{"int": 7, "long": 8, "double": 9, "gaussian": 10, "boolean": 11}
)

// Check tells whether a change is one, without a look at the recording. Errors: ErrChange.
func (c *Change) Check() error {
	bad := func(format string, args ...any) error { return unchangeable(c.At, c.Kind+": "+format, args...) }
	if c.At == 0 && !c.Begin || c.Begin && (c.At != 0 || !c.ofState()) {
		return bad("invocations count from 1, and nothing but a state is changed at the beginning")
	}
	if c.ofState() {
		return c.checkState()
	}
	switch c.Kind {
	case ChangeRemove, ChangeRepeat, ChangeSwap, ChangeDropTimer:
	case ChangeSet, ChangeDropField:
		if c.Path == "" {
			return bad("the path of a field is wanted")
		}
	case ChangeBytes:
		if _, err := unhex(c.Value); err != nil {
			return bad("the value is not hexadecimal")
		}
	case ChangeTime, ChangeMoveTimer, ChangeClock:
		_, err := strconv.ParseInt(c.Value, 10, 64)
		if (c.Value == "") == (c.By == 0) || c.Value != "" && err != nil {
			return bad("milliseconds since 1970 are wanted, or a time to move by")
		}
		if _, ok := clockSources[c.Source]; c.Source != "" && !ok {
			return bad("'%s' is no clock", c.Source)
		}
	case ChangeRandom:
		if c.Nth < 0 || c.Value == "" {
			return bad("a value is wanted, and which draw")
		}
		if _, ok := randomSources[c.Source]; c.Source != "" && !ok {
			return bad("'%s' is no kind of random numbers", c.Source)
		}
	default:
		return bad("there is no such change")
	}
	return nil
}

// of tells whether a change is of the element of its invocation.
func (c *Change) ofElement() bool {
	switch c.Kind {
	case ChangeRemove, ChangeRepeat, ChangeSet, ChangeDropField, ChangeBytes, ChangeTime:
		return true
	}
	return false
}

// to is where a time goes to. ms: where it was.
func (c *Change) to(ms int64) int64 {
	if c.Value == "" {
		return ms + c.By.Milliseconds()
	}
	n, _ := strconv.ParseInt(c.Value, 10, 64) // Check has looked
	return n
}

// words say what a change does. They hold no value: who may see the replay need not see what somebody typed.
func (c *Change) words() string {
	at := " " + strconv.FormatUint(c.At, 10)
	switch c.Kind {
	case ChangeRemove:
		return "the element of invocation" + at + " does not come"
	case ChangeRepeat:
		return "the element of invocation" + at + " comes twice"
	case ChangeSet:
		return c.Path + " of the element of invocation" + at + " is another"
	case ChangeDropField:
		return c.Path + " of the record of invocation" + at + " is not there"
	case ChangeBytes:
		return "the bytes of the element of invocation" + at + " are others"
	case ChangeTime:
		return "the time of the element of invocation" + at + " is another"
	case ChangeSwap:
		return "from invocation" + at + " on, the first run of a channel comes after the run of the next one"
	case ChangeDropTimer:
		return "the timer of invocation" + at + " does not fire"
	case ChangeMoveTimer:
		return "the timer of invocation" + at + " fires at another time"
	case ChangeClock:
		return "invocation" + at + " reads another time"
	case ChangeState, ChangeStateBytes, ChangeAddState, ChangeClearState:
		return c.stateWords()
	}
	return "invocation" + at + " draws another random number"
}

// first is the first invocation that changes are at; 0 = there are none.
func first(all []Change) (at uint64) {
	for _, c := range all {
		if c.At > 0 && (at == 0 || c.At < at) {
			at = c.At
		}
	}
	return at
}

// Editor writes values as serializers do. Its errors say why it cannot, and hold no payload.
type Editor interface {
	// Edit changes the value at path (names of fields, indexes of lists, with dots between) of an element that the serializer with that
	// definition wrote as a stream element; definition 0: of a value whose format is to be found out, as that of a record of Kafka.
	Edit(serializer event.DefinitionID, element event.Payload, path, value string) (event.Payload, error)
	// Drop takes what stands at path, as schemas have it, out of a record of Kafka; where nothing does the record is as it was.
	Drop(element event.Payload, path string) (event.Payload, error)
	// EditState is Edit for a value of a state; descriptor (JSON) is of its serializer. With an empty path the whole value is written, out of the text alone.
	EditState(descriptor []byte, stored event.Payload, path, value string) (event.Payload, error)
	// Key writes a key, the key of a map or a window as views show it.
	Key(descriptor []byte, text string) (event.Payload, error)
}
