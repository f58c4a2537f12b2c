package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/event"
)

// contractRoutes are about data contracts. They show places and counts of records, never values: those are asked for by the routes of topics.
func (s *service) contractRoutes() {
	get(s, route{"contracts", "/contracts", access.ContractRead, "Data contracts in force", some}, s.contracts)
	register(s, http.MethodPost, route{"contract-apply", "/contracts", access.ContractWrite, "Put a contract in force", some}, s.applyContract)
	register(s, http.MethodPost, route{"contract-lint", "/contracts/lint", access.ContractRead, "Mistakes in a contract's text, and the checks that it comes to", some}, s.lintContract)
	get(s, route{"contract", "/contracts/{contract}", access.ContractRead, "One contract", contractTarget}, s.contract)
	register(s, http.MethodDelete, route{"contract-end", "/contracts/{contract}", access.ContractWrite, "End a contract; its versions and violations stay", contractTarget}, s.endContract)
	get(s, route{"contract-versions", "/contracts/{contract}/versions", access.ContractRead, "Versions of a contract, newest first, each with what it changed", contractTarget}, s.contractVersions)
	get(s, route{"contract-checks", "/contracts/{contract}/checks", access.ContractRead, "How the checks of a contract stand, with burn rates and coverage", contractTarget}, s.contractChecks)
	get(s, route{"contract-windows", "/contracts/{contract}/windows", access.ContractRead, "What a check came to minute by minute, by partition and writer's schema", contractTarget}, s.contractWindows)
	get(s, route{"violations", "/violations", access.ContractRead, "Violations of contracts, newest first", some}, s.violations)
	get(s, route{"violation", "/contracts/{contract}/violations/{violation}", access.ContractRead, "One violation", contractTarget}, s.violation)
	register(s, http.MethodPost, route{"violation-act", "/contracts/{contract}/violations/{violation}", access.ContractAck, "Acknowledge a violation, or close it", contractTarget}, s.actViolation)
	register(s, http.MethodPost, route{"contract-test", "/clusters/{cluster}/topics/{topic}/contract-test", access.TopicRead, "Hold a stretch of a topic against its contract, once", topic}, s.testContract)
	get(s, route{"contract-proposal", "/clusters/{cluster}/topics/{topic}/contract-proposal", access.TopicRead, "A contract that the topic would have kept, from its newest records as you may see them", topic}, s.proposeContract)
}

func contractTarget(_ *service, ctx huma.Context) (browse.Target, error) {
	return browse.Target{Resource: access.ContractResource(ctx.Param("contract"))}, nil
}

// checks refuses where no contracts are kept.
func (s *service) checks() (*checks.Engine, error) {
	if s.Contracts == nil {
		return nil, problem(http.StatusConflict, "this server keeps no contracts", "open the recording on a server of its own")
	}
	return s.Contracts, nil
}

// contractError makes a problem of what contracts and checks say.
func contractError(err error) error {
	var mistakes contract.Problems
	switch {
	case errors.As(err, &mistakes):
		p := problem(http.StatusUnprocessableEntity, "the contract has "+plural(len(mistakes), "mistake"), mistakes[0].String())
		p.Errors = contractMistakes(mistakes)
		return p
	case errors.Is(err, checks.ErrNotFound):
		return problem(http.StatusNotFound, err.Error(), "sightglass contract list shows what there is")
	case errors.Is(err, checks.ErrState):
		return problem(http.StatusConflict, err.Error(), "sightglass contract violations shows how it stands")
	case errors.Is(err, checks.ErrTest):
		return problem(http.StatusNotFound, err.Error(), "sightglass topics lists what there is")
	}
	return err
}

func contractMistakes(of contract.Problems) []ContractError {
	out := []ContractError{}
	for _, p := range of {
		out = append(out, ContractError{p.Pointer, p.Line, p.Column, p.Text})
	}
	return out
}

func contractNotesOf(of []contract.Note) []ContractNote {
	out := []ContractNote{}
	for _, n := range of {
		out = append(out, ContractNote{n.Line, n.Text})
	}
	return out
}

func contractChangesOf(of []contract.Change) []ContractChange {
	out := []ContractChange{}
	for _, c := range of {
		out = append(out, ContractChange{c.About, c.Text, c.Weaker})
	}
	return out
}

func rulesOf(c *contract.Contract) []ContractRule {
	out := []ContractRule{}
	for i := range c.Streams {
		for k := range c.Streams[i].Checks {
			x := &c.Streams[i].Checks[k]
			out = append(out, ContractRule{x.ID, string(x.Kind), string(x.Severity), x.Says(), x.Line})
		}
	}
	return out
}

func (s *service) mayContract(ctx context.Context, a access.Action, id string) access.Decision {
	return s.Browser.DecideIn(ctx, caller(ctx), a, access.ContractResource(id))
}

func (s *service) contracts(ctx context.Context, _ *none) (List[Contract], error) {
	out := []Contract{}
	if s.Contracts == nil {
		return listOf("contract", out), nil
	}
	all, err := s.Contracts.Contracts(ctx)
	if err != nil {
		return List[Contract]{}, err
	}
	for i := range all {
		if !s.mayContract(ctx, access.ContractRead, all[i].Contract).Allowed {
			continue
		}
		c, err := s.contractOf(ctx, &all[i])
		if err != nil {
			return List[Contract]{}, err
		}
		c.Text = ""
		out = append(out, c)
	}
	return listOf("contract", out), nil
}

func (s *service) contractOf(ctx context.Context, v *checks.Version) (Contract, error) {
	out := Contract{
		ID: v.Contract, Number: I64(v.Number), Version: v.Version, Status: v.Status, Hash: v.Hash, Who: v.Who, Why: v.Why, Source: v.Source, At: at(v.At), Text: v.Text,
		Topics: []ContractTopic{}, Owners: []ContractOwner{}, Support: []ContractChannel{}, Reads: []string{}, Notes: []ContractNote{},
	}
	c, err := contract.Read(v.Text)
	if err != nil {
		out.Notes = append(out.Notes, ContractNote{1, "this version of Sightglass does not read it any more, so that nothing is checked"})
		return out, nil
	}
	out.Name, out.Domain, out.Team, out.Description, out.Notes, out.Checks = c.Name, c.Domain, c.Team, c.Description, contractNotesOf(c.Notes), len(rulesOf(c))
	for _, p := range s.Contracts.Places(c) {
		out.Topics = append(out.Topics, ContractTopic(p))
	}
	for _, o := range c.Owners {
		out.Owners = append(out.Owners, ContractOwner(o))
	}
	for _, x := range c.Support {
		out.Support = append(out.Support, ContractChannel(x))
	}
	for _, u := range c.Reads {
		text := u.Topic
		if u.Path != "" {
			text += "#" + u.Path
		}
		out.Reads = append(out.Reads, text)
	}
	for _, state := range []string{checks.Open, checks.Acked} {
		list, _, err := s.Contracts.Violations(ctx, checks.ViolationQuery{Contract: v.Contract, State: state, Limit: 1000})
		if err != nil {
			return out, err
		}
		out.Open += len(list)
	}
	return out, nil
}

func (s *service) contract(ctx context.Context, in *ContractPath) (Contract, error) {
	e, err := s.checks()
	if err != nil {
		return Contract{}, err
	}
	v, err := e.Contract(ctx, in.Contract)
	if err != nil {
		return Contract{}, contractError(err)
	}
	return s.contractOf(ctx, &v)
}

// lintContract says what a text comes to. Mistakes are no error: they are what was asked for.
func (s *service) lintContract(_ context.Context, in *contractTextRequest) (ContractLint, error) {
	out := ContractLint{Mistakes: []ContractError{}, Notes: []ContractNote{}, Checks: []ContractRule{}}
	c, err := contract.Read(in.Body.Text)
	var mistakes contract.Problems
	switch {
	case errors.As(err, &mistakes):
		out.Mistakes = contractMistakes(mistakes)
	case err != nil:
		return out, err
	default:
		out.ID, out.Notes, out.Checks = c.ID, contractNotesOf(c.Notes), rulesOf(c)
	}
	return out, nil
}

// applyContract puts a contract in force. Who writes rules learns from their counts what records hold, so that it takes the right to see the topic as it
// is; and who has records copied into another topic takes the right to write there.
func (s *service) applyContract(ctx context.Context, in *contractApplyRequest) (out ContractApplied, err error) {
	e, err := s.checks()
	if err != nil {
		return out, err
	}
	c, err := contract.Read(in.Body.Text)
	if err != nil {
		return out, contractError(err)
	}
	who, on := caller(ctx), access.ContractResource(c.ID)
	need := func(a access.Action, on access.Resource) error {
		if d := s.Browser.DecideIn(ctx, who, a, on); !d.Allowed {
			return s.refusedGrant(ctx, a, on, []string{"contract " + c.ID}, d.Err())
		}
		return nil
	}
	if err := need(access.ContractWrite, on); err != nil {
		return out, err
	}
	what := []string{"version " + c.Version}
	for _, p := range e.Places(c) {
		what = append(what, p.Cluster+"/"+p.Topic)
		if err := need(access.TopicReadRaw, browse.TopicResource(p.Cluster, p.Topic)); err != nil {
			return out, err
		}
		if p.Quarantine != "" {
			if err := need(access.TopicProduce, browse.TopicResource(p.Cluster, p.Quarantine)); err != nil {
				return out, err
			}
		}
	}
	if in.Body.DryRun {
		return s.dryContract(ctx, e, c)
	}
	err = s.Browser.Change(ctx, who, access.ContractWrite, on, what, in.Body.Why, func() error {
		a, err := e.Apply(ctx, in.Body.Text, who.ID, in.Body.Why, "api")
		out = ContractApplied{ID: c.ID, Number: I64(a.Version.Number), Same: a.Same, Changes: contractChangesOf(a.Changes), Notes: contractNotesOf(a.Notes)}
		return err
	})
	return out, contractError(err)
}

func (s *service) dryContract(ctx context.Context, e *checks.Engine, c *contract.Contract) (ContractApplied, error) {
	out := ContractApplied{ID: c.ID, DryRun: true, Changes: []ContractChange{}, Notes: contractNotesOf(c.Notes)}
	v, err := e.Contract(ctx, c.ID)
	switch {
	case errors.Is(err, checks.ErrNotFound):
		return out, nil
	case err != nil:
		return out, err
	}
	out.Number = I64(v.Number)
	if old, err := contract.Read(v.Text); err == nil {
		out.Changes = contractChangesOf(contract.Diff(old, c))
	}
	return out, nil
}

func (s *service) endContract(ctx context.Context, in *contractEndRequest) (Contract, error) {
	e, err := s.checks()
	if err != nil {
		return Contract{}, err
	}
	v, err := e.Contract(ctx, in.Contract)
	if err != nil {
		return Contract{}, contractError(err)
	}
	out, err := s.contractOf(ctx, &v)
	if err != nil {
		return out, err
	}
	err = s.Browser.Change(ctx, caller(ctx), access.ContractWrite, access.ContractResource(in.Contract), []string{"end it"}, in.Why, func() error { return e.End(ctx, in.Contract) })
	return out, contractError(err)
}

func (s *service) contractVersions(ctx context.Context, in *ContractPath) (List[ContractVersion], error) {
	e, err := s.checks()
	if err != nil {
		return List[ContractVersion]{}, err
	}
	all, err := e.History(ctx, in.Contract)
	if err != nil {
		return List[ContractVersion]{}, contractError(err)
	}
	out := make([]ContractVersion, len(all))
	var before *contract.Contract
	for i := range slices.Backward(all) {
		v := &all[i]
		out[i] = ContractVersion{I64(v.Number), v.Version, v.Status, v.Hash, v.Who, v.Why, v.Source, at(v.At), v.Text, []ContractChange{}}
		c, err := contract.Read(v.Text)
		if err == nil && before != nil {
			out[i].Changes = contractChangesOf(contract.Diff(before, c))
		}
		before = c
	}
	return listOf("contract-version", out), nil
}

func (s *service) contractChecks(ctx context.Context, in *ContractPath) (ContractChecks, error) {
	out := ContractChecks{Items: []ContractCheck{}, Coverage: []ContractCoverage{}}
	e, err := s.checks()
	if err != nil {
		return out, err
	}
	all, err := e.Checks(ctx, in.Contract)
	if err != nil {
		return out, contractError(err)
	}
	seen := map[string]bool{}
	for _, x := range all {
		c := ContractCheck{
			ContractRule: ContractRule{x.ID, x.Kind, x.Severity, x.Says, x.Line}, Name: x.Name, Path: x.Path, Cluster: x.Cluster, Topic: x.Topic, Objective: x.Objective,
			State: x.State, Detail: x.Detail, Open: x.Open, Burns: []ContractBurn{},
		}
		for _, b := range x.Burns {
			c.Burns = append(c.Burns, ContractBurn{I64(b.Over / time.Second), I64(b.Records), I64(b.Bad), b.Share, b.Rate, b.BudgetLeft})
		}
		out.Items = append(out.Items, c)
		if key := x.Cluster + "/" + x.Topic; !seen[key] {
			seen[key] = true
			cover, err := s.coverageOf(ctx, x.Cluster, x.Topic)
			if err != nil {
				return out, err
			}
			out.Coverage = append(out.Coverage, cover)
		}
	}
	return out, nil
}

func (s *service) coverageOf(ctx context.Context, cluster, topic string) (ContractCoverage, error) {
	c, err := s.Contracts.Coverage(ctx, cluster, topic, time.Hour)
	if err != nil {
		return ContractCoverage{}, err
	}
	out := ContractCoverage{cluster, topic, I64(c.Appended), I64(c.Checked), c.Share(), []ContractGap{}}
	gaps, err := s.Contracts.Gaps(ctx, cluster, topic)
	for _, g := range gaps {
		out.Gaps = append(out.Gaps, ContractGap{g.Partition, I64(g.From), I64(g.To), g.Why, at(g.At)})
	}
	return out, err
}

func (s *service) contractWindows(ctx context.Context, in *windowsRequest) (List[ContractWindow], error) {
	e, err := s.checks()
	if err != nil {
		return List[ContractWindow]{}, err
	}
	to := e.Now()
	all, err := e.Windows(ctx, in.Contract, in.Check, to.Add(-time.Duration(in.Hours)*time.Hour), to.Add(time.Hour))
	if err != nil {
		return List[ContractWindow]{}, err
	}
	out := []ContractWindow{}
	for _, w := range all {
		out = append(out, ContractWindow{at(w.At), I64(w.Span / time.Second), w.Partition, w.Writer, I64(w.Records), I64(w.Bad), I64(w.First)})
	}
	return listOf("contract-window", out), nil
}

// mayJob tells whether who asks may see the job of a recording.
func (s *service) mayJob(ctx context.Context, recording string) bool {
	id, err := event.ParseRecordingID(recording)
	return err == nil && s.Browser.DecideIn(ctx, caller(ctx), access.JobView, s.Browser.Target(id).Resource).Allowed
}

// violationOf tells of a violation. Who wrote its record is told to whoever may see that job.
func (s *service) violationOf(ctx context.Context, v *checks.Violation) Violation {
	out := Violation{
		ID: v.ID, Contract: v.Contract, Check: v.Check, Kind: v.Kind, Severity: v.Severity, Cluster: v.Cluster, Topic: v.Topic, Partition: v.Partition, First: I64(v.First), Last: I64(v.Last),
		Count: I64(v.Count), Writer: v.Writer, Minute: at(v.Minute), Began: at(v.Began), Seen: at(v.Seen), Ended: at(v.Ended), State: v.State, Who: v.Who, Why: v.Why,
		Detail: v.Hints.Detail, Headers: all(v.Hints.Headers), Search: v.Search.State, Until: at(v.Search.Until),
	}
	if p := v.Search.Producer; p != nil && !s.mayJob(ctx, p.Recording) {
		out.Search = "hidden"
	} else if p != nil {
		out.Producer = &ViolationWriter{
			Recording: p.Recording, Job: p.Job, Operator: p.Operator, Position: p.Position, Program: p.Program, Before: p.Before,
			Journey: "/r/" + p.Recording + "/journey/" + url.PathEscape(v.Topic) + "/" + strconv.Itoa(int(v.Partition)) + "@" + strconv.FormatInt(v.First, 10),
			Step:    "/r/" + p.Recording + "/step/" + url.PathEscape(p.Position),
		}
	}
	return out
}

// violations gives a page. What the caller may not read is left out, so that a page may have fewer than it could.
func (s *service) violations(ctx context.Context, in *violationsRequest) (List[Violation], error) {
	out := []Violation{}
	if s.Contracts == nil {
		return listOf("violation", out), nil
	}
	page, more, err := s.Contracts.Violations(ctx, checks.ViolationQuery{Contract: in.Contract, Check: in.Check, Topic: in.Topic, State: in.State, Before: in.Cursor, Limit: in.Limit})
	if err != nil {
		return List[Violation]{}, err
	}
	for i := range page {
		if s.mayContract(ctx, access.ContractRead, page[i].Contract).Allowed {
			out = append(out, s.violationOf(ctx, &page[i]))
		}
	}
	list := listOf("violation", out)
	if more {
		list.Next = page[len(page)-1].ID
	}
	return list, nil
}

// violationIn finds a violation of a contract.
func (s *service) violationIn(ctx context.Context, in *ViolationPath) (e *checks.Engine, v checks.Violation, err error) {
	if e, err = s.checks(); err != nil {
		return e, v, err
	}
	v, err = e.Violation(ctx, in.Violation)
	if err == nil && v.Contract != in.Contract { // one of another contract, which the caller was not asked about
		err = fmt.Errorf("%w with a violation %s", checks.ErrNotFound, in.Violation)
	}
	return e, v, contractError(err)
}

func (s *service) violation(ctx context.Context, in *ViolationPath) (out Violation, err error) {
	_, v, err := s.violationIn(ctx, in)
	if err != nil {
		return out, err
	}
	return s.violationOf(ctx, &v), nil
}

func (s *service) actViolation(ctx context.Context, in *violationRequest) (out Violation, err error) {
	e, v, err := s.violationIn(ctx, &in.ViolationPath)
	if err != nil {
		return out, err
	}
	who := caller(ctx)
	err = s.Browser.Change(ctx, who, access.ContractAck, access.ContractResource(in.Contract), []string{in.Body.State + " violation " + v.ID + " of " + v.Check}, in.Body.Why, func() error {
		v, err = e.Act(ctx, in.Violation, in.Body.State, who.ID, in.Body.Why)
		return err
	})
	return s.violationOf(ctx, &v), contractError(err)
}

// testContract holds a stretch against the contract in force, which somebody was permitted to write. It tells counts and places.
func (s *service) testContract(ctx context.Context, in *contractTestRequest) (ContractTested, error) {
	out := ContractTested{Checks: []ContractTestCheck{}}
	e, err := s.checks()
	if err != nil {
		return out, err
	}
	back := time.Duration(min(max(int64(in.Body.Seconds), 1), 31*24*3600)) * time.Second
	var report checks.TestReport
	err = s.Browser.Read(ctx, caller(ctx), access.TopicRead, browse.TopicResource(in.Cluster, in.Topic), []string{"the last " + back.String() + ", counts alone"}, func() (int, error) {
		var refused error
		report, err = e.Test(ctx, checks.TestQuery{Cluster: in.Cluster, Topic: in.Topic, Since: e.Now().Add(-back), May: func(contract string) bool {
			d := s.mayContract(ctx, access.ContractRead, contract)
			if !d.Allowed {
				refused = d.Err()
			}
			return d.Allowed
		}})
		if refused != nil && errors.Is(err, checks.ErrNotFound) {
			err = refused
		}
		return 0, err
	})
	if err != nil {
		return out, contractError(err)
	}
	out.Contract, out.Version, out.From, out.To, out.Records, out.Coverage = report.Contract, report.Version, at(report.From), at(report.To), I64(report.Records), report.Coverage.Share()
	for _, c := range report.Checks {
		if c.State == checks.StateViolated {
			out.Violated++
		}
		out.Checks = append(out.Checks, ContractTestCheck{ContractRule{c.ID, c.Kind, c.Severity, c.Says, 0}, c.State, I64(c.Bad), c.Partition, I64(c.First), I64(c.Last), c.Detail})
	}
	return out, nil
}
