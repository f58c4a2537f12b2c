package browse

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"
)

// Limits of a filter: of its text, of how deep it is nested, and of what one event may cost in units of CEL (a comparison is
// about one, ten characters of a text that is searched are one).
const (
	maxFilter   = 4 << 10
	filterDepth = 64
	filterCost  = 1_000_000
)

// Filter is a predicate over an event as a principal may see it, in CEL. What is masked is compared as its mask.
// Safe for concurrent use.
type Filter struct {
	text    string
	program cel.Program
	parts   []conjunct
	payload bool // some of it looks into the event's views
	plan    plan
	reads   reads // what it looks at of a record of a topic
}

// conjunct is one of the terms that && joins. Those that need no payload have a program of their own, which is asked before
// the payload is read.
type conjunct struct {
	text    string
	program cel.Program // nil = it needs payload
	exact   bool        // the plan selects what it selects, no more
}

// FilterProblem is what is wrong with a filter's text.
type FilterProblem struct {
	At      int // character where it is, from 0; -1 = the whole
	Line    int // from 1
	Message string
}

// Error says where and what.
func (p *FilterProblem) Error() string {
	if p.At < 0 {
		return p.Message
	}
	return fmt.Sprintf("at %d:%d %s", p.Line, p.At+1, p.Message)
}

// filterEnv holds the variables and functions of a filter.
var filterEnv = sync.OnceValues(func() (*cel.Env, error) {
	options := []cel.EnvOption{
		cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(), ext.Strings(ext.StringsVersion(2)),
		cel.ParserRecursionLimit(filterDepth), cel.ParserExpressionSizeLimit(maxFilter),
	}
	for i := range fields {
		options = append(options, cel.Variable(fields[i].Name, fields[i].kind))
	}
	return cel.NewEnv(options...)
})

// CompileFilter reads a filter. An error is a *FilterProblem that says what cannot be understood, and where.
func CompileFilter(text string) (*Filter, error) {
	switch {
	case len(text) > maxFilter:
		return nil, &FilterProblem{At: -1, Message: fmt.Sprintf("a filter has at most %d bytes", maxFilter)}
	case !utf8.ValidString(text):
		return nil, &FilterProblem{At: -1, Message: "it is no text in UTF-8"}
	}
	env, err := filterEnv()
	if err != nil {
		return nil, fmt.Errorf("making the language of filters: %w", err)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		e := issues.Errors()[0]
		return nil, &FilterProblem{At: e.Location.Column(), Line: e.Location.Line(), Message: said(e.Message)}
	}
	if out := ast.OutputType(); !out.IsExactType(cel.BoolType) && !out.IsExactType(cel.DynType) {
		return nil, &FilterProblem{At: -1, Message: fmt.Sprintf("it gives %s, and not true or false", out)}
	}
	if problem := checkNames(ast.NativeRep()); problem != nil {
		return nil, problem
	}
	if estimate, err := env.EstimateCost(ast, sizes{}); err == nil && estimate.Min > filterCost {
		return nil, &FilterProblem{At: -1, Message: fmt.Sprintf("it costs at least %d for one event, and the limit is %d", estimate.Min, filterCost)}
	}
	f := &Filter{text: text}
	if f.program, err = program(env, ast.NativeRep()); err != nil {
		return nil, &FilterProblem{At: -1, Message: "it cannot be run: " + err.Error()}
	}
	if err := f.split(env, ast.NativeRep()); err != nil {
		return nil, &FilterProblem{At: -1, Message: "it cannot be run: " + err.Error()}
	}
	return f, nil
}

// said puts the parser's commonest complaint into words of people.
func said(message string) string {
	if strings.HasPrefix(message, "Syntax error: token recognition error at: '=") {
		return "two things are compared with =="
	}
	return strings.TrimPrefix(message, "Syntax error: ")
}

func program(env *cel.Env, ast *celast.AST) (cel.Program, error) {
	return env.PlanProgram(ast, cel.CostLimit(filterCost), cel.InterruptCheckFrequency(100))
}

// split takes the filter apart at its outer &&, and plans what the terms prune.
func (f *Filter) split(env *cel.Env, ast *celast.AST) error {
	f.plan, f.reads = planAll(), readsOf(ast.Expr())
	for _, e := range conjuncts(ast.Expr(), nil) {
		p, exact := planOf(e)
		f.plan = f.plan.and(p)
		part := conjunct{exact: exact}
		if text, err := cel.ExprToString(e, ast.SourceInfo()); err == nil {
			part.text = text
		}
		if needsPayload(e) {
			f.payload = true
		} else {
			var err error
			if part.program, err = program(env, celast.NewCheckedAST(celast.NewAST(e, ast.SourceInfo()), ast.TypeMap(), ast.ReferenceMap())); err != nil {
				return err
			}
		}
		f.parts = append(f.parts, part)
	}
	return nil
}

// String is the filter's text.
func (f *Filter) String() string { return f.text }

// errNoTruth means that a filter gave something else than true or false for an event.
var errNoTruth = errors.New("the filter gives neither true nor false")

// Match tells whether the filter holds for an event that was rendered with its payload. An error means that it cannot be told:
// a member that the event's value does not have, a comparison of different things, a filter that costs too much.
func (f *Filter) Match(e *Event) (bool, error) {
	is, err := holds(f.program, e)
	if errors.Is(err, errAbsent) {
		return false, nil
	}
	return is, err
}

// MayMatch tells whether the filter may hold for an event whose payload was not read.
func (f *Filter) MayMatch(e *Event) bool {
	for i := range f.parts {
		if p := f.parts[i].program; p != nil {
			if is, err := holds(p, e); err == nil && !is {
				return false
			}
		}
	}
	return true
}

func holds(p cel.Program, e *Event) (bool, error) {
	out, _, err := p.Eval(&activation{event: e})
	if err != nil {
		return false, fmt.Errorf("filter: %w", err)
	}
	is, ok := out.Value().(bool)
	if !ok {
		return false, errNoTruth
	}
	return is, nil
}

// activation gives a filter the fields of one event, each made when it is asked for.
type activation struct {
	event *Event
	held  map[string]any
}

// ResolveName is that of cel.Activation.
func (a *activation) ResolveName(name string) (any, bool) {
	if v, ok := a.held[name]; ok {
		return v, true
	}
	f := fieldsByName[name]
	if f == nil {
		return nil, false
	}
	v := f.get(a.event)
	if v == errAbsent { //nolint:errorlint // it is the value itself
		v = types.WrapErr(errAbsent)
	}
	if f.payload {
		if a.held == nil {
			a.held = make(map[string]any, 2)
		}
		a.held[name] = v
	}
	return v, true
}

// Parent is that of cel.Activation.
func (a *activation) Parent() cel.Activation { return nil }

// sizes tells the estimate of a filter's cost nothing of values: what is certain to cost too much does so with empty ones.
type sizes struct{}

func (sizes) EstimateSize(cost.AstNode) *cost.SizeEstimate { return nil }
func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// needsPayload tells whether an expression looks into the event's views.
func needsPayload(e celast.Expr) bool {
	return slices.ContainsFunc(identsOf(e), func(name string) bool {
		f := fieldsByName[name]
		return f != nil && f.payload
	})
}

func identsOf(e celast.Expr) (names []string) {
	celast.PostOrderVisit(e, celast.NewExprVisitor(func(e celast.Expr) {
		if e.Kind() == celast.IdentKind {
			names = append(names, e.AsIdent())
		}
	}))
	return names
}
