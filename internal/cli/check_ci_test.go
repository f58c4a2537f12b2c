package cli

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/gen"
)

// asSightglass lets this test's own binary be the program that scripts call.
const asSightglass = "TEST_AS_SIGHTGLASS"

func TestMain(m *testing.M) {
	if os.Getenv(asSightglass) != "" {
		os.Exit(Main(context.Background(), os.Args[1:], Standard(), "test"))
	}
	os.Exit(m.Run())
}

// scripted runs a script of CI in a folder, with sightglass in its path, and gives its exit code.
func scripted(t *testing.T, dir, script string, env ...string) int {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	shim := "#!/bin/sh\n" + asSightglass + "=1 exec '" + self + "' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "sightglass"), []byte(shim), 0o700); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script) // as both run it
	c.Dir, c.Env = dir, append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CONFIG_HOME=" + dir}, env...)
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("%s", out)
	return c.ProcessState.ExitCode()
}

// action is the composite action: the scripts of its steps, and the environment of the first with inputs put in.
func action(t *testing.T, inputs map[string]string) (scripts []string, env []string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "ci", "github", "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a struct {
		Inputs map[string]struct{ Default string }
		Runs   struct {
			Steps []struct {
				If, Run string
				Env     map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	for i, s := range a.Runs.Steps {
		if s.If != "" {
			continue // a comment of the pull request
		}
		scripts = append(scripts, s.Run)
		for name, from := range s.Env {
			if i > 0 {
				continue
			}
			input := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(from, "${{"), " inputs."), "}}"))
			value, given := inputs[input]
			if !given {
				value = a.Inputs[input].Default
			}
			env = append(env, name+"="+value)
		}
	}
	return scripts, env
}

// The scripts for CI end as the check does, with all reports written: the action in its last step, the template at once.
func TestScriptsForCIEndAsTheCheckDoes(t *testing.T) {
	j := &judging{state: "done"}
	s := httptest.NewServer(j)
	defer s.Close()
	for _, c := range []struct {
		name   string
		counts gen.ImpactCounts
		status int
		server string
		want   int
	}{
		{"safe", gen.ImpactCounts{Safe: 1}, 0, s.URL, 0},
		{"broken", gen.ImpactCounts{Broken: 1}, 0, s.URL, 1},
		{"over budget", gen.ImpactCounts{Unknown: 3}, 0, s.URL, 2},
		{"not permitted", gen.ImpactCounts{}, 403, s.URL, 77},
		{"no server", gen.ImpactCounts{}, 0, "http://127.0.0.1:1", 69},
		{"a proposal that cannot be read", gen.ImpactCounts{}, 422, s.URL, 64},
	} {
		j.counts, j.status = c.counts, c.status
		reports := []string{"sightglass-check.md", "sightglass-check.sarif", "sightglass-check.xml"}
		written := func(dir string) (got []string) {
			for _, name := range reports {
				if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil && strings.HasPrefix(string(b), "report as ") {
					got = append(got, name)
				}
			}
			return got
		}
		hold := func(form, dir string, code int) {
			t.Helper()
			if code != c.want {
				t.Errorf("%s, %s: exit %d, want %d", form, c.name, code, c.want)
			}
			if is := c.want <= 2; slices.Equal(written(dir), reports) != is {
				t.Errorf("%s, %s: reports %v", form, c.name, written(dir))
			}
		}

		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "order of ours.avsc"), []byte(`"string"`), 0o600); err != nil {
			t.Fatal(err)
		}
		scripts, env := action(t, map[string]string{
			"server": c.server, "token": "t", "schema": "order of ours.avsc", "subject": "orders-value", "references": "a.avsc=order of ours.avsc\nb.avsc=order of ours.avsc\n", "max-unknown": "2",
		})
		if len(scripts) != 2 {
			t.Fatalf("the action has %d scripts", len(scripts))
		}
		env = append(env, "GITHUB_OUTPUT="+filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary"))
		if code := scripted(t, dir, scripts[0], env...); code != 0 {
			t.Errorf("the action's check ends with %d, so that nothing is written behind it", code)
		}
		out, err := os.ReadFile(filepath.Join(dir, "output"))
		if err != nil {
			t.Fatal(err)
		}
		hold("action", dir, scripted(t, dir, scripts[1], "CODE="+strings.TrimSpace(strings.TrimPrefix(string(out), "code="))))
		if n := len(j.asked); c.want <= 2 && (len(j.asked[n-1].References) != 2 || j.asked[n-1].File != "order of ours.avsc") {
			t.Errorf("asked %+v", j.asked[n-1])
		}

		dir = t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "order.avsc"), []byte(`"string"`), 0o600); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join("..", "..", "ci", "gitlab", "sightglass-check.yml"))
		if err != nil {
			t.Fatal(err)
		}
		var template map[string]struct {
			Variables map[string]string
			Script    []string
		}
		if err := yaml.Unmarshal(raw, &template); err != nil {
			t.Fatal(err)
		}
		job := template[".sightglass-check"]
		env = []string{"SIGHTGLASS_SERVER=" + c.server, "SIGHTGLASS_TOKEN=t"}
		job.Variables["CHECK"], job.Variables["MAX_UNKNOWN"] = "--schema order.avsc --subject orders-value", "2"
		for name, value := range job.Variables {
			env = append(env, name+"="+value)
		}
		hold("template", dir, scripted(t, dir, strings.Join(job.Script, "\n"), env...))
	}
}

// A report that was made before is shown by its id, and ends as it did then.
func TestAReportThatWasMadeBeforeIsShown(t *testing.T) {
	j := &judging{state: "done", counts: gen.ImpactCounts{Broken: 1}}
	s := httptest.NewServer(j)
	defer s.Close()
	if out, errs, code := runCheck(t, s.URL, "--report", "7"); code != exitFound || out != "report as text\n" || len(j.asked) != 0 {
		t.Errorf("exit %d %s%s", code, out, errs)
	}
	if _, _, code := runCheck(t, s.URL, "--report", "7", "--drop", "orders#a"); code != exitUsage {
		t.Errorf("with a proposal: exit %d", code)
	}
	if _, _, code := runCheck(t, s.URL, "--report", "8"); code == 0 {
		t.Error("one that is not there was shown")
	}
	if _, _, code := runCheck(t, s.URL, "--jar", "no-such.jar", "--job", "totals"); code != exitUsage {
		t.Errorf("a jar that is not there: exit %d", code)
	}
}
