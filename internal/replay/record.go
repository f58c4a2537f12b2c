package replay

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// States of a replay.
const (
	Queued    = "queued"
	Running   = "running"
	Done      = "done" // it has a verdict
	Failed    = "failed"
	Cancelled = "cancelled"
)

// Wish is what somebody wants replayed.
type Wish struct {
	Recording event.RecordingID `json:"-"`
	Attempt   event.Key         `json:"-"`
	To        uint64            `json:"to,omitempty"` // invocation to end with; 0 = the last one
	// Checkpoint to begin behind; 0 = the attempt's beginning. Nearest: the last one before From that there is a snapshot of.
	Checkpoint uint64 `json:"checkpoint,omitempty"`
	Nearest    bool   `json:"nearest,omitempty"`
	Who        string `json:"who"` // name of who asked
	// For is the id of the replay that this one runs before; empty: it was asked for itself.
	For string `json:"for,omitempty"`
	// Changes make a what-if of it, which proves nothing of the recording.
	Changes []Change `json:"changes,omitempty"`
	Variant Variant  `json:"variant,omitzero"`

	// For people, and for when the recording is no more.
	Job      string `json:"job"`
	Task     string `json:"task"`
	Operator string `json:"operator"` // slug of the head of the chain
	Subtask  int    `json:"subtask"`
	Number   int    `json:"attempt"`
	From     uint64 `json:"from,omitempty"` // the invocation that it was asked from, to come back to
}

// Replay is an attempt that runs again, ran again, or is to.
type Replay struct {
	ID      string
	Wish    Wish
	State   string
	Created time.Time
	Began   time.Time // zero = it has not
	Ended   time.Time // zero = it has not
	Derived event.RecordingID

	// Of one with changes: the recording of the unchanged run, what that one proved, and what the two did otherwise.
	Base        event.RecordingID
	Unchanged   *Judgement
	Differences *Differences
	Parted      *Parted // nil = not looked for, or there is no line to show

	Plan    *Plan      // nil = not made yet
	Judged  *Judgement // nil = no verdict
	Sandbox string     // in force; empty = none
	Error   string     // why it failed. It may hold payload: the message of an exception

	Phase    string // while it runs
	Elements uint64
	Reached  uint64
	Last     uint64
	CPU      time.Duration
	Ahead    int // replays that run or wait before it
}

// Share is how far it is, from 0 to 1.
func (r *Replay) Share() float64 {
	last := r.Last
	if r.Wish.To > 0 && r.Wish.To < last {
		last = r.Wish.To
	}
	if last == 0 || r.State == Queued {
		return 0
	}
	return min(1, float64(r.Reached)/float64(last))
}

// Over tells whether nothing more becomes of it.
func (r *Replay) Over() bool { return r.State != Queued && r.State != Running }

// WhatIf tells whether something is changed in it: the program, or what it is fed.
func (r *Replay) WhatIf() bool { return len(r.Wish.Changes) > 0 || !r.Wish.Variant.IsZero() }

// kept is the body of a replay in the metadata.
type kept struct {
	Wish
	AttemptKey string        `json:"attempt_key"`
	Began      int64         `json:"began_us,omitempty"`
	Ended      int64         `json:"ended_us,omitempty"`
	Plan       *Plan         `json:"plan,omitempty"`
	Judged     *Judgement    `json:"judged,omitempty"`
	Sandbox    string        `json:"sandbox,omitempty"`
	Error      string        `json:"error,omitempty"`
	Elements   uint64        `json:"elements,omitempty"`
	Reached    uint64        `json:"reached,omitempty"`
	Last       uint64        `json:"last,omitempty"`
	CPU        time.Duration `json:"cpu_ns,omitempty"`

	Base        string       `json:"base,omitempty"`
	Unchanged   *Judgement   `json:"unchanged,omitempty"`
	Differences *Differences `json:"differences,omitempty"`
	Parted      *Parted      `json:"parted,omitempty"`
}

func (r *Replay) row() (meta.Replay, error) {
	k := kept{
		Wish: r.Wish, AttemptKey: r.Wish.Attempt.String(), Began: micros(r.Began), Ended: micros(r.Ended), Plan: r.Plan, Judged: r.Judged,
		Sandbox: r.Sandbox, Error: r.Error, Elements: r.Elements, Reached: r.Reached, Last: r.Last, CPU: r.CPU,
		Unchanged: r.Unchanged, Differences: r.Differences, Parted: r.Parted,
	}
	if !r.Base.IsZero() {
		k.Base = r.Base.String()
	}
	body, err := json.Marshal(k)
	if err != nil {
		return meta.Replay{}, fmt.Errorf("keeping a replay: %w", err)
	}
	derived := ""
	if !r.Derived.IsZero() {
		derived = r.Derived.String()
	}
	return meta.Replay{ID: r.ID, Recording: r.Wish.Recording.String(), Derived: derived, State: r.State, Created: r.Created, Body: body}, nil
}

func fromRow(m meta.Replay) (*Replay, error) {
	var k kept
	if err := json.Unmarshal(m.Body, &k); err != nil {
		return nil, fmt.Errorf("reading replay %s: %w", m.ID, err)
	}
	r := &Replay{
		ID: m.ID, Wish: k.Wish, State: m.State, Created: m.Created, Began: instant(k.Began), Ended: instant(k.Ended), Plan: k.Plan, Judged: k.Judged,
		Sandbox: k.Sandbox, Error: k.Error, Elements: k.Elements, Reached: k.Reached, Last: k.Last, CPU: k.CPU,
		Unchanged: k.Unchanged, Differences: k.Differences, Parted: k.Parted,
	}
	var err error
	if r.Wish.Recording, err = event.ParseRecordingID(m.Recording); err != nil {
		return nil, fmt.Errorf("reading replay %s: %w", m.ID, err)
	}
	if r.Wish.Attempt, err = event.ParseKey(k.AttemptKey); err != nil {
		return nil, fmt.Errorf("reading replay %s: %w", m.ID, err)
	}
	if m.Derived != "" {
		if r.Derived, err = event.ParseRecordingID(m.Derived); err != nil {
			return nil, fmt.Errorf("reading replay %s: %w", m.ID, err)
		}
	}
	if k.Base != "" {
		if r.Base, err = event.ParseRecordingID(k.Base); err != nil {
			return nil, fmt.Errorf("reading replay %s: %w", m.ID, err)
		}
	}
	return r, nil
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us)
}
