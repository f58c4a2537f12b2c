//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

// exported is an incident file, and for whom its values are masked.
type exported struct {
	file string
	by   *walker
	as   string // role; empty: whoever makes it
}

// testOpened exports a recording, opens the file on a machine where nobody asks who one is, and walks all routes there.
func testOpened(t *testing.T, r *rig, e exported, known []operation, p plantedPlaces) (opener *walker) {
	t.Helper()
	args := []string{"export", "incident", p.job, "--out", e.file}
	if e.as != "" {
		args = append(args, "--as", e.as)
	}
	if code, out := e.by.run(t, r.binary, "command export incident", args...); code != 0 {
		t.Fatalf("%v: exit %d: %s", args, code, out)
	}
	raw, err := os.ReadFile(e.file)
	if err != nil {
		t.Fatal(err)
	}
	ports, err := lab.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", ports[0])
	shown, err := lab.Start(lab.Command{
		Name: "open", Path: r.binary, Args: []string{"open", e.file, "--listen", address}, Dir: r.dir, Log: filepath.Join(r.dir, "log", "open-"+filepath.Base(e.file)+".log"),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := shown.Stop(t.Context(), 30*time.Second); err != nil {
			t.Error(err)
		}
	}()
	opener = &walker{role: "opener of " + filepath.Base(e.file), base: "http://" + address, finder: e.by.finder, clear: e.by.clear && e.as == "",
		http: &http.Client{Timeout: 2 * time.Minute}, given: make(map[string]bool), seen: make(map[string][]string)}
	opener.look("file", raw)
	if err := lab.AwaitHTTP(t.Context(), opener.base+"/readyz", shown); err != nil {
		t.Fatal(err)
	}
	p.derived = nil
	var there []operation
	for _, o := range known {
		if !slices.Contains([]string{"step", "step-progress", "replay-plan"}, o.id) { // nothing runs again there
			there = append(there, o)
		}
	}
	testRoutes(t, opener, there, p)
	return opener
}
