package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// stateFile is a file of a snapshot (spec/recording.md, section 5): [path, bytes, SHA-256 of the copy that was kept; absent: none was].
type stateFile struct {
	path string
	size int64
	copy string
}

func (f *stateFile) UnmarshalJSON(b []byte) error {
	var a []json.RawMessage
	if err := json.Unmarshal(b, &a); err != nil {
		return err
	}
	for i, to := range []any{&f.path, &f.size, &f.copy} {
		if i < len(a) {
			if err := json.Unmarshal(a[i], to); err != nil {
				return fmt.Errorf("file of a snapshot: %w", err)
			}
		}
	}
	return nil
}

// here is where the file may lie on this machine; empty: it is one of another file system.
func (f *stateFile) here() string {
	if strings.HasPrefix(f.path, "/") {
		return filepath.Clean(f.path)
	}
	u, err := url.Parse(f.path)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return ""
	}
	return filepath.Clean(u.Path)
}

// place names the file the same way however its path is written.
func (f *stateFile) place() string {
	if path := f.here(); path != "" {
		return path
	}
	return f.path
}

// kept tells whether the recording has a copy of it, whole.
func (f *stateFile) kept(blobs store.BlobReader) (event.BlobHash, bool) {
	h, err := event.ParseBlobHash(f.copy)
	if f.copy == "" || err != nil {
		return h, false
	}
	return h, blobs.Blob(h).Complete
}

// absent says why a file cannot be had; empty: it can.
func (f *stateFile) absent(blobs store.BlobReader) string {
	if _, ok := f.kept(blobs); ok {
		return ""
	}
	path := f.here()
	if path == "" {
		return "lies where this server does not read"
	}
	switch st, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return "is gone: Flink removes files of a checkpoint when newer ones are complete, or the job ends"
	case err != nil:
		return "cannot be read: " + err.Error()
	case f.size > 0 && st.Size() < f.size:
		return "is shorter than it was"
	}
	return ""
}

// stateFiles brings files of state into the folder of a replay, which reads no others.
type stateFiles struct {
	ctx   context.Context
	dir   string
	p     map[string]string
	blobs store.BlobReader
	known map[string]bool
}

func newStateFiles(ctx context.Context, dir string, p map[string]string, blobs store.BlobReader) *stateFiles {
	return &stateFiles{ctx, dir, p, blobs, make(map[string]bool)}
}

// bring brings those that can be had. What cannot be had is missed by who reads it.
func (s *stateFiles) bring(files []stateFile) error {
	for _, f := range files {
		if s.known[f.path] || f.absent(s.blobs) != "" {
			continue
		}
		s.known[f.path] = true
		n := strconv.Itoa(len(s.known) - 1)
		local := filepath.Join("state", n)
		if err := os.MkdirAll(filepath.Join(s.dir, "state"), 0o700); err != nil {
			return err
		}
		if err := s.fetch(&f, filepath.Join(s.dir, local)); err != nil {
			return fmt.Errorf("file %s of the recorded state: %w", filepath.Base(f.path), err)
		}
		s.p["state.file."+n+".path"], s.p["state.file."+n+".local"], s.p["state.files"] = f.path, local, strconv.Itoa(len(s.known))
	}
	return nil
}

func (s *stateFiles) fetch(f *stateFile, to string) error {
	if _, ok := f.kept(s.blobs); ok {
		return copyBlob(s.ctx, s.blobs, f.copy, to)
	}
	// Flink never changes a file of a checkpoint, it removes them: a second name keeps this one.
	if os.Link(f.here(), to) == nil {
		return nil
	}
	return copyFile(f.here(), to)
}
