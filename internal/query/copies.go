package query

import (
	"math"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// copies lists the elements that one row of lane out sent: e alone, or one to each subpartition when it was broadcast.
func (v *view) copies(f *frame, row int, e event.Element) []event.Element {
	if row >= len(f.r.Subpartition) || f.r.Subpartition[row] >= 0 || f.r.SeqOf == nil {
		return []event.Element{e}
	}
	var list []event.Element
	add := func(sub uint32) {
		if seq, ok := f.r.SeqOf(row, sub); ok {
			list = append(list, event.Element{Partition: e.Partition, Subpartition: sub, Seq: seq})
		}
	}
	if f.h.Flags&block.FlagChannelsCollapsed != 0 {
		if def := v.cat.partitions[e.Partition]; def != nil {
			for sub := range min(def.Subpartitions, math.MaxUint16) {
				add(uint32(sub))
			}
		}
		return list
	}
	for _, c := range f.h.Zones.Channels {
		if !c.In && c.Partition == e.Partition {
			add(c.Subpartition)
		}
	}
	return list
}
