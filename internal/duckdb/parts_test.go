package duckdb

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// write makes files of a folder; those without a text are empty.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPartsAreFoundByTheirManifests(t *testing.T) {
	dir := t.TempDir()
	const part = `{"kind":"parquet-part","tables":{"events":{"files":[{"path":"events/part-000001.parquet"}]}}}`
	write(t, dir, map[string]string{
		"recording=aa11/_parts/recording.json":          `{"complete":true,"recording":{"id":"aa11","job":"totals"}}`,
		"recording=aa11/_parts/part-000001.json":        part,
		"recording=aa11/_parts/part-000002.json":        `{"kind":"parquet-part","removed":true,"tables":{"events":{"files":[{"path":"events/gone.parquet","rows":3}]},"drops":{"files":[{"path":"drops/part-000002.parquet","rows":0}]}}}`,
		"recording=aa11/drops/part-000002.parquet":      "",
		"recording=aa11/events/part-000001.parquet":     "",
		"recording=aa11/gaps/part-000000.parquet":       "",
		"recording=bb22/_parts/recording.json":          `{"why":["a gap"],"recording":{"id":"bb22","job":"alerts"}}`,
		"recording=bb22/_parts/part-000001.json":        part,
		"recording=cc33/_staging/events~part-1.parquet": "",
	})
	a := []string{"'" + dir + "/recording=aa11/events/part-000001.parquet'"}
	gaps := []string{"'" + dir + "/recording=aa11/gaps/part-000000.parquet'"}
	drops := []string{"'" + dir + "/recording=aa11/drops/part-000002.parquet'"}
	for _, c := range []struct {
		wanted     []string
		files      map[string][]string
		incomplete []string
	}{
		{nil, map[string][]string{"events": a, "gaps": gaps, "drops": drops}, []string{"bb22 (alerts): a gap; part-000001 is left out: files of it are not there"}},
		{[]string{"aa"}, map[string][]string{"events": a, "gaps": gaps, "drops": drops}, nil},
		{[]string{"totals"}, map[string][]string{"events": a, "gaps": gaps, "drops": drops}, nil},
	} {
		files, incomplete, err := filesOf(Options{Recordings: c.wanted}, []string{dir})
		if err != nil || !reflect.DeepEqual(files, c.files) || !reflect.DeepEqual(incomplete, c.incomplete) {
			t.Errorf("%q: %v %q %v", c.wanted, files, incomplete, err)
		}
	}
	if _, _, err := filesOf(Options{Recordings: []string{"aa", "nothing"}}, []string{dir}); !errors.Is(err, ErrNoRecording) {
		t.Errorf("a recording that there is not: %v", err)
	}
	write(t, dir, map[string]string{"recording=aa11/_parts/part-000003.json": "{}"})
	if _, _, err := filesOf(Options{}, []string{dir}); !errors.Is(err, ErrNoExport) {
		t.Errorf("a manifest of something else: %v", err)
	}
}
