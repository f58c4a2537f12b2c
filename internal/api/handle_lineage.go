package api

import (
	"context"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

func (s *service) lineage(ctx context.Context, in *lineageRequest) (Lineage, error) {
	l, err := s.Browser.Lineage(ctx, caller(ctx), target(ctx), in.query())
	if err != nil {
		return Lineage{}, err
	}
	out := Lineage{
		Record: l.Record, Complete: l.Complete, Nodes: []LineageNode{}, Edges: []LineageEdge{}, Notes: []Note{},
		Counts: lineageCountsOf(&l), TookMS: milliseconds(l.Took),
	}
	if !l.Recording.IsZero() {
		out.Recording = l.Recording.String()
	}
	for i := range l.Nodes {
		out.Nodes = append(out.Nodes, nodeOf(&l.Nodes[i]))
	}
	for _, e := range l.Edges {
		out.Edges = append(out.Edges, lineageEdgeOf(&e))
	}
	for _, n := range l.Notes {
		out.Notes = append(out.Notes, noteOf(&n))
	}
	return out, nil
}

func (in *lineageRequest) query() browse.LineageQuery {
	q := browse.LineageQuery{Record: in.Record, Depth: in.Depth, Limit: in.Limit, Payload: in.Payload}
	switch in.Dir {
	case "up":
		q.Direction = browse.Up
	case "down":
		q.Direction = browse.Down
	}
	return q
}

func lineageCountsOf(l *browse.Lineage) LineageCounts {
	return LineageCounts{Nodes: len(l.Nodes), Edges: len(l.Edges), Jobs: l.Jobs, Up: l.Up, Down: l.Down}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func lineageEdgeOf(e *browse.LineageEdge) LineageEdge {
	out := LineageEdge{From: e.From, To: e.To, Kind: string(e.Kind), Operator: e.Operator, Path: e.Path, Through: e.Through, Reason: e.Over}
	switch {
	case e.Over != "":
		out.Proof = "over-approximated"
	case e.Through != "":
		out.Proof = "exact"
	}
	if e.HasLatency {
		ms := I64(e.Latency.Milliseconds())
		out.LatencyMS = &ms
	}
	return out
}

func noteOf(n *browse.Note) Note {
	return Note{Kind: string(n.Kind), Text: n.Text, Node: n.Node, Operator: n.Operator, Hint: n.Hint}
}

func nodeOf(n *browse.Node) LineageNode {
	out := LineageNode{
		ID: n.ID, Kind: string(n.Kind), Record: n.Record, Job: n.Job, View: n.View, Depth: n.Depth, StateNote: n.StateNote, Subtask: -1,
	}
	if !n.Recording.IsZero() {
		out.Recording = n.Recording.String()
	}
	e := n.Event
	if e == nil {
		return out
	}
	out.Op, out.OpName, out.Vertex, out.Subtask, out.Attempt = e.Operator.Slug, e.Operator.Name, e.Vertex, e.Subtask, e.Attempt
	out.Time, out.EventTime = wall(e.Wall), eventTime(e.EventTime)
	if e.Invocation > 0 {
		inv := I64(e.Invocation)
		out.Invocation = &inv
		out.Position = e.Position.String()
	}
	return out
}
