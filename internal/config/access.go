package config

import (
	"fmt"
	"strings"
)

// Access is who may see what.
type Access struct {
	Policy      string // file of the access policy; empty = access.yaml below Data, if it is there
	KeyFile     string // master key of tokens; empty = one is made below Data
	Environment string // of the jobs, in the names of their resources
}

func accessSettings() []Setting {
	return []Setting{
		{"access-policy", "", "file", "Who may do what, and what is masked, in YAML (docs/operations/access.md); empty: access.yaml below the data folder, if it is there. A change is taken over at once; one with mistakes leaves what was in force.",
			text(func(s *Server) *string { return &s.Access.Policy })},
		{"access-key-file", "", "file", "Holds the 32 bytes, as 64 hexadecimal digits, that tokens in place of masked values are made with; empty: one is made below the data folder, readable by the owner only.",
			text(func(s *Server) *string { return &s.Access.KeyFile })},
		{"environment", "local", "name", "What the jobs of this server are part of, as prod: the second segment of their names in the access policy, flink/prod/job/NAME.",
			func(s *Server, v string) error { return segment(&s.Access.Environment, v) }},
	}
}

// segment takes what may stand between slashes of a resource.
func segment(at *string, v string) error {
	if v == "" || len(v) > 64 || strings.ContainsFunc(v, func(c rune) bool {
		return c != '-' && c != '_' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	}) {
		return fmt.Errorf("%q is no name of letters, digits, dots, dashes and underscores", v)
	}
	*at = v
	return nil
}
