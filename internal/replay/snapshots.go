package replay

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/store"
)

// snapshot is what a task reported for a checkpoint: where the handles of its state lie in the recording, which may be much.
type snapshot struct {
	checkpoint   uint64
	block        store.Ref
	row          int
	placeholders bool        // some handles only name what an earlier one has in full
	needs        []stateFile // it cannot be read without; what else placeholders stand for lies within handles
}

// handles are those of the state, as Java writes them.
func (s *snapshot) handles(ctx context.Context, snap store.Snapshot) (event.Payload, error) {
	rows, err := read(ctx, snap, s.block)
	if err != nil {
		return event.Payload{}, err
	}
	return at(rows.Value, s.row), nil
}

// reported is the body of a row of kind 67 or 68 (spec/recording.md, section 5).
type reported struct {
	Checkpoint   uint64      `json:"checkpoint"`
	Placeholders bool        `json:"placeholders"`
	Files        []stateFile `json:"files"`
	Named        []string    `json:"named"`
}

// snapshotsOf lists those of an attempt that were recorded whole, oldest first.
func snapshotsOf(ctx context.Context, snap store.Snapshot, attempt event.Key) (all []snapshot, err error) {
	known := make(map[string]stateFile) // of earlier snapshots and of the restored state, by their places
	know := func(files []stateFile) {
		for _, f := range files {
			if had, ok := known[f.place()]; !ok || had.copy == "" {
				known[f.place()] = f
			}
		}
	}
	for _, ref := range blocksOf(snap, attempt, event.LaneJob) {
		if !holds(ref.Header, event.KindSnapshot) && !holds(ref.Header, event.KindRestored) {
			continue
		}
		rows, err := read(ctx, snap, ref)
		if err != nil {
			return nil, err
		}
		for i, k := range rows.Kind {
			var body reported
			if k != event.KindSnapshot && k != event.KindRestored || at(rows.Value, i).Null() || json.Unmarshal(rows.Body[i], &body) != nil {
				continue
			}
			if k == event.KindSnapshot {
				all = append(all, snapshot{body.Checkpoint, ref, i, body.Placeholders, body.needs(known)})
			}
			know(body.Files)
		}
	}
	return all, nil
}

// needs are the files of a snapshot: those that its handles name, and known ones that its placeholders stand for. Agents that copy tell of
// these with the rest.
func (r *reported) needs(known map[string]stateFile) []stateFile {
	all := slices.Clone(r.Files)
	own := make(map[string]bool)
	for _, f := range all {
		own[f.place()] = true
	}
	for _, n := range r.Named {
		place := (&stateFile{path: n}).place()
		if f, ok := known[place]; ok && !own[place] {
			all = append(all, f)
		}
	}
	return all
}

// compareAtMost bounds the checkpoints at which state is compared: each costs two restores of it.
const compareAtMost = 50

// chosen are the snapshots whose state is compared: those behind a checkpoint, the first and the last of them, and others evenly between.
func chosen(all []snapshot, behind uint64) []snapshot {
	var after []snapshot
	for _, s := range all {
		if s.checkpoint > behind {
			after = append(after, s)
		}
	}
	if len(after) <= compareAtMost {
		return after
	}
	some := make([]snapshot, compareAtMost)
	for i := range some {
		some[i] = after[i*(len(after)-1)/(compareAtMost-1)]
	}
	return some
}

// layOutCompared writes the snapshots that a replay is to be held against, with what they need. behind is the checkpoint that it begins behind.
func layOutCompared(ctx context.Context, dir string, p map[string]string, snap store.Snapshot, all []snapshot, behind uint64, files *stateFiles) error {
	compared := chosen(all, behind)
	if !slices.ContainsFunc(compared, func(s snapshot) bool { return s.placeholders }) {
		all = compared // no other one is needed
	}
	key := sealed.Take()
	var names, written []string
	for i := range all {
		id := strconv.FormatUint(all[i].checkpoint, 10)
		handles, err := all[i].handles(ctx, snap)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "recorded."+id), handles.Open(key), 0o600); err != nil {
			return err
		}
		written = append(written, id)
	}
	for _, s := range compared {
		names = append(names, strconv.FormatUint(s.checkpoint, 10))
		if err := files.bring(s.needs); err != nil {
			return err
		}
	}
	p["compare.checkpoints"], p["compare.snapshots"] = strings.Join(names, ","), strings.Join(written, ",")
	return nil
}
