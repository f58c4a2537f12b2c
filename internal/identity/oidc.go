package identity

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/sightglass/sightglass/internal/dial"
)

// Bindings are the roles that claims of the identity provider give; access.Policy.RolesOf is one. None: the person may not come in.
type Bindings func(claims map[string]any) []string

// OIDC is how to ask an OpenID Connect provider. Issuer, ClientID, BaseURL and Bindings are required.
type OIDC struct {
	Issuer       string // https, but on loopback
	ClientID     string
	ClientSecret string   // empty = a public client; PKCE protects the code either way
	Scopes       []string // besides openid
	Audience     string   // of JWTs that programs show; empty = none is taken
	BaseURL      string   // of this server, as browsers reach it; the provider sends them back below it
	Name         string   // on the login page; empty = the issuer's host
	Bindings     Bindings
}

// algorithms that signatures may have: asymmetric ones, so that nobody can sign with a key that is public.
var algorithms = []string{oidc.RS256, oidc.PS256, oidc.ES256, oidc.EdDSA}

const (
	skew = 60 * time.Second // that clocks may differ by
	// rolesEvery is how often a session's roles are asked for again, where the provider gave a refresh token.
	rolesEvery = 15 * time.Minute
	// discoverAgain is how long a provider that did not answer is left alone.
	discoverAgain = 5 * time.Second
	// providerPatience bounds one request to the provider.
	providerPatience = 10 * time.Second
)

// Errors that a login is refused with.
var (
	errOverage = errors.New("the claims name a place elsewhere for groups, so they are not complete")
	errInvalid = errors.New("what the identity provider sent does not hold")
)

// provider is the identity provider. It is discovered when it is first needed. Safe for concurrent use.
type provider struct {
	OIDC
	now    func() time.Time
	http   *http.Client
	keys   *keysOnce
	sealed []byte // key of what browsers keep during a login; another start has another one

	mu     sync.Mutex
	found  *discovered
	failed time.Time
	used   map[string]time.Time // state of logins that came back → when it may be forgotten

	refreshing [16]sync.Mutex // by the first digit of a session's hash
}

// discovered is what the provider says of itself.
type discovered struct {
	oauth  oauth2.Config
	keySet oidc.KeySet
}

func newProvider(o OIDC, transport http.RoundTripper, now func() time.Time) (*provider, error) {
	if err := CheckIssuer(o.Issuer); err != nil {
		return nil, err
	}
	switch {
	case o.ClientID == "":
		return nil, errors.New("an identity provider without a client id")
	case o.Audience == o.ClientID:
		return nil, errors.New("the audience of programs is the client id: tokens that are made for people's logins would pass for programs")
	case o.Bindings == nil:
		return nil, errors.New("an identity provider without bindings of claims to roles")
	}
	if transport == nil {
		transport = dial.Transport(providerPatience)
	}
	keys := &keysOnce{next: &bounded{transport}, now: now}
	p := &provider{OIDC: o, now: now, keys: keys, used: map[string]time.Time{}, sealed: newSealKey()}
	p.http = &http.Client{
		Transport: keys, Timeout: providerPatience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // what was configured is asked, nobody else
	}
	return p, nil
}

func newSealKey() []byte {
	id := newSessionID()
	return id[:]
}

// CheckIssuer tells what is wrong with the address of an issuer; nil = nothing.
func CheckIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("%q is no address of an issuer, as https://login.example.com/realms/main", issuer)
	}
	if u.Scheme == "http" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1" {
		return fmt.Errorf("the issuer %s is not reached by TLS: anybody on the way could log in as anybody", issuer)
	}
	return nil
}

func (p *provider) label() string {
	if p.Name != "" {
		return p.Name
	}
	u, err := url.Parse(p.Issuer)
	if err != nil {
		return p.Issuer
	}
	return u.Hostname()
}

// principal is the id of somebody of the provider: issuer and subject. An e-mail address can be given to somebody else.
func (p *provider) principal(subject string) string { return "oidc:" + p.Issuer + "#" + subject }

// get discovers the provider, once. ErrProvider.
func (p *provider) get() (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	if now := p.now(); now.Sub(p.failed) < discoverAgain {
		return nil, ErrProvider
	}
	d, err := p.discover()
	if err != nil {
		p.failed = p.now()
		return nil, fmt.Errorf("%w: discovering %s: %w", ErrProvider, p.Issuer, err)
	}
	p.found = d
	return d, nil
}

func (p *provider) discover() (*discovered, error) {
	ctx := oidc.ClientContext(context.Background(), p.http) // the library keeps it for later requests
	found, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, err
	}
	var more struct {
		Keys    string   `json:"jwks_uri"`
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&more); err != nil {
		return nil, errors.New("its description cannot be read")
	}
	endpoint := found.Endpoint()
	for _, address := range []string{endpoint.AuthURL, endpoint.TokenURL, more.Keys} {
		if err := CheckIssuer(withoutQuery(address)); err != nil {
			return nil, fmt.Errorf("its description: %w", err)
		}
	}
	// Said rather than tried out: a try that fails may use the code up.
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if p.ClientSecret == "" || len(more.Methods) > 0 && !slices.Contains(more.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	p.keys.set(more.Keys)
	return &discovered{
		oauth: oauth2.Config{
			ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: endpoint, RedirectURL: strings.TrimSuffix(p.BaseURL, "/") + backPath,
			Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...),
		},
		keySet: oidc.NewRemoteKeySet(ctx, more.Keys),
	}, nil
}

func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// call is the context of a request to the provider. It outlives the browser's request: an answer that nobody waits for any more may hold a
// refresh token in place of the one before.
func (p *provider) call(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	return oidc.ClientContext(ctx, p.http), stop
}

// verify checks the signature of a JWT, whom it is from and for, and when it holds. Errors: errInvalid, ErrProvider when its keys cannot be had.
func (p *provider) verify(ctx context.Context, d *discovered, raw, audience string) (*oidc.IDToken, map[string]any, error) {
	keys := &watchedKeys{KeySet: d.keySet}
	// Times are checked below: the library knows no skew.
	v := oidc.NewVerifier(p.Issuer, keys, &oidc.Config{ClientID: audience, SupportedSigningAlgs: algorithms, SkipExpiryCheck: true})
	token, err := v.Verify(ctx, raw)
	if keys.down {
		return nil, nil, fmt.Errorf("%w: reading its keys", ErrProvider)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errInvalid, err)
	}
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return nil, nil, fmt.Errorf("%w: its claims cannot be read", errInvalid)
	}
	now := p.now()
	switch {
	case token.Subject == "" || len(token.Subject) > 255:
		return nil, nil, fmt.Errorf("%w: it names nobody", errInvalid)
	case token.Expiry.IsZero() || !now.Before(token.Expiry.Add(skew)):
		return nil, nil, fmt.Errorf("%w: it has expired", errInvalid)
	case notYet(claims, "nbf", now) || notYet(claims, "iat", now):
		return nil, nil, fmt.Errorf("%w: it does not hold yet; do the clocks differ?", errInvalid)
	case claims["cnf"] != nil:
		return nil, nil, fmt.Errorf("%w: it is bound to a key that nobody shows here", errInvalid)
	}
	return token, claims, nil
}

// notYet tells whether a time among the claims lies ahead; one that is no number does.
func notYet(claims map[string]any, name string, now time.Time) bool {
	at, there := claims[name]
	if !there {
		return false
	}
	seconds, ok := at.(float64)
	return !ok || seconds > float64(now.Add(skew).Unix())
}

// whole refuses claims that are not all there: no groups would be taken for none. Providers do so when somebody is in many groups.
func whole(claims map[string]any) error {
	if _, elsewhere := claims["_claim_names"]; elsewhere {
		return errOverage
	}
	if more, _ := claims["hasgroups"].(bool); more {
		return errOverage
	}
	return nil
}

// accountOf is who claims are about. errOverage.
func (p *provider) accountOf(subject string, claims map[string]any) (account, error) {
	if err := whole(claims); err != nil {
		return account{}, err
	}
	a := account{id: p.principal(subject), name: subject, roles: p.Bindings(claims), stamp: "person", secret: "person"}
	for _, claim := range []string{"name", "preferred_username"} {
		if text, _ := claims[claim].(string); plainText(text, 100) != "" {
			a.name = plainText(text, 100)
			break
		}
	}
	return a, nil
}

// claimNames are the names of claims, for the page that says why they gave no role; no values.
func claimNames(claims map[string]any) []string {
	names := slices.Sorted(maps.Keys(claims))
	for i, n := range names {
		names[i] = plainText(n, 100)
	}
	return names[:min(len(names), 100)]
}

// watchedKeys tells a signature that does not hold from keys that cannot be had: the verifier's error does not.
type watchedKeys struct {
	oidc.KeySet
	down bool
}

// VerifySignature is part of oidc.KeySet.
func (k *watchedKeys) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, jwt)
	k.down = errors.Is(err, errKeys)
	return payload, err
}
