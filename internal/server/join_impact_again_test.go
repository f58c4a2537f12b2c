package server

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/replay"
)

// A job that reads the stream is fed its last records without the field, each in the invocation that read it; what a replay is missing here is told.
func TestAJobIsFedItsLastRecordsWithoutAField(t *testing.T) {
	j := shop(t, kafkatest.Start(t), map[string]string{"replay-flink": t.TempDir()})
	truth, err := ingesttest.Record(t.Context(), j.store, ingesttest.Options{Seed: 7, Orders: 400})
	if err != nil {
		t.Fatal(err)
	}
	j.catalog.Fill(t.Context())
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { j.replays.Run(ctx) })
	defer running.Wait()
	defer stop()
	task, n, err := (&reruns{j.Server}).Without(t.Context(), ann, "job:shop-totals", impact.Stream{Cluster: "prod", Topic: "orders"}, []string{"currency"}, 100)
	if err != nil || task.Ran || task.Why == "" || task.Replay == "" || task.Task == "" {
		t.Fatalf("%+v %v", task, err)
	}
	list, err := j.replays.List(t.Context(), truth.Totals, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d replays: %v", len(list), err)
	}
	read := map[uint64]bool{}
	for _, o := range truth.Orders {
		if o.Source.Attempt == list[0].Wish.Attempt {
			read[o.Source.Number] = true
		}
	}
	changes := list[0].Wish.Changes
	if len(changes) == 0 || len(changes) != min(len(read), replay.MostChanges) || n != len(changes) {
		t.Errorf("%d changes of %d records", len(changes), len(read))
	}
	for _, c := range changes {
		if c.Kind != replay.ChangeDropField || c.Path != "currency" || !read[c.At] || c.Check() != nil {
			t.Errorf("%+v", c)
		}
	}
	for _, of := range []impact.Stream{{Cluster: "prod", Topic: "totals"}, {Cluster: "elsewhere", Topic: "orders"}} {
		if task, _, err := (&reruns{j.Server}).Without(t.Context(), ann, "job:shop-totals", of, []string{"currency"}, 100); err != nil || task.Ran || !strings.Contains(task.Why, "no task that reads") {
			t.Errorf("of %s: %+v %v", of, task, err)
		}
	}
}
