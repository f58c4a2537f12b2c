package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/store/disk"
)

// compactMillions is up to which size a recording is compacted.
const compactMillions = 10

// compacted compacts a copy of the recording in dir, as `sightglass store compact` does, and tells what is left of it on disk.
func compacted(ctx context.Context, dir string) (size int64, err error) {
	to := filepath.Clean(dir) + "-compacted"
	if err := os.RemoveAll(to); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(to)) }()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		return 0, err
	}
	s, err := disk.Open(disk.Options{Dir: to})
	if err != nil {
		return 0, err
	}
	_, err = s.Compact(ctx, disk.CompactOptions{All: true})
	if err := errors.Join(err, s.Close()); err != nil {
		return 0, err
	}
	return sizeOf(filepath.Join(to, "seg"))
}
