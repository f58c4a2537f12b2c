//go:build e2e

package e2e

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access/canarytest"
)

// lookIntoFolder searches all files of a folder but those whose path, below the folder, begins with one of skip.
func lookIntoFolder(t *testing.T, folder string, skip []string, look func(path string, b []byte)) (files int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		for _, s := range skip {
			if strings.HasPrefix(filepath.ToSlash(inside), s) {
				if d.IsDir() {
					return filepath.SkipDir
				}
				return nil
			}
		}
		if !d.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		look(path, b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// testFiles searches what the server, the agents and the commands wrote, but two things that the server keeps as they are (docs/operations/server.md), and hides
// where they are looked into: the store, which has what was recorded, and in meta.sqlite what people typed in their what-ifs.
func testFiles(t *testing.T, r *rig, finder *canarytest.Finder, temp string) {
	t.Helper()
	want := func(path string, b []byte) {
		for _, part := range finder.In(b) {
			if part == typedPart && strings.HasPrefix(filepath.Base(path), "meta.sqlite") {
				continue
			}
			t.Errorf("what is planted in part %s is in %s", part, path)
		}
	}
	for what, folder := range map[string]struct {
		path  string
		skip  []string
		least int
	}{
		"data folder":            {filepath.Join(r.dir, "data"), []string{"store"}, 5},
		"folder of logs":         {filepath.Join(r.dir, "log"), nil, 1},
		"Parquet as it goes on":  {filepath.Join(r.dir, "parquet"), nil, 1},
		"temporary files":        {temp, nil, 0},
		"configuration of Flink": {filepath.Join(r.flink.Dir, "conf"), nil, 1},
	} {
		if n := lookIntoFolder(t, folder.path, folder.skip, want); n < folder.least {
			t.Errorf("%s: only %d files", what, n)
		}
	}
	// The job itself logs, and Flink logs why it failed: of these logs it is the agent's lines that are looked into, if it has anything to say.
	lookIntoFolder(t, filepath.Join(r.flink.Dir, "log"), nil, func(path string, b []byte) {
		for line := range bytes.Lines(b) {
			if bytes.Contains(line, []byte("[sightglass]")) {
				want(path, line)
			}
		}
	})
}

// keep has the collector keep all that comes.
func (c *collector) keep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.whole = &bytes.Buffer{}
}

// found names what is planted and came.
func (c *collector) found(finder *canarytest.Finder) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return finder.In(c.whole.Bytes())
}
