package query

import (
	"iter"

	"github.com/sightglass/sightglass/internal/store"
)

// From so many blocks on headers are unpacked ahead by a goroutine of its own, so many at a time.
const (
	manyAhead  = 4096
	aheadPiece = 256
)

// ahead yields what seq yields, n blocks; when they are many, seq runs ahead of who takes them. After an early end it may go on for a
// little.
func ahead(seq iter.Seq[store.Ref], n uint64) iter.Seq[store.Ref] {
	if n < manyAhead {
		return seq
	}
	return func(yield func(store.Ref) bool) {
		stop, pieces := make(chan struct{}), make(chan []store.Ref, 4)
		defer close(stop)
		go func() {
			defer close(pieces)
			give := func(piece []store.Ref) bool {
				select {
				case pieces <- piece:
					return true
				case <-stop:
					return false
				}
			}
			piece := make([]store.Ref, 0, aheadPiece)
			for ref := range seq {
				if piece = append(piece, ref); len(piece) < aheadPiece {
					continue
				}
				if !give(piece) {
					return
				}
				piece = make([]store.Ref, 0, aheadPiece)
			}
			give(piece)
		}()
		for piece := range pieces {
			for _, ref := range piece {
				if !yield(ref) {
					return
				}
			}
		}
	}
}
