package browse

import (
	"context"
	"errors"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// whoAsks is a Foreign that remembers what it was asked for.
type whoAsks struct{ job, flink string }

func (w *whoAsks) Decode(_ context.Context, job, flink string, _ *event.SerializerObject, _ event.Payload, _, _ int) (event.Tree, int, error) {
	w.job, w.flink = job, flink
	return event.Tree{}, 3, nil
}

func TestTheJobOfARecordingIsAsked(t *testing.T) {
	s := open(t)
	job := decodingJob{s.Browser, context.Background(), s.truth.Totals}
	if _, _, err := job.Foreign(&event.SerializerObject{}, event.NewPayload(nil), 0, 0); !errors.Is(err, errNoForeign) {
		t.Errorf("without a sidecar: %v", err)
	}
	asked := &whoAsks{}
	s.foreign = asked
	if _, n, err := job.Foreign(&event.SerializerObject{}, event.NewPayload(nil), 0, 0); err != nil || n != 3 {
		t.Errorf("%d, %v", n, err)
	}
	if asked.job == "" || asked.flink == "" {
		t.Errorf("asked for job %q on Flink %q", asked.job, asked.flink)
	}
	if job.Subclass("a.Base", "a.Unknown") != nil {
		t.Error("a subclass that nobody met")
	}
}
