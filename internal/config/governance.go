package config

// Governance is where catalog, registry, contracts and notifications are kept.
type Governance struct {
	Database string // a file, or a URL of PostgreSQL; empty = governance.sqlite below Data
}

// governanceSettings are those of the catalog and what belongs to it, in the order of the reference page.
func governanceSettings() []Setting {
	return []Setting{
		{"database", "", "", "Where the catalog, the schema registry, contracts and notifications are kept: a file of SQLite, or postgres://user@host:5432/name for PostgreSQL, which several servers may share; empty: governance.sqlite below the data folder.",
			text(func(s *Server) *string { return &s.Governance.Database })},
	}
}
