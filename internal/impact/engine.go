package impact

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/language"
)

// Options of an Engine. Estate is required; what else is nil is not asked, and reports say so.
type Options struct {
	Estate    Estate
	Registry  Registry
	Languages []language.Language
	Contracts Contracts
	Records   Converter
	Topics    Topics
	Replays   Replays
	// May tells whether somebody may ask about a stream; nil: everybody may.
	May func(ctx context.Context, who access.Principal, of Stream) error
	Now func() time.Time
}

// Engine makes reports. It is safe for concurrent use.
type Engine struct {
	Options
	languages map[language.Kind]language.Language
}

// New makes an engine.
func New(o Options) *Engine {
	if o.Now == nil {
		o.Now = time.Now
	}
	e := &Engine{Options: o, languages: map[language.Kind]language.Language{}}
	for _, l := range o.Languages {
		e.languages[l.Kind()] = l
	}
	return e
}

// How long evidence of a system lasts.
const (
	AliveFor = 7 * 24 * time.Hour  // it runs
	knownFor = 30 * 24 * time.Hour // it may: clients cache schemas, and jobs rest
	mostHops = 5
)

// Progress is told how far a report is: what is done of what there is to do, and with what.
type Progress func(phase string, done, of int)

// Check refuses at once what Report would refuse later: what cannot be meant, and texts that cannot be read. The errors are those of Report.
func (e *Engine) Check(ctx context.Context, p *Proposal) error {
	if err := p.Check(); err != nil {
		return err
	}
	switch p.Kind {
	case OfSchema:
		kind := p.Language
		if kind == "" {
			kind = LanguageOf(p.Schema)
		}
		_, _, err := (&work{Engine: e}).parse(kind, p.Schema, p.References)
		return err
	case OfContract:
		if e.Contracts != nil {
			_, err := e.Contracts.Changes(ctx, p.Contract)
			return err
		}
	}
	return nil
}

// Report makes a report. Errors: ErrProposal, language.ErrSyntax and ErrTooLarge of a schema, those of browse.
func (e *Engine) Report(ctx context.Context, who access.Principal, p Proposal, progress Progress) (*Report, error) {
	if progress == nil {
		progress = func(string, int, int) {}
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	w := &work{Engine: e, ctx: ctx, who: who, p: p, progress: progress, out: &Report{Changes: []Change{}, Systems: []System{}}}
	do := map[Kind]func() error{OfSchema: w.schema, OfDrop: w.drop, OfContract: w.contract, OfConfig: w.config, OfJar: w.jar}[p.Kind]
	if err := do(); err != nil {
		return nil, err
	}
	w.finish()
	return w.out, nil
}

// work is one report while it is made.
type work struct {
	*Engine
	ctx      context.Context
	who      access.Principal
	p        Proposal
	progress Progress
	language language.Kind // of the stream's schemas; empty = it has none
	policy   string        // cleanup.policy of the topic, where settings change
	out      *Report
}

func (w *work) note(format string, args ...any) {
	w.out.Notes = append(w.out.Notes, fmt.Sprintf(format, args...))
}

// Place fills in the topic and cluster that a proposal leaves open. A contract names its own topics, and a program its job. ErrProposal.
func (e *Engine) Place(ctx context.Context, who access.Principal, p *Proposal) (err error) {
	if p.Kind == OfContract || p.Kind == OfJar {
		return nil
	}
	if p.Topic == "" {
		topic, found := strings.CutSuffix(p.Subject, "-value")
		if !found {
			return fmt.Errorf("%w: of subject %s it is not known which topic it is for: name the topic, too", ErrProposal, p.Subject)
		}
		p.Topic = topic[strings.LastIndexByte(topic, ':')+1:]
	}
	if p.Cluster == "" {
		if p.Cluster, err = e.Estate.Cluster(ctx, who, p.Topic); err == nil && p.Cluster == "" {
			return fmt.Errorf("%w: no cluster, or more than one, has the topic %s: name the cluster, too", ErrProposal, p.Topic)
		}
	}
	return err
}

// stream finds the stream that the proposal is about.
func (w *work) stream() error {
	if err := w.Place(w.ctx, w.who, &w.p); err != nil {
		return err
	}
	return w.at(Stream{w.p.Cluster, w.p.Topic})
}

func (w *work) at(s Stream) (err error) {
	if s.Cluster == "" {
		if s.Cluster, err = w.Estate.Cluster(w.ctx, w.who, s.Topic); err != nil {
			return err
		}
		if s.Cluster == "" {
			return fmt.Errorf("%w: no cluster, or more than one, has the topic %s: name the cluster, too", ErrProposal, s.Topic)
		}
	}
	if w.May != nil {
		if err := w.May(w.ctx, w.who, s); err != nil {
			return err
		}
	}
	w.out.Stream = s
	w.out.Owners, err = w.Estate.OwnersOf(w.ctx, w.who, s)
	return err
}

// subject is that of the proposal.
func (w *work) subject() string {
	if w.p.Subject != "" {
		return w.p.Subject
	}
	return w.out.Stream.Topic + "-value"
}

// parse reads a schema of a language. ErrProposal where there is no such language here.
func (w *work) parse(kind language.Kind, text string, refs []language.Referenced) (language.Schema, language.Language, error) {
	l := w.languages[kind]
	if l == nil {
		return nil, nil, fmt.Errorf("%w: the language %q is not known here", ErrProposal, kind)
	}
	s, err := l.Parse(text, refs)
	return s, l, err
}

// rules are what schemas are compared by.
func (w *work) rules() language.Rules {
	r := language.Rules{Profile: language.Confluent83}
	if w.Registry != nil {
		r.Profile = w.Registry.Profile()
	}
	w.out.Profile = string(r.Profile)
	return r
}

// users are the systems at the stream that were seen within the time that evidence lasts.
func (w *work) users() ([]User, error) {
	list, hidden, err := w.Estate.Users(w.ctx, w.who, w.out.Stream)
	if err != nil {
		return nil, err
	}
	if w.out.Hidden += hidden; hidden > 0 {
		w.note("%d more at the stream are not shown to you: they count as unknown", hidden)
	}
	return list, nil
}

// stale tells whether it is not known that a system still runs.
func (w *work) stale(u *User) bool { return w.Now().Sub(u.Seen) > AliveFor }

// gone tells whether evidence of a system is so old that it counts as one no more.
func (w *work) gone(u *User) bool { return w.Now().Sub(u.Seen) > knownFor }

// evident are the evidences of a user, with what it reads.
func evident(u *User) []Evidence {
	out := slices.Clone(u.Evidence)
	if u.Fields.Known {
		detail := "reads " + listed(u.Fields.Paths)
		if len(u.Fields.Paths) == 0 {
			detail = "reads no field of the value"
		}
		out = append(out, Evidence{"fields", u.Fields.Source, u.Fields.At, detail})
	} else {
		out = append(out, Evidence{"fields", u.Fields.Source, u.seen(), "which fields it reads is not known: it may be any"})
	}
	return out
}

// finish puts the systems in order and makes a plan.
func (w *work) finish() {
	rank := func(v Verdict) int { return slices.Index(Verdicts, v) }
	slices.SortStableFunc(w.out.Systems, func(a, b System) int {
		if d := rank(a.Verdict) - rank(b.Verdict); d != 0 {
			return d
		}
		if d := len(a.Path) - len(b.Path); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	w.out.Plan = planOf(w.out)
}

// planOf says what has to be done before the change, in its order.
func planOf(r *Report) (plan []Step) {
	for i := range r.Systems {
		s := &r.Systems[i]
		who := s.Name
		if len(s.Owners) > 0 {
			who = s.Name + " (" + strings.Join(s.Owners, ", ") + ")"
		}
		switch s.Verdict {
		case Broken:
			plan = append(plan, Step{who, "has to change before: " + s.Why})
		case Maybe:
			plan = append(plan, Step{who, "is to be asked: " + s.Why})
		case Unknown:
			plan = append(plan, Step{who, "is to be found out about: " + s.Why})
		}
	}
	for _, c := range r.Changes {
		if c.Advice != "" {
			plan = append(plan, Step{"whoever proposes it", c.Advice})
		}
	}
	return plan
}

// unavailable tells an error that leaves a report possible from one that does not.
func unavailable(err error) bool {
	return err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}
