package audit

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// What is known of the chain as a whole.
const (
	ChainChecking = "checking"
	ChainWhole    = "whole"
	ChainBroken   = "broken"
	ChainUnknown  = "unknown"
)

// CheckState is what the last check from the log's beginning found.
type CheckState struct {
	Chain     string
	Detail    string
	BadSeq    uint64
	Checked   time.Time
	CheckedTo uint64
	Removed   uint64
}

// State is what is known of a log.
type State struct {
	CheckState
	Stats
	End   access.Link
	Head  access.Head
	Key   string
	Files int
	Bytes int64
}

// State tells how the log stands.
func (l *Log) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := State{CheckState: l.check, Stats: l.stats, End: l.end, Head: l.head, Key: l.Key(), Files: len(l.files)}
	for _, f := range l.files {
		s.Bytes += f.size
	}
	return s
}

// Check reads the whole log, as Verify does, with its own key, and keeps what it found for State.
func (l *Log) Check(ctx context.Context) CheckState {
	key, _ := hex.DecodeString(l.Key())
	r, err := Verify(ctx, VerifyOptions{Paths: []string{l.o.Dir}, Key: key})
	s := CheckState{Chain: ChainWhole, Checked: l.o.Now(), CheckedTo: r.End.Seq, Removed: r.Removed}
	var broken *access.Broken
	switch {
	case errors.As(err, &broken):
		s.Chain, s.Detail, s.BadSeq = ChainBroken, broken.Error(), broken.Seq
	case err != nil:
		s.Chain, s.Detail = ChainUnknown, err.Error()
	}
	if ctx.Err() != nil {
		return s
	}
	l.mu.Lock()
	before := l.check.Chain
	l.check = s
	l.mu.Unlock()
	if s.Chain == ChainBroken && before != ChainBroken {
		l.o.Log.Error("the audit log is not whole", "error", broken.Error())
	}
	return s
}
