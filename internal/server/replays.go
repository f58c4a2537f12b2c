package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/replay"
)

// replayDir is where folders of replays are made, below the data folder.
const replayDir = "replay"

// jarDir is where uploaded jars lie, below the data folder.
const jarDir = "replay-jars"

// openReplays takes up what waits to be replayed.
func (s *Server) openReplays(ctx context.Context) (err error) {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("where this program is: %w", err)
	}
	c := s.cfg.Replay
	s.runs = replay.QueueOptions{
		Store: s.store, Meta: s.meta, Dir: filepath.Join(s.cfg.Data, replayDir), Jobs: c.Jobs, Heap: int(c.Memory >> 20), Time: c.Time, Log: s.log, Now: s.now, Edit: editor{s.store}, Jars: filepath.Join(s.cfg.Data, jarDir), Topics: s.openTopics(), Masked: s.masked,
		Machine: replay.Machine{
			Flink: c.Flink, FlinkHome: os.Getenv("FLINK_HOME"), Java: c.Java, JavaHome: os.Getenv("JAVA_HOME"), Agent: s.jar, Self: self,
			Sandboxed: c.Sandbox == "on",
		},
	}
	s.replays, err = replay.NewQueue(ctx, s.runs)
	if err != nil {
		return fmt.Errorf("taking up replays: %w", err)
	}
	return nil
}

// replays is api.Replays.
type replays struct {
	m       *replay.Queue
	uploads string // sandboxed, any or none: which uploaded jars may run
	sandbox bool
}

var _ api.Replays = (*replays)(nil)

// Plan is that of api.Replays.
func (r *replays) Plan(ctx context.Context, t browse.Target, a browse.AttemptOf) (api.ReplayPlan, error) {
	p, err := r.m.Plan(ctx, t.Recording, a.Key)
	if err != nil {
		return api.ReplayPlan{}, err
	}
	out := api.ReplayPlan{
		Recording: t.Recording.String(), Job: a.Job, Task: a.Task, Operator: a.Operator, Subtask: a.Subtask, Attempt: a.Attempt, Key: a.Key.String(),
		Replayable: !p.Stopped(), Reaches: api.I64(p.Reaches), Last: api.I64(p.Last), Restored: p.Restored, Flink: p.Flink, Home: p.Home, Java: p.Java, Has: p.Has,
		Sandbox: p.Sandbox, Findings: findings(p), Senders: senders(p), Before: []api.ReplayRun{},
		Starts: []api.ReplayStart{},
	}
	for _, s := range p.Starts {
		out.Starts = append(out.Starts, api.ReplayStart{Checkpoint: api.I64(s.Checkpoint), Invocation: api.I64(s.Invocation), Absent: s.Absent})
	}
	list, err := r.m.List(ctx, t.Recording, 500)
	for i := range list {
		if list[i].Wish.Attempt == a.Key && len(out.Before) < 10 {
			run := shownReplay(&list[i])
			run.Error = "" // it may hold payload, and the plan says nothing of it
			out.Before = append(out.Before, run)
		}
	}
	return out, err
}

// Start is that of api.Replays.
func (r *replays) Start(ctx context.Context, t browse.Target, w api.ReplayRequest) (api.ReplayRun, error) {
	changes, err := changesOf(w.Changes)
	if err != nil {
		return api.ReplayRun{}, api.Refuse(http.StatusBadRequest, err.Error(), "see docs/guides/whatif.md")
	}
	variant, err := r.variantOf(w.Variant)
	if err != nil {
		return api.ReplayRun{}, err
	}
	run, err := r.m.Add(ctx, replay.Wish{
		Variant:   variant,
		Changes:   changes,
		Recording: t.Recording, Attempt: w.Attempt.Key, To: w.To, From: w.From, Who: w.Who, Job: w.Attempt.Job, Task: w.Attempt.Task, Operator: w.Attempt.Operator,
		Subtask: w.Attempt.Subtask, Number: w.Attempt.Attempt, Checkpoint: w.Checkpoint, Nearest: w.Nearest,
	})
	if errors.Is(err, replay.ErrFull) {
		return api.ReplayRun{}, api.Refuse(http.StatusTooManyRequests, err.Error(), "wait until some have run, or cancel one: sightglass replays")
	}
	return shownReplay(&run), err
}

// List is that of api.Replays.
func (r *replays) List(ctx context.Context, rec event.RecordingID, limit int) ([]api.ReplayRun, error) {
	list, err := r.m.List(ctx, rec, limit)
	out := make([]api.ReplayRun, 0, len(list))
	for i := range list {
		out = append(out, shownReplay(&list[i]))
	}
	return out, err
}

// Get is that of api.Replays.
func (r *replays) Get(ctx context.Context, id string) (api.ReplayRun, error) {
	return answered(r.m.Get(ctx, id))
}

// Cancel is that of api.Replays.
func (r *replays) Cancel(ctx context.Context, id string) (api.ReplayRun, error) {
	return answered(r.m.Cancel(ctx, id))
}

// Remove is that of api.Replays.
func (r *replays) Remove(ctx context.Context, id string) (api.ReplayRun, error) {
	run, err := r.m.Forget(ctx, id)
	if err == nil && !run.Over() {
		return api.ReplayRun{}, api.Refuse(http.StatusConflict, "the replay is not over", "cancel it first")
	}
	return answered(run, err)
}

// Derived is that of api.Replays.
func (r *replays) Derived(ctx context.Context, rec event.RecordingID) (*api.DerivedFrom, error) {
	run, err := r.m.Of(ctx, rec)
	switch {
	case errors.Is(err, replay.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	d := &api.DerivedFrom{
		Replay: run.ID, Recording: run.Wish.Recording.String(), Task: run.Wish.Task, Subtask: run.Wish.Subtask, Attempt: run.Wish.Number, State: run.State,
	}
	judged := run.Judged
	if d.Kind = kindOf(&run); rec == run.Base {
		d.Kind, judged = "replay", run.Unchanged
	}
	if judged != nil {
		d.Verdict = judged.Verdict
	}
	return d, nil
}

func answered(run replay.Replay, err error) (api.ReplayRun, error) {
	if errors.Is(err, replay.ErrNotFound) {
		return api.ReplayRun{}, api.Refuse(http.StatusNotFound, "there is no such replay", "sightglass replays lists them")
	}
	return shownReplay(&run), err
}

func findings(p *replay.Plan) []api.ReplayFinding {
	out := []api.ReplayFinding{}
	if p != nil {
		for _, f := range p.Findings {
			out = append(out, api.ReplayFinding{About: f.About, Stops: f.Stops, Text: f.Text, Do: f.Do})
		}
	}
	return out
}

func senders(p *replay.Plan) []api.ReplaySender {
	out := []api.ReplaySender{}
	if p != nil {
		for _, s := range p.Senders {
			out = append(out, api.ReplaySender{
				Key: s.Key, Task: s.Task, Operator: s.Operator, Subtask: s.Subtask, Attempt: s.Number, Checkpoint: api.I64(s.Checkpoint), To: api.I64(s.To),
				Replay: s.Replay, Verdict: s.Verdict,
			})
		}
	}
	return out
}

func shownReplay(r *replay.Replay) api.ReplayRun {
	when := func(t time.Time) *api.Time {
		if t.IsZero() {
			return nil
		}
		return &api.Time{Time: t}
	}
	out := api.ReplayRun{
		ID: r.ID, Recording: r.Wish.Recording.String(), Job: r.Wish.Job, Task: r.Wish.Task, Operator: r.Wish.Operator, Subtask: r.Wish.Subtask, Attempt: r.Wish.Number,
		Key: r.Wish.Attempt.String(), Checkpoint: api.I64(r.Wish.Checkpoint), To: api.I64(r.Wish.To), From: api.I64(r.Wish.From), Who: r.Wish.Who, State: r.State, Ahead: r.Ahead, Phase: r.Phase,
		Created: when(r.Created), Began: when(r.Began), Ended: when(r.Ended), Elements: api.I64(r.Elements), Reached: api.I64(r.Reached), Last: api.I64(r.Last),
		Share: r.Share(), CPU: api.I64(r.CPU.Microseconds()), Sandbox: r.Sandbox, Findings: findings(r.Plan), For: r.Wish.For, Senders: senders(r.Plan), Error: r.Error,
	}
	if !r.Derived.IsZero() {
		out.Derived = r.Derived.String()
	}
	if r.Judged != nil {
		out.Verdict = shownVerdict(r, r.Judged)
	}
	shownWhatIf(&out, r)
	return out
}

func shownState(s *replay.AtRest) *api.ReplayState {
	out := &api.ReplayState{
		Checkpoints: s.Checkpoints, Compared: s.Compared, Equal: s.Equal, Entries: api.I64(s.Entries), Reason: s.Reason, First: []api.ReplayStateParting{},
	}
	for _, d := range s.First {
		out.First = append(out.First, api.ReplayStateParting{
			Checkpoint: api.I64(d.Checkpoint), Invocation: api.I64(d.Invocation), Operator: d.Operator, State: d.State, Recorded: api.I64(d.Recorded),
			Replayed: api.I64(d.Replayed), Lost: api.I64(d.Lost), Extra: api.I64(d.Extra), KeyGroup: d.KeyGroup,
		})
	}
	return out
}

func shownVerdict(r *replay.Replay, j *replay.Judgement) *api.ReplayVerdict {
	v := &api.ReplayVerdict{
		Verdict: j.Verdict, Text: j.Text, Recorded: api.I64(j.Recorded), Replayed: api.I64(j.Replayed), Equal: api.I64(j.Equal), Reached: api.I64(j.Reached),
		Last: api.I64(j.Last), Causes: []api.ReplayCause{}, Notes: append([]string{}, j.Notes...), Thrown: j.Thrown, ThrownAt: api.I64(j.ThrownAt),
	}
	for _, c := range j.Causes {
		v.Causes = append(v.Causes, api.ReplayCause{Kind: c.Kind, Text: c.Text, Sure: c.Sure})
	}
	if j.State != nil {
		v.State = shownState(j.State)
	}
	if j.First != nil {
		place := func(p *replay.OutputPlace) *api.ReplayPlace {
			if p == nil {
				return nil
			}
			return &api.ReplayPlace{
				Operator: p.Operator, Position: positionIn(r, p.Operator, p.Invocation), Invocation: api.I64(p.Invocation), Nth: p.Nth, Written: p.Written,
				Subpartition: p.Subpartition,
			}
		}
		v.First = &api.ReplayParting{Number: api.I64(j.First.Number), Recorded: place(j.First.Recorded), Replayed: place(j.First.Replayed)}
	}
	return v
}

// positionIn is a position of a replayed attempt.
func positionIn(r *replay.Replay, operator string, invocation uint64) string {
	if operator == "" {
		return r.Wish.Attempt.String() + "#" + strconv.FormatUint(invocation, 10)
	}
	return fmt.Sprintf("%s.%d.%d.%d", operator, r.Wish.Subtask, r.Wish.Number, invocation)
}
