package browse

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
)

// Limits of a filter: of its text, and of what one event may cost.
const (
	maxFilter  = 4 << 10
	filterCost = 100_000
)

// Filter is a predicate over an event as a principal may see it, in CEL. What is masked is compared as its mask.
// Safe for concurrent use.
type Filter struct {
	text    string
	program cel.Program
}

// filterEnv holds the variables of a filter.
var filterEnv = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Variable("op", cel.StringType), // slug
		cel.Variable("op_name", cel.StringType),
		cel.Variable("subtask", cel.IntType),
		cel.Variable("attempt", cel.IntType),
		cel.Variable("kind", cel.StringType), // as in spec/recording.md, with dashes
		cel.Variable("lane", cel.StringType),
		cel.Variable("key", cel.DynType),
		cel.Variable("value", cel.DynType),
		cel.Variable("before", cel.DynType), // of a state, the value before
		cel.Variable("et", cel.TimestampType),
		cel.Variable("time", cel.TimestampType),
		cel.Variable("late", cel.BoolType), // a record that was dropped as late
		cel.Variable("drop", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("state", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("size", cel.IntType), // bytes of the value
	)
})

// CompileFilter reads a filter. The error says what cannot be understood.
func CompileFilter(text string) (*Filter, error) {
	if len(text) > maxFilter {
		return nil, fmt.Errorf("a filter has at most %d bytes", maxFilter)
	}
	env, err := filterEnv()
	if err != nil {
		return nil, fmt.Errorf("making the language of filters: %w", err)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		e := issues.Errors()[0]
		return nil, fmt.Errorf("at %d:%d %s", e.Location.Line(), e.Location.Column()+1, e.Message)
	}
	if out := ast.OutputType(); !out.IsExactType(cel.BoolType) && !out.IsExactType(cel.DynType) {
		return nil, fmt.Errorf("it gives %s, and not true or false", out)
	}
	program, err := env.Program(ast, cel.CostLimit(filterCost), cel.InterruptCheckFrequency(100))
	if err != nil {
		return nil, fmt.Errorf("it cannot be run: %w", err)
	}
	return &Filter{text, program}, nil
}

// String is the filter's text.
func (f *Filter) String() string { return f.text }

// errNoTruth means that a filter gave something else than true or false for an event.
var errNoTruth = errors.New("the filter gives neither true nor false")

// Match tells whether the filter holds for an event that was rendered with its payload. An error means that it cannot be told:
// a member that the event's value does not have, a comparison of different things, a filter that costs too much.
func (f *Filter) Match(e *Event) (bool, error) {
	out, _, err := f.program.Eval(map[string]any{
		"op": e.Operator.Slug, "op_name": e.Operator.Name, "subtask": int64(e.Subtask), "attempt": int64(e.Attempt),
		"kind": e.Kind.String(), "lane": e.Lane.String(),
		"key": keyOf(e), "value": dataOf(e.View), "before": beforeOf(e),
		"et": timeOf(e.EventTime), "time": e.Wall.Time(), "late": lateReason(e.Reason),
		"drop": map[string]any{"reason": dropName(e.Reason), "number": e.Number, "number2": e.Number2}, "state": map[string]any{"name": stateName(e)},
		"size": int64(e.Value.Len()),
	})
	if err != nil {
		return false, fmt.Errorf("filter: %w", err)
	}
	is, ok := out.Value().(bool)
	if !ok {
		return false, errNoTruth
	}
	return is, nil
}

func dataOf(v *access.View) any {
	if v == nil {
		return nil
	}
	return v.Data()
}

func keyOf(e *Event) any {
	if e.KeyView == nil && e.Access != nil {
		return dataOf(e.Access.Key)
	}
	return dataOf(e.KeyView)
}

func beforeOf(e *Event) any {
	if e.Access == nil {
		return nil
	}
	return dataOf(e.Access.Before)
}

// timeOf is the epoch for an event without a time of its own.
func timeOf(t EventTime) time.Time {
	if !t.Known() {
		return time.Unix(0, 0).UTC()
	}
	return t.Time()
}

func dropName(r event.DropReason) string {
	if r == 0 {
		return ""
	}
	return r.String()
}

func stateName(e *Event) string {
	if e.State == nil {
		return ""
	}
	return e.State.Name
}

// lateReason tells whether a record was dropped because it came too late.
func lateReason(r event.DropReason) bool { return r != 0 && strings.Contains(r.String(), "late") }
