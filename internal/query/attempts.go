package query

import (
	"cmp"
	"maps"
	"slices"
)

// Methods of this file that end in "Locked" want the model's lock.

// attemptsLocked lists all attempts that are known, of definitions, of blocks, or from the JobManager alone.
func (v *view) attemptsLocked() []Attempt {
	m := v.model
	byExecution := make(map[string]*attemptState)
	byName := make(map[attemptName]*attemptState) // without execution
	for n, s := range m.log.attempts {
		if n.execution != "" {
			byExecution[n.execution] = s
		}
		n.execution = ""
		byName[n] = s
	}
	used := make(map[*attemptState]bool)
	var list []Attempt
	for key, def := range v.cat.attempts {
		a := Attempt{
			Key: key, Vertex: def.Vertex, Task: def.Task, Subtask: def.Subtask, Attempt: def.Attempt,
			Process: def.Process, Restored: def.Restored,
		}
		if p := v.cat.processes[def.Process]; p != nil {
			a.Host = p.Host
		}
		jm := byExecution[def.Execution]
		if jm == nil && len(byExecution) == 0 {
			jm = byName[attemptName{vertex: def.Vertex, subtask: def.Subtask, attempt: def.Attempt}]
		}
		used[jm] = true
		a.merge(jm, m.log.tasks[key])
		v.timesLocked(&a)
		list = append(list, a)
	}
	for key := range m.attempts {
		if v.cat.attempts[key] == nil {
			a := Attempt{Key: key, Subtask: -1, Attempt: -1}
			a.merge(nil, m.log.tasks[key])
			v.timesLocked(&a)
			list = append(list, a)
		}
	}
	for n, s := range m.log.attempts {
		if used[s] {
			continue
		}
		a := Attempt{Vertex: n.vertex, Task: v.cat.vertexName(n.vertex), Subtask: n.subtask, Attempt: n.attempt}
		a.merge(s, nil)
		a.LastSeen = s.at
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b Attempt) int {
		return cmp.Or(cmp.Compare(a.Started, b.Started), cmp.Compare(a.Vertex, b.Vertex), cmp.Compare(a.Subtask, b.Subtask),
			cmp.Compare(a.Attempt, b.Attempt), cmp.Compare(a.Key, b.Key))
	})
	return list
}

// merge takes the later of two reports; an end that the JobManager reported stands.
func (a *Attempt) merge(jm, tm *attemptState) {
	for _, s := range []*attemptState{tm, jm} {
		if s == nil {
			continue
		}
		if a.State == "" || terminal(s.state) || s == tm || tm == nil || s.at > tm.at && !terminal(a.State) {
			a.State = s.state
		}
		if a.Started == 0 || s.started != 0 && s.started < a.Started {
			a.Started = s.started
		}
		a.Ended = cmp.Or(s.ended, a.Ended)
		a.Error = cmp.Or(s.err, a.Error)
	}
}

func (v *view) timesLocked(a *Attempt) {
	if t := v.model.tallies[a.Key]; t != nil {
		a.Started = cmp.Or(a.Started, t.firstSeen)
		a.LastSeen = t.lastSeen
	}
}

// newest picks of each subtask the attempt that began last, in order of subtask.
func newest(list []Attempt) []Attempt {
	at := make(map[string]map[int]Attempt)
	for _, a := range list {
		if a.Subtask < 0 {
			continue
		}
		if at[a.Vertex] == nil {
			at[a.Vertex] = make(map[int]Attempt)
		}
		old, ok := at[a.Vertex][a.Subtask]
		if !ok || a.Started > old.Started || a.Started == old.Started && a.Attempt > old.Attempt {
			at[a.Vertex][a.Subtask] = a
		}
	}
	var picked []Attempt
	for _, vertex := range slices.Sorted(maps.Keys(at)) {
		for _, subtask := range slices.Sorted(maps.Keys(at[vertex])) {
			picked = append(picked, at[vertex][subtask])
		}
	}
	return picked
}

// vertexName is the vertex's name, empty when it is not known.
func (c *catalogue) vertexName(id string) string {
	if c.graph != nil {
		for _, v := range c.graph.Vertices {
			if v.ID == id {
				return v.Name
			}
		}
	}
	for _, a := range c.attempts {
		if a.Vertex == id {
			return bareTask(a)
		}
	}
	return ""
}

// worst orders states so that the one that needs attention comes first.
var worst = []string{"FAILED", "CANCELING", "CANCELED", "CREATED", "SCHEDULED", "DEPLOYING", "INITIALIZING", "RECOVERING", "RUNNING", "FINISHED"}

func worstState(list []Attempt) string {
	rank := len(worst)
	for _, a := range list {
		if i := slices.Index(worst, a.State); i >= 0 {
			rank = min(rank, i)
		}
	}
	if rank == len(worst) {
		return ""
	}
	return worst[rank]
}
