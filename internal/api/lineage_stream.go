package api

import (
	"context"

	"github.com/sightglass/sightglass/internal/browse"
)

// LineagePart is a part of a lineage that is on its way: one of node, edge, note, and at last end.
type LineagePart struct {
	Node *LineageNode `json:"node,omitempty"`
	Edge *LineageEdge `json:"edge,omitempty" doc:"Both of its nodes came before."`
	Note *Note        `json:"note,omitempty"`
	End  *LineageEnd  `json:"end,omitempty" doc:"The last object."`
}

// LineageEnd sums up a lineage that was sent in parts.
type LineageEnd struct {
	Record     string            `json:"record"`
	Recording  string            `json:"recording"`
	Complete   bool              `json:"complete" doc:"As in the answer in one piece."`
	Counts     LineageCounts     `json:"counts"`
	StateNotes map[string]string `json:"state_notes" doc:"By node id: what was learnt of nodes after they were sent."`
	TookMS     float64           `json:"took_ms"`
}

func (s *service) lineageParts(ctx context.Context, in *lineageRequest, put send[LineagePart]) error {
	l, err := s.Browser.LineageParts(ctx, caller(ctx), target(ctx), in.query(), func(p browse.LineagePart) error {
		var out LineagePart
		switch {
		case p.Node != nil:
			n := nodeOf(p.Node)
			out.Node = &n
		case p.Edge != nil:
			e := lineageEdgeOf(p.Edge)
			out.Edge = &e
		case p.Note != nil:
			n := noteOf(p.Note)
			out.Note = &n
		}
		return put("", out)
	})
	if err != nil {
		return err
	}
	end := LineageEnd{Record: l.Record, Complete: l.Complete, Counts: lineageCountsOf(&l), StateNotes: map[string]string{}, TookMS: milliseconds(l.Took)}
	if !l.Recording.IsZero() {
		end.Recording = l.Recording.String()
	}
	for _, n := range l.Nodes {
		if n.StateNote != "" {
			end.StateNotes[n.ID] = n.StateNote
		}
	}
	return put("", LineagePart{End: &end})
}
