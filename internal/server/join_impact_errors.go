package server

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store"
)

// mostWatchedJobs bounds the recordings of readers that are looked through at a time, the newest first.
const mostWatchedJobs = 50

// readingErrors counts what recorded jobs that read a stream failed on between two moments: records that a source, or a parser in its task, could not
// decode, and other exceptions of tasks that read the stream. No message is looked at.
func (w *watch) readingErrors(ctx context.Context, of impact.Stream, from, to time.Time) ([]impact.Trouble, error) {
	estate := w.server.browser.Estate()
	jobs, err := estate.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	var out []impact.Trouble
	looked := 0
	for i := range jobs {
		if jobs[i].LastSeen.Time().Before(from) || jobs[i].Started.Time().After(to) {
			continue
		}
		if looked++; looked > mostWatchedJobs {
			break
		}
		r, err := estate.Recorded(ctx, jobs[i].ID)
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, query.ErrNotFound) {
			continue // retention was faster
		}
		if err != nil {
			return nil, err
		}
		reads := w.readersIn(&r, of)
		if len(reads) == 0 {
			continue
		}
		if out, err = w.errorsOf(ctx, &r, reads, from, to, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readersIn are the operators of a job that read a stream, by id.
func (w *watch) readersIn(r *browse.RecordedJob, of impact.Stream) (ids []string) {
	for i := range r.Topics {
		u := &r.Topics[i]
		if u.Role == browse.TopicRead && u.Topic == of.Topic && w.server.clusters.named(u.Cluster) == of.Cluster && !slices.Contains(ids, u.Operator) {
			ids = append(ids, u.Operator)
		}
	}
	return ids
}

// errorsOf adds what one job failed on.
func (w *watch) errorsOf(ctx context.Context, r *browse.RecordedJob, reads []string, from, to time.Time, out []impact.Trouble) ([]impact.Trouble, error) {
	detail, err := w.server.queries.Job(ctx, r.Job.ID)
	if err != nil {
		return out, err
	}
	var tasks []string // that read the stream
	for i := range detail.Graph.Vertices {
		v := &detail.Graph.Vertices[i]
		if slices.ContainsFunc(v.Operators, func(o query.Operator) bool { return slices.Contains(reads, o.ID) }) {
			tasks = append(tasks, v.ID)
		}
	}
	scan, err := w.server.queries.Events(ctx, r.Job.ID, query.EventQuery{
		Lanes: []event.Lane{event.LaneTrace, event.LaneLog}, Kinds: []event.Kind{event.KindDropped, event.KindException}, From: query.Wall(from.UnixMicro()), To: query.Wall(to.UnixMicro()),
	})
	if err != nil {
		return out, err
	}
	system := string(catalog.JobID(r.Job.Name))
	for e, err := range scan.All(ctx) {
		if err != nil {
			return out, err
		}
		kind := troubleOf(&e, reads, tasks)
		if kind == "" {
			continue
		}
		at := slices.IndexFunc(out, func(t impact.Trouble) bool { return t.System == system && t.Kind == kind })
		if at < 0 {
			at, out = len(out), append(out, impact.Trouble{System: system, Kind: kind, First: e.Wall.Time()})
		}
		out[at].Count++
		if e.Wall.Time().Before(out[at].First) {
			out[at].First = e.Wall.Time()
		}
	}
	return out, nil
}

// troubleOf says what an event is to whoever reads a stream by some operators, in some tasks; empty: nothing.
func troubleOf(e *query.Event, reads, tasks []string) string {
	source := slices.Contains(reads, e.Operator.ID)
	switch {
	case e.Kind == event.KindDropped && (e.Reason == event.DropParseError || e.Reason == event.DropNothingDecoded) && (source || slices.Contains(tasks, e.Vertex)):
		return impact.TroubleDecoding
	case e.Kind == event.KindException && source:
		return impact.TroubleDecoding
	case e.Kind == event.KindException && slices.Contains(tasks, e.Vertex):
		return impact.TroubleException
	}
	return ""
}
