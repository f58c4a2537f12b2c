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

// snapshot is what a task reported for a checkpoint: handles of its state.
type snapshot struct {
	checkpoint   uint64
	handles      event.Payload
	placeholders bool        // some handles only name what an earlier one has in full
	files        []stateFile // that handles name
	named        []string    // paths of what placeholders stand for
}

// snapshotsOf lists those of an attempt that were recorded whole, oldest first.
func snapshotsOf(ctx context.Context, snap store.Snapshot, attempt event.Key) (all []snapshot, err error) {
	for _, ref := range blocksOf(snap, attempt, event.LaneJob) {
		rows, err := read(ctx, snap, ref)
		if err != nil {
			return nil, err
		}
		for i, k := range rows.Kind {
			if k != event.KindSnapshot || at(rows.Value, i).Null() {
				continue
			}
			var body struct {
				Checkpoint   uint64      `json:"checkpoint"`
				Placeholders bool        `json:"placeholders"`
				Files        []stateFile `json:"files"`
				Named        []string    `json:"named"`
			}
			if json.Unmarshal(rows.Body[i], &body) == nil {
				all = append(all, snapshot{body.Checkpoint, rows.Value[i], body.Placeholders, body.Files, body.Named})
			}
		}
	}
	return all, nil
}

// needs are the files that a snapshot cannot be read without: its own, and those of earlier ones and of the restored state that its placeholders
// stand for. What else they stand for lies within handles.
func (s *snapshot) needs(earlier []snapshot, restored []stateFile) []stateFile {
	all := s.files
	if len(s.named) == 0 {
		return all
	}
	known := make(map[string]stateFile)
	for _, f := range restored {
		known[f.place()] = f
	}
	for _, e := range earlier {
		for _, f := range e.files {
			if had, ok := known[f.place()]; !ok || had.copy == "" {
				known[f.place()] = f
			}
		}
	}
	all = all[:len(all):len(all)]
	own := make(map[string]bool)
	for _, f := range s.files {
		own[f.place()] = true // agents that copy tell them with the rest
	}
	for _, n := range s.named {
		if own[(&stateFile{path: n}).place()] {
			continue
		}
		if f, ok := known[(&stateFile{path: n}).place()]; ok {
			all = append(all, f)
		}
	}
	return all
}

// restoredFiles are the files of the state that an attempt was restored with.
func restoredFiles(ctx context.Context, snap store.Snapshot, attempt event.Key) (files []stateFile, err error) {
	for _, ref := range blocksOf(snap, attempt, event.LaneJob) {
		rows, err := read(ctx, snap, ref)
		if err != nil {
			return nil, err
		}
		for i, k := range rows.Kind {
			var body struct {
				Files []stateFile `json:"files"`
			}
			if k == event.KindRestored && json.Unmarshal(rows.Body[i], &body) == nil {
				files = body.Files
			}
		}
	}
	return files, nil
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

// layOutCompared writes the snapshots that a replay is to be held against, with what they need.
func layOutCompared(dir string, p map[string]string, all []snapshot, restored []stateFile, behind uint64, files *stateFiles) error {
	every := all
	compared := chosen(all, behind)
	var names, needed []string
	key := sealed.Take()
	incremental := false
	for _, s := range compared {
		names = append(names, strconv.FormatUint(s.checkpoint, 10))
		incremental = incremental || s.placeholders
	}
	if !incremental {
		all = compared
	}
	for _, s := range all {
		id := strconv.FormatUint(s.checkpoint, 10)
		if err := os.WriteFile(filepath.Join(dir, "recorded."+id), s.handles.Open(key), 0o600); err != nil {
			return err
		}
		needed = append(needed, id)
	}
	for i, s := range every {
		if slices.Contains(names, strconv.FormatUint(s.checkpoint, 10)) {
			if err := files.bring(s.needs(every[:i], restored)); err != nil {
				return err
			}
		}
	}
	p["compare.checkpoints"], p["compare.snapshots"] = strings.Join(names, ","), strings.Join(needed, ",")
	return nil
}
