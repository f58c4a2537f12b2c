package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// Problem is every error's body (RFC 9457).
type Problem struct {
	Type      string `json:"type,omitempty" enum:"urn:sightglass:untraced" doc:"What a program can do something about. untraced: a replay would record what is missing. Absent: about:blank."`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail" doc:"What happened, to what."`
	Hint      string `json:"hint" doc:"What to do next."`
	RequestID string `json:"request_id" doc:"Stands in the server's log as well."`

	Errors []ContractError `json:"errors,omitempty" doc:"Every mistake of a document, by line."`
}

// untraced is the type of a problem that a replay solves.
const untraced = "urn:sightglass:untraced"

// Error is what happened and what to do about it.
func (p *Problem) Error() string {
	if p.Hint == "" {
		return p.Detail
	}
	return p.Detail + "; " + p.Hint
}

// GetStatus is the HTTP status; huma asks for it.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problem objects; huma asks for it.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func problem(status int, detail, hint string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: detail, Hint: hint}
}

// completeProblem is a transformer: it gives problems the id of their request, and makes huma's own errors (parameters that do
// not fit their schema) problems. Values of parameters are left out, since they may be payload that somebody searched for.
func completeProblem(ctx huma.Context, _ string, v any) (any, error) {
	var model *huma.ErrorModel
	switch e := v.(type) {
	case *Problem:
		whole := *e
		whole.RequestID = requestID(ctx.Context())
		return &whole, nil
	case *huma.ErrorModel:
		model = e
	default:
		return v, nil
	}
	p := problem(model.Status, model.Detail, "")
	if model.Status == http.StatusInternalServerError {
		p.Detail, p.Hint = "the server failed on this request", "its log has the reason under the request id"
	}
	for _, d := range model.Errors {
		if p.Hint != "" {
			p.Hint += "; "
		}
		p.Hint += d.Location + ": " + d.Message
	}
	p.RequestID = requestID(ctx.Context())
	return p, nil
}

// interrupted tells whether a request ended because its caller went away.
func interrupted(ctx context.Context, err error) bool {
	return ctx.Err() != nil && errors.Is(err, ctx.Err())
}
