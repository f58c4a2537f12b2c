package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/gen"
)

// judging is a server that gives every proposal the same counts.
type judging struct {
	counts gen.ImpactCounts
	state  gen.ImpactRunState
	status int // of a refusal; 0: none
	asked  []gen.ImpactWish
	took   []string // formats
}

func (j *judging) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	switch {
	case j.status != 0:
		w.WriteHeader(j.status)
		_ = json.NewEncoder(w).Encode(gen.Problem{Status: int64(j.status), Detail: "no"})
	case path == "/impact" && r.Method == http.MethodPost:
		var p gen.ImpactWish
		_ = json.NewDecoder(r.Body).Decode(&p)
		j.asked = append(j.asked, p)
		_ = json.NewEncoder(w).Encode(gen.ImpactRun{ID: "7", State: "running", Phase: "records"})
	case path == "/impact/7":
		_ = json.NewEncoder(w).Encode(gen.ImpactRun{ID: "7", State: j.state, Counts: j.counts})
	case path == "/impact/7/report":
		f := r.URL.Query().Get("format")
		j.took = append(j.took, f)
		_ = json.NewEncoder(w).Encode(gen.ImpactText{Format: f, Text: "report as " + f + "\n"})
	case strings.HasSuffix(path, "/replays/jars"):
		_, _ = io.Copy(io.Discard, r.Body)
		_ = json.NewEncoder(w).Encode(gen.ReplayJar{ID: "abc"})
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func runCheck(t *testing.T, server string, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	s := Streams{Out: &o, Err: &e, Env: func(name string) (string, bool) {
		v, ok := map[string]string{"SIGHTGLASS_SERVER": server, "SIGHTGLASS_TOKEN": "x", "HOME": t.TempDir()}[name]
		return v, ok
	}, In: strings.NewReader(`{"type":"record"}`)}
	code = Main(context.Background(), append([]string{"check"}, args...), s, "test")
	return o.String(), e.String(), code
}

func TestCheckEndsWithTheCodeOfWhatItFound(t *testing.T) {
	j := &judging{state: "done"}
	s := httptest.NewServer(j)
	defer s.Close()
	for _, c := range []struct {
		name   string
		counts gen.ImpactCounts
		state  gen.ImpactRunState
		status int
		args   []string
		want   int
	}{
		{"safe", gen.ImpactCounts{Safe: 3}, "done", 0, nil, exitOK},
		{"broken", gen.ImpactCounts{Broken: 1, Safe: 1}, "done", 0, []string{"--max-unknown", "9", "--max-maybe", "9"}, exitFound},
		{"unknown", gen.ImpactCounts{Unknown: 1}, "done", 0, nil, exitUnknown},
		{"unknown, allowed", gen.ImpactCounts{Unknown: 1}, "done", 0, []string{"--max-unknown", "1"}, exitOK},
		{"maybe", gen.ImpactCounts{Maybe: 2}, "done", 0, []string{"--max-maybe", "1"}, exitUnknown},
		{"maybe, allowed", gen.ImpactCounts{Maybe: 2}, "done", 0, []string{"--max-maybe", "2"}, exitOK},
		{"no report", gen.ImpactCounts{}, "failed", 0, nil, exitUnknown},
		{"denied", gen.ImpactCounts{}, "done", 403, nil, exitDenied},
		{"not known", gen.ImpactCounts{}, "done", 401, nil, exitDenied},
		{"a schema that is none", gen.ImpactCounts{}, "done", 422, nil, exitUsage},
		{"no file", gen.ImpactCounts{}, "done", 0, []string{"--schema", "no-such-file.avsc"}, exitUsage},
		{"two things", gen.ImpactCounts{}, "done", 0, []string{"--drop", "orders#a"}, exitUsage},
		{"a format that is none", gen.ImpactCounts{}, "done", 0, []string{"--format", "pdf"}, exitUsage},
	} {
		j.counts, j.state, j.status = c.counts, c.state, c.status
		if out, errs, code := runCheck(t, s.URL, append([]string{"--schema", "-", "--subject", "orders-value"}, c.args...)...); code != c.want {
			t.Errorf("%s: exit %d, want %d: %s%s", c.name, code, c.want, out, errs)
		}
	}
	s.Close()
	if _, _, code := runCheck(t, s.URL, "--drop", "orders#a"); code != exitUnreachable {
		t.Errorf("no server: exit %d", code)
	}
}

func TestCheckWritesSeveralReports(t *testing.T) {
	j := &judging{state: "done", counts: gen.ImpactCounts{Safe: 1}}
	s := httptest.NewServer(j)
	defer s.Close()
	dir := t.TempDir()
	md, xml := filepath.Join(dir, "a.md"), filepath.Join(dir, "a.xml")
	out, errs, code := runCheck(t, s.URL, "--drop", "orders#customer.email", "--format", "markdown", "--out", md, "--format", "junit", "--out", xml, "--format", "text")
	if code != 0 || out != "report as text\n" || !slices.Equal(j.took, []string{"markdown", "junit", "text"}) {
		t.Errorf("exit %d %s%s %v", code, out, errs, j.took)
	}
	for file, want := range map[string]string{md: "report as markdown\n", xml: "report as junit\n"} {
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s: %s %v", file, got, err)
		}
	}
	if p := j.asked[0]; p.Topic != "orders" || p.Drop != "customer.email" || p.Sample != 1000 {
		t.Errorf("%+v", p)
	}
	if _, _, code := runCheck(t, s.URL, "--drop", "orders#a", "--format", "junit", "--format", "text"); code != exitUsage {
		t.Errorf("two formats for one output: exit %d", code)
	}
}

func TestCheckReadsWhatIsProposed(t *testing.T) {
	j := &judging{state: "done"}
	s := httptest.NewServer(j)
	defer s.Close()
	dir := t.TempDir()
	file := func(name, text string) string { return write(t, filepath.Join(dir, name), text) }
	for _, settings := range []string{"# a comment\nretention.ms = 1000\npartitions=12\n", "retention.ms: 1000\npartitions: 12\n", `{"retention.ms": "1000", "partitions": 12}`} {
		if _, errs, code := runCheck(t, s.URL, "--topic-config", file("t.conf", settings), "--topic", "orders"); code != 0 {
			t.Fatalf("exit %d %s", code, errs)
		}
		if p := j.asked[len(j.asked)-1]; p.Config["retention.ms"] != "1000" || p.Config["partitions"] != "12" || len(p.Config) != 2 {
			t.Errorf("%q: %+v", settings, p.Config)
		}
	}
	if _, errs, code := runCheck(t, s.URL, "--schema", file("a.proto", "syntax"), "--subject", "a-value", "--reference", "b.proto="+file("b.proto", "other")); code != 0 {
		t.Fatalf("exit %d %s", code, errs)
	}
	if p := j.asked[len(j.asked)-1]; p.SchemaType != "PROTOBUF" || p.Schema != "syntax" || len(p.References) != 1 || p.References[0].Text != "other" {
		t.Errorf("%+v", p)
	}
	if _, errs, code := runCheck(t, s.URL, "--jar", file("a.jar", "jar"), "--job", "totals"); code != 0 {
		t.Fatalf("exit %d %s", code, errs)
	}
	if p := j.asked[len(j.asked)-1]; p.Job != "totals" || len(p.Jars) != 1 || p.Jars[0].ID != "abc" {
		t.Errorf("%+v", p)
	}
}

// The files for CI are what their systems read, and call flags that there are.
func TestFilesForCICallFlagsThatThereAre(t *testing.T) {
	var o bytes.Buffer
	a := &app{Streams: Streams{Out: &o, Err: &o, Env: func(string) (string, bool) { return "", false }}}
	flags := a.check().Flags()
	for _, file := range []string{"github/action.yml", "gitlab/sightglass-check.yml"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "ci", file))
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if err := yaml.Unmarshal(raw, &v); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		text := string(raw)
		if !strings.Contains(text, "sightglass check ") {
			t.Errorf("%s checks nothing", file)
		}
		for _, m := range regexp.MustCompile(`(?m)(?:sightglass check|args=|args\+=|CHECK:).*`).FindAllString(text, -1) {
			for _, flag := range regexp.MustCompile(`--([a-z-]+)`).FindAllStringSubmatch(m, -1) {
				if flags.Lookup(flag[1]) == nil {
					t.Errorf("%s calls --%s, which there is not", file, flag[1])
				}
			}
		}
		if file == "github/action.yml" {
			runs, _ := v["runs"].(map[string]any)
			steps, _ := runs["steps"].([]any)
			if runs["using"] != "composite" || len(steps) == 0 {
				t.Errorf("%s is no composite action", file)
			}
			inputs, _ := v["inputs"].(map[string]any)
			for _, name := range regexp.MustCompile(`\$\{\{ inputs\.([a-z-]+)`).FindAllStringSubmatch(text, -1) {
				if inputs[name[1]] == nil {
					t.Errorf("%s uses the input %s, which there is not", file, name[1])
				}
			}
		} else if job, _ := v[".sightglass-check"].(map[string]any); job["script"] == nil {
			t.Errorf("%s has no job", file)
		}
	}
}
