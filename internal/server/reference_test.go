package server

import (
	"os"
	"testing"
)

func TestReferencePageIsCurrent(t *testing.T) {
	got, err := os.ReadFile("../../docs/reference/metrics.md")
	if err != nil || string(got) != string(MetricsReference()) {
		t.Errorf("docs/reference/metrics.md is not what the program says (%v): run make gen", err)
	}
}
