package replay

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// StateComparison holds the state that a replay took into its snapshots against what the recorded attempt took into the same ones.
type StateComparison struct {
	Recorded   int    // checkpoints that the attempt took part in, as far as the replay came, and whose handles were recorded
	Compared   int    // of them
	Equal      int    // of those
	Entries    uint64 // of states, in all that were compared
	Reason     string // why one could not be compared; empty = all that were to be were
	First      *CheckpointDifference
	Differing  []CheckpointDifference // of the first checkpoint that differs
	invocation map[uint64]uint64
}

// CheckpointDifference is a state that is not the same at a checkpoint. It holds no payload.
type CheckpointDifference struct {
	Checkpoint uint64
	Invocation uint64 // the last one before it; 0 = not known
	Operator   string // its id, hex
	State      string // its name
	Recorded   uint64 // entries
	Replayed   uint64
	Lost       int64 // entries that the replay lacks; -1 = not counted
	Extra      int64 // entries that only the replay has; -1 = not counted
	KeyGroup   int   // of one of these; -1 = none
}

// stateAt is what a replayer says of one checkpoint.
type stateAt struct {
	Checkpoint uint64 `json:"compared"`
	States     uint64 `json:"states"`
	Entries    uint64 `json:"entries"`
	Reason     string `json:"reason"`
	Differing  []struct {
		Operator string `json:"operator"`
		State    string `json:"state"`
		Recorded uint64 `json:"recorded"`
		Replayed uint64 `json:"replayed"`
		Lost     int64  `json:"lost"`
		Extra    int64  `json:"extra"`
		KeyGroup int    `json:"key_group"`
	} `json:"differing"`
}

func (r *Report) addState(line []byte) {
	var s stateAt
	if json.Unmarshal(line, &s) == nil && len(r.states) < 10*compareAtMost {
		r.states = append(r.states, s)
	}
}

// holdState sums up what the replayer found. behind is the checkpoint that it began behind.
func holdState(ctx context.Context, snap store.Snapshot, attempt event.Key, report *Report, behind uint64) (c StateComparison, err error) {
	if c.invocation, err = checkpointInvocations(ctx, snap, attempt); err != nil {
		return c, err
	}
	all, err := snapshotsOf(ctx, snap, attempt)
	if err != nil {
		return c, err
	}
	for _, s := range all {
		if s.checkpoint > behind && c.invocation[s.checkpoint] <= report.Invocation {
			c.Recorded++
		}
	}
	c.add(report.states)
	c.Recorded = max(c.Recorded, c.Compared) // one may be complete of which the report says that it was not reached
	return c, nil
}

func (c *StateComparison) add(states []stateAt) {
	slices.SortFunc(states, func(a, b stateAt) int { return cmp.Compare(a.Checkpoint, b.Checkpoint) })
	for _, s := range states {
		if s.Reason != "" {
			c.Reason = s.Reason
			continue
		}
		c.Compared++
		c.Entries += s.Entries
		if len(s.Differing) == 0 {
			c.Equal++
			continue
		}
		if c.First != nil {
			continue
		}
		for _, d := range s.Differing {
			c.Differing = append(c.Differing, CheckpointDifference{s.Checkpoint, c.invocation[s.Checkpoint], d.Operator, d.State, d.Recorded, d.Replayed, d.Lost, d.Extra, d.KeyGroup})
		}
		c.First = &c.Differing[0]
	}
}

// checkpointInvocations are the last invocations before an attempt's snapshots.
func checkpointInvocations(ctx context.Context, snap store.Snapshot, attempt event.Key) (map[uint64]uint64, error) {
	all := make(map[uint64]uint64)
	det := newLane(snap, attempt, event.LaneDet, false)
	for {
		r, err := det.peek(ctx)
		if err != nil || r == nil {
			return all, err
		}
		if x := det.take(); x.kind == event.KindCheckpoint {
			all[x.checkpoint] = x.inv
		}
	}
}
