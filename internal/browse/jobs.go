package browse

import (
	"context"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// JobDetail is a job with all of its parts; messages of exceptions are views' text.
type JobDetail struct {
	Job
	Graph       Graph
	Attempts    []query.Attempt
	Processes   []Process
	Checks      ChannelTotals
	Checkpoints []Checkpoint // newest first
	Exceptions  []Event      // newest first
	CPUShare    float64      // of a core, the agents' threads; negative = not known
}

// LiveJob is what changes of a running job. It holds no payload.
type LiveJob struct {
	Job         Job
	Graph       Graph
	Checkpoints []Checkpoint // newest last, at most 20
	CPUShare    float64
}

// ListedJob is a job with what recording it costs now.
type ListedJob struct {
	Job
	CPUShare float64 // of a core, the agents' threads; negative = not known
}

// Jobs lists the runs that have not ended and the newest of each name; with all, every one. Those that who may not see are
// left out.
func (b *Browser) Jobs(ctx context.Context, who access.Principal, all bool) ([]ListedJob, error) {
	jobs, err := b.queries.Jobs(ctx, all)
	if err != nil {
		return nil, err
	}
	live := b.live()
	out := make([]ListedJob, 0, len(jobs))
	for _, j := range visible(ctx, b, who, jobs, func(j Job) event.RecordingID { return j.ID }) {
		var of []Process
		for _, id := range j.Processes {
			if p, ok := live[id]; ok && p.Connected {
				of = append(of, p)
			}
		}
		j.Agents = len(of)
		out = append(out, ListedJob{Job: j, CPUShare: cpuShare(of)})
	}
	return out, nil
}

// Recordings lists what is kept, newest first. Those that who may not see are left out.
func (b *Browser) Recordings(ctx context.Context, who access.Principal) ([]Recording, error) {
	list, err := b.queries.Recordings(ctx)
	if err != nil {
		return nil, err
	}
	return visible(ctx, b, who, list, func(r Recording) event.RecordingID { return r.ID }), nil
}

func visible[T any](ctx context.Context, b *Browser, who access.Principal, items []T, id func(T) event.RecordingID) []T {
	out := make([]T, 0, len(items))
	for _, item := range items {
		if b.policy(ctx).Decide(who, access.JobView, b.resourceOf(id(item))).Allowed {
			out = append(out, item)
		}
	}
	return out
}

// Recording sums one recording up.
func (b *Browser) Recording(ctx context.Context, t Target) (Recording, error) {
	return b.queries.Recording(ctx, t.Recording)
}

// Job gives one job with all of its parts.
func (b *Browser) Job(ctx context.Context, who access.Principal, t Target) (JobDetail, error) {
	d, err := b.queries.Job(ctx, t.Recording)
	if err != nil {
		return JobDetail{}, err
	}
	r := b.renderer(ctx, who, lineShape)
	out := JobDetail{
		Job: d.Job, Graph: d.Graph, Attempts: d.Attempts, Checks: d.Checks,
		Checkpoints: make([]Checkpoint, 0, len(d.Checkpoints)), Exceptions: make([]Event, 0, len(d.Exceptions)),
		Processes: b.processes(d.Processes),
	}
	out.CPUShare, out.Agents = cpuShare(out.Processes), connected(out.Processes)
	for i := range out.Attempts {
		out.Attempts[i].Error = r.message(t.Resource, out.Attempts[i].Error)
	}
	for i := len(d.Checkpoints) - 1; i >= 0; i-- {
		out.Checkpoints = append(out.Checkpoints, d.Checkpoints[i])
	}
	if len(d.Exceptions) == 0 || !b.policy(ctx).Decide(who, access.JobRead, t.Resource).Allowed {
		return out, nil
	}
	end, err := b.begin(ctx, who, t, []string{"newest exceptions"}, "")
	if err != nil {
		return JobDetail{}, err
	}
	for i := len(d.Exceptions) - 1; i >= 0; i-- {
		out.Exceptions = append(out.Exceptions, r.event(d.Exceptions[i]))
	}
	return out, end(len(out.Exceptions), nil)
}

// Live gives what changes of a running job.
func (b *Browser) Live(ctx context.Context, t Target) (LiveJob, error) {
	d, err := b.queries.Job(ctx, t.Recording)
	if err != nil {
		return LiveJob{}, err
	}
	of := b.processes(d.Processes)
	d.Agents = connected(of)
	return LiveJob{Job: d.Job, Graph: d.Graph, Checkpoints: d.Checkpoints, CPUShare: cpuShare(of)}, nil
}

func connected(of []Process) (n int) {
	for _, p := range of {
		if p.Connected {
			n++
		}
	}
	return n
}

// cpuShare is the largest share of the processes: the one that pays most for being recorded.
func cpuShare(of []Process) float64 {
	share := -1.0
	for _, p := range of {
		if p.Connected {
			share = max(share, p.CPUShare)
		}
	}
	return share
}

// Processes lists the processes with an agent.
func (b *Browser) Processes() []Process { return b.fleet.Processes() }

// live is what processes say of themselves now, by id.
func (b *Browser) live() map[string]Process {
	live := map[string]Process{}
	for _, p := range b.fleet.Processes() {
		live[p.ID] = p
	}
	return live
}

// processes completes what a recording says of its processes by what they say now.
func (b *Browser) processes(recorded []event.ProcessDef) []Process {
	live := b.live()
	out := make([]Process, 0, len(recorded))
	for _, d := range recorded {
		p, ok := live[d.Process]
		if !ok {
			p = Process{ID: d.Process, Role: d.Role, Host: d.Host, PID: d.PID, Java: d.Java, Flink: d.Flink, Agent: d.Agent, CPUShare: -1}
		}
		out = append(out, p)
	}
	return out
}

// TypeName names the type of a serializer as a reader of the job's source would; empty when not known.
func (b *Browser) TypeName(id event.DefinitionID) string { return b.decoders.of(id).name }

// Channels compares both ends of every channel at every barrier.
func (b *Browser) Channels(ctx context.Context, t Target) (ChannelReport, error) {
	return b.queries.Channels(ctx, t.Recording)
}

// Levels tells what is recorded now of each attempt that has not ended.
func (b *Browser) Levels(ctx context.Context, t Target) (map[event.Key]Levels, error) {
	return b.queries.Levels(ctx, t.Recording)
}

// Gaps lists what was not recorded, in order of time.
func (b *Browser) Gaps(ctx context.Context, t Target) ([]Gap, error) {
	return b.queries.Gaps(ctx, t.Recording)
}

// Capsules lists what is kept to rebuild task attempts, in order of time. It holds no payload.
func (b *Browser) Capsules(ctx context.Context, t Target) ([]Capsule, error) {
	return b.queries.Capsules(ctx, t.Recording)
}

// Tracks counts events per subtask and bucket, with drops and watermarks. It holds no payload.
func (b *Browser) Tracks(ctx context.Context, t Target, q TimelineQuery) (Tracks, error) {
	return b.queries.Tracks(ctx, t.Recording, q)
}

// Timeline counts events per bucket.
func (b *Browser) Timeline(ctx context.Context, t Target, q TimelineQuery) (Timeline, error) {
	return b.queries.Timeline(ctx, t.Recording, q)
}
