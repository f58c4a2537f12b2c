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
	Recorded   int                    // checkpoints that the attempt took part in, as far as the replay came, and whose handles were recorded
	Compared   int                    // of them
	Equal      int                    // of those
	Entries    uint64                 // of states, in all that were compared
	Reason     string                 // why one could not be compared; empty = all that were to be were
	Differing  []CheckpointDifference // of the first checkpoint that differs
	invocation map[uint64]uint64
	wanted     map[uint64]bool // that were recorded; what the process says of another one, or twice, is no matter
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

// holdState sums up what the replayer found, of checkpoints behind one and up to the invocation that was reached.
func holdState(ctx context.Context, snap store.Snapshot, attempt event.Key, states []stateAt, behind, reached uint64) (c StateComparison, err error) {
	taken, err := taken(ctx, snap, attempt)
	if err != nil {
		return c, err
	}
	c.invocation, c.wanted = make(map[uint64]uint64), make(map[uint64]bool)
	for _, s := range taken {
		c.invocation[s.checkpoint] = s.invocation
	}
	all, err := snapshotsOf(ctx, snap, attempt)
	if err != nil {
		return c, err
	}
	for _, s := range all {
		if s.checkpoint > behind && c.invocation[s.checkpoint] <= reached {
			c.Recorded++
			c.wanted[s.checkpoint] = true
		}
	}
	c.add(states)
	return c, nil
}

// first is a state that differs at the first checkpoint at which one does; nil: none does.
func (c *StateComparison) first() *CheckpointDifference {
	if len(c.Differing) == 0 {
		return nil
	}
	return &c.Differing[0]
}

func (c *StateComparison) add(states []stateAt) {
	slices.SortFunc(states, func(a, b stateAt) int { return cmp.Compare(a.Checkpoint, b.Checkpoint) })
	for _, s := range states {
		if !c.wanted[s.Checkpoint] {
			continue
		}
		delete(c.wanted, s.Checkpoint)
		if s.Reason != "" {
			c.Reason = s.Reason
			continue
		}
		if s.States == 0 {
			c.Recorded-- // the task keeps none: its handles are of what was on its way
			continue
		}
		c.Compared++
		c.Entries += s.Entries
		if len(s.Differing) == 0 {
			c.Equal++
			continue
		}
		if len(c.Differing) > 0 {
			continue
		}
		for _, d := range s.Differing {
			c.Differing = append(c.Differing, CheckpointDifference{s.Checkpoint, c.invocation[s.Checkpoint], d.Operator, d.State, d.Recorded, d.Replayed, d.Lost, d.Extra, d.KeyGroup})
		}
	}
}
