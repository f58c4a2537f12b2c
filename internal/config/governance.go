package config

import "time"

// Governance is where catalog, registry, contracts and notifications are kept.
type Governance struct {
	Database string // a file, or a URL of PostgreSQL; empty = governance.sqlite below Data

	LineageURL       string // of OpenLineage, for events of recorded jobs; empty = nobody is told
	LineageTokenFile string
	LineageNamespace string // of jobs

	ContractsFolder  string        // empty = contracts come by the API alone
	ContractsBudget  int64         // bytes of a topic that checks read a second
	ContractsRecover time.Duration // for which a check must be kept before its violation is over
}

// governanceSettings are those of the catalog and what belongs to it, in the order of the reference page.
func governanceSettings() []Setting {
	return []Setting{
		{"database", "", "", "Where the catalog, the schema registry, contracts and notifications are kept: a file of SQLite, or postgres://user@host:5432/name for PostgreSQL, which several servers may share; empty: governance.sqlite below the data folder.",
			text(func(s *Server) *string { return &s.Governance.Database })},
		{"openlineage-url", "", "URL", "Where OpenLineage's RunEvents of recorded jobs are sent, as https://marquez.example.com/api/v1/lineage (docs/operations/openlineage.md); empty: nowhere.",
			func(s *Server, v string) error { return upstreamURL(&s.Governance.LineageURL, v) }},
		{"openlineage-token-file", "", "file", "Holds the token that is shown there, as Authorization: Bearer; empty: none is.",
			text(func(s *Server) *string { return &s.Governance.LineageTokenFile })},
		{"openlineage-namespace", "flink", "", "Namespace of the jobs in these events.",
			text(func(s *Server) *string { return &s.Governance.LineageNamespace })},
		{"contracts-folder", "", "folder", "Data contracts (ODCS 3.1, *.yaml), as a checkout of Git; they are put in force as they change (docs/guides/contracts.md). Empty: they come by sightglass contract apply alone.",
			text(func(s *Server) *string { return &s.Governance.ContractsFolder })},
		{"contracts-budget", "5MiB", "bytes", "How much of each topic checks of contracts read a second. Of streams that are faster they look at a sample, and say how large it is.",
			func(s *Server, v string) (err error) { s.Governance.ContractsBudget, err = size(v); return err }},
		{"contracts-recover-after", "5m", "duration", "For how long records must keep a contract's check before its violation is over.",
			duration(func(s *Server) *time.Duration { return &s.Governance.ContractsRecover })},
	}
}
