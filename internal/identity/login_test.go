package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// principal is who the browser is.
func (d *door) principal() access.Principal {
	d.t.Helper()
	who, err := d.bySession(context.Background(), d.shown().Value)
	if err != nil {
		d.t.Fatal(err)
	}
	return who
}

func (d *door) mine() []Session {
	d.t.Helper()
	list, err := d.Sessions(context.Background(), access.Principal{ID: "local:ann"})
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

func TestNameAndPasswordLogIn(t *testing.T) {
	d := openDoor(t, nil)
	d.add("ann", "support", "fraud")
	d.logIn("ann")
	if who := d.principal(); strings.Join(who.Roles, " ") != "support fraud" || who.Name != "ann" {
		t.Errorf("%+v", who)
	}
	d.client = d.browser()
	if status, body := d.post(LoginPath, "name", " ANN ", "password", goodPassword, "next", "/who"); status != 200 || body != "local:ann" {
		t.Errorf("a name in capitals: %d %s", status, body)
	}
	for what, form := range map[string][]string{
		"a wrong password":       {"name", "ann", "password", goodPassword + "x"},
		"no password":            {"name", "ann"},
		"an unknown name":        {"name", "bob", "password", goodPassword},
		"no name":                {"password", goodPassword},
		"a name that is no name": {"name", "../ann", "password", goodPassword},
		"the server's token":     {"token", ""},
	} {
		d.client = d.browser()
		d.clock.move(triesForgotten + time.Second)
		status, body := d.post(LoginPath, form...)
		if status != http.StatusForbidden || !strings.Contains(body, "Name or password is wrong.") || strings.Contains(body, goodPassword) {
			t.Errorf("%s: %d %s", what, status, body)
		}
		d.is("", what)
	}
}

func TestGuessingIsSlowedByNameAndByAddress(t *testing.T) {
	d := openDoor(t, nil)
	d.add("ann", "local")
	for i := range freeTries {
		if status, _ := d.post(LoginPath, "name", "ann", "password", "wrong wrong wrong"); status != http.StatusForbidden {
			t.Fatalf("try %d: %d", i+1, status)
		}
	}
	if status, body := d.post(LoginPath, "name", "ann", "password", goodPassword); status != http.StatusTooManyRequests || !strings.Contains(body, "1s") {
		t.Errorf("the right password at once after five wrong ones: %d %s", status, body)
	}
	if status, _ := d.post(LoginPath, "name", "bob", "password", "wrong wrong wrong"); status != http.StatusTooManyRequests {
		t.Errorf("another name from the same address: %d", status)
	}
	d.clock.move(time.Second)
	d.logIn("ann")
	// The name is forgiven, the address is not.
	if wait := d.tries.begin("name ann"); wait != 0 {
		t.Errorf("the name waits %s after a success", wait)
	}
	if x := d.tries.of["address 127.0.0.1"]; x == nil || x.failures != freeTries {
		t.Errorf("the address is forgiven: %+v", x)
	}
	for name, want := range map[string]string{
		"192.0.2.1:1": "address 192.0.2.1", "[::ffff:192.0.2.1]:1": "address 192.0.2.1", "[2001:db8:1:2:3::4]:1": "address 2001:db8:1:2::/64", "pipe": "address pipe",
	} {
		if got := addressKey(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestWaitsGrowAndEnd(t *testing.T) {
	c := &clock{at: time.Unix(1_800_000_000, 0)}
	tr := newTries(c.now)
	var last time.Duration
	for range 40 {
		wait := tr.begin("a")
		if wait > longestTry || wait > 0 && wait < last && last < longestTry {
			t.Fatalf("%s after %s", wait, last)
		}
		if wait > 0 {
			last = wait
			c.move(wait)
		}
	}
	if last != longestTry {
		t.Errorf("the longest wait is %s", last)
	}
	c.move(triesForgotten + time.Second)
	for range freeTries {
		if wait := tr.begin("a"); wait > 0 {
			t.Errorf("not forgotten: %s", wait)
		}
	}
	for i := range maxTried + 10 {
		tr.begin(string(rune(i + 0x4e00)))
	}
	if len(tr.of) > maxTried {
		t.Errorf("%d names are remembered", len(tr.of))
	}
}

func TestTheServersTokenLogsIn(t *testing.T) {
	const token = "sg_a-token-that-is-long"
	d := openDoor(t, func(o *Options, _ string, _ *clock) { o.ServerToken = token })
	if status, body := d.post(LoginPath, "token", "not it", "next", "/who"); status != http.StatusForbidden || !strings.Contains(body, "not the token") {
		t.Errorf("%d %s", status, body)
	}
	if status, body := d.post(LoginPath, "token", " "+token+"\n", "next", "/who"); status != 200 || body != ServerID {
		t.Errorf("%d %s", status, body)
	}
	cookie := d.shown()
	other := openDoorIn(t, d.dir, d.clock, func(o *Options, _ string, _ *clock) { o.ServerToken = token + "2" })
	if status, _ := other.get("/", "Cookie", cookie.Name+"="+cookie.Value); status != http.StatusUnauthorized {
		t.Errorf("a session outlives its token: %d", status)
	}
	if status, body := d.get("/", "Authorization", "Bearer "+token); status != 200 || body != ServerID {
		t.Errorf("as a bearer: %d %s", status, body)
	}
	if status, _ := d.post(LoginPath, "name", "ann", "password", goodPassword); status != http.StatusBadRequest {
		t.Errorf("a password where there are no users: %d", status)
	}
}

func TestTheFirstAdministratorNeedsTheCode(t *testing.T) {
	d := openDoor(t, nil)
	code := d.FirstCode()
	if len(code) < 26 {
		t.Fatalf("code of %d characters", len(code))
	}
	if _, body := d.get(LoginPath); !strings.Contains(body, `name="code"`) || strings.Contains(body, code) {
		t.Errorf("the page of a server without users:\n%s", body)
	}
	try := func(code, password, again string) (int, string) {
		return d.post(LoginPath, "code", code, "name", "Root", "password", password, "again", again, "next", "/who")
	}
	for what, c := range map[string]struct {
		code, password, again string
		status                int
	}{
		"another code":            {"A" + code, goodPassword, goodPassword, 403},
		"no code":                 {"", goodPassword, goodPassword, 403},
		"a short password":        {code, "short", "short", 422},
		"two passwords":           {code, goodPassword, goodPassword + "x", 422},
		"a password of nothing":   {code, "", "", 422},
		"a password that is huge": {code, strings.Repeat("x", 300), strings.Repeat("x", 300), 422},
	} {
		d.clock.move(triesForgotten + time.Second)
		if status, body := try(c.code, c.password, c.again); status != c.status {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	if status, body := try(strings.ToLower(code), goodPassword, goodPassword); status != 200 || body != "local:root" {
		t.Fatalf("with the code: %d %s", status, body)
	}
	if who := d.principal(); len(who.Roles) != 1 || who.Roles[0] != administrator {
		t.Errorf("%+v", who)
	}
	if d.FirstCode() != "" {
		t.Error("there is still a code")
	}
	if status, _ := d.post(LoginPath, "code", code, "name", "two", "password", goodPassword, "again", goodPassword); status != http.StatusForbidden {
		t.Errorf("the code works twice: %d", status)
	}
}

func TestWhatIsWrittenDownOfLogins(t *testing.T) {
	type entry struct {
		who    string
		what   access.Action
		failed bool
	}
	var log []entry
	full := false
	d := openDoor(t, func(o *Options, dir string, c *clock) {
		o.Users = users(t, dir, c)
		o.Record = func(_ context.Context, client string, who access.Principal, what access.Action, failed error) error {
			if full {
				return errors.New("no room")
			}
			log = append(log, entry{who.ID, what, failed != nil})
			return nil
		}
	})
	d.add("ann", "local")
	d.post(LoginPath, "name", "ann", "password", "wrong wrong wrong")
	d.post(LoginPath, "name", "hunter2hunter2", "password", "")
	d.logIn("ann")
	d.post(logoutPath)
	want := []entry{{"local:ann", access.SessionLogin, true}, {"local:unknown", access.SessionLogin, true}, {"local:ann", access.SessionLogin, false}, {"local:ann", access.SessionLogout, false}}
	if len(log) != len(want) {
		t.Fatalf("%+v", log)
	}
	for i := range want {
		if log[i] != want[i] {
			t.Errorf("%d: %+v, want %+v", i, log[i], want[i])
		}
	}
	full = true
	if status, _ := d.post(LoginPath, "name", "ann", "password", goodPassword); status != http.StatusServiceUnavailable {
		t.Errorf("a login that cannot be written down: %d", status)
	}
	d.is("", "a login that was not written down")
}

func TestRedirectsStayHere(t *testing.T) {
	for next, want := range map[string]string{
		"/r/abc?x=1": "/r/abc?x=1", "": "/", "https://evil.example": "/", "//evil.example": "/", "/\\evil.example": "/", "/\t/evil.example": "/", "/a\r\nb": "/", "evil": "/",
	} {
		if got := localPath(next); got != want {
			t.Errorf("%q: %q, want %q", next, got, want)
		}
	}
}

func TestThePageHasTheColoursOfTheUI(t *testing.T) {
	raw, err := os.ReadFile("../../web/src/widgets/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	dark, light, ok := strings.Cut(string(raw), `[data-theme="light"]`)
	if !ok {
		t.Fatal("the tokens have no light theme")
	}
	ours, theirs, _ := strings.Cut(pageStyle, "@media")
	pair := regexp.MustCompile(`(--[a-z0-9-]+): ?(#[0-9a-f]+)`)
	for theme, c := range map[string]struct{ page, ui string }{"light": {ours, light}, "dark": {theirs, dark}} {
		of := map[string]string{}
		for _, m := range pair.FindAllStringSubmatch(c.ui, -1) {
			of[m[1]] = m[2]
		}
		found := pair.FindAllStringSubmatch(c.page, -1)
		if len(found) < 8 {
			t.Errorf("%s: %d colours", theme, len(found))
		}
		for _, m := range found {
			if of[m[1]] != m[2] {
				t.Errorf("%s: %s is %s, in the UI %s", theme, m[1], m[2], of[m[1]])
			}
		}
	}
}

func TestThePolicyAllowsThePagesOwnStyle(t *testing.T) {
	d := openDoor(t, nil)
	answer, err := d.client.Get(d.server.URL + LoginPath)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	_, body := d.get(LoginPath)
	_, rest, _ := strings.Cut(body, "<style>")
	style, _, ok := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	if policy := answer.Header.Get("Content-Security-Policy"); !ok || !strings.Contains(policy, base64.StdEncoding.EncodeToString(sum[:])) || strings.Contains(policy, "unsafe") {
		t.Errorf("%s does not allow the style of\n%s", policy, body)
	}
	for _, name := range []string{"X-Frame-Options", "Referrer-Policy", "X-Content-Type-Options", "Cache-Control"} {
		if answer.Header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
}
