package notify

import (
	"encoding/json"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// A wish that is taken is one that comes back as it was kept, and that chooses without trouble.
func FuzzWish(f *testing.F) {
	f.Add(`{"filter":{"topics":["prod/*"],"roles":["owner"],"severity":"warning"},"target":{"kind":"inbox"}}`, "")
	f.Add(`{"filter":{},"target":{"kind":"webhook","url":"https://hooks.example.org/x?y=z"},"remind":3600000000000}`, secret)
	f.Add(`{"filter":{"as":["team:shop"],"roles":["consumer"]},"target":{"kind":"slack"}}`, "https://hooks.slack.com/services/T/B/x")
	f.Add(`{"filter":{},"target":{"kind":"slack"}}`, "https://hook\x8d%8dslack.com/services/T/B/x")
	f.Add(`{"filter":{},"target":{"kind":"slack"}}`, "https://hook%8dslack.com/services/T/B/x")
	f.Add(`{"filter":{},"target":{"kind":"email","to":["ann@example.org","\"a b\"@example.org"]}}`, "")
	f.Add(`{"filter":{},"target":{"kind":"topic","cluster":"prod","topic":"alerts","rate":7}}`, "")
	f.Fuzz(func(t *testing.T, text, given string) {
		var w, kept Wish
		if json.Unmarshal([]byte(text), &w) != nil || w.check(given, false) != nil {
			return
		}
		w.Target = w.Target.normal(given)
		if err := json.Unmarshal([]byte(jsonOf(w)), &kept); err != nil || kept.check("", true) != nil || jsonOf(kept) != jsonOf(w) {
			t.Fatalf("kept as %s: %v, %v", jsonOf(w), err, kept.check("", true))
		}
		if w.Target.Kind == Slack && given != "" && len(given) > len(w.Target.URL)+1 && strings.Contains(jsonOf(w), given) {
			t.Errorf("the secret is kept in the clear: %s", jsonOf(w))
		}
		for _, to := range w.Target.To {
			if strings.ContainsAny(to, "\r\n") {
				t.Errorf("a header can be added by %q", to)
			}
		}
		_, _, _ = w.Target.hosts(), w.Target.key("a", given), w.Target.Shown()
		e := broken("orders", Critical)
		_ = w.Filter.takes(&e)
		_ = w.Filter.standing([]Standing{{Owner, "team:shop", false}}, "local:ann")
	})
}

// What a target answers is one short line, and makes nobody wait for more than an hour.
func FuzzAnswer(f *testing.F) {
	f.Add("120", []byte("invalid_token"))
	f.Add("Sat, 01 Aug 2026 14:04:00 GMT", []byte("<html>\r\n\x1b[31m\xff"))
	f.Add("-1", []byte(nil))
	f.Add("99999999999999999999", []byte("\u202e"))
	f.Fuzz(func(t *testing.T, after string, body []byte) {
		if d := retryAfter(http.Header{"Retry-After": {after}}, time.Date(2026, 8, 1, 14, 2, 0, 0, time.UTC)); d < 0 || d > retryMost {
			t.Errorf("%q makes one wait %v", after, d)
		}
		p := prefix(body)
		if n := utf8.RuneCountInString(p); !utf8.ValidString(p) || n > maxPrefix || strings.ContainsFunc(p, unprintable) {
			t.Errorf("%q is kept as %q", body, p)
		}
	})
}

// Stars match as they do elsewhere.
func FuzzGlob(f *testing.F) {
	f.Add("ord*", "orders")
	f.Add("*a*b*", "xaxbx")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if strings.ContainsAny(pattern, `?[\/`) || strings.Contains(name, "/") || !utf8.ValidString(pattern) || !utf8.ValidString(name) {
			return
		}
		want, err := path.Match(pattern, name)
		if err == nil && glob(pattern, name) != want {
			t.Errorf("%q on %q: %v", pattern, name, !want)
		}
	})
}

// Whatever names an event has, what is told of it stays on its lines.
func FuzzEvent(f *testing.F) {
	f.Add("orders", "email", "not-null")
	f.Add("a\r\nBcc: eve@example.org", "\x00", "\u2028\xff")
	f.Fuzz(func(t *testing.T, topic, field, check string) {
		e := broken("x", Critical)
		e.Topic, e.Path, e.Facts.Check, e.Facts.Counts = topic, field, check, map[string]int64{check: 1}
		if err := e.complete(time.Date(2026, 8, 1, 14, 2, 0, 0, time.UTC), "1"); err != nil {
			t.Fatal(err)
		}
		if s := Summary(&e) + e.About(); strings.ContainsFunc(s, unprintable) || !utf8.ValidString(s) {
			t.Errorf("%q", s)
		}
	})
}
