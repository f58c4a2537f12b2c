package query

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// goneAfter is how long nothing was stored until a run whose end nobody recorded counts as gone.
const goneAfter = time.Minute

// idleAfter is how long nothing was stored until rates count as 0.
const idleAfter = 15 * time.Second

// summary sums the recording up, but for what depends on the time of the question (see aged) and on other recordings. The
// model is locked by the caller.
func (v *view) summary() Job {
	m := v.model
	attempts := v.attemptsLocked()
	current := newest(attempts)
	p := newPace(m.began, m.latest)
	j := Job{
		ID: v.id, Flink: m.log.state, Watermark: NoEventTime,
		Blocks: m.stored.Blocks, Events: m.stored.Events, Bytes: m.stored.Bytes, LastStored: m.stored.LastStored,
		LastSeen: m.latest, BytesPerSecond: p.of(&m.bytes), Lost: m.gaps.lost, Gaps: v.faultsLocked() + m.gaps.dropped, Removed: m.gaps.removed,
		Started: m.log.runningAt, Agents: len(v.cat.processes),
	}
	if j.Started == 0 {
		j.Started = m.began
	}
	j.Name = v.jobName()
	j.HasDrops, j.Drops = v.tellsDrops(), m.lostRecords()
	for _, p := range v.cat.planned {
		j.SQL = j.SQL || p.By == byPlan || p.Exec != 0 || len(p.Fields) > 0
	}
	if g := v.cat.graph; g != nil {
		j.Type, j.Version = g.Type, g.Flink
	}
	for _, proc := range v.cat.processes {
		j.Processes = append(j.Processes, proc.Process)
		j.Derived = j.Derived || proc.Role == event.RoleReplay
		if j.Version == "" {
			j.Version = proc.Flink
		}
	}
	slices.Sort(j.Processes)
	j.State, j.Ended = v.stateLocked(current)
	j.AttemptsRestarted = len(attempts) - len(current) - unnamed(attempts)

	graph := v.graphLocked(p, current)
	for _, vertex := range graph.Vertices {
		j.Parallelism = max(j.Parallelism, vertex.Parallelism)
		j.Operators += len(vertex.Operators)
		j.Subtasks += vertex.Parallelism
		if w := vertex.Watermark; w != NoEventTime && (j.Watermark == NoEventTime || w < j.Watermark) {
			j.Watermark, j.WatermarkLag = w, vertex.WatermarkLag
		}
		for _, op := range vertex.Operators {
			switch op.Kind {
			case "source":
				j.InPerSecond += op.InPerSecond
			case "sink":
				j.OutPerSecond += max(op.InPerSecond, op.OutPerSecond)
			}
		}
	}
	j.Problems = append(j.Problems, m.problems...)
	if m.log.malformed > 0 {
		j.Problems = append(j.Problems, fmt.Sprintf("%d events of lane job cannot be read", m.log.malformed))
	}
	if m.log.errorText != "" && j.State == JobFailed {
		j.Problems = append(j.Problems, m.log.errorText)
	}
	if n := len(m.missing); n > 0 && (j.State.Ended() || m.stale(v.engine.now(), idleAfter)) {
		j.Problems = append(j.Problems, fmt.Sprintf("%d definitions never came", n))
	}
	return j
}

func unnamed(list []Attempt) int {
	n := 0
	for _, a := range list {
		if a.Subtask < 0 {
			n++
		}
	}
	return n
}

// jobName from whoever says it first: JobManager, graph, attempts.
func (v *view) jobName() string {
	if v.model.log.name != "" {
		return v.model.log.name
	}
	if v.cat.graph != nil && v.cat.graph.Name != "" {
		return v.cat.graph.Name
	}
	name := ""
	for _, a := range v.cat.attempts {
		name = max(name, a.JobName)
	}
	return cmp.Or(name, v.id.String()[:8])
}

// stateLocked concludes the run's state: what the JobManager said, or else what became of the newest attempts.
func (v *view) stateLocked(current []Attempt) (JobState, Wall) {
	log := v.model.log
	switch log.state {
	case "FINISHED":
		return JobFinished, log.stateAt
	case "FAILED":
		return JobFailed, log.stateAt
	case "CANCELED":
		return JobCanceled, log.stateAt
	case "":
	default:
		return JobRunning, 0
	}
	finished, failed, ended := 0, 0, Wall(0)
	for _, a := range current {
		switch a.State {
		case "FINISHED":
			finished++
		case "FAILED", "CANCELED":
			failed++
		}
		ended = max(ended, a.Ended)
	}
	switch {
	case len(current) > 0 && finished == len(current):
		return JobFinished, ended
	case failed > 0 && finished+failed == len(current) && v.model.stale(v.engine.now(), goneAfter):
		return JobFailed, ended
	}
	return JobRunning, 0
}

// aged is j as it is to be shown at now, which may be long after its last block.
func (j Job) aged(now time.Time) Job {
	idle := now.Sub(j.LastStored)
	if j.LastStored.IsZero() {
		idle = 0
	}
	if idle > idleAfter || j.State.Ended() {
		j.InPerSecond, j.OutPerSecond, j.BytesPerSecond = 0, 0, 0
	}
	if idle > goneAfter && j.State == JobRunning {
		j.State = JobLastSeen
	}
	return j
}

func (j Job) recording() Recording {
	return Recording{
		ID: j.ID, Job: j.Name, State: j.State, Version: j.Version, Started: j.Started, Ended: j.Ended,
		Blocks: j.Blocks, Events: j.Events, Bytes: j.Bytes, Gaps: j.Gaps, Removed: j.Removed, Agents: j.Agents, Derived: j.Derived,
	}
}

// lagAt is how far w is behind the recording at wall.
func lagAt(wall Wall, w EventTime) time.Duration {
	if !w.Known() || wall == 0 {
		return 0
	}
	return wall.Time().Sub(w.Time())
}
