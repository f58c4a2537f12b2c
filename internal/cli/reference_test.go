package cli

import (
	"os"
	"testing"
)

func TestReferencePageIsCurrent(t *testing.T) {
	got, err := os.ReadFile("../../docs/reference/cli.md")
	if err != nil || string(got) != string(Reference()) {
		t.Errorf("docs/reference/cli.md is not what the program says (%v): run make gen", err)
	}
}
