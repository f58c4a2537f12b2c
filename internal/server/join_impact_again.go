package server

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/replay"
)

var _ impact.Reruns = (*reruns)(nil)

// Without is that of impact.Reruns. The job's own deserialiser reads the records: a replay feeds it what the broker had, less the fields.
func (r *reruns) Without(ctx context.Context, who access.Principal, system string, of impact.Stream, fields []string, last int) (out impact.ComparedTask, n int, err error) {
	s := r.server
	job, ok := strings.CutPrefix(system, "job:")
	if !ok {
		out.Why = "it is no recorded job"
		return out, 0, nil
	}
	t, err := s.browser.Resolve(ctx, job)
	if err != nil {
		return out, 0, err
	}
	if err := s.browser.DecideIn(ctx, who, access.JobReplay, t.Resource).Err(); err != nil {
		return out, 0, err
	}
	recorded, err := s.browser.Estate().Recorded(ctx, t.Recording)
	if err != nil {
		return out, 0, err
	}
	reads := (&watch{s}).readersIn(&recorded, of)
	d, err := s.queries.Job(ctx, t.Recording)
	if err != nil {
		return out, 0, err
	}
	var task *rerunTask
	for _, x := range rerunTasks(d.Attempts) {
		if slices.ContainsFunc(d.Graph.Vertices, func(v query.Vertex) bool {
			return v.ID == x.vertex && slices.ContainsFunc(v.Operators, func(o query.Operator) bool { return slices.Contains(reads, o.ID) })
		}) {
			task = &x
			break
		}
	}
	if task == nil {
		out.Why = "its newest recording has no task that reads the stream"
		return out, 0, nil
	}
	a, err := r.busiest(ctx, t, task)
	if err != nil {
		return out, 0, err
	}
	out.Task, out.Of, out.Subtask, out.Attempt, out.Last = task.name, len(task.newest), a.Subtask, a.Attempt, a.LastInv
	at, err := r.lastRead(ctx, t.Recording, a.Key, of.Topic, max(1, min(last, replay.MostChanges/max(1, len(fields)))))
	if err != nil {
		return out, 0, err
	}
	if len(at) == 0 {
		out.Why = "no record that it read of the stream is in its newest attempt"
		return out, 0, nil
	}
	w := wishOf(t.Recording, &a, who)
	for _, inv := range at {
		for _, f := range fields {
			w.Changes = append(w.Changes, replay.Change{Kind: replay.ChangeDropField, At: inv, Path: f})
		}
	}
	if len(w.Changes) > replay.MostChanges {
		out.Why = fmt.Sprintf("more than %d fields go at once", replay.MostChanges)
		return out, 0, nil
	}
	if a.LastInv > mostRerunInvocations { // not all from its beginning
		w.From, w.Nearest = slices.Min(at), true
	}
	run, err := r.run(ctx, who, t, w, []string{fmt.Sprintf("replay attempt %s without %s, for an impact report", a.Key, strings.Join(fields, ", "))})
	if err != nil {
		return out, 0, err
	}
	out.Replay = run.ID
	comparedTask(&out, &run)
	out.Empty = false // the program is the recorded one: what is empty is so by the change
	return out, len(at), nil
}

// lastRead are the invocations of the last records of a topic that an attempt read.
func (r *reruns) lastRead(ctx context.Context, rec event.RecordingID, attempt event.Key, topic string, most int) (at []uint64, err error) {
	scan, err := r.server.queries.Events(ctx, rec, query.EventQuery{
		AttemptKey: attempt, Lanes: []event.Lane{event.LaneSrc}, Kinds: []event.Kind{event.KindSourceRecord, event.KindSourceRun}, Order: query.Descending, Expand: true,
	})
	if err != nil {
		return nil, err
	}
	for e, err := range scan.All(ctx) {
		if err != nil {
			return nil, err
		}
		if e.Kafka != nil && e.Kafka.Topic == topic && e.Invocation > 0 && !slices.Contains(at, e.Invocation) {
			at = append(at, e.Invocation)
		}
		if len(at) == most {
			break
		}
	}
	return at, nil
}
