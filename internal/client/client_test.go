package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := New(Options{Server: s.URL, Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRequestsSayWhatIsAskedFor(t *testing.T) {
	var got []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.RequestURI)
		if r.Header.Get("Authorization") != "Bearer secret" {
			t.Error("without the token")
		}
		_, _ = io.WriteString(w, `{"items":[]}`)
	})
	ctx, subtask := context.Background(), 0
	_, err1 := c.Job(ctx, "a/b c")
	_, err2 := c.At(ctx, "8c1e", "9f3a61c2d07b4e15#7")
	_, err3 := c.Events(ctx, EventQuery{Recording: "x", Subtask: &subtask, Kinds: []string{"record", "gap"}, Text: "a&b", Descending: true, NoPayload: true})
	_, err4 := c.Lineage(ctx, LineageQuery{Recording: "any", Record: "orders/2@7", Direction: "up", Depth: 3})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"/api/v1/jobs/a%2Fb%20c", "/api/v1/recordings/8c1e/at/9f3a61c2d07b4e15%237",
		"/api/v1/recordings/x/events?kind=record&kind=gap&order=desc&payload=false&subtask=0&text=a%26b",
		"/api/v1/recordings/any/lineage?depth=3&dir=up&record=orders%2F2%407",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAnswersKeepTheirBytes(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"version":"9","agents":3,"later":"unknown members stay"}`)
	})
	a, err := c.Status(context.Background())
	if err != nil || a.Value.Agents != 3 || !strings.Contains(string(a.Raw), "unknown members stay") {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestRefusalsAreProblems(t *testing.T) {
	body := `{"title":"Not Found","status":404,"detail":"no such job","hint":"look","request_id":"R1"}`
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, body)
	})
	var p *Problem
	if _, err := c.Job(context.Background(), "x"); !errors.As(err, &p) || p.Status != 404 || p.Hint != "look" || p.RequestID != "R1" || err.Error() != "no such job" {
		t.Errorf("got %v", p)
	}
	body = "<html>nginx"
	if _, err := c.Job(context.Background(), "x"); !errors.As(err, &p) || !strings.Contains(p.Detail, "no answer of Sightglass") {
		t.Errorf("got %v", p)
	}
}

func TestUnreachable(t *testing.T) {
	c, err := New(Options{Server: "127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Status(context.Background()); !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("got %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := c.Status(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	for _, address := range []string{"", "http://", "ftp://x", "http://[::1"} {
		if _, err := New(Options{Server: address}); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
}

func TestPinnedCertificate(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) }))
	defer s.Close()
	sum := sha256.Sum256(s.Certificate().Raw)
	for pin, want := range map[string]bool{hex.EncodeToString(sum[:]): true, strings.Repeat("ab", 32): false, "": false} {
		c, err := New(Options{Server: s.URL, Pin: pin})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Status(context.Background()); (err == nil) != want {
			t.Errorf("pin %q: %v", pin, err)
		}
	}
	if _, err := New(Options{Server: s.URL, Pin: "abc"}); err == nil {
		t.Error("half a pin was taken")
	}
}

func TestStreamsAreRead(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Last-Event-ID") != "c1" || r.URL.Query().Get("op") != "map" {
			t.Errorf("%s %s", r.URL, r.Header)
		}
		_, _ = io.WriteString(w, ": alive\n\nid: c2\ndata: {\"kind\":\"record\",\ndata: \"cursor\":\"c2\"}\r\n\r\nevent: problem\ndata: {\"status\":503,\"detail\":\"over\"}\n\n")
	})
	var kinds []string
	var last error
	for e, err := range c.Follow(context.Background(), EventQuery{Recording: "x", Op: "map"}, "c1") {
		if last = err; err == nil {
			kinds = append(kinds, e.Value.Kind+e.Value.Cursor)
		}
	}
	var p *Problem
	if fmt.Sprint(kinds) != "[recordc2]" || !errors.As(last, &p) || p.Detail != "over" {
		t.Errorf("%v, %v", kinds, last)
	}
	broken := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "data: {\"kind\":\"gap\"}\n\n") })
	n := 0
	for _, err := range broken.Follow(context.Background(), EventQuery{Recording: "x"}, "") {
		if n++; n == 2 && (err == nil || !strings.Contains(err.Error(), "closed it")) {
			t.Errorf("end: %v", err)
		}
	}
	if n != 2 {
		t.Errorf("%d items", n)
	}
}

func TestLinks(t *testing.T) {
	c, err := New(Options{Server: "https://host:7/"})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Link("/r/8c1e/journey/a%20b/1@2:3", "f=x"); got != "https://host:7/r/8c1e/journey/a%20b/1@2:3#f=x" {
		t.Errorf("got %s", got)
	}
}

func FuzzMessages(f *testing.F) {
	f.Add("id: 1\ndata: x\n\n")
	f.Add("data\n\ndata:\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		ends := 0
		for m, err := range messages(strings.NewReader(text)) {
			if err != nil {
				ends++
			} else if len(m.data) > len(text) {
				t.Errorf("%q gives more than it holds", text)
			}
		}
		if ends != 1 {
			t.Errorf("%d ends", ends)
		}
	})
}
