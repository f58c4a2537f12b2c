package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/replay"
	"github.com/sightglass/sightglass/internal/stepping"
)

type stepRequest struct {
	RecordingPath
	Position string   `path:"position" maxLength:"256" doc:"operator.subtask.attempt.invocation"`
	Step     int      `query:"step" default:"-1" minimum:"-1" doc:"Where one is in the invocation; -1 = at its first step."`
	Move     string   `query:"move" enum:"over,in,out,record" doc:"Goes on: a line, into calls, out of the call, to the next invocation in which code ran. Empty: one stays."`
	Until    string   `query:"until" enum:"exception,drop,output,state,value,line,condition" doc:"Goes on until that is met, over invocations."`
	Back     bool     `query:"back" doc:"The other way."`
	Of       string   `query:"of" maxLength:"512" doc:"Of until=value the variable, of until=state the state."`
	Break    []string `query:"break,explode" maxItems:"64" doc:"Of until=line: FILE:LINE, and a condition behind a space."`
	Thrown   bool     `query:"thrown" doc:"until=line stops at exceptions too."`
	Where    string   `query:"where" maxLength:"4096" doc:"Of until=condition: an expression in CEL over variables (docs/guides/step.md)."`
	Frame    int      `query:"frame" minimum:"0" doc:"The call of the stack whose text is given, counted from the innermost."`
	Evaluate []string `query:"evaluate,explode" maxItems:"32" doc:"Expressions to give there."`
}

func (s *service) step(ctx context.Context, in *stepRequest) (StepPlace, error) {
	if s.Stepping == nil {
		return StepPlace{}, noReplays()
	}
	p, err := browse.ParsePosition(in.Position)
	if err != nil {
		return StepPlace{}, err
	}
	c := stepping.Command{
		Step: in.Step, Move: replay.Move(in.Move), Goal: stepping.Goal(in.Until), Of: in.Of, Back: in.Back, Where: in.Where, Thrown: in.Thrown, Frame: in.Frame, Evaluate: in.Evaluate,
	}
	for _, b := range in.Break {
		place, condition, _ := strings.Cut(b, " ")
		colon := strings.LastIndexByte(place, ':')
		line, err := strconv.Atoi(place[colon+1:])
		if colon < 0 || err != nil {
			return StepPlace{}, problem(http.StatusBadRequest, "a breakpoint is FILE:LINE, not "+place, "as in DropDuplicates.java:30")
		}
		c.Breaks = append(c.Breaks, stepping.Breakpoint{File: place[:colon], Line: line, Condition: strings.TrimSpace(condition)})
	}
	at, err := s.Stepping.Do(ctx, caller(ctx), target(ctx), p, c)
	if err != nil {
		return StepPlace{}, err
	}
	return stepPlaceOf(at), nil
}

func (s *service) endSteps(ctx context.Context, in *positionRequest) (StepEnded, error) {
	if s.Stepping == nil {
		return StepEnded{}, noReplays()
	}
	p, err := browse.ParsePosition(in.Position)
	if err != nil {
		return StepEnded{}, err
	}
	ended, err := s.Stepping.End(ctx, caller(ctx), target(ctx), p)
	return StepEnded{ended}, err
}

func (s *service) stepProgress(ctx context.Context, in *positionRequest) (StepProgress, error) {
	if s.Stepping == nil {
		return StepProgress{}, noReplays()
	}
	p, err := browse.ParsePosition(in.Position)
	if err != nil {
		return StepProgress{}, err
	}
	at, err := s.Stepping.Progress(ctx, target(ctx), p)
	if err != nil {
		return StepProgress{}, err
	}
	out := StepProgress{Phase: at.Phase, Invocation: I64(at.Invocation), Warm: at.Warm}
	switch {
	case !at.Held:
		out.Phase = "planning"
	case !at.Asked:
		out.Phase = "waiting"
	case at.Phase == "":
		out.Phase = "preparing"
	}
	return out, nil
}

func noReplays() *Problem {
	return problem(http.StatusNotImplemented, "this server runs no replays", "it needs a JVM and Flink's jars: docs/guides/step.md")
}

func stepPlaceOf(p *stepping.Place) StepPlace {
	out := StepPlace{
		Position: p.Position.String(), Step: p.Step, Steps: p.Steps, Kind: p.Kind, Found: p.Found, Why: p.Why, Looked: p.Looked, Cut: p.Cut,
		Frames: []StepFrame{}, Thrown: p.Value, Returned: p.Returned, Moment: momentOf(&p.Moment), Done: p.Done, Sent: p.Sent, Wrote: p.Wrote, Evaluated: []StepValue{},
		Replay: StepReplay{
			Recording: p.Replay.Recording.String(), Starts: p.Replay.Starts, Renumbered: I64(p.Replay.Renumbered), Surplus: I64(p.Replay.Surplus),
			Thrown: p.Replay.Thrown,
		},
	}
	for _, f := range p.Frames {
		x := StepFrame{Class: f.Class, Method: f.Method, Path: f.Path, Line: f.Line, NoLines: f.NoLines, Locals: []StepLocal{}}
		for _, v := range f.Locals {
			x.Locals = append(x.Locals, StepLocal{v.Name, v.Type, v.Changed, v.View})
		}
		out.Frames = append(out.Frames, x)
	}
	if p.Source != nil {
		out.Source = &StepSource{From: p.Source.From, Path: p.Source.Path, Line: p.Source.Line, Ran: p.Source.Ran, Text: p.Source.Text}
		for _, text := range slices.Sorted(maps.Keys(p.Source.Lines)) {
			out.Source.Lines = append(out.Source.Lines, StepLine{Text: text, Class: p.Source.Lines[text]})
		}
		if sql := p.Source.SQL; sql != nil {
			out.Source.SQL = &StepSQL{Operator: sqlOperatorOf(&sql.Operator), Statements: sqlStatements(sql.Statements)}
		}
	}
	for _, e := range p.Evaluated {
		out.Evaluated = append(out.Evaluated, StepValue{e.Expression, e.Text, e.Type, e.OK})
	}
	return out
}

// stepRoutes are those of replays that people step through.
func (s *service) stepRoutes() {
	get(s, route{"step", "/recordings/{rec}/steps/{position}", access.JobReplay, "Step through what the job's code did, both ways, in a replay", recording}, s.step)
	get(s, route{"step-progress", "/recordings/{rec}/steps/{position}/progress", access.JobReplay, "How far the replay is that a step is waited for", recording}, s.stepProgress)
	register(s, http.MethodDelete, route{"step-end", "/recordings/{rec}/steps/{position}", access.JobReplay, "End the replay that waits for steps", recording}, s.endSteps)
}
