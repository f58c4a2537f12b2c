package api

import (
	"context"

	"github.com/sightglass/sightglass/internal/browse"
)

func (s *service) sql(ctx context.Context, _ *RecordingPath) (SQL, error) {
	p, err := s.Browser.Plan(ctx, caller(ctx), target(ctx))
	if err != nil {
		return SQL{}, err
	}
	out := SQL{Statements: sqlStatements(p.Statements), Operators: []SQLOperator{}, Planner: p.Planner}
	for i := range p.Operators {
		out.Operators = append(out.Operators, sqlOperatorOf(&p.Operators[i]))
	}
	return out, nil
}

func sqlStatements(all []browse.Statement) []SQLStatement {
	out := []SQLStatement{}
	for _, x := range all {
		out = append(out, SQLStatement{
			Number: x.Number, Operation: x.Operation, Made: x.Made, Time: wall(x.At), Length: x.Length, Source: x.Source,
		})
	}
	return out
}

func sqlOperatorOf(o *browse.PlannedOperator) SQLOperator {
	out := SQLOperator{
		Op: o.Operator.Slug, OpName: o.Operator.Name, ID: o.Operator.ID, Vertex: o.Vertex, Node: o.Node, Exec: o.Exec, Type: o.Type,
		Description: o.Source, Fields: texts(o.Fields), Key: texts(o.Key), Statements: numbers(o.Statements), Code: []CodeRef{},
	}
	switch {
	case o.ByPlan:
		out.By = "plan"
	case o.Source != nil:
		out.By = "vertex"
	}
	for _, c := range o.Code {
		out.Code = append(out.Code, CodeRef{Class: c.Class, Language: c.Language, Hash: c.Hash, Length: c.Length, Text: c.HasText})
	}
	return out
}

func (s *service) code(ctx context.Context, in *codeRequest) (GeneratedCode, error) {
	c, err := s.Browser.Code(ctx, caller(ctx), target(ctx), in.Hash)
	if err != nil {
		return GeneratedCode{}, err
	}
	return GeneratedCode{
		CodeRef: CodeRef{Class: c.Class, Language: c.Language, Hash: c.Hash, Length: c.Length, Text: c.HasText}, Source: c.Source,
	}, nil
}

func texts(of []string) []string {
	if of == nil {
		return []string{}
	}
	return of
}
