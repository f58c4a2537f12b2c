package agentjar

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestWriteIsWholeOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lib", Name)
	want, absent := Bytes()
	changed, err := Write(path)
	if absent != nil {
		if !errors.Is(err, ErrAbsent) || changed {
			t.Fatalf("changed %v, %v", changed, err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("a file was left")
		}
		return
	}
	if err != nil || !changed {
		t.Fatalf("changed %v, %v", changed, err)
	}
	if _, err := zip.NewReader(bytes.NewReader(want), int64(len(want))); err != nil {
		t.Errorf("the agent is no jar: %v", err)
	}
	if changed, err := Write(path); err != nil || changed {
		t.Errorf("again: changed %v, %v", changed, err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes (%v), want %d", len(got), err, len(want))
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".sightglass-*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
