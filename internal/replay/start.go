package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/store"
)

// start is where a replay begins: the attempt's beginning, or behind a checkpoint that it took part in.
type start struct {
	checkpoint uint64 // 0 = the attempt's beginning
	invocation uint64 // the last one before it
	snapshot   snapshot
	earlier    []snapshot // that an incremental one may name files of
	transients event.Payload

	own   string // folder of a snapshot that the replay took for itself, with its transients; empty: one of the recording
	lasts string // of such a one: what clocks said last
}

// ErrCheckpoint: there is nothing to begin with at the checkpoint that was asked for.
var ErrCheckpoint = errors.New("a replay cannot begin at this checkpoint")

// checkpoints lists where replays of an attempt can begin, oldest first.
func checkpoints(ctx context.Context, snap store.Snapshot, attempt event.Key) ([]start, error) {
	all, err := taken(ctx, snap, attempt)
	if err != nil {
		return nil, err
	}
	if err := transients(ctx, snap, attempt, all); err != nil {
		return nil, err
	}
	snapshots, err := snapshotsOf(ctx, snap, attempt)
	if err != nil {
		return nil, err
	}
	usable := make([]start, 0, len(all))
	for i, x := range snapshots {
		for _, s := range all {
			if s.checkpoint == x.checkpoint && !s.transients.Null() && s.invocation > 0 {
				s.snapshot, s.earlier = x, snapshots[:i:i]
				usable = append(usable, s)
			}
		}
	}
	return usable, nil
}

// taken lists the checkpoints that an attempt took a snapshot for, oldest first, and where.
func taken(ctx context.Context, snap store.Snapshot, attempt event.Key) (all []start, err error) {
	det := newLane(snap, attempt, event.LaneDet, false)
	det.only(func(h *block.Header) bool { return holds(h, event.KindCheckpoint) })
	for {
		r, err := det.peek(ctx)
		if err != nil || r == nil {
			return all, err
		}
		if x := det.take(); x.kind == event.KindCheckpoint {
			all = append(all, start{checkpoint: x.checkpoint, invocation: x.inv})
		}
	}
}

// holds is false when the header says that the block has no row of a kind.
func holds(h *block.Header, kind event.Kind) bool {
	return len(h.Zones.Counts) == 0 || slices.ContainsFunc(h.Zones.Counts, func(c block.Count) bool { return c.Kind == kind })
}

// transients finds what the task held beside each snapshot. It stands at the checkpoint's row, or soon behind: what the task did for its
// snapshot, as what a sink hands on, has invocations of its own, and it stands at the last of them.
func transients(ctx context.Context, snap store.Snapshot, attempt event.Key, all []start) error {
	env := newLane(snap, attempt, event.LaneEnv, true)
	for i := range all {
		b := &all[i]
		env.behind(b.invocation)
		for _, ref := range env.refs {
			if i+1 < len(all) && ref.Header.FirstInv > all[i+1].invocation || !b.transients.Null() {
				break
			}
			if !holds(ref.Header, event.KindEnvRead) {
				continue
			}
			rows, err := read(ctx, snap, ref)
			if err != nil {
				return err
			}
			for n := range rows.Kind {
				if at(rows.What, n) == whatTransients && uint64(at(rows.Number, n)) == b.checkpoint {
					// A copy: the rows of its block need not be kept for it.
					b.transients, b.invocation = event.NewPayload(bytes.Clone(rows.Value[n].Open(sealed.Take()))), max(b.invocation, rows.Inv[n])
				}
			}
		}
	}
	return nil
}

// absent says why the replay cannot begin there: the first of the files of its state that cannot be had. Empty: it can.
func (s *start) absent(blobs store.BlobReader) string {
	for _, f := range s.snapshot.needs {
		if why := f.absent(blobs); why != "" {
			return "file " + f.path + " of its state " + why
		}
	}
	return ""
}

// nearest is the last place before an invocation at which a replay can begin: the attempt's beginning, if no state is there to begin with.
func nearest(ctx context.Context, snap store.Snapshot, blobs store.BlobReader, attempt event.Key, first uint64) (start, error) {
	all, err := checkpoints(ctx, snap, attempt)
	return lastBefore(all, blobs, first), err
}

// lastBefore is nearest among places that are known.
func lastBefore(all []start, blobs store.BlobReader, first uint64) start {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].invocation < first && all[i].absent(blobs) == "" {
			return all[i]
		}
	}
	return start{}
}

// findStart finds where to begin: at a checkpoint, the attempt's beginning for 0.
func findStart(ctx context.Context, snap store.Snapshot, attempt event.Key, checkpoint uint64) (start, error) {
	if checkpoint == 0 {
		return start{}, nil
	}
	all, err := checkpoints(ctx, snap, attempt)
	if err != nil {
		return start{}, err
	}
	for _, s := range all {
		if s.checkpoint == checkpoint {
			return s, nil
		}
	}
	return start{}, fmt.Errorf("%w: checkpoint %d has no snapshot of this attempt in the recording", ErrCheckpoint, checkpoint)
}

// layout adds what the replayer begins with to the folder and the properties of the task.
func (s *start) layout(ctx context.Context, dir string, p map[string]string, c *capsule, snap store.Snapshot, attempt event.Key, dict *dictionary) error {
	if s.checkpoint == 0 {
		return nil
	}
	p["start.invocation"], p["start.checkpoint"] = strconv.FormatUint(s.invocation, 10), strconv.FormatUint(s.checkpoint, 10)
	if s.own != "" {
		p["start.lasts"] = s.lasts
	} else if err := s.layoutRecorded(ctx, dir, snap); err != nil {
		return err
	}
	if err := s.consumed(ctx, p, c, snap, attempt); err != nil {
		return err
	}
	if err := s.answers(ctx, dir, p, snap, attempt, dict); err != nil {
		return err
	}
	if err := s.round(ctx, p, c, snap, attempt, dict); err != nil {
		return err
	}
	return s.sent(ctx, p, c, snap, attempt)
}

// layoutRecorded writes what was recorded of a checkpoint.
func (s *start) layoutRecorded(ctx context.Context, dir string, snap store.Snapshot) error {
	key := sealed.Take()
	if err := os.WriteFile(filepath.Join(dir, "transients"), s.transients.Open(key), 0o600); err != nil {
		return err
	}
	files := map[string]*snapshot{"snapshot": &s.snapshot}
	for i := range s.earlier {
		if s.snapshot.placeholders {
			files["snapshot."+strconv.Itoa(i)] = &s.earlier[i]
		}
	}
	for name, x := range files {
		handles, err := x.handles(ctx, snap)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), handles.Open(key), 0o600); err != nil {
			return err
		}
	}
	return nil
}
