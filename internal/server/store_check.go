package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/store/disk"
)

// What looking at a store without a server gives.
type (
	StoreReport  = disk.Report
	StoreProblem = disk.Problem
	StoreOptions = disk.CheckOptions
)

// ErrInUse is what RepairStore gives while a server runs on the folder.
var ErrInUse = errors.New("a server runs on this data folder")

// CheckStore looks at the store below a data folder and changes nothing; a server may run meanwhile. Errors: those of disk.Check.
func CheckStore(ctx context.Context, data string, o StoreOptions) (*StoreReport, error) {
	return disk.Check(ctx, filepath.Join(data, storeDir), o)
}

// RepairStore does what the start of a server does to a store: it cuts unfinished ends, makes indexes again, moves away what is none of its files, and
// records a gap for each block that is lost. What it does goes to the log. ErrInUse.
func RepairStore(data string, log *slog.Logger) error {
	s, err := disk.Open(disk.Options{Dir: filepath.Join(data, storeDir), Durability: disk.Disk, Log: log})
	if errors.Is(err, disk.ErrLocked) {
		return ErrInUse
	}
	if err != nil {
		return fmt.Errorf("opening the store: %w", err)
	}
	return s.Close()
}

// StoreCompaction is how far a compaction is.
type StoreCompaction = disk.CompactProgress

// CompactStore compacts the store below a data folder that no server uses: everything that is open is sealed first. ErrInUse.
func CompactStore(ctx context.Context, data string, log *slog.Logger, progress func(StoreCompaction)) (StoreCompaction, error) {
	s, err := disk.Open(disk.Options{Dir: filepath.Join(data, storeDir), Durability: disk.Disk, Log: log})
	if errors.Is(err, disk.ErrLocked) {
		return StoreCompaction{}, ErrInUse
	}
	if err != nil {
		return StoreCompaction{}, fmt.Errorf("opening the store: %w", err)
	}
	p, err := s.Compact(ctx, disk.CompactOptions{All: true, Progress: progress})
	return p, errors.Join(err, s.Close())
}
