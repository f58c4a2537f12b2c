package identity

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

func TestASessionEndsWhenIdleAndAtItsEnd(t *testing.T) {
	d := openDoor(t, nil)
	d.add("ann", "local")
	d.is("", "before the login")
	d.logIn("ann")
	d.clock.move(sessionIdle - time.Second)
	d.is("local:ann", "just before it is idle")
	d.clock.move(sessionIdle)
	d.is("", "idle for half an hour")
	d.is("", "once it is over")

	d.logIn("ann")
	for range 16 {
		d.is("local:ann", "in use")
		d.clock.move(sessionIdle - time.Minute)
	}
	d.is("local:ann", "in use for nearly eight hours")
	d.clock.move(16 * time.Minute)
	d.is("", "after eight hours")
}

func TestASessionEndsWithWhatItCameFrom(t *testing.T) {
	for name, end := range map[string]func(*door) error{
		"removal":          func(d *door) error { return d.Users.Remove("ann") },
		"another password": func(d *door) error { return d.Users.SetPassword("ann", "another good password") },
		"removal, and somebody else of this name": func(d *door) error {
			return errors.Join(d.Users.Remove("ann"), d.Users.Add("ann", goodPassword, []string{"local"}))
		},
		"logout": func(d *door) error { d.post(logoutPath); return nil },
		"revocation": func(d *door) error {
			who := d.principal()
			return d.EndSession(context.Background(), who, who.Session)
		},
		"the file of users broken": func(d *door) error { return os.WriteFile(d.Users.path, []byte("{"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			d := openDoor(t, nil)
			d.add("ann", "local")
			d.logIn("ann")
			if err := end(d); err != nil {
				t.Fatal(err)
			}
			d.is("", "after "+name)
		})
	}
}

func TestASessionOutlivesARestart(t *testing.T) {
	d := openDoor(t, nil)
	d.add("ann", "local")
	d.logIn("ann")
	cookie := d.shown()
	d.server.Close()
	if err := d.Meta.Close(); err != nil {
		t.Fatal(err)
	}
	again := openDoorIn(t, d.dir, d.clock, nil)
	if status, body := again.get("/", "Cookie", cookie.Name+"="+cookie.Value); status != 200 || body != "local:ann" {
		t.Errorf("%d %s", status, body)
	}
	raw, err := os.ReadFile(d.dir + "/meta.sqlite")
	if err != nil {
		t.Fatal(err)
	}
	id, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), cookie.Value) || strings.Contains(string(raw), string(id)) {
		t.Error("the id of a session is in the file")
	}
}

func TestALoginChangesTheSessionID(t *testing.T) {
	d := openDoor(t, nil)
	d.add("ann", "local")
	d.logIn("ann")
	first := d.shown()
	d.logIn("ann")
	if second := d.shown(); second.Value == first.Value {
		t.Error("the id of before the login goes on")
	}
	d.client = http.DefaultClient
	if status, _ := d.get("/", "Cookie", first.Name+"="+first.Value); status != http.StatusUnauthorized {
		t.Errorf("the session of before goes on: %d", status)
	}
}

func TestCookiesAreBoundToTheHostWithTLS(t *testing.T) {
	for _, secure := range []bool{true, false} {
		d := openDoor(t, func(o *Options, dir string, c *clock) { o.Users, o.Secure = users(t, dir, c), secure })
		d.add("ann", "local")
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, LoginPath, strings.NewReader("name=ann&password="+strings.ReplaceAll(goodPassword, " ", "+")))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		d.Handler().ServeHTTP(w, r)
		cookies := w.Result().Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%d %v", w.Code, cookies)
		}
		c, name := cookies[0], "sg"
		if secure {
			name = "__Host-sg"
		}
		if c.Name != name || c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 8*3600 {
			t.Errorf("secure %v: %+v", secure, c)
		}
		if raw, err := base64.RawURLEncoding.DecodeString(c.Value); err != nil || len(raw) != 32 {
			t.Errorf("the id has %d bytes", len(raw))
		}
	}
}

func TestOtherSitesCannotLogInOrOut(t *testing.T) {
	d := openDoor(t, nil)
	d.add("ann", "local")
	d.logIn("ann")
	for _, path := range []string{LoginPath, logoutPath} {
		r, err := http.NewRequest(http.MethodPost, d.server.URL+path, strings.NewReader("name=ann&password=x"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if status, _ := d.ask(r); status != http.StatusForbidden {
			t.Errorf("%s from another site: %d", path, status)
		}
	}
	if status, _ := d.get(logoutPath); status == http.StatusOK {
		t.Error("a link logs out")
	}
	d.is("local:ann", "after other sites tried")
}

func TestSessionsAreListedAndBounded(t *testing.T) {
	d := openDoor(t, nil)
	d.add("ann", "local")
	d.logIn("ann")
	who := d.principal()
	if who.Way != WayPassword || who.Session == "" || !who.Until.Equal(d.clock.now().Add(sessionFor)) {
		t.Errorf("%+v", who)
	}
	for range mostOfOwner {
		d.clock.move(time.Second)
		d.client = d.browser()
		d.logIn("ann")
	}
	list := d.mine()
	if len(list) != mostOfOwner || list[0].Way != WayPassword || list[0].From != "127.0.0.1" || list[0].Browser == "" {
		t.Errorf("%d sessions, %+v", len(list), list[0])
	}
	if err := d.EndSession(context.Background(), who, "0000000000000000"); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
	d.clock.move(sessionIdle)
	if list := d.mine(); len(list) != 0 {
		t.Errorf("%d sessions that are idle", len(list))
	}
}

// shown is the cookie that the browser has.
func (d *door) shown() *http.Cookie {
	d.t.Helper()
	r, err := http.NewRequest(http.MethodGet, d.server.URL, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, c := range d.client.Jar.Cookies(r.URL) {
		if c.Name == d.cookie() {
			return c
		}
	}
	d.t.Fatal("the browser has no session")
	return nil
}

func FuzzSessionID(f *testing.F) {
	f.Add(newSessionID().text())
	f.Add("")
	f.Add("AAAA\nAAAA")
	f.Fuzz(func(t *testing.T, text string) {
		if id, ok := parseSessionID(text); ok && id.text() != text {
			t.Errorf("%q and %q are one id", text, id.text())
		}
	})
}

func FuzzSealed(f *testing.F) {
	id := newSessionID()
	f.Add(id.seal("a token"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if _, err := newSessionID().open(sealed); err == nil {
			t.Error("another key opens it")
		}
	})
}
