package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/server"
)

func (a *app) storeCompact() *cobra.Command {
	var f storeFlags
	c := &cobra.Command{
		Use: "compact", Short: "Make what is stored smaller: re-code blocks, put small segments together", Args: exactly(0, ""),
		Long: `Make what is stored smaller: blocks are re-coded to zstd, each at most once, and small segments of a recording become one. Nothing else changes, and
whatever reads goes on. A server that runs does it by itself (setting compact); this does it now: in the server when one runs on the
folder, otherwise here. An interrupt ends it, and what was done by then stays.`,
		Example: "  sightglass store compact\n  sightglass store compact --data /var/lib/sightglass -o json",
		RunE: func(c *cobra.Command, _ []string) error {
			if _, _, err := a.look(c, &f, server.StoreOptions{Heads: true}); err != nil {
				return err
			}
			data, err := a.folder(&f)
			if err != nil {
				return err
			}
			done, err := server.CompactStore(c.Context(), data, server.NewLogger(config.Server{LogFormat: "text"}, a.Err), a.compacting())
			if errors.Is(err, server.ErrInUse) {
				return a.compactInServer(c.Context())
			}
			if err != nil && c.Context().Err() == nil {
				return &failure{code: exitInternal, err: err}
			}
			state := gen.CompactionStateDone
			if err != nil {
				state = gen.CompactionStateCancelled
			}
			n := func(v int64) string { return strconv.FormatInt(v, 10) }
			return a.compacted(gen.Compaction{State: state, Done: n(done.Done), Total: n(done.Total), Before: n(done.Before), After: n(done.After),
				Segments: int64(done.Segments), Into: int64(done.Into), Left: int64(done.Left)}, nil)
		},
	}
	f.where(c)
	return c
}

// compacting says now and then how far it is.
func (a *app) compacting() func(server.StoreCompaction) {
	told := time.Now()
	return func(p server.StoreCompaction) {
		if time.Since(told) >= 2*time.Second {
			told = time.Now()
			a.hint("%s of %s", bytesText(float64(p.Done)), bytesText(float64(p.Total)))
		}
	}
}

// compactInServer has the server do it, and waits.
func (a *app) compactInServer(ctx context.Context) error {
	cl, err := a.client()
	if err != nil {
		return err
	}
	got, err := cl.Compact(ctx)
	if err != nil {
		return err
	}
	told := time.Now()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for got.Value.State == gen.CompactionStateRunning {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			if got, err = cl.CancelCompaction(last); err != nil {
				return err
			}
			got.Value.State = gen.CompactionStateCancelled // it ends with the block that it is at
			return a.compacted(got.Value, got.Raw)
		case <-tick.C:
		}
		if got, err = cl.Compaction(ctx); err != nil {
			if ctx.Err() != nil {
				continue
			}
			return err
		}
		if time.Since(told) >= 2*time.Second {
			told = time.Now()
			a.hint("%s of %s", size(got.Value.Done), size(got.Value.Total))
		}
	}
	return a.compacted(got.Value, got.Raw)
}

// compacted says what came of it.
func (a *app) compacted(c gen.Compaction, raw json.RawMessage) (err error) {
	if raw == nil {
		if raw, err = json.Marshal(c); err != nil {
			return fmt.Errorf("writing the answer: %w", err)
		}
	}
	done, err := a.raw(raw, false)
	if err != nil {
		return err
	}
	if !done {
		what := "nothing was to be gained"
		if c.Segments > 0 {
			what = fmt.Sprintf("%s became %d: %s before, %s after", plural(int(c.Segments), "segment"), c.Into, size(c.Before), size(c.After))
		}
		a.say("%s", what)
		if c.Left > 0 {
			a.hint("%s could not be re-coded and stay as they are: sightglass store verify says why", plural(int(c.Left), "segment"))
		}
	}
	switch c.State {
	case gen.CompactionStateCancelled:
		return verdict(exitInterrupted)
	case gen.CompactionStateFailed:
		return &failure{code: exitInternal, err: errors.New(c.Error)}
	}
	return nil
}
