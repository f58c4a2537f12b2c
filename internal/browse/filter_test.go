package browse

import (
	"context"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
)

func count(t *testing.T, s *shelf, who access.Principal, text string) (n int, unclear map[string]int) {
	t.Helper()
	f, err := CompileFilter(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	unclear = map[string]int{}
	q := EventQuery{Where: f, Limit: 1000, Unclear: func(err error) { unclear[err.Error()]++ }}
	q.Kinds, q.Payload = []event.Kind{event.KindSourceRecord}, true
	page, err := s.Events(context.Background(), who, s.rec, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range page.Events {
		if e.View == nil {
			t.Error("a view is missing that was asked for")
		}
	}
	return len(page.Events), unclear
}

func TestFiltersLookAtWhatThePrincipalSees(t *testing.T) {
	s := open(t)
	all, unclear := count(t, s, local, `true`)
	if all == 0 || len(unclear) > 0 {
		t.Fatalf("%d events, unclear %v", all, unclear)
	}
	some, _ := count(t, s, local, `kind == "source-record" && subtask == 0 && size > 0 && time > timestamp("1990-01-01T00:00:00Z") && !late && drop.reason == ""`)
	if some == 0 || some >= all {
		t.Errorf("%d of %d in subtask 0", some, all)
	}
	n := 0
	if n, _ = count(t, s, local, `op == "nowhere" || state.name == "seen"`); n != 0 {
		t.Errorf("%d events of an operator that is not there", n)
	}
	high, unclear := count(t, s, local, `double(value.amount) > 50.0`)
	low, _ := count(t, s, local, `double(value.amount) <= 50.0`)
	odd := 0 // amounts that are words
	for _, n := range unclear {
		odd += n
	}
	if high == 0 || low == 0 || high+low+odd != all {
		t.Errorf("%d high, %d low, %d no number of %d", high, low, odd, all)
	}
	// A mask is compared, not what is below it.
	if n, _ := count(t, s, access.Principal{ID: "ann", Roles: []string{"reader"}}, `value.currency == "EUR"`); n != 0 {
		t.Errorf("%d values seen through a mask", n)
	}
	n, unclear = count(t, s, local, `value.nothing == 1`)
	if n != 0 || len(unclear) != 1 {
		t.Errorf("%d events, unclear %v", n, unclear)
	}
	if last := s.diary.intents[len(s.diary.intents)-1]; last.Filter != "value.nothing == int" {
		t.Errorf("the log says %q", last.Filter)
	}
}

func TestFiltersThatCannotBeUnderstoodAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		`op ==`:                    "at 1:",
		`op + 1 == 2`:              "no matching overload",
		`moon`:                     "undeclared reference to 'moon'",
		`subtask + 1`:              "it gives int",
		strings.Repeat("a", 1<<13): "at most",
	} {
		if _, err := CompileFilter(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v, want %s", text, err, want)
		}
	}
	// One that costs too much ends.
	f, err := CompileFilter(`[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, a + b + c + d + e > 0)))))`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Match(&Event{}); err == nil {
		t.Error("it ran to its end")
	}
}
