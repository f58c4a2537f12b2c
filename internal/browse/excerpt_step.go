package browse

import (
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// Sources of section 4.2 of spec/recording.md that an excerpt goes by.
const (
	envRuntimeClock = 3
	envTimeToLive   = 6
	envOfUserFirst  = 7 // random numbers, seeds, UUIDs, Instant.now
	envOfUserLast   = 14
)

// step makes a step of an invocation. traced is the same one in a recording at level trace; nil = there is none.
func (c *cutter) step(m, traced *query.Moment) (ExcerptStep, error) {
	s := ExcerptStep{Position: m.Position, Wall: m.Invocation.Wall, Watermark: m.Watermark, Counted: -1}
	s.Clock = s.Wall.Time().UnixMilli()
	if c.out.Inputs > 1 {
		var err error
		if s.Watermark, err = c.combined(m.Position); err != nil {
			return s, err
		}
	} else if traced != nil && s.Watermark == NoEventTime {
		s.Watermark = traced.Watermark
	}
	switch m.Invocation.Kind {
	case event.KindEventTimer, event.KindProcessingTimer:
		s.Timer, s.Processing = m.Invocation.Time, m.Invocation.Kind == event.KindProcessingTimer
	default:
		if m.Input == nil || m.Input.Value.Null() || m.Input.Kind != event.KindRecord {
			note := m.InputNote
			switch {
			case note != "":
			case m.Input != nil && m.Input.Kind != event.KindRecord:
				note = "what came in there is a " + m.Input.Kind.String() + ", no record"
			default:
				note = "no record whose bytes are recorded came in there, and no timer fired"
			}
			return s, fmt.Errorf("%w: %s: %s", ErrNoExcerpt, m.Position, note)
		}
		if m.Input.Value.Size() > m.Input.Value.Len() {
			return s, fmt.Errorf("%w: %s: the record was cut when it was recorded", ErrNoExcerpt, m.Position)
		}
		var err error
		if s.Record, err = c.value(m.Input.Value, c.event(*m.Input).View); err != nil {
			return s, err
		}
		s.Input = c.inputOf(m)
	}
	if m.Exception != nil {
		shown := c.event(*m.Exception)
		s.Thrown, s.Message = memberOf(shown.View, "class"), memberOf(shown.View, "message")
	}
	reads := m.Steps
	if traced != nil {
		reads = traced.Steps
	}
	for _, e := range reads {
		if e.Kind == event.KindEnvRead && (e.What <= 2 || e.What >= envOfUserFirst && e.What <= envOfUserLast) && e.Operator.Index <= 0 {
			c.out.Reads = append(c.out.Reads, fmt.Sprintf("%s: %s", m.Position, envRead(&e)))
		}
	}
	return s, c.outputs(m, &s)
}

// combined is the watermark of a task with several inputs, whose own rows do not say which of them they are of; NoEventTime when its
// channels do not tell it for certain.
func (c *cutter) combined(p Position) (EventTime, error) {
	w, err := c.Watermarks(c.ctx, c.t, WatermarkQuery{Operator: c.head.Operator, Subtask: &c.out.Subtask, At: When{Record: p.String()}})
	if err != nil {
		return NoEventTime, err
	}
	for i := range w.Tasks {
		t := &w.Tasks[i]
		if t.AttemptKey == c.attempt && len(t.Notes) == 0 && t.Watermark != EndOfTime {
			return t.Watermark, nil
		}
	}
	return NoEventTime, nil
}

// inputOf is the input that an element came into: that with its type or, of one type, that of its gate.
func (c *cutter) inputOf(m *query.Moment) int {
	found := 0
	for i, in := range c.head.In {
		if in == m.Input.Serializer.String() {
			if found > 0 {
				found = 0
				break
			}
			found = i + 1
		}
	}
	if found == 0 && m.Invocation.Channel != nil {
		found = int(m.Invocation.Channel.Gate) + 1
	}
	return min(max(found, 1), c.out.Inputs)
}

// outputs takes down what a step gave: bytes of what left the task, of what went to the next operator of the chain the number.
func (c *cutter) outputs(m *query.Moment, s *ExcerptStep) error {
	main := -1
	for _, def := range c.parts.Outputs {
		if def.Serializer == c.head.Out && (main < 0 || def.Output < main) {
			main = def.Output
		}
	}
	if len(c.head.Next) > 0 && main < 0 {
		s.Counted = 0
		for _, step := range m.Path.Steps {
			if step.Operator.Index == c.head.Next[0] {
				s.Counted = step.In
			}
		}
		return nil
	}
	if m.More {
		return fmt.Errorf("%w: %s gave more than %d records", ErrNoExcerpt, m.Position, query.MaxMomentEvents)
	}
	for _, e := range m.Outputs {
		if e.Kind != event.KindRecord || e.Element == nil {
			continue
		}
		def, known := c.parts.Outputs[e.Element.Partition]
		if !known || e.Value.Null() || e.Value.Size() > e.Value.Len() {
			return fmt.Errorf("%w: the bytes of what %s gave are not recorded", ErrNoExcerpt, m.Position)
		}
		v, err := c.value(e.Value, c.event(e).View)
		if err != nil {
			return err
		}
		switch {
		case def.Output == main:
			s.Outputs = append(s.Outputs, *v)
		case def.Serializer == c.head.Out: // the same record, to another task
		case len(s.Aside) > 0 && s.Aside[len(s.Aside)-1].Output == def.Output:
			last := &s.Aside[len(s.Aside)-1]
			last.Values = append(last.Values, *v)
		default:
			s.Aside = append(s.Aside, ExcerptSide{def.Output, []ExcerptValue{*v}})
		}
	}
	return nil
}
