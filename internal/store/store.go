// Package store keeps finished blocks and the definitions that they name. It never decodes a section to keep it.
//
// The contracts here are what the write side (ingest) and the read side (query) meet in; package disk implements them.
package store

import (
	"bytes"
	"cmp"
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
	// store's durability setting promises. stored is false when the store held (recording, attempt, lane, number) already;
	// then the block that it holds is that durable. The store keeps h and does not keep raw.
	Append(ctx context.Context, h *block.Header, raw []byte) (stored bool, err error)
	// AppendAsync is Append without the wait: when it returns, the block is written and readers see it; durable returns once
	// it is as durable as Append promises. durable is nil when nothing is left to wait for. A caller that has many blocks
	// gives them one after the other and waits later, so that they share an fsync.
	AppendAsync(ctx context.Context, h *block.Header, raw []byte) (stored bool, durable func(context.Context) error, err error)
	// Define stores a definition. ErrDefinition when other bytes have the id.
	Define(ctx context.Context, d event.Definition) error
	// Missing returns those of ids that are not defined, each once.
	Missing(ids []event.DefinitionID) []event.DefinitionID
	// Lane tells what is stored of one lane of an attempt; blocks that the server made are not counted.
	Lane(rec event.RecordingID, attempt event.Key, lane event.Lane) LaneState
	// Attempt tells what is stored of an attempt, over its lanes; blocks that the server made are not counted.
	Attempt(rec event.RecordingID, attempt event.Key) AttemptState
}

// AttemptState is what a store holds of an attempt.
type AttemptState struct {
	Blocks  uint64
	Ended   bool   // a block says that the task ended
	LastInv uint64 // the highest
	WallMax int64  // µs, the highest
}

// LaneState is what a store holds of one lane of an attempt.
type LaneState struct {
	Next    uint64        // the number after the highest stored; 0 when there is none
	LastInv uint64        // of the block with the highest number
	WallMax int64         // µs; of the block with the highest number
	Missing []NumberRange // numbers below Next that are not stored, ascending; at most MaxMissing
}

// MaxMissing bounds LaneState.Missing.
const MaxMissing = 1024

// NumberRange is a stretch of block numbers that are not stored, between two blocks that are.
type NumberRange struct {
	First, Last           uint64
	InvBefore, InvAfter   uint64 // last invocation of the block before, first of the block after; 0 = not known
	WallBefore, WallAfter int64  // µs; 0 = not known
}

// Store is what a backend offers to the process that wires it.
type Store interface {
	Writer
	Reader
	BlobWriter
	BlobReader
	// Delete removes a recording. Open snapshots of it stay readable. ErrNotFound.
	Delete(ctx context.Context, rec event.RecordingID) error
	// Close makes everything durable and releases the store. Calls that come later return ErrClosed.
	Close() error
}

// Reader gives consistent views of what was stored. Safe for concurrent use.
type Reader interface {
	// Recordings lists all recordings, newest first. Lanes of whole processes (recording id zero) are not listed; Snapshot
	// opens them.
	Recordings(ctx context.Context) ([]Recording, error)
	// Snapshot opens the recording as it is now; later appends are not seen. ErrNotFound.
	Snapshot(ctx context.Context, rec event.RecordingID) (Snapshot, error)
	// Definition looks an id up.
	Definition(id event.DefinitionID) (event.Definition, bool)
	// Definitions lists the definitions in the order in which they came, without the first `from`, and returns the value of
	// from that continues the list: 0 lists all, the value returned last lists the new ones. Bodies must not be changed.
	Definitions(from uint64) (list []event.Definition, next uint64)
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
	First            uint64 // mark of the first block; changes when blocks are removed
}

// Ref names a stored block. Header is shared and must not be changed.
type Ref struct {
	Header  *block.Header
	Segment uint64
	Offset  int64
}

// Filter selects blocks by header. Zero value: all.
type Filter struct {
	Lane     event.Lane // 0 = any; with what look-back buffers kept of it
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
	// Raw gives the whole block as it is stored, checked as block.Verify does; callers own it. Errors: as of Read.
	Raw(ctx context.Context, r Ref) ([]byte, error)
	// Since yields the blocks from mark on in the order in which they were stored, and Mark is the mark behind the last of
	// them: Since(0) is everything, Since(m) with m from an earlier snapshot of this process is what came in between. When
	// old blocks are removed, the marks of the ones that stay grow up to Recording().First, so that a mark behind all that was
	// removed means what it meant; who keeps something by mark begins again when First has changed.
	Since(mark uint64) iter.Seq[Ref]
	Mark() uint64
	// Recording is the summary at the time of the snapshot.
	Recording() Recording
	Close()
}

// NewestFirst orders recordings for Reader.Recordings: by the wall clock of their last block, then by id.
func NewestFirst(a, b Recording) int {
	return cmp.Or(cmp.Compare(b.WallMax, a.WallMax), bytes.Compare(a.ID[:], b.ID[:]))
}
