package browse

import (
	"fmt"
	"slices"
	"strings"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/sightglass/sightglass/internal/event"
)

// vocabularies are the words that a field can have when there is a list of them.
var vocabularies = map[string]vocabulary{
	"kind":        {"kind", func(s string) bool { _, ok := event.ParseKind(s); return ok }, event.KindNames},
	"lane":        {"lane", func(s string) bool { _, ok := event.ParseLane(s); return ok }, event.LaneNames},
	"reason":      {"reason", func(s string) bool { _, ok := event.ParseDropReason(s); return ok || s == "" }, event.DropReasonNames},
	"drop.reason": {"reason", func(s string) bool { _, ok := event.ParseDropReason(s); return ok || s == "" }, event.DropReasonNames},
	"change":      {"change", func(s string) bool { return s == "" || slices.Contains(changes, s) }, func() []string { return changes }},
}

var changes = []string{"+I", "-U", "+U", "-D"}

type vocabulary struct {
	what  string
	has   func(string) bool
	words func() []string
}

// checkNames finds what the types of CEL do not: members that a field never has, and words that none of its events can have.
func checkNames(ast *celast.AST) (problem *FilterProblem) {
	report := func(e celast.Expr, format string, args ...any) {
		at := ast.SourceInfo().GetStartLocation(e.ID())
		p := &FilterProblem{At: at.Column(), Line: at.Line(), Message: fmt.Sprintf(format, args...)}
		if problem == nil || p.Line < problem.Line || p.Line == problem.Line && p.At < problem.At {
			problem = p
		}
	}
	celast.PostOrderVisit(ast.Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		switch e.Kind() {
		case celast.SelectKind:
			s := e.AsSelect()
			if s.Operand().Kind() != celast.IdentKind {
				return
			}
			f := fieldsByName[s.Operand().AsIdent()]
			if f == nil || len(f.Members) == 0 || slices.ContainsFunc(f.Members, func(m Field) bool { return m.Name == s.FieldName() }) {
				return
			}
			var names []string
			for _, m := range f.Members {
				names = append(names, m.Name)
			}
			report(s.Operand(), "%s has no member %s; it has %s", f.Name, s.FieldName(), strings.Join(names, ", "))
		case celast.CallKind:
			name, words := comparison(e)
			v, ok := vocabularies[name]
			if !ok {
				return
			}
			for _, w := range words {
				if text, ok := w.AsLiteral().(types.String); ok && !v.has(string(text)) {
					report(w, "no %s is called %q%s", v.what, text, meant(string(text), v.words()))
				}
			}
		}
	}))
	return problem
}

// comparison gives the field that a call compares with constants, and these: name == "a", name != "a", name in ["a", "b"].
func comparison(e celast.Expr) (name string, words []celast.Expr) {
	c := e.AsCall()
	args := c.Args()
	if len(args) != 2 {
		return "", nil
	}
	switch c.FunctionName() {
	case operators.Equals, operators.NotEquals:
		if n := fieldName(args[0]); n != "" && args[1].Kind() == celast.LiteralKind {
			return n, args[1:]
		}
		if n := fieldName(args[1]); n != "" && args[0].Kind() == celast.LiteralKind {
			return n, args[:1]
		}
	case operators.In:
		if n := fieldName(args[0]); n != "" && args[1].Kind() == celast.ListKind {
			for _, w := range args[1].AsList().Elements() {
				if w.Kind() != celast.LiteralKind {
					return "", nil
				}
			}
			return n, args[1].AsList().Elements()
		}
	}
	return "", nil
}

// fieldName is the name of a field or of a field's fixed member; empty for anything else.
func fieldName(e celast.Expr) string {
	switch e.Kind() {
	case celast.IdentKind:
		return e.AsIdent()
	case celast.SelectKind:
		if s := e.AsSelect(); s.Operand().Kind() == celast.IdentKind && !s.IsTestOnly() {
			if f := fieldsByName[s.Operand().AsIdent()]; f != nil && len(f.Members) > 0 {
				return f.Name + "." + s.FieldName()
			}
		}
	}
	return ""
}

// meant names the word that somebody may have meant; empty when none is near.
func meant(typed string, words []string) string {
	best, least := "", 3
	for _, w := range words {
		if d := distance(typed, w, least); d < least {
			best, least = w, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; was %q meant?", best)
}

// distance is the number of changes between a and b (Levenshtein), or limit when it is that or more.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := corner
			if a[i] != b[j] {
				next = min(corner, row[j], row[j+1]) + 1
			}
			corner, row[j+1] = row[j+1], next
		}
	}
	return min(row[len(b)], limit)
}
