package query

import (
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// Transaction names a transaction of a Kafka sink as it was when it began or was resumed.
type Transaction struct {
	ID       string // the transactional id; empty on the row of a failed write, whose outcome nobody can know
	Producer int64
	Epoch    int64
}

// Outcome is how a transaction ended, as far as the recording proves it (spec/recording.md, section 4.6).
type Outcome string

// The outcomes. Of rows that nobody asked the outcome of it is empty.
const (
	Committed Outcome = "committed"
	Aborted   Outcome = "aborted"
	NotProven Outcome = "not proven"
)

// What a row of kind 61 says (spec/recording.md, section 4.6).
const (
	TransactionBegun        = 1
	TransactionResumed      = 2
	TransactionPreCommitted = 3
	TransactionCommitted    = 4
	TransactionAborted      = 5
	TransactionInitialized  = 6
	TransactionCommitFailed = 7
	TransactionCommitFenced = 8
)

// clockSlack is how far clocks of two hosts may be apart before the order of their rows is doubted.
const clockSlack = Wall(2_000_000)

// transactionOf reads the transaction of a row; nil when it belongs to none.
func transactionOf(ev *Event) *Transaction {
	switch ev.Kind {
	case event.KindTransaction:
	case event.KindWritten:
		if ev.Text == "" {
			return nil
		}
	case event.KindWriteFailed:
		if ev.Number == 0 && ev.Number2 == 0 {
			return nil
		}
		return &Transaction{Producer: ev.Number, Epoch: ev.Number2}
	default:
		return nil
	}
	return &Transaction{ID: ev.Text, Producer: ev.Number, Epoch: ev.Number2}
}

// fate is what is known of one transaction.
type fate struct {
	wrote                                      Wall
	attempts                                   []event.Key
	committed, aborted, preCommitted, replaced bool
}

// outcomes finds out how the transactions of writes ended. One pass over the rows about transactions since the first write.
func (v *view) outcomes(ctx context.Context, writes []Event) error {
	fates := make(map[Transaction]*fate)
	q := EventQuery{Lanes: []event.Lane{event.LaneTrace}, Kinds: []event.Kind{event.KindTransaction}}
	for _, w := range writes {
		if w.Transaction == nil || w.Transaction.ID == "" {
			continue
		}
		f := fates[*w.Transaction]
		if f == nil {
			f = &fate{wrote: w.Wall}
			fates[*w.Transaction] = f
		}
		if !slices.Contains(f.attempts, w.AttemptKey) {
			f.attempts = append(f.attempts, w.AttemptKey)
		}
		if q.From == 0 || w.Wall-clockSlack < q.From {
			q.From = w.Wall - clockSlack
		}
	}
	if len(fates) == 0 {
		return nil
	}
	scan, err := v.scan(q)
	if err != nil {
		return err
	}
	for ev, err := range scan.events(ctx, v) {
		if err != nil {
			return err
		}
		if ev.Transaction == nil {
			continue // of a block that cannot be read
		}
		if f := fates[*ev.Transaction]; f != nil {
			f.add(ev.What)
		}
		if ev.What == TransactionInitialized {
			for t, f := range fates {
				if t.ID == ev.Transaction.ID && f.replacedBy(t, &ev) {
					f.replaced = true
				}
			}
		}
	}
	for i := range writes {
		w := &writes[i]
		if w.Transaction != nil && w.Transaction.ID != "" {
			w.Outcome = v.outcome(fates[*w.Transaction])
		}
	}
	return nil
}

func (f *fate) add(what uint32) {
	switch what {
	case TransactionPreCommitted:
		f.preCommitted = true
	case TransactionCommitted:
		f.committed = true
	case TransactionAborted:
		f.aborted = true
	}
}

// replacedBy tells whether the id went to somebody else after t began.
func (f *fate) replacedBy(t Transaction, ev *Event) bool {
	if ev.Transaction.Producer == t.Producer {
		return ev.Transaction.Epoch > t.Epoch
	}
	return ev.Wall > f.wrote+clockSlack
}

func (v *view) outcome(f *fate) Outcome {
	switch {
	case f.committed:
		return Committed
	case f.aborted:
		return Aborted
	case f.replaced && !f.preCommitted && !v.lostTrace(f.attempts):
		return Aborted
	}
	return NotProven
}

// lostTrace tells whether rows of lane trace of one of the attempts are missing: a pre-commit may be among them.
func (v *view) lostTrace(attempts []event.Key) bool {
	v.model.mu.Lock()
	defer v.model.mu.Unlock()
	return slices.ContainsFunc(v.gapsLocked(), func(g Gap) bool {
		return (g.Lane == event.LaneTrace || g.Lane == 0) && slices.Contains(attempts, g.AttemptKey)
	})
}
