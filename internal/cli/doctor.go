package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/agentjar"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) doctor() *cobra.Command {
	var job, home string
	c := &cobra.Command{
		Use:   "doctor [--job JOB | --flink-home DIR]",
		Short: "Say what is wrong, and what to do about it",
		Long: `Say what is wrong, and what to do about it: disk, store, agents, hooks, losses, clocks, versions, the recording policy, budgets, and
whether both ends of every channel of running jobs agree.

--job JOB          how well one job is recorded: each hook with its version, how often it fired and at what cost; what the job uses that
                   is not covered; what recording it is spent on
--flink-home DIR   tries every hook on the classes of a Flink that does not run; needs Java, and no server

Exit 1: a check warns or fails, or a hook that recording needs does not fit.`,
		Example: `  sightglass doctor
  sightglass doctor --job order-totals
  sightglass doctor > /dev/null || echo "look at the recorder"`,
		Args: exactly(0, ""),
	}
	c.Flags().StringVar(&job, "job", "", "recording id, beginning of one, or name: how well it is recorded")
	c.Flags().StringVar(&home, "flink-home", "", "folder of a Flink distribution: do the hooks fit it?")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if job != "" && home != "" {
			return usage("", "choose --job or --flink-home")
		}
		if home != "" {
			return a.checkFlink(c.Context(), home)
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		if job != "" {
			return a.jobDoctor(c.Context(), cl, job)
		}
		return a.serverDoctor(c.Context(), cl)
	}
	return c
}

func (a *app) serverDoctor(ctx context.Context, cl *client.Client) error {
	answer, err := cl.Doctor(ctx)
	if err != nil {
		return err
	}
	done, err := a.raw(answer.Raw, true)
	if err != nil {
		return err
	}
	bad := false
	t := newTable(column{head: "CHECK"}, column{head: "STATE", style: stateStyle}, column{head: "DETAIL"})
	for _, x := range answer.Value.Items {
		bad = bad || x.State != "ok"
		t.add(x.Check, string(x.State), x.Detail)
		if x.Fix != "" && x.State != "ok" {
			t.add("", "", "→ "+x.Fix)
		}
	}
	if !done {
		t.print(a, 0)
	}
	if bad {
		return verdict(exitFound)
	}
	return nil
}

func (a *app) jobDoctor(ctx context.Context, cl *client.Client, job string) error {
	answer, err := cl.JobDoctor(ctx, job)
	if err != nil {
		return err
	}
	d := &answer.Value
	done, err := a.raw(answer.Raw, false)
	if err != nil {
		return err
	}
	bad := false
	t := newTable(column{head: "HOOK"}, column{head: "STATE", style: stateStyle}, column{head: "FLINK"}, column{head: "PROCESSES", right: true}, column{head: "FIRED", right: true},
		column{head: "COST", right: true}, column{head: "DETAIL", flex: true}, column{head: "CLASSES", wide: true})
	for _, h := range d.Hooks {
		bad = bad || h.State == "failed" || h.State == "missing"
		cost := ""
		if h.Ns != "" {
			cost = h.Ns + " ns"
		}
		t.add(h.ID, h.State, orNothing(h.Flink), strconv.FormatInt(h.Processes, 10), a.count(h.Fired), orNothing(cost), h.Detail, strings.Join(h.Classes, " "))
	}
	if done {
		return found(bad)
	}
	if len(d.Hooks) == 0 {
		a.hint("No process of this job is connected: what its hooks did is not known any more.")
	} else {
		t.print(a, 0)
	}
	a.section("Not covered")
	if len(d.Uncovered) == 0 {
		a.say("nothing that this job uses is known to be missing")
	}
	t = newTable(column{head: "WHAT"}, column{head: "OPERATORS", flex: true}, column{head: "DETAIL"})
	for _, u := range d.Uncovered {
		t.add(u.What, orNothing(strings.Join(u.Operators, ", ")), u.Text)
		if u.Fix != "" {
			t.add("", "", "→ "+u.Fix)
		}
	}
	if len(d.Uncovered) > 0 {
		t.print(a, 0)
	}
	a.section("Spent on")
	t = newTable(column{head: "LANE"}, column{head: "BYTES", right: true}, column{head: "SHARE", right: true}, column{head: "ROWS", right: true}, column{head: "BLOCKS", right: true})
	for _, l := range d.Lanes {
		t.add(l.Lane, size(l.Bytes), fmt.Sprintf("%.1f %%", l.Share*100), a.count(l.Rows), a.count(l.Blocks))
	}
	t.print(a, 0)
	if len(d.Spent) > 0 {
		t = newTable(column{head: "CPU TIME OF"}, column{head: "SECONDS", right: true})
		for _, x := range d.Spent {
			ns, _ := strconv.ParseFloat(x.Ns, 64) // the server's own number
			t.add(x.On, fmt.Sprintf("%.2f", ns/1e9))
		}
		a.say("")
		a.more(t.print(a, 12), "into a pipe, or -o json")
	}
	a.link(cl, "/agents", "")
	return found(bad)
}

func found(bad bool) error {
	if bad {
		return verdict(exitFound)
	}
	return nil
}

// hookFit is one line of what the agent says of a Flink that does not run.
type hookFit struct {
	Hook   string `json:"hook"`
	Class  string `json:"class"`
	State  string `json:"state"` // fits, missing, absent
	Detail string `json:"detail,omitempty"`
}

// checkFlink has the agent in this binary try its hooks on the classes of a distribution.
func (a *app) checkFlink(ctx context.Context, home string) error {
	dir, err := os.MkdirTemp("", "sightglass-check-")
	if err != nil {
		return fmt.Errorf("making a folder for the agent: %w", err)
	}
	defer os.RemoveAll(dir)
	jar := filepath.Join(dir, agentjar.Name)
	if _, err := agentjar.Write(jar); err != nil {
		return &failure{code: exitInternal, err: err, hint: "build with make build: then the binary carries the agent"}
	}
	java := "java"
	if set, ok := a.Env("JAVA_HOME"); ok && set != "" {
		java = filepath.Join(set, "bin", "java")
	}
	var out, errs bytes.Buffer
	run := exec.CommandContext(ctx, java, "-jar", jar, "check", home)
	run.Stdout, run.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := run.Run(); errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
		return usage("install a JDK 11 or later, or set JAVA_HOME", "%s is not there: the hooks are tried by the agent itself", java)
	} else if err != nil && (!errors.As(err, &exit) || exit.ExitCode() > 2) {
		return fmt.Errorf("the agent could not look at %s: %w %s", home, err, strings.TrimSpace(errs.String()))
	}
	version, fits, wrong := readFits(out.String())
	if wrong != "" {
		return usage("give the folder that holds lib/flink-dist-….jar", "%s", wrong)
	}
	return a.showFits(version, fits, exit != nil)
}

func readFits(text string) (version string, fits []hookFit, wrong string) {
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		f := strings.Split(s.Text(), "\t")
		switch {
		case len(f) == 2 && f[0] == "error":
			wrong = f[1]
		case len(f) == 2 && f[0] == "flink":
			version = f[1]
		case len(f) == 5 && f[0] == "hook":
			fits = append(fits, hookFit{f[1], f[2], f[3], f[4]})
		}
	}
	return version, fits, wrong
}

func (a *app) showFits(version string, fits []hookFit, unfit bool) error {
	list, err := json.Marshal(map[string]any{"kind": "hook-fit", "version": 1, "flink": version, "recordable": !unfit, "items": fits})
	if err != nil {
		return fmt.Errorf("writing what was found: %w", err)
	}
	if done, err := a.raw(list, true); done {
		return errors.Join(err, found(unfit))
	}
	t := newTable(column{head: "HOOK"}, column{head: "STATE", style: stateStyle}, column{head: "CLASS", flex: true}, column{head: "DETAIL", flex: true})
	for _, h := range fits {
		detail := h.Detail
		if h.State == "absent" {
			detail = "this Flink has no such class; connectors come with a job's jar"
		}
		t.add(h.Hook, h.State, h.Class, detail)
	}
	t.print(a, 0)
	if unfit {
		a.say("Flink %s: no task can be recorded, since a hook that recording needs does not fit", version)
	} else {
		a.say("Flink %s: tasks can be recorded", version)
	}
	return found(unfit)
}
