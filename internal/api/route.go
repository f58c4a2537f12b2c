package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
)

// route is one line of the route table. A route without an action does not start.
type route struct {
	id      string
	path    string // below the base
	action  access.Action
	summary string
	target  func(*service, huma.Context) (browse.Target, error) // what the action is taken on; nil = the server as a whole
}

// Base is where the API lives.
const Base = "/api/v1"

// anyone is the action of routes that let everybody in who is known: they ask about themselves.
const anyone access.Action = "any"

// some is the target of lists: whoever may see any of it gets what they may see.
func some(*service, huma.Context) (browse.Target, error) {
	return browse.Target{Resource: "some of it", Some: true}, nil
}

func job(s *service, ctx huma.Context) (browse.Target, error) {
	return s.Browser.Resolve(ctx.Context(), ctx.Param("job"))
}

func recording(s *service, ctx huma.Context) (browse.Target, error) {
	return s.Browser.Resolve(ctx.Context(), ctx.Param("rec"))
}

// recordings is recording, or all of them.
func recordings(s *service, ctx huma.Context) (browse.Target, error) {
	if ctx.Param("rec") == browse.Any {
		return browse.Everything(), nil
	}
	return recording(s, ctx)
}

// answer is a body in huma's form.
type answer[T any] struct{ Body T }

func get[I, T any](s *service, r route, h func(context.Context, *I) (T, error)) {
	register(s, http.MethodGet, r, h)
}

// register registers a route of any method. What changes something writes that into the audit log by itself: it knows what.
func register[I, T any](s *service, method string, r route, h func(context.Context, *I) (T, error)) {
	registerBody(s, method, r, 0, h)
}

// registerBody is register of a route whose bodies may have so many bytes; 0 = huma's own bound of 1 MiB.
func registerBody[I, T any](s *service, method string, r route, most int64, h func(context.Context, *I) (T, error)) {
	o := s.operation(r)
	o.Method, o.MaxBodyBytes = method, most
	s.methods[r.id] = method
	huma.Register(s.huma, o, func(ctx context.Context, in *I) (*answer[T], error) {
		body, err := h(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, r, err)
		}
		return &answer[T]{Body: body}, nil
	})
}

// operation describes r to huma, with authorisation in front of it: a request is refused before its parameters are read.
func (s *service) operation(r route) huma.Operation {
	if r.action != anyone && r.action != holder && !r.action.Valid() {
		s.refused = append(s.refused, fmt.Errorf("route %s: %q is no action", r.id, r.action))
	}
	s.table = append(s.table, r)
	s.methods[r.id] = http.MethodGet
	return huma.Operation{
		OperationID: r.id,
		Method:      http.MethodGet,
		Path:        Base + r.path,
		Summary:     r.summary,
		Description: "Action: " + string(r.action),
		Middlewares: huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
			began := time.Now()
			known, done, p := s.authorise(ctx, r)
			defer done()
			if p != nil {
				s.refuse(ctx, p)
			} else {
				next(known)
			}
			if s.Observe != nil {
				s.Observe(r.id, ctx.Status(), time.Since(began))
			}
		}},
		Responses: map[string]*huma.Response{"default": {
			Description: "Error",
			Content: map[string]*huma.MediaType{"application/problem+json": {
				Schema: s.huma.OpenAPI().Components.Schemas.Schema(problemType, true, "Problem"),
			}},
		}},
	}
}
