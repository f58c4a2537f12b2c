package identity

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/dial"
	"github.com/sightglass/sightglass/internal/store/meta"
)

func TestSomebodyOfTheProviderLogsIn(t *testing.T) {
	d, p := openOIDC(t)
	if _, body := d.get(LoginPath); !strings.Contains(body, "/auth/oidc?next=") || strings.Contains(body, "password") {
		t.Errorf("the page:\n%s", body)
	}
	id := "oidc:" + p.server.URL + "#u-1"
	if status, body := d.get(oidcPath + "?next=/who"); status != 200 || body != id {
		t.Fatalf("%d %s", status, body)
	}
	who := d.principal()
	if who.Name != "Ann Lee" || strings.Join(who.Roles, " ") != "support" || who.Way != WayOIDC {
		t.Errorf("%+v", who)
	}
	q := p.lastAuth
	if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 22 || len(q.Get("nonce")) < 22 || q.Get("response_type") != "code" || !strings.Contains(q.Get("scope"), "openid") {
		t.Errorf("asked with %v", q)
	}
	p.with(func() { p.sign = p.es256 })
	d.client = d.browser()
	if status, body := d.get(oidcPath + "?next=/who"); status != 200 || body != id {
		t.Errorf("ES256: %d %s", status, body)
	}
}

func TestWhatTheProviderMustNotSend(t *testing.T) {
	forged := func(p *idp) func(map[string]any) string {
		return func(c map[string]any) string {
			text := p.rs256(c, p.kid)
			return text[:len(text)-8] + "AAAAAAAA"
		}
	}
	for what, bend := range map[string]func(*idp){
		"another audience":   func(p *idp) { p.bend = func(c map[string]any) { c["aud"] = "other" } },
		"the API's audience": func(p *idp) { p.bend = func(c map[string]any) { c["aud"] = "sightglass-api" } },
		"many audiences":     func(p *idp) { p.bend = func(c map[string]any) { c["aud"] = []string{"sightglass", "other"} } },
		"made for another":   func(p *idp) { p.bend = func(c map[string]any) { c["azp"] = "other" } },
		"another nonce":      func(p *idp) { p.bend = func(c map[string]any) { c["nonce"] = "other" } },
		"no nonce":           func(p *idp) { p.bend = func(c map[string]any) { delete(c, "nonce") } },
		"another issuer":     func(p *idp) { p.bend = func(c map[string]any) { c["iss"] = "https://other.example" } },
		"expired":            func(p *idp) { p.bend = func(c map[string]any) { c["exp"] = p.clock.now().Add(-skew).Unix() } },
		"no end":             func(p *idp) { p.bend = func(c map[string]any) { delete(c, "exp") } },
		"not yet": func(p *idp) {
			p.bend = func(c map[string]any) { c["nbf"] = p.clock.now().Add(skew + time.Second).Unix() }
		},
		"from the future": func(p *idp) {
			p.bend = func(c map[string]any) { c["iat"] = p.clock.now().Add(skew + time.Second).Unix() }
		},
		"nobody":                  func(p *idp) { p.bend = func(c map[string]any) { delete(c, "sub") } },
		"another access token":    func(p *idp) { p.bend = func(c map[string]any) { c["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA" } },
		"alg none":                func(p *idp) { p.sign = p.none },
		"HS256 of the public key": func(p *idp) { p.sign = p.hs256 },
		"another signature":       func(p *idp) { p.sign = forged(p) },
		"an unknown key":          func(p *idp) { p.sign = func(c map[string]any) string { return p.rs256(c, "two") } },
		"no JWT":                  func(p *idp) { p.sign = func(map[string]any) string { return "x" } },
		"another state":           func(p *idp) { p.authBend = func(q url.Values) { q.Set("state", "other") } },
		"no state":                func(p *idp) { p.authBend = func(q url.Values) { q.Del("state") } },
		"no code":                 func(p *idp) { p.authBend = func(q url.Values) { q.Del("code") } },
		"another code":            func(p *idp) { p.authBend = func(q url.Values) { q.Set("code", "other") } },
		"an error":                func(p *idp) { p.authBend = func(q url.Values) { q.Set("error", "access_denied") } },
		"an answer of another":    func(p *idp) { p.authBend = func(q url.Values) { q.Set("iss", "https://other.example") } },
	} {
		t.Run(what, func(t *testing.T) {
			d, p := openOIDC(t)
			bend(p)
			status, body := d.get(oidcPath + "?next=/who")
			if status != http.StatusForbidden || !strings.Contains(body, "Try again") {
				t.Errorf("%d %s", status, body)
			}
			d.is("", what)
		})
	}
}

func TestClocksMayDifferByAMinute(t *testing.T) {
	d, p := openOIDC(t)
	p.bend = func(c map[string]any) {
		c["exp"], c["nbf"], c["iat"] = p.clock.now().Add(time.Second-skew).Unix(), p.clock.now().Add(skew).Unix(), p.clock.now().Add(skew).Unix()
	}
	if status, body := d.get(oidcPath + "?next=/who"); status != 200 {
		t.Errorf("%d %s", status, body)
	}
}

func TestKeysMayChange(t *testing.T) {
	d, p := openOIDC(t)
	if status, _ := d.get(oidcPath + "?next=/who"); status != 200 {
		t.Fatal(status)
	}
	p.rotate("two")
	d.client = d.browser()
	d.clock.move(keysAgain)
	if status, body := d.get(oidcPath + "?next=/who"); status != 200 {
		t.Errorf("after a rotation: %d %s", status, body)
	}
	// Unknown keys do not make a request each.
	before := p.asked["/keys"]
	for range 20 {
		if status, _ := d.get("/", "Authorization", "Bearer "+p.rs256(map[string]any{"iss": p.server.URL, "sub": "x"}, "three")); status != http.StatusUnauthorized {
			t.Fatal(status)
		}
	}
	if n := p.asked["/keys"] - before; n > 1 {
		t.Errorf("%d requests for keys", n)
	}
}

func TestOverageIsExplained(t *testing.T) {
	for _, claim := range []map[string]any{
		{"_claim_names": map[string]any{"groups": "src1"}, "_claim_sources": map[string]any{"src1": map[string]any{"endpoint": "https://graph.example/x"}}},
		{"hasgroups": true},
	} {
		d, p := openOIDC(t)
		p.claims = claim
		status, body := d.get(oidcPath + "?next=/who")
		if status != http.StatusForbidden || !strings.Contains(body, "_claim_names") || !strings.Contains(body, "so many groups") {
			t.Errorf("%d %s", status, body)
		}
		d.is("", "overage")
	}
}

func TestNoRoleListsTheNamesOfClaims(t *testing.T) {
	d, p := openOIDC(t)
	p.claims = map[string]any{"groups": []string{"no-role"}, "department": "secret-department"}
	status, body := d.get(oidcPath + "?next=/who")
	if status != http.StatusForbidden || !strings.Contains(body, "<li>department</li>") || !strings.Contains(body, "<li>groups</li>") || strings.Contains(body, "secret-department") || strings.Contains(body, "no-role") {
		t.Errorf("%d %s", status, body)
	}
	d.is("", "without a role")
}

func TestAnAnswerCountsOnceAndForOneBrowser(t *testing.T) {
	d, p := openOIDC(t)
	var back *url.URL
	var cookie *http.Cookie
	d.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == backPath {
			back = r.URL
			for _, c := range d.client.Jar.Cookies(r.URL) {
				if c.Name == "sg-login" {
					cookie = c
				}
			}
			return http.ErrUseLastResponse
		}
		return nil
	}
	d.get(oidcPath + "?next=/who")
	if back == nil || cookie == nil {
		t.Fatal("the browser was not sent back")
	}
	if f, err := json.Marshal(cookie.Value); err != nil || strings.Contains(string(f), p.lastAuth.Get("state")) {
		t.Error("the cookie shows the state")
	}
	victim := d.client
	d.client = &http.Client{}
	if status, _ := d.get(back.RequestURI()); status != http.StatusForbidden {
		t.Errorf("another browser brings the answer: %d", status)
	}
	d.client = victim
	d.client.CheckRedirect = nil
	if status, body := d.get(back.RequestURI()); status != 200 || !strings.HasPrefix(body, "oidc:") {
		t.Fatalf("the browser itself: %d %s", status, body)
	}
	d.client = &http.Client{}
	if status, body := d.get(back.RequestURI(), "Cookie", "sg-login="+cookie.Value); status != http.StatusForbidden || !strings.Contains(body, "used already") {
		t.Errorf("again, with the cookie: %d %s", status, body)
	}
	d.clock.move(flowFor)
	if status, body := d.get(back.RequestURI(), "Cookie", "sg-login="+cookie.Value); status != http.StatusForbidden || !strings.Contains(body, "ten minutes") {
		t.Errorf("much later: %d %s", status, body)
	}
}

// lossy drops what a client must send, as one that knows no PKCE would.
type lossy struct{ next http.RoundTripper }

func (l lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/token" {
		if err := r.ParseForm(); err != nil {
			return nil, err
		}
		r.PostForm.Del("code_verifier")
		text := r.PostForm.Encode()
		again, err := http.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), strings.NewReader(text))
		if err != nil {
			return nil, err
		}
		again.Header = r.Header.Clone()
		r = again
	}
	return l.next.RoundTrip(r)
}

func TestACodeWithoutItsVerifierIsWorthNothing(t *testing.T) {
	var p *idp
	d := openDoor(t, func(o *Options, _ string, c *clock) {
		p = newIDP(t, c)
		o.Client = lossy{http.DefaultTransport}
		o.OIDC = &OIDC{Issuer: p.server.URL, ClientID: "sightglass", ClientSecret: "s3cret", Bindings: bindings}
	})
	if status, body := d.get(oidcPath + "?next=/who"); status != http.StatusForbidden || !strings.Contains(body, "gave no token") {
		t.Errorf("%d %s", status, body)
	}
}

func TestRolesAreAskedForAgain(t *testing.T) {
	log := func(d *door, when string, want ...string) {
		t.Helper()
		who := d.principal()
		if strings.Join(who.Roles, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %v, want %v", when, who.Roles, want)
		}
	}
	d, p := openOIDC(t)
	d.get(oidcPath)
	p.with(func() { p.claims = map[string]any{"groups": []string{"fraud"}} })
	d.clock.move(rolesEvery - time.Second)
	log(d, "before it is time", "support")
	d.clock.move(time.Second)
	log(d, "when it is", "fraud")
	p.with(func() { p.noTokens = true })
	d.clock.move(rolesEvery)
	log(d, "an answer without claims", "fraud")
	p.with(func() { p.noTokens, p.down = false, true })
	d.clock.move(rolesEvery - time.Second)
	log(d, "the provider is down, and it is not time yet", "fraud")
	d.clock.move(time.Second)
	if _, err := d.bySession(context.Background(), d.shown().Value); !errors.Is(err, ErrProvider) {
		t.Errorf("the provider is down when it is time: %v", err)
	}
	p.with(func() { p.down = false })
	log(d, "it is back", "fraud")
	p.with(func() { p.refuse = "invalid_client" })
	d.clock.move(rolesEvery)
	if _, err := d.bySession(context.Background(), d.shown().Value); !errors.Is(err, ErrProvider) {
		t.Errorf("the server's own secret is wrong: %v", err)
	}
	p.with(func() { p.refuse, p.claims = "", map[string]any{"groups": []string{"no-role"}} })
	d.is("", "no role is left")
	p.with(func() { p.claims = map[string]any{"groups": []string{"fraud"}} })
	d.is("", "the session was over, roles or not")
}

func TestASessionEndsWhenTheProviderSaysSo(t *testing.T) {
	for what, bend := range map[string]func(*idp){
		"the grant is over": func(p *idp) { p.refuse = "invalid_grant" },
		"somebody else":     func(p *idp) { p.bend = func(c map[string]any) { c["sub"] = "u-2" } },
		"overage":           func(p *idp) { p.claims = map[string]any{"_claim_names": map[string]any{}} },
		"another issuer":    func(p *idp) { p.bend = func(c map[string]any) { c["iss"] = "https://other.example" } },
	} {
		d, p := openOIDC(t)
		d.get(oidcPath)
		p.with(func() { bend(p) })
		d.clock.move(rolesEvery)
		d.is("", what)
		if _, err := d.Meta.Session(context.Background(), mustID(t, d).hash()); !errors.Is(err, meta.ErrNotFound) {
			t.Errorf("%s: the session is kept: %v", what, err)
		}
	}
}

func mustID(t *testing.T, d *door) sessionID {
	t.Helper()
	id, ok := parseSessionID(d.shown().Value)
	if !ok {
		t.Fatal("no id")
	}
	return id
}

func TestRefreshTokensAreNotReadableFromTheFile(t *testing.T) {
	d, p := openOIDC(t)
	d.get(oidcPath)
	for _, name := range []string{"meta.sqlite", "meta.sqlite-wal"} {
		raw, err := os.ReadFile(d.dir + "/" + name)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for refresh := range p.grants {
			if strings.Contains(string(raw), refresh) {
				t.Errorf("%s shows a refresh token", name)
			}
		}
	}
}

func TestAProviderThatIsDownStopsLoginsOnly(t *testing.T) {
	d, p := openOIDC(t)
	p.with(func() { p.down = true })
	if status, body := d.get(oidcPath); status != http.StatusServiceUnavailable || !strings.Contains(body, "does not answer") {
		t.Errorf("%d %s", status, body)
	}
	n := p.asked["/.well-known/openid-configuration"]
	d.get(oidcPath)
	if again := p.asked["/.well-known/openid-configuration"]; again != n {
		t.Error("it is not left alone")
	}
	p.with(func() { p.down = false })
	d.clock.move(discoverAgain)
	if status, body := d.get(oidcPath + "?next=/who"); status != 200 {
		t.Errorf("it is back: %d %s", status, body)
	}
}

func TestProgramsShowTheProvidersTokens(t *testing.T) {
	d, p := openOIDC(t)
	show := func(text string) (access.Principal, error) {
		r, err := http.NewRequest(http.MethodGet, "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+text)
		return d.Authenticate(r)
	}
	who, err := show(p.idToken("sightglass-api", ""))
	if err != nil || who.ID != "oidc:"+p.server.URL+"#u-1" || who.Way != WayJWT || strings.Join(who.Roles, " ") != "support" || who.Until.IsZero() {
		t.Fatalf("%+v %v", who, err)
	}
	p.bend = func(c map[string]any) { c["cnf"] = map[string]any{"jkt": "x"} }
	bound := p.idToken("sightglass-api", "")
	p.bend = func(c map[string]any) { c["exp"] = p.clock.now().Add(-skew).Unix() }
	old := p.idToken("sightglass-api", "")
	p.bend = nil
	for what, text := range map[string]string{
		"a person's login":        p.idToken("sightglass", ""),
		"another audience":        p.idToken("other", ""),
		"expired":                 old,
		"bound to a key":          bound,
		"alg none":                p.none(map[string]any{"iss": p.server.URL, "sub": "u-1", "aud": "sightglass-api", "exp": p.clock.now().Add(time.Hour).Unix()}),
		"HS256 of the public key": p.hs256(map[string]any{"iss": p.server.URL, "sub": "u-1", "aud": "sightglass-api", "exp": p.clock.now().Add(time.Hour).Unix()}),
		"dots":                    "..",
	} {
		if _, err := show(text); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %v", what, err)
		}
	}
	p.claims = map[string]any{"groups": []string{}}
	if who, err := show(p.idToken("sightglass-api", "")); err != nil || len(who.Roles) != 0 {
		t.Errorf("without a role: %+v %v", who, err)
	}
	p.claims = map[string]any{"_claim_names": map[string]any{}}
	if _, err := show(p.idToken("sightglass-api", "")); !errors.Is(err, ErrUnknown) {
		t.Errorf("overage: %v", err)
	}
}

func TestTokensOfPeopleOfTheProviderEndWhenTheyStayAway(t *testing.T) {
	ctx := context.Background()
	d, p := openOIDC(t)
	d.get(oidcPath)
	_, text, err := d.MakeToken(ctx, d.principal(), TokenWish{Name: "ci", Expires: d.clock.now().Add(300 * 24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if who, err := d.shows(text); err != nil || strings.Join(who.Roles, " ") != "support" {
		t.Fatalf("%+v %v", who, err)
	}
	p.with(func() { p.claims = map[string]any{"groups": []string{"no-role"}} })
	d.get(oidcPath)
	if who, err := d.shows(text); err != nil || len(who.Roles) != 0 {
		t.Errorf("the owner has no role any more: %+v %v", who, err)
	}
	p.with(func() { p.claims = map[string]any{"groups": []string{"support"}} })
	d.get(oidcPath)
	d.clock.move(personKnown)
	if _, err := d.shows(text); err != nil {
		t.Errorf("a month later: %v", err)
	}
	d.clock.move(time.Second)
	if _, err := d.shows(text); !errors.Is(err, ErrUnknown) {
		t.Errorf("more than a month later: %v", err)
	}
}

// What a name of a provider leads to, or its description names, may not be where a cloud tells this machine its secrets.
func TestProvidersAtLinkLocalAddressesAreNotAsked(t *testing.T) {
	p, err := newProvider(OIDC{Issuer: "https://169.254.169.254/realm", ClientID: "a", Bindings: bindings}, nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.get(); !errors.Is(err, dial.ErrLinkLocal) || !errors.Is(err, ErrProvider) {
		t.Errorf("got %v", err)
	}
}

func TestSettingsOfAProviderAreChecked(t *testing.T) {
	for issuer, ok := range map[string]bool{
		"https://login.example.com/realms/main": true, "http://localhost:8080": true, "http://127.0.0.1:1": true,
		"http://login.example.com": false, "login.example.com": false, "": false, "https://x/?a=b": false, "https://u:p@x": false, "ftp://x": false,
	} {
		if err := CheckIssuer(issuer); (err == nil) != ok {
			t.Errorf("%q: %v", issuer, err)
		}
	}
	good := OIDC{Issuer: "https://x.example", ClientID: "a", Bindings: bindings}
	for what, change := range map[string]func(*OIDC){
		"no client": func(o *OIDC) { o.ClientID = "" }, "no bindings": func(o *OIDC) { o.Bindings = nil },
		"logins pass for programs": func(o *OIDC) { o.Audience = "a" },
	} {
		o := good
		change(&o)
		if _, err := New(Options{OIDC: &o, Now: time.Now}); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
}
