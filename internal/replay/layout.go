package replay

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/store"
)

// layout writes what rebuilds the task to a folder, the serialized parts and the jars, and gives the properties of the task, as all of its
// runs have them.
func layout(ctx context.Context, dir string, c *capsule, blobs store.BlobReader, restore event.Payload) (map[string]string, error) {
	p := map[string]string{
		"invokable": c.Of.Invokable, "job_type": c.Of.JobType, "job_id": c.Of.JobID,
		"job_name": c.Of.JobName, "vertex": c.Of.Vertex, "execution": c.Of.Execution,
		"task.name": c.Of.Task.Name, "task.max_parallelism": strconv.Itoa(c.Of.Task.MaxParallelism),
		"task.index": strconv.Itoa(c.Of.Task.Index), "task.parallelism": strconv.Itoa(c.Of.Task.Parallelism),
		"task.attempt": strconv.Itoa(c.Of.Task.Attempt), "task.allocation": c.Of.Task.Allocation,
		"loader.class": c.Of.Loader.Class, "loader.parent_first": strings.Join(c.Of.Loader.ParentFirst, ";"),
		"managed_memory": strconv.Itoa(256 << 20),
		"gates":          strconv.Itoa(len(c.Of.Gates)), "writers": strconv.Itoa(len(c.Of.Writers)),
	}
	for g, gate := range c.Of.Gates {
		key := "gate." + strconv.Itoa(g)
		p[key+".channels"] = strconv.Itoa(len(gate.Channels))
		for i, ch := range gate.Channels {
			p[fmt.Sprintf("%s.%d.partition", key, i)] = ch.Partition
			p[fmt.Sprintf("%s.%d.subpartition", key, i)] = strconv.Itoa(ch.Subpartition)
		}
	}
	for w, out := range c.Of.Writers {
		key := "writer." + strconv.Itoa(w)
		p[key+".partition"] = out.Partition
		p[key+".subpartitions"] = strconv.Itoa(out.Subpartitions)
		p[key+".key_groups"] = strconv.Itoa(out.KeyGroups)
	}
	jars := 0
	for _, part := range c.Parts {
		name := filepath.Base(part.Name)
		if part.Format == "jar" {
			name = fmt.Sprintf("jar-%d.jar", jars)
			p["jar."+strconv.Itoa(jars)] = name
			jars++
		}
		if err := copyBlob(ctx, blobs, part.SHA256, filepath.Join(dir, name)); err != nil {
			return nil, fmt.Errorf("part %s: %w", part.Name, err)
		}
	}
	p["jars"] = strconv.Itoa(jars)
	if b := restore.Open(sealed.Take()); len(b) > 0 {
		if err := os.WriteFile(filepath.Join(dir, "restore"), b, 0o600); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// enter writes where a run of the task begins, and what recording it makes, to the folder of that run.
func (r *room) enter(ctx context.Context, dir string, snap store.Snapshot, attempt event.Key, from start, derived event.RecordingID, dict *dictionary) error {
	r.state.ctx = ctx
	if err := r.state.bring(from.snapshot.needs); err != nil {
		return err
	}
	p := maps.Clone(r.task)
	p["recording"] = derived.String()
	if err := from.layout(ctx, dir, p, r.capsule, snap, attempt, dict); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "task.properties"), properties(p), 0o600)
}

func copyBlob(ctx context.Context, blobs store.BlobReader, hash, path string) error {
	h, err := event.ParseBlobHash(hash)
	if err != nil {
		return err
	}
	in, err := blobs.OpenBlob(ctx, h)
	if err != nil {
		return err
	}
	defer in.Close()
	return copyTo(in, path)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return copyTo(in, to)
}

// copyTo makes a file of what is read.
func copyTo(in io.Reader, path string) error {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closed := out.Close(); err == nil {
		err = closed
	}
	return err
}

// properties writes what java.util.Properties reads.
func properties(p map[string]string) []byte {
	keys := make([]string, 0, len(p))
	for k := range p {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var b strings.Builder
	for _, k := range keys {
		escape(&b, k)
		b.WriteByte('=')
		escape(&b, p[k])
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

func escape(b *strings.Builder, s string) {
	for _, r := range s {
		switch {
		case strings.ContainsRune(" \t=:#!\\", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r > 0x7e && r < 0x10000:
			fmt.Fprintf(b, "\\u%04x", r)
		case r >= 0x10000:
			r -= 0x10000
			fmt.Fprintf(b, "\\u%04x\\u%04x", 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			b.WriteRune(r)
		}
	}
}
