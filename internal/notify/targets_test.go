package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// verified checks a delivery as docs/operations/notifications.md tells receivers to.
func verified(secret, header string, body []byte, now time.Time) error {
	var at string
	var sums []string
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "t":
			at = value
		case "v1":
			sums = append(sums, value)
		}
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return errors.New("it is too old, or from a clock that is wrong")
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "." + string(body)))
	for _, sum := range sums {
		if given, err := hex.DecodeString(sum); err == nil && hmac.Equal(given, mac.Sum(nil)) {
			return nil
		}
	}
	return errors.New("it is not signed with this secret")
}

func TestWebhooksAreSigned(t *testing.T) {
	f, r := open(t), receive(t, nil)
	f.add(person("ann"), hook(r), secret)
	e := broken("orders", Critical)
	e.ID = "violation-1"
	f.happens(e)
	f.deliver()
	g := r.got()[0]
	if err := verified(secret, g.header.Get("Sightglass-Signature"), g.body, f.clock.now()); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"another secret": verified("another secret of a webhook", g.header.Get("Sightglass-Signature"), g.body, f.clock.now()),
		"another body":   verified(secret, g.header.Get("Sightglass-Signature"), append(g.body, ' '), f.clock.now()),
		"replayed later": verified(secret, g.header.Get("Sightglass-Signature"), g.body, f.clock.now().Add(time.Hour)),
	} {
		if err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	var all map[string]any
	if err := json.Unmarshal(g.body, &all); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"specversion": "1.0", "id": "violation-1", "source": "https://sightglass.example", "type": "io.sightglass.contract.violated.v1", "subject": "orders#email",
		"time": "2026-08-01T14:02:00Z", "datacontenttype": "application/json", "dataschema": "https://sightglass.example/api/v1/openapi.json#/components/schemas/NotificationData",
	} {
		if all[name] != want {
			t.Errorf("%s is %v, want %v", name, all[name], want)
		}
	}
	if g.header.Get("Content-Type") != "application/cloudevents+json; charset=utf-8" {
		t.Error(g.header)
	}
	if d := g.event(t).Data; d.Link != "https://sightglass.example/t/prod/orders" || *d.Facts.First != (Place{2, 4711}) {
		t.Errorf("data: %+v", d)
	}
}

// A secret is in no answer, no log line of deliveries and no file as it is.
func TestSecretsAreNotShown(t *testing.T) {
	f, r := open(t), receive(t, says(500))
	s := f.add(person("ann"), hook(r), secret)
	slack := f.add(person("ann"), Wish{Target: Target{Kind: Slack}}, r.URL+"/services/T0/B0/hidden")
	f.happens(broken("orders", Warning))
	f.deliver()
	var shown strings.Builder
	for _, v := range []any{s, slack, f.log(DeliveryQuery{})} {
		fmt.Fprintf(&shown, "%s\n", jsonOf(v))
	}
	for _, name := range []string{"g.sqlite", "g.sqlite-wal", "notify.key"} {
		raw, err := os.ReadFile(filepath.Join(f.dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		shown.Write(raw)
	}
	for _, hidden := range []string{secret, "hidden"} {
		if strings.Contains(shown.String(), hidden) {
			t.Errorf("%q can be read", hidden)
		}
	}
	if !s.HasSecret || !strings.HasPrefix(slack.Target.URL, "http://127.0.0.1") {
		t.Errorf("%+v", slack)
	}
	// Changed without a secret it keeps the one it has, but takes it nowhere else.
	w := hook(r)
	w.Name = "renamed"
	if _, err := f.Update(t.Context(), s.ID, w, "", true); err != nil {
		t.Error(err)
	}
	r.reply(nil)
	f.clock.add(time.Minute)
	f.deliver()
	f.clock.add(time.Minute)
	f.deliver()
	var signed int
	for _, g := range r.got() {
		if g.path == "/hook" && verified(secret, g.header.Get("Sightglass-Signature"), g.body, f.clock.now()) == nil {
			signed++
		}
	}
	if signed < 2 {
		t.Errorf("%d were signed with the secret that was kept", signed)
	}
	w.Target.URL = "https://elsewhere.example/hook"
	if _, err := f.Update(t.Context(), s.ID, w, "", true); !errors.Is(err, ErrSubscription) {
		t.Errorf("the secret went along to another address: %v", err)
	}
	if _, err := f.Update(t.Context(), "none", w, secret, true); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestSecretFilesAreReadAtEachDelivery(t *testing.T) {
	f, r := open(t), receive(t, nil)
	file := filepath.Join(f.dir, "secret")
	w := hook(r)
	w.Target.SecretFile = file
	if _, err := f.Add(t.Context(), person("ann"), w, "", false); !errors.Is(err, ErrForbidden) {
		t.Fatalf("anybody may name a file of the server: %v", err)
	}
	f.add(person("ann"), w, "")
	f.happens(broken("orders", Warning))
	f.deliver()
	if d := f.log(DeliveryQuery{})[0]; d.State != Pending || !strings.Contains(d.Detail, "secret file") || len(r.got()) != 0 {
		t.Errorf("without the file: %+v", d)
	}
	if err := os.WriteFile(file, []byte("the first secret of all\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.clock.add(time.Minute)
	f.deliver()
	if err := os.WriteFile(file, []byte("the second secret of all\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.happens(broken("carts", Warning))
	f.deliver()
	all := r.got()
	if len(all) != 2 || verified("the first secret of all", all[0].header.Get("Sightglass-Signature"), all[0].body, f.clock.now()) != nil ||
		verified("the second secret of all", all[1].header.Get("Sightglass-Signature"), all[1].body, f.clock.now()) != nil {
		t.Errorf("%q", all)
	}
}

func TestOnlyAdministratorsReachAnywhere(t *testing.T) {
	f := open(t, func(o *Options) {
		o.Hosts = []string{"*.example.org", "example.com"}
		o.Mail = &Mail{Host: "127.0.0.1:1", From: "s@example.org"}
	})
	for _, c := range []struct {
		w    Wish
		want bool
	}{
		{Wish{Target: Target{Kind: Webhook, URL: "https://hooks.example.org/x"}}, true},
		{Wish{Target: Target{Kind: Webhook, URL: "https://hooks.example.org.evil.example/x"}}, false},
		{Wish{Target: Target{Kind: Webhook, URL: "http://127.0.0.1:9/x"}}, false},
		{Wish{Target: Target{Kind: Email, To: []string{"ann@example.com"}}}, true},
		{Wish{Target: Target{Kind: Email, To: []string{"ann@example.com", "ann@example.net"}}}, false},
		{Wish{Target: Target{Kind: Inbox}}, true},
		{Wish{Target: Target{Kind: Inbox, Related: true}, Filter: Filter{Roles: []Role{Owner}}}, false},
	} {
		given := ""
		if c.w.Target.Kind == Webhook {
			given = secret
		}
		if _, err := f.Add(t.Context(), person("ann"), c.w, given, false); (err == nil) != c.want || err != nil && !errors.Is(err, ErrForbidden) {
			t.Errorf("%+v: %v", c.w.Target, err)
		}
		if _, err := f.Add(t.Context(), person("root"), c.w, given, true); err != nil {
			t.Errorf("an administrator, %+v: %v", c.w.Target, err)
		}
	}
}

func TestWishesThatCannotBe(t *testing.T) {
	f := open(t)
	for name, c := range map[string]struct {
		w      Wish
		secret string
	}{
		"no kind":           {Wish{}, ""},
		"plain http":        {Wish{Target: Target{Kind: Webhook, URL: "http://example.org/x"}}, secret},
		"not http":          {Wish{Target: Target{Kind: Webhook, URL: "ftp://example.org/x"}}, secret},
		"a password in it":  {Wish{Target: Target{Kind: Webhook, URL: "https://a:b@example.org/x"}}, secret},
		"no secret":         {Wish{Target: Target{Kind: Webhook, URL: "https://example.org/x"}}, ""},
		"a short secret":    {Wish{Target: Target{Kind: Webhook, URL: "https://example.org/x"}}, "short"},
		"no mail server":    {Wish{Target: Target{Kind: Email, To: []string{"a@example.org"}}}, ""},
		"two lines in mail": {Wish{Target: Target{Kind: Email, To: []string{"a@example.org\r\nBcc: b@example.org"}}}, ""},
		"no cluster":        {Wish{Target: Target{Kind: Topic, Topic: "x"}}, ""},
		"members of others": {Wish{Target: Target{Kind: Inbox, URL: "https://example.org"}}, ""},
		"related, no role":  {Wish{Target: Target{Kind: Inbox, Related: true}}, ""},
		"unknown type":      {Wish{Target: Target{Kind: Inbox}, Filter: Filter{Types: []Type{"x"}}}, ""},
		"unknown severity":  {Wish{Target: Target{Kind: Inbox}, Filter: Filter{Severity: "loud"}}, ""},
		"unknown role":      {Wish{Target: Target{Kind: Inbox}, Filter: Filter{Roles: []Role{"boss"}}}, ""},
		"reminded at once":  {Wish{Target: Target{Kind: Inbox}, Remind: time.Second}, ""},
	} {
		if _, err := f.Add(t.Context(), person("ann"), c.w, c.secret, true); !errors.Is(err, ErrSubscription) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConnectionsAreGuarded(t *testing.T) {
	var elsewhere int
	other := receive(t, func(http.ResponseWriter, *http.Request) { elsewhere++ })
	moved := receive(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	unknown := httptest.NewTLSServer(http.HandlerFunc(says(204)))
	t.Cleanup(unknown.Close)
	roots := x509.NewCertPool()
	known := httptest.NewTLSServer(http.HandlerFunc(says(204)))
	t.Cleanup(known.Close)
	for _, c := range []struct {
		url    string
		roots  *x509.CertPool
		status string
		detail string
	}{
		{moved.URL, nil, "HTTP 307", "redirects are not followed"},
		{unknown.URL, roots, "no answer", "certificate"},
		{known.URL, pool(known), "HTTP 204", ""},
		{"https://169.254.169.254/latest", nil, "refused", "link-local"},
		{"http://127.0.0.1:1/x", nil, "no answer", "refused"},
	} {
		f := open(t, func(o *Options) { o.Roots = c.roots })
		s := f.add(person("ann"), Wish{Target: Target{Kind: Webhook, URL: c.url}}, secret)
		o, err := f.Test(t.Context(), s.ID)
		if err != nil || o.Status != c.status || !strings.Contains(o.Detail, c.detail) {
			t.Errorf("%s: %+v, %v", c.url, o, err)
		}
		if len(f.log(DeliveryQuery{})) != 0 {
			t.Error("a test is in the delivery log")
		}
	}
	if elsewhere != 0 {
		t.Error("a redirect was followed")
	}
}

func pool(s *httptest.Server) *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(s.Certificate())
	return p
}

// Of an answer the status and its beginning are kept, in which nothing can be hidden.
func TestAnswersAreKeptShort(t *testing.T) {
	r := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "no\x1b[31m such\r\nchannel "+strings.Repeat("x", 100_000)) // the sender may be gone
	})
	f := open(t)
	s := f.add(person("ann"), hook(r), secret)
	o, err := f.Test(t.Context(), s.ID)
	if err != nil || o.Status != "HTTP 400" || !strings.HasPrefix(o.Detail, "no [31m such channel xxx") || len([]rune(o.Detail)) > maxPrefix {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestChatsGetText(t *testing.T) {
	f, r := open(t), receive(t, nil)
	f.add(person("ann"), Wish{Target: Target{Kind: Slack}}, r.URL+"/services/T0/B0/x")
	e := broken("orders", Critical)
	e.Facts.Check = "<!channel> & co"
	f.happens(e)
	f.deliver()
	var body struct{ Text string }
	g := r.got()[0]
	if err := json.Unmarshal(g.body, &body); err != nil {
		t.Fatal(err)
	}
	if g.path != "/services/T0/B0/x" || !strings.Contains(body.Text, "&lt;!channel&gt; &amp; co") || !strings.HasSuffix(body.Text, "\n<https://sightglass.example/t/prod/orders|Open in Sightglass>") {
		t.Errorf("%s %q", g.path, body.Text)
	}
}

func TestATestOfAnInboxIsInIt(t *testing.T) {
	f := open(t)
	s := f.add(person("ann"), Wish{Target: Target{Kind: Inbox}}, "")
	if o, err := f.Test(t.Context(), s.ID); !o.OK || err != nil {
		t.Fatal(o, err)
	}
	if in := f.inbox("ann"); len(in) != 1 || in[0].First.Type != Tested || in[0].Open {
		t.Errorf("%+v", in)
	}
}
