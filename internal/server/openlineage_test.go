package server

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/openlineage"
)

// Events arrive in order, with the token, also where the server that takes them is away for a moment; one that is refused holds up no other.
func TestEventsOfJobsAreSentInOrder(t *testing.T) {
	type taken struct{ state, token string }
	got := make(chan taken, 10)
	var asked atomic.Int64
	to := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var e struct {
			EventType string
			Job       struct{ Namespace, Name string }
		}
		if err := json.Unmarshal(body, &e); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		switch n := asked.Add(1); {
		case n == 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case e.Job.Name == "bad":
			w.WriteHeader(http.StatusBadRequest)
		default:
			got <- taken{e.Job.Namespace + "/" + e.Job.Name + " " + e.EventType, r.Header.Get("Authorization")}
			w.WriteHeader(http.StatusCreated)
		}
	}))
	defer to.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("t-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := newLineageSender(config.Governance{LineageURL: to.URL + "/api/v1/lineage", LineageTokenFile: token, LineageNamespace: "prod"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l.first = time.Millisecond
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go l.run(ctx)
	for _, e := range []struct {
		name  string
		state openlineage.State
	}{{"totals", openlineage.Start}, {"bad", openlineage.Start}, {"totals", openlineage.Complete}} {
		l.Tell(openlineage.Event{Kind: openlineage.RunEvent, Time: time.Unix(1, 0), State: e.state, Run: "0190a1b2-0000-7000-8000-000000000001", Job: openlineage.Job{Name: e.name}})
	}
	for _, want := range []string{"prod/totals START", "prod/totals COMPLETE"} {
		select {
		case g := <-got:
			if g.state != want || g.token != "Bearer t-1" {
				t.Errorf("want %s with the token, got %+v", want, g)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s did not come", want)
		}
	}
}
