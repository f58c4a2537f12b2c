package lab

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func testLab(t *testing.T) *Lab {
	t.Helper()
	repository := t.TempDir()
	text := "# versions\nFLINK_2=2.3.0\nFLINK_1=1.20.5\nKAFKA=4.2.0\n"
	if err := os.WriteFile(filepath.Join(repository, ".versions"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := Open(Options{Repository: repository, Cache: filepath.Join(repository, "cache")})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestVersionsFlink(t *testing.T) {
	v := testLab(t).Versions
	for wish, want := range map[string]string{
		"": "2.3.0", "2": "2.3.0", "2.3": "2.3.0", "2.3.0": "2.3.0", "1": "1.20.5", "1.20": "1.20.5", "1.20.5": "1.20.5", "2.2.1": "2.2.1",
	} {
		if got, err := v.Flink(wish); err != nil || got != want {
			t.Errorf("Flink(%q) = %q, %v, want %q", wish, got, err, want)
		}
	}
	if _, err := v.Flink("1.2"); err == nil || !strings.Contains(err.Error(), "1.20") {
		t.Errorf("Flink(1.2): %v, want an error that names what there is", err)
	}
}

func TestOpenNeedsTheRepository(t *testing.T) {
	if _, err := findRepository(t.TempDir()); err == nil {
		t.Error("a folder without .versions was taken for the repository")
	}
}

func TestInstallOnceFillsOnceAndWhole(t *testing.T) {
	l := testLab(t)
	target := filepath.Join(l.Cache, "part-1")
	broken := errors.New("broken")
	if err := l.installOnce(t.Context(), target, func(string) error { return broken }); !errors.Is(err, broken) {
		t.Fatalf("error %v", err)
	}
	if _, err := os.Stat(target); err == nil {
		t.Fatal("a failed installation left the part behind")
	}
	var fills atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			err := l.installOnce(t.Context(), target, func(staging string) error {
				fills.Add(1)
				return os.WriteFile(filepath.Join(staging, "file"), []byte("x"), 0o644)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if fills.Load() != 1 {
		t.Errorf("filled %d times", fills.Load())
	}
	if _, err := os.Stat(filepath.Join(target, "file")); err != nil {
		t.Error(err)
	}
}

func TestLockWaitsOnlyAsLongAsItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lockFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lockFile(ended, path); !errors.Is(err, context.Canceled) {
		t.Errorf("locked twice: %v", err)
	}
	unlock()
	unlock, err = lockFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestHomePart(t *testing.T) {
	for name, want := range map[string]string{
		"pyflink/bin/flink":                                "bin/flink",
		"pyflink/lib/flink-dist-2.3.0.jar":                 "lib/flink-dist-2.3.0.jar",
		"apache_flink_libraries-1.20.5/deps/lib/a.jar":     "lib/a.jar",
		"apache_flink_libraries-1.20.5/deps/plugins/a/b.x": "plugins/a/b.x",
		"pyflink/table/table.py":                           "",
		"pyflink/lib/../../outside":                        "",
		"apache_flink_libraries-1.20.5/setup.py":           "",
	} {
		got, ok := homePart(name)
		if ok != (want != "") || ok && got != filepath.FromSlash(want) {
			t.Errorf("homePart(%q) = %q, %t, want %q", name, got, ok, want)
		}
	}
}
