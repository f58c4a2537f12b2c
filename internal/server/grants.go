package server

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/grant"
)

// openGrants puts in force what was granted and is not over. A server that shows one file grants nothing.
func (s *Server) openGrants() {
	if !s.opened.IsZero() {
		return
	}
	s.grants = grant.Open(grant.Options{
		File: filepath.Join(s.cfg.Data, grant.FileName), Force: s.rules.force, Now: s.now, Log: s.log,
		Record: func(ctx context.Context, g grant.Grant, what access.Action, why string) error {
			who := access.Principal{ID: "service:server", Name: "the server"}
			said := []string{"to " + g.Principal}
			if why != "" {
				said = append(said, why)
			}
			return s.browser.NoteGrant(ctx, who, what, access.GrantResource(g.Rule), g.ID, said, g.Reason)
		},
	})
}

// checkGrants is what Doctor says of them.
func (s *Server) checkGrants() api.Check {
	c := api.Check{Check: "grants", State: stateOK, Detail: "nobody has more than their roles give"}
	if s.grants == nil {
		return c
	}
	if err := s.grants.Trouble(); err != nil {
		c.State, c.Detail = stateFail, fmt.Sprintf("no grant is in force, and none can be asked for: %v", err)
		c.Fix = "let the server read " + filepath.Join(s.cfg.Data, grant.FileName) + ", or put it elsewhere and compare it with the audit log: who needs a grant asks for it anew"
		return c
	}
	var pending, inForce int
	for _, g := range s.grants.List(access.Principal{}, func(*grant.Grant) bool { return true }) {
		switch g.State {
		case grant.Pending:
			pending++
		case grant.InForce:
			inForce++
		}
	}
	if pending+inForce > 0 {
		c.Detail = fmt.Sprintf("%d in force, %d wait for somebody to decide", inForce, pending)
	}
	return c
}
