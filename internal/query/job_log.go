package query

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// jobLog is what the events of lane job say of the run: its state, its attempts' states, its checkpoints
// (spec/recording.md, section 5). Bodies that do not parse are counted.
type jobLog struct {
	name        string
	state       string // Flink's word
	stateAt     Wall
	runningAt   Wall // first
	errorText   string
	attempts    map[attemptName]*attemptState // as the JobManager saw them
	tasks       map[event.Key]*attemptState   // as their TaskManagers saw them
	checkpoints map[uint64]*Checkpoint
	definitions []event.DefinitionID // named by bodies since the last call of take
	planned     map[int]*event.PlannedBody
	replanned   bool // planned has changed since the last call of takePlanned
	malformed   int
}

// attemptName is how the JobManager names an attempt. Execution graphs that follow one another in a run count attempts
// from 0 again; their executions differ.
type attemptName struct {
	vertex           string
	subtask, attempt int
	execution        string
}

type attemptState struct {
	state   string
	at      Wall
	started Wall // first RUNNING, or else the first state seen
	ended   Wall
	err     string
}

func newJobLog() *jobLog {
	return &jobLog{
		attempts: make(map[attemptName]*attemptState), tasks: make(map[event.Key]*attemptState),
		checkpoints: make(map[uint64]*Checkpoint), planned: make(map[int]*event.PlannedBody),
	}
}

// maxCheckpoints is how many checkpoints are remembered; the oldest are forgotten first.
const maxCheckpoints = 256

// terminal tells whether Flink's state is an end, of a job or of an attempt.
func terminal(state string) bool {
	return state == "FINISHED" || state == "FAILED" || state == "CANCELED"
}

func (s *attemptState) change(state string, at Wall, err string) {
	if s.started == 0 || state == "RUNNING" && s.state != "RUNNING" && !terminal(s.state) {
		s.started = at
	}
	if at < s.at || terminal(s.state) {
		return
	}
	s.state, s.at = state, at
	if terminal(state) {
		s.ended = at
	}
	if err != "" {
		s.err = err
	}
}

// add takes the event of kind k of attempt, that happened at wall when the body does not say when.
func (l *jobLog) add(k event.Kind, attempt event.Key, wall Wall, body []byte) {
	switch k {
	case event.KindPlanned:
		l.plan(body)
		return
	case event.KindCode, event.KindStatement:
		return // read when they are asked for
	}
	var b struct {
		State      string `json:"state"`
		JobName    string `json:"job_name"`
		AtUS       int64  `json:"at_us"`
		Error      string `json:"error"`
		Vertex     string `json:"vertex"`
		Subtask    int    `json:"subtask"`
		Attempt    int    `json:"attempt"`
		Execution  string `json:"execution"`
		To         string `json:"to"`
		Checkpoint uint64 `json:"checkpoint"`
		Phase      string `json:"phase"`
		DurationMS int64  `json:"duration_ms"`
		Bytes      uint64 `json:"bytes"`
		Kind       string `json:"kind"`
		Reason     string `json:"reason"`
		Path       string `json:"path"`
		Definition string `json:"definition"`
	}
	if json.Unmarshal(body, &b) != nil {
		l.malformed++
		return
	}
	at := wall
	if b.AtUS != 0 {
		at = Wall(b.AtUS)
	}
	switch k {
	case event.KindJobState:
		if b.JobName != "" {
			l.name = b.JobName
		}
		if b.State == "RUNNING" && (l.runningAt == 0 || at < l.runningAt) {
			l.runningAt = at
		}
		if at >= l.stateAt && !terminal(l.state) {
			l.state, l.stateAt = b.State, at
		}
		if b.Error != "" {
			l.errorText = b.Error
		}
	case event.KindAttemptState:
		n := attemptName{b.Vertex, b.Subtask, b.Attempt, b.Execution}
		if l.attempts[n] == nil {
			l.attempts[n] = new(attemptState)
		}
		l.attempts[n].change(b.State, at, b.Error)
	case event.KindTaskState, event.KindTaskStarted, event.KindTaskEnded:
		l.define(b.Definition)
		s := l.tasks[attempt]
		if s == nil {
			s = new(attemptState)
			l.tasks[attempt] = s
		}
		if k == event.KindTaskState {
			s.change(b.To, at, b.Error)
		} else if k == event.KindTaskEnded && b.State != "" {
			s.change(b.State, at, "")
		} else if s.started == 0 {
			s.started = at
		}
	case event.KindGraph:
		l.define(b.Definition)
	case event.KindJobCheckpoint:
		l.checkpoint(Checkpoint{ID: b.Checkpoint, State: b.Phase, Kind: b.Kind, Duration: time.Duration(b.DurationMS) * time.Millisecond,
			Bytes: b.Bytes, Reason: b.Reason, Path: b.Path}, at)
	}
}

// plan takes an operator of the plan. What the planner's process told goes before what the JobManager read out of a description.
func (l *jobLog) plan(body []byte) {
	b := new(event.PlannedBody)
	if json.Unmarshal(body, b) != nil {
		l.malformed++
		return
	}
	if old := l.planned[b.Node]; old != nil && old.By == byPlan && b.By != byPlan {
		return
	}
	l.planned[b.Node], l.replanned = b, true
}

// byPlan marks what the process told that planned the job.
const byPlan = "plan"

// takePlanned is a copy of what is planned if it has changed since the last call, else nil.
func (l *jobLog) takePlanned() map[int]*event.PlannedBody {
	if !l.replanned {
		return nil
	}
	l.replanned = false
	return maps.Clone(l.planned)
}

func (l *jobLog) define(text string) {
	if id, err := event.ParseDefinitionID(text); err == nil {
		l.definitions = append(l.definitions, id)
	}
}

// take returns the definitions named since the last call.
func (l *jobLog) take() []event.DefinitionID {
	ids := l.definitions
	l.definitions = nil
	return ids
}

func (l *jobLog) checkpoint(c Checkpoint, at Wall) {
	old := l.checkpoints[c.ID]
	if old == nil {
		old = &Checkpoint{ID: c.ID, State: c.State}
		if c.State == "discarded" {
			old.State = "completed" // others have no files
		}
		l.checkpoints[c.ID] = old
	}
	switch c.State {
	case "triggered":
		old.Triggered = at
	case "completed":
		old.State, old.Completed = c.State, at
	case "discarded":
		old.Discarded = at
	default:
		old.State = c.State
	}
	old.Kind, old.Reason, old.Path = cmp.Or(c.Kind, old.Kind), cmp.Or(c.Reason, old.Reason), cmp.Or(c.Path, old.Path)
	old.Duration, old.Bytes = cmp.Or(c.Duration, old.Duration), cmp.Or(c.Bytes, old.Bytes)
	if old.Duration == 0 && old.Triggered != 0 && old.Completed > old.Triggered {
		old.Duration = time.Duration(old.Completed-old.Triggered) * time.Microsecond
	}
	if len(l.checkpoints) > maxCheckpoints {
		ids := slices.Sorted(maps.Keys(l.checkpoints))
		for _, id := range ids[:maxCheckpoints/4] {
			delete(l.checkpoints, id)
		}
	}
}

// lastCheckpoints are the n newest, newest last.
func (l *jobLog) lastCheckpoints(n int) []Checkpoint {
	ids := slices.Sorted(maps.Keys(l.checkpoints))
	var list []Checkpoint
	for _, id := range ids[max(0, len(ids)-n):] {
		list = append(list, *l.checkpoints[id])
	}
	return list
}
