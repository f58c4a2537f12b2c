package browse

import (
	"context"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// keyed is open with dedup and window at level trace.
func keyed(t *testing.T) *shelf {
	t.Helper()
	store := memory.New()
	truth, err := ingesttest.Record(t.Context(), store, ingesttest.Options{Seed: 21, Orders: 300, StepUS: 20_000, Traced: true})
	if err != nil {
		t.Fatal(err)
	}
	return shelved(t, store, truth)
}

// keyText is the key that an operator's first step of the recording was done under, as joe sees it.
func keyText(t *testing.T, s *shelf, operator string) string {
	t.Helper()
	q := payloads()
	q.Operator, q.Lanes, q.Limit = operator, []event.Lane{event.LaneState}, 1
	page, err := s.Events(context.Background(), local, s.rec, q)
	if err != nil || len(page.Events) == 0 {
		t.Fatalf("no step of %s: %v", operator, err)
	}
	return page.Events[0].KeyView.Text()
}

func TestAKeyIsFoundByItsTextAndByItsRecord(t *testing.T) {
	s := keyed(t)
	ctx := context.Background()
	for _, operator := range []string{"dedup", "window"} {
		text := strings.Trim(keyText(t, s, operator), `"`)
		byText, err := s.KeyHistory(ctx, local, s.rec, KeyQuery{KeyName: KeyName{Text: text, Operator: operator}, Limit: 500})
		if err != nil || len(byText.Keys) != 1 || len(byText.Visits) == 0 || !byText.KeySearch.Complete {
			t.Fatalf("%s %q: %d keys, %d visits, %v", operator, text, len(byText.Keys), len(byText.Visits), err)
		}
		for _, v := range byText.Visits {
			if v.Operator.Slug != operator || len(v.Steps) == 0 {
				t.Errorf("%s: a visit of %s with %d steps", v.Position, v.Operator.Slug, len(v.Steps))
			}
			for _, e := range v.Steps {
				if e.KeyView != nil && strings.Trim(e.KeyView.Text(), `"`) != text {
					t.Errorf("%s: a step under another key", v.Position)
				}
			}
		}
		first := byText.Visits[0]
		if first.Input == nil || first.Input.View == nil {
			t.Fatalf("%s took in nothing that is shown", first.Position)
		}
		byRecord, err := s.KeyHistory(ctx, local, s.rec, KeyQuery{KeyName: KeyName{Of: first.Input.Element.String(), Operator: operator}, Limit: 500})
		if err != nil || len(byRecord.Visits) != len(byText.Visits) {
			t.Fatalf("by its record %d visits, by its text %d: %v", len(byRecord.Visits), len(byText.Visits), err)
		}
		states, err := s.StateHistory(ctx, local, s.rec, StateQuery{KeyName: KeyName{Text: text, Operator: operator}})
		if err != nil || len(states.Cells) == 0 || len(states.Cells[0].Versions) == 0 {
			t.Fatalf("states of %s: %d cells, %v", text, len(states.Cells), err)
		}
		if v := states.Cells[0].Versions[0]; v.Event.Access == nil || v.Event.Access.After == nil || v.Input == nil {
			t.Errorf("%s: the first version has no value or no record", text)
		}
	}
	if h, err := s.KeyHistory(ctx, local, s.rec, KeyQuery{KeyName: KeyName{Text: "nobody"}}); err != nil || len(h.Keys) != 0 || !h.KeySearch.Complete {
		t.Errorf("a key that nobody has: %d keys, %v", len(h.Keys), err)
	}
}

// A reader to whom keys are masked cannot ask whether one is there, and finds one by its token.
func TestAMaskedKeyHasNoOtherNameThanItsToken(t *testing.T) {
	s := keyed(t)
	ctx := context.Background()
	text := strings.Trim(keyText(t, s, "dedup"), `"`)
	for _, name := range []KeyName{{Text: text}, {Text: text, Operator: "dedup"}, {Text: `"` + text + `"`}} {
		h, err := s.KeyHistory(ctx, ann, s.rec, KeyQuery{KeyName: name})
		if err != nil || len(h.Keys) != 0 || len(h.Visits) != 0 {
			t.Errorf("%+v: ann found %d keys, %v", name, len(h.Keys), err)
		}
	}
	q := payloads()
	q.Operator, q.Lanes, q.Limit = "dedup", []event.Lane{event.LaneState}, 1
	page, err := s.Events(ctx, ann, s.rec, q)
	if err != nil || len(page.Events) != 1 {
		t.Fatal(err)
	}
	position := page.Events[0].Position.String()
	history, err := s.KeyHistory(ctx, ann, s.rec, KeyQuery{KeyName: KeyName{Of: position}})
	if err != nil || len(history.Keys) != 1 || len(history.Visits) == 0 {
		t.Fatalf("of %s: %d keys, %v", position, len(history.Keys), err)
	}
	states, err := s.StateHistory(ctx, ann, s.rec, StateQuery{KeyName: KeyName{Of: position}})
	if err != nil {
		t.Fatal(err)
	}
	all := everything(t, history.Keys[0].View)
	for _, v := range history.Visits {
		all += everything(t, shownOf(v.Steps)) + everything(t, shownOf(v.Outputs)) + v.Steps[0].Text
	}
	for _, c := range states.Cells {
		for _, v := range c.Versions {
			all += v.Event.Text + everything(t, v.Event.Access)
		}
	}
	if strings.Contains(all, text) {
		t.Error("the key is in what ann sees")
	}
	token := history.Keys[0].View.Text()
	byToken, err := s.KeyHistory(ctx, ann, s.rec, KeyQuery{KeyName: KeyName{Text: token, Operator: "dedup"}})
	if err != nil || token == "" {
		t.Fatalf("token %q: %v", token, err)
	}
	for _, k := range byToken.Keys {
		if k.View.Text() != token {
			t.Errorf("by the token %q a key that is shown as %q", token, k.View.Text())
		}
	}
	for _, i := range s.diary.intents {
		if strings.Contains(strings.Join(i.Ranges, " ")+i.Filter, text) {
			t.Errorf("the key is in what is written down: %v", i)
		}
	}
}

func TestStatusesAreReadForWatermarks(t *testing.T) {
	s := keyed(t)
	w, err := s.Watermarks(context.Background(), s.rec, WatermarkQuery{Operator: "window"})
	if err != nil || len(w.Tasks) != 2 {
		t.Fatalf("%d tasks, %v", len(w.Tasks), err)
	}
	for _, task := range w.Tasks {
		holders := 0
		for _, in := range task.Inputs {
			if in.Holds {
				holders++
			}
		}
		if holders != 1 || !task.Watermark.Known() {
			t.Errorf("subtask %d: %d inputs hold its watermark", task.Subtask, holders)
		}
	}
}
