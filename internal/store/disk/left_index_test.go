package disk

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
)

// TestAnEndInOrderLeavesAnIndex: the next start takes the blocks of the active segment from it, and scans what was written after that.
func TestAnEndInOrderLeavesAnIndex(t *testing.T) {
	dir, ends := filled(t)
	path := segmentFiles(t, dir)[0]
	change(t, path, func(b []byte) []byte { b[ends[1]-3] ^= 1; return b }) // a scan would stumble
	s := openTest(t, Options{Dir: dir, Durability: Process})
	put(t, s, simple(t, 1, 3, 40))
	put(t, s, simple(t, 1, 4, 40))
	killed := copyFolder(t, dir) // its index is that of the end before
	closeTest(t, s)
	for name, c := range map[string]struct {
		dir  string
		cut  int // bytes of the file's end
		want []uint64
		gaps int
	}{
		"ended in order": {dir, 0, []uint64{0, 1, 2, 3, 4}, 0},
		"killed":         {killed, 0, []uint64{0, 1, 2, 3, 4}, 0},
		"cut":            {copyFolder(t, killed), 3, []uint64{0, 1, 2, 3}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			change(t, segmentFiles(t, c.dir)[0], func(b []byte) []byte { return b[:len(b)-c.cut] })
			s := openTest(t, Options{Dir: c.dir, Durability: Process})
			defer closeTest(t, s)
			snap, err := s.Snapshot(context.Background(), recID)
			if err != nil {
				t.Fatal(err)
			}
			defer snap.Close()
			var numbers []uint64
			gaps := 0
			for r := range snap.Since(0) {
				if r.Header.Server() {
					gaps++
					continue
				}
				numbers = append(numbers, r.Header.Number)
				_, err := snap.Read(context.Background(), r)
				if r.Header.Number == 1 != errors.Is(err, block.ErrChecksum) || r.Header.Number != 1 && err != nil {
					t.Errorf("reading block %d: %v", r.Header.Number, err)
				}
			}
			if !slices.Equal(numbers, c.want) || gaps != c.gaps {
				t.Errorf("blocks %v and %d gaps, not %v and %d", numbers, gaps, c.want, c.gaps)
			}
		})
	}
}
