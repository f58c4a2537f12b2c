package browse

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// randomFilter writes a filter of terms that the plan knows and of terms that it does not.
func randomFilter(r *rand.Rand, times []string, depth int) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	if depth > 0 && r.IntN(3) > 0 {
		a, b := randomFilter(r, times, depth-1), randomFilter(r, times, depth-1)
		switch r.IntN(5) {
		case 0, 1:
			return a + " && " + b
		case 2, 3:
			return "(" + a + " || " + b + ")"
		default:
			return "!(" + a + ")"
		}
	}
	switch r.IntN(14) {
	case 0:
		return fmt.Sprintf("kind == %q", pick("record", "source-record", "written", "elements", "watermark", "gap", "dropped"))
	case 1:
		return fmt.Sprintf("kind in [%q, %q]", pick("record", "source-record"), pick("written", "elements", "checkpoint"))
	case 2:
		return fmt.Sprintf("%q == lane", pick("out", "det", "src", "trace", "job"))
	case 3:
		return fmt.Sprintf("subtask %s %d", pick("==", "!=", "<"), r.IntN(3))
	case 4:
		return fmt.Sprintf("op == %q", pick("parse", "convert", "dedup", "source-orders"))
	case 5:
		return fmt.Sprintf("time %s timestamp(%q)", pick("<", "<=", ">", ">="), times[r.IntN(len(times))])
	case 6:
		return fmt.Sprintf("timestamp(%q) %s time", times[r.IntN(len(times))], pick("<", "<=", ">", ">="))
	case 7:
		return fmt.Sprintf("value.currency == %q", pick("EUR", "USD", "***"))
	case 8:
		return fmt.Sprintf("text.contains(%q)", pick("o-000001", "EUR", "m-1", "***"))
	case 9:
		return fmt.Sprintf("double(value.amount) > %d.0", r.IntN(100))
	case 10:
		return pick("late", `reason == "window-late"`, `reason in ["duplicate", "window-late"]`, "true")
	case 11:
		return fmt.Sprintf("offset >= %d", r.IntN(40))
	case 12:
		return pick(`has(value.f0)`, `value.f0.startsWith("o-000001")`, `key.contains("m-")`, `attempt == 0`, `size > 40`)
	default:
		return fmt.Sprintf("value.f1 == %q || value.merchant == %q", pick("m-01", "m-13"), pick("m-02", "m-13"))
	}
}

// What is planned, pruned and asked in two steps selects what the filter alone selects of all events, for every principal.
func TestPlannedFiltersSelectWhatTheNaiveOnesDo(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	for seed, who := range []access.Principal{local, ann} {
		all := EventQuery{Limit: 100_000}
		all.Payload = true
		page, err := s.Events(ctx, who, s.rec, all)
		if err != nil || !page.Complete || len(page.Events) < 1000 {
			t.Fatalf("%d events, %v", len(page.Events), err)
		}
		r := rand.New(rand.NewPCG(5, uint64(seed)))
		var times []string
		for range 20 {
			times = append(times, page.Events[r.IntN(len(page.Events))].Wall.Time().Format("2006-01-02T15:04:05.000000")+[]string{"Z", "400Z"}[r.IntN(2)])
		}
		hits, counted := 0, 0
		for n := range 120 {
			text := randomFilter(r, times, 3)
			f, err := CompileFilter(text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			var want []string
			for i := range page.Events {
				if is, err := f.Match(&page.Events[i]); is && err == nil {
					want = append(want, string(page.Events[i].Cursor))
				}
			}
			q := EventQuery{Where: f, Limit: 50 + r.IntN(2000)}
			q.MaxBlocks = 5 + r.IntN(100)
			got, err := s.pages(ctx, who, q)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Fatalf("filter %d of %s, %s: %d events, want %d", n, who.ID, text, len(got), len(want))
			}
			hits += min(len(want), 1)
			if c, terms := q.Counted(); len(terms) == 0 {
				counted++
				if line, err := s.Timeline(ctx, s.rec, TimelineQuery{EventQuery: c, Buckets: 7}); err != nil || !line.Approximate && line.Rows != uint64(len(want)) {
					t.Errorf("%s: counts %d (%v), want %d", text, line.Rows, err, len(want))
				}
			}
		}
		if hits < 30 || counted < 5 {
			t.Errorf("only %d filters found anything, %d could be counted", hits, counted)
		}
	}
}

// pages goes through all pages of a question and gives the cursors of its events.
func (s *shelf) pages(ctx context.Context, who access.Principal, q EventQuery) (cursors []string, err error) {
	for range 100_000 {
		page, err := s.Events(ctx, who, s.rec, q)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Events {
			cursors = append(cursors, string(e.Cursor))
		}
		if q.After = page.Next; q.After == "" {
			return cursors, nil
		}
	}
	return nil, errors.New("the pages have no end")
}

func TestPlansSayWhatTheyRuleOut(t *testing.T) {
	s := open(t)
	for text, want := range map[string][2]string{
		`kind == "record" && subtask == 1`:                    {"subtask kind", ""},
		`kind == "record" || kind == "written"`:               {"kind", ""},
		`kind == "record" || lane == "src"`:                   {"", `kind == "record" || lane == "src"`},
		`late && value.id == "x"`:                             {"reason", `value.id == "x"`},
		`op == "parse" && subtask != 1`:                       {"op", `subtask != 1`},
		`time >= timestamp("2001-01-01T00:00:00Z") && n == 1`: {"time", "n == 1"},
		`!(kind == "record")`:                                 {"", `!(kind == "record")`},
	} {
		f, err := CompileFilter(text)
		if err != nil {
			t.Fatal(err)
		}
		page, err := s.Events(context.Background(), local, s.rec, EventQuery{Where: f})
		if got := [2]string{strings.Join(page.Filter.By, " "), strings.Join(page.Filter.Evaluated, " && ")}; err != nil || got != want {
			t.Errorf("%s: %q (%v), want %q", text, got, err, want)
		}
	}
	// What excludes itself reads nothing.
	f, _ := CompileFilter(`kind == "record" && kind == "written"`)
	page, err := s.Events(context.Background(), local, s.rec, EventQuery{Where: f})
	if err != nil || len(page.Events) > 0 || !page.Complete || page.Explain.Headers > 0 {
		t.Errorf("%+v, %v", page, err)
	}
	f, _ = CompileFilter(`op == "nobody"`)
	if _, err := s.Events(context.Background(), local, s.rec, EventQuery{Where: f}); !errors.Is(err, ErrNotFound) {
		t.Errorf("an operator that is not there: %v", err)
	}
	// What needs no value is answered without reading one, and without a word in the audit log.
	before := len(s.diary.intents)
	f, _ = CompileFilter(`kind == "source-record" && subtask == 0`)
	if page, err = s.Events(context.Background(), ann, s.rec, EventQuery{Where: f}); err != nil || len(page.Events) == 0 || len(s.diary.intents) != before {
		t.Errorf("%d events, %v, %d reads written down", len(page.Events), err, len(s.diary.intents)-before)
	}
}

// No filter tells who sees masks anything of what is below them: events whose views are equal match equally, and none of many
// filters that know a secret finds it.
func TestFiltersTellNothingOfWhatIsMasked(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	q := payloads(event.KindSourceRecord)
	q.Limit = 1000
	page, err := s.Events(ctx, local, s.rec, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range page.Events[:5] {
		id := e.View.Node.Items[0].Value
		for _, form := range []string{
			`value.id == "%s"`, `text.contains("%s")`, `value.id.startsWith("%s")`, `value.exists(m, value[m] == "%s")`, `string(value.id) == "%s"`,
			`value.id.matches("^%s$")`, `"%s" in value`, `value.key_1 == "%s"`, `[value].exists(v, v.id == "%s")`, `value.id.lowerAscii() == "%s"`,
			`type(value) == map && value.map(k, value[k]).exists(v, v == "%s")`,
		} {
			f, err := CompileFilter(fmt.Sprintf(form, id))
			if err != nil {
				t.Fatal(err)
			}
			where := EventQuery{Where: f, Limit: 1000}
			where.Kinds = q.Kinds
			found, err := s.Events(ctx, ann, s.rec, where)
			if err != nil || len(found.Events) > 0 {
				t.Errorf("%s: ann finds %d events, %v", f, len(found.Events), err)
			}
			if strings.Contains(found.Unclear.Why, id) && !strings.Contains(form, "in value") {
				t.Errorf("%s: the reason holds it: %s", f, found.Unclear.Why)
			}
		}
	}
	// The size of a masked value is a class of sizes.
	masked, err := s.Events(ctx, ann, s.rec, q)
	if err != nil {
		t.Fatal(err)
	}
	for i := range masked.Events {
		if n, ok := sizeOf(&masked.Events[i]).(int64); !ok || n&(n-1) != 0 {
			t.Fatalf("size %d of a masked value", n)
		}
	}
}

func FuzzCompileFilter(f *testing.F) {
	for _, text := range []string{`op ==`, `kind == "record" && value.a.b > 1`, "\x00", `"`, `((((`, `value[?"a"].orValue(1) == 1`, `kind in ["a", 1]`,
		`[1].all(x, x > 0)`, `time < timestamp("9999-12-31T23:59:59Z")`, `-9223372036854775808`, `{"a": 1}.a == 1`, `"é".size() == 1`, `duration("1s") > lag`,
		`subtask == 18446744073709551615u`, `value.matches("(a")`, `a.b.c`, `!late || -n < 0`, "kind\n== \"record\"\n&& moon"} {
		f.Add(text)
	}
	e := Event{Event: query.Event{EventTime: query.NoEventTime, Time: query.NoEventTime, SplitTime: query.NoEventTime}}
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := CompileFilter(text)
		if err != nil {
			var p *FilterProblem
			if !errors.As(err, &p) || p.Message == "" || p.At >= 0 && p.Line < 1 {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		is, _ := filter.Match(&e)
		if is && !filter.MayMatch(&e) {
			t.Fatalf("%q matches and may not", text)
		}
		var q query.EventQuery
		if _, empty := filter.prune(&q); is && empty {
			t.Fatalf("%q matches and selects nothing", text)
		}
		_ = filter.evaluated()
	})
}
