package replay

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// goesRound tells whether a partitioner sends each record one subpartition further than the last one: it begins anywhere.
func goesRound(partitioner string) bool {
	return strings.HasSuffix(partitioner, ".RebalancePartitioner") || strings.HasSuffix(partitioner, ".RescalePartitioner")
}

// round finds where the last record before the start went, of each output whose partitioner goes round. It goes back from the start, over
// blocks that have records, watermarks alone are many.
func (s *start) round(ctx context.Context, p map[string]string, c *capsule, snap store.Snapshot, attempt event.Key, dict *dictionary) error {
	writers := make(map[event.Key]int)
	for w, out := range c.Of.Writers {
		key, err := partitionKey(out.Partition)
		if err != nil {
			return err
		}
		if goesRound(dict.partition[key].Partitioner) {
			writers[key] = w
		}
	}
	for _, ref := range slices.Backward(blocksOf(snap, attempt, event.LaneOut)) {
		if len(writers) == 0 {
			return nil
		}
		if ref.Header.FirstInv > s.invocation || !holds(ref.Header, event.KindRecord) {
			continue
		}
		r, err := snap.Read(ctx, ref, present(ref.Header, []block.SectionID{block.SectionMeta, block.SectionIDs})...)
		if err != nil {
			return err
		}
		for i, k := range slices.Backward(r.Kind) {
			w, wanted := writers[at(r.Partition, i)]
			if k != event.KindRecord || !wanted || r.Inv[i] > s.invocation || r.Subpartition[i] < 0 {
				continue
			}
			p[fmt.Sprintf("writer.%d.last", w)] = strconv.Itoa(int(r.Subpartition[i]))
			delete(writers, r.Partition[i])
		}
	}
	return nil
}
