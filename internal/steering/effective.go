package steering

import (
	"cmp"
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/policy"
)

// Effective is what the policy comes to in one job.
type Effective struct {
	Recording event.RecordingID
	Job       string
	Told      string // version that agents are told
	Operators []EffectiveOperator
	Agents    []EffectiveAgent
}

// EffectiveOperator is what holds for one operator, and what its subtasks really record.
type EffectiveOperator struct {
	Vertex, Name, Slug, Kind string
	Level                    string  // that holds now
	Change                   *Change // that makes it so; nil: the policy
	policy.Decided                   // what the policy says
	Applied                  []Applied
}

// Applied is what some subtasks of an operator record, as their recordings say.
type Applied struct {
	browse.Level
	Why      string
	Version  string // of what agents were told, when the subtasks changed over
	Subtasks []int
	Since    browse.Wall // the latest change among them
}

// EffectiveAgent is what one process makes of the policy.
type EffectiveAgent struct {
	Process, Host string
	PID           int64
	Agent         string
	Policy        ingest.PolicyStatus
	Governor      ingest.GovernorStatus
	LookBack      ingest.LookBackStatus
	Off           bool
	Reason        string
	Lags          bool // it follows another version and did not refuse this one
	Refuses       bool
}

// Effective tells which rule gives which level to which operator of a job, and what agents have made of it.
func (s *Steering) Effective(ctx context.Context, t browse.Target) (Effective, error) {
	job, err := s.opt.Jobs.Job(ctx, watcher, t)
	if err != nil {
		return Effective{}, err
	}
	levels, err := s.opt.Jobs.Levels(ctx, t)
	if err != nil {
		return Effective{}, err
	}
	e := Effective{Recording: t.Recording, Job: job.Name, Told: s.State().Told}
	names := []string{job.Name, job.ID.String()}
	for _, v := range job.Graph.Vertices {
		for _, o := range v.Operators {
			x := s.decided(names, o.Name)
			x.Vertex, x.Name, x.Slug, x.Kind = v.ID, o.Name, o.Slug, o.Kind
			for _, a := range job.Attempts {
				if l, ok := levels[a.Key]; ok && a.Vertex == v.ID && o.Index < len(l.Operators) {
					x.Applied = applied(x.Applied, l, o.Index, a.Subtask)
				}
			}
			e.Operators = append(e.Operators, x)
		}
	}
	e.Agents = s.agentsOf(job, e.Told)
	return e, nil
}

func (s *Steering) decided(job []string, operator string) (x EffectiveOperator) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.Decided = s.mu.policy.Decide(job, operator)
	x.Level = x.Decided.Level
	for _, r := range s.overlayLocked() {
		if r.Fits(job, operator) {
			c := *r.change
			x.Level, x.Change = r.Level, &c
			break
		}
	}
	return x
}

// applied adds a subtask to those that record the same.
func applied(list []Applied, l browse.Levels, index, subtask int) []Applied {
	for i := range list {
		if a := &list[i]; a.Level == l.Operators[index] && a.Why == l.Why {
			a.Subtasks = append(a.Subtasks, subtask)
			slices.Sort(a.Subtasks)
			a.Since, a.Version = max(a.Since, l.Wall), l.Version
			return list
		}
	}
	return append(list, Applied{l.Operators[index], l.Why, l.Version, []int{subtask}, l.Wall})
}

// agentsOf lists the processes that record a job.
func (s *Steering) agentsOf(job browse.JobDetail, told string) (out []EffectiveAgent) {
	for _, a := range s.opt.Agents.Agents() {
		if !a.Connected || !slices.ContainsFunc(job.Processes, func(p browse.Process) bool { return p.ID == a.Process }) {
			continue
		}
		out = append(out, EffectiveAgent{
			Process: a.Process, Host: a.Host, PID: a.PID, Agent: a.Agent, Policy: a.Policy, Governor: a.Governor, LookBack: a.LookBack,
			Off: a.Off, Reason: a.Reason, Lags: a.Policy.Version != told && a.Policy.Refused != told, Refuses: a.Policy.Refused == told,
		})
	}
	slices.SortFunc(out, func(a, b EffectiveAgent) int { return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.PID, b.PID)) })
	return out
}

// Level is what holds in a job, given by all its names: a level, or mixed where it depends on the operator.
func (s *Steering) Level(job []string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	about := func(r *policy.Rule) bool {
		all := policy.Rule{Job: r.Job}
		return r.Level != "" && r.Topic == "" && r.Output == "" && all.Fits(job, "")
	}
	level := ""
	differ := func(to string) bool { return level != "" && level != to }
	for _, r := range s.overlayLocked() {
		if !about(&r.Rule) {
			continue
		}
		if differ(r.Level) {
			return "mixed"
		}
		if level = r.Level; r.Operator == "*" {
			return level
		}
	}
	for i := range s.mu.policy.Rules {
		r := &s.mu.policy.Rules[i]
		if !about(r) {
			continue
		}
		if differ(r.Level) {
			return "mixed"
		}
		if level = r.Level; r.Operator == "" || r.Operator == "*" {
			return level
		}
	}
	if differ(s.mu.policy.Level) {
		return "mixed"
	}
	return s.mu.policy.Level
}
