package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// filling is what the filling remembers between two looks. Only Fill uses it.
type filling struct {
	runs   map[event.RecordingID]runSeen
	groups map[string]int          // by cluster: how many groups have had their turn
	moves  map[ID]map[string]int64 // by group, then topic and partition: how far its offsets were
}

// runSeen is how far a recording was when it was looked at.
type runSeen struct {
	blocks uint64
	state  string
}

// Run fills the catalog until ctx ends.
func (c *Catalog) Run(ctx context.Context) {
	tick := time.NewTicker(c.Every)
	defer tick.Stop()
	for {
		c.Fill(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Fill looks at every source once. What a source does not tell stays as it is; why is in the log.
func (c *Catalog) Fill(ctx context.Context) {
	if c.filled.runs == nil {
		c.filled = filling{runs: make(map[event.RecordingID]runSeen), groups: make(map[string]int), moves: make(map[ID]map[string]int64)}
	}
	for _, source := range []struct {
		name string
		fill func(context.Context) error
	}{
		{"shared tables", c.follow}, {"recordings", c.fillRecordings}, {"clusters", c.fillClusters}, {"registry", c.fillRegistry}, {"contracts", c.fillContracts},
	} {
		if ctx.Err() != nil {
			return
		}
		if err := c.turn(ctx, source.fill); err != nil && ctx.Err() == nil {
			c.Log.Warn("the catalog was not filled from a source", "source", source.name, "error", err)
		}
	}
}

// turn waits for the background's turn, so that filling never takes the machine from ingest and questions.
func (c *Catalog) turn(ctx context.Context, do func(context.Context) error) error {
	if c.Budget == nil {
		return do(ctx)
	}
	t, err := c.Budget.Begin(ctx)
	if err != nil {
		return err
	}
	defer t.End()
	return do(ctx)
}

// follow reads the tables again when others wrote them.
func (c *Catalog) follow(ctx context.Context) error {
	if !c.DB.Shared() {
		return nil
	}
	var now int64
	if err := c.DB.QueryRow(ctx, "SELECT n FROM catalog_state WHERE name = 'revision'").Scan(&now); err != nil {
		return fmt.Errorf("asking for the catalog's revision: %w", err)
	}
	c.mu.RLock()
	same := now == c.revision && !c.stale
	c.mu.RUnlock()
	if same {
		return nil
	}
	c.taking.Lock()
	defer c.taking.Unlock()
	return c.load(ctx)
}
