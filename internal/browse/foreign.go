package browse

import (
	"context"
	"errors"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/serde"
)

// Foreign decodes what only a job's own classes can read: what Kryo wrote, what serializers of the job's own wrote.
// Implementations MUST be safe for concurrent use and bound the time of each call, also when ctx has no end.
type Foreign interface {
	// Decode decodes the value that object wrote at the beginning of the bytes of p from off to end, and says how many of
	// them it took. job and flink are the job's name and the version of Flink that ran it, empty when not known. The error
	// is shown to people and MUST NOT hold payload.
	Decode(ctx context.Context, job, flink string, object *event.SerializerObject, p event.Payload, off, end int) (event.Tree, int, error)
}

// errNoForeign is how people learn what to do.
var errNoForeign = errors.New("start the server with --user-jars to have them decoded")

// decodingJob is serde.Job for one recording and one call.
type decodingJob struct {
	*Browser
	ctx context.Context
	rec event.RecordingID
}

func (j decodingJob) Subclass(base, class string) *serde.Decoder {
	id, ok := j.queries.Subclass(j.rec, base, class)
	if !ok {
		return nil
	}
	return j.decoders.of(id).decoder
}

func (j decodingJob) Foreign(object *event.SerializerObject, p event.Payload, off, end int) (event.Tree, int, error) {
	if j.foreign == nil {
		return event.Tree{}, 0, errNoForeign
	}
	job, flink := j.queries.Origin(j.rec)
	return j.foreign.Decode(j.ctx, job, flink, object, p, off, end)
}
