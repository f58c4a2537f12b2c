package impact

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// What came after a release stands beside what was predicted, reader by reader, in the forms that people read and in JSON.
func TestWhatCameStandsBesideThePrediction(t *testing.T) {
	report := &Report{Stream: orders, Systems: []System{
		{ID: "job:breaks", Name: "breaks", Kind: "job", Verdict: Broken}, {ID: "job:spared", Name: "spared", Kind: "job", Verdict: Broken}, {ID: "job:fine", Name: "fine", Kind: "job", Verdict: Safe},
		{ID: "job:busy", Name: "busy", Kind: "job", Verdict: Safe}, {ID: "job:wrong", Name: "wrong", Kind: "job", Verdict: Safe}, {ID: "group:g", Name: "g", Kind: "group", Role: "consumer", Verdict: Broken},
		{ID: "job:asked", Name: "asked", Kind: "job", Verdict: Maybe},
	}}
	o := outcomeOf(report, noon, noon.Add(time.Hour), []Trouble{
		{System: "job:breaks", Kind: TroubleDecoding, Count: 3, First: noon}, {System: "job:busy", Kind: TroubleException, Count: 1}, {System: "job:wrong", Kind: TroubleDecoding, Count: 1},
		{System: "job:late", Kind: TroubleDecoding, Count: 2}, {Kind: TroubleViolation, Path: "id", Count: 7},
	})
	r := &Run{ID: "1", Proposal: Proposal{Kind: OfDrop, Topic: "orders", Drop: "id"}, State: Done, Report: report, Outcome: o}
	for _, f := range []Format{Text, Markdown} {
		got, err := Render(r, f, "", Budget{})
		if err != nil {
			t.Fatal(err)
		}
		got = strings.ReplaceAll(got, `\`, "")
		for _, want := range []string{
			"what came of it since 2026-11-02 12:00Z, so far", "breaks: predicted broken, 3 deserialisations\n", "spared: predicted broken, no trouble – otherwise than predicted", "fine: predicted safe, no trouble\n",
			"busy: predicted safe, 1 exception\n", "wrong: predicted safe, 1 deserialisation – otherwise than predicted", "g: predicted broken, nothing is seen of it: it is no recorded job\n",
			"asked: predicted maybe, no trouble\n", "job:late: predicted nothing, 2 deserialisations – otherwise than predicted", "orders: 7 violations id\n",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s has no %q:\n%s", f, want, got)
			}
		}
	}
	text, err := Render(r, JSON, "", Budget{})
	var told struct{ Outcome Outcome }
	if err != nil || json.Unmarshal([]byte(text), &told) != nil || len(told.Outcome.Systems) != 9 {
		t.Errorf("%v %+v", err, told)
	}
}
