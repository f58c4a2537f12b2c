package dap

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-dap"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

// script is a server with three lines: 10, 11 and 12, of which the last throws.
type script struct {
	asked []client.StepQuery
	path  string // of the innermost call, in place of c/Job.java
	ended string
	moved int64         // lines of the text lie so much further down than those of the class
	hangs chan struct{} // a search finds nothing, and goes on until it is given up; told when it begins
}

func (s *script) Step(ctx context.Context, q client.StepQuery) (*client.Answer[gen.StepPlace], error) {
	s.asked = append(s.asked, q)
	if q.Position == "none.0.0.1" {
		return nil, errors.New("no recording knows it")
	}
	if s.hangs != nil && q.Until != "" {
		s.hangs <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	step := max(q.Step, 0)
	found := true
	by := int64(1)
	if q.Back {
		by = -1
	}
	switch {
	case q.Until == "line" && !q.Back:
		step = 2
	case q.Until == "line":
		step = 0
	case q.Move != "":
		if step += by; step < 0 || step > 2 {
			step, found = step-by, false
		}
	}
	p := gen.StepPlace{Position: "op.0.0.7", Step: step, Kind: "line", Found: found, Why: "the attempt begins here", Done: step, Sent: 0}
	tree := gen.Node{Kind: "object", Type: "Order", Items: []gen.Node{
		{Name: "id", Kind: "string", Value: "O-1", Type: "java.lang.String"},
		{Name: "items", Kind: "list", Type: "java.util.ArrayList", Items: []gen.Node{{Kind: "int", Value: "3", Type: "int"}, {Kind: "masked", Value: "***", Mask: "pii"}}},
		{Name: "tags", Kind: "map", Type: "java.util.HashMap", Items: []gen.Node{{Kind: "entry", Items: []gen.Node{{Name: "key", Kind: "string", Value: "a"}, {Name: "value", Kind: "null"}}}}},
	}}
	p.Frames = []gen.StepFrame{
		{Class: "c.Job", Method: "process", Path: cmp.Or(s.path, "c/Job.java"), Line: 10 + step, Locals: []gen.StepLocal{{Name: "order", Type: "Order", View: gen.View{Format: "flink", Node: tree}}}},
		{Class: "c.Outer", Method: "run", Path: "c/Outer.java", Line: 3, Locals: []gen.StepLocal{}},
	}
	if step == 2 {
		p.Kind, p.Thrown = "thrown", gen.View{Format: "flink", Text: "IllegalStateException: no rate"}
	}
	p.Source = gen.StepSource{From: "decompiled", Source: gen.Source{Text: "class Job {}"}}
	if s.moved > 0 {
		p.Source.Line = 10 + step + s.moved
		for class := int64(10); class <= 12; class++ {
			p.Source.Lines = append(p.Source.Lines, gen.StepLine{Text: class + s.moved, Class: class})
		}
	}
	p.Moment.Steps = []gen.Event{
		{Kind: "state-written", Text: "wrote seen: 1", State: gen.StateAccess{Name: "seen", After: gen.View{Format: "flink", Node: gen.Node{Kind: "int", Value: "1"}}}},
		{Kind: "timer-registered", Text: "timer set for 5"},
	}
	for _, e := range q.Evaluate {
		p.Evaluated = append(p.Evaluated, gen.StepValue{Expression: e, Ok: e != "nobody", Text: "42", Type: "int"})
	}
	return &client.Answer[gen.StepPlace]{Value: p}, nil
}

func (s *script) EndSteps(_ context.Context, _, position string) (*client.Answer[gen.StepEnded], error) {
	s.ended = position
	return &client.Answer[gen.StepEnded]{Value: gen.StepEnded{Ended: true}}, nil
}

// editor is the other side, by go-dap.
type editor struct {
	t    *testing.T
	c    net.Conn
	r    *bufio.Reader
	seq  int
	done chan error
}

func open(t *testing.T, o Options) *editor {
	t.Helper()
	a, b := net.Pipe()
	e := &editor{t: t, c: a, r: bufio.NewReader(a), done: make(chan error, 1)}
	go func() { e.done <- Serve(context.Background(), b, b, o); b.Close() }()
	t.Cleanup(func() { a.Close() })
	return e
}

func (e *editor) send(command string, arguments any) {
	e.t.Helper()
	e.seq++
	body, err := json.Marshal(map[string]any{"seq": e.seq, "type": "request", "command": command, "arguments": arguments})
	if err != nil {
		e.t.Fatal(err)
	}
	if err := dap.WriteBaseMessage(e.c, body); err != nil {
		e.t.Fatal(err)
	}
}

func read[T dap.Message](e *editor) T {
	e.t.Helper()
	m, err := dap.ReadProtocolMessage(e.r)
	if err != nil {
		e.t.Fatal(err)
	}
	x, ok := m.(T)
	if !ok {
		text, _ := json.Marshal(m)
		e.t.Fatalf("got %T %s", m, text)
	}
	return x
}

func begun(t *testing.T) (*script, *editor) {
	t.Helper()
	s := &script{}
	e := open(t, Options{Stepper: s, Find: func(context.Context, string) (string, error) { return "found", nil }})
	e.send("initialize", map[string]any{"adapterID": "sightglass"})
	if c := read[*dap.InitializeResponse](e); !c.Body.SupportsStepBack || !c.Body.SupportsConditionalBreakpoints || !c.Body.SupportsConfigurationDoneRequest {
		t.Errorf("capabilities %+v", c.Body)
	}
	e.send("launch", map[string]any{"position": "op.0.0.7"})
	read[*dap.LaunchResponse](e)
	read[*dap.InitializedEvent](e)
	e.send("setBreakpoints", map[string]any{
		"source": map[string]any{"path": "/projects/a b/src/c/Job.java"}, "breakpoints": []map[string]any{{"line": 12, "condition": "order.id == \"O-1\""}, {"line": 11}},
	})
	if b := read[*dap.SetBreakpointsResponse](e); len(b.Body.Breakpoints) != 2 || !b.Body.Breakpoints[0].Verified {
		t.Errorf("breakpoints %+v", b.Body)
	}
	e.send("setExceptionBreakpoints", map[string]any{"filters": []string{exceptions}})
	read[*dap.SetExceptionBreakpointsResponse](e)
	e.send("configurationDone", nil)
	read[*dap.ConfigurationDoneResponse](e)
	if x := read[*dap.StoppedEvent](e); x.Body.Reason != "entry" || x.Body.ThreadId != thread {
		t.Errorf("stopped %+v", x.Body)
	}
	return s, e
}

func TestAnEditorSteps(t *testing.T) {
	s, e := begun(t)
	if s.asked[0].Recording != "found" || s.asked[0].Step != -1 {
		t.Errorf("asked %+v", s.asked[0])
	}
	line := func() int {
		e.send("stackTrace", map[string]any{"threadId": thread})
		x := read[*dap.StackTraceResponse](e)
		if x.Body.TotalFrames != 2 || x.Body.StackFrames[0].Name != "Job.process" || x.Body.StackFrames[0].Source.SourceReference != 1 {
			t.Errorf("stack %+v", x.Body)
		}
		return x.Body.StackFrames[0].Line
	}
	if at := line(); at != 10 {
		t.Errorf("begins at line %d", at)
	}
	e.send("next", map[string]any{"threadId": thread})
	read[*dap.NextResponse](e)
	read[*dap.StoppedEvent](e)
	if at := line(); at != 11 {
		t.Errorf("next went to line %d", at)
	}
	e.send("stepBack", map[string]any{"threadId": thread})
	read[*dap.StepBackResponse](e)
	read[*dap.StoppedEvent](e)
	e.send("stepBack", map[string]any{"threadId": thread})
	read[*dap.StepBackResponse](e)
	if o := read[*dap.OutputEvent](e); !strings.Contains(o.Body.Output, "begins here") {
		t.Errorf("output %q", o.Body.Output)
	}
	if x := read[*dap.StoppedEvent](e); x.Body.Reason != "pause" {
		t.Errorf("stopped %+v", x.Body)
	}
	if at := line(); at != 10 {
		t.Errorf("back went to line %d", at)
	}
	e.send("continue", map[string]any{"threadId": thread})
	read[*dap.ContinueResponse](e)
	if x := read[*dap.StoppedEvent](e); x.Body.Reason != "exception" || !strings.Contains(x.Body.Text, "no rate") {
		t.Errorf("stopped %+v", x.Body)
	}
	q := s.asked[len(s.asked)-1]
	if q.Until != "line" || !q.Thrown || strings.Join(q.Breaks, "|") != `b/src/c/Job.java:12 order.id == "O-1"|b/src/c/Job.java:11` {
		t.Errorf("asked %+v", q)
	}
	e.send("reverseContinue", map[string]any{"threadId": thread})
	read[*dap.ReverseContinueResponse](e)
	read[*dap.StoppedEvent](e)
	if at := line(); at != 10 {
		t.Errorf("reverse went to line %d", at)
	}
	for _, c := range []string{"stepIn", "stepOut"} {
		e.send(c, map[string]any{"threadId": thread})
		if m, err := dap.ReadProtocolMessage(e.r); err != nil || m.(dap.ResponseMessage).GetResponse().Command != c {
			t.Errorf("%s: %v %v", c, m, err)
		}
		read[*dap.StoppedEvent](e)
	}
}

func TestAnEditorLooks(t *testing.T) {
	s, e := begun(t)
	e.send("next", map[string]any{"threadId": thread})
	read[*dap.NextResponse](e)
	read[*dap.StoppedEvent](e)
	e.send("threads", nil)
	if x := read[*dap.ThreadsResponse](e); len(x.Body.Threads) != 1 || x.Body.Threads[0].Name != "op.0.0.7" {
		t.Errorf("threads %+v", x.Body)
	}
	e.send("scopes", map[string]any{"frameId": 1})
	refs := map[string]int{}
	var names []string
	for _, sc := range read[*dap.ScopesResponse](e).Body.Scopes {
		refs[sc.Name] = sc.VariablesReference
		names = append(names, sc.Name)
	}
	if strings.Join(names, " ") != "Locals Record State Timers Watermark Emitted" {
		t.Errorf("scopes %v", names)
	}
	vars := func(ref int) []dap.Variable {
		e.send("variables", map[string]any{"variablesReference": ref})
		return read[*dap.VariablesResponse](e).Body.Variables
	}
	locals := vars(refs["Locals"])
	if len(locals) != 1 || locals[0].Name != "order" || locals[0].Type != "Order" {
		t.Fatalf("locals %+v", locals)
	}
	order := vars(locals[0].VariablesReference)
	if len(order) != 3 || order[0].Value != `"O-1"` {
		t.Fatalf("order %+v", order)
	}
	if items := vars(order[1].VariablesReference); len(items) != 2 || items[0].Value != "3" || items[1].Value != "*** (masked: pii)" {
		t.Errorf("items %+v", items)
	}
	if tags := vars(order[2].VariablesReference); len(tags) != 1 || tags[0].Name != "a" || tags[0].Value != "null" {
		t.Errorf("tags %+v", tags)
	}
	states := vars(refs["State"])
	if len(states) != 1 || states[0].Name != "seen" {
		t.Fatalf("states %+v: those that come after the line are not there", states)
	}
	if x := vars(states[0].VariablesReference); len(x) != 2 || x[1].Value != "1" {
		t.Errorf("state %+v", x)
	}
	if x := vars(refs["Timers"]); len(x) != 0 {
		t.Errorf("timers %+v: it is set after the line", x)
	}
	if x := vars(9999); len(x) != 0 {
		t.Errorf("no such reference: %+v", x)
	}
	e.send("evaluate", map[string]any{"expression": "order.id"})
	if x := read[*dap.EvaluateResponse](e); x.Body.Result != "42" {
		t.Errorf("evaluated %+v", x.Body)
	}
	e.send("evaluate", map[string]any{"expression": "nobody"})
	if x := read[*dap.ErrorResponse](e); x.Success {
		t.Errorf("evaluated %+v", x)
	}
	e.send("source", map[string]any{"sourceReference": 1})
	if x := read[*dap.SourceResponse](e); x.Body.Content != "class Job {}" {
		t.Errorf("source %+v", x.Body)
	}
	e.send("restartFrame", map[string]any{"frameId": 1})
	if x := read[*dap.ErrorResponse](e); !strings.Contains(x.Message, "not supported") {
		t.Errorf("%+v", x)
	}
	e.send("noSuchRequest", nil)
	if x := read[*dap.ErrorResponse](e); x.Success {
		t.Errorf("%+v", x)
	}
	e.send("disconnect", map[string]any{"terminateDebuggee": true})
	read[*dap.DisconnectResponse](e)
	if err := <-e.done; err != nil || s.ended != "op.0.0.7" {
		t.Errorf("ended %v %q", err, s.ended)
	}
}

func TestWhatCannotBegin(t *testing.T) {
	for _, c := range []struct{ arguments, want string }{
		{`{}`, `"position" is missing`},
		{`{"position": "none.0.0.1", "recording": "x"}`, "no recording knows it"},
		{`[]`, "cannot be read"},
	} {
		e := open(t, Options{Stepper: &script{}})
		e.send("attach", json.RawMessage(c.arguments))
		if x := read[*dap.ErrorResponse](e); !strings.Contains(x.Message, c.want) {
			t.Errorf("%s: %q", c.arguments, x.Message)
		}
	}
	if err := Serve(context.Background(), strings.NewReader("nothing\r\n\r\n"), io.Discard, Options{}); err == nil {
		t.Error("what is no message was read")
	}
	if err := Serve(context.Background(), strings.NewReader(""), io.Discard, Options{}); err != nil {
		t.Errorf("an editor that goes away at once: %v", err)
	}
}

// TestKotlinLiesWhereItLies: the folders of Kotlin's files need not be those of their packages, by which the server knows them.
func TestKotlinLiesWhereItLies(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "any", "Visits.kt")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("package com.example.visits\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s, e := begun(t)
	s.path = "com/example/visits/Visits.kt"
	e.send("launch", map[string]any{"position": "op.0.0.7", "sourcePaths": []string{dir}})
	read[*dap.LaunchResponse](e)
	read[*dap.InitializedEvent](e)
	e.send("setBreakpoints", map[string]any{"source": map[string]any{"path": file}, "breakpoints": []map[string]any{{"line": 12}}})
	read[*dap.SetBreakpointsResponse](e)
	e.send("configurationDone", nil)
	read[*dap.ConfigurationDoneResponse](e)
	read[*dap.StoppedEvent](e)
	e.send("continue", map[string]any{"threadId": thread})
	read[*dap.ContinueResponse](e)
	read[*dap.StoppedEvent](e)
	if q := s.asked[len(s.asked)-1]; !slices.Contains(q.Breaks, "com/example/visits/Visits.kt:12") {
		t.Errorf("asked for %v", q.Breaks)
	}
	e.send("stackTrace", map[string]any{"threadId": thread})
	if x := read[*dap.StackTraceResponse](e); x.Body.StackFrames[0].Source.Path != file {
		t.Errorf("the source is %+v", x.Body.StackFrames[0].Source)
	}
}

// TestDecompiledTextHasLinesOfItsOwn: frames and breakpoints go by the text that the editor shows, breakpoints of the server by the class.
func TestDecompiledTextHasLinesOfItsOwn(t *testing.T) {
	s, e := begun(t)
	s.moved = 100
	e.send("launch", map[string]any{"position": "op.0.0.7"})
	read[*dap.LaunchResponse](e)
	read[*dap.InitializedEvent](e)
	e.send("stackTrace", map[string]any{"threadId": thread})
	frames := read[*dap.StackTraceResponse](e).Body.StackFrames
	if frames[0].Line != 110 || frames[0].Source.SourceReference == 0 || frames[1].Line != 3 {
		t.Fatalf("frames %+v", frames)
	}
	e.send("setBreakpoints", map[string]any{"source": frames[0].Source, "breakpoints": []map[string]any{{"line": 112}, {"line": 50}}})
	if b := read[*dap.SetBreakpointsResponse](e).Body.Breakpoints; len(b) != 2 || !b[0].Verified || b[0].Line != 112 || b[1].Verified || b[1].Message == "" {
		t.Errorf("breakpoints %+v", b)
	}
	e.send("continue", map[string]any{"threadId": thread})
	read[*dap.ContinueResponse](e)
	read[*dap.StoppedEvent](e)
	if q := s.asked[len(s.asked)-1]; !slices.Contains(q.Breaks, "Job.java:12") {
		t.Errorf("asked for %v", q.Breaks)
	}
}

func TestPauseGivesUpASearch(t *testing.T) {
	s, e := begun(t)
	s.hangs = make(chan struct{})
	e.send("continue", map[string]any{"threadId": thread})
	read[*dap.ContinueResponse](e)
	<-s.hangs
	e.send("pause", map[string]any{"threadId": thread})
	if o := read[*dap.OutputEvent](e); !strings.Contains(o.Body.Output, "paused") {
		t.Errorf("said %q", o.Body.Output)
	}
	if x := read[*dap.StoppedEvent](e); x.Body.Reason != "pause" {
		t.Errorf("stopped by %s", x.Body.Reason)
	}
	read[*dap.PauseResponse](e)
	e.send("continue", map[string]any{"threadId": thread})
	read[*dap.ContinueResponse](e)
	<-s.hangs
	e.send("disconnect", nil)
	read[*dap.OutputEvent](e)
	read[*dap.StoppedEvent](e)
	read[*dap.DisconnectResponse](e)
}
