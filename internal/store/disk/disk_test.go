package disk

import (
	"fmt"
	"testing"
	"time"

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

func TestStore(t *testing.T) {
	for _, opt := range []Options{
		{Durability: Process},
		{Durability: Disk, SyncEvery: time.Hour},
		{Durability: Process, SealBytes: 2000}, // every few blocks another segment
	} {
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
			})
		})
	}
}
