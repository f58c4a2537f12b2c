package browse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/serde"
)

// Options of a Browser. Queries, Policy and Auditor are required.
type Options struct {
	Queries *query.Engine
	Policy  *access.InForce
	Auditor access.Auditor
	Fleet   Fleet   // nil = no processes are known
	Foreign Foreign // nil = values that need the job's classes stay bytes

	Clusters []Cluster // of Kafka, that people look into

	FieldTags FieldTags // nil = people call no field anything

	Environment string // of the jobs, the second segment of their resources; empty = local
}

// Browser answers what a principal may see. Safe for concurrent use.
type Browser struct {
	queries  *query.Engine
	rules    *access.InForce
	auditor  access.Auditor
	fleet    Fleet
	foreign  Foreign
	decoders *decoders
	detector *serde.Detector
	clusters []Cluster
	tags     schemaTags
	said     FieldTags
	joined   joinedTags
	environ  string
	named    sync.Map // event.RecordingID → access.Resource, of recordings whose job's name is known
	kept     struct {
		sync.Mutex
		shapes map[memberKey]keptShape // of values, for completion
	}
}

// ErrDenied: the principal may not; ErrAudit: the read could not be written down, so nothing is shown.
var (
	ErrDenied = access.ErrDenied
	ErrAudit  = access.ErrAudit
)

// New makes a browser.
func New(o Options) (*Browser, error) {
	if o.Queries == nil || o.Policy == nil || o.Auditor == nil {
		return nil, errors.New("browse needs queries, a policy and an auditor")
	}
	if o.Fleet == nil {
		o.Fleet = noFleet{}
	}
	if o.FieldTags == nil {
		o.FieldTags = noFieldTags{}
	}
	return &Browser{
		said:     o.FieldTags,
		queries:  o.Queries,
		rules:    o.Policy,
		auditor:  o.Auditor,
		fleet:    o.Fleet,
		foreign:  o.Foreign,
		decoders: newDecoders(o.Queries.Definition),
		clusters: o.Clusters,
		environ:  cmp.Or(o.Environment, "local"),
		detector: serde.NewDetector(nil, serde.Limits{}), // which registry a recorded record is of, no recording says
	}, nil
}

// Decide says whether who may do a on r.
func (b *Browser) Decide(who access.Principal, a access.Action, r access.Resource) access.Decision {
	return b.rules.Policy().Decide(who, a, r)
}

// DecideSomewhere says whether who may do a on anything at all.
func (b *Browser) DecideSomewhere(who access.Principal, a access.Action) access.Decision {
	return b.rules.Policy().DecideSomewhere(who, a)
}

// Pin is for the answer to one request of who: with the context that it gives everything is decided under one policy and the same grants, and the
// context ends when one of these grants is over (access.ErrGrantOver). stop must be called when the answer is done.
func (b *Browser) Pin(ctx context.Context, who access.Principal) (_ context.Context, stop func()) {
	return b.rules.Bound(ctx, who)
}

// policy is that of the request, or the one in force.
func (b *Browser) policy(ctx context.Context) *access.Policy { return b.rules.In(ctx) }

// PolicyIn is the policy of a request, for what it says of itself.
func (b *Browser) PolicyIn(ctx context.Context) *access.Policy { return b.policy(ctx) }

// DecideIn is Decide for a request.
func (b *Browser) DecideIn(ctx context.Context, who access.Principal, a access.Action, r access.Resource) access.Decision {
	return b.policy(ctx).Decide(who, a, r)
}

// DecideSomewhereIn is DecideSomewhere for a request.
func (b *Browser) DecideSomewhereIn(ctx context.Context, who access.Principal, a access.Action) access.Decision {
	return b.policy(ctx).DecideSomewhere(who, a)
}

// Policy is the version of the policy in force.
func (b *Browser) Policy() string { return b.rules.Policy().Version() }

// begin writes down that who is about to read payload of t; the answer completes the entry.
func (b *Browser) begin(ctx context.Context, who access.Principal, t Target, ranges []string, filter string) (func(records int, err error) error, error) {
	return b.beginAs(ctx, who, access.JobRead, t, ranges, filter)
}

// beginAs is begin for another action than to look.
func (b *Browser) beginAs(ctx context.Context, who access.Principal, a access.Action, t Target, ranges []string, filter string) (func(records int, err error) error, error) {
	i := b.intent(ctx, who, a, t.Resource, ranges)
	i.Filter = filter
	b.underGrants(ctx, who, &i)
	receipt, err := b.auditor.Begin(ctx, i)
	if err != nil {
		return nil, fmt.Errorf("writing down a read: %w", err)
	}
	return func(records int, failed error) error {
		r := access.Result{Outcome: access.OutcomeOK, Records: records}
		if failed != nil {
			r.Outcome = access.OutcomeFailed
		}
		if records > 0 {
			r.Classes = b.policy(ctx).LiftedUnder(who, t.Resource)
		}
		// The reader may be gone; what they read is written down all the same.
		if err := b.auditor.End(context.WithoutCancel(ctx), receipt, r); err != nil {
			return fmt.Errorf("writing down what was read: %w", err)
		}
		return nil
	}, nil
}

// Change writes down that who is about to change something, does it, and writes down what became of it. ErrAudit: nothing was
// done.
func (b *Browser) Change(ctx context.Context, who access.Principal, a access.Action, r access.Resource, what []string, why string, do func() error) error {
	i := b.intent(ctx, who, a, r, what)
	i.Reason = why
	b.underGrants(ctx, who, &i)
	return b.change(ctx, i, do)
}

// ChangeGrant is Change of a grant: the entry names it.
func (b *Browser) ChangeGrant(ctx context.Context, who access.Principal, a access.Action, r access.Resource, grant string, what []string, why string, do func() error) error {
	i := b.intent(ctx, who, a, r, what)
	i.Grant, i.Reason = grant, why
	return b.change(ctx, i, do)
}

func (b *Browser) change(ctx context.Context, i access.Intent, do func() error) error {
	receipt, err := b.auditor.Begin(ctx, i)
	if err != nil {
		return fmt.Errorf("writing down a change: %w", err)
	}
	failed := do()
	result := access.Result{Outcome: access.OutcomeOK}
	if failed != nil {
		result.Outcome = access.OutcomeFailed
	}
	if err := b.auditor.End(context.WithoutCancel(ctx), receipt, result); err != nil && failed == nil {
		return fmt.Errorf("writing down what was changed: %w", err)
	}
	return failed
}

// Read writes down that who is about to read something that is no recording, reads it, and writes down how many records it gave. ErrAudit:
// nothing was read.
func (b *Browser) Read(ctx context.Context, who access.Principal, a access.Action, r access.Resource, what []string, read func() (records int, err error)) error {
	end, err := b.beginAs(ctx, who, a, Target{Resource: r}, what, "")
	if err != nil {
		return err
	}
	records, failed := read()
	return errors.Join(failed, end(records, failed))
}

// NoteGrant writes down what became of a grant by itself. Errors wrap ErrAudit.
func (b *Browser) NoteGrant(ctx context.Context, who access.Principal, a access.Action, r access.Resource, grant string, what []string, why string) error {
	i := b.intent(ctx, who, a, r, what)
	i.Grant, i.Reason = grant, why
	if err := b.auditor.Event(context.WithoutCancel(ctx), i, access.Result{Outcome: access.OutcomeOK}); err != nil {
		return fmt.Errorf("writing down an event: %w", err)
	}
	return nil
}

// Note writes down what has no two phases: a refusal, a login, a change that happened by itself. Errors wrap ErrAudit.
func (b *Browser) Note(ctx context.Context, who access.Principal, a access.Action, r access.Resource, outcome access.Outcome, what []string, why string) error {
	i := b.intent(ctx, who, a, r, what)
	i.Reason = why
	if err := b.auditor.Event(context.WithoutCancel(ctx), i, access.Result{Outcome: outcome}); err != nil {
		return fmt.Errorf("writing down an event: %w", err)
	}
	return nil
}

// intent is what all that is written down has in common.
func (b *Browser) intent(ctx context.Context, who access.Principal, a access.Action, r access.Resource, what []string) access.Intent {
	return access.Intent{
		Principal: who.ID, Roles: who.Roles, Client: clientOf(ctx), Action: a, Resource: r, Ranges: what, Policy: b.policy(ctx).Version(),
	}
}

// underGrants names in what is written down the grants that who may see more by, with the reasons that were given for them.
func (b *Browser) underGrants(ctx context.Context, who access.Principal, i *access.Intent) {
	for _, g := range b.policy(ctx).Under(who, i.Resource) {
		i.Grant, i.Reason = joinedBy(", ", i.Grant, g.ID), joinedBy("; ", i.Reason, g.Reason)
	}
}

func joinedBy(between, a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + between + b
}

type clientKey struct{}

// WithClient names the address that a request came from, for the audit log.
func WithClient(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, clientKey{}, address)
}

func clientOf(ctx context.Context) string {
	if s, ok := ctx.Value(clientKey{}).(string); ok {
		return s
	}
	return "local"
}
