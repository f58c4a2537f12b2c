package api

import (
	"context"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

// whenOf reads a moment: a time, or else what may name a position or a record. Whether it does is for the answer to find out.
func whenOf(text string, now time.Time) browse.When {
	if w, err := instant("at", text, now); err == nil {
		return browse.When{Wall: w}
	}
	return browse.When{Record: text}
}

type watermarksRequest struct {
	RecordingPath
	Op      string `query:"op" maxLength:"256" doc:"Operator: slug, name, or beginning of its id. Empty: that of the position or record in at."`
	Subtask int    `query:"subtask" default:"-1" minimum:"-1" doc:"-1 = every one."`
	At      string `query:"at" maxLength:"512" doc:"Time, -5m, position, element, or topic/partition@offset; empty: the end."`
}

func (s *service) watermarks(ctx context.Context, in *watermarksRequest) (WatermarkReport, error) {
	q := browse.WatermarkQuery{Operator: in.Op, At: whenOf(in.At, s.now())}
	if in.Subtask >= 0 {
		q.Subtask = &in.Subtask
	}
	w, err := s.Browser.Watermarks(ctx, target(ctx), q)
	if err != nil {
		return WatermarkReport{}, err
	}
	out := WatermarkReport{Op: w.Operator.Slug, OpName: w.Operator.Name, At: wall(w.At)}
	items := make([]TaskWatermark, 0, len(w.Tasks))
	for _, t := range w.Tasks {
		items = append(items, taskWatermarkOf(t, w.At, s.now()))
	}
	out.List = listOf("task-watermark", items)
	return out, nil
}

// taskWatermarkOf counts lags from the moment asked for, else from the clock of what counted last.
func taskWatermarkOf(t browse.TaskWatermark, at browse.Wall, now time.Time) TaskWatermark {
	if at == 0 {
		if at = t.Wall; at == 0 {
			at = browse.Wall(now.UnixMicro())
		}
	}
	lag := func(e browse.EventTime) *I64 { return lagOf(e, at.Time().Sub(e.Time())) }
	out := TaskWatermark{
		Task: t.Task, Vertex: t.Vertex, Subtask: t.Subtask, Attempt: t.Attempt, AttemptKey: t.AttemptKey.String(), Position: positionText(t.Position),
		Time: wall(t.Wall), Watermark: eventTime(t.Watermark), LagMS: lag(t.Watermark), Idle: t.Idle, Ended: t.Watermark == browse.EndOfTime,
		Inputs: []WatermarkInput{}, Operators: []OperatorWatermark{}, Notes: notesOf(t.Notes),
	}
	for _, in := range t.Inputs {
		x := WatermarkInput{
			Edge: in.Edge, State: string(in.State), Holds: in.Holds, Watermark: eventTime(in.Watermark), LagMS: lag(in.Watermark),
			Since: wall(in.Since), Taken: I64(in.Taken), Exact: in.Exact, Note: in.Note, Split: in.SplitName,
		}
		if in.SplitName == "" {
			from := endOf(in.From)
			x.From, x.Channel = &from, in.Partition.String()+":"+number(int64(in.Subpartition))
		} else {
			x.Offset, x.LastRecord = optional(in.Offset >= 0, in.Offset), eventTime(in.LastRecord)
		}
		if in.Element != nil {
			x.Element = in.Element.String()
		}
		out.Inputs = append(out.Inputs, x)
	}
	for _, o := range t.Operators {
		out.Operators = append(out.Operators, OperatorWatermark{
			Op: o.Operator.Slug, OpName: o.Operator.Name, Watermark: eventTime(o.Watermark), LagMS: lag(o.Watermark), Since: wall(o.Since), HeldBy: o.Held,
		})
	}
	return out
}

type inFlightRequest struct {
	RecordingPath
	Checkpoint string `query:"checkpoint" required:"true" minLength:"1" maxLength:"20" pattern:"^[0-9]+$" doc:"Id of the checkpoint."`
	Op         string `query:"op" maxLength:"256" doc:"Operator whose inputs are wanted; empty: all."`
	At         string `query:"at" maxLength:"512" doc:"What was not taken in yet then: time, -5m, position or record; empty: of each channel when its sender passed the barrier."`
}

func (s *service) inFlight(ctx context.Context, in *inFlightRequest) (InFlightReport, error) {
	id, err := checkpointOf(in.Checkpoint)
	if err != nil {
		return InFlightReport{}, err
	}
	f, err := s.Browser.InFlight(ctx, target(ctx), browse.InFlightQuery{Checkpoint: id, Operator: in.Op, At: whenOf(in.At, s.now())})
	if err != nil {
		return InFlightReport{}, err
	}
	out := InFlightReport{
		Checkpoint: I64(f.Checkpoint), State: f.State, Triggered: wall(f.Triggered), Completed: wall(f.Completed), At: wall(f.At),
		Waiting: I64(f.Waiting), Overtaken: I64(f.Overtaken), Proven: f.Proven, Notes: notesOf(f.Notes),
	}
	items := make([]InFlightChannel, 0, len(f.Channels))
	for i := range f.Channels {
		items = append(items, inFlightChannelOf(&f.Channels[i]))
	}
	out.List = listOf("in-flight", items)
	return out, nil
}

func inFlightChannelOf(c *browse.InFlightChannel) InFlightChannel {
	out := InFlightChannel{
		Edge: c.Edge, Channel: c.Partition.String() + ":" + number(int64(c.Subpartition)), From: endOf(c.From), To: endOf(c.To), State: string(c.State),
		Sent: I64(c.Sent), SentAt: wall(c.SentAt), Taken: I64(c.Taken), TakenAt: wall(c.TakenAt), Arrived: wall(c.Arrived), Last: c.LastCame,
		WaitedUS: optional(c.HasWait, c.Waited.Microseconds()), Overtaken: stretchOf(c, c.Overtaken), Waiting: stretchOf(c, c.Waiting),
	}
	if c.Arrived > 0 && c.SentAt > 0 {
		us := I64(c.Arrived - c.SentAt)
		out.TravelUS = &us
	}
	return out
}

func stretchOf(c *browse.InFlightChannel, s browse.Stretch) Stretch {
	out := Stretch{Elements: I64(s.N)}
	if first, last := c.Ends(s); first != nil {
		out.First, out.Last = first.String(), last.String()
	}
	return out
}

func notesOf(list []browse.Note) []Note {
	out := make([]Note, 0, len(list))
	for _, n := range list {
		out = append(out, Note{Kind: string(n.Kind), Text: n.Text, Node: n.Node, Operator: n.Operator, Hint: n.Hint})
	}
	return out
}
