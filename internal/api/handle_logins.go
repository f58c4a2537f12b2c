package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// loginRoutes are about the caller's own tokens and sessions, so whoever is known may ask. What a token may do is bound when it is made: never
// more than the caller.
func (s *service) loginRoutes() {
	get(s, route{"tokens", "/tokens", anyone, "The caller's tokens for programs, newest first", nil}, s.tokens)
	register(s, http.MethodPost, route{"token-create", "/tokens", anyone, "Make a token; its value is shown this once", nil}, s.makeToken)
	register(s, http.MethodDelete, route{"token-revoke", "/tokens/{id}", anyone, "End one of the caller's tokens", nil}, s.revokeToken)
	get(s, route{"sessions", "/sessions", anyone, "The caller's sessions, newest first", nil}, s.sessions)
	register(s, http.MethodDelete, route{"session-end", "/sessions/{id}", anyone, "End one of the caller's sessions", nil}, s.endSession)
}

// logins refuses where nobody logs in.
func (s *service) logins() (Logins, error) {
	if s.Logins == nil {
		return nil, problem(http.StatusConflict, "this server asks nobody who they are, so there are no tokens and sessions", "the setting auth turns that on")
	}
	return s.Logins, nil
}

func (s *service) tokens(ctx context.Context, _ *none) (List[Token], error) {
	l, err := s.logins()
	if err != nil {
		return List[Token]{}, err
	}
	list, err := l.Tokens(ctx, caller(ctx))
	return listOf("token", list), err
}

func (s *service) makeToken(ctx context.Context, in *tokenRequest) (m MadeToken, err error) {
	l, err := s.logins()
	if err != nil {
		return m, err
	}
	w := TokenRequest{Name: in.Body.Name, Roles: in.Body.Roles, Scope: in.Body.Scope}
	if w.Expires, err = expiry(in.Body.Expires, time.Now()); err != nil {
		return m, err
	}
	what := []string{"token " + w.Name + ", roles " + strings.Join(w.Roles, " ") + ", until " + w.Expires.UTC().Format(time.RFC3339)}
	err = s.Browser.Change(ctx, caller(ctx), access.APITokenCreate, "server", what, "", func() (err error) {
		m, err = l.MakeToken(ctx, caller(ctx), w)
		return err
	})
	return m, err
}

// expiry reads a time, or a duration from now.
func expiry(text string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return now.Add(d), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, problem(http.StatusBadRequest, "expires is no time", "write 2027-01-31, 2027-01-31T12:00:00Z, or a duration from now as 720h")
}

func (s *service) revokeToken(ctx context.Context, in *tokenPath) (t Token, err error) {
	l, err := s.logins()
	if err != nil {
		return t, err
	}
	err = s.Browser.Change(ctx, caller(ctx), access.APITokenRevoke, "server", []string{"token " + in.ID}, "", func() (err error) {
		t, err = l.RevokeToken(ctx, caller(ctx), in.ID)
		return err
	})
	return t, err
}

func (s *service) sessions(ctx context.Context, _ *none) (List[Session], error) {
	l, err := s.logins()
	if err != nil {
		return List[Session]{}, err
	}
	list, err := l.Sessions(ctx, caller(ctx))
	return listOf("session", list), err
}

func (s *service) endSession(ctx context.Context, in *sessionPath) (List[Session], error) {
	l, err := s.logins()
	if err != nil {
		return List[Session]{}, err
	}
	err = s.Browser.Change(ctx, caller(ctx), access.SessionEnd, "server", []string{"session " + in.ID}, "", func() error {
		return l.EndSession(ctx, caller(ctx), in.ID)
	})
	if err != nil {
		return List[Session]{}, err
	}
	list, err := l.Sessions(ctx, caller(ctx))
	return listOf("session", list), err
}
