package browse

import (
	"math"
	"slices"
	"strings"
	"time"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// plan is what must hold of every event that a filter selects, as far as headers and columns can tell. It never rules out
// what the filter selects: the filter is asked again for every event that is left.
type plan struct {
	words    map[string][]string // allowed values of op, kind, lane, reason; no entry = any
	numbers  map[string][]int64  // of subtask, attempt
	from, to query.Wall          // to is exclusive; the ends of the clock = open
	contains []query.Needle      // texts that key, value or one line must hold, for who sees all
}

func planAll() plan { return plan{from: math.MinInt64, to: math.MaxInt64} }

// and is the plan of two terms that both hold.
func (p plan) and(o plan) plan {
	out := plan{words: map[string][]string{}, numbers: map[string][]int64{}, from: max(p.from, o.from), to: min(p.to, o.to)}
	out.contains = append(slices.Clone(p.contains), o.contains...)
	meet(out.words, p.words, o.words)
	meet(out.numbers, p.numbers, o.numbers)
	return out
}

// or is the plan of two terms one of which holds.
func (p plan) or(o plan) plan {
	out := plan{words: map[string][]string{}, numbers: map[string][]int64{}, from: min(p.from, o.from), to: max(p.to, o.to)}
	join(out.words, p.words, o.words)
	join(out.numbers, p.numbers, o.numbers)
	return out
}

func meet[T comparable](out, a, b map[string][]T) {
	for name, values := range a {
		out[name] = values
	}
	for name, values := range b {
		have, ok := out[name]
		if !ok {
			out[name] = values
			continue
		}
		both := []T{}
		for _, v := range have {
			if slices.Contains(values, v) {
				both = append(both, v)
			}
		}
		out[name] = both
	}
}

func join[T comparable](out, a, b map[string][]T) {
	for name, values := range a {
		if others, ok := b[name]; ok {
			out[name] = append(slices.Clone(values), others...)
		}
	}
}

// conjuncts are the terms that the outer && of e join.
func conjuncts(e celast.Expr, list []celast.Expr) []celast.Expr {
	if e.Kind() == celast.CallKind && e.AsCall().FunctionName() == operators.LogicalAnd {
		for _, a := range e.AsCall().Args() {
			list = conjuncts(a, list)
		}
		return list
	}
	return append(list, e)
}

// planOf plans an expression. exact: the plan selects nothing that the expression does not.
func planOf(e celast.Expr) (p plan, exact bool) {
	p = planAll()
	switch {
	case e.Kind() == celast.IdentKind && e.AsIdent() == "late":
		p.words = map[string][]string{"reason": lateReasons()}
		return p, true
	case e.Kind() != celast.CallKind:
		return p, e.Kind() == celast.LiteralKind && e.AsLiteral() == types.True
	}
	c := e.AsCall()
	args := c.Args()
	switch c.FunctionName() {
	case operators.LogicalAnd:
		a, exactA := planOf(args[0])
		b, exactB := planOf(args[1])
		return a.and(b), exactA && exactB
	case operators.LogicalOr:
		a, exactA := planOf(args[0])
		b, exactB := planOf(args[1])
		return a.or(b), exactA && exactB && a.single() != "" && a.single() == b.single()
	case operators.Equals, operators.In:
		return planEqual(e)
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return planTime(c.FunctionName(), args)
	case overloads.Contains, overloads.StartsWith, overloads.EndsWith:
		if c.IsMemberFunction() && len(args) == 1 && searched(c.Target()) {
			if text, ok := literal(args[0]); ok {
				p.contains = []query.Needle{{Text: text}}
			}
		}
	}
	return p, false
}

// has tells whether p says something of a field.
func (p plan) has(name string) bool { return p.words[name] != nil || p.numbers[name] != nil }

// lateReasons are the reasons of drops that field late tells of.
func lateReasons() []string {
	return slices.DeleteFunc(event.DropReasonNames(), func(s string) bool { return !strings.Contains(s, "late") })
}

// single names the one list of values that p has beside nothing else; two such plans of one name are exact when joined.
func (p plan) single() string {
	if len(p.words)+len(p.numbers) != 1 || p.from != math.MinInt64 || p.to != math.MaxInt64 {
		return ""
	}
	for name := range p.words {
		return name
	}
	for name := range p.numbers {
		return name
	}
	return ""
}

func planEqual(e celast.Expr) (plan, bool) {
	p := planAll()
	args := e.AsCall().Args()
	if e.AsCall().FunctionName() == operators.Equals {
		for i, a := range args {
			if text, ok := literal(args[1-i]); ok && searched(a) {
				p.contains = []query.Needle{{Text: text, Whole: true}}
				return p, false
			}
		}
	}
	name, values := comparison(e)
	switch name {
	case "kind", "lane", "op", "reason", "drop.reason":
		list := []string{}
		for _, v := range values {
			s, ok := v.AsLiteral().(types.String)
			if !ok || s == "" {
				return p, false
			}
			list = append(list, string(s))
		}
		p.words = map[string][]string{strings.TrimPrefix(name, "drop."): list}
		return p, name != "op" || len(list) == 1 && query.Slug(list[0]) == list[0]
	case "subtask", "attempt":
		list := []int64{}
		for _, v := range values {
			n, ok := v.AsLiteral().(types.Int)
			if !ok || n < 0 {
				return p, false
			}
			list = append(list, int64(n))
		}
		p.numbers = map[string][]int64{name: list}
		return p, len(list) == 1
	}
	return p, false
}

// planTime plans time < timestamp("…") and its relatives, either way round.
func planTime(op string, args []celast.Expr) (plan, bool) {
	p := planAll()
	at, ok := instantOf(args[1])
	if !ok || args[0].Kind() != celast.IdentKind || args[0].AsIdent() != "time" {
		if at, ok = instantOf(args[0]); !ok || args[1].Kind() != celast.IdentKind || args[1].AsIdent() != "time" {
			return p, false
		}
		op = map[string]string{
			operators.Less: operators.Greater, operators.Greater: operators.Less,
			operators.LessEquals: operators.GreaterEquals, operators.GreaterEquals: operators.LessEquals,
		}[op]
	}
	floor := query.Wall(at.UnixMicro())
	ceil := floor
	if at.Nanosecond()%1000 != 0 {
		ceil++
	}
	switch op {
	case operators.Less:
		p.to = ceil
	case operators.LessEquals:
		p.to = floor + 1
	case operators.Greater:
		p.from = floor + 1
	case operators.GreaterEquals:
		p.from = ceil
	}
	return p, true
}

// instantOf reads timestamp("…"), inside of what a clock in µs holds.
func instantOf(e celast.Expr) (time.Time, bool) {
	if e.Kind() != celast.CallKind || e.AsCall().FunctionName() != overloads.TypeConvertTimestamp || len(e.AsCall().Args()) != 1 {
		return time.Time{}, false
	}
	text, ok := literal(e.AsCall().Args()[0])
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, err == nil && at.Year() >= 1970
}

func literal(e celast.Expr) (string, bool) {
	if e.Kind() != celast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}

// searched tells whether e is a text of an event that its search texts hold: text, or key, value and what is in them.
func searched(e celast.Expr) bool {
	switch e.Kind() {
	case celast.IdentKind:
		return e.AsIdent() == "text" || e.AsIdent() == "key" || e.AsIdent() == "value"
	case celast.SelectKind:
		return !e.AsSelect().IsTestOnly() && searched(e.AsSelect().Operand()) && rootOf(e) != "text"
	case celast.CallKind:
		c := e.AsCall()
		return c.FunctionName() == operators.Index && len(c.Args()) == 2 && searched(c.Args()[0]) && rootOf(e) != "text"
	}
	return false
}

func rootOf(e celast.Expr) string {
	switch e.Kind() {
	case celast.IdentKind:
		return e.AsIdent()
	case celast.SelectKind:
		return rootOf(e.AsSelect().Operand())
	case celast.CallKind:
		if args := e.AsCall().Args(); len(args) > 0 {
			return rootOf(args[0])
		}
	}
	return ""
}

// prune narrows q by the plan and names the fields that did. empty: nothing can be selected.
func (f *Filter) prune(q *query.EventQuery) (by []string, empty bool) {
	p := f.plan
	if p.from > q.From && p.from != math.MinInt64 {
		q.From, by = p.from, append(by, "time")
	}
	if p.to != math.MaxInt64 && (q.To == 0 || p.to < q.To) {
		q.To = p.to
		if !slices.Contains(by, "time") {
			by = append(by, "time")
		}
	}
	if q.To != 0 && q.From >= q.To {
		return append(by, "time"), true
	}
	for name, values := range p.words {
		if len(values) == 0 {
			return []string{name}, true
		}
	}
	for name, values := range p.numbers {
		if len(values) == 0 {
			return []string{name}, true
		}
	}
	if values := p.words["op"]; len(values) == 1 && q.Operator == "" {
		q.Operator, by = values[0], append(by, "op")
	}
	if values := p.numbers["subtask"]; len(values) == 1 && q.Subtask == nil {
		n := int(values[0])
		q.Subtask, by = &n, append(by, "subtask")
	}
	if values := p.numbers["attempt"]; len(values) == 1 && q.Attempt == nil {
		n := int(values[0])
		q.Attempt, by = &n, append(by, "attempt")
	}
	var gone [3]bool
	q.Kinds, by, gone[0] = narrowed(q.Kinds, p.words, "kind", event.ParseKind, by)
	q.Lanes, by, gone[1] = narrowed(q.Lanes, p.words, "lane", event.ParseLane, by)
	q.Reasons, by, gone[2] = narrowed(q.Reasons, p.words, "reason", event.ParseDropReason, by)
	return by, gone[0] || gone[1] || gone[2]
}

// narrowed is what both the question and the plan allow.
func narrowed[T comparable](have []T, words map[string][]string, name string, parse func(string) (T, bool), by []string) ([]T, []string, bool) {
	values, ok := words[name]
	if !ok {
		return have, by, false
	}
	var out []T
	for _, w := range values {
		v, ok := parse(w)
		if ok && (len(have) == 0 || slices.Contains(have, v)) && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out, append(by, name), len(out) == 0
}

// evaluated are the terms that headers and columns cannot decide.
func (f *Filter) evaluated() (texts []string) {
	for _, c := range f.parts {
		if !c.exact {
			texts = append(texts, c.text)
		}
	}
	return texts
}
