package api

import (
	"context"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

func (s *service) lineage(ctx context.Context, in *lineageRequest) (Lineage, error) {
	q := browse.LineageQuery{Record: in.Record, Depth: in.Depth, Limit: in.Limit, Payload: in.Payload}
	switch in.Dir {
	case "up":
		q.Direction = browse.Up
	case "down":
		q.Direction = browse.Down
	}
	l, err := s.Browser.Lineage(ctx, caller(ctx), target(ctx), q)
	if err != nil {
		return Lineage{}, err
	}
	out := Lineage{
		Record: l.Record, Complete: l.Complete, Nodes: []LineageNode{}, Edges: []LineageEdge{}, Notes: []Note{},
		Counts: LineageCounts{Nodes: len(l.Nodes), Edges: len(l.Edges), Jobs: l.Jobs, Up: l.Up, Down: l.Down},
		TookMS: float64(l.Took) / float64(time.Millisecond),
	}
	if !l.Recording.IsZero() {
		out.Recording = l.Recording.String()
	}
	for i := range l.Nodes {
		out.Nodes = append(out.Nodes, nodeOf(&l.Nodes[i]))
	}
	for _, e := range l.Edges {
		edge := LineageEdge{From: e.From, To: e.To, Kind: string(e.Kind), Operator: e.Operator, Path: e.Path}
		if e.HasLatency {
			ms := I64(e.Latency.Milliseconds())
			edge.LatencyMS = &ms
		}
		out.Edges = append(out.Edges, edge)
	}
	for _, n := range l.Notes {
		out.Notes = append(out.Notes, Note{Kind: string(n.Kind), Text: n.Text, Node: n.Node, Operator: n.Operator, Hint: n.Hint})
	}
	return out, nil
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
