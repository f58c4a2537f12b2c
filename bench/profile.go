package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// share is a place in the agent's code and its part of all samples of a TaskManager.
type share struct {
	place string
	part  float64
}

const agentPackage = "dev.sightglass."

// profile samples the TaskManager while the hot job is recorded at flight, with the JDK's flight recorder, and keeps where the agent's time goes.
func (s *stage) profile(ctx context.Context, r *results) error {
	w, level := workNamed(hot), "flight"
	job, err := s.recorded.Run(ctx, s.jar, w.class, w.args(s.options.parallelism, level, 0)...)
	if err != nil {
		return err
	}
	defer func() { _ = s.recorded.Client().Cancel(context.WithoutCancel(ctx), job) }() // the cluster stops next
	if err := s.recorded.Client().AwaitJob(ctx, job, "RUNNING"); err != nil {
		return err
	}
	if err := wait(ctx, s.options.warm); err != nil {
		return err
	}
	file := filepath.Join(s.dir, "agent.jfr")
	pid := strconv.Itoa(s.recorded.TaskManagers[0].PID)
	if out, err := exec.CommandContext(ctx, "jcmd", pid, "JFR.start", "name=agent", "settings=profile").CombinedOutput(); err != nil {
		return fmt.Errorf("starting the JDK's recorder: %w: %s", err, out)
	}
	if err := wait(ctx, s.options.span); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "jcmd", pid, "JFR.stop", "name=agent", "filename="+file).CombinedOutput(); err != nil {
		return fmt.Errorf("stopping the JDK's recorder: %w: %s", err, out)
	}
	text, err := exec.CommandContext(ctx, "jfr", "print", "--events", "jdk.ExecutionSample", "--stack-depth", "32", file).Output()
	if err != nil {
		return fmt.Errorf("reading the profile: %w", err)
	}
	r.spent = agentShares(bytes.NewReader(text))
	return nil
}

// agentShares counts samples by the agent's topmost frame, the greatest first. A sample is a block of lines; its stack is between brackets, the top
// first, one frame a line: <class>.<method>(<arguments>) line: <n>.
func agentShares(text io.Reader) []share {
	var (
		samples, agent int
		counts         = make(map[string]int)
		stack, found   bool
	)
	for lines := bufio.NewScanner(text); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		switch {
		case strings.HasPrefix(line, "jdk.ExecutionSample"):
			samples++
			found = false
		case strings.HasPrefix(line, "stackTrace = ["):
			stack = true
		case line == "]":
			stack = false
		case stack && !found && strings.HasPrefix(line, agentPackage):
			found = true
			agent++
			place, _, _ := strings.Cut(strings.TrimPrefix(line, agentPackage), "(")
			counts[place]++
		}
	}
	if samples == 0 {
		return nil
	}
	shares := []share{{"all of the agent", float64(agent) / float64(samples)}}
	for _, place := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) }) {
		shares = append(shares, share{place, float64(counts[place]) / float64(samples)})
	}
	return shares
}

func (r *results) profileTable(w io.Writer) {
	const shown = 25
	if len(r.spent) == 0 {
		return
	}
	fmt.Fprintln(w, "where the agent's time goes in the hot job at flight, of all samples of the TaskManager:")
	for _, s := range r.spent[:min(len(r.spent), shown)] {
		fmt.Fprintf(w, "  %5.1f %%  %s\n", s.part*100, s.place)
	}
	fmt.Fprintln(w)
}
