package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
)

// A violation names the invocation of the recorded job that wrote the record, and links to its way; a place that nobody wrote is nobody's, and a topic
// of the same name on a cluster that the job does not name is another one.
func TestAViolationNamesWhoWroteTheRecord(t *testing.T) {
	fake := kafkatest.Start(t)
	j := shop(t, fake, nil)
	truth, err := ingesttest.Record(t.Context(), j.store, ingesttest.Options{Seed: 7, Orders: 400})
	if err != nil {
		t.Fatal(err)
	}
	fired := truth.Fired[0]
	at := fired.Written
	got, ok := j.checks.Producers.Producer(t.Context(), "prod", at.Topic, at.Partition, at.Offset, time.Time{})
	if !ok || got.Recording != truth.Totals.String() || got.Job != "shop-totals" || got.Operator == "" || !strings.HasSuffix(got.Position, fmt.Sprintf(".%d", fired.Timer.Number)) {
		t.Fatalf("%+v, %t; want %s of %s", got, ok, fired.Timer, truth.Totals)
	}
	if x, ok := j.checks.Producers.Producer(t.Context(), "prod", at.Topic, at.Partition, 1<<40, time.Time{}); ok {
		t.Errorf("a record that nobody wrote is of %+v", x)
	}
	if x, ok := j.checks.Producers.Producer(t.Context(), "prod", "orders", truth.Orders[0].Read.Partition, truth.Orders[0].Read.Offset, time.Time{}); ok {
		t.Errorf("who read a record wrote it: %+v", x)
	}
	if x, ok := j.checks.Producers.Producer(t.Context(), "elsewhere", at.Topic, at.Partition, at.Offset, time.Time{}); ok {
		t.Errorf("another cluster's record is of %+v", x)
	}
	fake.Topic(at.Topic, 8, nil)
	j.apply(strings.ReplaceAll(strings.ReplaceAll(shopContract, "id: orders", "id: totals"), "name: orders", "name: "+at.Topic))
	for range at.Offset + 1 {
		fake.Write(at.Topic, kafkatest.Record{Partition: at.Partition, Value: []byte(`{}`)})
	}
	var v checks.Violation
	eventually(t, "the violation", func() bool {
		j.round()
		list, _, err := j.checks.Violations(t.Context(), checks.ViolationQuery{Contract: "totals"})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) > 0 {
			v = list[len(list)-1]
		}
		return len(list) > 0
	})
	if v.Search.State != checks.SearchFound || v.First == at.Offset && *v.Search.Producer != got {
		t.Fatalf("%+v", v)
	}
	body := j.fetched("/violations?contract=totals")
	if want := fmt.Sprintf(`"journey":"/r/%s/journey/%s/%d@`, truth.Totals, at.Topic, at.Partition); !strings.Contains(body, want) || !strings.Contains(body, `"step":"/r/`+truth.Totals.String()+`/step/`) {
		t.Errorf("%s has no %s", body, want)
	}
}

// A change is told of a job whose program is another one since less than a day, not of its first.
func TestWhatChangedBefore(t *testing.T) {
	j := shop(t, kafkatest.Start(t), nil)
	now := j.now()
	job, stream := catalog.JobID("totals"), catalog.StreamID("prod", "totals")
	program := func(hash string, ago time.Duration) catalog.Entity {
		return catalog.Entity{ID: catalog.IDOf(catalog.Program, hash), Kind: catalog.Program, Name: hash + ".jar", Parent: job, First: now.Add(-ago), Last: now}
	}
	p := &recordedProducers{j.Server}
	for _, c := range []struct {
		add  catalog.Entity
		want string
	}{
		{program("old", 3*time.Hour), ""},
		{program("new", time.Hour), "program new.jar ran first"},
		{catalog.Entity{ID: "schema:totals-value/1", Kind: catalog.Schema, Name: "totals-value v1", Parent: stream, First: now.Add(-40 * time.Hour)}, "program new.jar"},
		{catalog.Entity{ID: "schema:totals-value/2", Kind: catalog.Schema, Name: "totals-value v2", Parent: stream, First: now.Add(-time.Minute)}, "schema totals-value v2 came"},
	} {
		if err := j.catalog.Take(t.Context(), catalog.Batch{Entities: []catalog.Entity{c.add}}); err != nil {
			t.Fatal(err)
		}
		if got := p.before(stream, job); !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("after %s: %q, want %q", c.add.ID, got, c.want)
		}
	}
}
