package query

import (
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// The first rows of a task are stamped when they are written: they did not come after those that follow.
func TestAnAccessIsNotLaterThanTheNext(t *testing.T) {
	walls := func(lane event.Lane) []int64 {
		f := &frame{h: &block.Header{Lane: lane}, r: &block.Rows{Inv: []uint64{3, 3, 4, 6, 9, 2}, Wall: []int64{900, 900, 500, 500, 700, 100}}}
		f.settle()
		return f.r.Wall
	}
	if got, want := walls(event.LaneState), []int64{500, 500, 500, 500, 700, 100}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := walls(event.LaneTrace), []int64{900, 900, 500, 500, 700, 100}; !slices.Equal(got, want) {
		t.Errorf("rows that may have times of their own: %v, want %v", got, want)
	}
}
