package browse

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/memory"
)

func seen(text string) *access.View { return &access.View{Line: text} }

func TestStepLines(t *testing.T) {
	state := &event.StateDef{Name: "seen", Kind: "value"}
	none := query.NoEventTime
	known := query.EventTime(1_767_600_000_000)
	window := &access.View{Line: "{…}", Node: &access.Node{Kind: "object", Items: []access.Node{{Name: "start", Value: "8:00"}, {Name: "end", Value: "8:01"}}}}
	for _, c := range []struct {
		want string
		e    query.Event
		a    *StateAccess
	}{
		{"read seen", query.Event{Kind: event.KindStateRead, What: 1, State: state, Time: none}, nil},
		{"read seen: nothing is there", query.Event{Kind: event.KindStateRead, What: 1, State: state, Time: none, HasPayload: true}, nil},
		{"read seen: 5, until 2026-01-05T08:00:00.000Z", query.Event{Kind: event.KindStateRead, What: 1, State: state, Time: known},
			&StateAccess{After: seen("5")}},
		{"goes through seen", query.Event{Kind: event.KindStateRead, What: 5, State: state, Time: none}, nil},
		{"read seen[k]: 5", query.Event{Kind: event.KindStateRead, What: 5, State: state, Time: none}, &StateAccess{MapKey: seen("k"), After: seen("5")}},
		{"asked if there is seen[k]: yes", query.Event{Kind: event.KindStateRead, What: 7, Number: 1, State: state, Time: none}, &StateAccess{MapKey: seen("k")}},
		{"asked if seen is empty: no", query.Event{Kind: event.KindStateRead, What: 8, State: state, Time: none}, nil},
		{"read a state", query.Event{Kind: event.KindStateRead, What: 1, Time: none}, nil},
		{"wrote seen: 5 → 6", query.Event{Kind: event.KindStateWritten, What: 2, State: state, Time: none}, &StateAccess{Before: seen("5"), After: seen("6")}},
		{"added to seen: 5", query.Event{Kind: event.KindStateWritten, What: 3, State: state, Time: none}, &StateAccess{After: seen("5")}},
		{"removed seen[k]: was 5", query.Event{Kind: event.KindStateWritten, What: 4, State: state, Time: none}, &StateAccess{MapKey: seen("k"), Before: seen("5")}},
		{"merged into seen: 5 → 6", query.Event{Kind: event.KindStateWritten, What: 6, State: state, Time: none}, &StateAccess{Before: seen("5"), After: seen("6")}},
		{"changed in place seen: 5 → 6", query.Event{Kind: event.KindStateWritten, What: 9, State: state, Time: none}, &StateAccess{Before: seen("5"), After: seen("6")}},
		{"wrote seen (not recorded: its serializer threw X)", query.Event{Kind: event.KindStateWritten, What: 2, State: state, Time: none, Text: "its serializer threw X"}, nil},
		{"cleared seen: was 5", query.Event{Kind: event.KindStateCleared, State: state, Time: none}, &StateAccess{Before: seen("5")}},
		{"expired seen: was 5, at 2026-01-05T08:00:00.000Z, found by the cleanup", query.Event{Kind: event.KindStateExpired, What: 10, State: state, Time: known},
			&StateAccess{Before: seen("5")}},
		{"event timer set for 2026-01-05T08:00:00.000Z", query.Event{Kind: event.KindTimerRegistered, Flags: 1, Time: known},
			&StateAccess{Namespace: &access.View{Type: "VoidNamespace"}}},
		{"processing timer deleted, was for 2026-01-05T08:00:00.000Z of the window [8:00, 8:01)", query.Event{Kind: event.KindTimerDeleted, Flags: 2, Time: known},
			&StateAccess{Namespace: window}},
		{"timer fires for 2026-01-05T08:00:00.000Z", query.Event{Kind: event.KindTimerFired, Time: known}, nil},
		{"into the window [8:00, 8:01)", query.Event{Kind: event.KindWindowAssigned, Time: known}, &StateAccess{Namespace: window}},
		{"into the window that ends 2026-01-05T08:00:00.000Z", query.Event{Kind: event.KindWindowAssigned, Time: known}, nil},
		{"into the window without an end", query.Event{Kind: event.KindWindowAssigned, Time: none}, nil},
		{"into the window of all time", query.Event{Kind: event.KindWindowAssigned, Time: none},
			&StateAccess{Namespace: &access.View{Node: &access.Node{Kind: "null"}}}},
		{"the window [8:00, 8:01) becomes part of [8:00, 8:01)", query.Event{Kind: event.KindWindowMerged, Time: known}, &StateAccess{Namespace: window, After: window}},
		{"the window [8:00, 8:01) becomes part of another", query.Event{Kind: event.KindWindowMerged, Time: known}, &StateAccess{Namespace: window}},
		{"the window [8:00, 8:01) fires", query.Event{Kind: event.KindWindowFired, Time: known}, &StateAccess{Namespace: window}},
		{"the window [8:00, 8:01) is purged, as its trigger wants", query.Event{Kind: event.KindWindowPurged, What: 1, Time: known}, &StateAccess{Namespace: window}},
		{"the window [8:00, 8:01) is removed, its time is over", query.Event{Kind: event.KindWindowPurged, What: 2, Time: known}, &StateAccess{Namespace: window}},
		{"results of the record of op.1.0.7", query.Event{Kind: event.KindCause, What: 1, Number: 7, Position: query.Position{Operator: "op", Subtask: 1, Invocation: 9}}, nil},
		{"results of a record of an earlier attempt", query.Event{Kind: event.KindCause, What: 1}, nil},
		{"the batch holds the record of op.1.0.7", query.Event{Kind: event.KindCause, What: 2, Number: 7, Number2: 1, Position: query.Position{Operator: "op", Subtask: 1}}, nil},
		{"the batch holds the records of op.1.0.7 and the 3 invocations after it",
			query.Event{Kind: event.KindCause, What: 2, Number: 7, Number2: 4, Position: query.Position{Operator: "op", Subtask: 1}}, nil},
	} {
		if got := stepLine(&c.e, c.a); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

// traced is a browser over recordings with operators at level trace.
func traced(t *testing.T) *shelf {
	t.Helper()
	store := memory.New()
	truth, err := ingesttest.Record(context.Background(), store, ingesttest.Options{Seed: 21, Orders: 300, Traced: true})
	if err != nil {
		t.Fatal(err)
	}
	return shelved(t, store, truth)
}

func TestStepsOfAMomentComeInOrderWithWhatTheyChanged(t *testing.T) {
	s := traced(t)
	ctx := context.Background()
	page, err := s.Events(ctx, local, s.rec, EventQuery{EventQuery: query.EventQuery{Kinds: []event.Kind{event.KindTimerFired}, Payload: true}, Limit: 1})
	if err != nil || len(page.Events) != 1 {
		t.Fatalf("%d timers, %v", len(page.Events), err)
	}
	fired := page.Events[0]
	m, err := s.At(ctx, local, s.rec, fired.Position)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []event.Kind
	for _, e := range m.Steps {
		kinds = append(kinds, e.Kind)
	}
	want := []event.Kind{event.KindTimerFired, event.KindStateRead, event.KindWindowFired, event.KindStateCleared, event.KindWindowPurged}
	if !slices.Equal(kinds, want) {
		t.Fatalf("steps %v, want %v", kinds, want)
	}
	read, cleared := m.Steps[1], m.Steps[3]
	if read.Access.After == nil || cleared.Access.Before == nil || read.Access.After.Text() != cleared.Access.Before.Text() {
		t.Errorf("read %q, cleared %q", read.Text, cleared.Text)
	}
	if !strings.Contains(read.Text, "window-contents: {cents: ") {
		t.Error(read.Text)
	}
}

func TestStateIsFoundByItsKey(t *testing.T) {
	s := traced(t)
	q := EventQuery{EventQuery: query.EventQuery{Lanes: []event.Lane{event.LaneState}, Operator: "window", Payload: true}, Key: "m-05", Limit: 1000}
	page, err := s.Events(context.Background(), local, s.rec, q)
	if err != nil || len(page.Events) < 5 {
		t.Fatalf("%d accesses, %v", len(page.Events), err)
	}
	before := ""
	for _, e := range page.Events {
		if e.KeyView.Text() != "m-05" && e.KeyView.Text() != `"m-05"` {
			t.Errorf("key %s", e.KeyView.Text())
		}
		if e.Kind != event.KindStateWritten {
			before = ""
			continue
		}
		if e.Access.Before != nil && before != "" && e.Access.Before.Text() != before {
			t.Errorf("%s after %s", e.Text, before)
		}
		before = e.Access.After.Text()
	}
	q.Payload = false // the key is looked at and not shown
	page, err = s.Events(context.Background(), local, s.rec, q)
	if err != nil || len(page.Events) < 5 {
		t.Fatalf("%d accesses, %v", len(page.Events), err)
	}
	if e := page.Events[0]; e.Access != nil || e.KeyView != nil {
		t.Errorf("values that were not asked for: %+v", e.Access)
	}
	q.Payload = true
	page, err = s.Events(context.Background(), access.Principal{Name: "ann", Roles: []string{"reader"}}, s.rec, q)
	if err != nil || len(page.Events) != 0 {
		t.Errorf("who sees no value finds %d accesses by a key, %v", len(page.Events), err)
	}
}
