package replay

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// Records of a trace (spec/replay.md, section 5; values are wire format).
const (
	traceString     = 0
	traceMethod     = 1
	traceInvocation = 2
	traceEnter      = 3
	traceLine       = 4
	traceExit       = 5
	traceThrown     = 6
	traceField      = 7
	traceCut        = 8
	traceEnd        = 9
	traceBroken     = 10
	traceSent       = 11

	traceHello = "SGT1"
)

// Nodes of a value.
const (
	nodeNull   = 0
	nodeScalar = 1
	nodeString = 2
	nodeObject = 3
	nodeList   = 4
	nodeMap    = 5
	nodeAgain  = 6
	nodeDeeper = 7
	nodeOpaque = 8
	nodeBytes  = 9

	maxNodeDepth = 32
)

var errTrace = errors.New("the trace is not one")

// traceReader reads a trace as it grows. What it knows of names stays from interval to interval.
type traceReader struct {
	begun   bool
	names   []string
	methods map[uint64]*Method
	b       []byte
	err     error

	traces map[uint64]*stack // of the interval at hand
	at     *stack
	Broken string // tracing failed, and how
}

// read reads the records of b, which end where an interval does, and gives the traces of its invocations.
func (t *traceReader) read(b []byte) ([]*Trace, error) {
	t.b, t.err = b, nil
	if !t.begun {
		if len(b) < 4 || string(b[:4]) != traceHello {
			return nil, errTrace
		}
		t.b, t.begun = b[4:], true
		t.methods = make(map[uint64]*Method)
	}
	t.traces, t.at = make(map[uint64]*stack), nil
	var order []*Trace
	for len(t.b) > 0 && t.err == nil {
		switch kind := t.byte(); kind {
		case traceString:
			t.names = append(t.names, t.text())
		case traceMethod:
			t.method()
		case traceInvocation:
			inv := t.number()
			if t.at = t.traces[inv]; t.at == nil {
				t.at = newStack(inv)
				t.traces[inv] = t.at
				order = append(order, t.at.trace)
			}
			t.at.sent = 0
		case traceSent:
			n := t.number()
			if t.at == nil || n > math.MaxUint32 {
				return nil, errTrace
			}
			t.at.sent = uint32(n)
		case traceCut:
			if t.at == nil {
				return nil, errTrace
			}
			t.at.trace.Cut = true
		case traceEnd:
			t.number()
			t.number()
		case traceBroken:
			t.Broken = t.name()
		default:
			t.step(kind)
		}
	}
	if t.err != nil {
		return nil, t.err
	}
	return order, nil
}

func (t *traceReader) method() {
	id := t.number()
	m := &Method{Class: t.name(), Name: t.name(), Descriptor: t.name(), Source: t.name(), Map: t.name(), HasLines: t.byte() != 0}
	for n := t.count(); n > 0 && t.err == nil; n-- {
		m.names = append(m.names, t.name())
		m.descriptors = append(m.descriptors, t.name())
	}
	if m.Map != "" {
		m.lines = parseSMAP(m.Map)
	}
	m.label()
	t.methods[id] = m
}

func (t *traceReader) step(kind byte) {
	m := t.methods[t.number()]
	notes := t.number()
	if m == nil || t.at == nil || notes > math.MaxUint32 {
		t.fail()
		return
	}
	s := t.at
	x := Step{Notes: uint32(notes), Sent: s.sent}
	switch kind {
	case traceEnter:
		x.Kind, x.Call = StepEnter, s.push(m)
	case traceLine:
		if !t.line(s, m, &x) {
			return
		}
	case traceField:
		call, _ := s.reach(m)
		x.Kind, x.Call, x.Name = StepField, s.open[len(s.open)-1], t.name()
		var changed bool
		x.Value, changed = t.change(s, call, x.Name)
		x.Same = !changed
	case traceExit:
		x.Kind, x.Call = StepExit, s.at(m)
		if x.Void = t.byte() == 0; !x.Void {
			x.Value = t.tree()
		}
	case traceThrown:
		x.Kind, x.Call, x.Value = StepThrown, s.at(m), t.tree()
	default:
		t.fail()
		return
	}
	s.add(x)
	if x.Kind == StepExit || x.Kind == StepThrown {
		s.leave(x.Call)
	}
}

// line reads a line with its variables; false: it is not one that is shown.
func (t *traceReader) line(s *stack, m *Method, x *Step) bool {
	call, above := s.reach(m)
	line := int(t.number() & math.MaxInt32)
	n := int(t.byte())
	indices, variables := make([]int, 0, n), make([]Variable, 0, n)
	for ; n > 0 && t.err == nil; n-- {
		index := t.number()
		if index >= uint64(len(m.names)) {
			t.fail()
			return false
		}
		v := Variable{Name: m.labels[index].name, Type: m.descriptors[index]}
		v.Value, v.Changed = t.change(s, call, int(index))
		indices, variables = append(indices, int(index)), append(variables, v)
	}
	p := m.place(line, indices)
	x.Kind, x.Call, x.From, x.Line = StepLine, s.within(above, p.calls), p.from, p.line
	late := s.late[call]
	for i, index := range indices {
		switch v := &variables[i]; {
		case p.hidden && v.Changed:
			if late == nil {
				late = make(map[int]bool)
				s.late[call] = late
			}
			late[index] = true
		case !p.hidden && p.sees(&m.labels[index], i):
			v.Changed = v.Changed || late[index]
			delete(late, index)
			if of, ok := boxed(v.Type); ok {
				v.Type = of
			}
			x.Locals = append(x.Locals, *v)
		}
	}
	return !p.hidden && t.err == nil
}

// change reads a value, or that it is what it was.
func (t *traceReader) change(s *stack, call int, of any) (event.Tree, bool) {
	if t.byte() == 0 {
		if v, ok := s.last[call][of]; ok {
			return v, false
		}
		return event.NewTree(event.Node{Kind: event.NodeCut, Reason: "not known"}, event.TreeInfo{Format: event.FormatFlink}), false
	}
	v := t.tree()
	s.last[call][of] = v
	return v, true
}

func (t *traceReader) tree() event.Tree {
	n := t.node(0)
	if _, ok := boxed("L" + strings.ReplaceAll(n.Type, ".", "/") + ";"); ok && n.Kind == event.NodeObject && len(n.Items) == 1 {
		n = n.Items[0]
		n.Name = ""
	}
	return event.NewTree(n, event.TreeInfo{Format: event.FormatFlink, Type: n.Type})
}

func (t *traceReader) node(depth int) event.Node {
	if depth > maxNodeDepth {
		t.fail()
		return event.Node{}
	}
	n := event.Node{}
	switch kind := t.byte(); kind {
	case nodeNull:
		n.Kind = event.NodeNull
	case nodeScalar:
		n.Kind, n.Type = event.NodeScalar, t.name()
		n.Value = scalar(n.Type, t.text())
	case nodeString:
		size := t.number()
		n.Kind, n.Type = event.NodeScalar, "java.lang.String"
		text := t.text()
		n.Value = event.TextValue(event.ValueString, text)
		if shown := uint64(len([]rune(text))); size > shown+shown/2+8 {
			n.Reason = "shortened"
		}
	case nodeBytes:
		size := t.number()
		raw, err := hex.DecodeString(t.text())
		if err != nil {
			t.fail()
		}
		n.Kind, n.Type, n.Value = event.NodeScalar, "byte[]", event.TextValue(event.ValueBytes, string(raw))
		if size > uint64(len(raw)) {
			n.Reason = "shortened"
		}
	case nodeObject:
		n.Kind, n.Type = event.NodeObject, t.name()
		size, shown := t.number(), t.count()
		for i := 0; i < shown && t.err == nil; i++ {
			name := t.name()
			item := t.node(depth + 1)
			item.Name = name
			n.Items = append(n.Items, item)
		}
		n.Reason = left(size, shown)
	case nodeList, nodeMap:
		n.Kind, n.Type = event.NodeList, t.name()
		size, shown := t.number(), t.count()
		if kind == nodeMap {
			n.Kind = event.NodeMap
		}
		for i := 0; i < shown && t.err == nil; i++ {
			item := t.node(depth + 1)
			if kind == nodeMap {
				value := t.node(depth + 1)
				item.Name, value.Name = "key", "value"
				item = event.Node{Kind: event.NodeEntry, Items: []event.Node{item, value}}
			}
			n.Items = append(n.Items, item)
		}
		n.Reason = left(size, shown)
	case nodeAgain:
		n.Kind, n.Type = event.NodeCut, t.name()
		n.Reason = "the object that it is in, " + strconv.FormatUint(t.number(), 10) + " above"
	case nodeDeeper:
		n.Kind, n.Type, n.Reason = event.NodeCut, t.name(), "deeper than is kept"
	case nodeOpaque:
		n.Kind, n.Type, n.Reason = event.NodeOpaque, t.name(), "not looked into"
	default:
		t.fail()
	}
	return n
}

// left says how many members are not in a tree.
func left(size uint64, shown int) string {
	if size <= uint64(shown) {
		return ""
	}
	return strconv.FormatUint(size-uint64(shown), 10) + " more are not kept"
}

func scalar(javaType, text string) event.Value {
	switch javaType {
	case "boolean":
		return event.BoolValue(text == "true")
	case "int", "long", "short", "byte":
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return event.IntValue(i)
		}
	case "double":
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return event.Float64Value(f)
		}
	case "float":
		if f, err := strconv.ParseFloat(text, 32); err == nil {
			return event.Float32Value(float32(f))
		}
	case "char":
		return event.TextValue(event.ValueString, text)
	case "java.math.BigDecimal", "java.math.BigInteger":
		return event.TextValue(event.ValueDecimal, text)
	}
	if strings.HasPrefix(javaType, "java.") {
		return event.TextValue(event.ValueString, text)
	}
	return event.TextValue(event.ValueEnum, text)
}

func (t *traceReader) fail() {
	if t.err == nil {
		t.err = fmt.Errorf("%w: %d bytes before its end", errTrace, len(t.b))
	}
	t.b = nil
}

func (t *traceReader) byte() byte {
	if len(t.b) == 0 {
		t.fail()
		return 0
	}
	b := t.b[0]
	t.b = t.b[1:]
	return b
}

func (t *traceReader) number() uint64 {
	v, n := binary.Uvarint(t.b)
	if n <= 0 {
		t.fail()
		return 0
	}
	t.b = t.b[n:]
	return v
}

// count is a number of things that follow, each of at least one byte.
func (t *traceReader) count() int {
	n := t.number()
	if n > uint64(len(t.b)) {
		t.fail()
		return 0
	}
	return int(n)
}

func (t *traceReader) text() string {
	n := t.count()
	s := strings.ToValidUTF8(string(t.b[:n]), "�")
	t.b = t.b[n:]
	return s
}

func (t *traceReader) name() string {
	n := t.number()
	if n >= uint64(len(t.names)) {
		t.fail()
		return ""
	}
	return t.names[n]
}
