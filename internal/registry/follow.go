package registry

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// FollowEvery is how often a registry that is followed is asked.
const FollowEvery = 30 * time.Second

// Follower keeps a registry as another one is, with its ids.
type Follower struct {
	Registry *Registry // with Options.ReadOnly
	Upstream *Upstream
	Every    time.Duration // 0 = FollowEvery
	Log      *slog.Logger
	Now      func() time.Time

	mu    sync.Mutex
	state FollowState // guarded by mu
}

// FollowState is how following goes.
type FollowState struct {
	Read  time.Time // when it was as the other one last; zero = never
	Error string    // why it is not, empty = it is
}

// State tells how it goes.
func (f *Follower) State() FollowState {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state
}

// Run follows until ctx ends. A registry that cannot be reached stays as it was.
func (f *Follower) Run(ctx context.Context) {
	every := f.Every
	if every == 0 {
		every = FollowEvery
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		f.Round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Round asks once.
func (f *Follower) Round(ctx context.Context) {
	err := f.round(ctx)
	if ctx.Err() != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.state = FollowState{Read: f.Now()}
		return
	}
	if f.state.Error != err.Error() { // once, not every half minute
		f.Log.Warn("the registry that is followed was not read; what is known of it stays", "error", err)
	}
	f.state.Error = err.Error()
}

func (f *Follower) round(ctx context.Context) error {
	d, err := f.Upstream.Read(ctx)
	if err != nil {
		return err
	}
	report, err := f.Registry.Replace(ctx, d)
	if err == nil && len(report.Conflicts) > 0 {
		err = refuse(CodeNotPermitted, "what ids mean is not the same here and there, as %s; nothing is taken over until the tables of this registry are empty", report.Conflicts[0])
	}
	return err
}
