package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/browse"
)

// sink remembers what a collector would get, unpacked.
type sink struct {
	mu   sync.Mutex
	by   map[string][]byte // by path
	came chan struct{}
	keys map[string]bool
}

func collecting(t *testing.T) (*sink, string) {
	t.Helper()
	k := &sink{by: map[string][]byte{}, came: make(chan struct{}, 100), keys: map[string]bool{}}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		b, err := io.ReadAll(z)
		if err != nil {
			t.Error(err)
		}
		k.mu.Lock()
		k.by[r.URL.Path] = append(k.by[r.URL.Path], b...)
		k.keys[r.Header.Get("X-Key")] = true
		k.mu.Unlock()
		select {
		case k.came <- struct{}{}:
		default:
		}
	}))
	t.Cleanup(s.Close)
	return k, s.URL
}

// until waits until something sent to path has text in it.
func (k *sink) until(t *testing.T, path, text string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		k.mu.Lock()
		ok := bytes.Contains(k.by[path], []byte(text))
		k.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-k.came:
		case <-deadline:
			t.Fatalf("%s with %q did not come", path, text)
		}
	}
}

func TestWhatIsRecordedGoesToACollectorMasked(t *testing.T) {
	k, url := collecting(t)
	headers := filepath.Join(t.TempDir(), "headers")
	if err := os.WriteFile(headers, []byte("# of the collector\nX-Key: s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	// Every second: the queue has room for eight, and a busy machine that sends late drops none.
	r := start(t, settings(t, map[string]string{
		"otlp-endpoint": url, "otlp-protocol": "http", "otlp-insecure": "true", "otlp-signals": "metrics", "otlp-headers-file": headers, "otlp-metrics-every": "1s",
	}))
	truth := r.record(5, 120)
	// One table feeds the page and the collector.
	_, _, page := r.get("/metrics")
	for _, m := range []string{"sightglass_operator_records_in_total", "sightglass_subtask_records_in_per_second", "sightglass_operator_records_out_per_second", "sightglass_otlp_sent_total"} {
		if !strings.Contains(page, "\n"+m+"{") {
			t.Errorf("/metrics does not have %s", m)
		}
		k.until(t, "/v1/metrics", strings.TrimSuffix(m, "_total"))
	}
	status, _, body := r.post("/recordings/any/journeys", `{"record":"`+truth.Orders[5].Read.String()+`"}`)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	k.until(t, "/v1/traces", truth.Totals.String())
	k.mu.Lock()
	defer k.mu.Unlock()
	for path, b := range k.by {
		for _, canary := range []string{"m-0", "currency", "s3cret"} {
			if bytes.Contains(b, []byte(canary)) {
				t.Errorf("%s holds %s", path, canary)
			}
		}
	}
	if !k.keys["s3cret"] {
		t.Error("requests do not carry the headers of the file")
	}
	var checks struct{ Items []api.Check }
	r.read("/doctor", &checks)
	for _, c := range checks.Items {
		if c.Check == "otlp" {
			if c.State != stateOK || !strings.Contains(c.Detail, "traces: ") || strings.Contains(c.Detail, "s3cret") {
				t.Errorf("%+v", c)
			}
			return
		}
	}
	t.Errorf("the doctor does not look at OTLP: %+v", checks.Items)
}

func (r *running) post(path, body string) (int, http.Header, string) {
	r.t.Helper()
	answer, err := r.http.Post(r.base+api.Base+path, "application/json", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(b)
}

func TestReportsOfFlinkStayWithTheirJob(t *testing.T) {
	cfg := settings(t, map[string]string{"otlp-listen": "127.0.0.1:0"})
	r := start(t, cfg)
	truth := r.record(5, 50)
	send := func() {
		t.Helper()
		body := `{"resourceSpans":[{"scopeSpans":[{"scope":{"name":"CheckpointStatsTracker"},"spans":[{"traceId":"0123456789abcdef0123456789abcdef","spanId":"0123456789abcdef",
			"name":"Checkpoint","startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000250000000","attributes":[
			{"key":"job_id","value":{"stringValue":"` + truth.Totals.String() + `"}},{"key":"fullSize","value":{"intValue":"4711"}},{"key":"odd","value":{"stringValue":"kept"}}]}]}]}]}`
		answer, err := r.http.Post("http://"+r.Info().OTLP+"/v1/traces", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if _ = answer.Body.Close(); answer.StatusCode != http.StatusOK {
			t.Fatal(answer.Status)
		}
	}
	send()
	send() // as a reporter does whose answer got lost
	var list api.ReportList
	r.read("/jobs/"+truth.Totals.String()+"/reports", &list)
	if len(list.Items) != 1 || !list.Taken || list.Items[0].Name != "Checkpoint" || list.Items[0].Attributes["fullSize"] != 4711.0 || list.Items[0].Attributes["odd"] != "kept" ||
		list.Items[0].End.Sub(list.Items[0].At.Time) != 250*time.Millisecond {
		t.Errorf("%+v", list)
	}
	var other api.ReportList
	if r.read("/jobs/"+truth.Alerts.String()+"/reports", &other); len(other.Items) != 0 {
		t.Errorf("another job has %+v", other)
	}
	r.forget(context.Background(), truth.Totals)
	if r.read("/jobs/"+truth.Totals.String()+"/reports", &other); len(other.Items) != 0 {
		t.Errorf("a deleted recording has %+v", other)
	}
}

func TestReportersOffLoopbackShowAToken(t *testing.T) {
	r := start(t, settings(t, map[string]string{"otlp-listen": "0.0.0.0:0", "tls": "off"}))
	answer, err := r.http.Post("http://"+r.Info().OTLP+"/v1/traces", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if _ = answer.Body.Close(); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a token: %s", answer.Status)
	}
	if _, err := os.Stat(filepath.Join(r.cfg.Data, otlpTokenFile)); err != nil {
		t.Error(err)
	}
}

func TestSettingsOfOTLPThatCannotBeUsedEndTheStart(t *testing.T) {
	for _, values := range []map[string]string{
		{"otlp-endpoint": "http://x:4317"}, {"otlp-endpoint": "x:4317", "otlp-trace-rate": "7"}, {"otlp-endpoint": "x:4317", "otlp-headers-file": "/nowhere"},
	} {
		s, err := New(context.Background(), Options{Config: settings(t, values), Version: "1"})
		if err == nil {
			t.Errorf("%v was taken: %v", values, s.Info())
		}
	}
}

func TestTheNewestCompletedCheckpointCounts(t *testing.T) {
	x := &scrape{live: []liveJob{{labels: []string{"job", "a"}}, {labels: []string{"job", "b"}}}}
	x.live[0].Checkpoints = []browse.Checkpoint{
		{ID: 7, State: "completed", Duration: 2 * time.Second, Bytes: 5}, {ID: 6, State: "completed"}, {ID: 8, State: "failed"}, {ID: 9, State: "triggered"},
	}
	got := map[string]float64{}
	for _, m := range operatorMetrics() {
		if strings.Contains(m.Name, "checkpoint") {
			for _, s := range m.value(x) {
				got[m.Name+s.labels.String()] = s.value
			}
		}
	}
	want := map[string]float64{
		`sightglass_job_checkpoint_id{job="a"}`: 7, `sightglass_job_checkpoint_duration_seconds{job="a"}`: 2, `sightglass_job_checkpoint_bytes{job="a"}`: 5,
		`sightglass_job_checkpoints_failed{job="a"}`: 1,
	}
	if !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
