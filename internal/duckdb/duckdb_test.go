package duckdb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func manifestIn(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if text == "" {
		return dir
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestExportsAreFoundByTheirManifests(t *testing.T) {
	const whole = `{"kind":"parquet-export","complete":true,"tables":{"events":{"files":[{"path":"events/00000.parquet"}]}}}`
	const partly = `{"kind":"parquet-export","complete":false,"why":["a gap"],"tables":{"events":{"files":[{"path":"events/0.parquet"},{"path":"events/1.parquet"}]}}}`
	a, b := manifestIn(t, whole), manifestIn(t, partly)
	files, incomplete, err := filesOf(Options{}, []string{a, b})
	want := map[string][]string{"events": {"'" + a + "/events/00000.parquet'", "'" + b + "/events/0.parquet'", "'" + b + "/events/1.parquet'"}}
	if err != nil || !reflect.DeepEqual(files, want) || !reflect.DeepEqual(incomplete, []string{b + ": a gap"}) {
		t.Errorf("%v %v: %v", files, incomplete, err)
	}
	for _, bad := range []string{"", "no json", `{"kind":"other"}`} {
		if _, _, err := filesOf(Options{}, []string{a, manifestIn(t, bad)}); !errors.Is(err, ErrNoExport) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	odd := manifestIn(t, `{"kind":"parquet-export","tables":{"x; DROP":{"files":[]}}}`)
	if _, _, err := filesOf(Options{}, []string{odd}); err == nil || !strings.Contains(err.Error(), "no name of a table") {
		t.Errorf("a table's name that is a statement: %v", err)
	}
	if _, err := Open(context.Background(), Options{}, a); Available == errors.Is(err, ErrAbsent) || err == nil {
		t.Errorf("available %v: %v", Available, err) // the files are not there
	}
}
