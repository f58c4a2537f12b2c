package query

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// Recordings lists all recordings, newest first.
func (e *Engine) Recordings(ctx context.Context) ([]Recording, error) {
	jobs, err := e.recorded(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Recording, len(jobs))
	for i, j := range jobs {
		list[i] = j.recording()
	}
	return list, nil
}

// Recording sums one recording up. Errors: ErrNotFound.
func (e *Engine) Recording(ctx context.Context, rec event.RecordingID) (Recording, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Recording{}, err
	}
	defer v.close()
	return e.enter(v).job.aged(e.now()).recording(), nil
}

// Jobs lists the runs that have not ended and the newest of each name; with all, every one. Newest first. What a replay derived is no
// run of a job.
func (e *Engine) Jobs(ctx context.Context, all bool) ([]Job, error) {
	list, err := e.recorded(ctx)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(j Job) bool { return j.Derived })
	if all {
		return list, nil
	}
	seen := make(map[string]bool)
	return slices.DeleteFunc(list, func(j Job) bool {
		again := seen[j.Name]
		seen[j.Name] = true
		return again && j.State != JobRunning
	}), nil
}

// recorded sums up every recording, newest first.
func (e *Engine) recorded(ctx context.Context) ([]Job, error) {
	recordings, err := e.roster.recordings(ctx)
	if err != nil {
		return nil, err
	}
	var list []Job
	for _, r := range recordings {
		entry, err := e.entry(ctx, r)
		if errors.Is(err, ErrNotFound) {
			continue // deleted since it was listed
		}
		if err != nil {
			return nil, err
		}
		j := entry.job.aged(e.now())
		if j.State == JobRunning && !j.Derived {
			if j.SourceLag, j.HasSourceLag, err = e.addLag(ctx, entry, nil); err != nil {
				return nil, err
			}
		}
		list = append(list, j)
	}
	slices.SortStableFunc(list, func(a, b Job) int { return cmp.Compare(b.Started, a.Started) })
	return list, nil
}

// Job gives one job with all of its parts. Errors: ErrNotFound.
func (e *Engine) Job(ctx context.Context, rec event.RecordingID) (JobDetail, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return JobDetail{}, err
	}
	defer v.close()
	entry := e.enter(v)
	d := JobDetail{Job: entry.job.aged(e.now())}

	v.model.mu.Lock()
	d.Attempts = v.attemptsLocked()
	d.Graph = v.graphLocked(v.model.pace(e.now()), newest(d.Attempts))
	d.Checks = v.model.checks.total()
	d.Checkpoints = v.model.log.lastCheckpoints(20)
	fails := slices.Clone(v.model.lastFails)
	v.model.mu.Unlock()

	for _, id := range slices.Sorted(maps.Keys(v.cat.processes)) {
		d.Processes = append(d.Processes, *v.cat.processes[id])
	}
	if v.cat.graph != nil {
		d.Config = v.cat.graph.Config
	}
	if d.SourceLag, d.HasSourceLag, err = e.addLag(ctx, entry, d.Graph.Topics); err != nil {
		return JobDetail{}, err
	}
	if d.Exceptions, err = v.exceptions(ctx, fails, 20); err != nil {
		return JobDetail{}, err
	}
	return d, nil
}

// exceptions reads the last n exceptions; fails says where to look.
func (v *view) exceptions(ctx context.Context, fails []logBlock, n int) ([]Event, error) {
	if len(fails) == 0 {
		return nil, nil
	}
	q := EventQuery{Lanes: []event.Lane{event.LaneLog}, Kinds: []event.Kind{event.KindException}, Order: Descending, Payload: true}
	for seen, i := uint32(0), len(fails)-1; i >= 0 && seen < uint32(n); i-- {
		seen += fails[i].events
		if q.From == 0 || fails[i].wallMin < q.From {
			q.From = fails[i].wallMin
		}
	}
	scan, err := v.scan(q)
	if err != nil {
		return nil, err
	}
	var list []Event
	for ev, err := range scan.events(ctx, v) {
		if err != nil {
			return nil, err
		}
		if list = append(list, ev); len(list) == n {
			break
		}
	}
	slices.Reverse(list)
	return list, nil
}

// Resolve finds the recording that text names: an id, the beginning of an id, or a job's name (its newest run), or the
// beginning of one name. Errors: ErrNotFound, *AmbiguousError.
func (e *Engine) Resolve(ctx context.Context, text string) (event.RecordingID, error) {
	if id, err := event.ParseRecordingID(text); err == nil {
		if _, err := e.Recording(ctx, id); err != nil {
			return id, err
		}
		return id, nil
	}
	jobs, err := e.recorded(ctx)
	if err != nil {
		return event.RecordingID{}, err
	}
	if text == "" {
		return event.RecordingID{}, notFound("a recording without name")
	}
	for _, j := range jobs { // newest first
		if !j.Derived && (j.Name == text || Slug(j.Name) == text) {
			return j.ID, nil
		}
	}
	found := make(map[string]event.RecordingID) // by id, or by name for the beginning of a name
	low := strings.ToLower(text)
	for _, j := range jobs {
		if isID(low) && strings.HasPrefix(j.ID.String(), low) {
			found[j.ID.String()] = j.ID
		}
	}
	if len(found) == 0 {
		for _, j := range jobs {
			if _, ok := found[j.Name]; !ok && !j.Derived && strings.HasPrefix(strings.ToLower(j.Name), low) {
				found[j.Name] = j.ID
			}
		}
	}
	names := slices.Sorted(maps.Keys(found))
	switch len(names) {
	case 0:
		return event.RecordingID{}, notFound("recording or job %q", text)
	case 1:
		return found[names[0]], nil
	}
	return event.RecordingID{}, &AmbiguousError{What: "recording", Text: text, Candidates: names}
}
