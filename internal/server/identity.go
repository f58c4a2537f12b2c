package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/identity"
)

// UsersFile is the file of local users of a data folder.
func UsersFile(data string) string { return filepath.Join(data, identity.UsersFile) }

// openGate is nil when everybody who reaches the listener may look: one person's server on loopback.
func (s *Server) openGate(x secrets) (*identity.Gate, error) {
	if !s.cfg.Auth.For(s.cfg.Listen) {
		return nil, nil
	}
	o := identity.Options{
		Meta: s.meta, Now: s.now, Log: s.log, ServerToken: x.token, Record: s.recordLogin,
		Secure: s.cfg.TLS.For(s.cfg.Listen) || strings.HasPrefix(s.cfg.Login.PublicURL, "https://"),
	}
	if s.cfg.Login.Uses(config.LoginUsers) {
		o.Users = identity.OpenUsers(UsersFile(s.cfg.Data))
	}
	if l := s.cfg.Login; l.Uses(config.LoginOIDC) {
		secret := ""
		if l.SecretFile != "" {
			raw, err := os.ReadFile(l.SecretFile)
			if err != nil {
				return nil, fmt.Errorf("setting oidc-client-secret-file: %w", err)
			}
			if secret = string(bytes.TrimSpace(raw)); secret == "" {
				return nil, fmt.Errorf("setting oidc-client-secret-file: %s is empty", l.SecretFile)
			}
		}
		o.OIDC = &identity.OIDC{
			Issuer: l.Issuer, ClientID: l.ClientID, ClientSecret: secret, Scopes: l.Scopes, Audience: l.Audience, Name: l.ProviderName,
			BaseURL:  or(l.PublicURL, s.webURL()),
			Bindings: func(claims map[string]any) []string { return s.rules.force.Policy().RolesOf(claims) },
		}
	}
	g, err := identity.New(o)
	if err != nil {
		return nil, fmt.Errorf("setting login: %w", err)
	}
	return g, nil
}

// recordLogin writes into the audit log that somebody came or went.
func (s *Server) recordLogin(ctx context.Context, client string, who access.Principal, what access.Action, failed error) error {
	err := s.browser.Change(browse.WithClient(ctx, client), who, what, "server", nil, "", func() error { return failed })
	if failed != nil && errors.Is(err, failed) {
		return nil // it was written down
	}
	return err
}

// authenticator finds out who calls. Without a gate it is the person at this machine.
func authenticator(g *identity.Gate, user string) func(*http.Request) (access.Principal, error) {
	if user == "" {
		user = "local"
	}
	return func(r *http.Request) (access.Principal, error) {
		if g == nil {
			who := access.LocalPrincipal(user)
			who.Way = identity.WayNone
			return who, nil
		}
		who, err := g.Authenticate(r)
		switch {
		case errors.Is(err, identity.ErrUnknown):
			return access.Principal{}, api.ErrUnknownCaller
		case errors.Is(err, identity.ErrProvider):
			return access.Principal{}, api.ErrAskLater
		}
		return who, err
	}
}

// loginsOf are the API's tokens and sessions; nil when nobody logs in.
func loginsOf(g *identity.Gate) api.Logins {
	if g == nil {
		return nil
	}
	return &logins{g}
}

type logins struct{ gate *identity.Gate }

func (l *logins) Tokens(ctx context.Context, who access.Principal) ([]api.Token, error) {
	list, err := l.gate.Tokens(ctx, who)
	out := make([]api.Token, 0, len(list))
	for _, t := range list {
		out = append(out, shownToken(t))
	}
	return out, err
}

func (l *logins) MakeToken(ctx context.Context, who access.Principal, w api.TokenRequest) (api.MadeToken, error) {
	wish := identity.TokenWish{Name: w.Name, Expires: w.Expires}
	if len(w.Roles) > 0 {
		wish.Roles = w.Roles
	}
	for _, a := range w.Scope {
		wish.Scope = append(wish.Scope, access.Action(a))
	}
	t, text, err := l.gate.MakeToken(ctx, who, wish)
	if err != nil {
		return api.MadeToken{}, refusedLogin(err)
	}
	return api.MadeToken{Token: shownToken(t), Value: text}, nil
}

func (l *logins) RevokeToken(ctx context.Context, who access.Principal, id string) (api.Token, error) {
	t, err := l.gate.RevokeToken(ctx, who, id)
	return shownToken(t), refusedLogin(err)
}

func (l *logins) Sessions(ctx context.Context, who access.Principal) ([]api.Session, error) {
	list, err := l.gate.Sessions(ctx, who)
	out := make([]api.Session, 0, len(list))
	for _, s := range list {
		out = append(out, api.Session{
			ID: s.ID, Way: s.Way, From: s.From, Browser: s.Browser, Current: s.ID == who.Session,
			Began: api.TimeOf(s.Begun), Seen: api.TimeOf(s.Seen), Ends: api.TimeOf(s.Ends),
		})
	}
	return out, err
}

func (l *logins) EndSession(ctx context.Context, who access.Principal, id string) error {
	return refusedLogin(l.gate.EndSession(ctx, who, id))
}

func shownToken(t identity.Token) api.Token {
	scope := make([]string, 0, len(t.Scope))
	for _, a := range t.Scope {
		scope = append(scope, string(a))
	}
	return api.Token{ID: t.ID, Name: t.Name, Roles: append([]string{}, t.Roles...), Scope: scope, Created: api.TimeOf(t.Created), Expires: api.TimeOf(t.Expires), Used: api.TimeOf(t.Used)}
}

// refusedLogin is an error of the gate as the API tells it.
func refusedLogin(err error) error {
	const hint = "docs/operations/login.md describes tokens and sessions"
	switch {
	case errors.Is(err, identity.ErrNotFound):
		return api.Refuse(http.StatusNotFound, "you have none of this id", "sightglass token list shows yours")
	case errors.Is(err, identity.ErrScope):
		return api.Refuse(http.StatusForbidden, identity.ErrScope.Error(), hint)
	case errors.Is(err, identity.ErrToken):
		return api.Refuse(http.StatusUnprocessableEntity, err.Error(), hint)
	}
	return err
}
