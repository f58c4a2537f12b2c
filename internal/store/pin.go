package store

import (
	"errors"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// Errors about pins.
var (
	ErrPinned   = errors.New("pinned")                              // what was to be deleted is pinned
	ErrPinQuota = errors.New("pins hold all that they may")         // a new one is refused
	ErrNothing  = errors.New("nothing is recorded in that stretch") // so there is nothing to pin
)

// Pin keeps a recording, or a stretch of it, from being removed.
type Pin struct {
	ID        string
	Recording event.RecordingID
	From, To  int64  // µs, the stretch that is kept; 0 = from the beginning, to the end
	AskFrom   int64  // µs, the stretch that was asked for: what is kept begins with a completed checkpoint before it
	AskTo     int64  // and ends with one behind it; 0 as above
	Open      bool   // there was no checkpoint behind it yet: everything from From on is kept until there is
	Reason    string // bookmark, incident, export or hold
	Note      string
	Owner     string
	Created   time.Time
}

// Reasons of pins.
const (
	PinBookmark = "bookmark"
	PinIncident = "incident"
	PinExport   = "export"
	PinHold     = "hold"
)

// Covers tells whether the pin keeps what happened in [from, to] µs.
func (p Pin) Covers(from, to int64) bool {
	return to >= p.From && (p.To == 0 || p.Open || from <= p.To)
}

// PinState is a pin and what it holds.
type PinState struct {
	Pin
	Segments int
	Bytes    int64 // of these segments
}
