package cli

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/gen"
)

// around is how many lines are shown on each side.
const around = 4

// show prints a place: source, variables, and what was done with state, timers and records.
func (s *stepper) show() {
	p := &s.at
	head := s.paint(bold, p.Position)
	if p.Step >= 0 {
		head += s.paint(dim, "."+strconv.FormatInt(p.Step, 10))
	}
	if len(p.Frames) > 0 {
		f := &p.Frames[0]
		head += "  " + clean(f.Class[strings.LastIndexByte(f.Class, '.')+1:]) + "." + clean(f.Method)
		if f.Line > 0 {
			head += ":" + strconv.FormatInt(f.Line, 10)
		}
	}
	s.say("%s", head)
	if !p.Found {
		s.hint("%s", s.paint(amber, p.Why))
	}
	if p.Step < 0 {
		s.hint("no code of the job ran in this invocation: r and rb go to one in which some did")
	}
	if p.Cut {
		s.hint("%s", s.paint(amber, "the code did more in this invocation than is kept"))
	}
	if p.Replay.Renumbered != "0" && p.Replay.Renumbered != "" {
		s.hint("%s", s.paint(amber, "the replay does not do what was recorded: what is shown ran there, and may not have run in production"))
	}
	if len(p.Frames) > 0 {
		s.showSource(&p.Frames[0])
		if p.Kind == "thrown" {
			s.say("%s %s", s.paint(red, "throws"), clean(p.Thrown.Text))
		}
		if p.Returned.Format != "" {
			s.say("%s %s", s.paint(dim, "returned"), clean(p.Returned.Text))
		}
		s.showLocals(&p.Frames[0], "  ")
	}
	s.showDone()
}

func (s *stepper) showSource(f *gen.StepFrame) {
	if f.NoLines {
		s.hint("the class says nothing of lines: one steps from call to call")
		return
	}
	lines, from, at := s.text(f)
	if lines == nil {
		s.say("  %s", s.paint(dim, clean(f.Path)+": its text is not here; --source FOLDER names where it lies"))
		return
	}
	if from == "decompiled" || from == "generated" {
		s.say("  %s", s.paint(amber, from+": "+clean(f.Path)))
	}
	if from == "generated" {
		s.showOrigin(&s.at.Source.SQL)
	}
	for i := max(1, at-around); i <= min(len(lines), at+around); i++ {
		mark, text := "  ", clean(strings.TrimRight(lines[i-1], "\r"))
		if i == at {
			mark, text = "> ", s.paint(bold, text)
		}
		s.say("%s%s %s", mark, s.paint(dim, fmt.Sprintf("%4d", i)), text)
	}
}

// showOrigin prints what code was generated for.
func (s *stepper) showOrigin(o *gen.StepSQL) {
	s.say("  %s %s", s.paint(dim, "for operator"), clean(cmp.Or(o.Operator.Description.Text, o.Operator.OpName)))
	for _, x := range o.Statements {
		s.say("  %s %s", s.paint(dim, "of statement "+strconv.FormatInt(x.Number, 10)), clean(strings.Join(strings.Fields(x.Source.Text), " ")))
	}
}

func (s *stepper) showLocals(f *gen.StepFrame, indent string) {
	for i := range f.Locals {
		v := &f.Locals[i]
		name := clean(v.Name)
		if v.Changed {
			name = s.paint(green, name)
		}
		s.say("%s%s = %s", indent, name, clean(v.View.Text))
		for _, m := range v.View.Masked {
			s.say("%s  %s", indent, s.paint(amber, "masked "+clean(m.Path)+": "+m.Class+", "+m.Action))
		}
	}
}

// showFrames prints the stack with all variables as trees.
func (s *stepper) showFrames() {
	for i := range s.at.Frames {
		f := &s.at.Frames[i]
		s.say("%s:%d", clean(f.Class+"."+f.Method), f.Line)
		for j := range f.Locals {
			v := &f.Locals[j]
			if v.View.Node.Kind == "" {
				s.say("  %s = %s", clean(v.Name), clean(v.View.Text))
				continue
			}
			n := v.View.Node
			n.Name = v.Name
			s.showNode(&n, "  ")
		}
	}
}

// showDone prints what was done until here, and what is still to come.
func (s *stepper) showDone() {
	m := &s.at.Moment
	if m.Input.Kind != "" {
		s.say("%s %s", s.paint(dim, "record"), clean(m.Input.View.Text)+s.paint(dim, watermark(m)))
	}
	list := func(title string, events []gen.Event, done int64) {
		for i := range events {
			mark := title
			if int64(i) >= done {
				mark = s.paint(dim, title+", to come")
			} else {
				mark = s.paint(dim, mark)
			}
			text := clean(events[i].Text)
			if text == "" {
				text = clean(events[i].View.Text)
			}
			s.say("%s %s", mark, text)
		}
	}
	list("did", m.Steps, s.at.Done)
	list("sent", m.Outputs, s.at.Sent)
	if m.Exception.Kind != "" {
		s.say("%s %s", s.paint(red, "failed"), clean(m.Exception.Text))
	}
}
