package openlineage

import (
	"encoding/json"
	"fmt"
	"time"
)

// Schemas of what is written.
const (
	runEventSchema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
	jobTypeSchema  = "https://openlineage.io/spec/facets/2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet"
	schemaSchema   = "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet"
	columnsSchema  = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
)

// Producer is who writes the events.
const Producer = "https://github.com/sightglass/sightglass"

// Encode writes a RunEvent. Of its datasets fields and columns become facets, where they are known. Errors: it has no time, run or job.
func Encode(e *Event) ([]byte, error) {
	if e.Time.IsZero() || e.Run == "" || e.Job.Name == "" || e.Job.Namespace == "" || e.State == "" {
		return nil, fmt.Errorf("%w: a RunEvent has a time, a state, a run and a job", ErrEvent)
	}
	out := map[string]any{
		"eventTime": e.Time.UTC().Format(time.RFC3339Nano), "eventType": e.State, "producer": Producer, "schemaURL": runEventSchema,
		"run": map[string]any{"runId": e.Run},
		"job": map[string]any{"namespace": e.Job.Namespace, "name": e.Job.Name, "facets": map[string]any{
			"jobType": facet(jobTypeSchema, map[string]any{"integration": e.Job.Integration, "processingType": e.Job.Processing, "jobType": "JOB"}),
		}},
		"inputs": encoded(e.Inputs), "outputs": encoded(e.Outputs),
	}
	return json.Marshal(out)
}

func facet(schema string, members map[string]any) map[string]any {
	members["_producer"], members["_schemaURL"] = Producer, schema
	return members
}

func encoded(list []Dataset) []map[string]any {
	out := []map[string]any{}
	for i := range list {
		d := &list[i]
		facets := map[string]any{}
		if len(d.Fields) > 0 {
			fields := []map[string]any{}
			for _, f := range d.Fields {
				field := map[string]any{"name": f.Path}
				if f.Type != "" {
					field["type"] = f.Type
				}
				fields = append(fields, field)
			}
			facets["schema"] = facet(schemaSchema, map[string]any{"fields": fields})
		}
		if len(d.Columns) > 0 {
			fields := map[string]any{}
			for _, c := range d.Columns {
				var from []map[string]any
				for _, s := range c.From {
					from = append(from, map[string]any{"namespace": s.Namespace, "name": s.Name, "field": s.Field})
				}
				fields[c.Field] = map[string]any{"inputFields": from}
			}
			facets["columnLineage"] = facet(columnsSchema, map[string]any{"fields": fields})
		}
		out = append(out, map[string]any{"namespace": d.Namespace, "name": d.Name, "facets": facets})
	}
	return out
}
