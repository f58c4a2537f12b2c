package server

import (
	"context"
	"errors"
	"fmt"
)

// shutdown ends what reads, then what writes, then the store.
func (s *Server) shutdown(ctx context.Context) error {
	s.api.Close()
	if s.impact != nil {
		s.impact.Close()
	}
	var failed []error
	if err := s.http.Shutdown(ctx); err != nil {
		failed = append(failed, fmt.Errorf("ending requests: %w", err))
		_ = s.http.Close() // what is left was told already
	}
	if err := s.registry.shutdown(ctx); err != nil {
		failed = append(failed, err)
	}
	if err := s.reports.shutdown(ctx); err != nil {
		failed = append(failed, err)
	}
	if err := s.fleet.save(ctx); err != nil {
		failed = append(failed, err)
	}
	if err := s.ingest.Shutdown(ctx); err != nil {
		failed = append(failed, fmt.Errorf("ending agents' connections: %w", err))
	}
	return errors.Join(append(failed, s.close())...)
}
