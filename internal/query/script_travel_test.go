package query

import (
	"context"
	"fmt"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// when reads at=, in ms or as a position or record.
func (s *script) when(a arguments) (w When) {
	text := a.named["at"]
	if strings.ContainsAny(text, ".:#/") {
		w.Record = s.digits(text)
	} else {
		w.Wall = Wall(a.number("at", 0) * 1000)
	}
	return w
}

// isIdle says that statuses of 5 bytes are idle: what they hold is sealed here.
func isIdle(e *Event) (idle, known bool) { return e.Value.Len() == 5, e.Value.Len() > 0 }

func timeText(t EventTime) string {
	switch t {
	case NoEventTime:
		return "none"
	case EndOfTime:
		return "end"
	}
	return fmt.Sprint(int64(t))
}

func (s *script) watermarks(ctx context.Context, out *strings.Builder, a arguments, rec event.RecordingID) error {
	q := WatermarkQuery{Operator: a.named["op"], At: s.when(a), Idle: isIdle}
	w, err := s.engine.Watermarks(ctx, rec, q)
	if err != nil {
		return err
	}
	for _, t := range w.Tasks {
		fmt.Fprintf(out, "%s.%d at %s", w.Operator.Slug, t.Subtask, timeText(t.Watermark))
		if t.Idle {
			fmt.Fprint(out, ", idle")
		}
		if t.Position != nil {
			fmt.Fprintf(out, ", after %d", t.Position.Invocation)
		}
		fmt.Fprintln(out)
		for _, in := range t.Inputs {
			name := fmt.Sprintf("%s/%d from %s.%d", in.Partition, in.Subpartition, in.From.Task, in.From.Subtask)
			if in.SplitName != "" {
				name = fmt.Sprintf("split %s, read to %d of %s,", in.SplitName, in.Offset, timeText(in.LastRecord))
			}
			fmt.Fprintf(out, "  %s %s %s", name, in.State, timeText(in.Watermark))
			if in.Element != nil {
				fmt.Fprintf(out, " by %s", in.Element)
			}
			if in.Holds {
				fmt.Fprint(out, ", holds")
			}
			if !in.Exact {
				fmt.Fprintf(out, ", not exact: %s", in.Note)
			}
			fmt.Fprintln(out)
		}
		for _, o := range t.Operators {
			fmt.Fprintf(out, "  %s passed %s on %s\n", o.Operator.Slug, timeText(o.Watermark), o.Held)
		}
		for _, n := range t.Notes {
			fmt.Fprintf(out, "  note %s: %s\n", n.Kind, n.Text)
		}
	}
	return nil
}

func (s *script) inFlight(ctx context.Context, out *strings.Builder, a arguments, rec event.RecordingID) error {
	q := InFlightQuery{Operator: a.named["op"], Checkpoint: uint64(a.number("checkpoint", 0)), At: s.when(a)}
	f, err := s.engine.InFlight(ctx, rec, q)
	if err != nil {
		return err
	}
	for i := range f.Channels {
		c := &f.Channels[i]
		fmt.Fprintf(out, "%s/%d %s.%d to %s.%d %s: sent %d at %d, taken %d at %d", c.Partition, c.Subpartition, c.From.Task, c.From.Subtask,
			c.To.Task, c.To.Subtask, c.State, c.Sent, c.SentAt/1000, c.Taken, c.TakenAt/1000)
		if c.Arrived > 0 {
			fmt.Fprintf(out, ", came at %d", c.Arrived/1000)
		}
		if c.HasWait {
			fmt.Fprintf(out, ", waited %s", c.Waited)
		}
		if c.LastCame {
			fmt.Fprint(out, ", last")
		}
		for _, x := range []struct {
			name string
			of   Stretch
		}{{"overtaken", c.Overtaken}, {"waiting", c.Waiting}} {
			if first, last := c.Ends(x.of); first != nil {
				fmt.Fprintf(out, ", %s %d %s to %s", x.name, x.of.N, first, last)
			}
		}
		fmt.Fprintln(out)
	}
	for _, n := range f.Notes {
		fmt.Fprintf(out, "note %s: %s\n", n.Kind, n.Text)
	}
	fmt.Fprintf(out, "waiting %d, overtaken %d, proven %t\n", f.Waiting, f.Overtaken, f.Proven)
	return nil
}
