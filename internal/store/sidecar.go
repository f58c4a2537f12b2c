package store

import (
	"context"
	"errors"
	"io"

	"github.com/sightglass/sightglass/internal/event"
)

// ErrSidecar: a sidecar's bytes are damaged. It is made again.
var ErrSidecar = errors.New("sidecar is damaged")

// Sidecars keeps files beside sealed segments: what can be made again from the segment's blocks and speeds questions up. A Reader
// may offer it. Safe for concurrent use.
type Sidecars interface {
	// Sealed lists the sealed segments of a recording in ascending order; blocks of others may still come. ErrNotFound.
	Sealed(rec event.RecordingID) ([]uint64, error)
	// PutSidecar writes the sidecar of a kind whole or not at all, in place of one that was there. It goes with its segment.
	// kind is three lower-case letters. Errors: ErrNotFound, ErrDiskFull, ErrClosed.
	PutSidecar(ctx context.Context, rec event.RecordingID, segment uint64, kind string, content []byte) error
	// OpenSidecar opens one. Errors: ErrNotFound, ErrSidecar.
	OpenSidecar(rec event.RecordingID, segment uint64, kind string) (Sidecar, error)
}

// Sidecar is an open sidecar. Every byte that ReadAt gives was checked; ErrSidecar when one is not as it was written.
type Sidecar interface {
	io.ReaderAt
	io.Closer
	Size() int64
}
