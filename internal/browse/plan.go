package browse

import (
	"context"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// Plan is a job's SQL as a principal may see it.
type Plan struct {
	Statements []Statement
	Operators  []PlannedOperator
	Planner    bool // a process that plans told of the job
}

// Statement is a statement with its text.
type Statement struct {
	query.Statement
	Source access.Source
}

// PlannedOperator is an operator with its description; nil when none was recorded.
type PlannedOperator struct {
	query.PlannedOperator
	Source *access.Source
}

// Code is the source of a generated class; Source is nil when the text was not recorded.
type Code struct {
	query.CodeText
	Source *access.Source
}

// Plan shows the SQL of t.
func (b *Browser) Plan(ctx context.Context, who access.Principal, t Target) (Plan, error) {
	end, err := b.begin(ctx, who, t, []string{"statements and descriptions"}, "")
	if err != nil {
		return Plan{}, err
	}
	p, err := b.queries.Plan(ctx, t.Recording)
	if err != nil {
		_ = end(0, err) // the error that the caller gets says more
		return Plan{}, err
	}
	out := Plan{Planner: p.Planner}
	for _, s := range p.Statements {
		out.Statements = append(out.Statements, Statement{s, b.source(ctx, who, t, s.Text, access.SQL)})
	}
	for _, o := range p.Operators {
		shown := PlannedOperator{PlannedOperator: o}
		if !o.Description.Null() {
			s := b.source(ctx, who, t, o.Description, access.Description)
			shown.Source = &s
		}
		out.Operators = append(out.Operators, shown)
	}
	return out, end(len(out.Statements)+len(out.Operators), nil)
}

// Code shows the source of a generated class of t.
func (b *Browser) Code(ctx context.Context, who access.Principal, t Target, hash string) (Code, error) {
	end, err := b.begin(ctx, who, t, []string{"code " + hash}, "")
	if err != nil {
		return Code{}, err
	}
	c, err := b.queries.Code(ctx, t.Recording, hash)
	if err != nil {
		_ = end(0, err) // the error that the caller gets says more
		return Code{}, err
	}
	out := Code{CodeText: c}
	if c.HasText {
		s := b.source(ctx, who, t, c.Text, access.Java)
		out.Source = &s
	}
	return out, end(1, nil)
}

func (b *Browser) source(ctx context.Context, who access.Principal, t Target, p event.Payload, language access.Language) access.Source {
	return b.policy(ctx).Source(who, access.Subject{Resource: t.Resource, Part: access.PartSQL}, p, language)
}
