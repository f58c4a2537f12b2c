package access

import (
	"context"
	"errors"
)

// ErrAudit means that a read could not be written down; a read of payload MUST then be refused.
var ErrAudit = errors.New("the audit log cannot be written")

// Intent is what somebody is about to read or to change. It holds no values: literals in Filter must have been replaced by their
// types (WithoutLiterals).
type Intent struct {
	Principal string
	Roles     []string
	Client    string // address, or "local"
	Action    Action
	Resource  Resource
	Ranges    []string // partitions with offsets, or positions; of a change what is changed
	Filter    string
	Decoder   string
	Policy    string // version of the policy that decided
	Grant     string
	Reason    string // that the principal gave
}

// Result completes an intent.
type Result struct {
	Outcome Outcome
	Records int
	Classes []string // of data that could be shown without a mask
}

// Outcome is how something ended that is written down.
type Outcome string

// Outcomes.
const (
	OutcomeOK     Outcome = "ok"
	OutcomeDenied Outcome = "denied"
	OutcomeFailed Outcome = "failed"
)

// Auditor writes down who reads and changes what.
//
// A read or a change has two phases. Begin MUST have made the intent durable when it returns without an error, and MUST be called
// before the first payload byte is shown; after an error no payload may be shown. End is called once per successful Begin, also
// when the read failed. An intent without a result is a read that was cut short.
//
// Event writes down at once what has no two phases: a refusal, a login, a change that was done already. It is durable when Event
// returns without an error.
//
// Errors wrap ErrAudit. Implementations are safe for use by many goroutines.
type Auditor interface {
	Begin(ctx context.Context, i Intent) (Receipt, error)
	End(ctx context.Context, r Receipt, res Result) error
	Event(ctx context.Context, i Intent, res Result) error
}

// Receipt ties a result to its intent: it is the intent's number.
type Receipt uint64
