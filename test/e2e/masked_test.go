//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

// maskedPolicy hides the address of visits from guests, by tokens that stay in the key groups of their values.
const maskedPolicy = `apiVersion: sightglass/v1
kind: AccessPolicy
masking:
  classes:
    address: {rank: 10, action: token, key_groups: any}
  rules:
    - {jobs: ["visits"], part: [value, key, state, timer], paths: {"**": public, "**.email": address}}
    - {jobs: ["visits"], part: key, paths: {"": address}}
roles:
  - name: guest
    allow: [{actions: ["job:view", "job:read"], resources: ["flink/**"]}]
`

// testMasked gives a recording away masked in a browser, with its program, and runs it again from the file: what the file says of its replay is what comes
// of it, the task that parses addresses is named as the one that parts, and no address is in the file.
func testMasked(t *testing.T, r *rig) {
	dir := t.TempDir()
	job := r.finished(t, r.jar, "e2e.Visits")
	r.awaitCapsules(t, job)
	raw, file, data := filepath.Join(dir, "raw.sgi"), filepath.Join(dir, "masked.sgi"), filepath.Join(dir, "data")
	r.sightglass(t, r.ask.base, 0, "export", "incident", job, "--with-program", "--out", raw)

	// The one who gives it away has a policy, and sees everything.
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "access.yaml"), []byte(maskedPolicy), 0o600); err != nil {
		t.Fatal(err)
	}
	base, stop := r.another(t, "giver", "up", "--data", data, "--agent-listen", "127.0.0.1:0", "--replay-flink", r.lab.Cache, "--replay-sandbox", lab.ReplaySandbox())
	r.sightglass(t, base, 0, "import", raw)
	browser := exec.CommandContext(t.Context(), "npm", "--prefix", "web", "run", "e2e")
	browser.Dir = r.lab.Repository
	browser.Env = append(os.Environ(), "NO_COLOR=1", "SIGHTGLASS_URL="+base, "SIGHTGLASS_STORIES=masked", "SIGHTGLASS_DOWNLOADS="+dir,
		"SIGHTGLASS_SCREENSHOTS="+filepath.Join(r.lab.Repository, "build", "screenshots"))
	if out, err := browser.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	stop()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(whole, []byte("visitor-")) {
		t.Errorf("an address is in the file")
	}

	base, _ = r.another(t, "opened", "open", file, "--replay-flink", r.lab.Cache, "--replay-sandbox", lab.ReplaySandbox())
	var of struct {
		Verdict, Details string
		Masked           bool
		KeyBits          int `json:"key_group_bits"`
	}
	ask(t, http.MethodGet, base+"/api/v1/recordings/"+job+"/incident", nil, &of)
	if of.Verdict != "not-replayable" || !strings.Contains(of.Details, "parse, subtask") || !of.Masked || of.KeyBits != 7 { // 128 key groups
		t.Errorf("the file says %+v", of)
	}
	for operator, want := range map[string]string{"visits": "path-equal", "count": "exact", "measure": "path-equal", "parse": "diverged"} {
		gave := 0
		for _, subtask := range []string{"0", "1"} { // one of the source's may have been given nothing to read
			out := r.sightglass(t, base, -1, "replay", job, operator, "--subtask", subtask, "-o", "json")
			var run replayRun
			err := json.Unmarshal(out, &run)
			switch {
			case err != nil || run.Verdict == nil:
				t.Errorf("%s from the file: %v: %.2000s", operator, err, out)
			case run.Verdict.Recorded == "0" && run.Verdict.Verdict == "nothing":
			case run.Verdict.Recorded == "0" || run.Verdict.Verdict != want:
				t.Errorf("%s from the file, want %s: %.2000s", operator, want, out)
			default:
				gave++
			}
		}
		if gave == 0 {
			t.Errorf("no subtask of %s gave anything", operator)
		}
	}
	out := r.sightglass(t, base, 0, "events", job, "--op", "count", "--kind", "record", "--limit", "0", "-o", "jsonl")
	if bytes.Contains(out, []byte("visitor-")) || !bytes.Contains(out, []byte("address_")) {
		t.Errorf("the opened file shows %.300s", out)
	}
}

// another starts a server of the binary beside the rig's, and gives its address.
func (r *rig) another(t *testing.T, name, verb string, args ...string) (base string, stop func()) {
	t.Helper()
	ports, err := lab.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	listen := fmt.Sprintf("127.0.0.1:%d", ports[0])
	p, err := lab.Start(lab.Command{
		Name: name, Path: r.binary, Dir: r.dir, Log: filepath.Join(r.dir, "log", name+".log"), Args: slices.Concat([]string{verb}, args, []string{"--listen", listen}),
	})
	if err != nil {
		t.Fatal(err)
	}
	stop = func() {
		if err := p.Stop(context.WithoutCancel(t.Context()), 30*time.Second); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	base = "http://" + listen
	if err := lab.AwaitHTTP(t.Context(), base+"/readyz", p); err != nil {
		t.Fatal(err)
	}
	return base, stop
}

// sightglass runs a command against a server, which ends with the exit code; -1 = with any.
func (r *rig) sightglass(t *testing.T, base string, exit int, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), r.binary, append([]string{"--server", base}, args...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if cmd.ProcessState == nil || exit >= 0 && cmd.ProcessState.ExitCode() != exit {
		t.Fatalf("sightglass %s: %v, want exit %d\n%s%s", strings.Join(args, " "), err, exit, out, &errs)
	}
	return out
}
