package ingesttest

import (
	"context"
	"encoding/json"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// PutCapsule stores a capsule of an attempt (spec/recording.md, section 9) whose parts are there in full.
func PutCapsule(ctx context.Context, s store.Store, rec event.RecordingID, attempt event.Key, wall int64, parts map[string]string) error {
	type part struct {
		Name   string `json:"name"`
		Format string `json:"format"`
		Bytes  int    `json:"bytes"`
		SHA256 string `json:"sha256"`
	}
	var body struct {
		Parts []part `json:"parts"`
	}
	for name, content := range parts {
		hash := event.HashOf([]byte(content))
		if _, err := s.PutBlob(ctx, hash, int64(len(content)), 0, []byte(content)); err != nil {
			return err
		}
		body.Parts = append(body.Parts, part{name, "java", len(content), hash.String()})
	}
	row, err := json.Marshal(body)
	if err != nil {
		return err
	}
	b := block.NewBuilder(block.Spec{Recording: rec, Attempt: attempt, Lane: event.LaneJob, Number: capsuleBlock})
	b.Add(block.Row{Kind: event.KindCapsule, Operator: -1, N: 1, Wall: wall, Body: row})
	raw, err := b.Finish()
	if err != nil {
		return err
	}
	h, err := block.Verify(raw)
	if err != nil {
		return err
	}
	_, err = s.Append(ctx, h, raw)
	return err
}

// capsuleBlock is a number of a block that no recording of this package comes to.
const capsuleBlock = 9000
