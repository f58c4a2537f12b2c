package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/sightglass/sightglass/internal/access"
)

// flowFor is how long somebody may take at the provider.
const flowFor = 10 * time.Minute

// flow is a login that is at the provider. The browser keeps it, sealed, in a cookie: it comes back to the browser that began it, or not at all.
type flow struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"` // PKCE
	Next     string    `json:"p"`
	Until    time.Time `json:"u"`
}

func (g *Gate) flowCookie(value string, seconds int) *http.Cookie {
	c := &http.Cookie{Name: g.cookie() + "-login", Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: g.Secure, SameSite: http.SameSiteLaxMode}
	return c
}

// oidcBegin sends the browser to the provider.
func (g *Gate) oidcBegin(w http.ResponseWriter, r *http.Request) {
	next := localPath(r.URL.Query().Get("next"))
	d, err := g.provider.get()
	if err != nil {
		g.providerDown(w, next, err)
		return
	}
	f := flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: next, Until: g.Now().Add(flowFor)}
	text, err := json.Marshal(f)
	if err != nil {
		http.Error(w, "the login cannot begin", http.StatusInternalServerError)
		return
	}
	http.SetCookie(w, g.flowCookie(base64.RawURLEncoding.EncodeToString(sealWith(g.provider.sealed, text)), int(flowFor/time.Second)))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, d.oauth.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), http.StatusSeeOther)
}

// flowOf opens the login that a browser keeps.
func (g *Gate) flowOf(r *http.Request) (f flow, ok bool) {
	c, err := r.Cookie(g.cookie() + "-login")
	if err != nil {
		return f, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return f, false
	}
	text, err := openWith(g.provider.sealed, raw)
	if err != nil || json.Unmarshal(text, &f) != nil {
		return f, false
	}
	return f, g.Now().Before(f.Until)
}

// once tells whether a state comes back for the first time.
func (p *provider) once(f flow) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for state, until := range p.used {
		if now.After(until) {
			delete(p.used, state)
		}
	}
	if _, again := p.used[f.State]; again {
		return false
	}
	p.used[f.State] = f.Until
	return true
}

// oidcBack takes the browser back from the provider.
func (g *Gate) oidcBack(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f, ok := g.flowOf(r)
	http.SetCookie(w, g.flowCookie("", -1))
	no := func(status int, text string, claims ...string) {
		g.refused(r, access.Principal{ID: "oidc:" + g.provider.Issuer})
		page{Title: "Not logged in", Next: localPath(f.Next), Wrong: text, Claims: claims, Back: true}.show(w, status)
	}
	switch {
	case !ok || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(f.State)) != 1:
		no(http.StatusForbidden, "This answer of the provider belongs to no login that this browser began, or to one of more than ten minutes ago.")
		return
	case !g.provider.once(f):
		no(http.StatusForbidden, "This answer of the provider was used already.")
		return
	case q.Has("iss") && q.Get("iss") != g.provider.Issuer: // RFC 9207
		no(http.StatusForbidden, "This answer is from another provider.")
		return
	case q.Has("error"):
		no(http.StatusForbidden, "The provider refused: "+plainText(q.Get("error"), 64)+".")
		return
	case q.Get("code") == "":
		no(http.StatusForbidden, "The provider's answer has no code.")
		return
	}
	d, err := g.provider.get()
	if err != nil {
		g.providerDown(w, f.Next, err)
		return
	}
	got, err := g.provider.exchange(r, d, f, q.Get("code"))
	var refused *oauth2.RetrieveError
	switch {
	case errors.Is(err, ErrProvider):
		g.providerDown(w, f.Next, err)
		return
	case errors.Is(err, errOverage):
		no(http.StatusForbidden, "You are in so many groups that the provider does not list them but names a place to ask for them (_claim_names). Which roles you have cannot be told from that. "+
			"Ask an administrator to let the provider send application roles, or only the groups that are assigned to this application.")
		return
	case errors.As(err, &refused):
		g.Log.Warn("the identity provider gave no token", "status", refused.Response.StatusCode, "code", plainText(refused.ErrorCode, 64))
		no(http.StatusForbidden, "The provider gave no token for this login.")
		return
	case err != nil:
		g.Log.Warn("an answer of the identity provider was refused", "error", err)
		no(http.StatusForbidden, "What the provider sent does not hold. The server's log says why.")
		return
	}
	if err := g.keepPerson(r.Context(), got.account); err != nil {
		_ = g.failed("keeping a person", err) // the page says it
		page{Title: "Not logged in", Next: f.Next, Wrong: "The server cannot begin a session. Its log says why.", Back: true}.show(w, http.StatusServiceUnavailable)
		return
	}
	if len(got.account.roles) == 0 {
		no(http.StatusForbidden, "The provider knows you, but what it says of you gives no role here: no binding of the access policy matches. It sent these claims:", claimNames(got.claims)...)
		return
	}
	if err := g.begin(w, r, got.account, WayOIDC, got.refresh); err != nil {
		_ = g.failed("beginning a session", err) // the page says it
		page{Title: "Not logged in", Next: f.Next, Wrong: "The server cannot begin a session. Its log says why.", Back: true}.show(w, http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, f.Next, http.StatusSeeOther)
}

// providerDown says so, with the other ways in.
func (g *Gate) providerDown(w http.ResponseWriter, next string, err error) {
	g.Log.Warn("nobody can log in by the identity provider", "error", err)
	p := g.ways(next)
	p.Wrong = "The identity provider does not answer. Try again in a moment; who is logged in stays so for a while."
	w.Header().Set("Retry-After", "10")
	p.show(w, http.StatusServiceUnavailable)
}

// come is somebody whom the provider sent.
type come struct {
	account account
	claims  map[string]any
	refresh string
}

// exchange trades the code for tokens and reads who has come. Errors: ErrProvider, errOverage, errInvalid, *oauth2.RetrieveError.
func (p *provider) exchange(r *http.Request, d *discovered, f flow, code string) (come, error) {
	ctx, stop := p.call(r.Context())
	defer stop()
	token, err := d.oauth.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return come{}, unreachable(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, claims, err := p.verify(ctx, d, raw, p.ClientID)
	if err != nil {
		return come{}, err
	}
	switch azp, there := claims["azp"]; {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1:
		return come{}, errors.Join(errInvalid, errors.New("its nonce is of another login"))
	case there && azp != p.ClientID, !there && len(id.Audience) > 1:
		return come{}, errors.Join(errInvalid, errors.New("it was made for another client"))
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return come{}, errors.Join(errInvalid, errors.New("its access token is another one's"))
		}
	}
	a, err := p.accountOf(id.Subject, claims)
	if err != nil {
		return come{}, err
	}
	return come{account: a, claims: claims, refresh: token.RefreshToken}, nil
}

// unreachable makes ErrProvider of errors that say nothing about the request: no connection, and failures of the provider's own. The text of
// other errors is not passed on as it is: it may hold what was sent.
func unreachable(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode < 500 && refused.Response.StatusCode != http.StatusTooManyRequests {
		return refused
	}
	return ErrProvider
}
