package dap

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/google/go-dap"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
	"github.com/sightglass/sightglass/internal/sources"
)

// Stepper goes through recorded code; *client.Client is one.
type Stepper interface {
	Step(ctx context.Context, q client.StepQuery) (*client.Answer[gen.StepPlace], error)
	EndSteps(ctx context.Context, recording, position string) (*client.Answer[gen.StepEnded], error)
}

// Options of Serve.
type Options struct {
	Stepper Stepper
	// Find names the recording that has a position, when the editor does not.
	Find func(ctx context.Context, position string) (recording string, err error)
	// Recording and Position are taken where the editor's configuration has none.
	Recording, Position string
	Sources             []string // folders of sources, before those of the editor's configuration
}

// thread is the only one: the subtask that one steps through.
const thread = 1

// exceptions is the filter of exceptions.
const exceptions = "thrown"

// configuration is what launch and attach carry.
type configuration struct {
	Recording   string   `json:"recording"`
	Position    string   `json:"position"`
	SourcePaths []string `json:"sourcePaths"`
}

// session is one editor.
type session struct {
	o       Options
	out     io.Writer
	seq     int
	q       client.StepQuery
	sources []string
	at      gen.StepPlace
	handles handles
	breaks  map[string][]string // by path of the source
	thrown  bool
	end     bool
	moving  atomic.Pointer[context.CancelFunc] // gives up what is under way
}

// interrupt gives up a step or a search that is under way; the editor stays where it was.
func (s *session) interrupt() {
	if cancel := s.moving.Load(); cancel != nil {
		(*cancel)()
	}
}

// Serve speaks with one editor until it disconnects, or ctx ends.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Options) error {
	s := &session{o: o, out: out, breaks: make(map[string][]string), sources: o.Sources}
	r := bufio.NewReader(in)
	type message struct {
		dap.Message
		err error
	}
	messages := make(chan message)
	over := make(chan struct{})
	defer close(over)
	go func() {
		for {
			m, err := dap.ReadProtocolMessage(r)
			switch m.(type) {
			case *dap.PauseRequest, *dap.DisconnectRequest:
				s.interrupt() // what it comes behind may take long
			}
			if errors.Is(err, io.EOF) {
				s.interrupt()
			}
			select {
			case messages <- message{m, err}:
			case <-over:
				return
			}
			var unknown *dap.DecodeProtocolMessageFieldError
			if err != nil && !errors.As(err, &unknown) {
				return
			}
		}
	}()
	for !s.end && ctx.Err() == nil {
		var next message
		select {
		case next = <-messages:
		case <-ctx.Done():
			return ctx.Err()
		}
		m, err := next.Message, next.err
		var unknown *dap.DecodeProtocolMessageFieldError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &unknown): // a request that is newer than this program
			s.send(&dap.ErrorResponse{Response: dap.Response{
				ProtocolMessage: dap.ProtocolMessage{Type: "response"}, RequestSeq: unknown.Seq, Command: unknown.FieldValue, Message: "not supported",
			}})
			continue
		case err != nil:
			return fmt.Errorf("reading from the editor: %w", err)
		}
		if q, ok := m.(dap.RequestMessage); ok {
			if err := s.handle(ctx, q); err != nil {
				s.fail(q.GetRequest(), err)
			}
		}
	}
	return ctx.Err()
}

func (s *session) send(m dap.Message) {
	s.seq++
	switch x := m.(type) {
	case dap.ResponseMessage:
		x.GetResponse().Seq = s.seq
	case dap.EventMessage:
		x.GetEvent().Seq = s.seq
	}
	_ = dap.WriteProtocolMessage(s.out, m) // the next read says that the editor is gone
}

func (s *session) fail(q *dap.Request, err error) {
	r := &dap.ErrorResponse{Response: answer(q)}
	r.Success, r.Message = false, err.Error()
	r.Body.Error = &dap.ErrorMessage{Id: 1, Format: err.Error(), ShowUser: true}
	s.send(r)
}

func answer(q *dap.Request) dap.Response {
	return dap.Response{ProtocolMessage: dap.ProtocolMessage{Type: "response"}, RequestSeq: q.Seq, Command: q.Command, Success: true}
}

func event(name string) dap.Event {
	return dap.Event{ProtocolMessage: dap.ProtocolMessage{Type: "event"}, Event: name}
}

func (s *session) handle(ctx context.Context, m dap.RequestMessage) error {
	r := answer(m.GetRequest())
	switch q := m.(type) {
	case *dap.InitializeRequest:
		x := &dap.InitializeResponse{Response: r}
		x.Body.SupportsConfigurationDoneRequest, x.Body.SupportsConditionalBreakpoints = true, true
		x.Body.SupportsEvaluateForHovers, x.Body.SupportsStepBack = true, true
		x.Body.ExceptionBreakpointFilters = []dap.ExceptionBreakpointsFilter{{Filter: exceptions, Label: "Exceptions that leave a method"}}
		s.send(x)
	case *dap.LaunchRequest:
		return s.begin(ctx, q.Arguments, &dap.LaunchResponse{Response: r})
	case *dap.AttachRequest:
		return s.begin(ctx, q.Arguments, &dap.AttachResponse{Response: r})
	case *dap.SetBreakpointsRequest:
		s.setBreakpoints(q, r)
	case *dap.SetExceptionBreakpointsRequest:
		s.thrown = false
		for _, f := range q.Arguments.Filters {
			s.thrown = s.thrown || f == exceptions
		}
		s.send(&dap.SetExceptionBreakpointsResponse{Response: r})
	case *dap.ConfigurationDoneRequest:
		s.send(&dap.ConfigurationDoneResponse{Response: r})
		s.stopped("entry", "")
	case *dap.ThreadsRequest:
		x := &dap.ThreadsResponse{Response: r}
		x.Body.Threads = []dap.Thread{{Id: thread, Name: s.at.Position}}
		s.send(x)
	case *dap.StackTraceRequest:
		s.stackTrace(q, r)
	case *dap.ScopesRequest:
		s.send(s.scopes(q.Arguments.FrameId, r))
	case *dap.VariablesRequest:
		x := &dap.VariablesResponse{Response: r}
		x.Body.Variables = s.handles.variables(q.Arguments.VariablesReference)
		s.send(x)
	case *dap.SourceRequest:
		x := &dap.SourceResponse{Response: r}
		x.Body.Content, x.Body.MimeType = s.at.Source.Source.Text, "text/x-java"
		s.send(x)
	case *dap.EvaluateRequest:
		return s.evaluate(ctx, q, r)
	case *dap.NextRequest:
		s.send(&dap.NextResponse{Response: r})
		s.move(ctx, client.StepQuery{Move: "over"})
	case *dap.StepInRequest:
		s.send(&dap.StepInResponse{Response: r})
		s.move(ctx, client.StepQuery{Move: "in"})
	case *dap.StepOutRequest:
		s.send(&dap.StepOutResponse{Response: r})
		s.move(ctx, client.StepQuery{Move: "out"})
	case *dap.StepBackRequest:
		s.send(&dap.StepBackResponse{Response: r})
		s.move(ctx, client.StepQuery{Move: "over", Back: true})
	case *dap.ContinueRequest:
		x := &dap.ContinueResponse{Response: r}
		x.Body.AllThreadsContinued = true
		s.send(x)
		s.search(ctx, false)
	case *dap.ReverseContinueRequest:
		s.send(&dap.ReverseContinueResponse{Response: r})
		s.search(ctx, true)
	case *dap.PauseRequest:
		s.send(&dap.PauseResponse{Response: r})
	case *dap.DisconnectRequest:
		s.end = true
		if q.Arguments != nil && q.Arguments.TerminateDebuggee && s.at.Position != "" {
			_, _ = s.o.Stepper.EndSteps(ctx, s.q.Recording, s.at.Position) // it ends by itself, later
		}
		s.send(&dap.DisconnectResponse{Response: r})
	default:
		return fmt.Errorf("%s is not supported", m.GetRequest().Command)
	}
	return nil
}

// begin goes to the position; the editor then says its breakpoints.
func (s *session) begin(ctx context.Context, arguments json.RawMessage, r dap.Message) error {
	c := configuration{Recording: s.o.Recording, Position: s.o.Position}
	if len(arguments) > 0 {
		if err := json.Unmarshal(arguments, &c); err != nil {
			return fmt.Errorf("the configuration cannot be read: %w", err)
		}
	}
	if c.Position == "" {
		return errors.New(`"position" is missing: operator.subtask.attempt.invocation, as every list of Sightglass shows it`)
	}
	if c.Recording == "" {
		var err error
		if c.Recording, err = s.o.Find(ctx, c.Position); err != nil {
			return err
		}
	}
	s.sources = append(s.sources, c.SourcePaths...)
	s.q = client.StepQuery{Recording: c.Recording, Position: c.Position, Step: -1}
	a, err := s.o.Stepper.Step(ctx, s.q)
	if err != nil {
		return err
	}
	s.arrive(a.Value)
	s.send(r)
	s.send(&dap.InitializedEvent{Event: event("initialized")})
	return nil
}

func (s *session) arrive(p gen.StepPlace) {
	s.at = p
	s.handles.forget()
}

func (s *session) stopped(reason, text string) {
	if s.at.Kind == "thrown" {
		reason, text = "exception", s.at.Thrown.Text
	}
	e := &dap.StoppedEvent{Event: event("stopped")}
	e.Body = dap.StoppedEventBody{Reason: reason, Description: s.at.Position, Text: text, ThreadId: thread, AllThreadsStopped: true}
	s.send(e)
}

// move goes somewhere and says that it came there. Where there is nothing to go to, one stays, and is told why.
func (s *session) move(ctx context.Context, q client.StepQuery) {
	q.Recording, q.Position, q.Step = s.q.Recording, s.at.Position, s.at.Step
	reason := "step"
	if q.Until != "" {
		reason = "breakpoint"
	}
	moving, cancel := context.WithCancel(ctx)
	s.moving.Store(&cancel)
	a, err := s.o.Stepper.Step(moving, q)
	s.moving.Store(nil)
	paused := moving.Err() != nil
	cancel()
	switch {
	case err != nil && paused:
		s.say("paused: it is where it was")
		reason = "pause"
	case err != nil:
		s.say(err.Error())
	case !a.Value.Found:
		s.say(a.Value.Why)
		reason = "pause"
	}
	if err == nil {
		s.arrive(a.Value)
	}
	s.stopped(reason, "")
}

func (s *session) search(ctx context.Context, back bool) {
	q := client.StepQuery{Until: "line", Back: back, Thrown: s.thrown}
	for _, b := range s.breaks {
		q.Breaks = append(q.Breaks, b...)
	}
	if len(q.Breaks) == 0 && !s.thrown { // nothing to stop at: the next record
		q.Until, q.Move = "", "record"
	}
	s.move(ctx, q)
}

func (s *session) say(text string) {
	e := &dap.OutputEvent{Event: event("output")}
	e.Body = dap.OutputEventBody{Category: "console", Output: text + "\n"}
	s.send(e)
}

func (s *session) setBreakpoints(q *dap.SetBreakpointsRequest, r dap.Response) {
	path := q.Arguments.Source.Path
	if path == "" {
		path = q.Arguments.Source.Name
	}
	path = filepath.ToSlash(path)
	name := filepath.ToSlash(sources.NameOf(path))
	x := &dap.SetBreakpointsResponse{Response: r}
	x.Body.Breakpoints = []dap.Breakpoint{}
	var all []string
	ofServer := q.Arguments.Source.SourceReference > 0
	for _, b := range q.Arguments.Breakpoints {
		line, ok := b.Line, true
		if ofServer {
			line, ok = s.classLine(b.Line)
		}
		if !ok {
			x.Body.Breakpoints = append(x.Body.Breakpoints, dap.Breakpoint{Line: b.Line, Source: &q.Arguments.Source, Message: "no code of the class is at this line of the text"})
			continue
		}
		// A path may have spaces, which end the place of a breakpoint.
		text := fmt.Sprintf("%s:%d", name[strings.LastIndexByte(name, ' ')+1:], line)
		if b.Condition != "" {
			text += " " + b.Condition
		}
		all = append(all, text)
		x.Body.Breakpoints = append(x.Body.Breakpoints, dap.Breakpoint{Verified: true, Line: b.Line, Source: &q.Arguments.Source})
	}
	s.breaks[path] = all
	s.send(x)
}

// classLine is the line of the class that a line of the server's text is; they are the same unless it is decompiled.
func (s *session) classLine(text int) (int, bool) {
	if len(s.at.Source.Lines) == 0 {
		return text, s.at.Source.From != "decompiled"
	}
	for _, l := range s.at.Source.Lines {
		if int(l.Text) == text {
			return int(l.Class), true
		}
	}
	return 0, false
}

func (s *session) stackTrace(q *dap.StackTraceRequest, r dap.Response) {
	x := &dap.StackTraceResponse{Response: r}
	x.Body.StackFrames = []dap.StackFrame{}
	x.Body.TotalFrames = len(s.at.Frames)
	for i := range s.at.Frames {
		if i < q.Arguments.StartFrame || q.Arguments.Levels > 0 && i >= q.Arguments.StartFrame+q.Arguments.Levels {
			continue
		}
		f := &s.at.Frames[i]
		source, line := s.source(i, f), int(f.Line)
		if source.SourceReference > 0 && s.at.Source.Line > 0 { // of a decompiled text lines lie elsewhere
			line = int(s.at.Source.Line)
		}
		x.Body.StackFrames = append(x.Body.StackFrames, dap.StackFrame{
			Id: i + 1, Name: f.Class[strings.LastIndexByte(f.Class, '.')+1:] + "." + f.Method, Line: line, Column: 1, Source: source,
		})
	}
	if len(s.at.Frames) == 0 { // an editor shows nothing without a frame
		x.Body.TotalFrames = 1
		x.Body.StackFrames = append(x.Body.StackFrames, dap.StackFrame{Id: 1, Name: "no code of the job ran at " + s.at.Position, PresentationHint: "label"})
	}
	s.send(x)
}

// source is a file at this machine, else what the server has of it.
func (s *session) source(i int, f *gen.StepFrame) *dap.Source {
	name := f.Path[strings.LastIndexByte(f.Path, '/')+1:]
	for _, folder := range s.sources {
		if found, ok := sources.InFolder(folder, f.Path); ok {
			if abs, err := filepath.Abs(filepath.Join(folder, filepath.FromSlash(found.Path))); err == nil {
				return &dap.Source{Name: name, Path: abs}
			}
		}
	}
	if i == 0 && s.at.Source.From != "" {
		return &dap.Source{Name: name, SourceReference: 1, Origin: string(s.at.Source.From)}
	}
	return &dap.Source{Name: name, Path: f.Path, PresentationHint: "deemphasize"}
}

func (s *session) evaluate(ctx context.Context, q *dap.EvaluateRequest, r dap.Response) error {
	a, err := s.o.Stepper.Step(ctx, client.StepQuery{
		Recording: s.q.Recording, Position: s.at.Position, Step: s.at.Step, Evaluate: []string{q.Arguments.Expression},
	})
	if err != nil {
		return err
	}
	if len(a.Value.Evaluated) != 1 {
		return errors.New("the server did not evaluate it")
	}
	v := a.Value.Evaluated[0]
	if !v.Ok {
		return errors.New(v.Text)
	}
	x := &dap.EvaluateResponse{Response: r}
	x.Body.Result, x.Body.Type = v.Text, v.Type
	s.send(x)
	return nil
}
