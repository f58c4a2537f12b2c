package browse

import (
	"context"

	"github.com/sightglass/sightglass/internal/access"
)

// plainAttributes are texts in reports of Flink that are no data: they name things of the cluster.
var plainAttributes = map[string]bool{
	"job_id": true, "job_name": true, "jobId": true, "host": true, "tm_id": true, "name": true, "checkpointStatus": true, "checkpointType": true,
	"isUnaligned": true, "jobVertexId": true, "task_id": true, "task_name": true, "subtask_index": true, "newJobStatus": true, "oldJobStatus": true,
	"initializationStatus": true, "service.name": true, "service.version": true, "telemetry.sdk.name": true, "telemetry.sdk.language": true,
	"telemetry.sdk.version": true,
}

// Reported shows attributes or a body of a report of Flink's own reporters. Texts may quote records, as messages of exceptions do:
// they are shown as those are, but for names of the cluster.
func (b *Browser) Reported(ctx context.Context, who access.Principal, t Target, name string, v any) any {
	r := b.renderer(ctx, who, lineShape)
	switch x := v.(type) {
	case string:
		if plainAttributes[name] {
			return x
		}
		return r.message(t.Resource, x)
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, item := range x {
			out[k] = b.Reported(ctx, who, t, k, item)
		}
		return out
	case []any:
		out := make([]any, 0, len(x))
		for _, item := range x {
			out = append(out, b.Reported(ctx, who, t, name, item))
		}
		return out
	}
	return v
}
