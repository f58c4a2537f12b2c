//go:build e2e

package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
	"github.com/sightglass/sightglass/tools/lab/demo"
)

// TestDemo starts the demo in a folder and on ports of its own and opens it in a real browser as a newcomer would.
func TestDemo(t *testing.T) {
	// Of a long output the end is what one sees.
	var failed []string
	t.Cleanup(func() {
		for _, text := range failed {
			lines := strings.Split(text, "\n")
			t.Logf("failed: %s", strings.Join(lines[:min(len(lines), 8)], "\n"))
		}
	})
	log := &progress{t: t}
	t.Cleanup(log.end)
	l, err := lab.Open(lab.Options{Progress: log})
	if err != nil {
		t.Fatal(err)
	}
	ports, err := lab.FreePorts(5)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(l.Repository, "build", "e2e", "demo")
	if err := demo.Stop(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	o := demo.Options{Dir: dir, Flink: *flinkFlag, UIPort: ports[0], AgentPort: ports[1], KafkaPort: ports[2], FlinkPort: ports[3], Registry: ports[4]}
	// Three minutes after the downloads' end both jobs show live rates.
	if _, err := l.InstallFlink(t.Context(), o.Flink); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	running, err := demo.Up(t.Context(), l, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		if err := demo.Stop(ctx, dir); err != nil {
			t.Error(err)
		}
		if dead := running.Dead(); len(dead) != len(running.Processes) {
			t.Errorf("after the stop only %v of %d processes have ended", dead, len(running.Processes))
		}
		if err := demo.Stop(ctx, dir); err != nil {
			t.Errorf("stopping again: %v", err)
		}
	})
	t.Logf("both jobs were live after %s", time.Since(began).Round(time.Second))

	if again, err := demo.Up(t.Context(), l, o); !errors.Is(err, demo.ErrRunning) || again == nil || again.URL != running.URL {
		t.Errorf("starting twice: %v", err)
	}
	o.Dir = filepath.Join(l.Repository, "build", "e2e", "second-demo")
	var taken *lab.PortError
	if _, err := demo.Up(t.Context(), l, o); !errors.As(err, &taken) || taken.Choose == "" {
		t.Errorf("a second demo on the same ports: %v", err)
	}

	t.Run("editor", func(t *testing.T) {
		testEditor(t, filepath.Join(l.Repository, "bin", "sightglass"), running.URL, l.Repository)
	})
	t.Run("walks", func(t *testing.T) {
		c := newServerClient(running.URL)
		wantWalks(t, c, "order-totals", secondComing(t, c))
	})
	t.Run("governance", func(t *testing.T) { testGovernance(t, l.Repository, running) })
	t.Run("browser", func(t *testing.T) {
		downloads := t.TempDir()
		cmd := exec.CommandContext(t.Context(), "npm", "--prefix", "web", "run", "e2e")
		cmd.Dir = l.Repository
		cmd.Env = append(os.Environ(), "NO_COLOR=1", "SIGHTGLASS_URL="+running.URL,
			"SIGHTGLASS_SCREENSHOTS="+filepath.Join(l.Repository, "build", "screenshots"), "SIGHTGLASS_DOWNLOADS="+downloads)
		out, err := cmd.CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			failed = append(failed, failures(out))
			t.Fatalf("%v\n%s", err, failures(out))
		}
		wantDownloadedTest(t, l, running, downloads)
	})
	t.Run("exported tests", func(t *testing.T) { failed = append(failed, wantExportedTests(t, l, running)...) })
	t.Run("logins", func(t *testing.T) { // the last: it ends the demo's own server
		out, err := testLogins(t, l, running, dir)
		t.Logf("%s", out)
		if err != nil {
			failed = append(failed, failures(out))
			t.Fatalf("%v\n%s", err, failures(out))
		}
	})
}

// failures are the lines of a browser run that name what failed.
func failures(out []byte) string {
	var found []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "FAIL") || strings.Contains(line, "Error: ") || strings.Contains(line, " \u276f ") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return strings.Join(found, "\n")
}
