package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// ErrAudit means that a read could not be written down; a read of payload MUST then be refused.
var ErrAudit = errors.New("the audit log cannot be written")

// Intent is what somebody is about to read. It holds no values: literals in Filter must have been replaced by their types.
type Intent struct {
	Principal string   `json:"principal"`
	Roles     []string `json:"roles,omitempty"`
	Client    string   `json:"client,omitempty"` // address, or "local"
	Action    Action   `json:"action"`
	Resource  Resource `json:"resource"`
	Ranges    []string `json:"ranges,omitempty"` // partitions with offsets, or positions
	Filter    string   `json:"filter,omitempty"`
	Decoder   string   `json:"decoder,omitempty"`
	Policy    string   `json:"policy"` // version of the policy that decided
	Grant     string   `json:"grant,omitempty"`
	Reason    string   `json:"reason,omitempty"` // that the principal gave
}

// Result completes an intent.
type Result struct {
	Outcome string   `json:"outcome"` // ok, denied, failed
	Records int      `json:"records"`
	Classes []string `json:"classes,omitempty"` // of data that was shown without a mask
}

// Outcomes of a read.
const (
	OutcomeOK     = "ok"
	OutcomeDenied = "denied"
	OutcomeFailed = "failed"
)

// Auditor writes down who reads what, in two phases.
//
// Begin MUST have made the intent durable when it returns without an error, and MUST be called before the first payload byte
// is shown; after an error no payload may be shown. End is called once per successful Begin, also when the read failed. An
// intent without a result is a read that was cut short. Implementations are safe for use by many goroutines.
type Auditor interface {
	Begin(ctx context.Context, i Intent) (Receipt, error)
	End(ctx context.Context, r Receipt, res Result) error
}

// Receipt ties a result to its intent.
type Receipt uint64

// Lines is an Auditor that appends JSON lines to a writer: {"seq","time","phase":"intent",…} and
// {"seq","time","phase":"result","of":<seq of the intent>,…}. Every line is one Write; with an os.File opened for appending
// it survives the end of the process.
type Lines struct {
	mu     sync.Mutex
	w      io.Writer
	now    func() time.Time
	seq    uint64
	broken bool
}

// NewLines makes an auditor that writes to w. first is the number of its first line, above every number in w; 0 means 1.
func NewLines(w io.Writer, now func() time.Time, first uint64) *Lines {
	return &Lines{w: w, now: now, seq: max(first, 1) - 1}
}

type auditLine struct {
	Seq   uint64    `json:"seq"`
	Time  time.Time `json:"time"`
	Phase string    `json:"phase"`
	Of    uint64    `json:"of,omitempty"`
	*Intent
	*Result
}

// Begin writes the intent.
func (l *Lines) Begin(_ context.Context, i Intent) (Receipt, error) {
	seq, err := l.write(auditLine{Phase: "intent", Intent: &i})
	return Receipt(seq), err
}

// End writes the result.
func (l *Lines) End(_ context.Context, r Receipt, res Result) error {
	_, err := l.write(auditLine{Phase: "result", Of: uint64(r), Result: &res})
	return err
}

// write appends one line. After a line that may have been written in part the next begins on a line of its own.
func (l *Lines) write(a auditLine) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.Seq, a.Time = l.seq+1, l.now().UTC()
	b, err := json.Marshal(a)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrAudit, err)
	}
	b = append(b, '\n')
	if l.broken {
		b = append([]byte{'\n'}, b...)
	}
	if n, err := l.w.Write(b); err != nil {
		l.broken = l.broken || n > 0
		return 0, fmt.Errorf("%w: %w", ErrAudit, err)
	}
	l.seq, l.broken = a.Seq, false
	return a.Seq, nil
}
