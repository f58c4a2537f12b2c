package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	order      uint64 // place of its row in lane det
	snapshot   snapshot
	earlier    []snapshot  // that an incremental one may name files of
	needs      []stateFile // of the snapshot
	transients event.Payload
}

// ErrCheckpoint: there is nothing to begin with at the checkpoint that was asked for.
var ErrCheckpoint = errors.New("a replay cannot begin at this checkpoint")

// checkpoints lists where replays of an attempt can begin, oldest first.
func checkpoints(ctx context.Context, snap store.Snapshot, attempt event.Key) ([]start, error) {
	var all []start
	det := newLane(snap, attempt, event.LaneDet, false)
	for {
		r, err := det.peek(ctx)
		if err != nil {
			return nil, err
		}
		if r == nil {
			break
		}
		if x := det.take(); x.kind == event.KindCheckpoint {
			all = append(all, start{checkpoint: x.checkpoint, invocation: x.inv, order: x.order})
		}
	}
	env := newLane(snap, attempt, event.LaneEnv, true)
	for len(all) > 0 {
		r, err := env.peek(ctx)
		if err != nil {
			return nil, err
		}
		if r == nil {
			break
		}
		if x := env.take(); x.what == whatTransients {
			for i := range all {
				if all[i].checkpoint == uint64(x.number) {
					// What the task did for its snapshot, as what a sink hands on, has invocations of its own behind the
					// checkpoint's row; this row stands at the last of them.
					all[i].transients, all[i].invocation = x.value, max(all[i].invocation, x.inv)
				}
			}
		}
	}
	snapshots, err := snapshotsOf(ctx, snap, attempt)
	if err != nil {
		return nil, err
	}
	restored, err := restoredFiles(ctx, snap, attempt)
	if err != nil {
		return nil, err
	}
	usable := make([]start, 0, len(all))
	for i, x := range snapshots {
		for _, s := range all {
			if s.checkpoint == x.checkpoint && !s.transients.Null() && s.invocation > 0 {
				s.snapshot, s.earlier, s.needs = x, snapshots[:i:i], x.needs(snapshots[:i], restored)
				usable = append(usable, s)
			}
		}
	}
	return usable, nil
}

// absent says why the replay cannot begin there: the first of the files of its state that cannot be had. Empty: it can.
func (s *start) absent(blobs store.BlobReader) string {
	for _, f := range s.needs {
		if why := f.absent(blobs); why != "" {
			return "file " + f.path + " of its state " + why
		}
	}
	return ""
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
func (s *start) layout(ctx context.Context, dir string, p map[string]string, c *capsule, snap store.Snapshot, attempt event.Key, state *stateFiles, chain []event.ChainOperatorDef, texts definitions) error {
	if s.checkpoint == 0 {
		return nil
	}
	p["start.invocation"], p["start.checkpoint"] = strconv.FormatUint(s.invocation, 10), strconv.FormatUint(s.checkpoint, 10)
	files := map[string]event.Payload{"snapshot": s.snapshot.handles, "transients": s.transients}
	if s.snapshot.placeholders {
		for i, e := range s.earlier {
			files["snapshot."+strconv.Itoa(i)] = e.handles
		}
	}
	if err := state.bring(s.needs); err != nil {
		return err
	}
	key := sealed.Take()
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b.Open(key), 0o600); err != nil {
			return err
		}
	}
	if err := s.consumed(ctx, p, snap, attempt); err != nil {
		return err
	}
	if err := s.answers(ctx, dir, p, snap, attempt, chain, texts); err != nil {
		return err
	}
	return s.sent(ctx, p, c, snap, attempt)
}

// consumed finds the number of the next element of each channel.
func (s *start) consumed(ctx context.Context, p map[string]string, snap store.Snapshot, attempt event.Key) error {
	det := newLane(snap, attempt, event.LaneDet, false)
	for {
		r, err := det.peek(ctx)
		if err != nil || r == nil {
			return err
		}
		x := det.take()
		if x.kind != event.KindElements || !x.hasChannel {
			continue
		}
		key := fmt.Sprintf("gate.%d.%d.seq", x.channel.Gate, x.channel.Index)
		switch {
		case x.inv <= s.invocation:
			p[key] = strconv.FormatUint(x.seq+min(x.n, s.invocation-x.inv+1), 10)
		case p[key] == "":
			p[key] = strconv.FormatUint(x.seq, 10)
		}
	}
}

// sent finds the number of the next element of each subpartition that the task sends to.
func (s *start) sent(ctx context.Context, p map[string]string, c *capsule, snap store.Snapshot, attempt event.Key) error {
	outputs := make(map[event.Key]int)
	for w, out := range c.Of.Writers {
		key, err := partitionKey(out.Partition)
		if err != nil {
			return err
		}
		outputs[key] = w
	}
	set := func(partition event.Key, sub int, next uint64, before bool) {
		w, ok := outputs[partition]
		if key := fmt.Sprintf("writer.%d.sent.%d", w, sub); ok && (before || p[key] == "") {
			p[key] = strconv.FormatUint(next, 10)
		}
	}
	for _, ref := range blocksOf(snap, attempt, event.LaneOut) {
		want := []block.SectionID{block.SectionMeta, block.SectionIDs}
		r, err := snap.Read(ctx, ref, present(ref.Header, want)...)
		if err != nil {
			return err
		}
		for i := range r.Kind {
			if r.Seq == nil {
				continue
			}
			before := r.Inv[i] <= s.invocation
			next := func(seq uint64) uint64 {
				if before {
					return seq + 1
				}
				return seq
			}
			if sub := r.Subpartition[i]; sub >= 0 {
				if w, ok := outputs[r.Partition[i]]; ok && before && r.Kind[i] == event.KindRecord {
					p[fmt.Sprintf("writer.%d.last", w)] = strconv.Itoa(int(sub))
				}
				set(r.Partition[i], int(sub), next(r.Seq[i]), before)
				continue
			}
			w, ok := outputs[r.Partition[i]]
			for sub := 0; ok && r.SeqOf != nil && sub < c.Of.Writers[w].Subpartitions; sub++ {
				if seq, ok := r.SeqOf(i, uint32(sub)); ok {
					set(r.Partition[i], sub, next(seq), before)
				}
			}
		}
	}
	return nil
}
