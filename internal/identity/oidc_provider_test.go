package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// idp is an OpenID Connect provider: as the standard wants it, but for what a test bends.
type idp struct {
	t      *testing.T
	server *httptest.Server
	clock  *clock

	mu     sync.Mutex
	rsa    *rsa.PrivateKey
	ec     *ecdsa.PrivateKey
	kid    string // of the RSA key
	codes  map[string]url.Values
	grants map[string]bool // refresh tokens that are good
	count  int

	down     bool                               // every request fails
	noTokens bool                               // refreshes give no id_token
	refuse   string                             // error of refreshes
	claims   map[string]any                     // beside the standard's
	bend     func(claims map[string]any)        // of id tokens
	sign     func(claims map[string]any) string // nil = RS256
	authBend func(q url.Values)                 // of what goes back to the browser
	asked    map[string]int                     // requests by path
	lastAuth url.Values
}

func newIDP(t *testing.T, c *clock) *idp {
	t.Helper()
	p := &idp{t: t, clock: c, codes: map[string]url.Values{}, grants: map[string]bool{}, asked: map[string]int{}, claims: map[string]any{"name": "Ann Lee", "groups": []string{"support"}}}
	p.rotate("one")
	var err error
	if p.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", p.describe)
	mux.HandleFunc("/keys", p.keys)
	mux.HandleFunc("/authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked[r.URL.Path]++
		if p.down {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.server.Close)
	return p
}

func (p *idp) rotate(kid string) {
	p.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rsa, p.kid = key, kid
}

func (p *idp) with(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (p *idp) describe(w http.ResponseWriter, _ *http.Request) {
	at := p.server.URL
	answerJSON(w, http.StatusOK, map[string]any{
		"issuer": at, "authorization_endpoint": at + "/authorize", "token_endpoint": at + "/token", "jwks_uri": at + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"},
	})
}

func (p *idp) keys(w http.ResponseWriter, _ *http.Request) {
	number := func(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
	point, err := p.ec.PublicKey.Bytes()
	if err != nil {
		p.t.Error(err)
		return
	}
	answerJSON(w, http.StatusOK, map[string]any{"keys": []map[string]any{
		{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": p.kid, "n": number(p.rsa.N.Bytes()), "e": "AQAB"},
		{"kty": "EC", "use": "sig", "alg": "ES256", "kid": "curve", "crv": "P-256", "x": number(point[1:33]), "y": number(point[33:])},
	}})
}

func (p *idp) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p.lastAuth = q
	p.count++
	code := fmt.Sprintf("code-%d", p.count)
	p.codes[code] = q
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		p.t.Error(err)
		return
	}
	answer := url.Values{"code": {code}, "state": {q.Get("state")}}
	if p.authBend != nil {
		p.authBend(answer)
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	refuse := func(code string) { answerJSON(w, http.StatusBadRequest, map[string]any{"error": code}) }
	if id, secret, ok := r.BasicAuth(); !ok || id != "sightglass" || secret != "s3cret" {
		refuse("invalid_client")
		return
	}
	nonce := ""
	switch r.FormValue("grant_type") {
	case "authorization_code":
		q, ok := p.codes[r.FormValue("code")]
		delete(p.codes, r.FormValue("code"))
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !ok || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) || q.Get("redirect_uri") != r.FormValue("redirect_uri") {
			refuse("invalid_grant")
			return
		}
		nonce = q.Get("nonce")
	case "refresh_token":
		old := r.FormValue("refresh_token")
		if p.refuse != "" || !p.grants[old] {
			refuse(p.refuse + map[bool]string{true: "invalid_grant"}[p.refuse == ""])
			return
		}
		delete(p.grants, old)
	default:
		refuse("unsupported_grant_type")
		return
	}
	p.count++
	refresh := fmt.Sprintf("refresh-%d", p.count)
	p.grants[refresh] = true
	answer := map[string]any{"access_token": "at", "token_type": "Bearer", "expires_in": 300, "refresh_token": refresh}
	if nonce != "" || !p.noTokens {
		answer["id_token"] = p.idToken("sightglass", nonce)
	}
	answerJSON(w, http.StatusOK, answer)
}

func (p *idp) idToken(audience, nonce string) string {
	now := p.clock.now()
	c := map[string]any{"iss": p.server.URL, "sub": "u-1", "aud": audience, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()}
	if nonce != "" {
		c["nonce"] = nonce
	}
	maps.Copy(c, p.claims)
	if p.bend != nil {
		p.bend(c)
	}
	if p.sign != nil {
		return p.sign(c)
	}
	return p.rs256(c, p.kid)
}

func jwt(header, claims map[string]any, sign func(signed []byte) []byte) string {
	part := func(v any) string {
		raw, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	signed := part(header) + "." + part(claims)
	return signed + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(signed)))
}

func (p *idp) rs256(claims map[string]any, kid string) string {
	return jwt(map[string]any{"alg": "RS256", "kid": kid}, claims, func(signed []byte) []byte {
		sum := sha256.Sum256(signed)
		signature, err := rsa.SignPKCS1v15(nil, p.rsa, crypto.SHA256, sum[:])
		if err != nil {
			p.t.Error(err)
		}
		return signature
	})
}

func (p *idp) es256(claims map[string]any) string {
	return jwt(map[string]any{"alg": "ES256", "kid": "curve"}, claims, func(signed []byte) []byte {
		sum := sha256.Sum256(signed)
		r, s, err := ecdsa.Sign(rand.Reader, p.ec, sum[:])
		if err != nil {
			p.t.Error(err)
			return nil
		}
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	})
}

func (p *idp) none(claims map[string]any) string {
	return jwt(map[string]any{"alg": "none"}, claims, func([]byte) []byte { return nil })
}

// hs256 signs with the public key as a secret, as whoever has it can.
func (p *idp) hs256(claims map[string]any) string {
	der, err := x509.MarshalPKIXPublicKey(&p.rsa.PublicKey)
	if err != nil {
		p.t.Error(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return jwt(map[string]any{"alg": "HS256", "kid": p.kid}, claims, func(signed []byte) []byte {
		m := hmac.New(sha256.New, public)
		m.Write(signed)
		return m.Sum(nil)
	})
}

// bindings give the role that a group is called after.
func bindings(claims map[string]any) (roles []string) {
	list, _ := claims["groups"].([]any)
	for _, g := range list {
		if text, ok := g.(string); ok && !strings.HasPrefix(text, "no-") {
			roles = append(roles, text)
		}
	}
	return roles
}

// openOIDC is a gate with a provider behind it.
func openOIDC(t *testing.T) (*door, *idp) {
	t.Helper()
	var p *idp
	d := openDoor(t, func(o *Options, _ string, c *clock) {
		p = newIDP(t, c)
		o.OIDC = &OIDC{Issuer: p.server.URL, ClientID: "sightglass", ClientSecret: "s3cret", Audience: "sightglass-api", Bindings: bindings}
	})
	return d, p
}
