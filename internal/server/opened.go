package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store/disk"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// Unpack fills the folder data, which must be empty, with the recording of an incident file, so that a server with Options.Opened can
// show it. from gives the file's bytes from the beginning, as often as it is asked. Errors: those of share.Verify, and refusals.
func Unpack(ctx context.Context, from func() (io.Reader, error), data, who string, now time.Time) (rec event.RecordingID, err error) {
	s, err := disk.Open(disk.Options{Dir: filepath.Join(data, storeDir), Durability: disk.Process, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return rec, fmt.Errorf("making a store for the file: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	db, err := meta.Open(ctx, filepath.Join(data, metaFile))
	if err != nil {
		return rec, fmt.Errorf("making a store for the file: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	o, err := takeIn(ctx, from, s, db, now, who)
	if err != nil {
		return rec, err
	}
	return event.ParseRecordingID(o.Manifest.Recording.ID)
}

// openedFile is what a server of an opened file says of itself; nil of every other.
func (s *Server) openedFile(ctx context.Context) (*api.IncidentFile, error) {
	if s.opened.IsZero() {
		return nil, nil
	}
	return s.incidents.Of(ctx, s.opened)
}
