package openlineage_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/openlineage"
)

const flinkStart = `{"eventTime":"2026-08-01T14:02:11.5Z","eventType":"START","producer":"https://github.com/OpenLineage/OpenLineage/tree/1.40.0/integration/flink","schemaURL":"x",
 "run":{"runId":"01999999-0000-7000-8000-000000000000","facets":{"unknown":{"a":1}}},
 "job":{"namespace":"prod","name":"totals","facets":{"documentation":{"description":"sums"},"ownership":{"owners":[{"name":"team:checkout","type":"MAINTAINER"}]}}},
 "inputs":[{"namespace":"kafka://broker:9092","name":"orders","facets":{"schema":{"fields":[{"name":"id","type":"STRING"},{"name":"customer","type":"ROW","fields":[{"name":"email","type":"STRING","description":"of who ordered"}]}]}}}],
 "outputs":[{"namespace":"hive","name":"totals","facets":{"symlinks":{"identifiers":[{"namespace":"kafka://broker:9092","name":"totals","type":"TABLE"}]},
   "columnLineage":{"fields":{"total":{"inputFields":[{"namespace":"kafka://broker:9092","name":"orders","field":"id","transformations":[{"type":"DIRECT","subtype":"AGGREGATION"}]}]}}}}}]}`

func TestARunEventIsReadWithItsFacets(t *testing.T) {
	events, faults := openlineage.Read([]byte(flinkStart))
	if len(events) != 1 || len(faults) != 0 {
		t.Fatalf("%d events, %v", len(events), faults)
	}
	e := events[0]
	if e.Kind != openlineage.RunEvent || e.State != openlineage.Start || !e.Job.Streaming() || e.Job.Integration != "FLINK" || e.Job.Doc != "sums" || !e.Time.Equal(time.Date(2026, 8, 1, 14, 2, 11, 500_000_000, time.UTC)) {
		t.Errorf("the event: %+v", e)
	}
	if !reflect.DeepEqual(e.Job.Owners, []openlineage.Owner{{Name: "team:checkout", Type: "MAINTAINER"}}) {
		t.Errorf("owners: %+v", e.Job.Owners)
	}
	want := []openlineage.Field{{Path: "id", Type: "STRING"}, {Path: "customer", Type: "ROW"}, {Path: "customer.email", Type: "STRING", Doc: "of who ordered"}}
	if !reflect.DeepEqual(e.Inputs[0].Fields, want) {
		t.Errorf("fields: %+v", e.Inputs[0].Fields)
	}
	from := openlineage.ColumnSource{Identifier: openlineage.Identifier{Namespace: "kafka://broker:9092", Name: "orders"}, Field: "id", How: "AGGREGATION"}
	if out := e.Outputs[0]; !reflect.DeepEqual(out.Columns, []openlineage.Column{{Field: "total", From: []openlineage.ColumnSource{from}}}) || out.Symlinks[0].Name != "totals" {
		t.Errorf("output: %+v", out)
	}
	var whole map[string]any
	if json.Unmarshal(e.Raw, &whole) != nil || whole["run"].(map[string]any)["facets"] == nil {
		t.Error("facets that are not known are gone")
	}
}

// Good events of a batch are taken, and each bad one is answered with the place of its mistake.
func TestABatchKeepsWhatIsGood(t *testing.T) {
	job := `{"eventTime":"2026-08-01T14:02:11Z","job":{"namespace":"a","name":"b"}}`
	dataset := `{"eventTime":"2026-08-01T14:02:11Z","dataset":{"namespace":"kafka://b:1","name":"t","facets":{"documentation":{"description":"d"}}}}`
	events, faults := openlineage.Read([]byte(`[` + job + `,{"eventTime":"yesterday","job":{"namespace":"a","name":"b"}},` + dataset + `,
		{"eventTime":"2026-08-01T14:02:11Z","job":{"namespace":"a","name":"b"},"inputs":[{"namespace":"x","name":"y","facets":{"schema":{"fields":[{"type":"INT"}]}}}]},
		{"eventTime":"2026-08-01T14:02:11Z","eventType":"STARTED","run":{"runId":"1"},"job":{"namespace":"a","name":"b"}}, 7, {}]`))
	if len(events) != 2 || events[0].Kind != openlineage.JobEvent || events[1].Kind != openlineage.DatasetEvent || events[1].Dataset.Doc != "d" {
		t.Fatalf("events: %+v", events)
	}
	var pointers []string
	for _, f := range faults {
		pointers = append(pointers, f.Pointer)
		if !errors.Is(f, openlineage.ErrEvent) {
			t.Errorf("%v is no ErrEvent", f)
		}
	}
	if want := []string{"/1/eventTime", "/3/inputs/0/facets/schema/fields/0/name", "/4/eventType", "/5", "/6/eventTime"}; !reflect.DeepEqual(pointers, want) {
		t.Errorf("pointers %v, want %v", pointers, want)
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	e := openlineage.Event{
		Time: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), State: openlineage.Running, Run: "01999999-0000-7000-8000-000000000000",
		Job:     openlineage.Job{Namespace: "local", Name: "order-totals", Integration: "FLINK", Processing: "STREAMING"},
		Inputs:  []openlineage.Dataset{{Namespace: "kafka://b:9092", Name: "orders", HasSchema: true, Fields: []openlineage.Field{{Path: "id", Type: "String"}}}},
		Outputs: []openlineage.Dataset{{Namespace: "kafka://b:9092", Name: "totals", HasColumns: true, Columns: []openlineage.Column{{Field: "id", From: []openlineage.ColumnSource{{Identifier: openlineage.Identifier{Namespace: "kafka://b:9092", Name: "orders"}, Field: "id"}}}}}},
	}
	raw, err := openlineage.Encode(&e)
	if err != nil {
		t.Fatal(err)
	}
	got, faults := openlineage.Read(raw)
	if len(faults) != 0 || len(got) != 1 {
		t.Fatalf("%v", faults)
	}
	e.Kind, e.Producer, got[0].Raw = openlineage.RunEvent, openlineage.Producer, nil
	if !reflect.DeepEqual(got[0], e) {
		t.Errorf("got %+v\nwant %+v", got[0], e)
	}
	if _, err := openlineage.Encode(&openlineage.Event{}); !errors.Is(err, openlineage.ErrEvent) {
		t.Errorf("an event without anything: %v", err)
	}
}

// Whatever comes is events and faults, one for each of the batch, and events have names.
func FuzzRead(f *testing.F) {
	for _, s := range []string{flinkStart, "[" + flinkStart + ",{}]", `[]`, ``, `{"eventTime":"2026-08-01T14:02:11Z","dataset":{"namespace":"n","name":"x","facets":{"columnLineage":{"fields":{"a":{"inputFields":null}}}}}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, faults := openlineage.Read(body)
		var list []json.RawMessage
		if json.Unmarshal(body, &list) == nil && list != nil && len(events)+len(faults) != len(list) {
			t.Fatalf("%d events and %d faults of %d", len(events), len(faults), len(list))
		}
		for _, e := range events {
			if e.Dataset == nil && (e.Job.Name == "" || e.Job.Namespace == "") || e.Dataset != nil && e.Dataset.Name == "" || e.Time.IsZero() || !json.Valid(e.Raw) {
				t.Fatalf("an event without a name: %+v", e)
			}
		}
	})
}
