package server

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/ingest"
)

// Free space below which the doctor warns, and below which blocks are refused (the store's default).
const (
	lowFree = 5 << 30
	minFree = 512 << 20
)

// maxClockOffset is how far an agent's clock may be off before times of different machines mislead.
const maxClockOffset = time.Second

// States of a check.
const (
	stateOK   = "ok"
	stateWarn = "warn"
	stateFail = "fail"
)

// Doctor is api.Host: what is wrong, and what to do about it.
func (s *Server) Doctor(ctx context.Context) ([]api.Check, error) {
	agents := s.ingest.Agents()
	checks := []api.Check{s.checkDisk(), s.checkStore(), s.checkAudit(), s.checkAgentJar(), checkAgents(agents, s.info.FlinkLines)}
	checks = append(checks, checkHooks(agents), checkLosses(agents), checkClocks(agents), checkVersions(agents, s.version), s.checkRefusals())
	checks = append(checks, checkPolicy(s.steer.State(), agents, s.now()), checkBudgets(agents), s.rules.check(), s.checkGrants())
	if s.contracts != nil {
		checks = append(checks, s.contracts.check())
	}
	checks = append(checks, s.checkOTLP()...)
	checks = append(checks, s.checkParquet()...)
	checks = append(checks, s.checkNotify(ctx)...)
	return append(checks, s.checkJobs(ctx)...), nil
}

func (s *Server) checkDisk() api.Check {
	free := s.store.Stats().Free
	c := api.Check{Check: "disk", State: stateOK, Detail: sizeText(free) + " free for " + s.info.Data}
	switch {
	case free < minFree:
		c.State, c.Fix = stateFail, "free space or move the data folder: blocks are refused, agents keep them as long as their buffers last"
	case free < lowFree:
		c.State, c.Fix = stateWarn, "free space or delete recordings: below "+sizeText(minFree)+" blocks are refused"
	}
	return c
}

func (s *Server) checkStore() api.Check {
	st := s.store.Stats()
	c := api.Check{Check: "store", State: stateOK, Detail: fmt.Sprintf("%d recordings, %d blocks, %s", st.Recordings, st.Blocks, sizeText(int64(st.Bytes)))}
	switch {
	case st.SyncErrors > 0:
		c.State, c.Fix = stateFail, "the disk failed to write: look into the system's log"
		c.Detail += fmt.Sprintf("; %d writes to disk failed", st.SyncErrors)
	case st.Damaged > 0:
		c.State, c.Fix = stateWarn, "sightglass gaps shows what is missing; the damaged bytes are kept in lost+found"
		c.Detail += fmt.Sprintf("; %d damaged stretches found at the start", st.Damaged)
	}
	return c
}

func (s *Server) checkAgentJar() api.Check {
	if s.info.AgentJar == "" {
		return api.Check{Check: "agent jar", State: stateWarn, Detail: "this binary carries no agent, or it could not be written",
			Fix: "build with make build, or write it elsewhere with sightglass attach --jar FILE"}
	}
	return api.Check{Check: "agent jar", State: stateOK, Detail: s.info.AgentJar}
}

func checkAgents(agents []ingest.AgentStatus, lines []string) api.Check {
	connected, roles := 0, map[string]int{}
	for _, a := range agents {
		if a.Connected {
			connected++
			roles[a.Role]++
		}
	}
	c := api.Check{Check: "agents", State: stateOK, Detail: fmt.Sprintf("%d connected", connected)}
	switch {
	case connected == 0 && len(agents) == 0:
		c.State, c.Detail, c.Fix = stateWarn, "no process with an agent has connected", "put into Flink's configuration and restart Flink: "+strings.Join(lines, " ; ")
	case connected == 0:
		c.State, c.Detail, c.Fix = stateWarn, fmt.Sprintf("none of %d connected now", len(agents)), "is Flink running, and can its machines reach this server?"
	case roles["jobmanager"] == 0:
		c.State, c.Fix = stateWarn, "put the line for the JobManager into its configuration too: without it job states, checkpoints and the graph are put together from what TaskManagers show"
		c.Detail += ", no JobManager among them"
	}
	return c
}

func checkHooks(agents []ingest.AgentStatus) api.Check {
	missing, off, unrecorded := map[string]int{}, []string{}, []string{}
	hooks, failures := 0, uint64(0)
	for _, a := range agents {
		if !a.Connected {
			continue
		}
		for _, h := range a.Hooks {
			hooks++
			if h.State == "missing" || h.State == "failed" {
				missing[h.ID+" ("+h.State+": "+h.Detail+", Flink "+a.Flink+")"]++
			}
		}
		switch {
		case a.Off:
			off = append(off, fmt.Sprintf("%s pid %d: %s", a.Host, a.PID, a.Reason))
		case a.Reason != "":
			unrecorded = append(unrecorded, fmt.Sprintf("%s pid %d: %s", a.Host, a.PID, a.Reason))
		}
		failures += a.Counters.Errors
	}
	c := api.Check{Check: "hooks", State: stateOK, Detail: fmt.Sprintf("%d hooks, none missing", hooks)}
	switch {
	case len(off) > 0:
		c.State, c.Detail, c.Fix = stateFail, "recording is switched off: "+strings.Join(off, "; "), "restart these processes once the reason is gone"
	case len(unrecorded) > 0:
		c.State, c.Detail = stateFail, strings.Join(unrecorded, "; ")
		c.Fix = "a hook that recording needs does not work on this Flink: report it with the Flink version; the jobs are not affected"
	case len(missing) > 0:
		c.State, c.Detail = stateWarn, "do not work: "+strings.Join(sorted(missing), "; ")
		c.Fix = "what these hooks record is missing; report it with the Flink version, other recording goes on"
	case failures > 0:
		c.State, c.Detail, c.Fix = stateWarn, fmt.Sprintf("%d errors inside agents", failures), "the agents' standard error says which; jobs are not affected"
	}
	return c
}

func checkLosses(agents []ingest.AgentStatus) api.Check {
	events, queued := uint64(0), uint64(0)
	for _, a := range agents {
		events += a.Counters.LostEvents
		queued += a.Counters.QueuedBytes
	}
	c := api.Check{Check: "losses", State: stateOK, Detail: "nothing lost, " + sizeText(int64(queued)) + " waiting in agents"}
	if events > 0 {
		c.State, c.Detail = stateWarn, fmt.Sprintf("%d events were not recorded because agents' memory was full", events)
		c.Fix = "sightglass gaps shows where; give agents more with memory= and buffer=, or this server a faster disk"
	}
	return c
}

func checkClocks(agents []ingest.AgentStatus) api.Check {
	var worst time.Duration
	var who string
	for _, a := range agents {
		if d := time.Duration(a.ClockOffsetUS) * time.Microsecond; a.ClockKnown && d.Abs() > worst.Abs() {
			worst, who = d, a.Host
		}
	}
	c := api.Check{Check: "clocks", State: stateOK, Detail: "largest difference " + worst.Abs().Round(time.Millisecond).String()}
	if worst.Abs() > maxClockOffset {
		c.State, c.Detail = stateWarn, fmt.Sprintf("the clock of %s differs by %s", who, worst.Round(time.Millisecond))
		c.Fix = "synchronise clocks: order and latency between machines are read from them"
	}
	return c
}

func checkVersions(agents []ingest.AgentStatus, version string) api.Check {
	others := map[string]int{}
	for _, a := range agents {
		if a.Connected && release(a.Agent) != release(version) {
			others[a.Agent]++
		}
	}
	c := api.Check{Check: "versions", State: stateOK, Detail: "server " + version}
	if len(others) > 0 {
		c.State, c.Detail = stateWarn, "server "+version+", agents also "+strings.Join(sorted(others), ", ")
		c.Fix = "restart Flink with the agent that this server wrote, when it suits"
	}
	return c
}

// release is a version without what marks a build on the way to it.
func release(version string) string {
	r, _, _ := strings.Cut(version, "-")
	return r
}

func (s *Server) checkRefusals() api.Check {
	n := s.ingest.Counters()
	refused := n.RefusedProtocol + n.RefusedToken + n.RefusedBusy + n.RefusedMalformed
	rejected := n.NackChecksum + n.NackVersion + n.NackTooLarge + n.NackDisk + n.NackMalformed + n.DefinitionsRefused
	c := api.Check{Check: "refusals", State: stateOK, Detail: "no agent and no block refused"}
	switch {
	case n.RefusedToken > 0:
		c.State, c.Detail = stateWarn, fmt.Sprintf("%d connections with a wrong token", n.RefusedToken)
		c.Fix = "give the agents the token of this server with token-file="
	case refused > 0:
		c.State, c.Detail = stateWarn, fmt.Sprintf("%d connections refused (protocol %d, busy %d, malformed %d)", refused, n.RefusedProtocol, n.RefusedBusy, n.RefusedMalformed)
		c.Fix = "use agents of this server's version; is something else connecting to the agents' port?"
	case rejected > 0:
		c.State, c.Detail = stateWarn, fmt.Sprintf("%d blocks or definitions refused (checksum %d, malformed %d, disk %d)", rejected, n.NackChecksum, n.NackMalformed, n.NackDisk)
		c.Fix = "sightglass gaps shows what is missing; refused for disk means that space has run out"
	}
	return c
}

// checkJobs looks at running jobs: can everything be read, and do both ends of every channel agree?
func (s *Server) checkJobs(ctx context.Context) (checks []api.Check) {
	who := access.Principal{ID: "local:doctor", Name: "doctor", Roles: []string{access.LocalRole}}
	jobs, err := s.browser.Jobs(ctx, who, false)
	if err != nil {
		return []api.Check{{Check: "jobs", State: stateFail, Detail: err.Error(), Fix: "the server's log says more"}}
	}
	for _, j := range jobs {
		c := api.Check{Check: "job " + j.Name, State: stateOK}
		target, err := s.browser.Resolve(ctx, j.ID.String())
		if err != nil {
			continue // it was deleted meanwhile
		}
		r, err := s.browser.Channels(ctx, target)
		switch {
		case err != nil:
			c.State, c.Detail, c.Fix = stateFail, err.Error(), "the server's log says more"
		case r.Unequal > 0 || r.Exceeded > 0:
			c.State, c.Detail = stateFail, fmt.Sprintf("%d of %d comparisons differ between sender and receiver", r.Unequal+r.Exceeded, r.Compared+r.Unaligned)
			c.Fix = "sightglass channels " + j.ID.String()[:8] + " names them: identities of records on these channels are not proven"
		case len(j.Problems) > 0:
			c.State, c.Detail, c.Fix = stateWarn, strings.Join(j.Problems, "; "), "what these hold is missing from answers"
		case r.Channels == 0 && j.Gaps == 0:
			c.Detail = "no channel between tasks to compare, no gap"
		default:
			c.Detail = fmt.Sprintf("%d comparisons of both ends of %d channels, all equal; gaps: %d", r.Compared, r.Channels, j.Gaps)
			if j.Gaps > 0 {
				c.State, c.Fix = stateWarn, "sightglass gaps "+j.ID.String()[:8]+" lists what was not recorded and why"
			}
		}
		checks = append(checks, c)
	}
	return checks
}

func sorted(counts map[string]int) []string {
	out := make([]string, 0, len(counts))
	for name, n := range counts {
		if n > 1 {
			name = fmt.Sprintf("%s ×%d", name, n)
		}
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

func sizeText(n int64) string {
	const step = 1024
	f, unit := float64(n), "B"
	for _, u := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if f < step {
			break
		}
		f, unit = f/step, u
	}
	if unit == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, unit)
}
