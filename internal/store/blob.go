package store

import (
	"context"
	"errors"
	"io"

	"github.com/sightglass/sightglass/internal/event"
)

// Errors about blobs that callers decide on.
var (
	ErrBlobTooLarge = errors.New("blob is too large")
	ErrBlobHash     = errors.New("blob has another hash")
)

// BlobState is what is stored of a blob.
type BlobState struct {
	Bytes    int64 // from the beginning on, without holes
	Complete bool  // all of it, and its hash is right
}

// BlobWriter keeps byte strings by their hash, beside the blocks: the parts that rebuild a task. Safe for concurrent use.
type BlobWriter interface {
	// PutBlob adds data that begins at offset of a blob of size bytes. Data that lies behind what is stored, or before its
	// end, changes nothing: the state that is returned tells where to go on. With the last byte the hash is checked, and a
	// complete blob is durable when PutBlob returns. What is incomplete survives a restart as far as it was written.
	// Errors: ErrBlobTooLarge, ErrBlobHash (nothing is stored of it any more), ErrDiskFull, ErrClosed.
	PutBlob(ctx context.Context, hash event.BlobHash, size, offset int64, data []byte) (BlobState, error)
}

// BlobReader gives what BlobWriter took. Safe for concurrent use.
type BlobReader interface {
	// Blob tells what is stored of a blob; the zero value when nothing is.
	Blob(hash event.BlobHash) BlobState
	// OpenBlob opens a complete blob. ErrNotFound.
	OpenBlob(ctx context.Context, hash event.BlobHash) (io.ReadCloser, error)
}
