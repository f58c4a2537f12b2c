package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// pieces are blocks of the reference load: finished, and what they are made of.
type pieces struct {
	definitions []event.Definition
	raw         [][]byte
	parts       []ingesttest.RowsOfBlock
	events      uint64
}

// take keeps the blocks of a short recording.
func take(seed, events uint64) (*pieces, error) {
	p := new(pieces)
	truth, err := ingesttest.Reference(ingesttest.ReferenceOptions{Seed: seed, Events: events, Codec: codec,
		Rows: func(r ingesttest.RowsOfBlock) { p.parts = append(p.parts, r) }},
		ingesttest.Output{
			Define: func(d event.Definition) error { p.definitions = append(p.definitions, d); return nil },
			Block:  func(_ ingesttest.Process, raw []byte) error { p.raw = append(p.raw, raw); return nil },
		})
	if err != nil {
		return nil, err
	}
	p.events = truth.Events
	return p, nil
}

// encode makes the blocks of the pieces once more, as a recording of its own, and stores them.
func (p *pieces) encode(s *disk.Store, rec event.RecordingID) error {
	for i := range p.parts {
		part := &p.parts[i]
		spec := part.Spec
		spec.Recording = rec
		raw, err := build(spec, part)
		if err != nil {
			return err
		}
		h, err := block.ParseHeader(raw)
		if err != nil {
			return err
		}
		if stored, _, err := s.AppendAsync(context.Background(), h, raw); err != nil || !stored {
			return fmt.Errorf("block %d of lane %s, stored %t: %w", h.Number, h.Lane, stored, err)
		}
	}
	return nil
}

func build(spec block.Spec, part *ingesttest.RowsOfBlock) ([]byte, error) {
	b := block.NewBuilder(spec)
	for _, id := range part.Definitions {
		b.Define(id)
	}
	for _, c := range part.Bases {
		b.Base(c.Partition, c.Subpartition, c.First)
	}
	for _, c := range part.Channels {
		b.Channel(c)
	}
	for i := range part.Rows {
		b.Add(part.Rows[i])
	}
	return b.Finish()
}

// pass checks finished blocks and stores them.
func (p *pieces) pass(s *disk.Store) error {
	for _, raw := range p.raw {
		h, err := block.Verify(raw)
		if err != nil {
			return err
		}
		if stored, _, err := s.AppendAsync(context.Background(), h, raw); err != nil || !stored {
			return fmt.Errorf("block %d of lane %s, stored %t: %w", h.Number, h.Lane, stored, err)
		}
	}
	return nil
}

// storing is events per second of one core.
type storing struct{ encoded, passed float64 }

// storingEvents is how many events are kept in memory to be stored again and again, and storingRounds how often.
const (
	storingEvents = 200_000
	storingRounds = 20
)

// measureStoring stores blocks without a connection, and counts the processor time of this process, which does nothing else.
func measureStoring(seed uint64) (storing, error) {
	p, err := take(seed, storingEvents)
	if err != nil {
		return storing{}, err
	}
	var out storing
	out.encoded, err = stored(p, storingRounds, func(s *disk.Store, round int) error {
		return p.encode(s, event.RecordingID{1, byte(round)})
	})
	if err != nil {
		return storing{}, err
	}
	// A recording cannot be stored twice in one store: each round has its own.
	total, used := uint64(0), time.Duration(0)
	for range storingRounds {
		rate, err := stored(p, 1, func(s *disk.Store, _ int) error { return p.pass(s) })
		if err != nil {
			return storing{}, err
		}
		total += p.events
		used += time.Duration(float64(p.events) / rate * float64(time.Second))
	}
	out.passed = float64(total) / used.Seconds()
	return out, nil
}

// stored runs rounds over a new store, which is closed before the clock is read: everything is on disk then.
func stored(p *pieces, rounds int, round func(*disk.Store, int) error) (perSecond float64, err error) {
	dir, err := os.MkdirTemp("", "bench-store")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := disk.Open(disk.Options{Dir: dir, Durability: disk.Disk})
	if err != nil {
		return 0, err
	}
	for _, d := range p.definitions {
		if err := s.Define(context.Background(), d); err != nil {
			return 0, errors.Join(err, s.Close())
		}
	}
	before, err := cpu()
	for i := range rounds {
		if err == nil {
			err = round(s, i)
		}
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return 0, err
	}
	after, err := cpu()
	return float64(p.events) * float64(rounds) / (after - before).Seconds(), err
}

// cpu is the processor time of this process so far.
func cpu() (time.Duration, error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, err
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), nil
}
