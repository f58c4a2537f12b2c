//go:build e2e

package e2e

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// whatIf is what came of a replay with something changed.
type whatIf struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Error   string `json:"error"`
	Kind    string `json:"kind"`
	Derived string `json:"derived"`
	Verdict struct {
		Verdict string `json:"verdict"`
		Text    string `json:"text"`
		First   *struct {
			Recorded *outputPlace `json:"recorded"`
			Replayed *outputPlace `json:"replayed"`
		} `json:"first"`
		Causes []struct {
			Kind string `json:"kind"`
			Sure bool   `json:"sure"`
		} `json:"causes"`
		Notes []string `json:"notes"`
	} `json:"verdict"`
	Unchanged struct {
		Verdict string `json:"verdict"`
		Text    string `json:"text"`
	} `json:"unchanged"`
	Differences struct {
		Outputs counts `json:"outputs"`
		State   counts `json:"state"`
	} `json:"differences"`
	Parted struct {
		Invocation string    `json:"invocation"`
		Unchanged  codePlace `json:"unchanged"`
		Changed    codePlace `json:"changed"`
		Note       string    `json:"note"`
	} `json:"parted"`
}

type outputPlace struct {
	Invocation int `json:"invocation,string"`
}

type counts struct {
	Equal   int `json:"equal,string"`
	Altered int `json:"altered,string"`
	Added   int `json:"added,string"`
	Missing int `json:"missing,string"`
}

type codePlace struct {
	Class  string `json:"class"`
	Method string `json:"method"`
	Line   int    `json:"line"`
}

// testFates holds that a replay can fail: with one clock, one run of the order, one timer, one random number or the program otherwise it parts from the
// recording at the record that this is of, and nowhere before; unchanged it is exact.
func testFates(t *testing.T, r *rig) {
	job := r.finished(t, r.jar, "e2e.Fates")
	fates, err := r.ask.events(t.Context(), job, "fates", "record")
	if err != nil {
		t.Fatal(err)
	}
	if len(fates) < 1210 {
		t.Fatalf("%d outputs of 1200 numbers and their timers are there, less than 1210", len(fates))
	}
	middle := func(beginning string) string {
		for _, e := range fates[len(fates)/2:] {
			if e.View != nil && strings.HasPrefix(e.View.Text, beginning) {
				return e.Position
			}
		}
		t.Fatalf("no output in the second half begins with %q", beginning)
		return ""
	}
	r.awaitCapsules(t, job)
	r.wantReplay(t, job, "slow", false) // with a source that is not Kafka's: how far it had read is not known
	number, timer := middle("number"), middle("timer")
	turn := r.turnOfChannels(t, job, fates)
	for _, c := range []struct {
		what, at string
		change   map[string]any
		counts   counts // least; of missing: exactly
	}{
		{"a clock", number, map[string]any{"kind": "clock", "source": "wall", "by_ms": "3600000"}, counts{Altered: 1}},
		{"a random number", number, map[string]any{"kind": "random", "value": "1000"}, counts{Altered: 1}},
		{"the order of two channels", turn, map[string]any{"kind": "swap"}, counts{Altered: 1}},
		{"a timer", timer, map[string]any{"kind": "drop-timer"}, counts{Missing: 1}},
		{"a record", number, map[string]any{"kind": "remove"}, counts{Missing: 1}},
	} {
		run := r.whatIf(t, job, map[string]any{"position": c.at, "changes": []any{c.change}})
		r.wantParting(t, c.what, &run, invocationOf(t, c.at))
		d := run.Differences.Outputs
		if run.Kind != "what-if" || d.Altered < c.counts.Altered || d.Missing != c.counts.Missing || d.Added != 0 || d.Equal < len(fates)/2 {
			t.Errorf("%s: %s with %+v", c.what, run.Kind, d)
		}
	}
	for _, c := range []struct {
		what, at string
		change   map[string]any
	}{
		{"a state", number, map[string]any{"kind": "state", "state": "seen", "value": "100000"}},
		{"a state that is gone", number, map[string]any{"kind": "clear-state", "state": "seen"}},
		{"a state before a timer", timer, map[string]any{"kind": "state", "state": "seen", "value": "100000"}},
		{"a state at the beginning", firstOf(t, fates, 3), map[string]any{"kind": "state", "state": "seen", "key": "3", "value": "100000", "begin": true}},
	} {
		run := r.whatIf(t, job, map[string]any{"position": c.at, "changes": []any{c.change}})
		r.wantParting(t, c.what, &run, invocationOf(t, c.at))
		if d := run.Differences; d.Outputs.Altered < 1 || d.Outputs.Added+d.Outputs.Missing != 0 || d.State != (counts{Equal: 4, Altered: 1}) {
			t.Errorf("%s: %+v", c.what, d)
		}
	}
	lucky := fates[slices.IndexFunc(fates, func(e recordedEvent) bool { return e.View != nil && strings.HasPrefix(e.View.Text, "lucky") })].Position
	run, code := r.diff(t, job, number, r.otherJar(t))
	r.wantParting(t, "a changed jar", &run, invocationOf(t, lucky))
	p := run.Parted
	if code != 1 || run.Kind != "diff" || p.Invocation != strconv.Itoa(invocationOf(t, lucky)) || p.Unchanged.Method != "words" || p.Changed.Method != "wOrds" {
		t.Errorf("a changed jar: exit %d, %s, parted %+v", code, run.Kind, p)
	}
	if d := run.Differences; d.Outputs.Altered != 24 || d.Outputs.Added+d.Outputs.Missing != 0 || d.State.Altered+d.State.Added+d.State.Missing != 0 {
		t.Errorf("a changed jar: of 24 lucky numbers each has another output, and none another state: %+v", d)
	}
	if run, code := r.diff(t, job, number, r.jar); code != 0 || run.Verdict.Verdict != "unchanged" {
		t.Errorf("the same jar: exit %d, %s: %s %s", code, run.Verdict.Verdict, run.Verdict.Text, run.Error)
	}
	// The same in CI, of the whole job: another program does otherwise in one task, the same one in none.
	if program, code := r.checkJar(t, job, r.otherJar(t)); code != 2 || program.Verdict != "maybe" || !program.says("24 outputs and 0 entries of state differ") || !program.says("the code parted at Fates$Decide.wOrds") {
		t.Errorf("check of a changed jar: exit %d, %+v", code, program)
	}
	if program, code := r.checkJar(t, job, r.jar); code == 1 || program.Verdict == "maybe" || program.Verdict == "broken" || !program.says("the same: ") {
		t.Errorf("check of the same jar: exit %d, %+v", code, program)
	}
}

// judged is a system of a report of who breaks.
type judged struct {
	Role     string `json:"role"`
	Verdict  string `json:"verdict"`
	Why      string `json:"why"`
	Evidence []struct {
		Kind, Source, Detail string
	} `json:"evidence"`
}

func (j *judged) says(text string) bool {
	for _, e := range j.Evidence {
		if e.Kind == "replay" && strings.Contains(e.Detail, text) {
			return true
		}
	}
	return false
}

// checkJar asks what a jar does to a job, as CI would, and gives the verdict on the job.
func (r *rig) checkJar(t *testing.T, job, jar string) (program judged, code int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), r.binary, "check", "--job", job, "--jar", jar, "--format", "json", "--server", r.ask.base)
	var told bytes.Buffer
	c.Stderr = &told
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var report struct {
		Systems []judged `json:"systems"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("check: %v: %s%s", err, out, told.String())
	}
	for _, s := range report.Systems {
		if s.Role == "program" {
			program = s
		}
	}
	fmt.Printf("FATES flink %s: check --jar: exit %d, %s: %s; %+v\n", r.version, c.ProcessState.ExitCode(), program.Verdict, program.Why, program.Evidence)
	return program, c.ProcessState.ExitCode()
}

// firstOf is the position of the first output of a key.
func firstOf(t *testing.T, fates []recordedEvent, key int) string {
	t.Helper()
	for _, e := range fates {
		var word string
		var n int
		if _, err := fmt.Sscanf(e.View.Text, "%s %d", &word, &n); err == nil && n%5 == key {
			return e.Position
		}
	}
	t.Fatalf("no output of key %d", key)
	return ""
}

// turnOfChannels is the position of a record behind which one of another channel came, and no barrier before it.
func (r *rig) turnOfChannels(t *testing.T, job string, fates []recordedEvent) string {
	t.Helper()
	channel := func(position string) string {
		var v struct {
			Input *recordedEvent `json:"input"`
		}
		if err := r.ask.get(t.Context(), "/api/v1/recordings/"+job+"/at/"+position, &v); err != nil {
			t.Fatal(err)
		}
		if v.Input == nil {
			return ""
		}
		partition, _, _ := strings.Cut(v.Input.Element, ":")
		return partition
	}
	barriers := make(map[int]bool) // by the invocation that they came behind
	for _, kind := range []string{"barrier-in", "checkpoint"} {
		all, err := r.ask.events(t.Context(), job, "fates", kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			barriers[invocationOf(t, e.Position)] = true
		}
	}
	for i := range fates[:len(fates)-1] {
		a, b := fates[i].Position, fates[i+1].Position
		if barriers[invocationOf(t, a)] {
			continue
		}
		if fates[i].View == nil || !strings.HasPrefix(fates[i].View.Text, "number") || invocationOf(t, b) != invocationOf(t, a)+1 {
			continue
		}
		if x, y := channel(a), channel(b); x != "" && y != "" && x != y {
			return a
		}
	}
	t.Fatal("records of two channels never follow one another")
	return ""
}

func invocationOf(t *testing.T, position string) int {
	t.Helper()
	n, err := strconv.Atoi(position[strings.LastIndexByte(position, '.')+1:])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// wantParting holds that a run diverged at an invocation, that the change is named as the cause, and that the unchanged run was exact.
func (r *rig) wantParting(t *testing.T, what string, run *whatIf, at int) {
	t.Helper()
	fmt.Printf("FATES flink %s: %s at %d: %s; unchanged %s; %+v\n", r.version, what, at, run.Verdict.Text, run.Unchanged.Verdict, run.Differences)
	if run.Unchanged.Verdict != "exact" {
		t.Errorf("%s: unchanged it is %s: %s", what, run.Unchanged.Verdict, run.Unchanged.Text)
	}
	first := run.Verdict.First
	switch {
	case run.Verdict.Verdict != "diverged" || first == nil || first.Recorded == nil:
		t.Errorf("%s: %s, %s: %s %s", what, run.State, run.Verdict.Verdict, run.Verdict.Text, run.Error)
	case first.Recorded.Invocation != at:
		t.Errorf("%s: the first difference is at %d, not at %d", what, first.Recorded.Invocation, at)
	case len(run.Verdict.Causes) == 0 || run.Verdict.Causes[0].Kind != "change" || !run.Verdict.Causes[0].Sure:
		t.Errorf("%s: causes %+v", what, run.Verdict.Causes)
	}
}

// whatIf runs an attempt again with changes, and forgets it.
func (r *rig) whatIf(t *testing.T, job string, wish map[string]any) (run whatIf) {
	t.Helper()
	run = r.startWhatIf(t, job, wish)
	r.forgetReplay(t, run.ID)
	return run
}

// startWhatIf runs an attempt again with changes, to its end.
func (r *rig) startWhatIf(t *testing.T, job string, wish map[string]any) (run whatIf) {
	t.Helper()
	ask(t, http.MethodPost, r.ask.base+"/api/v1/recordings/"+job+"/replays", wish, &run)
	id := run.ID
	await(t, 3*time.Minute, "what-if "+id+" is over", func(ctx context.Context) (bool, error) {
		run = whatIf{}
		err := r.ask.get(ctx, "/api/v1/replays/"+id, &run)
		return run.State != "queued" && run.State != "running", err
	})
	return run
}

// diff compares the program with that of another jar, as CI would.
func (r *rig) diff(t *testing.T, job, position, jar string) (run whatIf, code int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), r.binary, "diff", job, position, "--jar", jar, "-o", "json", "--server", r.ask.base)
	var told bytes.Buffer
	c.Stderr = &told
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &run); err != nil {
		t.Fatalf("diff: %v: %s%s", err, out, told.String())
	}
	r.forgetReplay(t, run.ID)
	return run, c.ProcessState.ExitCode()
}

// otherJar is the jar of the jobs with another version of the class Fates.Decide: lucky numbers are told otherwise, by a method of another name,
// which gives the class another serialVersionUID.
func (r *rig) otherJar(t *testing.T) string {
	t.Helper()
	from, err := zip.OpenReader(r.jar)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	var b bytes.Buffer
	to, changed := zip.NewWriter(&b), 0
	for _, f := range from.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "e2e/Fates$Decide.class" {
			for _, x := range [][2]string{{"lucky ", "LUCKY "}, {"\x00\x05words", "\x00\x05wOrds"}} {
				changed += bytes.Count(content, []byte(x[0]))
				content = bytes.ReplaceAll(content, []byte(x[0]), []byte(x[1]))
			}
		}
		out, err := to.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	if changed != 2 {
		t.Fatalf("%d constants of the class were changed, not 2", changed)
	}
	file := filepath.Join(r.dir, "other-jobs.jar")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
