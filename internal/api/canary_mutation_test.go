//go:build mutation

package api

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// masking finds the calls by which a payload becomes a view or a source: who asks is their first argument.
var masking = regexp.MustCompile(`[\w.]+(?:\(\))?\.(View|Source)\([\w.]+, access\.Subject`)

// Each call that masks is taken out by itself, and the walk must see it: with the policy of whoever sees everything in its place, a value
// leaves by some route.
func TestAnyMaskThatIsTakenOutIsSeen(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "internal", "browse", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range files {
		if matched, _ := filepath.Match("*_test.go", filepath.Base(file)); matched {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range masking.FindAllSubmatchIndex(text, -1) {
			n++
			call := string(text[at[2]:at[3]])
			mutant := string(text[:at[0]]) + fmt.Sprintf("access.Local().%s(access.LocalPrincipal(\"mutant\"), access.Subject", call) + string(text[at[1]:])
			name := fmt.Sprintf("%s, call %d of %s", filepath.Base(file), n, call)
			t.Run(name, func(t *testing.T) {
				dir := t.TempDir()
				changed := filepath.Join(dir, "changed.go")
				overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{file: changed}})
				if err != nil {
					t.Fatal(err)
				}
				for path, text := range map[string][]byte{changed: []byte(mutant), filepath.Join(dir, "overlay.json"): overlay} {
					if err := os.WriteFile(path, text, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-overlay", filepath.Join(dir, "overlay.json"), "-run", "^TestNoRouteShowsAValueToWhoMayNotSeeIt$", "./internal/api")
				cmd.Dir = root
				out, err := cmd.CombinedOutput()
				switch {
				case err == nil:
					t.Errorf("nobody sees that the mask is gone")
				case !regexp.MustCompile(`the canary \w+ leaves by`).Match(out):
					t.Errorf("it fails for another reason: %v\n%s", err, out)
				}
			})
		}
	}
	if n == 0 {
		t.Error("no call that masks was found")
	}
	t.Logf("%d masking calls taken out, each by itself", n)
}
