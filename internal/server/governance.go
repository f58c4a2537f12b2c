package server

import (
	"context"
	"path/filepath"
	"sync/atomic"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/catalog"
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

// fieldTags is browse.FieldTags over the catalog, which is opened after the views that ask it.
type fieldTags struct {
	catalog atomic.Pointer[catalog.Catalog]
}

// TagsOf is that of the catalog.
func (f *fieldTags) TagsOf(cluster, topic string, part access.Part) *access.Tagged {
	if c := f.catalog.Load(); c != nil {
		return c.TagsOf(cluster, topic, part)
	}
	return nil
}

// openCatalog opens the catalog, before anything is shown: what it tags is masked from the first request on.
func (s *Server) openCatalog(ctx context.Context) (err error) {
	if s.tables == nil {
		return nil
	}
	o := catalog.Options{
		DB: s.tables, Browser: s.browser, Clusters: s.clusters.named, Budget: s.background, Now: s.now, Log: s.log,
		Registry: &catalogRegistry{server: s, traffic: &s.traffic}, Contracts: &catalogContracts{s}, Health: []catalog.Health{&catalogContracts{s}},
	}
	if s.lineage, err = newLineageSender(s.cfg.Governance, s.log); err != nil {
		return err
	}
	if s.lineage != nil {
		o.Lineage = s.lineage
	}
	s.catalog, err = catalog.Open(ctx, o)
	if err == nil {
		s.fieldTags.catalog.Store(s.catalog)
	}
	return err
}
