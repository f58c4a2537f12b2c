package query

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// run answers one command of a script.
func (s *script) run(line string, body []string) string {
	a := parseArguments(line)
	ctx := context.Background()
	if a.words[0] == "record" {
		for _, l := range body {
			s.scriptLine(l)
		}
		s.finish()
		return ""
	}
	rec := s.recording
	if name := a.named["in"]; name != "" {
		rec = s.id16(name)
	}
	var out strings.Builder
	var err error
	switch a.words[0] {
	case "lineage":
		err = s.lineage(ctx, &out, a, rec)
	case "events":
		err = s.events(ctx, &out, a, rec)
	case "at":
		err = s.at(ctx, &out, a, rec)
	case "gaps":
		err = s.gaps(ctx, &out, rec)
	case "channels":
		err = s.channels(ctx, &out, rec)
	case "job":
		err = s.job(ctx, &out, rec)
	case "timeline":
		err = s.timeline(ctx, &out, a, rec)
	case "tracks":
		err = s.tracks(ctx, &out, a, rec)
	case "watermarks":
		err = s.watermarks(ctx, &out, a, rec)
	case "inflight":
		err = s.inFlight(ctx, &out, a, rec)
	case "drops":
		err = s.drops(ctx, &out, a, rec)
	default:
		s.t.Fatalf("command %q", a.words[0])
	}
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	return out.String()
}

func (s *script) drops(ctx context.Context, out *strings.Builder, a arguments, rec event.RecordingID) error {
	q := DropsQuery{Operator: a.named["op"], From: Wall(a.number("from", 0) * 1000), To: Wall(a.number("to", 0) * 1000)}
	if r, ok := event.ParseDropReason(a.named["reason"]); ok {
		q.Reasons = []event.DropReason{r}
	}
	d, err := s.engine.Drops(ctx, rec, q)
	if err != nil {
		return err
	}
	for _, c := range d.Counts {
		fmt.Fprintf(out, "%d %s by %s.%d of %s, last at %d\n", c.Count, c.Reason, c.Operator.Slug, c.Subtask, c.Task, c.Last/1000)
	}
	lost, kept := d.Lost()
	fmt.Fprintf(out, "told %t, lost %d, kept %d\n", d.Told, lost, kept)
	return nil
}

func (s *script) lineage(ctx context.Context, out *strings.Builder, a arguments, rec event.RecordingID) error {
	q := LineageQuery{Recording: &rec, Record: s.digits(a.words[1]), Depth: int(a.number("depth", 0)), Limit: int(a.number("limit", 0))}
	if a.named["in"] == "any" {
		q.Recording = nil
	}
	if slices.Contains(a.words, "up") {
		q.Direction = Up
	} else if slices.Contains(a.words, "down") {
		q.Direction = Down
	}
	l, err := s.engine.Lineage(ctx, q)
	if err != nil {
		return err
	}
	for _, n := range l.Nodes {
		fmt.Fprintf(out, "%+d %s %s", n.Depth, n.Kind, n.ID)
		if n.Record != "" && n.Record != n.ID {
			fmt.Fprintf(out, " %s", n.Record)
		}
		if n.Event != nil {
			fmt.Fprintf(out, " by %s of %s", n.Event.Operator.Slug, n.Job)
		}
		if n.StateNote != "" {
			fmt.Fprintf(out, ": %s", n.StateNote)
		}
		fmt.Fprintln(out)
	}
	for _, e := range l.Edges {
		fmt.Fprintf(out, "%s -%s-> %s", e.From, e.Kind, e.To)
		if e.Operator != "" {
			fmt.Fprintf(out, " in %s", e.Operator)
		}
		if e.HasLatency {
			fmt.Fprintf(out, " after %s", e.Latency)
		}
		fmt.Fprintln(out)
	}
	for _, n := range l.Notes {
		fmt.Fprintf(out, "note %s at %s: %s\n", n.Kind, n.Node, n.Text)
	}
	fmt.Fprintf(out, "complete %t, %d jobs, %d up, %d down\n", l.Complete, l.Jobs, l.Up, l.Down)
	return nil
}

// events prints one line an event; with page= it reads the list in pages of that many and says where each ended.
func (s *script) events(ctx context.Context, out *strings.Builder, a arguments, rec event.RecordingID) error {
	q := EventQuery{Operator: a.named["op"], From: Wall(a.number("from", 0) * 1000), To: Wall(a.number("to", 0) * 1000),
		Expand: slices.Contains(a.words, "expand"), Around: s.digits(a.named["around"]), MaxBlocks: int(a.number("blocks", 0))}
	for _, name := range []struct {
		text string
		to   **int
	}{{"subtask", &q.Subtask}, {"attempt", &q.Attempt}} {
		if _, ok := a.named[name.text]; ok {
			n := int(a.number(name.text, 0))
			*name.to = &n
		}
	}
	if _, ok := a.named["inv"]; ok {
		n := uint64(a.number("inv", 0))
		q.Invocation = &n
	}
	if k, ok := event.ParseKind(a.named["kind"]); ok {
		q.Kinds = []event.Kind{k}
	}
	if r, ok := event.ParseDropReason(a.named["reason"]); ok {
		q.Reasons = []event.DropReason{r}
	}
	if l, ok := event.ParseLane(a.named["lane"]); ok {
		q.Lanes = []event.Lane{l}
	}
	if slices.Contains(a.words, "desc") {
		q.Order = Descending
	}
	page := int(a.number("page", 0))
	for {
		scan, err := s.engine.Events(ctx, rec, q)
		if err != nil {
			return err
		}
		n := 0
		for ev, err := range scan.All(ctx) {
			if err != nil {
				return err
			}
			printEvent(out, ev)
			if n++; n == page {
				break
			}
		}
		p := scan.Progress()
		if p.Complete || page == 0 && q.MaxBlocks == 0 {
			return nil
		}
		fmt.Fprintf(out, "-- looked at %d to %d\n", p.From/1000, p.To/1000)
		q.After, q.Around = p.Next, ""
	}
}

func printEvent(out *strings.Builder, ev Event) {
	fmt.Fprintf(out, "%d %s %s", ev.Wall/1000, ev.Lane, ev.Kind)
	if ev.Invocation != 0 {
		fmt.Fprintf(out, " %s", ev.Position)
	}
	if ev.N != 1 {
		fmt.Fprintf(out, " x%d", ev.N)
	}
	if ev.Element != nil {
		fmt.Fprintf(out, " %s", ev.Element)
	}
	if ev.Broadcast {
		fmt.Fprint(out, " to all")
	}
	if ev.Kafka != nil {
		fmt.Fprintf(out, " %s", ev.Kafka)
	}
	if ev.Path != "" {
		fmt.Fprintf(out, " %s", ev.Path)
	}
	if ev.Text != "" {
		fmt.Fprintf(out, " %q", ev.Text)
	}
	if t := ev.Transaction; t != nil {
		fmt.Fprintf(out, " in %s/%d/%d", t.ID, t.Producer, t.Epoch)
		if ev.Outcome != "" {
			fmt.Fprintf(out, " %s", ev.Outcome)
		}
	}
	if len(ev.Body) > 0 {
		fmt.Fprintf(out, " %s", ev.Body)
	}
	fmt.Fprintln(out)
}

func (s *script) at(ctx context.Context, out *strings.Builder, a arguments, rec event.RecordingID) error {
	p, err := ParsePosition(s.digits(a.words[1]))
	if err != nil {
		return err
	}
	m, err := s.engine.At(ctx, rec, p)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s in %s\n", m.Position, m.Task)
	printEvent(out, m.Invocation)
	for _, part := range []struct {
		name string
		list []Event
	}{{"out", m.Outputs}, {"write", m.Writes}, {"log", m.Logs}} {
		for _, ev := range part.list {
			fmt.Fprintf(out, "%s: ", part.name)
			printEvent(out, ev)
		}
	}
	if m.Input != nil {
		fmt.Fprint(out, "in: ")
		printEvent(out, *m.Input)
	}
	if m.InputNote != "" {
		fmt.Fprintf(out, "in: %s\n", m.InputNote)
	}
	for _, step := range m.Path.Steps {
		fmt.Fprintf(out, "step %s: %d in, %d out\n", step.Operator.Slug, step.In, step.Out)
	}
	if m.Watermark != NoEventTime {
		fmt.Fprintf(out, "watermark %d\n", m.Watermark)
	}
	if m.Exception != nil {
		fmt.Fprint(out, "exception: ")
		printEvent(out, *m.Exception)
	}
	if m.Before != nil {
		fmt.Fprintf(out, "before %s\n", m.Before)
	}
	if m.After != nil {
		fmt.Fprintf(out, "after %s\n", m.After)
	}
	return nil
}

func (s *script) gaps(ctx context.Context, out *strings.Builder, rec event.RecordingID) error {
	gaps, err := s.engine.Gaps(ctx, rec)
	for _, g := range gaps {
		fmt.Fprintf(out, "%d to %d lane %s of %s.%d.%d: %s, invocations %d to %d, %d events", g.From/1000, g.To/1000, g.Lane, g.Task,
			g.Subtask, g.Attempt, g.Text, g.First, g.Last, g.Events)
		if g.Derived {
			fmt.Fprintf(out, ", blocks %d to %d", g.FirstBlock, g.LastBlock)
		}
		fmt.Fprintln(out)
	}
	return err
}

func (s *script) channels(ctx context.Context, out *strings.Builder, rec event.RecordingID) error {
	r, err := s.engine.Channels(ctx, rec)
	if err != nil {
		return err
	}
	for _, c := range r.Items {
		fmt.Fprintf(out, "%s/%d %s.%d.%d to %s.%d.%d: %d compared, %d equal, %d unequal, %d unaligned, %d exceeded; at %d sent %d, consumed %d",
			c.Partition, c.Subpartition, c.From.Task, c.From.Subtask, c.From.Attempt, c.To.Task, c.To.Subtask, c.To.Attempt,
			c.Compared, c.Equal, c.Unequal, c.Unaligned, c.Exceeded, c.LastCheckpoint, c.Sent, c.Consumed)
		if c.FirstUnequal != 0 {
			fmt.Fprintf(out, ", first unequal at %d", c.FirstUnequal)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%d channels, %d compared, %d equal, %d unequal, %d unaligned, %d exceeded, %d pending\n", r.ChannelTotals.Channels,
		r.Compared, r.Equal, r.Unequal, r.Unaligned, r.Exceeded, r.Pending)
	return nil
}

func (s *script) job(ctx context.Context, out *strings.Builder, rec event.RecordingID) error {
	d, err := s.engine.Job(ctx, rec)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is %s, %d vertices, %d operators, parallelism %d, %d gaps, %d restarted\n", d.Name, d.State, len(d.Graph.Vertices),
		d.Operators, d.Parallelism, d.Gaps, d.AttemptsRestarted)
	for _, v := range d.Graph.Vertices {
		fmt.Fprintf(out, "vertex %s x%d %s: %d in, %d out", v.Name, v.Parallelism, v.State, v.RecordsIn, v.RecordsOut)
		if v.Watermark.Known() {
			fmt.Fprintf(out, ", watermark %d, lag %s", v.Watermark, v.WatermarkLag)
		}
		fmt.Fprintln(out)
		for _, op := range v.Operators {
			fmt.Fprintf(out, "  operator %s: %d in, %d out", op.Slug, op.RecordsIn, op.RecordsOut)
			if op.Topic != "" {
				fmt.Fprintf(out, ", topic %s", op.Topic)
			}
			for _, d := range op.Drops {
				fmt.Fprintf(out, ", dropped %d %s", d.Count, d.Reason)
			}
			fmt.Fprintln(out)
		}
		for _, x := range v.Subtasks {
			fmt.Fprintf(out, "  subtask %d.%d %s: %d in, %d out\n", x.Subtask, x.Attempt, x.State, x.RecordsIn, x.RecordsOut)
		}
	}
	for _, e := range d.Graph.Edges {
		fmt.Fprintf(out, "edge %s %s to %s %s: %d records", e.ID, e.FromOperator, e.ToOperator, e.Ship, e.Records)
		if e.HasInFlight {
			fmt.Fprintf(out, ", %d in flight", e.InFlight)
		}
		fmt.Fprintln(out)
	}
	for _, c := range d.Checkpoints {
		fmt.Fprintf(out, "checkpoint %d %s after %s", c.ID, c.State, c.Duration)
		if c.Discarded != 0 {
			fmt.Fprint(out, ", discarded")
		}
		fmt.Fprintln(out)
	}
	if d.HasDrops {
		fmt.Fprintf(out, "dropped %d\n", d.Drops)
	}
	for _, p := range d.Problems {
		fmt.Fprintf(out, "problem: %s\n", p)
	}
	return nil
}

func timelineQuery(a arguments) TimelineQuery {
	q := TimelineQuery{Buckets: int(a.number("buckets", 4))}
	q.From, q.To = Wall(a.number("from", 0)*1000), Wall(a.number("to", 0)*1000)
	q.Operator = a.named["op"]
	if k, ok := event.ParseKind(a.named["kind"]); ok {
		q.Kinds = []event.Kind{k}
	}
	return q
}

func (s *script) tracks(ctx context.Context, out *strings.Builder, a arguments, rec event.RecordingID) error {
	t, err := s.engine.Tracks(ctx, rec, timelineQuery(a))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d to %d by %d us, %d rows, approximate %t\n", t.From/1000, t.To/1000, t.BucketUS, t.Rows, t.Approximate)
	for _, x := range t.Series {
		fmt.Fprintf(out, "%s.%d %s %v\n", x.Operator.Slug, x.Subtask, x.Kind, x.Counts)
	}
	for _, x := range t.Drops {
		fmt.Fprintf(out, "%s.%d drops %s %v\n", x.Operator.Slug, x.Subtask, x.Reason, x.Counts)
	}
	for _, x := range t.Watermarks {
		fmt.Fprintf(out, "%s.%d watermark of input %d", x.Operator.Slug, x.Subtask, x.Input)
		for _, v := range x.Values {
			if v == NoEventTime {
				fmt.Fprint(out, " -")
			} else {
				fmt.Fprintf(out, " %d", v)
			}
		}
		fmt.Fprintln(out)
	}
	return nil
}

func (s *script) timeline(ctx context.Context, out *strings.Builder, a arguments, rec event.RecordingID) error {
	l, err := s.engine.Timeline(ctx, rec, timelineQuery(a))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d to %d by %d us, %d rows, approximate %t\n", l.From/1000, l.To/1000, l.BucketUS, l.Rows, l.Approximate)
	for _, x := range l.Series {
		fmt.Fprintf(out, "%s %s %v\n", x.Operator.Slug, x.Kind, x.Counts)
	}
	return nil
}
