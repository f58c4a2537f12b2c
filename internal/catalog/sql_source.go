package catalog

import (
	"slices"
	"strings"
	"unicode"

	"github.com/sightglass/sightglass/internal/browse"
)

// sourceColumns names the columns of sources that a plan does not: where the planner ran in a process that nothing recorded, a source's operator has a
// name only. The calculations that take its rows as they are name what they use of them; that is all that this tells.
func (x *recording) sourceColumns() {
	for i := range x.r.Topics {
		t := &x.r.Topics[i]
		op := x.operator(t.Operator)
		if t.Role != browse.TopicRead || op.Fields != nil || x.sql.byID[op.ID] != op {
			continue
		}
		for _, name := range x.sql.taken(op.ID) {
			if paths, _ := x.c.matched(x.c.streamOf(t.Topic, t.Cluster).ID, []browse.TypeField{{Path: browse.PathName(name)}}); slices.Contains(paths, browse.PathName(name)) {
				op.Fields = append(op.Fields, name)
			}
		}
	}
}

// taken are the columns that calculations right behind a source take out of its rows. nil: something else takes them, or says it in words that are not
// understood.
func (p *sqlPlan) taken(source string) (columns []string) {
	next := p.byID[source].Next
	for _, n := range next {
		o := p.byID[n]
		if o == nil || !strings.Contains(o.Plan, "Calc(") {
			return nil
		}
		parts := split(argument(o.Plan, "select"))
		if len(parts) == 0 {
			return nil
		}
		if where := argument(o.Plan, "where"); where != "" {
			parts = append(parts, where)
		}
		for _, part := range parts {
			expression, _ := cutAlias(part)
			names, ok := columnsIn(expression)
			if !ok {
				return nil
			}
			for _, name := range names {
				if !slices.Contains(columns, name) {
					columns = append(columns, name)
				}
			}
		}
	}
	return columns
}

// words of SQL that stand in expressions beside columns and functions.
var expressionWords = []string{"AND", "OR", "NOT", "IS", "NULL", "TRUE", "FALSE", "LIKE", "IN", "BETWEEN", "CASE", "WHEN", "THEN", "ELSE", "END"}

// columnsIn are the columns of an expression whose literals are hidden: names that are no functions and no words of SQL. Not ok: it has types,
// intervals, parts of rows, or anything else than operators, so that a name may be something else.
func columnsIn(expression string) (columns []string, ok bool) {
	for rest := expression; rest != ""; {
		r := rune(rest[0])
		switch {
		case r == '`':
			end := strings.IndexByte(rest[1:], '`')
			if end < 0 {
				return nil, false
			}
			columns, rest = append(columns, rest[1:1+end]), rest[end+2:]
		case r == '\'':
			end := strings.IndexByte(rest[1:], '\'')
			if end < 0 {
				return nil, false
			}
			rest = rest[end+2:]
		case strings.ContainsRune(" ()+-*/%=<>,|", r):
			rest = rest[1:]
		case unicode.IsDigit(r):
			rest = strings.TrimLeft(rest, "0123456789.")
		default:
			end := strings.IndexFunc(rest, func(r rune) bool { return r != '_' && r != '$' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			if end < 0 {
				end = len(rest)
			}
			if end == 0 {
				return nil, false
			}
			name := rest[:end]
			rest = rest[end:]
			switch {
			case slices.Contains(expressionWords, name):
			case strings.HasPrefix(rest, "("):
				if strings.ToUpper(name) != name || slices.Contains([]string{"CAST", "TRY_CAST", "EXTRACT", "TRIM", "SEARCH", "ITEM", "FLAG"}, name) {
					return nil, false
				}
			case strings.HasPrefix(rest, "."), strings.HasPrefix(rest, "["), strings.HasPrefix(rest, " AS "):
				return nil, false
			default:
				columns = append(columns, name)
			}
		}
	}
	return columns, true
}
