//go:build e2e

package e2e

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

type keyHistory struct {
	Items []struct {
		Position string `json:"position"`
		Op       string `json:"op"`
		Input    *struct {
			Text string `json:"text"`
		} `json:"input"`
		Shared bool `json:"shared"`
	} `json:"items"`
	Next string `json:"next"`
	Keys []struct {
		View view     `json:"view"`
		Ops  []string `json:"ops"`
	} `json:"keys"`
	Notes []struct {
		Text string `json:"text"`
	} `json:"notes"`
}

type stateHistory struct {
	Items []struct {
		Name     string `json:"name"`
		Current  int    `json:"current"`
		Versions []struct {
			Kind  string `json:"kind"`
			Value *view  `json:"value"`
			Input *struct {
				Text string `json:"text"`
			} `json:"input"`
		} `json:"versions"`
	} `json:"items"`
	Complete bool `json:"complete"`
}

type watermarkReport struct {
	Items []struct {
		Subtask int  `json:"subtask"`
		Ended   bool `json:"ended"`
		Inputs  []struct {
			State string `json:"state"`
			Exact bool   `json:"exact"`
			Taken string `json:"taken"`
		} `json:"inputs"`
	} `json:"items"`
}

type inFlightReport struct {
	Proven bool `json:"proven"`
	Items  []struct {
		State string `json:"state"`
		Sent  string `json:"sent"`
		Taken string `json:"taken"`
	} `json:"items"`
}

// trace has the TaskManagers record a job at level trace before it starts.
func (r *rig) trace(t *testing.T, job string) { r.level(t, job, "trace") }

// level has the TaskManagers record a job at a level before it starts.
func (r *rig) level(t *testing.T, job, level string) {
	t.Helper()
	var put struct {
		Told string `json:"told"`
	}
	var report struct{}
	ask(t, http.MethodPut, r.ask.base+"/api/v1/recording-policy", map[string]any{"text": "rules:\n  - {job: " + job + ", level: " + level + "}\n"}, &report)
	if err := r.ask.get(t.Context(), "/api/v1/recording-policy", &put); err != nil || put.Told == "" {
		t.Fatalf("the policy is told as %q: %v", put.Told, err)
	}
	await(t, time.Minute, "both TaskManagers follow the policy "+put.Told, func(ctx context.Context) (bool, error) {
		var all struct {
			Items []struct {
				Role      string `json:"role"`
				Connected bool   `json:"connected"`
				Policy    struct {
					Version string `json:"version"`
				} `json:"policy"`
			} `json:"items"`
		}
		if err := r.ask.get(ctx, "/api/v1/agents", &all); err != nil {
			return false, err
		}
		follow := 0
		for _, a := range all.Items {
			if a.Role == "taskmanager" && a.Connected && a.Policy.Version == put.Told {
				follow++
			}
		}
		return follow >= 2, nil
	})
}

// wantKeys asks a job that sums the numbers 1..count up by their rest of 3 for the history of each key, the versions of its state, and the
// watermarks of the task that keeps it: what they say is what the job did.
func (r *rig) wantKeys(t *testing.T, name string, count int) {
	t.Helper()
	jobs, err := r.ask.jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(jobs, func(j jobSummary) bool { return j.Name == name })
	if i < 0 {
		t.Fatalf("%s is not listed", name)
	}
	rec := "/api/v1/recordings/" + jobs[i].ID
	r.awaitVersions(t, rec, 0, count/3)
	for rest := range 3 {
		q := url.Values{"key": {strconv.Itoa(rest)}, "limit": {"70"}}
		total, visits := 0, 0
		for n := range count {
			if (n+1)%3 == rest {
				total, visits = total+n+1, visits+1
			}
		}
		seen := 0
		var h keyHistory
		for {
			h = keyHistory{}
			if err := r.ask.get(t.Context(), rec+"/key?"+q.Encode(), &h); err != nil {
				t.Fatal(err)
			}
			if len(h.Keys) != 1 || len(h.Notes) > 0 {
				t.Fatalf("key %d: %+v, not recorded: %+v", rest, h.Keys, h.Notes)
			}
			for _, v := range h.Items {
				// The numbers of a rest come in order; the sum goes to a sink in the same chain, so nothing leaves the task.
				want := fmt.Sprintf("n: %d}", 3*seen+cmp.Or(rest, 3))
				if v.Input == nil || !strings.Contains(v.Input.Text, want) || v.Shared {
					t.Errorf("key %d: %s has input %v, shared %t, want %s", rest, v.Position, v.Input, v.Shared, want)
				}
				seen++
			}
			if h.Next == "" {
				break
			}
			q.Set("cursor", h.Next)
		}
		if seen != visits {
			t.Errorf("key %d: %d invocations, want %d", rest, seen, visits)
		}
		var s stateHistory
		if err := r.ask.get(t.Context(), rec+"/state?key="+strconv.Itoa(rest), &s); err != nil {
			t.Fatal(err)
		}
		if len(s.Items) != 1 || !s.Complete || len(s.Items[0].Versions) != visits {
			t.Fatalf("key %d: %d states, complete %t, versions %v, want %d", rest, len(s.Items), s.Complete, versionsOf(&s), visits)
		}
		current := s.Items[0].Versions[s.Items[0].Current]
		if s.Items[0].Current != visits-1 || current.Value == nil || !strings.Contains(current.Value.Text, strconv.Itoa(total)) || current.Input == nil {
			t.Errorf("key %d: version %d is %+v, want the total %d", rest, s.Items[0].Current, current, total)
		}
		if rest == 1 {
			var w watermarkReport
			if err := r.ask.get(t.Context(), rec+"/watermarks?op="+h.Items[0].Op, &w); err != nil {
				t.Fatal(err)
			}
			for _, task := range w.Items {
				for _, in := range task.Inputs {
					// A bounded source ends with the watermark of the end of time.
					if !task.Ended || in.State != "ended" || !in.Exact {
						t.Errorf("subtask %d: an input is %+v, want it to have ended", task.Subtask, in)
					}
				}
			}
		}
	}
	fmt.Printf("TRAVEL flink %s: %s, 3 keys, %d invocations and versions as they were\n", r.version, name, count)
}

// awaitVersions waits until what a task and its senders told of a key is stored: blocks come after a job's end.
func (r *rig) awaitVersions(t *testing.T, rec string, key, versions int) {
	t.Helper()
	await(t, time.Minute, fmt.Sprintf("%d versions of key %d are stored", versions, key), func(ctx context.Context) (bool, error) {
		var s stateHistory
		err := r.ask.get(ctx, rec+"/state?key="+strconv.Itoa(key), &s)
		if isNotFound(err) {
			return false, nil
		}
		if err != nil || len(s.Items) != 1 || len(s.Items[0].Versions) < versions {
			return false, err
		}
		for _, v := range s.Items[0].Versions {
			if v.Input == nil {
				return false, nil
			}
		}
		return true, nil
	})
}

// wantInFlight asks what was on its way at the last checkpoint that both ends of all channels of a job compared: with aligned barriers
// the receiver had all that came before them.
func (r *rig) wantInFlight(t *testing.T, job string) {
	t.Helper()
	var channels struct {
		Items []struct {
			LastCheckpoint string `json:"last_checkpoint"`
		} `json:"items"`
	}
	if err := r.ask.get(t.Context(), "/api/v1/jobs/"+job+"/channels", &channels); err != nil {
		t.Fatal(err)
	}
	if len(channels.Items) == 0 {
		t.Fatal("no channel was compared")
	}
	var f inFlightReport
	if err := r.ask.get(t.Context(), "/api/v1/recordings/"+job+"/in-flight?checkpoint="+channels.Items[0].LastCheckpoint, &f); err != nil {
		t.Fatal(err)
	}
	if !f.Proven || len(f.Items) != len(channels.Items) {
		t.Errorf("checkpoint %s: proven %t, %d channels of %d", channels.Items[0].LastCheckpoint, f.Proven, len(f.Items), len(channels.Items))
	}
	for _, c := range f.Items {
		if c.State != "aligned" || c.Sent != c.Taken {
			t.Errorf("a channel is %+v, want it aligned", c)
		}
	}
}

// versionsOf counts the versions of each state.
func versionsOf(s *stateHistory) []int {
	counts := make([]int, 0, len(s.Items))
	for _, c := range s.Items {
		counts = append(counts, len(c.Versions))
	}
	return counts
}
