package query

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// Plan is what is known of a job's SQL: the statements, the operators that they became, the code that was generated for them.
type Plan struct {
	Statements []Statement // in order of time
	Operators  []PlannedOperator
	Planner    bool // a process that planned the job told of it; else names and descriptions come from the JobManager alone
	Malformed  int  // rows that could not be read
}

// Statement is a statement as the parser got it. Made: operators of the job come from it; else it came before in the session.
type Statement struct {
	Number    int
	Operation string
	Made      bool
	At        Wall
	Length    int // characters of the whole text
	Text      event.Payload
}

// PlannedOperator is an operator with what the planner knows of it.
type PlannedOperator struct {
	Operator    OperatorRef // ID is empty when nothing but the plan names it
	Vertex      string
	Node        int // of the stream graph
	Exec        int // the planner's node, 0 = not of the planner
	Type        string
	ByPlan      bool // told by the process that planned the job, else by the JobManager
	Description event.Payload
	Fields, Key []string
	Statements  []int // numbers
	Code        []Code
}

// Code is a generated class that an operator runs.
type Code struct {
	Class, Language, Hash string
	Length                int // characters
	HasText               bool
}

// CodeText is the source of a generated class.
type CodeText struct {
	Code
	Text event.Payload
}

// Plan reads the plan of rec. Errors: ErrNotFound.
func (e *Engine) Plan(ctx context.Context, rec event.RecordingID) (Plan, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Plan{}, err
	}
	defer v.close()
	b := &planBuilder{view: v, operators: make(map[int]*PlannedOperator), statements: make(map[int]Statement), texts: make(map[string]bool)}
	b.places()
	q := EventQuery{Lanes: []event.Lane{event.LaneJob}, Kinds: []event.Kind{event.KindStatement, event.KindPlanned}, Payload: true}
	if err := b.read(ctx, q); err != nil {
		return Plan{}, err
	}
	q.Kinds, q.Payload = []event.Kind{event.KindCode}, false
	if err := b.read(ctx, q); err != nil {
		return Plan{}, err
	}
	return b.plan(), nil
}

// planBuilder collects the rows of a plan.
type planBuilder struct {
	*view
	operators  map[int]*PlannedOperator // by node
	nodes      map[string]int           // by operator id
	refs       map[int]OperatorRef
	vertices   map[int]string
	statements map[int]Statement
	code       []placedCode
	texts      map[string]bool // hashes whose text is there
	planner    bool
	malformed  int
}

type placedCode struct {
	Code
	operator string // id
}

// places finds out which operator is which node of the stream graph.
func (b *planBuilder) places() {
	b.nodes, b.refs, b.vertices = make(map[string]int), make(map[int]OperatorRef), make(map[int]string)
	if g := b.cat.graph; g != nil {
		for _, v := range g.Vertices {
			for i, op := range v.Operators {
				b.place(op.Node, OperatorRef{Index: i, ID: op.ID, Name: op.Name, Slug: b.cat.slugOf(op.ID)}, v.ID)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(b.cat.attempts)) {
		a := b.cat.attempts[key]
		for i, def := range a.defs {
			if def != nil {
				b.place(def.Node, a.chain[i], a.Vertex)
			}
		}
	}
}

func (b *planBuilder) place(node int, ref OperatorRef, vertex string) {
	if node != 0 && ref.ID != "" {
		b.nodes[ref.ID], b.refs[node], b.vertices[node] = node, ref, vertex
	}
}

func (b *planBuilder) read(ctx context.Context, q EventQuery) error {
	scan, err := b.scan(q)
	if err != nil {
		return err
	}
	for ev, err := range scan.events(ctx, b.view) {
		if err != nil {
			return err
		}
		switch ev.Kind {
		case event.KindStatement:
			b.statement(&ev)
		case event.KindPlanned:
			b.planned(&ev)
		case event.KindCode:
			b.generated(&ev)
		}
	}
	return nil
}

func (b *planBuilder) statement(ev *Event) {
	var body event.StatementBody
	if json.Unmarshal(ev.Body, &body) != nil {
		b.malformed++
		return
	}
	b.planner = true
	b.statements[body.Number] = Statement{
		Number: body.Number, Operation: body.Operation, Made: body.Made, At: Wall(body.AtUS), Length: body.Length, Text: ev.Value,
	}
}

func (b *planBuilder) planned(ev *Event) {
	var body event.PlannedBody
	if json.Unmarshal(ev.Body, &body) != nil {
		b.malformed++
		return
	}
	b.planner = b.planner || body.By == byPlan
	if old := b.operators[body.Node]; old != nil && old.ByPlan && body.By != byPlan {
		return
	}
	if ref := b.refs[body.Node]; ref.ID == "" && body.Operator != "" {
		b.place(body.Node, OperatorRef{Index: -1, ID: body.Operator, Name: body.Name, Slug: b.cat.slugOf(body.Operator)}, "")
	}
	op := &PlannedOperator{
		Operator: b.refs[body.Node], Vertex: b.vertices[body.Node], Node: body.Node, Exec: body.Exec, Type: body.Type,
		ByPlan: body.By == byPlan, Description: ev.Value, Fields: body.Fields, Key: body.Key, Statements: body.Statements,
	}
	if op.Operator.ID == "" {
		op.Operator = OperatorRef{Index: -1, Name: body.Name, Slug: Slug(body.Name)}
	}
	b.operators[body.Node] = op
}

func (b *planBuilder) generated(ev *Event) {
	var body event.CodeBody
	if json.Unmarshal(ev.Body, &body) != nil {
		b.malformed++
		return
	}
	if body.Text == "here" {
		b.texts[body.Hash] = true
	}
	c := Code{Class: body.Class, Language: body.Language, Hash: body.Hash, Length: body.Length}
	if p := (placedCode{c, ev.Operator.ID}); !slices.Contains(b.code, p) {
		b.code = append(b.code, p)
	}
}

// plan puts everything together: operators in order of their nodes, as the program made them.
func (b *planBuilder) plan() Plan {
	for _, c := range b.code {
		node, ok := b.nodes[c.operator]
		if !ok {
			continue
		}
		op := b.operators[node]
		if op == nil {
			op = &PlannedOperator{Operator: b.refs[node], Vertex: b.vertices[node], Node: node}
			b.operators[node] = op
		}
		c.HasText = b.texts[c.Hash]
		op.Code = append(op.Code, c.Code)
	}
	p := Plan{Planner: b.planner, Malformed: b.malformed}
	for _, number := range slices.Sorted(maps.Keys(b.statements)) {
		p.Statements = append(p.Statements, b.statements[number])
	}
	for _, node := range slices.Sorted(maps.Keys(b.operators)) {
		op := b.operators[node]
		slices.SortStableFunc(op.Code, func(x, y Code) int { return cmp.Compare(x.Class, y.Class) })
		p.Operators = append(p.Operators, *op)
	}
	return p
}

// Code reads the source of a generated class, by its hash or the beginning of it. Errors: ErrNotFound, *AmbiguousError.
func (e *Engine) Code(ctx context.Context, rec event.RecordingID, hash string) (CodeText, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return CodeText{}, err
	}
	defer v.close()
	scan, err := v.scan(EventQuery{Lanes: []event.Lane{event.LaneJob}, Kinds: []event.Kind{event.KindCode}, Payload: true})
	if err != nil {
		return CodeText{}, err
	}
	found := make(map[string]CodeText)
	for ev, err := range scan.events(ctx, v) {
		if err != nil {
			return CodeText{}, err
		}
		var body event.CodeBody
		if json.Unmarshal(ev.Body, &body) != nil || hash == "" || len(body.Hash) < len(hash) || body.Hash[:len(hash)] != hash {
			continue
		}
		c := CodeText{Code: Code{Class: body.Class, Language: body.Language, Hash: body.Hash, Length: body.Length}, Text: ev.Value}
		c.HasText = !ev.Value.Null()
		if old, ok := found[body.Hash]; !ok || !old.HasText {
			found[body.Hash] = c
		}
	}
	hashes := slices.Sorted(maps.Keys(found))
	switch len(hashes) {
	case 0:
		return CodeText{}, notFound("generated code %q", hash)
	case 1:
		return found[hashes[0]], nil
	}
	return CodeText{}, &AmbiguousError{What: "generated code", Text: hash, Candidates: hashes}
}

func (c *catalogue) slugOf(operatorID string) string {
	if op := c.operators[operatorID]; op != nil {
		return op.slug
	}
	return ""
}

// fields are the names of what the operator at index emits, nil when they are not known. They are those of its main output,
// which is told from side outputs by its serializer.
func (c *catalogue) fields(attempt event.Key, index int, serializer event.DefinitionID) []string {
	def := c.attempts[attempt].def(index)
	if def == nil || def.Out == "" || len(c.planned) == 0 {
		return nil
	}
	if id, err := event.ParseDefinitionID(def.Out); err != nil || id != serializer {
		return nil
	}
	if p := c.planned[def.Node]; p != nil {
		return p.Fields
	}
	return nil
}

// keyFields are the names of the fields of the key of the operator at index, nil when they are not known.
func (c *catalogue) keyFields(attempt event.Key, index int) []string {
	def := c.attempts[attempt].def(index)
	if def == nil || len(c.planned) == 0 {
		return nil
	}
	if p := c.planned[def.Node]; p != nil {
		return p.Key
	}
	return nil
}
