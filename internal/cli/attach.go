package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/agentjar"
	"github.com/sightglass/sightglass/internal/cli/flinkconf"
	"github.com/sightglass/sightglass/internal/client"
)

type attachFlags struct {
	home, jarPath, jarOnly, host string
	write, noWait                bool
	timeout                      time.Duration
}

func (a *app) attach() *cobra.Command {
	var f attachFlags
	c := &cobra.Command{
		Use:   "attach [flags]",
		Short: "Print what goes into Flink's configuration, or put it there; wait for the first block",
		Long: `Print the two lines that go into Flink's configuration, and wait until something arrives; then print the agents' self-test.

With --flink-home the change to that installation's own file is shown, and with --write made: existing options stay, comments and order
too, the original is kept beside it, and sightglass detach takes it back to the byte. Doing it twice changes nothing.

Exit 2: nothing arrived within --timeout.`,
		Example: `  sightglass attach
  sightglass attach --flink-home /opt/flink --write
  sightglass attach --jar ./sightglass-agent.jar`,
		Args: exactly(0, ""),
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.home, "flink-home", "", "folder of a Flink installation whose configuration is shown changed")
	fl.BoolVar(&f.write, "write", false, "make the change")
	fl.StringVar(&f.jarPath, "jar-path", "", "where the agent's jar is (or is written) on Flink's machines; default: where the server wrote it")
	fl.StringVar(&f.host, "agent-address", "", "host:port under which Flink's machines reach the server; default: as the server says")
	fl.BoolVar(&f.noWait, "no-wait", false, "do not wait for the first block")
	fl.DurationVar(&f.timeout, "timeout", 5*time.Minute, "how long to wait")
	fl.StringVar(&f.jarOnly, "jar", "", "write the agent that this program carries to FILE, and nothing else")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if f.jarOnly != "" {
			return a.writeJar(f.jarOnly)
		}
		if f.write && f.home == "" {
			return usage("as in --flink-home /opt/flink", "--write wants --flink-home")
		}
		return a.attachTo(c.Context(), &f)
	}
	return c
}

func (a *app) writeJar(path string) error {
	switch changed, err := agentjar.Write(path); {
	case errors.Is(err, agentjar.ErrAbsent):
		return &failure{code: exitInternal, err: err, hint: "a released binary carries it"}
	case err != nil:
		return &failure{code: exitInternal, err: err}
	case !changed:
		a.hint("%s holds this agent already", path)
	default:
		a.hint("wrote %s", path)
	}
	return nil
}

func (a *app) attachTo(ctx context.Context, f *attachFlags) error {
	cl, err := a.client()
	if err != nil {
		return err
	}
	status, err := cl.Status(ctx)
	if err != nil {
		return err
	}
	options, err := f.options(&status.Value)
	if err != nil {
		return err
	}
	if f.home == "" {
		a.printLines(options)
	} else if err := a.changeConfiguration(f, options, &status.Value); err != nil {
		return err
	}
	if f.noWait || (f.home != "" && !f.write) {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, f.timeout)
	defer stop()
	return a.awaitBlock(ctx, cl, f)
}

// options are the server's lines with what the flags change.
func (f *attachFlags) options(s *gen.Status) (out []flinkconf.Option, err error) {
	for _, line := range s.FlinkLines {
		key, value, ok := strings.Cut(line, ": ")
		jar, arguments, ok2 := strings.Cut(value, "=")
		if !ok || !ok2 || !strings.HasPrefix(jar, "-javaagent:") {
			return nil, fmt.Errorf("the server's line %q cannot be read (is it of another version?)", line)
		}
		if f.jarPath != "" {
			path, err := filepath.Abs(f.jarPath)
			if err != nil {
				return nil, fmt.Errorf("path of the agent: %w", err)
			}
			jar = "-javaagent:" + path
		}
		if f.host != "" {
			_, rest, more := strings.Cut(arguments, ",")
			if arguments = f.host; more {
				arguments += "," + rest
			}
		}
		out = append(out, flinkconf.Option{Key: key, Value: jar + "=" + arguments})
	}
	return out, nil
}

// jar is the path in an option.
func jarOf(o flinkconf.Option) string {
	path, _, _ := strings.Cut(strings.TrimPrefix(o.Value, "-javaagent:"), "=")
	return path
}

func (a *app) printLines(options []flinkconf.Option) {
	a.hint("Into Flink's configuration (conf/config.yaml), then restart Flink:\n")
	for _, o := range options {
		a.say("%s: %s", o.Key, o.Value)
	}
	a.hint("\nDocker, Kubernetes and YARN: docs/guides/attach.md. sightglass attach --flink-home DIR --write does it for an installation on this machine.")
}

// changeConfiguration shows the change to an installation's file, and makes it when told to.
func (a *app) changeConfiguration(f *attachFlags, options []flinkconf.Option, s *gen.Status) error {
	file, err := flinkconf.Find(f.home)
	if err != nil {
		return err
	}
	change, err := file.Plan(options)
	if err != nil {
		return err
	}
	jar := jarOf(options[0])
	if change.Empty() {
		a.hint("%s has the agent already: nothing to change", file.Path)
	} else {
		a.say("%s", strings.TrimSuffix(change.Diff(), "\n"))
	}
	if !f.write {
		if !change.Empty() {
			a.hint("\nNothing was changed. --write makes the change; sightglass detach --flink-home %s takes it back.", f.home)
		}
		return nil
	}
	if f.jarPath != "" || !isRegular(jar) {
		switch _, err := agentjar.Write(jar); {
		case errors.Is(err, agentjar.ErrAbsent) && isRegular(jar):
			a.hint("this program carries no agent; the one in %s stays", jar)
		case err != nil:
			return &failure{code: exitInternal, err: err, hint: "Flink would not start with a jar that is not there, so its configuration was not changed"}
		}
	}
	if change.Empty() {
		return nil
	}
	if err := change.Write(); err != nil {
		return err
	}
	a.hint("\nChanged %s. Restart Flink: processes that run already are not recorded.", file.Path)
	return nil
}

func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

const pollEvery = 500 * time.Millisecond

// awaitBlock waits until a block arrives after now, and shows the self-test.
func (a *app) awaitBlock(ctx context.Context, cl *client.Client, f *attachFlags) error {
	first, err := cl.Status(ctx)
	if err != nil {
		return err
	}
	a.hint("\nWaiting for the first block (%s; Ctrl-C ends the waiting only)", f.timeout)
	agents := first.Value.Agents
	if agents > 0 {
		a.hint("  %s connected already", plural(int(agents), "agent"))
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	began, reminded := time.Now(), time.Duration(0)
	for {
		now, err := cl.Status(ctx)
		switch {
		case err == nil && now.Value.Ingest.Blocks != first.Value.Ingest.Blocks && number(now.Value.Ingest.Blocks) > 0:
			a.hint("  first block after %s", span(time.Since(began)))
			return a.showSelfTest(ctx, cl)
		case err == nil && now.Value.Agents > agents:
			a.hint("  %s connected after %s", plural(int(now.Value.Agents), "agent"), span(time.Since(began)))
		case err != nil && ctx.Err() == nil && !retryable(err):
			return err
		}
		if err == nil {
			agents = now.Value.Agents
		}
		if waited := time.Since(began); waited-reminded >= 15*time.Second {
			reminded = waited
			a.hint("  nothing yet after %s: is Flink restarted, does a job run, and can its machines reach the agents' port?", span(waited))
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return &failure{code: exitUnknown, err: fmt.Errorf("nothing arrived within %s", f.timeout),
					hint: "sightglass doctor says what is missing; Flink's .out file has what the agent says"}
			}
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// retryable: a server that is just being restarted comes back.
func retryable(err error) bool {
	var p *client.Problem
	return errors.Is(err, client.ErrUnreachable) || (errors.As(err, &p) && p.Status >= http.StatusInternalServerError)
}

func (a *app) showSelfTest(ctx context.Context, cl *client.Client) error {
	agents, err := cl.Agents(ctx)
	if err != nil {
		return err
	}
	a.say("")
	a.selfTest(agents.Value.Items)
	a.link(cl, "/agents", "")
	return nil
}
