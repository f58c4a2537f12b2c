package server

import (
	"context"

	"github.com/sightglass/sightglass/internal/event"
)

// keepIndexes makes indexes of texts beside sealed segments until ctx ends. Searches do without those that are missing.
func (s *Server) keepIndexes(ctx context.Context) {
	s.browser.KeepIndexes(ctx, s.background, func(rec event.RecordingID, err error) {
		s.log.Warn("an index of texts is not made; searches read more", "recording", rec.String(), "error", err)
	})
}

// keepSums makes sums of latency and lateness beside segments until ctx ends. Questions read blocks where they are missing.
func (s *Server) keepSums(ctx context.Context) {
	s.browser.KeepSums(ctx, func(rec event.RecordingID, err error) {
		s.log.Warn("sums of latency are not made; questions about it read more", "recording", rec.String(), "error", err)
	})
}
