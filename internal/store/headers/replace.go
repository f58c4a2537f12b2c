package headers

import "github.com/sightglass/sightglass/internal/store"

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
	old := x.mu.shelf
	x.mu.shelf = old.replaced(func(p Place) (store.Ref, bool) {
		r, ok := by[p]
		return r, ok
	})
	for mark := range old.at.n {
		at := old.at.of(mark)
		if r, ok := by[Place{old.segments[at.segment()], at.offset()}]; ok && r.Header != nil {
			x.mu.summary.Bytes += uint64(r.Header.Size) - uint64(old.header(mark).Size)
		}
	}
}
