package query

import (
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// sentTable holds what one block of a sender says of one subpartition: elements come in order, so the next question is mostly
// about the same block.
type sentTable map[uint64]sentElement

// maxSentTables bounds the subpartitions whose last block is at hand.
const maxSentTables = 256

type sentElement struct {
	kind event.Kind
	of   EventTime
}

// sentTime is the kind and the time of an element as its sender recorded it; kind 0: it did not.
func (m *measurer) sentTime(e event.Element) (event.Kind, EventTime, error) {
	of := subpartition{e.Partition, e.Subpartition}
	if s, ok := m.sent[of][e.Seq]; ok {
		return s.kind, s.of, nil
	}
	for _, ref := range m.v.snap.Element(e, false) {
		t, err := m.load(ref, of)
		if err != nil {
			return 0, NoEventTime, err
		}
		if s, ok := t[e.Seq]; ok {
			return s.kind, s.of, nil
		}
	}
	return 0, NoEventTime, nil
}

// load makes the table of a block, in place of the one before.
func (m *measurer) load(ref store.Ref, of subpartition) (sentTable, error) {
	f, err := m.columns(ref)
	if f == nil || f.r.Seq == nil {
		return nil, err
	}
	if m.sent == nil || len(m.sent) >= maxSentTables {
		m.sent = make(map[subpartition]sentTable)
	}
	t := make(sentTable)
	for row, seq := range f.r.Seq {
		if f.r.Partition[row] != of.partition {
			continue
		}
		switch sub := f.r.Subpartition[row]; {
		case sub >= 0 && uint32(sub) != of.index:
			continue
		case sub < 0 && f.r.SeqOf == nil:
			continue
		case sub < 0:
			var ok bool
			if seq, ok = f.r.SeqOf(row, of.index); !ok {
				continue
			}
		}
		t[seq] = sentElement{f.r.Kind[row], EventTime(f.r.EventTime[row])}
	}
	m.sent[of] = t
	return t, nil
}
