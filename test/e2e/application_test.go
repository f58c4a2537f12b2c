//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

// sumCoins is the statement of e2e.OwnValues.
const sumCoins = "INSERT INTO sums SELECT third, SUM(cents) AS cents FROM coins GROUP BY third"

// TestApplication runs a program in application mode, from usrlib, and wants all of it recorded though its JobManager is gone as soon as the job has ended.
func TestApplication(t *testing.T) {
	const count = 1500
	r := newServer(t, "application")
	r.startFlink(t, lab.FlinkOptions{Application: &lab.Application{Jar: r.jar, Class: "e2e.OwnValues", Args: []string{strconv.Itoa(count)}}})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := r.flink.JobManager.AwaitEnd(ctx); err != nil {
		t.Fatal(err)
	}
	var job string
	await(t, 30*time.Second, "the job is listed as finished", func(ctx context.Context) (bool, error) {
		jobs, err := r.ask.jobs(ctx)
		if err != nil || len(jobs) != 1 {
			return false, err
		}
		job = jobs[0].ID
		return jobs[0].Name == "own-values" && strings.EqualFold(jobs[0].State, "FINISHED"), nil
	})
	r.wantOwnValues(t, job, count)
	r.wantStatement(t, job, sumCoins)
	r.wantForeign(t, job, count)
	r.wantNoGaps(t)
	testNothingSwallowed(t, r)
}

// wantOwnValues wants everything there of e2e.OwnValues but what only its classes can read: graph, statement, capsules, records.
func (r *rig) wantOwnValues(t *testing.T, job string, count int) {
	t.Helper()
	detail, err := r.ask.job(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if detail.Graph.Inferred || len(detail.Graph.Edges) != len(detail.Graph.Vertices)-1 || len(detail.Graph.Vertices) < 5 {
		t.Errorf("the graph of a line of operators has %d vertices and %d edges, inferred %t", len(detail.Graph.Vertices), len(detail.Graph.Edges), detail.Graph.Inferred)
	}
	for _, op := range []string{"to-parcel", "to-message", "to-coin", "to-row"} {
		events := r.awaitRecords(t, job, op, count)
		if len(events) != count {
			t.Errorf("%s emitted %d records, the recording has %d", op, count, len(events))
		}
	}
	r.wantCapsules(t, job)
	fmt.Printf("OWN VALUES flink %s: job %s, %d vertices, %d records on each edge\n", r.version, job, len(detail.Graph.Vertices), count)
}

// awaitRecords waits until an operator's records are stored.
func (r *rig) awaitRecords(t *testing.T, job, op string, count int) (events []recordedEvent) {
	t.Helper()
	await(t, 30*time.Second, "all records of "+op+" are stored", func(ctx context.Context) (bool, error) {
		var err error
		events, err = r.ask.events(ctx, job, op, "record")
		return len(events) >= count, err
	})
	return events
}

// wantStatement waits until a job's statements are stored, and wants one of them, by which a table of sums was filled, with the operator that sums up.
func (r *rig) wantStatement(t *testing.T, job, text string) {
	t.Helper()
	var known sql
	await(t, 30*time.Second, "statements are stored", func(ctx context.Context) (bool, error) {
		var err error
		known, err = r.ask.sql(ctx, job)
		return known.Planner && len(known.Statements) > 0 && len(known.Operators) > 0, err
	})
	found, summed := false, false
	for _, s := range known.Statements {
		found = found || s.Made && s.Source != nil && strings.TrimSuffix(s.Source.Text, ";") == text
	}
	for _, o := range known.Operators {
		if strings.HasPrefix(o.Name, "GroupAggregate") {
			summed = len(o.Fields) == 2 && len(o.Statements) == 1
		}
	}
	if !found || !summed {
		shown, _ := json.Marshal(known)
		t.Errorf("statement %q is there: %t; the operator that sums up names its fields and statement: %t; %s", text, found, summed, shown)
	}
}

// wantCapsules wants a whole capsule of each task, with the jar of the job.
func (r *rig) wantCapsules(t *testing.T, job string) {
	t.Helper()
	all := r.awaitCapsules(t, job)
	for _, c := range all {
		jars := 0
		for _, part := range c.Parts {
			if part.Format == "jar" {
				jars++
			}
		}
		if jars != 1 || len(c.Missing) != 0 {
			t.Errorf("the capsule of %s has %d jars and lacks %+v", c.Task, jars, c.Missing)
		}
	}
}

// awaitCapsules waits until what rebuilds a job's tasks is stored: jars come after what a short job does.
func (r *rig) awaitCapsules(t *testing.T, job string) (all []capsule) {
	t.Helper()
	await(t, time.Minute, "all capsules are stored", func(ctx context.Context) (bool, error) {
		var err error
		all, err = r.ask.capsules(ctx, job)
		for _, c := range all {
			if c.Stored < c.Bytes {
				return false, err
			}
		}
		return len(all) > 0, err
	})
	return all
}

// wantForeign wants values that only the job's classes can read as bytes with the name of the class, and decoded as soon as the server has the jars.
func (r *rig) wantForeign(t *testing.T, job string, count int) {
	t.Helper()
	values := []struct{ op, class, pattern string }{
		{"to-parcel", "e2e.Parcel", `^\{f0: \{number: (\d+), label: "parcel-(\d+)"\}, f1: -?(\d+)\}$`},
		{"to-message", "com.google.protobuf.Timestamp", `^\{seconds: (\d+), nanos: 7\}$`},
		{"to-coin", "e2e.Coin", `^\{cents: (\d+), mint: "mint-(\d+)"\}$`},
	}
	for _, value := range values {
		for _, e := range r.awaitRecords(t, job, value.op, count) {
			if e.View == nil || e.View.Bytes == "" || e.View.By != "" || !strings.Contains(e.View.Text, value.class) || !strings.Contains(e.View.Reason, "no jars") {
				t.Fatalf("without the job's jar a record of %s is not bytes, the class's name and the reason: %+v", value.op, e.View)
			}
		}
	}
	jars := map[string]string{r.jar: "job.jar", filepath.Join(r.flink.Home, "lib"): "flink-" + strings.Join(strings.Split(r.version, ".")[:2], ".")}
	for from, name := range jars {
		if err := os.Symlink(from, filepath.Join(r.jars(), name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, value := range values {
		pattern, seen := regexp.MustCompile(value.pattern), map[string]bool{}
		for _, e := range r.awaitRecords(t, job, value.op, count) {
			found := pattern.FindStringSubmatch(e.View.Text)
			if found == nil || e.View.By != "job" {
				t.Fatalf("with the job's jar a record of %s is not decoded by it: %+v", value.op, e.View)
			}
			for _, number := range found[1:] {
				if number != found[1] {
					t.Errorf("the parts of a record of %s do not belong together: %s", value.op, e.View.Text)
				}
			}
			seen[found[1]] = true
		}
		if len(seen) != count {
			t.Errorf("%s emitted %d numbers, decoded are %d", value.op, count, len(seen))
		}
	}
	fmt.Printf("FOREIGN flink %s: %d values of %d classes decoded by the job's own classes\n", r.version, len(values)*count, len(values))
}
