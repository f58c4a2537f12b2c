package notify

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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

// topics are a Topics in memory.
type topics struct {
	mu  sync.Mutex
	all []TopicMessage
	err error
}

func (*topics) Known(cluster string) error {
	if cluster != "prod" {
		return fmt.Errorf("no cluster of the setting kafka-file is called %s", cluster)
	}
	return nil
}

func (s *topics) Write(_ context.Context, cluster, topic string, m TopicMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.all = append(s.all, m)
	}
	return s.err
}

func TestTopicsGetEventsInBinaryMode(t *testing.T) {
	to := &topics{}
	f := open(t, func(o *Options) { o.Topics = to })
	if _, err := f.Add(t.Context(), person("ann"), Wish{Target: Target{Kind: Topic, Cluster: "test", Topic: "alerts"}}, "", true); !errors.Is(err, ErrSubscription) {
		t.Errorf("an unknown cluster: %v", err)
	}
	f.add(person("ann"), Wish{Target: Target{Kind: Topic, Cluster: "prod", Topic: "alerts"}}, "")
	e := broken("orders", Critical)
	e.ID = "violation-1"
	f.happens(e)
	to.err = errors.New("not enough replicas")
	f.deliver()
	if d := f.log(DeliveryQuery{})[0]; d.State != Pending || d.Status != "not written" || d.Detail != "not enough replicas" {
		t.Errorf("%+v", d)
	}
	to.err = nil
	f.clock.add(time.Minute)
	f.deliver()
	if len(to.all) != 1 {
		t.Fatalf("%d messages", len(to.all))
	}
	m := to.all[0]
	headers := map[string]string{}
	for _, h := range m.Headers {
		headers[h.Name] = h.Value
	}
	for name, want := range map[string]string{
		"ce_specversion": "1.0", "ce_id": "violation-1", "ce_type": "io.sightglass.contract.violated.v1", "ce_source": "https://sightglass.example", "ce_subject": "orders#email",
		"ce_time": "2026-08-01T14:02:00Z", "content-type": "application/json", "ce_dataschema": "https://sightglass.example" + DataSchema,
	} {
		if headers[name] != want {
			t.Errorf("%s is %q, want %q", name, headers[name], want)
		}
	}
	var d Data
	if err := json.Unmarshal(m.Value, &d); err != nil || d.Topic != "orders" || string(m.Key) != "orders#email" {
		t.Errorf("%s %s %v", m.Key, m.Value, err)
	}
}

// mailServer is a mail server with STARTTLS on a real port.
type mailServer struct {
	net.Listener
	mu      sync.Mutex
	letters []string
	users   []string
	secure  *tls.Config
	reply   string // to a mail; empty: it is taken
}

func serveMail(t *testing.T) (*mailServer, *x509.CertPool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	roots := pool(certified)
	s := &mailServer{Listener: l, secure: &tls.Config{Certificates: certified.TLS.Certificates}}
	certified.Close()
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.talk(c)
		}
	}()
	return s, roots
}

func (s *mailServer) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	in := bufio.NewReader(c)
	say := func(text string) { _, _ = io.WriteString(c, text+"\r\n") }
	say("220 mail ESMTP")
	var encrypted bool
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
		case "EHLO":
			if encrypted {
				say("250-mail\r\n250 AUTH PLAIN")
			} else {
				say("250-mail\r\n250 STARTTLS")
			}
		case "STARTTLS":
			say("220 go on")
			secure := tls.Server(c, s.secure)
			c, in, encrypted = secure, bufio.NewReader(secure), true
		case "AUTH":
			s.mu.Lock()
			s.users = append(s.users, strings.TrimSpace(line))
			s.mu.Unlock()
			say("235 welcome")
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(line)
			}
			s.mu.Lock()
			reply := s.reply
			if reply == "" {
				s.letters = append(s.letters, text.String())
				reply = "250 taken"
			}
			s.mu.Unlock()
			say(reply)
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestMailIsSentEncrypted(t *testing.T) {
	s, roots := serveMail(t)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("open sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := ReadMail("smtp://sightglass@"+s.Addr().String(), password, "sightglass@example.org")
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, func(o *Options) { o.Mail, o.Roots = m, roots })
	f.add(person("ann"), Wish{Target: Target{Kind: Email, To: []string{"ann@example.org", "bob@example.org"}}}, "")
	e := broken("bestellungen-für-köln", Critical)
	f.happens(e)
	s.reply = "452 the disk is full"
	f.deliver()
	if d := f.log(DeliveryQuery{})[0]; d.State != Pending || d.Status != "SMTP 452" || d.Detail != "the disk is full" {
		t.Errorf("%+v", d)
	}
	s.mu.Lock()
	s.reply = ""
	s.mu.Unlock()
	f.clock.add(time.Minute)
	f.deliver()
	if len(s.letters) != 1 || len(s.users) != 2 {
		t.Fatalf("%d mails, log-ins %q; %+v", len(s.letters), s.users, f.log(DeliveryQuery{}))
	}
	letter, err := mail.ReadMessage(strings.NewReader(s.letters[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "[critical] the contract orders is broken on prod/bestellungen-für-köln#email") {
		t.Errorf("%q %v", subject, err)
	}
	to, err := letter.Header.AddressList("To")
	if err != nil || len(to) != 2 || letter.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("%v %v", letter.Header, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(letter.Body))
	if err != nil || !strings.Contains(string(body), "https://sightglass.example/t/prod/bestellungen-für-köln\r\n") {
		t.Errorf("%s %v", body, err)
	}
	for _, bad := range []string{"http://mail.example.org", "smtp://a:b@mail.example.org", "smtp://a@mail.example.org"} {
		if _, err := ReadMail(bad, "", "s@example.org"); err == nil {
			t.Errorf("%s is taken for a mail server", bad)
		}
	}
	wrong := open(t, func(o *Options) { o.Mail, o.Roots = m, x509.NewCertPool() })
	sub := wrong.add(person("ann"), Wish{Target: Target{Kind: Email, To: []string{"ann@example.org"}}}, "")
	if o, err := wrong.Test(t.Context(), sub.ID); err != nil || o.OK || !strings.Contains(o.Detail, "certificate") {
		t.Errorf("a server that nobody certifies: %+v %v", o, err)
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
