package catalog

import (
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/openlineage"
)

type toldLineage []openlineage.Event

// Tell is that of Lineage.
func (l *toldLineage) Tell(e openlineage.Event) { *l = append(*l, e) }

// A recorded job is told of as it begins and ends, each once, with what it reads and writes and where its fields come from; a reader of OpenLineage
// understands it.
func TestRecordedJobsAreToldToOpenLineage(t *testing.T) {
	c := fresh(t)
	var told toldLineage
	c.Lineage = &told
	job := alertsJob()
	see := func() {
		b := c.recorded(job)
		take(t, c, b)
		c.tellLineage(job, &b)
	}
	see()
	see()
	job.Job.State = browse.JobFinished
	see()
	see()
	var states []string
	for i := range told {
		told[i].Job.Namespace = "flink"
		states = append(states, string(told[i].State))
	}
	if got := strings.Join(states, " "); got != "START COMPLETE" {
		t.Fatalf("want START COMPLETE, got %s", got)
	}
	raw, err := openlineage.Encode(&told[1])
	if err != nil {
		t.Fatal(err)
	}
	events, faults := openlineage.Read(raw)
	if len(faults) > 0 || len(events) != 1 {
		t.Fatalf("%s: %v", raw, faults)
	}
	e := events[0]
	if e.Run != told[0].Run || !e.Job.Streaming() || len(e.Inputs) != 1 || len(e.Outputs) != 1 || len(e.Inputs[0].Fields) == 0 || len(e.Outputs[0].Columns) == 0 {
		t.Errorf("%s", raw)
	}
}
