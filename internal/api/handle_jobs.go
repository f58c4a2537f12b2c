package api

import (
	"context"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

// liveEvery is how often a live job is sent, and liveAfterEnd how often more once it has ended, so that the last counts arrive.
const (
	liveEvery    = time.Second
	liveAfterEnd = 3
)

func (s *service) jobs(ctx context.Context, in *jobsRequest) (List[Job], error) {
	jobs, err := s.Browser.Jobs(ctx, caller(ctx), in.All)
	if err != nil {
		return List[Job]{}, err
	}
	out := make([]Job, 0, len(jobs))
	for _, j := range jobs {
		out = append(out, s.jobOf(j.Job, j.CPUShare))
	}
	return listOf("job", out), nil
}

func (s *service) job(ctx context.Context, _ *jobRequest) (JobDetail, error) {
	d, err := s.Browser.Job(ctx, caller(ctx), target(ctx))
	if err != nil {
		return JobDetail{}, err
	}
	out := JobDetail{
		Job: s.jobOf(d.Job, d.CPUShare), Graph: s.graphOf(d.Graph), Attempts: []Attempt{}, Processes: processes(d.Processes),
		Checks: totalsOf(d.Checks), Checkpoints: []Checkpoint{}, Exceptions: []ExceptionInfo{},
	}
	for _, a := range d.Attempts {
		out.Attempts = append(out.Attempts, Attempt{
			AttemptKey: a.Key.String(), Vertex: a.Vertex, Task: a.Task, Subtask: a.Subtask, Attempt: a.Attempt, State: lower(a.State),
			Host: a.Host, Started: wall(a.Started), Ended: wall(a.Ended), Restored: I64(a.Restored), Error: a.Error,
		})
	}
	for _, c := range d.Checkpoints {
		out.Checkpoints = append(out.Checkpoints, Checkpoint{
			ID: I64(c.ID), State: c.State, Triggered: wall(c.Triggered), Completed: wall(c.Completed), Discarded: wall(c.Discarded),
			DurationMS: I64(c.Duration.Milliseconds()), Bytes: I64(c.Bytes),
		})
	}
	for i := range d.Exceptions {
		out.Exceptions = append(out.Exceptions, exceptionOf(&d.Exceptions[i]))
	}
	return out, nil
}

func (s *service) channels(ctx context.Context, _ *jobRequest) (ChannelReport, error) {
	r, err := s.Browser.Channels(ctx, target(ctx))
	if err != nil {
		return ChannelReport{}, err
	}
	items := make([]Channel, 0, len(r.Items))
	for _, c := range r.Items {
		items = append(items, Channel{
			Edge: c.Edge, From: endOf(c.From), To: endOf(c.To), Subpartition: int(c.Subpartition),
			CheckpointsCompared: I64(c.Compared), Equal: I64(c.Equal), Unequal: I64(c.Unequal), Unaligned: I64(c.Unaligned),
			LastCheckpoint: I64(c.LastCheckpoint), Sent: I64(c.Sent), Consumed: I64(c.Consumed),
		})
	}
	return ChannelReport{List: listOf("channel", items), ChannelTotals: totalsOf(r.ChannelTotals)}, nil
}

// jobLive sends the job every second until it has ended.
func (s *service) jobLive(ctx context.Context, _ *jobRequest, out send[Live]) error {
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	for ended := 0; ended < liveAfterEnd; {
		live, err := s.Browser.Live(ctx, target(ctx))
		if err != nil {
			return err
		}
		if err := out("", Live{Job: s.jobOf(live.Job, live.CPUShare), Graph: s.graphOf(live.Graph)}); err != nil {
			return err
		}
		if live.Job.State.Ended() {
			ended++
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}

func endOf(e browse.ChannelEnd) ChannelEnd {
	return ChannelEnd{Task: e.Task, Subtask: e.Subtask, Attempt: e.Attempt}
}

func totalsOf(t browse.ChannelTotals) ChannelTotals {
	return ChannelTotals{
		Channels: t.Channels, Compared: I64(t.Compared), Equal: I64(t.Equal), Unequal: I64(t.Unequal),
		Unaligned: I64(t.Unaligned), Exceeded: I64(t.Exceeded), Pending: I64(t.Pending),
	}
}
