package query

import (
	"context"
	"fmt"
	"io"

	"github.com/sightglass/sightglass/internal/event"
)

// AttemptParts is an attempt as it defined itself, with what it sends into.
type AttemptParts struct {
	event.AttemptDef
	Outputs map[event.Key]event.PartitionDef // by partition
}

// AttemptParts gives the definitions of an attempt. Errors: ErrNotFound.
func (e *Engine) AttemptParts(ctx context.Context, rec event.RecordingID, key event.Key) (AttemptParts, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return AttemptParts{}, err
	}
	defer v.close()
	a := v.cat.attempts[key]
	if a == nil {
		return AttemptParts{}, notFound("what attempt %s was of", key)
	}
	out := AttemptParts{AttemptDef: a.AttemptDef, Outputs: make(map[event.Key]event.PartitionDef)}
	for partition, def := range v.cat.partitions {
		if def.Attempt == a.AttemptKey {
			out.Outputs[partition] = *def
		}
	}
	return out, nil
}

// maxCapsulePart bounds a part that is read into memory, in bytes: configurations are far below it.
const maxCapsulePart = 64 << 20

// CapsulePart reads a part of the capsule of an attempt. Errors: ErrNotFound: there is no such capsule or part, or it is not stored
// in full.
func (e *Engine) CapsulePart(ctx context.Context, rec event.RecordingID, key event.Key, name string) (event.Payload, error) {
	all, err := e.Capsules(ctx, rec)
	if err != nil {
		return event.Payload{}, err
	}
	for i := range all {
		if all[i].AttemptKey != key {
			continue
		}
		for _, p := range all[i].Parts {
			if p.Name == name && p.Complete && p.Bytes <= maxCapsulePart {
				return e.blob(ctx, p.Hash)
			}
		}
	}
	return event.Payload{}, notFound("part %s of the capsule of attempt %s", name, key)
}

func (e *Engine) blob(ctx context.Context, hash event.BlobHash) (event.Payload, error) {
	in, err := e.blobs.OpenBlob(ctx, hash)
	if err != nil {
		return event.Payload{}, fmt.Errorf("opening a part of a capsule: %w", err)
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, maxCapsulePart))
	if err != nil {
		return event.Payload{}, fmt.Errorf("reading a part of a capsule: %w", err)
	}
	return event.NewPayload(b), nil
}
