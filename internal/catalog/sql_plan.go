package catalog

import (
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/browse"
)

// sqlPlan is a recorded SQL plan: operators with the names of what they emit, and their descriptions without literals. It follows fields from
// sources to sinks. What it does not understand it does not follow.
type sqlPlan struct {
	r      *browse.RecordedJob
	before map[string][]string // operators by the one after them
	byID   map[string]*browse.RecordedOperator
}

func planOf(r *browse.RecordedJob) *sqlPlan {
	p := &sqlPlan{r: r, before: make(map[string][]string), byID: make(map[string]*browse.RecordedOperator)}
	for i := range r.Operators {
		o := &r.Operators[i]
		p.byID[o.ID] = o
		for _, n := range o.Next {
			if !slices.Contains(p.before[n], o.ID) {
				p.before[n] = append(p.before[n], o.ID)
			}
		}
	}
	return p
}

// planned makes the edges that a plan tells of.
func (x *recording) planned(e Edge, op *browse.RecordedOperator, typ string) {
	e.Evidence, e.Reader = ByPlan, ""
	if e.Direction == Writes {
		columns := x.sql.written(op)
		e.Known, e.Paths = len(columns) > 0, quotedAll(columns)
		if e.Detail = "columns of the table that operator " + op.Slug + " writes"; !e.Known {
			e.Detail = "the columns of the table that operator " + op.Slug + " writes are not known"
		}
		x.columns(e.Stream, e.Paths, nil)
		x.out.Edges = append(x.out.Edges, e)
		return
	}
	used, all := x.sql.used(op)
	e.Known, e.Paths = true, quotedAll(used)
	if e.Detail = "what the plan uses of operator " + op.Slug; all {
		e.Detail = "all columns of the table that operator " + op.Slug + " reads: the plan does not say which are used"
	}
	x.columns(e.Stream, quotedAll(op.Fields), op)
	x.out.Edges = append(x.out.Edges, e)
}

// columns are fields of a stream as a table has them.
func (x *recording) columns(stream ID, paths []string, op *browse.RecordedOperator) {
	var fields []browse.TypeField
	for _, p := range paths {
		f := browse.TypeField{Path: p}
		if op != nil {
			for _, t := range op.Out {
				if t.Path == p {
					f.Type = t.Type
				}
			}
		}
		fields = append(fields, f)
	}
	if len(fields) > 0 {
		x.fields(stream, fields)
	}
}

func quotedAll(names []string) (paths []string) {
	for _, n := range names {
		paths = append(paths, browse.PathName(n))
	}
	return paths
}

// used are the columns of a source that operators after it use. all: one of them takes rows as they are, or cannot be understood.
func (p *sqlPlan) used(source *browse.RecordedOperator) (columns []string, all bool) {
	use := make(map[string]bool)
	seen := make(map[string]bool)
	var walk func(id string) // of operators that hand on the source's rows as they are
	walk = func(id string) {
		if seen[id] {
			return
		}
		seen[id] = true
		next := p.byID[id].Next
		all = all || len(next) == 0 && id != source.ID
		for _, n := range next {
			o := p.byID[n]
			switch {
			case o == nil:
				all = true
			case o.PlanType == "StreamExecCalc" || strings.Contains(o.Plan, "Calc("):
				for _, name := range identifiers(argument(o.Plan, "")) {
					use[name] = true
				}
			case handsOn(o):
				for _, name := range identifiers(argument(o.Plan, "watermark")) {
					use[name] = true // a time attribute is made of it
				}
				walk(n)
			default:
				all = true
			}
		}
	}
	walk(source.ID)
	for _, f := range source.Fields {
		if all || use[f] {
			columns = append(columns, f)
		}
	}
	return columns, all
}

// handsOn tells which operators hand on rows as they came.
func handsOn(o *browse.RecordedOperator) bool {
	for _, t := range []string{"WatermarkAssigner", "MiniBatchAssigner", "Exchange", "DropUpdateBefore"} {
		if strings.Contains(o.PlanType, t) || strings.Contains(o.Plan, t+"(") {
			return true
		}
	}
	return false
}

// written are the columns of the table that a sink writes: those of the statement that made the table, as far as it is known which that is.
func (p *sqlPlan) written(sink *browse.RecordedOperator) []string {
	name, _, ok := strings.Cut(sink.Name, "[")
	if !ok {
		return nil
	}
	var found []string
	n := 0
	for _, s := range p.r.Statements {
		if table, columns := createdTable(s); strings.EqualFold(table, name) && len(columns) > 0 {
			found, n = columns, n+1
		}
	}
	if n != 1 {
		return nil
	}
	return found
}

// emitted are, for each field that an operator emits, the source columns that it comes out of. nil: it is not known.
type emitted struct {
	names []string
	from  [][]column
	how   []string
}

// column is a column of a source operator.
type column struct{ operator, name string }

// flowsTo follows fields to the input of an operator. depth bounds plans that are no trees.
func (p *sqlPlan) flowsTo(id string, depth int) *emitted {
	before := p.before[id]
	if len(before) != 1 || depth == 0 {
		return nil
	}
	return p.flowsOut(before[0], depth-1)
}

func (p *sqlPlan) flowsOut(id string, depth int) *emitted {
	o := p.byID[id]
	if o == nil || len(o.Fields) == 0 || depth == 0 {
		return nil
	}
	out := &emitted{names: o.Fields, from: make([][]column, len(o.Fields)), how: make([]string, len(o.Fields))}
	if len(p.before[id]) == 0 {
		for i, f := range o.Fields {
			out.from[i], out.how[i] = []column{{id, f}}, "identity"
		}
		return out
	}
	in := p.inputs(id, depth)
	if in == nil {
		return nil
	}
	items := split(argument(o.Plan, "select"))
	switch {
	case len(items) == len(o.Fields):
		for i, item := range items {
			expression, _ := cutAlias(item)
			out.how[i] = expression
			for _, name := range identifiers(expression) {
				out.from[i] = addColumns(out.from[i], in[name])
			}
			if _, plain := in[strings.Trim(expression, "`")]; plain {
				out.how[i] = "identity"
			}
		}
	case argument(o.Plan, "select") == "" && handsOn(o):
		for i, f := range o.Fields {
			out.from[i], out.how[i] = in[f], "identity"
		}
	default:
		return nil
	}
	return out
}

// inputs are the source columns of every name that comes into an operator; nil: one of the inputs is not known.
func (p *sqlPlan) inputs(id string, depth int) map[string][]column {
	in := make(map[string][]column)
	for _, b := range p.before[id] {
		e := p.flowsOut(b, depth-1)
		if e == nil {
			return nil
		}
		for i, name := range e.names {
			in[name] = addColumns(in[name], e.from[i])
		}
	}
	return in
}

func addColumns(to, more []column) []column {
	for _, c := range more {
		if !slices.Contains(to, c) {
			to = append(to, c)
		}
	}
	return to
}

// mostPlanDepth bounds how far fields are followed.
const mostPlanDepth = 64

// flows makes field lineage of a plan, from source columns to sink columns by their places.
func (x *recording) flows() {
	if x.sql == nil {
		return
	}
	sources := make(map[string]Entity) // by operator
	for _, t := range x.r.Topics {
		if t.Role == browse.TopicRead {
			sources[t.Operator] = x.c.streamOf(t.Topic, t.Cluster)
		}
	}
	for _, t := range x.r.Topics {
		if t.Role != browse.TopicWritten {
			continue
		}
		op := x.operator(t.Operator)
		columns, in := x.sql.written(op), x.sql.flowsTo(op.ID, mostPlanDepth)
		if in == nil || len(columns) != len(in.names) {
			continue // how columns and fields go together is not known
		}
		to := x.c.streamOf(t.Topic, t.Cluster)
		for i, columnName := range columns {
			for _, from := range in.from[i] {
				source, ok := sources[from.operator]
				if !ok {
					continue // no topic
				}
				x.out.Flows = append(x.out.Flows, Flow{
					From: source.ID, FromPath: browse.PathName(from.name), To: to.ID, ToPath: browse.PathName(columnName), Via: x.job, Evidence: ByPlan, How: in.how[i],
					First: wall(x.r.Job.Started), Last: x.last,
				})
			}
		}
	}
}
