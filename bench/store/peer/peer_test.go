//go:build duckdb

package peer

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// world is a recording in both engines.
type world struct {
	*query.Engine
	*Peer
	rec    event.RecordingID
	events []browse.Event
	rng    *rand.Rand
}

func open(t *testing.T, load bool) *world {
	t.Helper()
	ctx, seed := context.Background(), rand.Uint64()
	t.Logf("seed %d", seed)
	store := memory.New()
	truth, err := ingesttest.Record(ctx, store, ingesttest.Options{Seed: seed, Orders: 200, Traced: true})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{rec: truth.Totals, rng: rand.New(rand.NewPCG(seed, 3))}
	if w.Engine, err = query.New(query.Options{Reader: store}); err != nil {
		t.Fatal(err)
	}
	b, err := browse.New(browse.Options{Queries: w.Engine, Policy: access.NewInForce(access.Local()), Auditor: unaudited{}})
	if err != nil {
		t.Fatal(err)
	}
	target, err := b.Resolve(ctx, w.rec.String())
	if err != nil {
		t.Fatal(err)
	}
	dir, who := filepath.Join(t.TempDir(), "it's here"), access.LocalPrincipal("joe")
	if _, _, err := Write(ctx, w.Engine, w.rec, dir); err != nil {
		t.Fatal(err)
	}
	var q browse.EventQuery
	q.Payload, q.Limit = true, 1000
	for {
		page, err := b.Events(ctx, who, target, q)
		if err != nil {
			t.Fatal(err)
		}
		w.events = append(w.events, page.Events...)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if w.Peer, _, err = Open(ctx, load, 1, dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) ask(t *testing.T, q Question, a Args) Answer {
	t.Helper()
	answer, err := w.Ask(context.Background(), q, a)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func (w *world) span() (from, to time.Time) {
	return w.events[0].Wall.Time(), w.events[len(w.events)-1].Wall.Time().Add(time.Microsecond)
}

func TestBothEnginesSayTheSame(t *testing.T) {
	for _, load := range []bool{false, true} {
		t.Run(fmt.Sprintf("load=%v", load), func(t *testing.T) {
			w := open(t, load)
			t.Run("page", w.page)
			t.Run("counts", w.counts)
			t.Run("lineage", w.lineage)
			t.Run("state", w.state)
			t.Run("text", w.text)
			t.Run("invocation", w.invocation)
			t.Run("drops, gaps and watermarks", w.sums)
		})
	}
}

func (w *world) page(t *testing.T) {
	from := w.events[w.rng.IntN(len(w.events)/2)].Wall
	_, to := w.span()
	op := w.events[len(w.events)/2].Operator.Slug
	var want []string
	for i := range w.events {
		if e := &w.events[i]; e.Wall >= from && e.Operator.Slug == op && len(want) < 100 {
			want = append(want, e.Text)
		}
	}
	answer := w.ask(t, Page, Args{Op: op, From: from.Time(), To: to})
	text := slices.Index(answer.Columns, "text")
	var got []string
	for _, row := range answer.Rows {
		got = append(got, row[text].(string))
	}
	if len(want) < 10 || !slices.Equal(got, want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
}

func (w *world) counts(t *testing.T) {
	from, to := w.span()
	want, buckets := map[string]int64{}, map[string]int64{}
	for i := range w.events {
		e := &w.events[i]
		want[e.Operator.Slug+" "+e.Kind.String()]++
		bucket := e.Wall.Time().Sub(from).Microseconds() * 100 / to.Sub(from).Microseconds()
		buckets[fmt.Sprintf("%s %s %d", e.Operator.Slug, e.Kind, bucket)]++
	}
	same := func(q Question, rows [][]any, want map[string]int64, key func([]any) string, n int) {
		t.Helper()
		if len(rows) != len(want) {
			t.Errorf("%s: %d rows, want %d", q, len(rows), len(want))
		}
		for _, row := range rows {
			if row[n].(int64) != want[key(row)] {
				t.Errorf("%s: %v, want %d", q, row, want[key(row)])
			}
		}
	}
	same(Totals, w.ask(t, Totals, Args{}).Rows, want, func(r []any) string { return fmt.Sprintf("%s %s", r[0], r[1]) }, 2)
	same(Timeline, w.ask(t, Timeline, Args{From: from, To: to}).Rows, buckets, func(r []any) string { return fmt.Sprintf("%s %s %d", r[0], r[1], r[2]) }, 3)
}

func (w *world) lineage(t *testing.T) {
	asked, longest := 0, 0
	for asked < 15 {
		e := w.events[w.rng.IntN(len(w.events))]
		if e.Kind != event.KindRecord {
			continue
		}
		asked++
		for q, direction := range map[Question]query.Direction{LineageUp: query.Up, LineageDn: query.Down} {
			l, err := w.Lineage(context.Background(), query.LineageQuery{Recording: &w.rec, Record: e.Element.String(), Direction: direction, Limit: 10000})
			if err != nil {
				t.Fatal(err)
			}
			var want, got []string
			for _, n := range l.Nodes {
				if n.Depth != 0 && n.Record != "" && n.Recording == w.rec {
					want = append(want, n.Record)
				}
			}
			for _, row := range w.ask(t, q, Args{Record: e.Element.String()}).Rows {
				got = append(got, row[0].(string))
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s of %s: %v, the engine says %v", q, e.Element, got, want)
			}
			longest = max(longest, len(got))
		}
	}
	if longest < 2 {
		t.Errorf("at most %d records: too few to say something", longest)
	}
}

func (w *world) state(t *testing.T) {
	asked := 0
	for i := range w.events {
		e := &w.events[i]
		if e.Kind != event.KindStateWritten || e.Access == nil || e.Access.Key == nil || w.rng.IntN(10) > 0 {
			continue
		}
		asked++
		want := map[string]string{} // newest value by place, up to the moment of e
		for j := range w.events {
			o := &w.events[j]
			if o.Wall > e.Wall || o.Access == nil || o.State == nil || o.State.Name != e.State.Name || o.Access.Key == nil || o.Access.Key.Plain() != e.Access.Key.Plain() ||
				o.Kind == event.KindStateRead || o.Lane != event.LaneState {
				continue
			}
			value := ""
			if o.Access.After != nil && !o.Value.Null() {
				value = string(o.Access.After.JSON())
			}
			place := o.Operator.Slug
			if o.Access.Namespace != nil && !o.Namespace.Null() {
				place += " " + string(o.Access.Namespace.JSON())
			}
			if o.Access.MapKey != nil && !o.MapKey.Null() {
				place += " " + o.Access.MapKey.Plain()
			}
			want[place] = o.Kind.String() + " " + value
		}
		rows := w.ask(t, StateAt, Args{State: e.State.Name, Key: e.Access.Key.Plain(), To: e.Wall.Time()}).Rows
		if len(rows) != len(want) {
			t.Fatalf("%d values of %s, want %v", len(rows), e.State.Name, want)
		}
		for _, row := range rows {
			place := row[0].(string)
			for _, part := range row[2:4] {
				if part != nil {
					place += " " + part.(string)
				}
			}
			if got, ok := want[place]; !ok || got != fmt.Sprintf("%s %s", row[4], row[5]) {
				t.Fatalf("%s at %s: %v, want %q", e.State.Name, place, row, got)
			}
		}
	}
	if asked < 5 {
		t.Errorf("only %d values asked for", asked)
	}
}

func (w *world) text(t *testing.T) {
	var needle string
	for needle == "" {
		if e := w.events[w.rng.IntN(len(w.events))]; e.Kind == event.KindSourceRecord && e.View != nil {
			words := strings.FieldsFunc(string(e.View.JSON()), func(c rune) bool { return strings.ContainsRune(`{}[]",:`, c) })
			needle = words[w.rng.IntN(len(words))]
		}
	}
	want := 0
	for i := range w.events {
		e := &w.events[i]
		switch e.Kind {
		case event.KindRecord, event.KindSourceRecord, event.KindWritten:
			if e.View != nil && strings.Contains(string(e.View.JSON()), needle) || e.KeyView != nil && strings.Contains(e.KeyView.Plain(), needle) {
				want++
			}
		}
	}
	if got := len(w.ask(t, RareText, Args{Text: needle}).Rows); got != want || want == 0 {
		t.Errorf("%d records hold %q, want %d", got, needle, want)
	}
}

func (w *world) invocation(t *testing.T) {
	for asked := 0; asked < 10; {
		e := &w.events[w.rng.IntN(len(w.events))]
		if e.Invocation == 0 || e.Kind != event.KindStateWritten {
			continue
		}
		asked++
		want := 0
		for i := range w.events {
			o := &w.events[i]
			if o.AttemptKey == e.AttemptKey && o.Invocation <= e.Invocation && o.Invocation+uint64(max(o.N, 1)) > e.Invocation {
				want++
			}
		}
		args := Args{Attempt: e.AttemptKey.String(), Invocation: e.Invocation}
		if got := len(w.ask(t, Invocation, args).Rows); got != want {
			t.Errorf("%d events of %s#%d, want %d", got, args.Attempt, args.Invocation, want)
		}
		if e.Access == nil || e.Access.Key == nil {
			continue
		}
		under := w.ask(t, StateAt, Args{State: e.State.Name, Key: e.Access.Key.Plain(), To: e.Wall.Time()})
		state := 0
		for _, row := range w.ask(t, StateOf, args).Rows {
			if row[1] == e.State.Name {
				state++
			}
		}
		if state != len(under.Rows) {
			t.Errorf("%d values of %s under the key of %s#%d, want %d", state, e.State.Name, args.Attempt, args.Invocation, len(under.Rows))
		}
	}
}

func (w *world) sums(t *testing.T) {
	drops := make(map[string]int64)
	d, err := w.Drops(context.Background(), w.rec, query.DropsQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range d.Counts {
		drops[n.Reason.String()] += int64(n.Count)
	}
	got := make(map[string]int64)
	for _, row := range w.ask(t, Drops, Args{}).Rows {
		got[row[0].(string)] = row[1].(int64)
	}
	if !maps.Equal(got, drops) {
		t.Errorf("drops %v, want %v", got, drops)
	}
	gaps, err := w.Gaps(context.Background(), w.rec)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(w.ask(t, Gaps, Args{}).Rows); n != len(gaps) {
		t.Errorf("%d gaps, want %d", n, len(gaps))
	}
	highest := make(map[string]int64)
	for i := range w.events {
		e := &w.events[i]
		if e.Kind == event.KindWatermarkIn {
			at := fmt.Sprint(e.Task, " ", e.Subtask)
			if have, ok := highest[at]; !ok || int64(e.Time) > have {
				highest[at] = int64(e.Time)
			}
		}
	}
	came := make(map[string]int64)
	for _, row := range w.ask(t, Watermarks, Args{}).Rows {
		came[fmt.Sprint(row[0], " ", row[1])] = row[2].(int64)
	}
	if len(highest) == 0 || !maps.Equal(came, highest) {
		t.Errorf("watermarks %v, want %v", came, highest)
	}
}
