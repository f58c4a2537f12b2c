package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/replay"
	"github.com/sightglass/sightglass/internal/share"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/disk"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// mostVerified attempts of a masked recording are run again for its verdict.
const mostVerified = 64

// verifying is where a masked recording is run again before it leaves: a store and a queue of its own below the folder of replays, which
// the next start empties if this process is killed.
type verifying struct {
	dir   string
	store *disk.Store
	meta  *meta.DB
}

func newVerifying(ctx context.Context, data string) (v *verifying, err error) {
	v = new(verifying)
	if v.dir, err = os.MkdirTemp(filepath.Join(data, replayDir), "masked-"); err != nil {
		return nil, fmt.Errorf("making a folder to run the masked recording in: %w", err)
	}
	if v.store, err = disk.Open(disk.Options{Dir: filepath.Join(v.dir, storeDir), Durability: disk.Process}); err == nil {
		v.meta, err = meta.Open(ctx, filepath.Join(v.dir, metaFile))
	}
	if err != nil {
		return nil, errors.Join(err, v.close())
	}
	return v, nil
}

func (v *verifying) close() error {
	var err error
	if v.meta != nil {
		err = v.meta.Close()
	}
	if v.store != nil {
		err = errors.Join(err, v.store.Close())
	}
	return errors.Join(err, os.RemoveAll(v.dir))
}

// verify is share.Verifier: every attempt of the masked recording that did something runs again with the masked values.
func (x *incidents) verify(v *verifying) share.Verifier {
	return func(ctx context.Context, rec event.RecordingID, _ store.Store) (none share.Verdict, _ []share.Replayed, _ error) {
		queries, err := query.New(query.Options{Reader: v.store, Blobs: v.store, Now: x.now})
		if err != nil {
			return none, nil, err
		}
		job, err := queries.Job(ctx, rec)
		if err != nil {
			return none, nil, err
		}
		o := x.runs
		o.Store, o.Meta, o.Dir, o.Jobs, o.Topics, o.Jars = v.store, v.meta, filepath.Join(v.dir, replayDir), 1, nil, ""
		o.Masked = func(context.Context, event.RecordingID) (bool, error) { return true, nil }
		queue, err := replay.NewQueue(ctx, o)
		if err != nil {
			return none, nil, err
		}
		ctx, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			queue.Run(ctx)
		}()
		defer func() {
			stop()
			<-done
		}()
		sum := masked{of: len(job.Attempts)}
		// The first attempts of all tasks first: they began without state, which a masked file does not have.
		for _, a := range slices.SortedStableFunc(slices.Values(job.Attempts), func(a, b query.Attempt) int { return a.Attempt - b.Attempt }) {
			if sum.ran == mostVerified {
				sum.unproven = append(sum.unproven, fmt.Sprintf("only %d of %d attempts were run again", mostVerified, sum.of))
				break
			}
			r, err := runOne(ctx, queue, replay.Wish{Recording: rec, Attempt: a.Key, Task: a.Task, Subtask: a.Subtask, Number: a.Attempt})
			if err != nil {
				return none, nil, err
			}
			sum.add(r)
		}
		return sum.verdict(), sum.list, nil
	}
}

// runOne runs an attempt to its end.
func runOne(ctx context.Context, queue *replay.Queue, w replay.Wish) (*replay.Replay, error) {
	r, err := queue.Add(ctx, w)
	for err == nil && !r.Over() {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		r, err = queue.Get(ctx, r.ID)
	}
	return &r, err
}

// masked sums up replays of a masked recording.
type masked struct {
	of, ran, exact, alike, stateful int
	unproven, unreplayable          []string
	list                            []share.Replayed
}

func (m *masked) add(r *replay.Replay) {
	where := fmt.Sprintf("%s, subtask %d, attempt %d", r.Wish.Task, r.Wish.Subtask, r.Wish.Number)
	if r.State != replay.Done || r.Judged == nil {
		m.unproven = append(m.unproven, fmt.Sprintf("%s: its replay did not come to an end: %s", where, r.Error))
		return
	}
	j := r.Judged
	m.list = append(m.list, share.Replayed{
		Task: r.Wish.Task, Subtask: r.Wish.Subtask, Attempt: r.Wish.Number, Verdict: j.Verdict, Equal: int64(j.Equal), Of: int64(j.Recorded), Masked: true,
	})
	stops := func(of func(f *replay.Finding) bool) bool {
		return r.Plan != nil && slices.ContainsFunc(r.Plan.Findings, func(f replay.Finding) bool { return f.Stops && of(&f) })
	}
	text := where + ": " + j.Text
	if j.Verdict != replay.NotReplayable && j.Verdict != replay.Nothing {
		m.ran++
	}
	switch j.Verdict {
	case replay.Exact, replay.Solved:
		m.exact++
	case replay.PathEqual, replay.PerKey:
		m.alike++
	case replay.Nothing: // it gave nothing, recorded or not
	case replay.Diverged:
		m.unreplayable = append(m.unreplayable, text)
	case replay.NotReplayable:
		switch {
		case stops(func(f *replay.Finding) bool { return ofMachine[f.About] }):
			m.unproven = append(m.unproven, text)
		case stops(func(f *replay.Finding) bool { return f.About == replay.AboutState }):
			m.stateful++
		default:
			m.unreplayable = append(m.unreplayable, text)
		}
	default:
		m.unproven = append(m.unproven, text)
	}
}

// ofMachine is what a server lacks to run anything.
var ofMachine = map[string]bool{replay.AboutFlink: true, replay.AboutJava: true, replay.AboutAgent: true, replay.AboutSandbox: true}

// verdict is that of the file: no better than the worst of the attempts that can run from what is in it.
func (m *masked) verdict() share.Verdict {
	ran := fmt.Sprintf("of %d attempts that were run again with masked values, %d are exact and %d took the same way", m.ran, m.exact, m.alike)
	if m.ran == 0 {
		ran = "no attempt was run again with masked values"
	}
	if m.stateful > 0 {
		ran += fmt.Sprintf("; %d more cannot be run: they began with state, which a masked file does not have", m.stateful)
	}
	switch {
	case len(m.unreplayable) > 0:
		return share.Verdict{Verdict: share.NotReplayable, Details: ran + "; " + first(m.unreplayable)}
	case len(m.unproven) > 0:
		return share.Verdict{Verdict: share.NotProven, Details: ran + "; " + first(m.unproven)}
	case m.ran == 0 && m.stateful > 0:
		return share.Verdict{Verdict: share.NotReplayable, Details: ran}
	case m.ran == 0:
		return share.Verdict{Verdict: share.NotProven, Details: "there is nothing to compare: no attempt of the masked recording gave anything"}
	case m.alike > 0:
		return share.Verdict{Verdict: share.PathEqual, Details: ran}
	}
	return share.Verdict{Verdict: share.Exact, Details: ran}
}

// first is the first of a list, and how many more there are.
func first(list []string) string {
	text := strings.TrimSuffix(list[0], ".")
	if n := len(list) - 1; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text
}
