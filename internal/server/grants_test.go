package server

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/grant"
)

const grantingPolicy = `roles: [{name: support}]
grants: [{name: a, ask: [support], clear: [unknown], resources: ["cluster/prod/topic/orders"]}]
`

// A server puts in force what was granted before it started, drops it when its time is over, and writes that down.
func TestGrantsOutliveARestartAndEndByTheClock(t *testing.T) {
	data, now := t.TempDir(), time.Now()
	for name, text := range map[string]string{accessFile: grantingPolicy} {
		if err := os.WriteFile(filepath.Join(data, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ann := access.Principal{ID: "local:ann", Name: "ann", Roles: []string{"support"}}
	serve := func(do func(s *Server)) {
		s, err := New(t.Context(), Options{Config: settings(t, map[string]string{"data": data}), Version: "1", Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.release()
		do(s)
	}
	sees := func(s *Server) int { return len(s.rules.force.Policy().LiftedOn(ann, "cluster/prod/topic/orders")) }
	serve(func(s *Server) {
		g, err := s.grants.Plan(ann, grant.Wish{Rule: "a", Reason: "INC-1"})
		if err == nil {
			_, err = s.grants.Take(g)
		}
		if c := s.checkGrants(); err != nil || sees(s) != 1 || c.State != stateOK || !strings.HasPrefix(c.Detail, "1 in force") {
			t.Errorf("%v %+v", err, c)
		}
	})
	now = now.Add(59 * time.Minute)
	serve(func(s *Server) {
		if sees(s) != 1 {
			t.Error("it does not outlive a restart")
		}
	})
	now = now.Add(time.Minute)
	serve(func(s *Server) {
		if sees(s) != 0 {
			t.Error("it is in force when its time is over")
		}
		s.grants.Sweep(t.Context())
		var told int
		if _, err := s.audit.Entries(t.Context(), 0, func(e *access.Entry) error {
			if e.Action == access.GrantExpire && e.Resource == "grant/a" && e.Reason == "INC-1" && e.Grant != "" {
				told++
			}
			return nil
		}); err != nil || told != 1 {
			t.Errorf("%d entries, %v", told, err)
		}
	})
	if err := os.WriteFile(filepath.Join(data, grant.FileName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	serve(func(s *Server) {
		checks, err := s.Doctor(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		var found api.Check
		for _, c := range checks {
			if c.Check == "grants" {
				found = c
			}
		}
		if found.State != stateFail || !strings.Contains(found.Detail, "no grant is in force") || found.Fix == "" {
			t.Errorf("%+v", found)
		}
	})
}
