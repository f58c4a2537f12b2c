package cli

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/server"
)

var rewrite = flag.Bool("rewrite", false, "write testdata and reference pages anew; review them like prose")

// recorded is a server in this process with the recordings of two invented jobs. Its clock stands where the recordings end, so that
// rates and states come out the same every time.
type recorded struct {
	url      string
	agents   string
	registry string
	data     string
	broker   string // of the Kafka cluster that the server looks into; empty: there is none
	truth    *ingesttest.Truth
}

const (
	seed   = 42
	orders = 400
)

func serve(t *testing.T) *recorded {
	t.Helper()
	return serving(t, ingesttest.Options{Seed: seed, Orders: orders, StepUS: 25_000, Gap: true})
}

func serving(t *testing.T, generated ingesttest.Options) *recorded {
	t.Helper()
	return serveWith(t, func(out ingesttest.Output) (*ingesttest.Truth, error) { return ingesttest.Generate(generated, out) })
}

// serveSQL is serve with the recording of a SQL job alone.
func serveSQL(t *testing.T) *recorded {
	t.Helper()
	return serveWith(t, func(out ingesttest.Output) (*ingesttest.Truth, error) {
		truth, err := ingesttest.SQLJob(seed, out)
		if err != nil {
			return nil, err
		}
		return &ingesttest.Truth{Totals: truth.Recording, WallMax: truth.WallMax}, nil
	})
}

func serveWith(t *testing.T, generate func(ingesttest.Output) (*ingesttest.Truth, error), settings ...config.Source) *recorded {
	t.Helper()
	data := t.TempDir()
	cfg, err := config.Load(append(settings, func(name string) (string, bool) {
		v, ok := map[string]string{"data": data, "listen": "127.0.0.1:0", "agent-listen": "127.0.0.1:0", "registry-listen": "127.0.0.1:0", "cache": "8MiB"}[name]
		return v, ok
	})...)
	if err != nil {
		t.Fatal(err)
	}
	clock := &stoppedClock{at: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)}
	s, err := server.New(context.Background(), server.Options{Config: cfg, Version: "1.2.3", User: "ann", Now: clock.now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	limit, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cluster := ingesttest.NewCluster(s.Info().Agents, seed)
	if err := cluster.Connect(limit); err != nil {
		t.Fatal(err)
	}
	truth, err := generate(cluster.Output())
	if err != nil {
		t.Fatal(err)
	}
	if err := cluster.Flush(limit); err != nil {
		t.Fatal(err)
	}
	clock.set(time.UnixMicro(truth.WallMax).Add(100 * time.Millisecond))
	t.Cleanup(func() { _ = cluster.Close() }) // the server may be gone by then
	return &recorded{url: s.Info().URL, agents: s.Info().Agents, registry: s.Info().Registry, data: data, truth: truth}
}

type stoppedClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *stoppedClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *stoppedClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// run runs a command line; terminal as "120x40", or empty for a pipe.
func (r *recorded) run(ctx context.Context, terminal string, args ...string) (out, errors string, code int) {
	var stdout, stderr bytes.Buffer
	s := Streams{Out: &stdout, Err: &stderr}
	if terminal != "" {
		s.Terminal = true
		if _, err := fmt.Sscanf(terminal, "%dx%d", &s.Width, &s.Height); err != nil {
			panic(err)
		}
	}
	code = r.runWith(ctx, s, args...)
	return r.stable(stdout.String()), r.stable(stderr.String()), code
}

// runWith runs a command line whose output can be looked at meanwhile.
func (r *recorded) runWith(ctx context.Context, s Streams, args ...string) (code int) {
	s.Env = func(name string) (string, bool) {
		if name == "SIGHTGLASS_SERVER" {
			return r.url, true
		}
		if name == "SIGHTGLASS_REGISTRY" {
			return r.registry, true
		}
		if name == "SIGHTGLASS_DATA" {
			return r.data, true
		}
		return "", false
	}
	return Main(ctx, args, s, "1.2.3")
}

var (
	requestLine = regexp.MustCompile(`request [A-Z2-7]{12}`)
	tookField   = regexp.MustCompile(`"took_ms": [0-9.]+`)
	lastSeen    = regexp.MustCompile(`2026-01-05T08:00:[0-9.]+Z$`)
	progress    = regexp.MustCompile(`(?m)^(.+ of at most .+ events, .+|[0-9.]+ [KMGT]?i?B of [0-9.]+ [KMGT]?i?B)\n`) // of what takes more than two seconds
	tookText    = regexp.MustCompile(`\d+ ms$`)
	toolchain   = regexp.MustCompile(`"go": "go[^"]+"`)
	platform    = regexp.MustCompile(`"platform": "[a-z0-9]+/[a-z0-9]+"`)
	carried     = regexp.MustCompile(`"agent": "(yes|no)"`)
)

// stable replaces what differs from run to run.
func (r *recorded) stable(s string) string {
	s = strings.ReplaceAll(s, r.url, "http://127.0.0.1:7170")
	s = strings.ReplaceAll(s, r.agents, "127.0.0.1:7171")
	s = strings.ReplaceAll(s, r.data, "/data")
	if r.broker != "" {
		s = strings.ReplaceAll(s, r.broker, "broker.example.com:9092")
	}
	s = requestLine.ReplaceAllString(s, "request ABCDEFGHIJKL")
	s = progress.ReplaceAllString(s, "")
	s = tookField.ReplaceAllString(s, `"took_ms": 7`)
	// What this very binary was built with, and whether the agent's jar was put into it.
	s = toolchain.ReplaceAllString(s, `"go": "go1.26"`)
	s = platform.ReplaceAllString(s, `"platform": "linux/amd64"`)
	s = carried.ReplaceAllString(s, `"agent": "yes"`)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "jobmanager") || strings.HasPrefix(l, "taskmanager") {
			lines[i] = lastSeen.ReplaceAllString(l, "2026-01-05T08:00:10.225Z")
		}
		if strings.Contains(l, " up, ") {
			lines[i] = tookText.ReplaceAllString(l, "7 ms")
		}
	}
	return strings.Join(lines, "\n")
}

// Transcripts are testdata/*.txt: "# terminal 120x40" switches to a terminal, "# pipe" back; "$ sightglass …" runs; what follows is
// its output, then lines of standard error behind "! ", then "[exit n]" unless n is 0.
func TestTranscripts(t *testing.T) {
	serve(t).transcripts(t, "testdata/*.txt")
}

// Those in testdata/traced are about operators that are recorded at level trace.
func TestTranscriptsOfTracedOperators(t *testing.T) {
	serving(t, ingesttest.Options{Seed: seed, Orders: orders, StepUS: 25_000, Traced: true}).transcripts(t, "testdata/traced/*.txt")
}

// Those in testdata/sql are about a job of the table planner.
func TestTranscriptsOfSQL(t *testing.T) {
	serveSQL(t).transcripts(t, "testdata/sql/*.txt")
}

func (r *recorded) transcripts(t *testing.T, pattern string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := r.replay(t, string(raw))
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(raw) {
				t.Errorf("%s differs (go test ./internal/cli -rewrite writes it anew):\n%s", file, firstDifference(string(raw), got))
			}
		})
	}
}

func (r *recorded) replay(t *testing.T, transcript string) string {
	t.Helper()
	var out strings.Builder
	terminal := ""
	for line := range strings.Lines(transcript) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
			terminal, _ = strings.CutPrefix(line, "# terminal ")
			if line == "# pipe" {
				terminal = ""
			}
			out.WriteString(line + "\n")
		case strings.HasPrefix(line, "$ sightglass"):
			stdout, stderr, code := r.run(context.Background(), terminal, arguments(t, strings.ReplaceAll(strings.TrimPrefix(line, "$ sightglass"), " /data", " "+r.data))...)
			out.WriteString(line + "\n" + stdout)
			for l := range strings.Lines(stderr) {
				out.WriteString(strings.TrimRight("! "+l, " \n") + "\n")
			}
			if code != 0 {
				fmt.Fprintf(&out, "[exit %d]\n", code)
			}
			out.WriteString("\n")
		}
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// arguments splits a command line at blanks; single and double quotes keep them.
func arguments(t *testing.T, line string) (args []string) {
	t.Helper()
	var word strings.Builder
	open, quote := false, rune(0)
	for _, c := range line {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, open = c, true
		case quote == 0 && c == ' ':
			if open {
				args = append(args, word.String())
				word.Reset()
				open = false
			}
		default:
			word.WriteRune(c)
			open = true
		}
	}
	if quote != 0 {
		t.Fatalf("open quote in %q", line)
	}
	if open {
		args = append(args, word.String())
	}
	return args
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			end := min(len(g), i+6)
			if i >= len(g) {
				return fmt.Sprintf("line %d: want %q, got nothing", i+1, w[i])
			}
			return fmt.Sprintf("line %d:\nwant %q\ngot  %q\n%s", i+1, w[i], g[i], strings.Join(g[i:end], "\n"))
		}
	}
	return fmt.Sprintf("got more: %q", g[len(w):])
}
