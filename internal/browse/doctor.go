package browse

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// Uncovered is something that a job uses and that is not recorded, or not in full.
type Uncovered = query.Uncovered

// LaneUse is what one lane of a recording takes.
type LaneUse = query.LaneUse

// JobDoctor is the self-test of one job.
type JobDoctor struct {
	Job       Job
	Hooks     []HookUse
	Uncovered []Uncovered
	Lanes     map[event.Lane]LaneUse
	Spent     map[string]int64 // CPU time: by thread of agents, and "hook <id>", an estimate from samples, ns
	Agents    int              // connected ones
}

// HookUse is one hook in the processes of a job that have one version of Flink.
type HookUse struct {
	ID, State string // the state that tells most: failed, missing, fired, installed, waiting
	Flink     string
	Detail    string
	Classes   []string
	Processes int
	Fired     int64
	Nanos     int64 // that a firing costs; negative = not known
	Errors    int64
}

// hookStates from what tells most on.
var hookStates = []string{"failed", "missing", "fired", "installed", "waiting"}

// Doctor says how well a job is recorded: its hooks, what it uses that is not covered, and what recording it costs.
func (b *Browser) Doctor(ctx context.Context, who access.Principal, t Target) (JobDoctor, error) {
	job, err := b.Job(ctx, who, t)
	if err != nil {
		return JobDoctor{}, err
	}
	d := JobDoctor{Job: job.Job, Hooks: hookUses(job.Processes), Spent: map[string]int64{}, Agents: job.Agents}
	works := map[string]bool{}
	for _, h := range d.Hooks {
		works[h.ID] = works[h.ID] || h.State == "fired" || h.State == "installed" || h.State == "waiting"
		if h.Fired > 0 && h.Nanos > 0 {
			d.Spent["hook "+h.ID] += h.Fired * h.Nanos
		}
	}
	for _, p := range job.Processes {
		for name, ns := range p.Spent {
			if name != "hooks_ns" { // told one by one
				d.Spent["agent's thread "+strings.TrimSuffix(name, "_ns")] += ns
			}
		}
	}
	maps.DeleteFunc(works, func(_ string, is bool) bool { return !is })
	c, err := b.queries.Coverage(ctx, t.Recording, works)
	d.Uncovered, d.Lanes = c.Uncovered, c.Lanes
	for _, h := range d.Hooks {
		if h.State == "failed" || h.State == "missing" {
			d.Uncovered = append(d.Uncovered, Uncovered{What: "hook " + h.ID, Text: h.State + ": " + h.Detail, Fix: "report it with the version of Flink, " + h.Flink})
		}
	}
	return d, err
}

// hookUses joins the hooks of processes by id and Flink's version.
func hookUses(processes []Process) []HookUse {
	type key struct{ id, flink string }
	byKey := map[key]*HookUse{}
	for _, p := range processes {
		fired := map[key]int64{} // in this process: the most that one of its classes says, which for many is the sum of all
		for _, h := range p.Hooks {
			k := key{h.ID, p.Flink}
			u := byKey[k]
			if u == nil {
				u = &HookUse{ID: h.ID, State: "waiting", Flink: p.Flink, Nanos: -1}
				byKey[k] = u
			}
			if slices.Index(hookStates, h.State) < slices.Index(hookStates, u.State) {
				u.State = h.State
			}
			if h.Detail != "" {
				u.Detail = h.Detail
			}
			if !slices.Contains(u.Classes, h.Class) {
				u.Classes = append(u.Classes, h.Class)
			}
			if _, ok := fired[k]; !ok {
				u.Processes++
			}
			fired[k] = max(fired[k], h.Fired)
			u.Nanos, u.Errors = max(u.Nanos, h.Nanos), u.Errors+h.Errors
		}
		for k, n := range fired {
			byKey[k].Fired += n
		}
	}
	out := make([]HookUse, 0, len(byKey))
	for _, u := range byKey {
		out = append(out, *u)
	}
	slices.SortFunc(out, func(a, b HookUse) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Flink, b.Flink)) })
	return out
}
