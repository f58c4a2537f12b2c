package server

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sightglass/sightglass/internal/agentjar"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
)

// running is a server in this process on free ports.
type running struct {
	*Server
	t    *testing.T
	stop func() error
	http *http.Client
	base string
}

func settings(t *testing.T, values map[string]string) config.Server {
	t.Helper()
	cfg, err := config.Load(func(name string) (string, bool) { v, ok := values[name]; return v, ok },
		func(name string) (string, bool) {
			v, ok := map[string]string{"data": filepath.Join(t.TempDir(), "data"), "listen": "127.0.0.1:0", "agent-listen": "127.0.0.1:0", "registry-listen": "127.0.0.1:0", "cache": "8MiB"}[name]
			return v, ok
		})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func start(t *testing.T, cfg config.Server) *running {
	t.Helper()
	s, err := New(context.Background(), Options{
		Config: cfg, Version: "1.2.3", User: "ann", Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		UI: fstest.MapFS{
			"index.html":          {Data: []byte("<html>entry</html>")},
			"assets/app-1234.js":  {Data: []byte(strings.Repeat("export const answer = 42;\n", 100))},
			"assets/app-1234.txt": {Data: []byte("short")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stopped := false
	r := &running{Server: s, t: t, base: s.Info().URL, http: &http.Client{Transport: &http.Transport{}}}
	r.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		r.http.CloseIdleConnections()
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(30 * time.Second):
			t.Fatal("the server does not stop")
			return nil
		}
	}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *running) get(path string, header ...string) (int, http.Header, string) {
	r.t.Helper()
	q, err := http.NewRequest(http.MethodGet, r.base+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			q.Host = header[i+1]
		}
		q.Header.Set(header[i], header[i+1])
	}
	answer, err := r.http.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(body)
}

func (r *running) read(path string, to any) {
	r.t.Helper()
	status, _, body := r.get(api.Base + path)
	if status != http.StatusOK {
		r.t.Fatalf("%s: %d %s", path, status, body)
	}
	if err := json.Unmarshal([]byte(body), to); err != nil {
		r.t.Fatalf("%s: %v", path, err)
	}
}

// record plays agents of two jobs against the server.
func (r *running) record(seed uint64, orders int) *ingesttest.Truth {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cluster := ingesttest.NewCluster(r.Info().Agents, seed)
	if err := cluster.Connect(ctx); err != nil {
		r.t.Fatal(err)
	}
	truth, err := ingesttest.Generate(ingesttest.Options{Seed: seed, Orders: orders}, cluster.Output())
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cluster.Flush(ctx); err != nil {
		r.t.Fatal(err)
	}
	if err := cluster.Close(); err != nil {
		r.t.Fatal(err)
	}
	return truth
}

// until polls until ok, for what another goroutine does.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestRecordsShowsAndRemembers(t *testing.T) {
	cfg := settings(t, nil)
	r := start(t, cfg)
	truth := r.record(3, 400)
	check := func(r *running) {
		t.Helper()
		var jobs api.List[api.Job]
		r.read("/jobs", &jobs)
		names := map[string]bool{}
		for _, j := range jobs.Items {
			names[j.Name] = true
		}
		if !names["shop-totals"] || !names["shop-alerts"] {
			t.Errorf("jobs %v", names)
		}
		var l api.Lineage
		r.read("/recordings/any/lineage?record="+url.QueryEscape("orders/0@0"), &l)
		if len(l.Nodes) == 0 {
			t.Errorf("no lineage: %+v", l)
		}
		var s api.Status
		r.read("/status", &s)
		if s.Recordings != 2 || s.Bytes == 0 || s.Version != "1.2.3" || len(s.FlinkLines) != 2 || !strings.Contains(s.FlinkLines[0], r.Info().Agents) {
			t.Errorf("status %+v", s)
		}
		var agents api.List[api.Process]
		r.read("/agents", &agents)
		if len(agents.Items) == 0 || agents.Items[0].Connected || len(agents.Items[0].Hooks) == 0 {
			t.Errorf("agents %+v", agents.Items)
		}
	}
	until(t, "agents gone", func() bool {
		var s api.Status
		r.read("/status", &s)
		return s.Agents == 0
	})
	check(r)
	_, _, metrics := r.get("/metrics")
	if !strings.Contains(metrics, "sightglass_store_recordings 2\n") || !strings.Contains(metrics, `sightglass_http_requests_total{route="jobs",status="200"} `) {
		t.Errorf("metrics:\n%s", metrics)
	}
	stored := r.store.Stats().Blocks
	if stored != truth.Blocks {
		t.Errorf("%d blocks stored, %d acked", stored, truth.Blocks)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	again := start(t, cfg)
	if got := again.store.Stats().Blocks; got != stored {
		t.Errorf("%d blocks after the restart, %d before", got, stored)
	}
	check(again)
	raw, err := os.ReadFile(filepath.Join(cfg.Data, audit.Active))
	if err != nil {
		t.Fatal(err)
	}
	seqs := map[float64]bool{}
	for line := range strings.Lines(string(raw)) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("audit line %q: %v", line, err)
		}
		if n := entry["seq"].(float64); seqs[n] {
			t.Errorf("number %v twice", n)
		} else {
			seqs[n] = true
		}
	}
	if len(seqs) < 4 {
		t.Errorf("%d audit entries for two reads of payload", len(seqs))
	}
}

func TestLiveEventsArriveAndEndWithTheServer(t *testing.T) {
	r := start(t, settings(t, nil))
	truth := r.record(5, 50)
	q, err := http.NewRequest(http.MethodGet, r.base+api.Base+"/recordings/"+truth.Totals.String()+"/events/live?kind=record", nil)
	if err != nil {
		t.Fatal(err)
	}
	// From the first event on: with a cursor nothing has to arrive after the connection.
	var page api.EventPage
	r.read("/recordings/"+truth.Totals.String()+"/events?kind=record&limit=1", &page)
	q.Header.Set("Last-Event-ID", page.Items[0].Cursor)
	answer, err := r.http.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if kind := answer.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		body, _ := io.ReadAll(answer.Body)
		t.Fatalf("%s %s %s", answer.Status, kind, body)
	}
	buffer := make([]byte, 4096)
	n, err := answer.Body.Read(buffer)
	if err != nil || !strings.HasPrefix(string(buffer[:n]), "id: ") || !strings.Contains(string(buffer[:n]), "\ndata: {") {
		t.Fatalf("first bytes %q (%v)", buffer[:n], err)
	}
	if err := r.stop(); err != nil {
		t.Errorf("a live stream kept the server: %v", err)
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Errorf("the stream broke instead of ending: %v", err)
	}
}

func TestUIServesScreensAndFiles(t *testing.T) {
	r := start(t, settings(t, nil))
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"/": {200, "entry"}, "/r/8c1e/events": {200, "entry"}, "/r/8c1e/journey/orders.v1/1@2": {200, "entry"}, "/j/job.name": {200, "entry"},
		"/assets/app-1234.js": {200, "answer"}, "/assets/none.js": {404, "no such file"}, "/favicon.ico": {404, "no such file"},
		"/../../etc/passwd": {200, "entry"}, "/assets/../index.html": {200, "entry"},
	} {
		status, header, body := r.get(path)
		if status != want.status || !strings.Contains(body, want.body) || header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %.60s", path, status, body)
		}
	}
	_, header, _ := r.get("/assets/app-1234.js", "Accept-Encoding", "gzip")
	if header.Get("Content-Encoding") != "gzip" || !strings.Contains(header.Get("Cache-Control"), "immutable") {
		t.Errorf("headers %v", header)
	}
	if _, header, _ := r.get("/assets/app-1234.txt", "Accept-Encoding", "gzip"); header.Get("Content-Encoding") != "" {
		t.Error("a file that does not shrink was packed")
	}
	if _, header, _ := r.get("/"); header.Get("Cache-Control") != "no-cache" {
		t.Errorf("the entry page may be kept: %v", header)
	}
}

func TestTakenPorts(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()

	cfg := settings(t, nil)
	cfg.Listen, cfg.ListenChosen = address, false
	if r := start(t, cfg); !r.Info().Moved || strings.HasSuffix(r.Info().URL, address) {
		t.Errorf("info %+v", r.Info())
	}
	cfg = settings(t, map[string]string{"listen": address})
	if _, err := New(context.Background(), Options{Config: cfg}); err == nil || !strings.Contains(err.Error(), "is taken") || !strings.Contains(err.Error(), "--listen") {
		t.Errorf("a chosen port: %v", err)
	}
	cfg = settings(t, map[string]string{"agent-listen": address})
	if _, err := New(context.Background(), Options{Config: cfg}); err == nil || !strings.Contains(err.Error(), "--agent-listen") {
		t.Errorf("agents' port: %v", err)
	}
	// What a failed start opened is free again.
	cfg.AgentListen = "127.0.0.1:0"
	start(t, cfg)
}

func TestOneServerPerFolder(t *testing.T) {
	cfg := settings(t, nil)
	start(t, cfg)
	if _, err := New(context.Background(), Options{Config: cfg}); err == nil || !strings.Contains(err.Error(), "another sightglass") {
		t.Errorf("got %v", err)
	}
}

func TestDoctorNamesWhatIsMissing(t *testing.T) {
	r := start(t, settings(t, nil))
	var before, after api.List[api.Check]
	r.read("/doctor", &before)
	state := func(l api.List[api.Check], name string) (string, string) {
		for _, c := range l.Items {
			if c.Check == name {
				return c.State, c.Fix
			}
		}
		return "absent", ""
	}
	if s, fix := state(before, "agents"); s != stateWarn || !strings.Contains(fix, "-javaagent:") {
		t.Errorf("agents %s, fix %q", s, fix)
	}
	r.record(9, 300)
	r.read("/doctor", &after)
	if s, _ := state(after, "job shop-totals"); s == "absent" || s == stateFail {
		t.Errorf("job is %s: %+v", s, after.Items)
	}
	for _, c := range after.Items {
		if (c.State != stateOK) != (c.Fix != "") {
			t.Errorf("%+v: a fix belongs to what is wrong, and to nothing else", c)
		}
	}
}

func TestFoldersOfJarsThatCannotBeUsedEndTheStart(t *testing.T) {
	_, absent := agentjar.Bytes()
	for dir, want := range map[string]string{filepath.Join(t.TempDir(), "none"): "no such file", t.TempDir(): "carries no sidecar"} {
		cfg := settings(t, map[string]string{"user-jars": dir})
		if want == "carries no sidecar" && absent == nil {
			start(t, cfg) // this binary carries it
			continue
		}
		if _, err := New(context.Background(), Options{Config: cfg}); err == nil || !strings.Contains(err.Error(), "user-jars") || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
