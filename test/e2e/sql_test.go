//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

// sumNumbers is the statement that both tools submit.
const sumNumbers = "INSERT INTO sums SELECT MOD(n, 3) AS third, SUM(n) AS total FROM numbers GROUP BY MOD(n, 3)"

// statements names a job and gives it count numbers to sum up.
func statements(job string, count int) []string {
	return []string{
		"SET 'pipeline.name' = '" + job + "'",
		fmt.Sprintf("CREATE TEMPORARY TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '%d')", count),
		"CREATE TEMPORARY TABLE sums (third BIGINT, total BIGINT, PRIMARY KEY (third) NOT ENFORCED) WITH ('connector' = 'blackhole')",
		sumNumbers,
	}
}

// testSQL submits a statement by the SQL client and by the SQL gateway, each with the agent, as the documentation says.
func testSQL(t *testing.T, r *rig) {
	const count = 600
	attach := r.attach(t)
	tools, err := r.lab.SQL(t.Context(), r.flink, map[string]string{"env.java.opts.client": attach, "env.java.opts.sql-gateway": attach})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("client", func(t *testing.T) {
		path := filepath.Join(r.dir, "statements.sql")
		if err := os.WriteFile(path, []byte(strings.Join(statements("by-client", count), ";\n")+";\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := tools.RunFile(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		r.wantSums(t, "by-client", count)
	})
	t.Run("gateway", func(t *testing.T) {
		ports, err := lab.FreePorts(1)
		if err != nil {
			t.Fatal(err)
		}
		gateway, err := tools.StartGateway(t.Context(), ports[0])
		defer func() {
			if err := gateway.Stop(context.WithoutCancel(t.Context()), 20*time.Second); err != nil {
				t.Error(err)
			}
		}()
		if err != nil {
			t.Fatal(err)
		}
		r.trace(t, "by-gateway")
		submit(t, fmt.Sprintf("http://127.0.0.1:%d/v1/sessions", ports[0]), statements("by-gateway", count))
		r.wantSums(t, "by-gateway", count)
		r.wantKeys(t, "by-gateway", count)
		r.wantGeneratedSteps(t, fmt.Sprintf("http://127.0.0.1:%d/v1/sessions", ports[0]))
	})
}

// submit does statements in a session of a gateway, one after the other.
func submit(t *testing.T, sessions string, statements []string) {
	t.Helper()
	var session struct {
		Handle string `json:"sessionHandle"`
	}
	ask(t, http.MethodPost, sessions, map[string]any{}, &session)
	for _, s := range statements {
		var operation struct {
			Handle string `json:"operationHandle"`
		}
		ask(t, http.MethodPost, sessions+"/"+session.Handle+"/statements", map[string]any{"statement": s}, &operation)
		await(t, time.Minute, "the gateway has done "+s, func(context.Context) (bool, error) {
			var status struct {
				Status string `json:"status"`
			}
			ask(t, http.MethodGet, sessions+"/"+session.Handle+"/operations/"+operation.Handle+"/status", nil, &status)
			if status.Status == "ERROR" {
				return false, fmt.Errorf("it failed")
			}
			return status.Status == "FINISHED", nil
		})
	}
}

func ask(t *testing.T, method, url string, body, into any) {
	t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: status %d", method, url, response.StatusCode)
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// wantSums waits until a job is listed as finished, and wants its statement and all that went into the sum.
func (r *rig) wantSums(t *testing.T, name string, count int) {
	t.Helper()
	job := ""
	await(t, time.Minute, name+" is listed as finished", func(ctx context.Context) (bool, error) {
		jobs, err := r.ask.jobs(ctx)
		for _, j := range jobs {
			if j.Name == name && strings.EqualFold(j.State, "FINISHED") {
				job = j.ID
			}
		}
		return job != "", err
	})
	r.wantStatement(t, job, sumNumbers)
	known, err := r.ask.sql(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range known.Operators {
		if strings.HasPrefix(o.Name, "Calc") {
			events := r.awaitRecords(t, job, o.Op, count)
			fmt.Printf("SQL flink %s: %s, %d statements, %d operators, %d records into the sum\n", r.version, name, len(known.Statements), len(known.Operators), len(events))
			return
		}
	}
	t.Errorf("%s has no operator that computes: %+v", name, known.Operators)
}
