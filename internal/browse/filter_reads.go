package browse

import (
	"regexp"
	"slices"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/sightglass/sightglass/internal/probe"
)

// reads is what of a record a filter looks at.
type reads struct {
	key, headers, value bool
	members             []probe.Path // of value: what it looks at alone; nil = it may look at all of it
}

// all is what somebody looks at who says nothing.
var all = reads{key: true, headers: true, value: true}

// shownNames are names that masks give to members whose own names they hide, by their places: where there are others they have others.
var shownNames = regexp.MustCompile(`^key_[0-9]+$`)

// readsOf tells what an expression looks at. Members are told only when nothing else of the value can change the result: each is reached by
// fixed names from the value.
func readsOf(e celast.Expr) reads {
	var r reads
	whole := false
	var visit func(e celast.Expr)
	visit = func(e celast.Expr) {
		if root, names := chainOf(e); root == "value" {
			r.value = true
			path := probe.Members(names...)
			switch {
			case len(names) == 0 || slices.ContainsFunc(names, shownNames.MatchString):
				whole = true
			case !slices.ContainsFunc(r.members, func(p probe.Path) bool { return slices.Equal(p, path) }):
				r.members = append(r.members, path)
			}
			return
		}
		if e.Kind() == celast.IdentKind {
			switch f := fieldsByName[e.AsIdent()]; {
			case f == nil || !f.payload:
			case f.Name == "key":
				r.key = true
			case f.Name == "headers":
				r.headers = true
			case f.Name == "text":
				r.key, r.value, whole = true, true, true
			case !slices.Contains([]string{"before", "namespace", "map_key"}, f.Name): // which records of topics do not have
				r.value, whole = true, true
			}
			return
		}
		for _, sub := range below(e) {
			visit(sub)
		}
	}
	visit(e)
	if whole {
		r.members = nil
	}
	return r
}

// chainOf takes value.a["b"] apart; root is empty for what is no chain of fixed names from a name.
func chainOf(e celast.Expr) (root string, names []string) {
	switch e.Kind() {
	case celast.IdentKind:
		return e.AsIdent(), nil
	case celast.SelectKind:
		if root, names = chainOf(e.AsSelect().Operand()); root != "" {
			return root, append(names, e.AsSelect().FieldName())
		}
	case celast.CallKind:
		c := e.AsCall()
		if c.FunctionName() != operators.Index || len(c.Args()) != 2 || c.Args()[1].Kind() != celast.LiteralKind {
			return "", nil
		}
		name, ok := c.Args()[1].AsLiteral().(types.String)
		if root, names = chainOf(c.Args()[0]); ok && root != "" {
			return root, append(names, string(name))
		}
	}
	return "", nil
}

// below are the expressions that e is made of.
func below(e celast.Expr) []celast.Expr {
	switch e.Kind() {
	case celast.SelectKind:
		return []celast.Expr{e.AsSelect().Operand()}
	case celast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			return append([]celast.Expr{c.Target()}, c.Args()...)
		}
		return c.Args()
	case celast.ListKind:
		return e.AsList().Elements()
	case celast.MapKind:
		var out []celast.Expr
		for _, x := range e.AsMap().Entries() {
			out = append(out, x.AsMapEntry().Key(), x.AsMapEntry().Value())
		}
		return out
	case celast.StructKind:
		var out []celast.Expr
		for _, x := range e.AsStruct().Fields() {
			out = append(out, x.AsStructField().Value())
		}
		return out
	case celast.ComprehensionKind:
		c := e.AsComprehension()
		return []celast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()}
	}
	return nil
}
