package config

import (
	"errors"
	"time"
)

// Parquet is what is exported in the background, for other engines.
type Parquet struct {
	Folder     string // empty = nothing is exported
	Recordings string // globs of names and ids of jobs
	Every      time.Duration
	Tables     []string // empty = all
	Role       string   // whose masks are lifted; empty = nobody's
	Keep       string
}

// parquetSettings are those of the background export, in the order of the reference page.
func parquetSettings() []Setting {
	return []Setting{
		{"export-parquet", "", "folder", "Where recordings are written as Parquet while they go on, for any engine that reads it (docs/guides/parquet.md); empty: nowhere.",
			text(func(s *Server) *string { return &s.Parquet.Folder })},
		{"export-parquet-recordings", "*", "list", "Names or ids of jobs that are exported; * stands for anything.",
			text(func(s *Server) *string { return &s.Parquet.Recordings })},
		{"export-parquet-every", "5m", "duration", "Between two rounds; what is stored is in the files after one to two of them.",
			duration(func(s *Server) *time.Duration { return &s.Parquet.Every })},
		{"export-parquet-tables", "", "list", "Tables that are written, as events,records,drops (docs/reference/parquet.md); empty: all.",
			func(s *Server, v string) error {
				return list(&s.Parquet.Tables, v, "events", "records", "state_changes", "timers", "watermarks", "windows", "edges", "drops", "gaps")
			}},
		{"export-parquet-role", "", "", "Role whose right to see values the files have, as local; empty: values, keys and messages are hidden.",
			text(func(s *Server) *string { return &s.Parquet.Role })},
		{"export-parquet-keep", "files", "", "What happens when retention removes what was exported: files (they stay) or recording (they go with it).",
			choice(func(s *Server) *string { return &s.Parquet.Keep }, "files", "recording")},
	}
}

// checkParquet tells what is of no use.
func (s *Server) checkParquet() error {
	if s.Parquet.Folder != "" && s.Parquet.Recordings == "" {
		return errors.New("setting export-parquet-recordings: wants a name, or * for all")
	}
	return nil
}
