package identity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// Errors that callers decide on.
var (
	// ErrUnknown: the request shows nothing that names a caller.
	ErrUnknown = errors.New("the request shows no valid token or session")
	// ErrProvider: the identity provider has to be asked, and does not answer. The same request may do later.
	ErrProvider = errors.New("the identity provider does not answer")
)

// Ways in, as Principal.Way has them.
const (
	WayNone     = "none"         // nobody is asked: a server on loopback with one user
	WayServer   = "server-token" // the server's token
	WayPassword = "password"     // a local user
	WayOIDC     = "oidc"         // a person of the identity provider
	WayToken    = "token"        // a token that somebody made
	WayJWT      = "jwt"          // a program of the identity provider
)

// ServerID is the principal that shows the server's token.
const ServerID = "token:server"

// Options of a Gate. Meta and Now are required, and one of the ways in.
type Options struct {
	Meta        *meta.DB
	Now         func() time.Time
	ServerToken string            // empty = there is none
	Users       *Users            // nil = no local users
	OIDC        *OIDC             // nil = no identity provider
	Secure      bool              // browsers reach the server by TLS only: so do cookies
	Log         *slog.Logger      // may be nil
	Record      RecordFunc        // may be nil
	Client      http.RoundTripper // to the identity provider; nil = the default, for tests
}

// RecordFunc writes into the audit log that somebody logged in, was refused or left. A login that cannot be written down is refused.
type RecordFunc func(ctx context.Context, client string, who access.Principal, what access.Action, failed error) error

// Gate tells callers who are known from others. Safe for concurrent use.
type Gate struct {
	Options
	tries    *tries
	hashing  chan struct{} // bounds the memory that passwords take
	decoy    string        // what passwords of unknown names are held against
	first    *firstCode    // nil = no local users
	provider *provider     // nil = no identity provider
}

// hashingAtOnce bounds how many passwords are hashed at once, 64 MiB each.
const hashingAtOnce = 2

// New makes a gate. It asks nobody: an identity provider that is down keeps no server from starting.
func New(o Options) (*Gate, error) {
	if o.ServerToken == "" && o.Users == nil && o.OIDC == nil {
		return nil, errors.New("a gate without a way in")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Record == nil {
		o.Record = func(context.Context, string, access.Principal, access.Action, error) error { return nil }
	}
	g := &Gate{Options: o, tries: newTries(o.Now), hashing: make(chan struct{}, hashingAtOnce)}
	if o.Users != nil {
		g.decoy = newDecoy(o.Users.cost)
		g.first = newFirstCode()
		if _, err := o.Users.List(); err != nil {
			return nil, err
		}
	}
	if o.OIDC != nil {
		p, err := newProvider(*o.OIDC, o.Client, o.Now)
		if err != nil {
			return nil, err
		}
		g.provider = p
	}
	return g, nil
}

// Authenticate finds out who makes a request: by what it shows as a bearer, else by its session. ErrUnknown, ErrProvider.
func (g *Gate) Authenticate(r *http.Request) (access.Principal, error) {
	if shown, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return g.bearer(r, strings.TrimSpace(shown))
	}
	c, err := r.Cookie(g.cookie())
	if err != nil {
		return access.Principal{}, ErrUnknown
	}
	return g.bySession(r.Context(), c.Value)
}

func (g *Gate) bearer(r *http.Request, shown string) (access.Principal, error) {
	if g.isServerToken(shown) {
		return principalOf(g.serverAccount(), WayServer), nil
	}
	if strings.HasPrefix(shown, tokenPrefix) {
		return g.byToken(r.Context(), shown)
	}
	if g.provider != nil && g.provider.Audience != "" && strings.Count(shown, ".") == 2 {
		return g.byJWT(r, shown)
	}
	return access.Principal{}, ErrUnknown
}

// Run removes what has ended, until ctx ends.
func (g *Gate) Run(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		now := g.Now()
		err := errors.Join(
			g.Meta.ForgetSessions(ctx, now, now.Add(-sessionIdle)),
			g.Meta.ForgetTokens(ctx, now.Add(-tokenRemembered)),
			g.Meta.ForgetPersons(ctx, now.Add(-personRemembered)),
		)
		if err != nil && ctx.Err() == nil {
			g.Log.Warn("logins that have ended were not removed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// failed hides what went wrong inside from callers, and tells the log.
func (g *Gate) failed(what string, err error) error {
	g.Log.Error("a login could not be looked at", "what", what, "error", err)
	return fmt.Errorf("%s: %w", what, err)
}
