package server

import (
	"context"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/tables"
)

// tablesFile is the database of catalog, registry, contracts and notifications below the data folder, unless a setting names another.
const tablesFile = "governance.sqlite"

// openTables opens the database of what is governed. A file that is shown has none.
func (s *Server) openTables(ctx context.Context) (err error) {
	if s.opened != (event.RecordingID{}) {
		return nil
	}
	place := s.cfg.Governance.Database
	if place == "" {
		place = filepath.Join(s.cfg.Data, tablesFile)
	}
	s.tables, err = tables.Open(ctx, place)
	return err
}
