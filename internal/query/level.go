package query

import (
	"context"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// levelAt is what was recorded of an attempt's operators when inv began (spec/recording.md, section 7): one word for each
// operator of the chain. Nil when the recording does not say.
func (v *view) levelAt(ctx context.Context, attempt event.Key, inv uint64) ([]string, error) {
	var text string
	var newest uint64
	for ref := range v.snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: attempt, InvTo: inv}) {
		h := ref.Header
		if h.Attempt != attempt || h.Lane != event.LaneDet || h.FirstInv > inv || !slices.ContainsFunc(h.Zones.Counts, func(c block.Count) bool { return c.Kind == event.KindLevel }) {
			continue
		}
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return nil, err
		}
		for row, k := range f.r.Kind {
			if n := f.r.Inv[row]; k == event.KindLevel && n <= inv && n >= newest {
				text, newest = v.engine.texts.text(at(f.r.Text, row, 0)), n
			}
		}
	}
	_, levels, ok := strings.Cut(text, ";")
	if !ok {
		return nil, nil
	}
	levels, _, _ = strings.Cut(levels, ";")
	return strings.Split(levels, ","), nil
}

// byPositions tells whether all of the attempt's task was recorded by positions alone when inv began.
func (v *view) byPositions(ctx context.Context, attempt event.Key, inv uint64) (bool, error) {
	levels, err := v.levelAt(ctx, attempt, inv)
	for _, l := range levels {
		if word, _, _ := strings.Cut(l, "/"); word != "positions" {
			return false, err
		}
	}
	return len(levels) > 0, err
}
