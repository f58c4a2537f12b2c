package browse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// capsuled is keyed with capsules, and with roles for who may export and sees no value, and the other way about. more adds to the store.
func capsuled(t *testing.T, traced bool, more ...func(*memory.Store, *ingesttest.Truth)) *shelf {
	t.Helper()
	store := memory.New()
	truth, err := ingesttest.Record(t.Context(), store, ingesttest.Options{Seed: 21, Orders: 300, StepUS: 20_000, Traced: traced})
	if err != nil {
		t.Fatal(err)
	}
	s := shelved(t, store, truth)
	parts := map[string]string{"task_configuration": "a configuration", "execution_config": "another"}
	for _, of := range []event.Key{truth.Orders[0].Window.Attempt, truth.Orders[0].Convert.Attempt} {
		if err := ingesttest.PutCapsule(t.Context(), store, truth.Totals, of, truth.WallMax, parts); err != nil {
			t.Fatal(err)
		}
	}
	for _, add := range more {
		add(store, truth)
	}
	queries, err := query.New(query.Options{Reader: store, Blobs: store})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := access.NewPolicy("test-2",
		access.Role{Name: access.LocalRole, Statements: []access.Statement{{Effect: access.Allow, Actions: []access.Action{"*"}, Resources: []string{"**"}}}, Clear: []string{"*"}},
		access.Role{Name: "masked", Statements: []access.Statement{{Effect: access.Allow, Actions: []access.Action{access.JobRead, access.RecordingExport}, Resources: []string{"**"}}}},
		access.Role{Name: "reader", Clear: []string{"*"}, Statements: []access.Statement{{Effect: access.Allow, Actions: []access.Action{access.JobRead}, Resources: []string{"**"}}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	if s.Browser, err = New(Options{Queries: queries, Policy: access.NewInForce(policy), Auditor: s.diary}); err != nil {
		t.Fatal(err)
	}
	return s
}

// windowed are invocations of one subtask of the window operator, in order.
func windowed(s *shelf) (list []event.Invocation) {
	of := s.truth.Orders[0].Window.Attempt
	for _, o := range s.truth.Orders {
		if o.Window.Attempt == of && o.Window.Number > 0 {
			list = append(list, o.Window)
		}
	}
	return list
}

func TestAnExcerptHoldsWhatWasDoneUnderOneKey(t *testing.T) {
	s, ctx := capsuled(t, true), context.Background()
	all := windowed(s)
	at := all[len(all)-1]
	whole, err := s.Excerpt(ctx, local, s.rec, ExcerptQuery{Position: Position{Key: at.Attempt, Invocation: at.Number}, Before: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if !whole.Keyed || whole.Key == nil || whole.Key.Text == "" || whole.Traced != s.truth.Totals || string(whole.Configuration.Bytes()) != "a configuration" || whole.State != nil {
		t.Errorf("keyed %t, %v, traced %s, %d steps", whole.Keyed, whole.Key, whole.Traced, len(whole.Steps))
	}
	last := whole.Steps[len(whole.Steps)-1]
	if len(whole.Steps) < 3 || last.Position.Invocation != at.Number || last.Record == nil || last.Input != 1 || len(whole.Cells) != 0 {
		t.Fatalf("%d steps, the last %+v; begins with %+v", len(whole.Steps), last, whole.Cells)
	}
	for i, step := range whole.Steps {
		m, err := s.At(ctx, local, s.rec, step.Position)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && step.Position.Invocation <= whole.Steps[i-1].Position.Invocation {
			t.Errorf("%s is out of order", step.Position)
		}
		for _, e := range m.Steps {
			if e.Access != nil && e.Access.Key != nil && e.Access.Key.Text() != whole.Key.Text {
				t.Errorf("%s worked under %s", step.Position, e.Access.Key.Text())
			}
		}
		if step.Record != nil && step.Record.Len() != m.Input.Value.Len() {
			t.Errorf("%s: %d bytes of %d", step.Position, step.Record.Len(), m.Input.Value.Len())
		}
	}

	// What is left out is in the state that the rest begins with.
	cut, err := s.Excerpt(ctx, local, s.rec, ExcerptQuery{Position: last.Position, Before: 0})
	if err != nil {
		t.Fatal(err)
	}
	if len(cut.Steps) != 1 || !strings.Contains(strings.Join(cut.Unproven, "\n"), fmt.Sprintf("%d earlier invocations", len(whole.Steps)-1)) {
		t.Errorf("%d steps: %q", len(cut.Steps), cut.Unproven)
	}
	var wants *Event
	m, _ := s.At(ctx, local, s.rec, last.Position)
	for i, e := range m.Steps {
		if e.Lane == event.LaneState && wants == nil {
			wants = &m.Steps[i]
		}
	}
	found := wants.Access.Before
	if wants.Kind == event.KindStateRead {
		found = wants.Access.After
	}
	switch {
	case found == nil && len(cut.Cells) > 0, found != nil && (len(cut.Cells) == 0 || cut.Cells[0].Value.Text != found.Text() || cut.Cells[0].State != wants.State.Name):
		t.Errorf("begins with %+v, the first look found %v", cut.Cells, found)
	}
}

func TestWhatIsCleanedUpBehindAnotherKeyIsNoWork(t *testing.T) {
	mine, other := event.NewPayload([]byte("mine")), event.NewPayload([]byte("other"))
	row := func(key event.Payload, kind event.Kind, what uint32) query.Event {
		return query.Event{Key: key, Kind: kind, What: what, Lane: event.LaneState}
	}
	for name, c := range map[string]struct {
		steps []query.Event
		want  bool
	}{
		"read":                            {[]query.Event{row(mine, event.KindStateRead, 1)}, true},
		"read, another was cleaned up":    {[]query.Event{row(mine, event.KindStateRead, 1), row(other, event.KindStateExpired, callCleanup)}, true},
		"cleaned up behind another":       {[]query.Event{row(other, event.KindStateRead, 1), row(mine, event.KindStateExpired, callCleanup)}, false},
		"both":                            {[]query.Event{row(other, event.KindStateRead, 1), row(mine, event.KindStateWritten, 2)}, true},
		"cleaned up, and nobody did more": {[]query.Event{row(mine, event.KindStateExpired, callCleanup), row(other, event.KindStateExpired, callCleanup)}, true},
	} {
		if got := isOf(&query.Moment{Steps: c.steps}, mine); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestLevelsOfTheHeadAreRead(t *testing.T) {
	for text, want := range map[string]bool{
		"0.1;trace;why=said so": true, "replay;trace": true, "2;trace*1:10,flight": true, "2;trace+flight/lengths": true,
		"0.0;flight": false, "0.0;flight,trace": false, "2;positions;why=trace": false, "": false,
	} {
		if headTraced(text) != want {
			t.Errorf("%q: want %t", text, want)
		}
	}
}

func TestExcerptsAreForThoseWhoMayExportAndSeeAll(t *testing.T) {
	s, ctx := capsuled(t, true), context.Background()
	at := windowed(s)[0]
	q := ExcerptQuery{Position: Position{Key: at.Attempt, Invocation: at.Number}, Before: 7}
	for _, who := range []access.Principal{{ID: "eve", Roles: []string{"masked"}}, {ID: "ben", Roles: []string{"reader"}}, {}} {
		s.diary.intents = nil
		if e, err := s.Excerpt(ctx, who, s.rec, q); !errors.Is(err, ErrDenied) || e != nil || len(s.diary.intents) != 0 {
			t.Errorf("%s: %v, %v", who.ID, e, err)
		}
	}
	s.diary.intents, s.diary.results = nil, nil
	e, err := s.Excerpt(ctx, local, s.rec, q)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.diary.intents) != 1 || s.diary.intents[0].Action != access.RecordingExport || s.diary.intents[0].Resource != s.rec.Resource ||
		s.diary.intents[0].Ranges[0] != "test of "+q.Position.String()+", with at most 7 records before it" ||
		len(s.diary.results) != 1 || s.diary.results[0].Records != len(e.Steps) || s.diary.results[0].Outcome != access.OutcomeOK {
		t.Errorf("written down: %+v, %+v", s.diary.intents, s.diary.results)
	}
	if b, err := json.Marshal(e); err == nil && strings.Contains(string(b), "a configuration") {
		t.Error("bytes leave through JSON, past whoever asks for them")
	}
}

// declaredKeyed has the window operator say that it has keys.
func declaredKeyed(t *testing.T) func(*memory.Store, *ingesttest.Truth) {
	return func(store *memory.Store, truth *ingesttest.Truth) {
		all, _ := store.Definitions(0)
		for _, d := range all {
			var def event.AttemptDef
			if d.Kind != event.DefAttempt || json.Unmarshal(d.Body, &def) != nil || def.AttemptKey != truth.Orders[0].Window.Attempt.String() || len(def.Chain) == 0 {
				continue
			}
			def.Chain[0].Key = "00000000000000aa"
			body, err := json.Marshal(def)
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Define(t.Context(), event.NewDefinition(event.DefAttempt, body)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestAnExcerptIsRefusedWithTheReason(t *testing.T) {
	s, ctx := capsuled(t, false, declaredKeyed(t)), context.Background()
	o := s.truth.Orders[0]
	for _, c := range []struct {
		of   Position
		want error
		text string
	}{
		{Position{Key: o.Window.Attempt, Invocation: o.Window.Number}, ErrUntraced, "window"},
		{Position{Key: o.Source.Attempt, Invocation: o.Source.Number}, ErrNoExcerpt, "take an operator behind it"},
		{Position{Key: o.Window.Attempt, Invocation: 1 << 40}, ErrNotFound, ""},
	} {
		if _, err := s.Excerpt(ctx, local, s.rec, ExcerptQuery{Position: c.of}); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", c.of, err)
		}
	}
	// A replay that did not come so far says nothing.
	if _, err := s.Excerpt(ctx, local, s.rec, ExcerptQuery{Position: Position{Key: o.Window.Attempt, Invocation: o.Window.Number}, Traced: []Traced{{Recording: s.truth.Alerts}}}); !errors.Is(err, ErrUntraced) {
		t.Errorf("by a recording without the invocation: %v", err)
	}
	a, err := s.Attempt(ctx, s.rec, Position{Key: o.Window.Attempt})
	if err != nil {
		t.Fatal(err)
	}
	behind := Position{Operator: event.Slug("Sink: merchant-totals"), Subtask: a.Subtask, Attempt: a.Attempt, Invocation: o.Window.Number}
	if _, err := s.Excerpt(ctx, local, s.rec, ExcerptQuery{Position: behind}); !errors.Is(err, ErrNoExcerpt) || !strings.Contains(err.Error(), "stands behind") {
		t.Errorf("%s: %v", behind, err)
	}
}

// snapshotted adds what a task reported of a checkpoint.
func snapshotted(t *testing.T, checkpoint uint64, state string) func(*memory.Store, *ingesttest.Truth) {
	return func(store *memory.Store, truth *ingesttest.Truth) {
		b := block.NewBuilder(block.Spec{Recording: truth.Totals, Attempt: truth.Orders[0].Convert.Attempt, Lane: event.LaneJob, Number: 9001})
		b.Add(block.Row{Kind: event.KindSnapshot, Operator: -1, N: 1, Wall: truth.WallMax, Body: fmt.Appendf(nil, `{"checkpoint":%d}`, checkpoint), Value: []byte(state)})
		ingesttest.PutBlock(t, store, b)
	}
}

func TestAnExcerptWithoutKeysBeginsBehindACheckpoint(t *testing.T) {
	ctx := context.Background()
	const checkpoint = 1 // of the two in the recording the one before the last order
	for state, kept := range map[string]bool{"the rates": true, "org.apache.flink.runtime.state.filesystem.FileStateHandle": false} {
		s := capsuled(t, false, snapshotted(t, checkpoint, state))
		of := s.truth.Orders[0].Convert.Attempt
		var behind []event.Invocation
		for _, o := range s.truth.Orders {
			if o.Convert.Attempt == of {
				behind = append(behind, o.Convert)
			}
		}
		at := Position{Key: of, Invocation: behind[len(behind)-1].Number}
		e, err := s.Excerpt(ctx, local, s.rec, ExcerptQuery{Position: at, Before: 3})
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Steps) != 4 || e.Keyed || e.Steps[3].Position.Invocation != at.Invocation || !strings.Contains(strings.Join(e.Unproven, "\n"), "records that the operator took in before are not in it") {
			t.Errorf("%d steps, not proven: %q", len(e.Steps), e.Unproven)
		}
		if kept && (e.State == nil || string(e.State.Bytes()) != state || e.Checkpoint != checkpoint) {
			t.Errorf("begins with %v of checkpoint %d", e.State, e.Checkpoint)
		}
		if !kept && (e.State != nil || !strings.Contains(strings.Join(e.Unproven, "\n"), "lies in files of the cluster")) {
			t.Errorf("a state in files: %v, %q", e.State, e.Unproven)
		}
		whole, err := s.Excerpt(ctx, local, s.rec, ExcerptQuery{Position: at, Before: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if first := whole.Steps[0].Position.Invocation; len(whole.Steps) < 5 || first <= behind[0].Number {
			t.Errorf("%d steps, from %d on: what is in the state is not to come again", len(whole.Steps), first)
		}
		early, err := s.Excerpt(ctx, local, s.rec, ExcerptQuery{Position: Position{Key: of, Invocation: behind[0].Number}, Before: -1})
		if err != nil || early.State != nil || len(early.Steps) != 1 {
			t.Errorf("before the checkpoint: %v", err)
		}
	}
}
