package query

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// LaneUse is what one lane of a recording takes.
type LaneUse struct{ Blocks, Rows, Bytes uint64 }

// Uncovered is something that a job uses and that is not recorded, or not in full.
type Uncovered struct {
	What      string   // in a word, as "source" or "batch"
	Operators []string // names; empty = the job as a whole
	Text      string   // what is missing
	Fix       string   // what to do about it; empty = nothing can be done yet
}

// Coverage is what a recording takes, and what it cannot hold.
type Coverage struct {
	Lanes     map[event.Lane]LaneUse
	Uncovered []Uncovered
}

// Coverage says what a job uses that is not recorded, from what its tasks said of themselves. hooks are the ids that work in
// its processes: some things are recorded only where their hook is there. ErrNotFound.
func (e *Engine) Coverage(ctx context.Context, rec event.RecordingID, hooks map[string]bool) (Coverage, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Coverage{}, err
	}
	defer v.close()
	v.model.mu.Lock()
	defer v.model.mu.Unlock()
	c := Coverage{Lanes: maps.Clone(v.model.lanes)}
	v.uncoveredJob(&c)
	v.uncoveredOperators(&c, hooks)
	slices.SortStableFunc(c.Uncovered, func(a, b Uncovered) int { return cmp.Compare(a.What, b.What) })
	return c, nil
}

// uncoveredJob looks at the job as a whole.
func (v *view) uncoveredJob(c *Coverage) {
	add := func(what, text, fix string, operators ...string) {
		c.Uncovered = append(c.Uncovered, Uncovered{what, operators, text, fix})
	}
	if g := v.cat.graph; g != nil {
		if g.Type == "BATCH" {
			add("batch", "blocking edges may be read more than once; what is recorded of an edge is its first writing, and lineage does not tell its readings apart", "")
		}
		seen := map[string]map[int]bool{} // subtasks recorded, by vertex
		for _, a := range v.cat.attempts {
			if seen[a.Vertex] == nil {
				seen[a.Vertex] = map[int]bool{}
			}
			seen[a.Vertex][a.Subtask] = true
		}
		for _, x := range g.Vertices {
			if n := x.Parallelism - len(seen[x.ID]); n > 0 && v.model.log.state == "RUNNING" {
				add("subtasks", fmt.Sprintf("%d of %d subtasks are not recorded", n, x.Parallelism), "is the agent attached to every TaskManager, and does it record there? sightglass agents tells", x.Name)
			}
		}
	} else {
		add("job manager", "the job's graph, states and checkpoints are not recorded", "attach the agent to the JobManager as well")
	}
	for _, p := range v.cat.partitions {
		if p.Type == "PIPELINED_APPROXIMATE" {
			add("approximate local recovery", "elements may be lost on an edge at a restart, and counters of both ends then differ", "")
			return
		}
	}
}

// uncoveredOperators looks at each operator of the chains.
func (v *view) uncoveredOperators(c *Coverage, hooks map[string]bool) {
	topics := map[string]bool{} // operator ids that read or write topics whose hook ran
	for use, s := range v.model.splits {
		a := v.cat.attempts[use.attempt]
		if d := v.cat.splits[use.split]; a == nil || d == nil || d.Topic == "" {
			continue
		}
		topics[a.operator(max(s.operator, 0)).ID] = true
	}
	found := map[string]*Uncovered{}
	seen := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(v.cat.attempts)) {
		for _, d := range v.cat.attempts[key].defs {
			if d == nil || seen[d.Operator] {
				continue
			}
			seen[d.Operator] = true
			for _, u := range uncoveredBy(d, topics[d.Operator], hooks) {
				have := found[u.What]
				if have == nil {
					have = &u
					found[u.What] = have
				}
				have.Operators = append(have.Operators, d.Name)
			}
		}
	}
	for _, what := range slices.Sorted(maps.Keys(found)) {
		c.Uncovered = append(c.Uncovered, *found[what])
	}
}

// uncoveredBy is what is not recorded of one operator. topic tells whether Kafka records of it are.
func uncoveredBy(d *event.ChainOperatorDef, topic bool, hooks map[string]bool) (list []Uncovered) {
	class := d.Class + " " + d.Factory
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(class, p) })
	}
	hooked := func(prefix string) bool {
		for id := range hooks {
			if strings.HasPrefix(id, prefix) {
				return true
			}
		}
		return false
	}
	add := func(what, text, fix string) { list = append(list, Uncovered{What: what, Text: text, Fix: fix}) }
	switch {
	case d.Kind == "source" && has("StreamSource"):
		add("source of the old kind", "its records are told without a place where they can be read again", "move to a source of the new kind (FLIP-27)")
	case d.Kind == "source" && !topic:
		add("source", "its records are told by split and count, their bytes on the first edge behind it", "")
	case d.Kind == "sink" && !topic:
		add("sink", "what it writes outside is not recorded, only what comes to it", "")
	}
	if d.Stateful && !hooked("state.") {
		add("state", "reads and writes of state are not recorded", "use an agent that has these hooks")
	}
	if d.Timers && !hooked("timer") {
		add("timers", "firings of timers are not recorded", "")
	}
	if d.Kind == "async" && !hooked("async") {
		add("async I/O", "results are told in mails, not tied to the record that asked for them", "use an agent that has these hooks")
	}
	if has("python", "Python") {
		add("Python", "what happens in the Python process is not recorded, only what goes in and comes out", "")
	}
	if has("asyncprocessing", "AsyncKeyed", "AsyncStateProcessing") {
		add("asynchronous state", "keys are not known to samples, which then tell every key of it", "give it a level of its own in the policy")
	}
	if has("StreamIteration") {
		add("iteration", "records that go back are told as records of the head", "")
	}
	return list
}
