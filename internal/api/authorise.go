package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/grant"
	"github.com/sightglass/sightglass/internal/junit"
	"github.com/sightglass/sightglass/internal/policy"
	"github.com/sightglass/sightglass/internal/steering"
	"github.com/sightglass/sightglass/internal/stepping"
)

type (
	callerKey struct{}
	targetKey struct{}
)

// target is what the request is about; authorise has found it and decided on it.
func target(ctx context.Context) browse.Target {
	t, _ := ctx.Value(targetKey{}).(browse.Target)
	return t
}

// caller is who makes the request that ctx belongs to; authorise has put them there.
func caller(ctx context.Context) access.Principal {
	p, _ := ctx.Value(callerKey{}).(access.Principal)
	return p
}

// authorise finds out who calls and asks access whether they may. It answers a context that names the caller and the target and is under one policy,
// or a problem, and what has to be done at the end of the request. No parameter but those that name the resource has been read by then.
func (s *service) authorise(ctx huma.Context, r route) (_ huma.Context, done func(), _ *Problem) {
	done = func() {}
	request, _ := humago.Unwrap(ctx)
	var who access.Principal
	var err error
	if r.action == holder {
		var p *Problem
		if who, p = s.authoriseHolder(request); p != nil {
			return nil, done, p
		}
	} else if who, err = s.Authenticate(request); err != nil {
		return nil, done, unknown(err)
	}
	pinned, done := s.Browser.Pin(ctx.Context(), who)
	ctx = huma.WithContext(ctx, browse.WithClient(context.WithValue(pinned, callerKey{}, who), request.RemoteAddr))
	if r.action == anyone || r.action == holder {
		return ctx, done, nil
	}
	target := browse.Target{Resource: "server"}
	if r.target != nil {
		if target, err = r.target(s, ctx); err != nil {
			return nil, done, s.problem(ctx.Context(), r, err)
		}
	}
	if d := s.decide(ctx.Context(), who, r.action, target); !d.Allowed {
		s.noteRefusal(ctx.Context(), who, r, target.Resource, d)
		return nil, done, problem(http.StatusForbidden, who.Name+" may not "+string(r.action)+" on "+bounded(string(target.Resource)), d.Reason)
	}
	return huma.WithValue(ctx, targetKey{}, target), done, nil
}

// unknown is the answer to whom Authenticate does not know.
func unknown(err error) *Problem {
	if errors.Is(err, ErrAskLater) {
		return problem(http.StatusServiceUnavailable, "the identity provider has to confirm this session, and does not answer", "try again in a moment; the session waits")
	}
	return problem(http.StatusUnauthorized, "the request shows no valid token or session",
		"send a token as Authorization: Bearer <token> (sightglass login keeps one for this program), or log in at /auth/login")
}

func (s *service) decide(ctx context.Context, who access.Principal, a access.Action, on browse.Target) access.Decision {
	if on.Some {
		return s.Browser.DecideSomewhereIn(ctx, who, a)
	}
	return s.Browser.DecideIn(ctx, who, a, on.Resource)
}

// noteRefusal writes a refusal down. It is refused all the same when that fails: nothing is shown that would have to be known.
func (s *service) noteRefusal(ctx context.Context, who access.Principal, r route, on access.Resource, d access.Decision) {
	if err := s.Browser.Note(ctx, who, r.action, on, access.OutcomeDenied, []string{"route " + r.id}, d.Reason); err != nil {
		s.Log.Error("a refusal was not written into the audit log", "request_id", requestID(ctx), "route", r.id, "error", err)
	}
}

// refuse writes p in place of an answer.
func (s *service) refuse(ctx huma.Context, p *Problem) {
	whole := *p
	whole.RequestID = requestID(ctx.Context())
	ctx.SetHeader("Content-Type", whole.ContentType(""))
	if p.Status == http.StatusUnauthorized {
		ctx.SetHeader("WWW-Authenticate", `Bearer realm="sightglass"`)
	}
	ctx.SetStatus(p.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(whole) // the caller may be gone
}

// problem turns an error of a handler into what its caller is told. What is nobody's mistake goes to the log.
func (s *service) problem(ctx context.Context, r route, err error) *Problem {
	var p *Problem
	var ambiguous *browse.AmbiguousError
	var mistakes policy.Problems
	if p := impactProblem(err); p != nil {
		return p
	}
	switch {
	case errors.As(err, &p):
		return p
	case grantOver(ctx):
		return problem(http.StatusConflict, "a grant that this was shown under is over", "ask again: what you see is decided anew")
	case interrupted(ctx, err):
		return problem(statusClientGone, "the caller went away", "")
	case errors.As(err, &ambiguous):
		return problem(http.StatusConflict, ambiguous.What+" names more than one thing", "name one of: "+list(ambiguous.Candidates))
	case errors.As(err, &mistakes):
		return problem(http.StatusUnprocessableEntity, "the policy has "+plural(len(mistakes), "mistake"), mistakes.Error())
	case errors.Is(err, access.ErrGrant):
		return problem(http.StatusUnprocessableEntity, err.Error(), "GET "+Base+"/grant-rules has what you may ask for; docs/operations/grants.md describes it")
	case errors.Is(err, grant.ErrNotFound):
		return problem(http.StatusNotFound, err.Error(), "sightglass grant list shows what there is")
	case errors.Is(err, grant.ErrState):
		return problem(http.StatusConflict, err.Error(), "sightglass grant list shows how it stands")
	case errors.Is(err, grant.ErrFile):
		return problem(http.StatusServiceUnavailable, err.Error(), "sightglass doctor says what to do")
	case errors.Is(err, grant.ErrOwn):
		return problem(http.StatusForbidden, err.Error(), "somebody else with the right grant:approve has to")
	case errors.Is(err, browse.ErrDenied) && strings.HasPrefix(r.path, "/grants"):
		return problem(http.StatusForbidden, err.Error(), "the access policy's grants say who may ask and who may approve")
	case notificationProblem(err) != nil:
		return notificationProblem(err)
	case errors.Is(err, steering.ErrChanged):
		return problem(http.StatusConflict, err.Error(), "read it again and make the change anew")
	case errors.Is(err, steering.ErrReadOnly):
		return problem(http.StatusConflict, err.Error(), "change the policy where its file comes from")
	case errors.Is(err, steering.ErrNotFound):
		return problem(http.StatusNotFound, err.Error(), "changes of levels that are over cannot be ended")
	case errors.Is(err, steering.ErrRequest):
		return problem(http.StatusBadRequest, err.Error(), "docs/operations/policy.md describes levels")
	case errors.Is(err, stepping.ErrRequest):
		return problem(http.StatusBadRequest, err.Error(), "docs/guides/step.md describes steps and expressions")
	case errors.Is(err, stepping.ErrReplay):
		return problem(http.StatusConflict, err.Error(), "docs/guides/step.md says what a replay needs")
	case errors.Is(err, stepping.ErrBusy):
		return problem(http.StatusServiceUnavailable, err.Error(), "end one: sightglass step --end POSITION")
	case errors.Is(err, catalog.ErrInput):
		return problem(http.StatusBadRequest, err.Error(), "docs/guides/catalog.md says what may be said of what")
	case errors.Is(err, catalog.ErrDecided):
		return problem(http.StatusConflict, err.Error(), "sightglass catalog proposals lists what waits")
	case errors.Is(err, browse.ErrDenied) && strings.HasPrefix(r.path, "/catalog"):
		return problem(http.StatusForbidden, err.Error(), "docs/guides/catalog.md says who may change, propose and approve")
	case errors.Is(err, browse.ErrNotFound) && strings.HasPrefix(r.path, "/catalog"):
		return problem(http.StatusNotFound, err.Error(), "sightglass catalog search lists what there is")
	case errors.Is(err, browse.ErrDenied) && strings.HasPrefix(r.path, "/clusters"):
		return problem(http.StatusForbidden, err.Error(), "ask for a role that may do it")
	case errors.Is(err, browse.ErrDenied):
		return problem(http.StatusForbidden, err.Error(), "ask for a role that may export and sees values without masks")
	case errors.Is(err, browse.ErrUntraced):
		p := problem(http.StatusConflict, err.Error(), "run it again, which records it: sightglass replay RECORDING POSITION --to here")
		p.Type = untraced
		return p
	case errors.Is(err, browse.ErrNoExcerpt):
		return problem(http.StatusUnprocessableEntity, err.Error(), "docs/guides/export-test.md says of what tests can be made")
	case errors.Is(err, junit.ErrOptions):
		return problem(http.StatusBadRequest, err.Error(), "docs/guides/export-test.md describes what can be chosen")
	case errors.Is(err, browse.ErrCluster):
		return problem(http.StatusBadGateway, err.Error(), "look at the cluster and at what the server logs in with: setting kafka-file")
	case errors.Is(err, browse.ErrGroupActive):
		return problem(http.StatusConflict, err.Error(), "a group with members would be given its own offsets back")
	case errors.Is(err, browse.ErrNotFound) && strings.HasPrefix(r.path, "/clusters"):
		return problem(http.StatusNotFound, err.Error(), "sightglass topics and groups list what there is")
	case errors.Is(err, browse.ErrNotFound):
		return problem(http.StatusNotFound, err.Error(), "sightglass jobs, recordings and job JOB list what there is")
	case errors.Is(err, browse.ErrQuery):
		return problem(http.StatusBadRequest, err.Error(), "spec/api.md describes the parameters")
	case errors.Is(err, browse.ErrAudit):
		return problem(http.StatusServiceUnavailable, "this read could not be written into the audit log, so nothing is shown",
			"free space in the data folder, then try again")
	case errors.Is(err, audit.ErrCursor):
		return problem(http.StatusBadRequest, err.Error(), "begin again without a cursor")
	case errors.Is(err, context.DeadlineExceeded):
		return problem(http.StatusGatewayTimeout, "the answer took too long", "narrow the question: a shorter time, one operator")
	}
	s.Log.Error("request failed", "request_id", requestID(ctx), "route", r.id, "error", err)
	return problem(http.StatusInternalServerError, "the server failed on this request", "its log has the reason under the request id")
}

// grantOver tells whether a request ended because a grant did.
func grantOver(ctx context.Context) bool { return errors.Is(context.Cause(ctx), access.ErrGrantOver) }

// statusClientGone is nginx's number for it; nobody reads it but the metrics.
const statusClientGone = 499

func list(of []string) string {
	const most = 8
	text := ""
	for i, s := range of {
		if i == most {
			return text + ", …"
		}
		if i > 0 {
			text += ", "
		}
		text += s
	}
	return text
}
