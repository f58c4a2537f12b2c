package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

// replayed is what became of the attempts of one shape when they ran again.
type replayed struct {
	version  string
	config   config
	shape    string
	verdicts map[string]int
	behind   int      // of the replays: those that began behind a checkpoint
	state    atRest   // over all replays
	said     []string // of what is neither exact nor equal per key, each with its cause
}

// atRest counts checkpoints at which the state of replays was held against the recorded one.
type atRest struct {
	Checkpoints int `json:"checkpoints"`
	Compared    int `json:"compared"`
	Equal       int `json:"equal"`

	Reason string `json:"reason"` // why some were not compared
}

func (a *atRest) add(b atRest) {
	a.Checkpoints += b.Checkpoints
	a.Compared += b.Compared
	a.Equal += b.Equal
}

// right are the verdicts that a deterministic task is to have; nothing is to be compared where a task emits nothing.
var right = []string{"exact", "exact-solved", "equal-per-key", "nothing"}

// held tells whether all attempts have such verdicts.
func (r *replayed) held() bool {
	for v := range r.verdicts {
		if !slices.Contains(right, v) {
			return false
		}
	}
	return r.total() > 0
}

func (r *replayed) total() (n int) {
	for _, v := range r.verdicts {
		n += v
	}
	return n
}

// words are the verdicts with their counts.
func (r *replayed) words() string {
	var parts []string
	for _, v := range slices.Sorted(maps.Keys(r.verdicts)) {
		parts = append(parts, fmt.Sprintf("%d %s", r.verdicts[v], v))
	}
	return strings.Join(parts, ", ")
}

func (r *replayed) String() string {
	head := fmt.Sprintf("%-6s  %-38s %-14s %s", r.version, r.config, r.shape, r.words())
	return strings.Join(append([]string{head}, r.said...), "\n        ")
}

// replayMatrixOf records the shapes of one version and runs every attempt of every task again.
func replayMatrixOf(ctx context.Context, l *lab.Lab, o options, version, binary string) (all []replayed, err error) {
	s := &stage{lab: l, version: version, binary: binary, dir: filepath.Join(l.Repository, "build", "replay-matrix", version)}
	defer func() {
		if stopErr := s.stop(context.WithoutCancel(ctx)); err == nil {
			err = stopErr
		}
	}()
	if err := s.start(ctx, o.level); err != nil {
		return nil, err
	}
	for _, c := range o.configs {
		err := l.Step(fmt.Sprintf("Flink %s, %s, recorded", version, c), func() error {
			arguments := append([]string{s.results("recorded", c), o.shapes}, c.settings()...)
			return s.recorded.RunToEnd(ctx, s.jar, "matrix.Shapes", arguments...)
		})
		if err != nil {
			return nil, err
		}
		files, err := filepath.Glob(filepath.Join(s.results("recorded", c), "*.json"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			var p planted
			if err := json.Unmarshal(text, &p); err != nil {
				return nil, fmt.Errorf("reading %s: %w", filepath.Base(file), err)
			}
			one := replayed{version: version, config: c, shape: p.Shape, verdicts: make(map[string]int)}
			if err := s.replayAll(ctx, p.Job, &one); err != nil {
				return nil, err
			}
			fmt.Println(&one)
			all = append(all, one)
		}
	}
	return all, nil
}

// replayAll runs the attempts of a job again, one after the other, and removes what came of each.
func (s *stage) replayAll(ctx context.Context, job string, r *replayed) error {
	var list struct {
		Items []struct {
			Task    string `json:"task"`
			Subtask int    `json:"subtask"`
			Attempt int    `json:"attempt"`
			Key     string `json:"attempt_key"`
		} `json:"items"`
	}
	if err := s.ask.get(ctx, "/api/v1/recordings/"+job+"/capsules", &list); err != nil {
		return err
	}
	if len(list.Items) == 0 {
		return fmt.Errorf("job %s of shape %s has no capsules", job, r.shape)
	}
	for _, a := range list.Items {
		starts, err := s.ask.starts(ctx, job, a.Key)
		if err != nil {
			return err
		}
		for i, from := range starts {
			verdict, why, state, err := s.ask.replay(ctx, job, a.Key, from)
			if err != nil {
				return err
			}
			r.state.add(state)
			where := ""
			if i > 0 {
				where = " behind checkpoint " + from
				r.behind++
			}
			r.verdicts[verdict]++
			if state.Compared < state.Checkpoints {
				said := fmt.Sprintf("%s %d.%d%s: the state at %d of %d checkpoints was not compared", a.Task, a.Subtask, a.Attempt, where, state.Checkpoints-state.Compared, state.Checkpoints)
				if state.Reason != "" {
					said += ": " + state.Reason
				}
				r.said = append(r.said, said)
			}
			if verdict != "exact" {
				r.said = append(r.said, fmt.Sprintf("%s %d.%d%s: %s: %s", a.Task, a.Subtask, a.Attempt, where, verdict, why))
			}
		}
	}
	return nil
}

// starts are where an attempt is replayed from: its beginning, and behind a checkpoint in the middle of those that it can begin at.
func (c *client) starts(ctx context.Context, job, attempt string) ([]string, error) {
	var plan struct {
		Starts []struct {
			Checkpoint string `json:"checkpoint"`
			Absent     string `json:"absent"`
		} `json:"starts"`
		Replayable bool `json:"replayable"`
	}
	body, err := json.Marshal(map[string]any{"position": attempt + "#1"})
	if err != nil {
		return nil, err
	}
	if err := c.send(ctx, http.MethodPost, "/api/v1/recordings/"+job+"/replays/plan", body, &plan); err != nil {
		return nil, err
	}
	all := []string{"0"}
	for _, s := range plan.Starts {
		if s.Absent != "" {
			return nil, fmt.Errorf("attempt %s: checkpoint %s: %s", attempt, s.Checkpoint, s.Absent)
		}
	}
	if n := len(plan.Starts); n > 0 && plan.Replayable {
		all = append(all, plan.Starts[n/2].Checkpoint)
	}
	return all, nil
}

// replay runs one attempt again and waits for what it proves.
func (c *client) replay(ctx context.Context, job, attempt, checkpoint string) (verdict, why string, state atRest, err error) {
	var r struct {
		ID       string `json:"id"`
		State    string `json:"state"`
		Error    string `json:"error"`
		Findings []struct {
			Stops bool   `json:"stops"`
			Text  string `json:"text"`
		} `json:"findings"`
		Verdict *struct {
			Verdict string `json:"verdict"`
			Text    string `json:"text"`
			Causes  []struct {
				Text string `json:"text"`
			} `json:"causes"`
			State atRest `json:"state"`
		} `json:"verdict"`
	}
	body, err := json.Marshal(map[string]any{"position": attempt + "#1", "checkpoint": checkpoint})
	if err != nil {
		return "", "", state, err
	}
	if err := c.send(ctx, http.MethodPost, "/api/v1/recordings/"+job+"/replays", body, &r); err != nil {
		return "", "", state, err
	}
	err = lab.Poll(ctx, 100*time.Millisecond, func() (bool, error) {
		if r.State != "queued" && r.State != "running" {
			return true, nil
		}
		return false, c.get(ctx, "/api/v1/replays/"+r.ID, &r)
	})
	if err != nil {
		return "", "", state, err
	}
	if r.Verdict == nil {
		return r.State, r.Error, state, nil
	}
	words := []string{r.Verdict.Text}
	for _, f := range r.Findings {
		if f.Stops {
			words = append(words, f.Text)
		}
	}
	for _, cause := range r.Verdict.Causes {
		words = append(words, cause.Text)
	}
	return r.Verdict.Verdict, strings.Join(words, "; "), r.Verdict.State, c.send(ctx, http.MethodDelete, "/api/v1/replays/"+r.ID+"/result", nil, nil)
}

// send is a request that changes something.
func (c *client) send(ctx context.Context, method, path string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, bytes.TrimSpace(text))
	}
	if into == nil || len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, into)
}

// printReplays ends a run with its figures.
func printReplays(w io.Writer, all []replayed) {
	sums := make(map[string]int)
	n, held := 0, 0
	var state atRest
	for _, r := range all {
		n += r.total()
		state.add(r.state)
		for v, count := range r.verdicts {
			sums[v] += count
			if slices.Contains(right, v) {
				held += count
			}
		}
	}
	fmt.Fprintf(w, "\n%d replays\n", n)
	for _, v := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(w, "FIGURE replay_%s %d attempts target none met\n", strings.ReplaceAll(v, "-", "_"), sums[v])
	}
	word := func(met bool) string {
		if met {
			return "met"
		}
		return "missed"
	}
	fmt.Fprintf(w, "FIGURE replay_right %d attempts target %d %s\n", held, n, word(held == n && n > 0))
	fmt.Fprintf(w, "FIGURE replay_state_compared %d checkpoints target %d %s\n", state.Compared, state.Checkpoints, word(state.Compared == state.Checkpoints && state.Compared > 0))
	fmt.Fprintf(w, "FIGURE replay_state_equal %d checkpoints target %d %s\n", state.Equal, state.Compared, word(state.Equal == state.Compared && state.Equal > 0))
}

// writeReplays writes the table of what the replays proved.
func writeReplays(path string, o options, all []replayed) error {
	var b strings.Builder
	sums := make(map[string]int)
	n, behind := 0, 0
	var state atRest
	for _, r := range all {
		n += r.total()
		state.add(r.state)
		behind += r.behind
		for v, count := range r.verdicts {
			sums[v] += count
		}
	}
	var parts []string
	for _, v := range slices.Sorted(maps.Keys(sums)) {
		parts = append(parts, fmt.Sprintf("%d %s", sums[v], v))
	}
	fmt.Fprintf(&b, `# What was replayed

`+"`make test-replay`"+` wrote this page: the jobs of [coverage.md](coverage.md), recorded at level %s, and every attempt of each of their tasks run again on the server ([guides/replay.md](guides/replay.md) says what the verdicts mean).
Each attempt runs from its beginning, and once more behind a checkpoint in its middle, where it took part in one. What they give is compared, and their state at checkpoints. %d replays, %d of them behind a checkpoint: %s. Their state is equal at %d of %d checkpoints; %d were compared, at most 50 of a replay.

`, o.level, n, behind, strings.Join(parts, ", "), state.Equal, state.Checkpoints, state.Compared)
	var versions, shapes []string
	for _, r := range all {
		if !slices.Contains(versions, r.version) {
			versions = append(versions, r.version)
		}
		if !slices.Contains(shapes, r.shape) {
			shapes = append(shapes, r.shape)
		}
	}
	for _, version := range versions {
		fmt.Fprintf(&b, "## Flink %s\n\n| shape |", version)
		for _, c := range o.configs {
			fmt.Fprintf(&b, " %s |", c)
		}
		b.WriteString("\n|---|" + strings.Repeat("---|", len(o.configs)) + "\n")
		for _, shape := range shapes {
			fmt.Fprintf(&b, "| %s |", shape)
			for _, c := range o.configs {
				i := slices.IndexFunc(all, func(r replayed) bool { return r.version == version && r.shape == shape && r.config == c })
				word := "not run"
				if i >= 0 {
					word = all[i].words()
				}
				fmt.Fprintf(&b, " %s |", word)
			}
			b.WriteString("\n")
		}
		b.WriteString("\n")
	}
	for _, r := range all {
		for _, said := range r.said {
			if !strings.Contains(said, ": not-replayable: ") {
				fmt.Fprintf(&b, "Flink %s, %s, %s: %s\n\n", r.version, r.config, r.shape, said)
			}
		}
	}
	if err := os.WriteFile(path, []byte(strings.TrimRight(b.String(), "\n")+"\n"), 0o644); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}
