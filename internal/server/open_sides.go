package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/store/disk"
	"github.com/sightglass/sightglass/internal/store/meta"
)

func (s *Server) openStore(ctx context.Context) (err error) {
	durability := disk.Process
	if s.cfg.Durability == "disk" {
		durability = disk.Disk
	}
	o := disk.Options{Dir: filepath.Join(s.cfg.Data, storeDir), Durability: durability, PinQuota: s.cfg.PinQuota, Log: s.log}
	if s.cfg.Compact == "auto" {
		o.CompactShare = compactShare
	}
	s.store, err = disk.Open(o)
	switch {
	case errors.Is(err, disk.ErrLocked):
		return fmt.Errorf("another sightglass uses the data folder %s: stop it, or choose another folder with --data: %w", s.cfg.Data, err)
	case err != nil:
		return fmt.Errorf("opening the store in %s: %w", s.cfg.Data, err)
	}
	if s.meta, err = meta.Open(ctx, filepath.Join(s.cfg.Data, metaFile)); err != nil {
		return fmt.Errorf("opening the metadata: %w", err)
	}
	return nil
}

func (s *Server) listen(ctx context.Context) (err error) {
	move := config.Loopback(s.cfg.Listen) && !s.cfg.ListenChosen
	if s.httpListener, err = listen(ctx, s.cfg.Listen, "listen", move); err != nil {
		return err
	}
	s.agentListener, err = listen(ctx, s.cfg.AgentListen, "agent-listen", false)
	return err
}

func (s *Server) openIngest(ctx context.Context, x secrets) (err error) {
	o := ingest.Options{
		Store: s.store, Blobs: s.store, Version: s.version, Token: x.agentToken, MaxConnections: s.cfg.MaxAgents, LostAfter: s.cfg.LostAfter,
		Log: s.log, Now: s.now,
	}
	if s.cfg.TLS.For(s.cfg.AgentListen) {
		if o.TLS, err = s.agentTLS(x.certificate); err != nil {
			return err
		}
	}
	if s.fleet, err = newFleet(ctx, s.meta, s.now); err != nil {
		return err
	}
	o.Closed = s.fleet.closedBefore
	o.Foreign = func(rec event.RecordingID) bool {
		of, err := originOf(context.WithoutCancel(ctx), s.meta, rec)
		return err == nil && of != nil
	}
	if s.ingest, err = ingest.New(o); err != nil {
		return fmt.Errorf("opening the agents' side: %w", err)
	}
	s.fleet.ingest = s.ingest
	s.rates = newRates(s.now)
	return nil
}
