package config

import (
	"os"
	"testing"
)

func TestReferencePageIsCurrent(t *testing.T) {
	got, err := os.ReadFile("../../docs/reference/config.md")
	if err != nil || string(got) != string(Reference()) {
		t.Errorf("docs/reference/config.md is not what the program says (%v): run make gen", err)
	}
}
