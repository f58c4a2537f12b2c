package headers

import (
	"slices"

	"github.com/sightglass/sightglass/internal/store"
)

// Place is where a block is stored.
type Place struct {
	Segment uint64
	Offset  int64
}

// PlaceOf is the place of r.
func PlaceOf(r store.Ref) Place { return Place{r.Segment, r.Offset} }

// Replace puts others in the place of blocks: the same ones, stored elsewhere and perhaps in another codec. Marks stay, and views
// that are open keep the old places.
func (x *Index) Replace(by map[Place]store.Ref) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.mu.blocks = slices.Clone(x.mu.blocks)
	for i, r := range x.mu.blocks {
		if n, ok := by[PlaceOf(r)]; ok {
			x.mu.blocks[i] = n
			x.mu.summary.Bytes += uint64(n.Header.Size) - uint64(r.Header.Size)
		}
	}
}
