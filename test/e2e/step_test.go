//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-dap"
)

// twice is the first order of the shop that comes again when its id is forgotten (examples/shop/README.md).
const twice = "O-0000032"

// secondComing finds the invocation in which drop duplicates let an order pass for the second time.
func secondComing(t *testing.T, c *serverClient) (position string) {
	t.Helper()
	await(t, 3*time.Minute, "order "+twice+" came twice", func(ctx context.Context) (bool, error) {
		var found struct {
			Items []struct {
				Kafka string `json:"kafka"`
			} `json:"items"`
		}
		q := url.Values{"kind": {"source-record"}, "key": {twice}, "order": {"asc"}}
		if err := c.get(ctx, "/api/v1/recordings/order-totals/events?"+q.Encode(), &found); err != nil || len(found.Items) == 0 {
			return false, err
		}
		last := found.Items[len(found.Items)-1].Kafka
		if last == found.Items[0].Kafka {
			return false, nil
		}
		var way struct {
			Nodes []struct {
				Kind     string `json:"kind"`
				Op       string `json:"op"`
				Position string `json:"position"`
			} `json:"nodes"`
		}
		q = url.Values{"record": {last}, "dir": {"down"}}
		if err := c.get(ctx, "/api/v1/recordings/order-totals/lineage?"+q.Encode(), &way); err != nil {
			return false, err
		}
		for _, n := range way.Nodes {
			if n.Op == "drop-duplicates" && n.Kind == "element" {
				position = n.Position
			}
		}
		return position != "", nil
	})
	return position
}

// editor speaks with sightglass dap as an editor does.
type editor struct {
	t   *testing.T
	out *bufio.Reader
	seq int
	cmd *exec.Cmd
	to  io.Closer
	put func(dap.Message)
}

func newEditor(t *testing.T, binary, server string) *editor {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "dap")
	cmd.Env = append(os.Environ(), "SIGHTGLASS_SERVER="+server)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &editor{t: t, out: bufio.NewReader(out), cmd: cmd, to: in, put: func(m dap.Message) {
		if err := dap.WriteProtocolMessage(in, m); err != nil {
			t.Fatal(err)
		}
	}}
}

func (e *editor) request(command string) dap.Request {
	e.seq++
	return dap.Request{ProtocolMessage: dap.ProtocolMessage{Seq: e.seq, Type: "request"}, Command: command}
}

// receive reads until a message is of a type; a request that failed ends the test.
func receive[M dap.Message](e *editor) M {
	e.t.Helper()
	for {
		m, err := dap.ReadProtocolMessage(e.out)
		if err != nil {
			e.t.Fatalf("reading what the adapter says: %v", err)
		}
		if r, ok := m.(*dap.ErrorResponse); ok {
			e.t.Fatalf("%s: %s", r.Command, r.Message)
		}
		if said, ok := m.(*dap.OutputEvent); ok {
			e.t.Logf("the adapter says: %s", said.Body.Output)
		}
		if wanted, ok := m.(M); ok {
			return wanted
		}
	}
}

// at waits until one has stopped, and gives the innermost call and what can be seen there: scopes by name, variables by name.
func (e *editor) at() (dap.StackFrame, map[string]map[string]dap.Variable) {
	e.t.Helper()
	receive[*dap.StoppedEvent](e)
	e.put(&dap.StackTraceRequest{Request: e.request("stackTrace"), Arguments: dap.StackTraceArguments{ThreadId: 1}})
	stack := receive[*dap.StackTraceResponse](e).Body.StackFrames
	if len(stack) == 0 {
		e.t.Fatal("there is no stack")
	}
	e.put(&dap.ScopesRequest{Request: e.request("scopes"), Arguments: dap.ScopesArguments{FrameId: stack[0].Id}})
	seen := make(map[string]map[string]dap.Variable)
	for _, s := range receive[*dap.ScopesResponse](e).Body.Scopes {
		seen[s.Name] = e.members(s.VariablesReference)
	}
	return stack[0], seen
}

func (e *editor) members(reference int) map[string]dap.Variable {
	e.t.Helper()
	e.put(&dap.VariablesRequest{Request: e.request("variables"), Arguments: dap.VariablesArguments{VariablesReference: reference}})
	byName := make(map[string]dap.Variable)
	for _, v := range receive[*dap.VariablesResponse](e).Body.Variables {
		byName[v.Name] = v
	}
	return byName
}

// testEditor does as an editor what the browser's test does by keys: from the second coming of an order on to where it leaves, back by
// steps, and back from a later record by a breakpoint with a condition, to the read of the state that let it pass.
func testEditor(t *testing.T, binary, server, repository string) {
	position := secondComing(t, newServerClient(server))
	sources := filepath.Join(repository, "examples", "shop", "jobs", "src", "main", "java")
	file := filepath.Join(sources, "com", "example", "shop", "DropDuplicates.java")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	numberOf := func(line string) int {
		for i, l := range lines {
			if strings.TrimSpace(l) == line {
				return i + 1
			}
		}
		t.Fatalf("%s has no line %q", file, line)
		return 0
	}
	read, update, collect := numberOf("if (firstSeen.value() != null) {"), numberOf("firstSeen.update(order.eventTime);"), numberOf("out.collect(order);")

	e := newEditor(t, binary, server)
	e.put(&dap.InitializeRequest{Request: e.request("initialize"), Arguments: dap.InitializeRequestArguments{AdapterID: "sightglass"}})
	if can := receive[*dap.InitializeResponse](e).Body; !can.SupportsStepBack {
		t.Error("the adapter says that it cannot step back")
	}
	arguments, err := json.Marshal(map[string]any{"recording": "order-totals", "position": position, "sourcePaths": []string{sources}})
	if err != nil {
		t.Fatal(err)
	}
	e.put(&dap.AttachRequest{Request: e.request("attach"), Arguments: arguments})
	receive[*dap.InitializedEvent](e)
	breakAt := func(line int, condition string) {
		e.put(&dap.SetBreakpointsRequest{Request: e.request("setBreakpoints"), Arguments: dap.SetBreakpointsArguments{
			Source: dap.Source{Path: file}, Breakpoints: []dap.SourceBreakpoint{{Line: line, Condition: condition}},
		}})
		receive[*dap.SetBreakpointsResponse](e)
	}
	breakAt(collect, "")
	e.put(&dap.ConfigurationDoneRequest{Request: e.request("configurationDone")})
	e.at()

	// On to where it leaves, and back line by line to the read.
	wantLine := func(f dap.StackFrame, line int) {
		t.Helper()
		if f.Line != line || f.Source == nil || f.Source.Path != file {
			t.Fatalf("stopped at %s:%d, %+v, want line %d: %s", f.Name, f.Line, f.Source, line, strings.TrimSpace(lines[line-1]))
		}
	}
	e.put(&dap.ContinueRequest{Request: e.request("continue"), Arguments: dap.ContinueArguments{ThreadId: 1}})
	frame, _ := e.at()
	wantLine(frame, collect)
	e.put(&dap.StepBackRequest{Request: e.request("stepBack"), Arguments: dap.StepBackArguments{ThreadId: 1}})
	frame, seen := e.at()
	wantLine(frame, update)
	if s := seen["State"]["first-seen"]; !strings.Contains(s.Value, "nothing is there") {
		t.Errorf("before the update the state is %q, want that the read found nothing", s.Value)
	}
	wantOrder := func(seen map[string]map[string]dap.Variable) {
		t.Helper()
		if id := e.members(seen["Locals"]["order"].VariablesReference)["orderId"]; id.Value != `"`+twice+`"` {
			t.Errorf("order.orderId is %s, want %s", id.Value, twice)
		}
	}
	wantOrder(seen)
	e.put(&dap.StepBackRequest{Request: e.request("stepBack"), Arguments: dap.StepBackArguments{ThreadId: 1}})
	frame, seen = e.at()
	wantLine(frame, read)
	wantOrder(seen)

	// From later on, back to the same line of the same order.
	breakAt(read, "")
	for range 3 {
		e.put(&dap.ContinueRequest{Request: e.request("continue"), Arguments: dap.ContinueArguments{ThreadId: 1}})
		frame, _ = e.at()
		wantLine(frame, read)
	}
	breakAt(read, `order.orderId == "`+twice+`"`)
	e.put(&dap.ReverseContinueRequest{Request: e.request("reverseContinue"), Arguments: dap.ReverseContinueArguments{ThreadId: 1}})
	frame, seen = e.at()
	wantLine(frame, read)
	wantOrder(seen)
	e.put(&dap.EvaluateRequest{Request: e.request("evaluate"), Arguments: dap.EvaluateArguments{Expression: "order.orderId", FrameId: frame.Id}})
	if v := receive[*dap.EvaluateResponse](e).Body.Result; v != `"`+twice+`"` {
		t.Errorf("the expression gives %s", v)
	}

	e.put(&dap.DisconnectRequest{Request: e.request("disconnect"), Arguments: &dap.DisconnectArguments{TerminateDebuggee: true}})
	receive[*dap.DisconnectResponse](e)
	if err := e.to.Close(); err != nil {
		t.Error(err)
	}
	if err := e.cmd.Wait(); err != nil {
		t.Errorf("the adapter ended with %v", err)
	}
}
