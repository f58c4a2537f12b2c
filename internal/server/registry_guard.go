package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/registry/rest"
)

// registryGuard asks who calls the registry, and access what they may do. On loopback, where nobody is asked, it is the person at this machine.
func (s *Server) registryGuard(o Options) rest.Guard {
	return &registryGuard{s, authenticator(s.gate, o.User)}
}

type registryGuard struct {
	server       *Server
	authenticate func(*http.Request) (access.Principal, error)
}

// Enter is rest.Guard. Clients of registries know Basic alone: a token is the password then, whatever the name.
func (g *registryGuard) Enter(r *http.Request) (rest.Caller, error) {
	if _, token, ok := r.BasicAuth(); ok {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token)
	}
	who, err := g.authenticate(r)
	switch {
	case errors.Is(err, api.ErrUnknownCaller):
		return nil, rest.ErrUnknown
	case err != nil:
		return nil, rest.ErrLater
	}
	ctx, done := g.server.browser.Pin(browse.WithClient(r.Context(), r.RemoteAddr), who)
	return &registryCaller{g.server, who, ctx, done}, nil
}

// registryCaller is one request's. The context that it got has the policy that the request is decided under.
type registryCaller struct {
	server *Server
	who    access.Principal
	pinned context.Context
	done   func()
}

func (c *registryCaller) Name() string { return c.who.ID }

func (c *registryCaller) Done() { c.done() }

// registryActions are access's words for what callers do.
var registryActions = map[rest.Action]access.Action{
	rest.Read: access.SchemaRead, rest.Register: access.SchemaRegister, rest.Delete: access.SchemaDelete, rest.Configure: access.SchemaConfigure,
}

// registryResource is registry/subject/NAME, and registry/context/NAME for what is of a whole context; registry/context/. is of everything.
func registryResource(s registry.Subject) access.Resource {
	if s.Name == "" {
		return access.ResourceOf("registry", "context", s.Context)
	}
	return access.ResourceOf("registry", "subject", s.String())
}

func (c *registryCaller) May(_ context.Context, a rest.Action, s registry.Subject) string {
	d := c.server.browser.DecideIn(c.pinned, c.who, registryActions[a], registryResource(s))
	if d.Allowed {
		return ""
	}
	return c.who.Name + " may not " + string(registryActions[a]) + " on " + string(registryResource(s)) + ": " + d.Reason
}

func (c *registryCaller) Refused(_ context.Context, a rest.Action, s registry.Subject, why string) {
	if err := c.server.browser.Note(c.pinned, c.who, registryActions[a], registryResource(s), access.OutcomeDenied, []string{"schema registry"}, why); err != nil {
		c.server.log.Error("a refusal was not written into the audit log", "error", err)
	}
}

func (c *registryCaller) Change(_ context.Context, a rest.Action, s registry.Subject, what string, do func() error) error {
	err := c.server.browser.Change(c.pinned, c.who, registryActions[a], registryResource(s), []string{what}, "", do)
	if errors.Is(err, browse.ErrAudit) {
		return &registry.Error{Code: registry.CodeStore, Message: "The change could not be written into the audit log, so it was not made"}
	}
	return err
}
