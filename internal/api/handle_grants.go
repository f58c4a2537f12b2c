package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/grant"
)

// grantRoutes are about what people are given for a while. Which rule a request is about stands in its body or in a grant, so that routes let in whoever
// may do it with some rule, and handlers decide about the one. Lists have the caller's own, and of others what the caller may decide about.
func (s *service) grantRoutes() {
	get(s, route{"grants", "/grants", anyone, "The caller's grants, and those that they may approve, newest first", nil}, s.grantList)
	get(s, route{"grant-rules", "/grant-rules", anyone, "What the caller may ask for", nil}, s.grantRules)
	register(s, http.MethodPost, route{"grant-request", "/grants", access.GrantRequest, "Ask for a grant; where nobody has to approve it, it is in force at once", some}, s.askGrant)
	register(s, http.MethodPost, route{"grant-approve", "/grants/{id}/approve", access.GrantApprove, "Put what somebody else asked for in force, from now on", some}, s.approveGrant)
	register(s, http.MethodPost, route{"grant-refuse", "/grants/{id}/refuse", access.GrantApprove, "Refuse what somebody else asked for", some}, s.refuseGrant)
	register(s, http.MethodDelete, route{"grant-end", "/grants/{id}", anyone, "End a grant of the caller's, or one that they may approve, before its time", nil}, s.endGrant)
}

// grants refuses where nobody grants anything.
func (s *service) grants() (*grant.Keeper, error) {
	if s.Grants == nil {
		return nil, problem(http.StatusConflict, "this server grants nothing", "open the recording on the server that has recorded it")
	}
	return s.Grants, nil
}

// mayDecide tells whether the caller has the right to decide about grants of a rule.
func (s *service) mayDecide(ctx context.Context, rule string) access.Decision {
	return s.Browser.DecideIn(ctx, caller(ctx), access.GrantApprove, access.GrantResource(rule))
}

func (s *service) grantOf(ctx context.Context, g *grant.Grant) Grant {
	who := caller(ctx)
	may := s.mayDecide(ctx, g.Rule).Allowed
	return Grant{
		ID: g.ID, Rule: g.Rule, Principal: g.Principal, Name: g.Name, Via: g.Via, Clear: all(g.Clear), Role: g.Role, Resources: all(g.Resources), Reason: g.Reason,
		Seconds: I64(g.For / time.Second), Asked: at(g.Asked), State: string(g.State), Began: at(g.Began), Until: at(g.Until), Approver: g.Approver, Over: at(g.Over), By: g.By, Why: g.Why,
		Yours: g.Of(who), Decide: may && g.MayDecide(who) == nil, End: g.State.Open() && (may || g.Of(who)),
	}
}

func (s *service) grantList(ctx context.Context, _ *none) (List[Grant], error) {
	out := []Grant{}
	if s.Grants != nil {
		for _, g := range s.Grants.List(caller(ctx), func(g *grant.Grant) bool { return s.mayDecide(ctx, g.Rule).Allowed }) {
			out = append(out, s.grantOf(ctx, &g))
		}
	}
	return listOf("grant", out), nil
}

func (s *service) grantRules(ctx context.Context, _ *none) (List[GrantRule], error) {
	out := []GrantRule{}
	policy := s.Browser.PolicyIn(ctx)
	for _, r := range policy.GrantRules() {
		if s.Grants != nil && policy.Decide(caller(ctx), access.GrantRequest, access.GrantResource(r.Name)).Allowed {
			out = append(out, GrantRule{
				Name: r.Name, Clear: all(policy.GrantClasses(r)), Role: r.Role, Resources: all(r.Resources), Seconds: I64(r.For / time.Second), Usual: I64(min(r.For, access.GrantDefault) / time.Second), Approve: r.Approve,
			})
		}
	}
	return listOf("grant-rule", out), nil
}

func (s *service) askGrant(ctx context.Context, in *grantRequest) (out Grant, err error) {
	k, err := s.grants()
	if err != nil {
		return out, err
	}
	who, w := caller(ctx), in.Body
	on := access.GrantResource(w.Rule)
	if d := s.Browser.DecideIn(ctx, who, access.GrantRequest, on); !d.Allowed {
		return out, s.refusedGrant(ctx, access.GrantRequest, on, nil, d.Err())
	}
	length := time.Duration(min(max(int64(w.Seconds), -1), int64(access.GrantMost/time.Second)+1)) * time.Second
	g, err := k.Plan(who, grant.Wish{Rule: w.Rule, Clear: w.Clear, Resources: w.Resources, For: length, Reason: w.Reason})
	if err != nil {
		return out, err
	}
	err = s.Browser.ChangeGrant(ctx, who, access.GrantRequest, on, g.ID, granted(&g), g.Reason, func() (err error) {
		g, err = k.Take(g)
		return err
	})
	if err != nil {
		return out, err
	}
	return s.grantOf(ctx, &g), nil
}

// granted says for the audit log what somebody is given.
func granted(g *grant.Grant) []string {
	what := []string{"to " + g.Principal, "for " + g.For.String()}
	if g.Via != "" {
		what = append(what, "and to "+g.Via)
	}
	if len(g.Clear) > 0 {
		what = append(what, "classes "+strings.Join(g.Clear, " "))
	}
	if g.Role != "" {
		what = append(what, "role "+g.Role)
	}
	for _, r := range g.Resources {
		what = append(what, "on "+r)
	}
	return what
}

// refusedGrant writes a refusal down, and gives its error.
func (s *service) refusedGrant(ctx context.Context, a access.Action, on access.Resource, what []string, why error) error {
	if err := s.Browser.Note(ctx, caller(ctx), a, on, access.OutcomeDenied, what, why.Error()); err != nil {
		s.Log.Error("a refusal was not written into the audit log", "request_id", requestID(ctx), "error", err)
	}
	return why
}

// deciding finds a grant that the caller wants to decide about, and refuses who may not.
func (s *service) deciding(ctx context.Context, id string, a access.Action) (*grant.Keeper, grant.Grant, error) {
	k, err := s.grants()
	if err != nil {
		return nil, grant.Grant{}, err
	}
	g, err := k.Find(id)
	if err != nil {
		return nil, g, err
	}
	on, what := access.GrantResource(g.Rule), []string{"grant " + g.ID}
	if d := s.mayDecide(ctx, g.Rule); !d.Allowed {
		return nil, g, s.refusedGrant(ctx, a, on, what, d.Err())
	}
	if err := g.MayDecide(caller(ctx)); err != nil {
		if errors.Is(err, grant.ErrOwn) {
			return nil, g, s.refusedGrant(ctx, a, on, what, err)
		}
		return nil, g, err
	}
	return k, g, nil
}

func (s *service) approveGrant(ctx context.Context, in *grantPath) (out Grant, err error) {
	k, g, err := s.deciding(ctx, in.ID, access.GrantApprove)
	if err != nil {
		return out, err
	}
	err = s.Browser.ChangeGrant(ctx, caller(ctx), access.GrantApprove, access.GrantResource(g.Rule), g.ID, granted(&g), g.Reason, func() (err error) {
		g, err = k.Approve(caller(ctx), in.ID)
		return err
	})
	if err != nil {
		return out, err
	}
	return s.grantOf(ctx, &g), nil
}

func (s *service) refuseGrant(ctx context.Context, in *grantRefusal) (out Grant, err error) {
	k, g, err := s.deciding(ctx, in.ID, access.GrantRefuse)
	if err != nil {
		return out, err
	}
	why := ""
	if in.Body != nil {
		why = in.Body.Why
	}
	err = s.Browser.ChangeGrant(ctx, caller(ctx), access.GrantRefuse, access.GrantResource(g.Rule), g.ID, granted(&g), why, func() (err error) {
		g, err = k.Refuse(caller(ctx), in.ID, why)
		return err
	})
	if err != nil {
		return out, err
	}
	return s.grantOf(ctx, &g), nil
}

func (s *service) endGrant(ctx context.Context, in *grantEnding) (out Grant, err error) {
	k, err := s.grants()
	if err != nil {
		return out, err
	}
	g, err := k.Find(in.ID)
	if err != nil {
		return out, err
	}
	on := access.GrantResource(g.Rule)
	if d := s.mayDecide(ctx, g.Rule); !d.Allowed && !g.Of(caller(ctx)) {
		return out, s.refusedGrant(ctx, access.GrantEnd, on, []string{"grant " + g.ID}, fmt.Errorf("%w: it is somebody else's", access.ErrDenied))
	}
	err = s.Browser.ChangeGrant(context.WithoutCancel(ctx), caller(ctx), access.GrantEnd, on, g.ID, granted(&g), in.Why, func() (err error) {
		g, err = k.End(caller(ctx), in.ID, in.Why)
		return err
	})
	if err != nil {
		return out, err
	}
	return s.grantOf(ctx, &g), nil
}
