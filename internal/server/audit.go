package server

import (
	"fmt"

	"github.com/sightglass/sightglass/internal/audit"
)

// openAudit opens the log of who reads and changes what. The lock of the store, which is open by now, keeps other servers from it.
func (s *Server) openAudit() (err error) {
	s.audit, err = audit.Open(audit.Options{Dir: s.cfg.Data, Policy: s.policy.Version(), Now: s.now, Log: s.log})
	if err != nil {
		return fmt.Errorf("opening the audit log in %s: %w", s.cfg.Data, err)
	}
	return nil
}
