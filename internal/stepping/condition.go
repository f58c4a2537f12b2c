package stepping

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/replay"
)

// Limits of an expression: its text, and what looking at it once may cost.
const (
	maxExpression  = 4 << 10
	expressionCost = 1_000_000
)

// condition is an expression in CEL over the variables at a step, by name, and this, locals, record, state and line. It sees what
// its reader may see, changes nothing, and calls nothing of the job.
type condition struct {
	text    string
	program cel.Program
}

var expressionEnv = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(), ext.Strings(ext.StringsVersion(2)), ext.Math(),
		cel.ParserRecursionLimit(64), cel.ParserExpressionSizeLimit(maxExpression))
})

func compile(text string) (*condition, error) {
	if text == "" || len(text) > maxExpression {
		return nil, fmt.Errorf("%w: an expression has 1 to %d bytes", ErrRequest, maxExpression)
	}
	env, err := expressionEnv()
	if err != nil {
		return nil, err
	}
	// Not checked: which variables there are, and of which types, differs from line to line.
	ast, issues := env.Parse(text)
	if err := issues.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	p, err := env.Program(ast, cel.CostLimit(expressionCost), cel.InterruptCheckFrequency(100))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	return &condition{text, p}, nil
}

// holds is true where the expression is; where it says nothing, as of a variable that is not there, it is false.
func (w *walker) holds(ctx context.Context, c *condition, t *replay.Trace, i int) (bool, error) {
	v, err := w.value(ctx, c, t, i)
	if err != nil {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		return false, nil
	}
	return v == types.True, nil
}

func (w *walker) value(ctx context.Context, c *condition, t *replay.Trace, i int) (ref.Val, error) {
	v, _, err := c.program.ContextEval(ctx, w.variables(ctx, t, i))
	return v, err
}

// variables are what an expression may name at a step.
func (w *walker) variables(ctx context.Context, t *replay.Trace, i int) map[string]any {
	vars := make(map[string]any)
	locals := make(map[string]any)
	if frames := t.Frames(i); len(frames) > 0 { // those of calls around have the same names too often
		for _, v := range frames[0].Locals {
			locals[v.Name] = w.view(v.Value, access.Shape{}).Data()
		}
	}
	for name, v := range locals {
		vars[name] = v
	}
	vars["locals"] = locals
	vars["line"] = int64(t.Steps[i].Line)
	vars["invocation"] = int64(t.Invocation)
	if t.Steps[i].Kind == replay.StepThrown {
		vars["exception"] = w.view(t.Steps[i].Value, access.Shape{}).Data()
	}
	m, err := w.moment(ctx, t.Invocation)
	if err == nil {
		if m.Input != nil && m.Input.View != nil {
			vars["record"] = m.Input.View.Data()
		}
		state := make(map[string]any)
		for _, s := range m.Steps {
			if s.Access == nil || s.State == nil || s.Ordinal >= t.Steps[i].Notes {
				continue
			}
			if s.Kind == event.KindStateCleared || s.Kind == event.KindStateExpired {
				state[s.State.Name] = nil
			} else if s.Access.After != nil {
				state[s.State.Name] = s.Access.After.Data()
			} else if s.Access.Before != nil {
				state[s.State.Name] = s.Access.Before.Data()
			}
		}
		vars["state"] = state
	}
	return vars
}

func (w *walker) view(v event.Tree, shape access.Shape) *access.View {
	out := w.policy.View(w.who, access.Subject{Resource: w.target.Resource, Part: access.PartLocal}, event.Payload{}, v, shape)
	return &out
}

// maxEvaluate expressions are given at a time.
const maxEvaluate = 32

func (w *walker) evaluateAll(ctx context.Context, texts []string, at replay.Walk, p *Place) error {
	if len(texts) > maxEvaluate {
		return fmt.Errorf("%w: more than %d expressions", ErrRequest, maxEvaluate)
	}
	for _, text := range texts {
		e := Evaluated{Expression: text, Text: "no code of the job ran in the invocation"}
		if at.Step >= 0 {
			var err error
			if e, err = w.evaluate(ctx, text, at.Trace, at.Step); err != nil {
				return err
			}
			e.Expression = text
		}
		p.Evaluated = append(p.Evaluated, e)
	}
	return nil
}

// Evaluated is the value of an expression at a place.
type Evaluated struct {
	Expression string
	Text       string // as JSON, or why there is none
	Type       string
	OK         bool
}

// evaluate gives the value of an expression in words.
func (w *walker) evaluate(ctx context.Context, text string, t *replay.Trace, i int) (Evaluated, error) {
	c, err := compile(text)
	if err != nil {
		return Evaluated{}, err
	}
	v, err := w.value(ctx, c, t, i)
	if err != nil {
		if ctx.Err() != nil {
			return Evaluated{}, ctx.Err()
		}
		return Evaluated{Text: err.Error()}, nil
	}
	shown, err := asText(v)
	if err != nil {
		return Evaluated{Text: err.Error()}, nil
	}
	return Evaluated{Text: shown, Type: v.Type().TypeName(), OK: true}, nil
}

// asText writes a value as JSON; a text is itself.
func asText(v ref.Val) (string, error) {
	if s, ok := v.Value().(string); ok {
		return strconv.Quote(s), nil
	}
	native, err := v.ConvertToNative(reflect.TypeFor[*structpb.Value]())
	if err != nil {
		return "", err
	}
	b, err := protojson.Marshal(native.(*structpb.Value))
	return string(b), err
}
