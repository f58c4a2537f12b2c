package query

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// Capsule is what rebuilds a task attempt in another JVM (spec/recording.md, section 9).
type Capsule struct {
	Task       string
	Subtask    int // -1 = its attempt definition has not come
	Attempt    int
	AttemptKey event.Key
	Wall       Wall
	Parts      []CapsulePart
	Hidden     []string        // names under which secrets were taken out
	Missing    []CapsuleLacked // parts that could not be taken
}

// CapsulePart is one byte string of a capsule, and what of it has arrived.
type CapsulePart struct {
	Name, Format string
	Bytes        int64
	Hash         event.BlobHash
	Stored       int64
	Complete     bool
}

// CapsuleLacked is a part that could not be taken, and why.
type CapsuleLacked struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
	unread bool   // what the agent said of it cannot be read
}

// Capsules lists the capsules of a recording, in order of time. A body that does not parse is a capsule without parts that lacks
// all of them. Errors: ErrNotFound.
func (e *Engine) Capsules(ctx context.Context, rec event.RecordingID) ([]Capsule, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return nil, err
	}
	defer v.close()
	scan, err := v.scan(EventQuery{Lanes: []event.Lane{event.LaneJob}, Kinds: []event.Kind{event.KindCapsule}})
	if err != nil {
		return nil, err
	}
	var list []Capsule
	for ev, err := range scan.events(ctx, v) {
		if err != nil {
			return nil, fmt.Errorf("reading capsules: %w", err)
		}
		if ev.Kind != event.KindCapsule {
			continue // it stands for a block that cannot be read
		}
		list = append(list, e.capsule(&ev))
	}
	return list, nil
}

func (e *Engine) capsule(ev *Event) Capsule {
	c := Capsule{Task: ev.Task, Subtask: ev.Subtask, Attempt: ev.Attempt, AttemptKey: ev.AttemptKey, Wall: ev.Wall}
	var body struct {
		Parts []struct {
			Name   string `json:"name"`
			Format string `json:"format"`
			Bytes  int64  `json:"bytes"`
			SHA256 string `json:"sha256"`
		} `json:"parts"`
		Hidden  []string        `json:"hidden"`
		Missing []CapsuleLacked `json:"missing"`
	}
	if err := json.Unmarshal(ev.Body, &body); err != nil {
		c.Missing = []CapsuleLacked{{Name: "all", Reason: "what the agent said of it cannot be read", unread: true}}
		return c
	}
	c.Hidden, c.Missing = body.Hidden, body.Missing
	for _, p := range body.Parts {
		hash, err := event.ParseBlobHash(p.SHA256)
		if err != nil {
			c.Missing = append(c.Missing, CapsuleLacked{Name: p.Name, Reason: "its hash cannot be read", unread: true})
			continue
		}
		part := CapsulePart{Name: p.Name, Format: p.Format, Bytes: p.Bytes, Hash: hash}
		if e.blobs != nil {
			s := e.blobs.Blob(hash)
			part.Stored, part.Complete = s.Bytes, s.Complete
		}
		c.Parts = append(c.Parts, part)
	}
	return c
}
