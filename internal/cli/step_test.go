package cli

import (
	"os"
	"path/filepath"
	"testing"
)

// TestBreakpointsAreNamedAsClassesDo: Kotlin's files by the package that they declare, wherever they lie.
func TestBreakpointsAreNamedAsClassesDo(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "any", "Visits.kt")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("package com.example.visits\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := &stepper{folders: []string{dir}}
	for text, want := range map[string]string{
		file + ":12":                        "com/example/visits/Visits.kt:12",
		"any/Visits.kt:12 visit.number > 3": "com/example/visits/Visits.kt:12 visit.number > 3",
		"Visits.kt:12":                      "Visits.kt:12", // the server compares names
		"src/com/example/Job.java:3":        "src/com/example/Job.java:3",
		"nothing":                           "nothing",
	} {
		if got := s.breakpoint(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
