package browse

import (
	"context"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
)

// Any is the text that stands for all recordings, where a question may go to all.
const Any = "any"

// Target is a recording that a request names, with the resource that access decides on.
type Target struct {
	Recording event.RecordingID
	Any       bool // all recordings; Recording is zero
	Some      bool // whatever the principal may: the answer leaves out what they may not
	Resource  access.Resource
}

// Resolve finds the recording that text names: an id, the beginning of an id, or a job's name (its newest run).
// Errors: ErrNotFound, *AmbiguousError.
func (b *Browser) Resolve(ctx context.Context, text string) (Target, error) {
	rec, err := b.queries.Resolve(ctx, text)
	if err != nil {
		return Target{}, err
	}
	return b.Target(rec), nil
}

// Target is that of a recording.
func (b *Browser) Target(rec event.RecordingID) Target {
	return Target{Recording: rec, Resource: b.resourceOf(rec)}
}

// Everything is the target of a question to all recordings.
func Everything() Target { return Target{Any: true, Resource: "flink/**"} }

// resourceOf names a recording: flink/<environment>/job/<name>/recording/<id>. The name is empty while the recording does not tell it, so
// that a role for jobs by their names does not cover it yet.
func (b *Browser) resourceOf(rec event.RecordingID) access.Resource {
	if r, ok := b.named.Load(rec); ok {
		return r.(access.Resource)
	}
	job, _ := b.queries.Origin(rec)
	r := access.ResourceOf("flink", b.environ, "job", job, "recording", rec.String())
	if job != "" {
		b.named.Store(rec, r)
	}
	return r
}
