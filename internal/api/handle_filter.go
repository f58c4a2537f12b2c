package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/sightglass/sightglass/internal/browse"
)

type completionsRequest struct {
	RecordingPath
	Where string `query:"where" maxLength:"4096" doc:"The filter so far."`
	At    int    `query:"at" minimum:"0" maximum:"4096" doc:"Where the cursor is, in characters (code points) from 0."`
}

// Completions are what may stand at a place of a filter.
type Completions struct {
	From    int            `json:"from" doc:"Characters from here to to are replaced."`
	To      int            `json:"to"`
	Items   []Completion   `json:"items"`
	Problem *FilterProblem `json:"problem,omitempty" doc:"What is wrong with the whole filter; absent when it can be run."`
}

// Completion is something that may stand at a place of a filter.
type Completion struct {
	Text   string `json:"text"`
	Kind   string `json:"kind" enum:"field,member,word,function,operator"`
	Type   string `json:"type,omitempty" doc:"In words of CEL."`
	Detail string `json:"detail,omitempty"`
}

// FilterProblem is what is wrong with a filter.
type FilterProblem struct {
	At      int    `json:"at" doc:"Character in its line, from 0; -1 = the whole."`
	Line    int    `json:"line" doc:"From 1."`
	Message string `json:"message"`
}

// Unclear counts events that a filter was neither true nor false of.
type Unclear struct {
	Events int    `json:"events"`
	Why    string `json:"why" doc:"Of the first."`
}

func (s *service) filterCompletions(ctx context.Context, in *completionsRequest) (Completions, error) {
	c, err := s.Browser.Complete(ctx, caller(ctx), target(ctx), in.Where, in.At)
	if err != nil {
		return Completions{}, err
	}
	out := Completions{From: c.From, To: c.To, Items: make([]Completion, 0, len(c.Items))}
	for _, i := range c.Items {
		out.Items = append(out.Items, Completion{Text: i.Text, Kind: string(i.Kind), Type: i.Type, Detail: i.Detail})
	}
	if p := c.Problem; p != nil {
		out.Problem = &FilterProblem{At: p.At, Line: max(p.Line, 1), Message: p.Message}
	}
	return out, nil
}

// predicate reads the filter of a question; empty = none.
func predicate(text string) (*browse.Filter, error) {
	if text == "" {
		return nil, nil
	}
	f, err := browse.CompileFilter(text)
	var p *browse.FilterProblem
	if errors.As(err, &p) {
		return nil, problem(http.StatusBadRequest, "the filter cannot be understood: "+p.Error(), "docs/guides/filter.md describes filters")
	}
	return f, err
}
