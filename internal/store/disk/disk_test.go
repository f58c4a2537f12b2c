package disk

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/storetest"
)

func openTest(t testing.TB, opt Options) *Store {
	t.Helper()
	if opt.MinFree == 0 {
		opt.MinFree = -1
	}
	s, err := Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// trimOldest removes the first half of a recording's segments that may go.
func trimOldest(t *testing.T, from store.Store, rec event.RecordingID) (gone []*block.Header) {
	t.Helper()
	s := from.(*Store)
	s.Seal()
	r := s.find(rec)
	if r == nil {
		return nil
	}
	var oldest []uint64
	for _, f := range s.facts(r) {
		if f.Sealed && !f.Remains {
			oldest = append(oldest, f.Segment)
		}
	}
	oldest = oldest[:(len(oldest)+1)/2]
	for ref := range r.index().View().Since(0) {
		if slices.Contains(oldest, ref.Segment) && !ref.Header.Server() && !remains(new(segment), ref.Header) {
			gone = append(gone, ref.Header)
		}
	}
	if _, err := s.Trim(context.Background(), rec, oldest); err != nil {
		t.Fatal(err)
	}
	return gone
}

func TestStore(t *testing.T) {
	for _, opt := range []Options{
		{Durability: Process},
		{Durability: Disk, SyncEvery: time.Hour},
		{Durability: Process, SealBytes: 2000}, // every few blocks another segment
	} {
		turn := 0
		t.Run(fmt.Sprintf("durability %d, segments of %d", opt.Durability, opt.SealBytes), func(t *testing.T) {
			storetest.RunAll(t, storetest.Backend{
				New: func(t *testing.T) store.Store {
					opt := opt
					opt.Dir = t.TempDir()
					return openTest(t, opt)
				},
				Reopen: func(t *testing.T, s store.Store) store.Store {
					t.Helper()
					opt := s.(*Store).opt
					if err := s.Close(); err != nil {
						t.Fatal(err)
					}
					return openTest(t, opt)
				},
				Compact: func(t *testing.T, s store.Store) {
					t.Helper()
					d := s.(*Store)
					for d.sealer.one() {
					}
					turn++ // every other time the open segments stay, and are then older than what replaced others
					if _, err := d.Compact(context.Background(), CompactOptions{All: turn%2 == 0}); err != nil {
						t.Fatal(err)
					}
				},
				Trim: trimOldest,
			})
		})
	}
}
