package impact

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/tables"
)

// Errors that callers decide on.
var (
	// ErrNotFound: there is no such report.
	ErrNotFound = errors.New("no impact report")
	// ErrBusy: as many are made as may be at once.
	ErrBusy = errors.New("too many impact reports are made at once")
	// ErrAck: what a team says cannot be meant so.
	ErrAck = errors.New("no answer to a proposal")
	// ErrOver: it is over, and cannot be ended.
	ErrOver = errors.New("the report is made")
)

// Query selects runs.
type Query struct {
	Cluster, Topic string    // empty: all
	Before         time.Time // zero: from the newest on
	Limit          int       // 0: 50; at most 200
}

// mostAtOnce are made at once; each reads a topic.
const mostAtOnce = 4

// mostFor bounds how long one is made: replays take their time.
const mostFor = time.Hour

// KeeperOptions of a Keeper. Engine and DB are required.
type KeeperOptions struct {
	Engine *Engine
	DB     *tables.DB
	Watch  Watch // nil: what comes after a release is not known
	// Bind puts what is done for somebody under one policy, and ends it with the grants that they have; stop is called when it is done. nil: nothing is.
	Bind func(ctx context.Context, who access.Principal) (_ context.Context, stop func())
	// Sees tells whether somebody may see a system; nil: everybody may.
	Sees func(ctx context.Context, who access.Principal, s *System) bool
	// Reads tells whether somebody may read records of a stream; nil: everybody may.
	Reads func(ctx context.Context, who access.Principal, of Stream) bool
	// Changed is told of each report that is made, and each answer to one. May be nil.
	Changed func(ctx context.Context, r *Run, a *Ack)
	Log     *slog.Logger
}

// Keeper makes reports in the background and keeps them. Close ends those that are made. Safe for concurrent use.
type Keeper struct {
	KeeperOptions
	table table

	mu      sync.Mutex // guards what follows
	running map[string]*making
	closed  bool
	all     sync.WaitGroup
}

// making is a report while it is made.
type making struct {
	run  Run
	stop context.CancelCauseFunc
	done chan struct{}
}

// Open brings the tables up to date. Errors: tables.ErrVersion.
func Open(ctx context.Context, o KeeperOptions) (*Keeper, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	t, err := openTable(ctx, o.DB)
	if err != nil {
		return nil, err
	}
	if !o.DB.Shared() { // others may make reports in tables that are shared
		if err := t.interrupted(ctx, o.Engine.Now()); err != nil {
			return nil, err
		}
	}
	return &Keeper{KeeperOptions: o, table: t, running: map[string]*making{}}, nil
}

var errCancelled = errors.New("somebody ended it")

// Start begins a report; it goes on when ctx ends. ErrProposal, ErrBusy, and what Engine.Check gives.
func (k *Keeper) Start(ctx context.Context, who access.Principal, p Proposal) (Run, error) {
	if err := k.Engine.Check(ctx, &p); err != nil {
		return Run{}, err
	}
	id := make([]byte, 8)
	_, _ = rand.Read(id) // it never fails
	now := k.Engine.Now()
	r := Run{ID: hex.EncodeToString(id), At: now, By: who.ID, Name: who.Name, State: Running, Proposal: p, Stream: Stream{p.Cluster, p.Topic}, Phase: "waiting"}
	within, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	m := &making{run: r, stop: stop, done: make(chan struct{})}
	k.mu.Lock()
	if k.closed || len(k.running) >= mostAtOnce {
		k.mu.Unlock()
		stop(nil)
		return Run{}, ErrBusy
	}
	k.running[r.ID] = m
	k.all.Add(1)
	k.mu.Unlock()
	if err := k.table.add(ctx, &r); err != nil {
		k.forget(m)
		return Run{}, err
	}
	go k.make(within, who, m)
	return r, nil
}

func (k *Keeper) forget(m *making) {
	m.stop(nil)
	k.mu.Lock()
	delete(k.running, m.run.ID)
	k.mu.Unlock()
	close(m.done)
	k.all.Done()
}

// make makes one report.
func (k *Keeper) make(ctx context.Context, who access.Principal, m *making) {
	defer k.forget(m)
	within, stop := context.WithTimeout(ctx, mostFor)
	defer stop()
	if k.Bind != nil {
		var unbind func()
		within, unbind = k.Bind(within, who)
		defer unbind()
	}
	report, err := k.Engine.Report(within, who, m.run.Proposal, func(phase string, done, of int) {
		k.mu.Lock()
		m.run.Phase, m.run.Step, m.run.Steps = phase, done, of
		k.mu.Unlock()
	})
	k.mu.Lock()
	r := m.run
	k.mu.Unlock()
	r.Ended, r.Phase, r.Step, r.Steps = k.Engine.Now(), "", 0, 0
	switch {
	case err == nil:
		r.State, r.Report, r.Stream = Done, report, report.Stream
	case errors.Is(context.Cause(ctx), errCancelled):
		r.State = Cancelled
	default:
		r.State, r.Error = Failed, err.Error()
	}
	if err := k.table.end(context.WithoutCancel(ctx), &r); err != nil {
		k.Log.Error("an impact report was not kept", "id", r.ID, "error", err)
	}
	if k.Changed != nil {
		k.Changed(context.WithoutCancel(ctx), &r, nil)
	}
}

// Wait waits until a report is made, or ctx ends, and gives it. ErrNotFound.
func (k *Keeper) Wait(ctx context.Context, id string) (Run, error) {
	k.mu.Lock()
	m := k.running[id]
	k.mu.Unlock()
	if m != nil {
		select {
		case <-m.done:
		case <-ctx.Done():
		}
	}
	return k.Get(context.WithoutCancel(ctx), id)
}

// Get gives a report, with how far it is. ErrNotFound.
func (k *Keeper) Get(ctx context.Context, id string) (Run, error) {
	r, err := k.table.get(ctx, id)
	if err != nil {
		return r, err
	}
	k.progress(&r)
	return r, nil
}

func (k *Keeper) progress(r *Run) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if m := k.running[r.ID]; m != nil && r.State == Running {
		r.Phase, r.Step, r.Steps = m.run.Phase, m.run.Step, m.run.Steps
	}
}

// List gives runs, the newest first.
func (k *Keeper) List(ctx context.Context, q Query) ([]Run, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, 200)
	list, err := k.table.list(ctx, q)
	for i := range list {
		k.progress(&list[i])
	}
	return list, err
}

// Shown is a run as somebody may see it, who need not be who asked: systems that they may not see are counted alone, places of records are told to
// whoever may read the topic, and what was decided by values to whoever asked.
func (k *Keeper) Shown(ctx context.Context, who access.Principal, r Run) Run {
	if r.Report == nil {
		return r
	}
	report := *r.Report
	reads, asked := k.Reads == nil || k.Reads(ctx, who, report.Stream), r.By == who.ID
	report.Systems = []System{}
	for _, s := range r.Report.Systems {
		if k.Sees != nil && !k.Sees(ctx, who, &s) {
			report.Hidden++
			continue
		}
		if s.Records != nil && !(reads && asked) {
			whole, said := ": "+firstReason(s.Records, true), strings.HasSuffix(s.Why, ": "+firstReason(s.Records, true))
			s.Records = s.Records.without(reads)
			if said { // it may tell of a value
				s.Why = strings.TrimSuffix(s.Why, whole)
				if why := firstReason(s.Records, true); why != "" {
					s.Why += ": " + why
				}
			}
			s.Evidence = slices.Clone(s.Evidence)
			for i := range s.Evidence {
				if s.Evidence[i].Kind == "records" {
					s.Evidence[i].Detail = recordWords(s.Records)
				}
			}
		}
		report.Systems = append(report.Systems, s)
	}
	if d := report.Data; d != nil && !reads {
		report.Data = &Data{Records: d.Records, Note: "you may not read the topic"}
	} else if d != nil && d.Valid != nil && !asked {
		copied := *d
		copied.Valid, report.Data = d.Valid.without(reads), &copied
	}
	report.Plan = planOf(&report)
	r.Report = &report
	if r.Outcome != nil && k.Sees != nil {
		o := *r.Outcome
		o.Systems = slices.DeleteFunc(slices.Clone(o.Systems), func(c Came) bool {
			return c.System != "" && !k.Sees(ctx, who, &System{ID: c.System, Name: c.Name})
		})
		r.Outcome = &o
	}
	return r
}

// without is r without places, or without those that values decided about.
func (r *Records) without(reads bool) *Records {
	out := *r
	out.First, out.Reasons = nil, nil
	if !reads {
		return &out
	}
	byValue := map[string]bool{}
	for _, p := range r.First {
		if p.OfValue {
			byValue[p.Path+"\x00"+p.Reason] = true
		} else {
			out.First = append(out.First, p)
		}
	}
	for _, why := range r.Reasons {
		if !byValue[why.Path+"\x00"+why.Reason] {
			out.Reasons = append(out.Reasons, why)
		}
	}
	return &out
}

// Cancel ends a report that is made. ErrNotFound, ErrOver.
func (k *Keeper) Cancel(ctx context.Context, id string) (Run, error) {
	k.mu.Lock()
	m := k.running[id]
	k.mu.Unlock()
	if m == nil {
		r, err := k.Get(ctx, id)
		if err != nil {
			return r, err
		}
		return r, fmt.Errorf("%w: it is %s", ErrOver, r.State)
	}
	m.stop(errCancelled)
	return k.Wait(ctx, id)
}

// Ack keeps what a team says. ErrNotFound, ErrAck.
func (k *Keeper) Ack(ctx context.Context, who access.Principal, id string, a Ack) (Run, error) {
	a.Team, a.Reason = strings.TrimSpace(a.Team), strings.TrimSpace(a.Reason)
	switch {
	case a.Team == "" || len(a.Team) > 200:
		return Run{}, fmt.Errorf("%w: the team that says so is wanted", ErrAck)
	case a.Decision != Agree && a.Decision != Object:
		return Run{}, fmt.Errorf("%w: agree or object", ErrAck)
	case a.Decision == Object && a.Reason == "":
		return Run{}, fmt.Errorf("%w: whoever objects says why", ErrAck)
	case len(a.Reason) > 4000:
		return Run{}, fmt.Errorf("%w: the reason is longer than 4000 bytes", ErrAck)
	}
	r, err := k.Get(ctx, id)
	if err != nil {
		return r, err
	}
	if r.State != Done {
		return r, fmt.Errorf("%w: there is no report yet that could be answered", ErrAck)
	}
	a.At, a.By, a.Name = k.Engine.Now(), who.ID, who.Name
	if err := k.table.ack(ctx, id, &a); err != nil {
		return r, err
	}
	if r, err = k.Get(ctx, id); err == nil && k.Changed != nil {
		k.Changed(ctx, &r, &a)
	}
	return r, err
}

// followedFor is how long a release is waited for.
const followedFor = 90 * 24 * time.Hour

// Follow holds what was predicted against what came, of runs whose proposals were released in the last days. It is called from time to time.
func (k *Keeper) Follow(ctx context.Context) error {
	if k.Watch == nil {
		return nil
	}
	list, err := k.table.open(ctx, k.Engine.Now().Add(-followedFor))
	if err != nil {
		return err
	}
	var failed []error
	for _, r := range slices.Backward(list) {
		if r.Report == nil || r.Outcome != nil && r.Outcome.Over {
			continue
		}
		if err := k.follow(ctx, &r); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (k *Keeper) follow(ctx context.Context, r *Run) error {
	released, err := k.Watch.Released(ctx, &r.Proposal, r.Stream, r.At)
	if err != nil || released.IsZero() {
		return err
	}
	until := k.Engine.Now()
	if end := released.Add(watchedFor); until.After(end) {
		until = end
	}
	troubles, err := k.Watch.Since(ctx, r.Stream, released, until)
	if err != nil {
		return err
	}
	return k.table.outcome(ctx, r.ID, outcomeOf(r.Report, released, until, troubles))
}

// Close ends what is made, and waits for it.
func (k *Keeper) Close() {
	k.mu.Lock()
	k.closed = true
	for _, m := range k.running {
		m.stop(errors.New("the server ends"))
	}
	k.mu.Unlock()
	k.all.Wait()
}
