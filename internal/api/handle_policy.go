package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/policy"
	"github.com/sightglass/sightglass/internal/steering"
)

// policyResource is what access decides on for the recording policy.
const policyResource = access.Resource("policy/recording")

func recordingPolicy(*service, huma.Context) (browse.Target, error) {
	return browse.Target{Resource: policyResource}, nil
}

func queriedJob(s *service, ctx huma.Context) (browse.Target, error) {
	name := ctx.Query("job")
	if name == "" {
		return browse.Everything(), nil // that a parameter is missing is said to those who may ask
	}
	return s.Browser.Resolve(ctx.Context(), name)
}

func (s *service) recordingPolicy(context.Context, *none) (RecordingPolicy, error) {
	st, p := s.Steering.State(), s.Steering.Policy()
	out := RecordingPolicy{
		Version: I64(st.Number), At: at(st.At), Who: st.Who, Why: st.Why, Text: st.Text, File: st.File, Told: st.Told,
		Mistakes: mistakesOf(st.Problems), Changes: changesOf(st.Changes), Triggers: []TriggerStatus{},
	}
	for _, t := range p.Triggers {
		u := st.Unclear[t.Name]
		out.Triggers = append(out.Triggers, TriggerStatus{
			Name: t.Name, On: string(t.On), Line: t.Line, Job: t.Job, Operator: t.Operator, When: t.When, Level: t.Raise.Level,
			Seconds: I64(t.For.Seconds()), Unclear: I64(u.Events), Reason: u.Last,
		})
	}
	return out, nil
}

func mistakesOf(of policy.Problems) []Mistake {
	out := make([]Mistake, 0, len(of))
	for _, p := range of {
		out = append(out, Mistake{p.Line, p.Column, p.Text})
	}
	return out
}

func changesOf(of []steering.Change) []LevelChange {
	out := make([]LevelChange, 0, len(of))
	for _, c := range of {
		out = append(out, changeOf(c))
	}
	return out
}

func changeOf(c steering.Change) LevelChange {
	out := LevelChange{
		ID: I64(c.ID), Recording: c.Recording.String(), Job: c.Job, At: at(c.At), Until: at(c.Until), Ended: at(c.Ended), Trigger: c.Trigger,
		On: string(c.On), Who: c.Who, Why: c.Why, Operators: []OperatorChange{}, LookBack: c.LookBack, Again: I64(c.Again),
	}
	if c.Cause != nil {
		out.Cause, out.Position = c.Cause.Text, c.Cause.Position
	}
	for _, o := range c.Operators {
		out.Operators = append(out.Operators, OperatorChange(o))
	}
	return out
}

func (s *service) policyVersions(ctx context.Context, in *versionsRequest) (List[PolicyVersion], error) {
	list, err := s.Steering.Versions(ctx, in.Limit)
	out := make([]PolicyVersion, 0, len(list))
	for _, v := range list {
		out = append(out, PolicyVersion{I64(v.Number), at(v.At), v.Who, v.Why, v.Text})
	}
	return listOf("policy-version", out), err
}

// checkPolicy says what a text would come to. Mistakes are no error: they are what was asked for.
func (s *service) checkPolicy(ctx context.Context, in *checkRequest) (PolicyReport, error) {
	return s.report(ctx, in.Body.Text)
}

func (s *service) report(ctx context.Context, text string) (PolicyReport, error) {
	out := PolicyReport{Mistakes: []Mistake{}, Moves: []LevelMove{}, Warnings: []string{}}
	p, err := s.Steering.Check(text)
	var mistakes policy.Problems
	if errors.As(err, &mistakes) {
		out.Mistakes = mistakesOf(mistakes)
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Rules, out.Triggers = len(p.Rules), len(p.Triggers)
	jobs, err := s.Browser.Jobs(ctx, caller(ctx), false)
	if err != nil {
		return out, err
	}
	for _, j := range jobs {
		if j.State.Ended() {
			continue
		}
		t, err := s.Browser.Resolve(ctx, j.ID.String())
		if err != nil {
			continue // it was deleted meanwhile
		}
		moves, err := s.Steering.Moves(ctx, t, p)
		if err != nil {
			return out, err
		}
		for _, m := range moves {
			out.Moves = append(out.Moves, LevelMove{Job: j.Name, Operator: m.Operator, From: m.From, To: m.To})
		}
	}
	out.Warnings = append(out.Warnings, p.Warnings()...)
	return out, nil
}

func (s *service) setPolicy(ctx context.Context, in *setPolicyRequest) (PolicyReport, error) {
	out, err := s.report(ctx, in.Body.Text)
	if err != nil || in.Body.DryRun {
		return out, err
	}
	base := int64(-1)
	if in.Body.Base != nil {
		base = int64(*in.Body.Base)
	}
	who := caller(ctx)
	what := fmt.Sprintf("%d rules, %d triggers", out.Rules, out.Triggers)
	err = s.Browser.Change(ctx, who, access.RecordWrite, policyResource, []string{what}, in.Body.Why, func() error {
		v, err := s.Steering.Set(ctx, who.ID, in.Body.Why, in.Body.Text, base)
		number := I64(v.Number)
		out.Version = &number
		return err
	})
	return out, err
}

func (s *service) effectivePolicy(ctx context.Context, _ *effectiveRequest) (EffectivePolicy, error) {
	e, err := s.Steering.Effective(ctx, target(ctx))
	if err != nil {
		return EffectivePolicy{}, err
	}
	rules := s.Steering.Policy().Rules
	out := EffectivePolicy{Recording: e.Recording.String(), Job: e.Job, Told: e.Told, Operators: []EffectiveOperator{}, Agents: []EffectiveAgent{}}
	for _, o := range e.Operators {
		out.Operators = append(out.Operators, effectiveOf(o, rules))
	}
	for _, a := range e.Agents {
		x := EffectiveAgent{Process: a.Process, Host: a.Host, PID: a.PID, Version: a.Policy.Version, State: "follows", Tasks: a.Policy.Tasks, Behind: a.Policy.Behind, Reason: a.Reason}
		switch {
		case a.Off:
			x.State = "off"
		case a.Refuses:
			x.State, x.Reason = "refuses", a.Policy.Why
		case a.Policy.Version == "":
			x.State, x.Reason = "unknown", "agent "+a.Agent+" does not tell which version it follows"
		case a.Lags:
			x.State = "lags"
		case a.Governor.Step > 0:
			x.Reason = a.Governor.Why + ": " + a.Governor.Text
		}
		out.Agents = append(out.Agents, x)
	}
	return out, nil
}

func effectiveOf(o steering.EffectiveOperator, rules []policy.Rule) EffectiveOperator {
	out := EffectiveOperator{
		Vertex: o.Vertex, Op: o.Slug, Name: o.Name, Kind: o.Kind, Level: o.Level, Payload: o.Payload, Sample: "every key", LookBack: o.LookBack,
		Logs: o.Logs, Rule: "the default", Applied: []AppliedLevel{},
	}
	if o.LevelRule >= 0 {
		out.Rule = fmt.Sprintf("line %d of the policy", rules[o.LevelRule].Line)
	}
	if o.Change != nil {
		c := changeOf(*o.Change)
		out.Change, out.Rule = &c, "said so by "+c.Who
		if c.Trigger != "" {
			out.Rule = "trigger " + c.Trigger
		}
	}
	word := browse.Level{Level: o.Level, LookBack: o.LookBack && o.Level == "positions", Payload: o.Payload}
	if o.Sample != nil {
		out.Sample = fmt.Sprintf("%d of %d", o.Sample.Take, o.Sample.Of)
		if o.Sample.Take < o.Sample.Of {
			word.Take, word.Of = o.Sample.Take, o.Sample.Of
		}
	}
	out.Word = word.Text()
	for _, a := range o.Applied {
		out.Applied = append(out.Applied, AppliedLevel{Word: a.Text(), Level: a.Level.Level, Why: a.Why, Version: a.Version, Subtasks: a.Subtasks, Since: wall(a.Since)})
		out.Pending = out.Pending || a.Text() != out.Word && !strings.HasPrefix(a.Why, "governor ")
	}
	return out
}

func (s *service) levelChanges(ctx context.Context, _ *jobRequest) (List[LevelChange], error) {
	list, err := s.Steering.Changes(ctx, target(ctx).Recording.String(), 200)
	return listOf("level-change", changesOf(list)), err
}

func (s *service) changeLevel(ctx context.Context, in *levelRequest) (LevelChange, error) {
	who := caller(ctx)
	w := steering.Wish{
		Operator: in.Body.Operator, Level: in.Body.Level, For: time.Duration(in.Body.Seconds) * time.Second, LookBack: in.Body.LookBack,
		Who: who.Name, Why: in.Body.Why,
	}
	if in.Body.DryRun {
		c, err := s.Steering.Plan(ctx, target(ctx), w)
		return changeOf(c), err
	}
	var c steering.Change
	err := s.Browser.Change(ctx, who, access.RecordWrite, target(ctx).Resource, []string{w.String()}, w.Why, func() (err error) {
		c, err = s.Steering.Wish(ctx, target(ctx), w)
		return err
	})
	return changeOf(c), err
}

func (s *service) endLevelChange(ctx context.Context, in *endLevelRequest) (LevelChange, error) {
	var c steering.Change
	what := fmt.Sprintf("end change %d of levels", in.ID)
	err := s.Browser.Change(ctx, caller(ctx), access.RecordWrite, target(ctx).Resource, []string{what}, "", func() (err error) {
		c, err = s.Steering.End(ctx, target(ctx).Recording, in.ID)
		return err
	})
	return changeOf(c), err
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// levelOf is how much is recorded of a job now, in one word.
func (s *service) levelOf(j browse.Job) string {
	switch {
	case j.State.Ended():
		return "ended"
	case s.Steering == nil:
		return "flight"
	}
	return s.Steering.Level([]string{j.Name, j.ID.String()})
}
