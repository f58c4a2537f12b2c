// Package store keeps finished blocks and the definitions that they name. It never decodes a section to keep it.
//
// The contracts here are what the write side (ingest) and the read side (query) meet in; package disk implements them.
package store

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// Errors that callers decide on.
var (
	ErrNotFound   = errors.New("not in the store")
	ErrDiskFull   = errors.New("disk full")
	ErrClosed     = errors.New("store is closed")
	ErrDefinition = errors.New("definition differs from the one stored under its id")
)

// Writer takes blocks. Safe for concurrent use.
type Writer interface {
	// Append stores raw (one whole block whose header is h, already checked) and returns when it is as durable as the
	// store's durability setting promises. stored is false when the store held (recording, attempt, lane, number) already.
	Append(ctx context.Context, h *block.Header, raw []byte) (stored bool, err error)
	// Define stores a definition. ErrDefinition when other bytes have the id.
	Define(ctx context.Context, d event.Definition) error
	// Missing returns the ids that are named by stored blocks and not defined.
	Missing(ids []event.DefinitionID) []event.DefinitionID
}

// Reader gives consistent views of what was stored. Safe for concurrent use.
type Reader interface {
	// Recordings lists all recordings, newest first.
	Recordings(ctx context.Context) ([]Recording, error)
	// Snapshot opens the recording as it is now; later appends are not seen. ErrNotFound.
	Snapshot(ctx context.Context, rec event.RecordingID) (Snapshot, error)
	// Definition looks an id up.
	Definition(id event.DefinitionID) (event.Definition, bool)
	// Changed returns a channel that is closed when anything was appended to rec after the call (zero id: to any recording).
	Changed(rec event.RecordingID) <-chan struct{}
}

// Recording is the summary of one recording.
type Recording struct {
	ID               event.RecordingID
	Blocks, Events   uint64
	Bytes            uint64
	WallMin, WallMax int64 // µs
	FirstStored      time.Time
	LastStored       time.Time
}

// Ref names a stored block. Header is shared and must not be changed.
type Ref struct {
	Header  *block.Header
	Segment uint64
	Offset  int64
}

// Filter selects blocks by header. Zero value: all.
type Filter struct {
	Lane     event.Lane // 0 = any
	Attempt  event.Key  // 0 = any
	WallFrom int64      // µs; 0 = open
	WallTo   int64      // µs, exclusive; 0 = open
	InvFrom  uint64     // with Attempt: blocks whose invocations overlap [InvFrom, InvTo]
	InvTo    uint64     // 0 = open
}

// Snapshot is a consistent, immutable view of one recording. Close it.
type Snapshot interface {
	// Blocks yields matching blocks by (attempt, lane, number); of one (attempt, lane) in order of number.
	Blocks(f Filter) iter.Seq[Ref]
	// Attempts lists the attempt keys that have blocks, with the lanes they have.
	Attempts() map[event.Key][]event.Lane
	// Element returns the out block (in false) or det blocks (in true) whose channel ranges hold e.
	Element(e event.Element, in bool) []Ref
	// Position returns the blocks whose position ranges hold offset of the split (read: sink false, written: sink true).
	Position(split event.DefinitionID, offset int64, sink bool) []Ref
	// Read decodes the wanted sections (no ids = all). Errors: checksum, version, I/O; a bad block gives an error, never other rows.
	Read(ctx context.Context, r Ref, sections ...block.SectionID) (*block.Rows, error)
	// Recording is the summary at the time of the snapshot.
	Recording() Recording
	Close()
}
