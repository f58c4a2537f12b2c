package share

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// blobFolder is what names of blobs begin with; their SHA-256 follows.
const blobFolder = "blobs/"

// jarFormat is that of capsule parts which are the job's jars (spec/recording.md, section 9).
const jarFormat = "jar"

// showsAll tells whether the reader sees everything of a part of the recording.
func (x *exporting) showsAll(part access.Part) bool {
	if x.mask == nil {
		return true
	}
	return access.ShowsAll(x.mask.plans(access.Subject{Resource: x.Resource, Part: part}))
}

// parts writes what capsules name: configurations in Java's form, which cannot be masked, and jars if they are asked for.
func (x *exporting) parts(ctx context.Context, _ store.Snapshot) error {
	capsules, err := x.Queries.Capsules(ctx, x.Recording)
	if err != nil {
		return err
	}
	seen := map[event.BlobHash]bool{}
	for _, c := range capsules {
		for _, p := range c.Parts {
			if seen[p.Hash] {
				continue
			}
			seen[p.Hash] = true
			why := ""
			switch {
			case !p.Complete:
				why = "it has not arrived"
			case p.Format == jarFormat && !x.Jars && !x.Runnable:
				why = "jars were not asked for"
			case p.Format != jarFormat && !x.showsAll(access.PartArg):
				why = "what Java serialized cannot be masked"
			}
			if why != "" {
				x.m.Left = append(x.m.Left, LeftOut{Name: p.Name, Reason: why, Bytes: p.Bytes})
				continue
			}
			if err := x.blob(ctx, p.Hash); err != nil {
				return err
			}
		}
	}
	return nil
}

// stateFiles notes the files of state that a block of lane job names.
func (x *exporting) stateFiles(ctx context.Context, snap store.Snapshot, ref store.Ref) error {
	if ref.Header.Lane.Base() != event.LaneJob {
		return nil
	}
	rows, err := snap.Read(ctx, ref, block.SectionMeta, block.SectionDet)
	if err != nil {
		return err
	}
	for i, kind := range rows.Kind {
		if kind != event.KindSnapshot && kind != event.KindRestored || i >= len(rows.Body) {
			continue
		}
		var body struct {
			Files [][]json.RawMessage `json:"files"`
		}
		if json.Unmarshal(rows.Body[i], &body) != nil {
			continue
		}
		for _, f := range body.Files {
			var text string
			if len(f) < 3 || json.Unmarshal(f[2], &text) != nil {
				continue
			}
			if hash, err := event.ParseBlobHash(text); err == nil {
				x.wanted = append(x.wanted, blob{"a file of state", hash})
			}
		}
	}
	return nil
}

// files writes the files of state that are here.
func (x *exporting) files(ctx context.Context, _ store.Snapshot) error {
	seen := map[event.BlobHash]bool{}
	left := map[string]LeftOut{}
	for _, f := range x.wanted {
		if seen[f.hash] {
			continue
		}
		seen[f.hash] = true
		state, why := x.Store.Blob(f.hash), ""
		switch {
		case !x.State:
			why = "state was not asked for"
		case !x.showsAll(access.PartState):
			why = "files of state cannot be masked"
		case !state.Complete:
			why = "it has not arrived"
		}
		if why == "" {
			if err := x.blob(ctx, f.hash); err != nil {
				return err
			}
			continue
		}
		l := left[why]
		left[why] = LeftOut{Name: "files of state", Reason: why, Bytes: l.Bytes + state.Bytes}
	}
	for _, why := range sortedKeys(left) {
		x.m.Left = append(x.m.Left, left[why])
	}
	return nil
}

// blob writes one, and checks it on the way.
func (x *exporting) blob(ctx context.Context, hash event.BlobHash) error {
	name := blobFolder + hash.String()
	for _, a := range x.m.Attachments {
		if a.Name == name {
			return nil
		}
	}
	size := x.Store.Blob(hash).Bytes
	content, err := x.Store.OpenBlob(ctx, hash)
	if err != nil {
		return fmt.Errorf("opening blob %s: %w", hash, err)
	}
	defer content.Close()
	sum := sha256.New()
	if err := x.out.attach(name, binaryType, size, io.TeeReader(content, sum)); err != nil {
		return err
	}
	if event.BlobHash(sum.Sum(nil)) != hash {
		return fmt.Errorf("blob %s: %w", hash, store.ErrBlobHash)
	}
	x.m.Attachments = append(x.m.Attachments, Attached{name, Digest{size, hash.String()}})
	if x.Scratch != nil {
		return x.keep(ctx, hash, size)
	}
	return nil
}

// keep puts a blob into the store that the recording is run again in.
func (x *exporting) keep(ctx context.Context, hash event.BlobHash, size int64) error {
	content, err := x.Store.OpenBlob(ctx, hash)
	if err != nil {
		return fmt.Errorf("opening blob %s: %w", hash, err)
	}
	defer content.Close()
	return putBlob(ctx, x.Scratch, hash, size, content)
}
