package main

import (
	"context"
	"fmt"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
)

// reader is who asks for texts: it sees all.
var reader = access.Principal{ID: "bench", Roles: []string{access.LocalRole}}

// unwatched is an auditor that keeps nothing: what is measured is the search.
type unwatched struct{}

func (unwatched) Begin(context.Context, access.Intent) (access.Receipt, error) { return 0, nil }
func (unwatched) End(context.Context, access.Receipt, access.Result) error     { return nil }
func (unwatched) Event(context.Context, access.Intent, access.Result) error    { return nil }

// newBrowser makes what decodes values for questions about texts.
func newBrowser(e *query.Engine) (*browse.Browser, error) {
	policy, err := access.NewPolicy("bench", access.Role{Name: access.LocalRole, Clear: []string{"*"}})
	if err != nil {
		return nil, err
	}
	return browse.New(browse.Options{Queries: e, Policy: access.NewInForce(policy), Auditor: unwatched{}})
}

// rareText looks for a text that few records have, in all of the recording.
func rareText(ctx context.Context, a *asked) error {
	found := make(map[string]bool)
	q := browse.EventQuery{Match: ingesttest.ReferenceNeedle, Limit: 1000}
	for {
		page, err := a.browser.Events(ctx, reader, browse.Target{Recording: a.truth.Recording}, q)
		if err != nil {
			return err
		}
		for i := range page.Events {
			if k := page.Events[i].Kafka; k != nil {
				found[k.String()] = true
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	for _, n := range a.truth.Needles {
		if !found[n.String()] {
			return fmt.Errorf("the text of %s was not found", n)
		}
	}
	return nil
}

// stateAt reads what the windows held under the key of a record when they took the record in.
func stateAt(ctx context.Context, a *asked) error {
	r := a.truth.Records[a.random.IntN(len(a.truth.Records))]
	record := r.Sent[2].String()
	keys, err := a.engine.KeysOf(ctx, a.truth.Recording, record, "")
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return fmt.Errorf("no key is known of %s", record)
	}
	h, err := a.engine.StateHistory(ctx, a.truth.Recording, query.StateQuery{Keys: []query.KeyMatch{keys[0].Match}, At: query.When{Record: record}})
	if err == nil && len(h.Cells) == 0 {
		err = fmt.Errorf("no state is known under the key of %s", record)
	}
	return err
}
