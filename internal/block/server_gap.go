package block

import (
	"encoding/json"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// ServerGap is a gap that the server found by itself: blocks that never came, a process that went, damage in a file.
type ServerGap struct {
	Recording event.RecordingID
	Attempt   event.Key // 0 = not known
	Body      event.GapBody
	Detail    uint64 // what tells this gap from others of its reason and lane: the low 48 bits of the block number
}

// Number is the number of the gap's block (spec/block.md, section 6). The same gap always has the same number, so a store
// keeps it once however often it is reported.
func (g ServerGap) Number() uint64 {
	return ServerNumbers | uint64(g.Body.Reason&0x7f)<<56 | uint64(g.Body.Lane)<<48 | g.Detail&(1<<48-1)
}

// Build makes the gap's block.
func (g ServerGap) Build() (*Header, []byte, error) {
	body, err := json.Marshal(g.Body)
	if err != nil {
		return nil, nil, fmt.Errorf("encoding a gap: %w", err)
	}
	b := NewBuilder(Spec{
		Recording: g.Recording, Attempt: g.Attempt, Lane: event.LaneGap, Number: g.Number(), Flags: FlagServer,
	})
	b.Add(Row{Kind: event.KindGap, Operator: -1, Inv: g.Body.First, Wall: g.Body.FromUS, Body: body})
	b.Gap(GapRange{Lane: g.Body.Lane, Reason: g.Body.Reason, FirstInv: g.Body.First, LastInv: g.Body.Last,
		Events: g.Body.Events, Bytes: g.Body.Bytes})
	b.span(max(g.Body.First, g.Body.Last), max(g.Body.FromUS, g.Body.ToUS))
	raw, err := b.Finish()
	if err != nil {
		return nil, nil, err
	}
	h, err := ParseHeader(raw)
	return h, raw, err
}
