package api

import (
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

func wall(w browse.Wall) *Time {
	if w == 0 {
		return nil
	}
	return &Time{w.Time()}
}

func eventTime(t browse.EventTime) *Time {
	if !t.Known() {
		return nil
	}
	return &Time{t.Time()}
}

func lagOf(t browse.EventTime, lag time.Duration) *I64 {
	if !t.Known() {
		return nil
	}
	ms := I64(lag.Milliseconds())
	return &ms
}

func optional(has bool, n int64) *I64 {
	if !has {
		return nil
	}
	i := I64(n)
	return &i
}

func lower(s string) string { return strings.ToLower(s) }

// stateOf writes states as one word.
func stateOf(s browse.JobState) string { return strings.ReplaceAll(string(s), " ", "-") }

// jobOf converts j. cpu is the agents' share of a core, negative when not known.
func (s *service) jobOf(j browse.Job, cpu float64) Job {
	out := Job{
		ID: j.ID.String(), Name: j.Name, State: stateOf(j.State), FlinkState: lower(j.Flink), Type: lower(j.Type), Flink: j.Version, SQL: j.SQL,
		Started: wall(j.Started), Ended: wall(j.Ended), Parallelism: j.Parallelism, Operators: j.Operators, Subtasks: j.Subtasks,
		Agents: j.Agents, Level: s.levelOf(j), AttemptsRestarted: j.AttemptsRestarted,
		InPerSecond: j.InPerSecond, OutPerSecond: j.OutPerSecond, Watermark: eventTime(j.Watermark), WatermarkLagMS: lagOf(j.Watermark, j.WatermarkLag),
		SourceLag: optional(j.HasSourceLag, j.SourceLag), Drops: optional(j.HasDrops, int64(j.Drops)), Gaps: j.Gaps, Events: I64(j.Events), Bytes: I64(j.Bytes),
		LastSeen: wall(j.LastSeen), Cost: Cost{BytesPerSecond: j.BytesPerSecond, Lost: I64(j.Lost)}, Problems: j.Problems,
	}
	if out.Problems == nil {
		out.Problems = []string{}
	}
	if cpu >= 0 {
		out.Cost.CPUShare = &cpu
	}
	return out
}

func (s *service) graphOf(g browse.Graph) Graph {
	out := Graph{Vertices: []Vertex{}, Edges: []Edge{}, Topics: []TopicUse{}, Inferred: g.Inferred}
	for _, v := range g.Vertices {
		out.Vertices = append(out.Vertices, vertexOf(v))
	}
	for _, e := range g.Edges {
		out.Edges = append(out.Edges, Edge{
			ID: e.ID, From: e.From, To: e.To, FromOperator: e.FromOperator, ToOperator: e.ToOperator, Ship: e.Ship,
			Records: I64(e.Records), PerSecond: e.PerSecond, BytesPerSecond: e.BytesPerSecond,
			Watermark: eventTime(e.Watermark), WatermarkLagMS: lagOf(e.Watermark, e.WatermarkLag),
			InFlight: optional(e.HasInFlight, int64(e.InFlight)), Serializer: s.Browser.TypeName(e.Serializer),
		})
	}
	for _, t := range g.Topics {
		out.Topics = append(out.Topics, TopicUse{
			Topic: t.Topic, Role: string(t.Role), Operator: t.Operator, Vertex: t.Vertex, PerSecond: t.PerSecond,
			Records: I64(t.Records), Lag: optional(t.HasLag, t.Lag),
		})
	}
	return out
}

func vertexOf(v browse.Vertex) Vertex {
	out := Vertex{
		ID: v.ID, Name: v.Name, Parallelism: v.Parallelism, Operators: []Operator{}, RecordsIn: I64(v.RecordsIn), RecordsOut: I64(v.RecordsOut),
		InPerSecond: v.InPerSecond, OutPerSecond: v.OutPerSecond, Watermark: eventTime(v.Watermark),
		WatermarkLagMS: lagOf(v.Watermark, v.WatermarkLag), State: lower(v.State), Subtasks: []Subtask{},
	}
	for _, o := range v.Operators {
		out.Operators = append(out.Operators, operatorOf(o))
	}
	for _, t := range v.Subtasks {
		out.Subtasks = append(out.Subtasks, Subtask{
			Subtask: t.Subtask, Attempt: t.Attempt, AttemptKey: t.Key.String(), State: lower(t.State), Host: t.Host, Process: t.Process,
			RecordsIn: I64(t.RecordsIn), RecordsOut: I64(t.RecordsOut), InPerSecond: t.InPerSecond, OutPerSecond: t.OutPerSecond,
			Watermark: eventTime(t.Watermark), LastSeen: wall(t.LastSeen),
		})
	}
	return out
}

func operatorOf(o browse.Operator) Operator {
	out := Operator{
		ID: o.ID, Index: o.Index, UID: o.UID, Name: o.Name, Slug: o.Slug, Kind: o.Kind, Class: o.Class, Stateful: o.Stateful, Timers: o.Timers,
		RecordsIn: I64(o.RecordsIn), RecordsOut: I64(o.RecordsOut), InPerSecond: o.InPerSecond, OutPerSecond: o.OutPerSecond,
		Topic: o.Topic, Drops: dropSums(o.Drops), Next: numbers(o.Next), Outputs: numbers(o.Outputs),
	}
	if f := o.Function; f != nil {
		out.Function = &Function{Class: f.Class, Method: f.Method, File: f.File, Line: f.Line}
	}
	return out
}

func numbers(of []int) []int {
	if of == nil {
		return []int{}
	}
	return of
}
