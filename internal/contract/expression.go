package contract

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/ext"
)

// Limits of a rule: of its text, of how deep it is nested, and of what one record may cost in units of CEL (a comparison is about one, ten characters
// of a text that is searched are one).
const (
	maxRule   = 4 << 10
	ruleDepth = 64
	ruleCost  = 100_000
)

// Names that rules may use.
const (
	nameKey     = "key"
	nameValue   = "value"
	nameHeaders = "headers"
)

// Expression is a rule over a record, in CEL. It holds for good records. Safe for concurrent use.
type Expression struct {
	text    string
	program cel.Program
	uses    map[string]bool
}

// Facts are what a rule is asked about: key and value as maps, lists and scalars, headers by name. Each is made when the rule asks for it.
type Facts interface {
	Key() any
	Value() any
	Headers() map[string]any
}

var ruleEnv = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(), ext.Strings(ext.StringsVersion(2)),
		cel.ParserRecursionLimit(ruleDepth), cel.ParserExpressionSizeLimit(maxRule),
		cel.Variable(nameKey, cel.DynType), cel.Variable(nameValue, cel.DynType), cel.Variable(nameHeaders, cel.MapType(cel.StringType, cel.DynType)),
	)
})

// ReadExpression compiles a rule. The error says what cannot be understood, and where.
func ReadExpression(text string) (*Expression, error) {
	switch {
	case len(text) > maxRule:
		return nil, fmt.Errorf("a rule has at most %d bytes", maxRule)
	case !utf8.ValidString(text):
		return nil, errors.New("it is no text in UTF-8")
	}
	env, err := ruleEnv()
	if err != nil {
		return nil, fmt.Errorf("making the language of rules: %w", err)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		e := issues.Errors()[0]
		return nil, fmt.Errorf("at %d:%d %s", e.Location.Line(), e.Location.Column()+1, strings.TrimPrefix(e.Message, "Syntax error: "))
	}
	if out := ast.OutputType(); !out.IsExactType(cel.BoolType) && !out.IsExactType(cel.DynType) {
		return nil, fmt.Errorf("it gives %s, and not true or false", out)
	}
	x := &Expression{text: text, uses: make(map[string]bool)}
	celast.PostOrderVisit(ast.NativeRep().Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		if e.Kind() == celast.IdentKind {
			x.uses[e.AsIdent()] = true
		}
	}))
	if x.program, err = env.PlanProgram(ast.NativeRep(), cel.CostLimit(ruleCost), cel.InterruptCheckFrequency(100)); err != nil {
		return nil, fmt.Errorf("it cannot be run: %w", err)
	}
	return x, nil
}

// String is the rule's text.
func (x *Expression) String() string { return x.text }

// Uses says whether the rule looks into a part of records.
func (x *Expression) Uses(p Part) bool { return x.uses[string(p)] }

// Holds says whether a record keeps the rule. A rule that cannot be told of it, because a member is not there, two things cannot be compared or it
// costs too much, does not hold, and why is one of a few words that hold nothing of the record.
func (x *Expression) Holds(f Facts) (holds bool, why string) {
	out, _, err := x.program.Eval(&ruleFacts{f: f})
	if err != nil {
		if strings.Contains(err.Error(), "cost limit") {
			return false, "it costs too much for this record"
		}
		return false, "it cannot be told of this record"
	}
	is, ok := out.Value().(bool)
	if !ok {
		return false, "it gives neither true nor false"
	}
	return is, ""
}

// ruleFacts is a cel.Activation.
type ruleFacts struct {
	f    Facts
	held map[string]any
}

// ResolveName is that of cel.Activation.
func (a *ruleFacts) ResolveName(name string) (any, bool) {
	if v, ok := a.held[name]; ok {
		return v, true
	}
	var v any
	switch name {
	case nameKey:
		v = a.f.Key()
	case nameValue:
		v = a.f.Value()
	case nameHeaders:
		v = a.f.Headers()
	default:
		return nil, false
	}
	if a.held == nil {
		a.held = make(map[string]any, 3)
	}
	a.held[name] = v
	return v, true
}

// Parent is that of cel.Activation.
func (a *ruleFacts) Parent() cel.Activation { return nil }
