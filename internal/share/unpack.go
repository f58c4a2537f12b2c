package share

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Target is a store that an import writes into.
type Target interface {
	store.Writer
	store.Reader
	store.BlobWriter
	Delete(ctx context.Context, rec event.RecordingID) error
}

// Unpack gives the recording of a file to a store. m is what Verify said of the same bytes: whatever is not as m has it is refused, and
// then nothing of the recording stays; definitions and blobs, which are named by what they are, may. Errors: ErrExists, those of
// Verify, those of the store.
func Unpack(ctx context.Context, in io.Reader, m *Manifest, to Target) error {
	rec, err := event.ParseRecordingID(m.Recording.ID)
	if err != nil {
		return err
	}
	if snap, err := to.Snapshot(ctx, rec); err == nil {
		snap.Close()
		return fmt.Errorf("%w: %s", ErrExists, rec)
	}
	u := &unpacking{ctx: ctx, m: m, rec: rec, to: to}
	err = walk(&counter{in: in, ctx: ctx}, newChunkSums(), u)
	if err == nil && (u.blocks < len(m.Blocks) || u.definitions < len(m.Definitions)) {
		err = changed("it is not the file that was verified")
	}
	if err == nil {
		err = u.settle()
	}
	if err != nil && u.blocks > 0 {
		if undo := to.Delete(context.WithoutCancel(ctx), rec); undo != nil {
			err = fmt.Errorf("%w; and what was written of it stays: %w", err, undo)
		}
	}
	return err
}

// unpacking is an import under way. Every message is held against the manifest before it is stored.
type unpacking struct {
	ctx         context.Context
	m           *Manifest
	rec         event.RecordingID
	to          Target
	blocks      int
	definitions int
	durable     []func(context.Context) error
}

func (u *unpacking) message(channel uint16, data []byte) error {
	if channel == definitionChannel {
		if u.definitions >= len(u.m.Definitions) || u.m.Definitions[u.definitions] != digestOf(data) {
			return changed("its definitions are not those that were verified")
		}
		u.definitions++
		list, err := parseDefinitions(data)
		if err != nil {
			return err
		}
		for _, d := range list {
			if err := u.to.Define(u.ctx, d); err != nil {
				return fmt.Errorf("storing definition %s: %w", d.ID, err)
			}
		}
		return nil
	}
	h, err := checkedBlock(channel, data)
	if err != nil {
		return err
	}
	if u.blocks >= len(u.m.Blocks) || u.m.Blocks[u.blocks].Digest != digestOf(data) || h.Recording != u.rec {
		return changed("a block is not the one that was verified")
	}
	u.blocks++
	_, durable, err := u.to.AppendAsync(u.ctx, h, data)
	if err != nil {
		return fmt.Errorf("storing block %d of lane %s: %w", h.Number, h.Lane, err)
	}
	if durable != nil {
		if u.durable = append(u.durable, durable); len(u.durable) >= inFlight {
			return u.settle()
		}
	}
	return nil
}

// inFlight is how many blocks may wait to be durable.
const inFlight = 256

func (u *unpacking) settle() error {
	for _, wait := range u.durable {
		if err := wait(u.ctx); err != nil {
			return fmt.Errorf("storing blocks: %w", err)
		}
	}
	u.durable = u.durable[:0]
	return nil
}

func (u *unpacking) attachment(name string, size int64, content io.Reader) error {
	text, ok := strings.CutPrefix(name, blobFolder)
	if !ok {
		return nil
	}
	hash, err := event.ParseBlobHash(text)
	if err != nil {
		return changed("an attachment has a name that is no hash")
	}
	return putBlob(u.ctx, u.to, hash, size, content)
}

// blobPiece is how much of a blob is given to a store at once.
const blobPiece = 1 << 20

// putBlob stores a blob; the store checks its hash. One that is there already is left as it is.
func putBlob(ctx context.Context, to store.BlobWriter, hash event.BlobHash, size int64, content io.Reader) error {
	piece := make([]byte, min(size, blobPiece))
	for at := int64(0); at < size || size == 0; {
		n, err := io.ReadFull(content, piece[:min(int64(len(piece)), size-at)])
		if isEnd(err) && size > 0 {
			return ErrTorn
		}
		state, err := to.PutBlob(ctx, hash, size, at, piece[:n])
		switch {
		case err != nil:
			return fmt.Errorf("storing blob %s: %w", hash, err)
		case state.Complete:
			return nil
		case size == 0:
			return fmt.Errorf("storing blob %s: %w", hash, store.ErrBlobHash)
		case state.Bytes > at+int64(n): // a part of it is there from before: go on where that ends
			skip := state.Bytes - at - int64(n)
			if _, err := io.CopyN(io.Discard, content, skip); err != nil {
				return ErrTorn
			}
			at = state.Bytes
		default:
			at += int64(n)
		}
	}
	return nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
