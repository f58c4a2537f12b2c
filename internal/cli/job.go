package cli

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
)

func (a *app) job() *cobra.Command {
	return &cobra.Command{
		Use:   "job JOB",
		Short: "Show one job: operators with rates, edges, attempts, self-test",
		Long: `Show one job: operators with rates and watermarks, edges, attempts, the agents' self-test, checkpoints, exceptions.
JOB is a name (its newest run), a recording id, or the beginning of one.`,
		Example: `  sightglass job order-totals
  sightglass job order-totals -o wide
  sightglass job order-totals -o json | jq '.graph.edges[] | {ship, per_s, in_flight}'`,
		Args: exactly(1, "a job"),
		RunE: func(c *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.Job(c.Context(), args[0])
			if err != nil {
				return err
			}
			if done, err := a.raw(answer.Raw, false); done {
				return err
			}
			a.showJob(&answer.Value)
			a.link(cl, "/j/"+url.PathEscape(args[0]), "")
			return nil
		},
	}
}

func (a *app) showJob(j *gen.JobDetail) {
	state := string(j.State)
	if j.FlinkState != "" && j.FlinkState != state {
		state += " (" + j.FlinkState + ")"
	}
	a.fact("job", j.Name+"  "+a.paint(stateStyle(string(j.State)), state))
	a.fact("recording", j.ID)
	a.fact("flink", strings.TrimSpace(orNothing(j.Flink)+" "+j.Type)+", parallelism "+strconv.FormatInt(j.Parallelism, 10))
	a.fact("time", instant(j.Started)+" to "+map[bool]string{true: instant(j.LastSeen) + " (last seen)", false: instant(j.Ended)}[j.Ended.IsZero()])
	a.fact("rates", rate(j.InPerS)+" in/s, "+rate(j.OutPerS)+" out/s, watermark lag "+milliseconds(j.WatermarkLagMs)+", lag "+orNothing(j.SourceLag))
	a.fact("recorded", a.count(j.Events)+" events, "+size(j.Bytes)+", "+plural(int(j.Gaps), "gap")+", "+a.count(j.Cost.Lost)+" lost"+a.cost(j))
	if j.Drops != "" {
		a.fact("dropped", a.paint(zeroElseAmber(j.Drops), a.count(j.Drops))+" records")
	}
	a.fact("channels", a.checks(j.Checks))
	for _, p := range j.Problems {
		a.fact("problem", a.paint(amber, p))
	}
	a.section("operators")
	a.operators(j.Graph).print(a, 0)
	if len(j.Graph.Edges) > 0 {
		a.section("edges")
		a.edges(j.Graph).print(a, 0)
	}
	a.section("attempts")
	a.more(a.attempts(j.Attempts).print(a, a.screen(10)), "-o wide into a pipe, or -o json")
	a.section("self-test")
	a.selfTest(j.Processes)
	if len(j.Checkpoints) > 0 {
		a.section("checkpoints")
		a.more(a.checkpoints(j.Checkpoints).print(a, 5), "-o json")
	}
	if len(j.Exceptions) > 0 {
		a.section("exceptions")
		a.more(a.exceptions(j.Exceptions).print(a, 5), "sightglass events "+short(j.ID)+" --kind exception")
	}
}

func (a *app) cost(j *gen.JobDetail) string {
	if j.Cost.CPUShare <= 0 {
		return ""
	}
	return fmt.Sprintf(", recorder %.1f %% of a core", 100*j.Cost.CPUShare)
}

func (a *app) checks(c gen.ChannelTotals) string {
	text := fmt.Sprintf("%s of %s comparisons at aligned barriers equal", a.count(c.Equal), a.count(c.Compared))
	if isZero(c.Unequal) && isZero(c.Exceeded) {
		return text
	}
	return a.paint(red, text+", "+c.Unequal+" differ, "+c.Exceeded+" received more than sent")
}

// fact is one line of a header; section the title of a table that follows.
func (a *app) fact(name, text string) {
	a.say("%s  %s", a.paint(dim, pad(name, 10, false, false)), text)
}
func (a *app) section(name string) { a.say("\n%s", a.paint(bold, name)) }

func (a *app) operators(g gen.Graph) *table {
	t := newTable(
		column{head: "OPERATOR", flex: true}, column{head: "KIND"}, column{head: "STATE", style: stateStyle}, column{head: "IN", right: true},
		column{head: "OUT", right: true}, column{head: "IN/S", right: true, style: zeroDim}, column{head: "OUT/S", right: true, style: zeroDim},
		column{head: "WATERMARK LAG", right: true}, column{head: "TOPIC"}, column{head: "DROPPED", style: always(amber)}, column{head: "SLUG", wide: true, flex: true},
		column{head: "UID", wide: true}, column{head: "CODE", wide: true, flex: true}, column{head: "KEEPS", wide: true},
	)
	for _, v := range g.Vertices {
		for i, o := range v.Operators {
			name := o.Name
			if i > 0 {
				name = "└ " + name // chained: runs in the task of the operator above
			}
			t.add(name, orNothing(o.Kind), map[bool]string{true: v.State, false: ""}[i == 0], a.count(o.RecordsIn), a.count(o.RecordsOut),
				rate(o.InPerS), rate(o.OutPerS), map[bool]string{true: milliseconds(v.WatermarkLagMs), false: ""}[i == 0], o.Topic, a.dropped(o.Drops), o.Slug, o.UID,
				code(o.Function), keeps(o))
		}
	}
	return t
}

func code(f gen.Function) string {
	if f.Class == "" {
		return nothing
	}
	text := f.Class
	if f.Method != "" {
		text += "." + f.Method
	}
	if f.File != "" {
		text += fmt.Sprintf(" (%s:%d)", f.File, f.Line)
	}
	return text
}

func keeps(o gen.Operator) string {
	switch {
	case o.Stateful && o.Timers:
		return "state, timers"
	case o.Stateful:
		return "state"
	case o.Timers:
		return "timers"
	}
	return nothing
}

func (a *app) edges(g gen.Graph) *table {
	names := map[string]string{}
	for _, v := range g.Vertices {
		names[v.ID] = v.Name
	}
	name := func(op, vertex string) string {
		if op != "" {
			return op
		}
		return names[vertex]
	}
	t := newTable(
		column{head: "FROM", flex: true}, column{head: "TO", flex: true}, column{head: "SHIP"}, column{head: "RECORDS", right: true},
		column{head: "/S", right: true, style: zeroDim}, column{head: "SIZE/S", right: true}, column{head: "IN FLIGHT", right: true},
		column{head: "WATERMARK LAG", right: true}, column{head: "TYPE", flex: true},
	)
	for _, e := range g.Edges {
		t.add(name(e.FromOperator, e.From), name(e.ToOperator, e.To), strings.ToLower(e.Ship), a.count(e.Records), rate(e.PerS), bytesText(e.BytesPerS),
			orNothing(a.count(e.InFlight)), milliseconds(e.WatermarkLagMs), orNothing(e.Serializer))
	}
	return t
}

func (a *app) attempts(attempts []gen.Attempt) *table {
	t := newTable(
		column{head: "TASK", flex: true}, column{head: "SUBTASK", right: true}, column{head: "ATTEMPT", right: true}, column{head: "STATE", style: stateStyle},
		column{head: "HOST"}, column{head: "STARTED"}, column{head: "ENDED"}, column{head: "RESTORED", right: true}, column{head: "KEY", wide: true},
		column{head: "ERROR", flex: true},
	)
	attempts = slices.Clone(attempts)
	slices.SortStableFunc(attempts, func(x, y gen.Attempt) int { return y.Started.Compare(x.Started) }) // the newest tell how things are
	for _, x := range attempts {
		restored := x.Restored
		if isZero(restored) {
			restored = nothing
		}
		t.add(x.Task, strconv.FormatInt(x.Subtask, 10), strconv.FormatInt(x.Attempt, 10), orNothing(x.State), orNothing(x.Host), instant(x.Started),
			instant(x.Ended), restored, x.AttemptKey, x.Error)
	}
	return t
}

func (a *app) checkpoints(of []gen.Checkpoint) *table {
	t := newTable(
		column{head: "CHECKPOINT", right: true}, column{head: "STATE", style: stateStyle}, column{head: "TRIGGERED"}, column{head: "TOOK", right: true},
		column{head: "SIZE", right: true},
	)
	for _, x := range of {
		t.add(x.ID, string(x.State), instant(x.Triggered), milliseconds(x.DurationMs), size(x.Bytes))
	}
	return t
}

func (a *app) exceptions(of []gen.ExceptionInfo) *table {
	t := newTable(
		column{head: "TIME"}, column{head: "OPERATOR", flex: true}, column{head: "POSITION"}, column{head: "CLASS", flex: true},
		column{head: "HANDLING", flex: true}, column{head: "MESSAGE", flex: true, style: always(red)},
	)
	for _, x := range of {
		where := x.OpName
		if where == "" {
			where = x.Task
		}
		t.add(instant(x.Time), orNothing(where), orNothing(x.Position), orNothing(x.Class), orNothing(x.Element), x.Text)
	}
	return t
}

// selfTest sums hooks up per process, and names those that do not work.
func (a *app) selfTest(processes []gen.Process) {
	t := newTable(
		column{head: "PROCESS"}, column{head: "HOST"}, column{head: "PID", right: true}, column{head: "AGENT"}, column{head: "CONNECTED"},
		column{head: "FIRED", right: true}, column{head: "INSTALLED", right: true}, column{head: "WAITING", right: true},
		column{head: "MISSING", right: true, style: zeroElseAmber}, column{head: "LOST", right: true, style: zeroElseAmber},
	)
	var missing []string
	for _, p := range processes {
		n := map[string]int{}
		for _, h := range p.Hooks {
			n[h.State]++
			if h.State == "missing" {
				missing = append(missing, fmt.Sprintf("%s on %s pid %d: %s", h.ID, p.Host, p.Pid, h.Detail))
			}
		}
		t.add(p.Role, p.Host, strconv.FormatInt(p.Pid, 10), p.Agent, map[bool]string{true: "yes", false: "no"}[p.Connected],
			strconv.Itoa(n["fired"]), strconv.Itoa(n["installed"]), strconv.Itoa(n["waiting"]), strconv.Itoa(n["missing"]), p.Counters.LostEvents)
		if p.Off {
			missing = append(missing, fmt.Sprintf("recording is off on %s pid %d: %s", p.Host, p.Pid, p.Reason))
		}
	}
	t.print(a, 0)
	for _, m := range missing {
		a.say("%s", a.paint(amber, m))
	}
}
