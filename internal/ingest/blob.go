package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/wire"
)

// blob stores a piece of a blob and says what is there now.
func (c *connection) blob(ctx context.Context, m *wire.Blob) error {
	if c.server.opt.Blobs == nil {
		return c.out.send(&wire.Have{Hash: m.Hash, State: wire.HaveRefused, Text: "this server keeps no blobs"})
	}
	answer := &wire.Have{Hash: m.Hash}
	if m.Size > 1<<62 {
		return fmt.Errorf("%w: a blob of %d bytes", wire.ErrMalformed, m.Size)
	}
	state, err := c.server.opt.Blobs.PutBlob(context.WithoutCancel(ctx), m.Hash, int64(m.Size), int64(m.Offset), m.Data)
	switch {
	case err == nil:
		answer.Bytes = uint64(state.Bytes)
		if state.Complete {
			answer.State = wire.HaveAll
		}
	case errors.Is(err, store.ErrBlobTooLarge):
		answer.State, answer.Text = wire.HaveRefused, "the blob is over the server's limit"
	case errors.Is(err, store.ErrBlobHash):
		answer.Text = "the bytes have another hash" // from the beginning again
	case errors.Is(err, store.ErrDiskFull):
		answer.State, answer.Text = wire.HaveLater, "the server's disk is full"
	case errors.Is(err, store.ErrClosed):
		return err
	default:
		answer.State, answer.Text = wire.HaveLater, "the server could not write"
	}
	if err != nil {
		c.server.opt.Log.Warn("blob was not stored", "process", c.process.id, "hash", m.Hash.String(), "error", err)
	}
	return c.out.send(answer)
}
