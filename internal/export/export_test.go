package export

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// diary is an Auditor that remembers.
type diary struct {
	intents []access.Intent
	results []access.Result
}

func (d *diary) Begin(_ context.Context, i access.Intent) (access.Receipt, error) {
	d.intents = append(d.intents, i)
	return access.Receipt(len(d.intents)), nil
}

func (*diary) Event(context.Context, access.Intent, access.Result) error { return nil }

func (d *diary) End(_ context.Context, _ access.Receipt, r access.Result) error {
	d.results = append(d.results, r)
	return nil
}

type shelf struct {
	*browse.Browser
	engine *query.Engine
	truth  *ingesttest.Truth
	diary  *diary
	totals browse.Target
}

// The local user may do and see everything; ann may export and sees no value; ben may look and not export.
var (
	local = access.LocalPrincipal("joe")
	ann   = access.Principal{ID: "local:ann", Name: "Ann", Roles: []string{"exporter"}}
	ben   = access.Principal{ID: "local:ben", Name: "Ben", Roles: []string{"reader"}}
)

func open(t testing.TB, o ingesttest.Options) *shelf {
	t.Helper()
	return openWith(t, o, func(r store.Reader) store.Reader { return r })
}

func openWith(t testing.TB, o ingesttest.Options, through func(store.Reader) store.Reader) *shelf {
	t.Helper()
	kept := memory.New()
	truth, err := ingesttest.Record(context.Background(), kept, o)
	if err != nil {
		t.Fatal(err)
	}
	return shelve(t, through(kept), truth)
}

func testPolicy() *access.Policy {
	allow := func(a ...access.Action) []access.Statement {
		return []access.Statement{{Effect: access.Allow, Actions: a, Resources: []string{"**"}}}
	}
	p, err := access.NewPolicy("test-1",
		access.Role{Name: access.LocalRole, Statements: allow("*"), Clear: []string{"*"}},
		access.Role{Name: "exporter", Statements: allow(access.JobView, access.RecordingExport)},
		access.Role{Name: "reader", Statements: allow(access.JobView, access.JobRead), Clear: []string{"*"}},
	)
	if err != nil {
		panic(err)
	}
	return p
}

// shelve makes a browser over the recordings of a store; the exports are of truth.Totals.
func shelve(t testing.TB, kept store.Reader, truth *ingesttest.Truth) *shelf {
	t.Helper()
	engine, err := query.New(query.Options{Reader: kept})
	if err != nil {
		t.Fatal(err)
	}
	d := &diary{}
	b, err := browse.New(browse.Options{Queries: engine, Policy: access.NewInForce(testPolicy()), Auditor: d})
	if err != nil {
		t.Fatal(err)
	}
	totals, err := b.Resolve(context.Background(), truth.Totals.String())
	if err != nil {
		t.Fatal(err)
	}
	return &shelf{Browser: b, engine: engine, truth: truth, diary: d, totals: totals}
}

func (s *shelf) request(t *testing.T, who access.Principal, q browse.EventQuery) Request {
	return Request{Browser: s.Browser, Who: who, Target: s.totals, Query: q, Spool: t.TempDir(), Now: time.Now}
}

func (s *shelf) export(t *testing.T, who access.Principal, q browse.EventQuery) (*Manifest, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "export")
	m, err := ToFolder(context.Background(), s.request(t, who, q), dir)
	if err != nil {
		t.Fatal(err)
	}
	return m, dir
}

// read gives all rows of a table.
func read[T any](t *testing.T, dir, table string) (all []T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, table, "*.parquet"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files of %s (%v)", table, err)
	}
	for _, f := range files {
		rows, err := parquet.ReadFile[T](f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rows...)
	}
	return all
}

// said lists what the browser says of the same events, page by page.
func (s *shelf) said(t *testing.T, q browse.EventQuery) (all []browse.Event) {
	t.Helper()
	q.Payload, q.Limit = true, 500
	for {
		page, err := s.Events(context.Background(), local, s.totals, q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Events...)
		if page.Next == "" {
			return all
		}
		q.After = page.Next
	}
}

func TestTheExportIsWhatTheEngineSays(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, traced := range []bool{false, true} {
		s := open(t, ingesttest.Options{Seed: seed, Orders: 80, Traced: traced, Gap: !traced, Ended: traced})
		whole := s.said(t, browse.EventQuery{})
		queries := make([]browse.EventQuery, 3)
		queries[1].From = whole[rng.IntN(len(whole)/2)].Wall
		queries[1].To = whole[len(whole)/2+rng.IntN(len(whole)/2)].Wall
		for queries[2].Operator == "" {
			queries[2].Operator = whole[rng.IntN(len(whole))].Operator.Slug
		}
		for _, q := range queries {
			m, dir := s.export(t, local, q)
			s.compare(t, s.said(t, q), dir)
			if want := int64(len(s.said(t, q))); m.Tables["events"].Rows != want {
				t.Errorf("%+v: the manifest says %d events, the engine %d", q, m.Tables["events"].Rows, want)
			}
			if m.Undecoded != 0 || len(m.Masked) != 0 {
				t.Errorf("%+v: %d undecoded, masked %v", q, m.Undecoded, m.Masked)
			}
			if want := m.Gaps == 0 && (traced || q.To != 0); m.Complete != want || want != (len(m.Why) == 0) || q.To == 0 && !traced != (m.Gaps > 0) {
				t.Errorf("%+v: complete %v with %d gaps: %v", q, m.Complete, m.Gaps, m.Why)
			}
		}
	}
}

// compare looks at every row of every table.
func (s *shelf) compare(t *testing.T, want []browse.Event, dir string) {
	t.Helper()
	events := read[EventRow](t, dir, "events")
	if len(events) != len(want) {
		t.Fatalf("%d events, want %d", len(events), len(want))
	}
	records, states, timers := byEvent(read[RecordRow](t, dir, "records")), byEvent(read[StateRow](t, dir, "state_changes")), byEvent(read[TimerRow](t, dir, "timers"))
	windows, drops, watermarks := byEvent(read[WindowRow](t, dir, "windows")), byEvent(read[DropRow](t, dir, "drops")), byEvent(read[WatermarkRow](t, dir, "watermarks"))
	used := 0
	for i := range want {
		e, row := &want[i], events[i]
		if row.Event != int64(i+1) || row.Kind != e.Kind.String() || row.Lane != e.Lane.String() || row.Text != e.Text || row.Op != e.Operator.Slug ||
			row.Time != int64(e.Wall) || row.Invocation != int64(e.Invocation) || row.AttemptKey != e.AttemptKey.String() || row.Subtask != int32(e.Subtask) ||
			row.N != int64(e.N) || row.Path != e.Path || e.Invocation > 0 && row.Position != e.Position.String() {
			t.Fatalf("event %d: %+v\nthe engine says %+v", i, row, e.Event)
		}
		if !sameTime(row.EventTime, row.EventTimeMS, e.EventTime) || e.Element != nil && *row.Element != e.Element.String() || e.Kafka != nil && *row.Kafka != e.Kafka.String() {
			t.Fatalf("event %d: %+v\nthe engine says %+v", i, row, e.Event)
		}
		if e.Body != nil {
			sameJSON(t, i, row.Body, any(e.Body))
		}
		switch e.Kind {
		case event.KindRecord, event.KindSourceRecord, event.KindSourceRun, event.KindOtherSourceRecord, event.KindWritten, event.KindWriteFailed:
			r, ok := records[row.Event]
			if !ok || r.Place != row.Place || r.Kind != row.Kind {
				t.Fatalf("event %d: record %+v", i, r)
			}
			sameView(t, i, r.Value, e.View, e.Value)
			if e.KeyView != nil && !e.Key.Null() && (r.Key == nil || !strings.Contains(e.KeyView.Text(), *r.Key)) {
				t.Fatalf("event %d: key %v, want %s", i, r.Key, e.KeyView.Text())
			}
			if len(e.Headers) > 0 && (r.Headers == nil || !strings.Contains(*r.Headers, e.Headers[0].Name)) {
				t.Fatalf("event %d: headers %v", i, r.Headers)
			}
		case event.KindStateRead, event.KindStateWritten, event.KindStateCleared, event.KindStateExpired:
			r := states[row.Event]
			if e.State == nil || e.Access == nil || r.State != e.State.Name || r.What != int32(e.What) {
				t.Fatalf("event %d: state %+v", i, r)
			}
			sameView(t, i, r.After, e.Access.After, e.Value)
			sameView(t, i, r.Before, e.Access.Before, e.Before)
			sameView(t, i, r.Namespace, e.Access.Namespace, e.Namespace)
		case event.KindTimerRegistered, event.KindTimerDeleted, event.KindTimerFired, event.KindEventTimer, event.KindProcessingTimer, event.KindProcessingCallback:
			if r, ok := timers[row.Event]; !ok || !sameTime(r.Timer, r.TimerMS, e.Time) {
				t.Fatalf("event %d: timer %+v, want %d", i, r, e.Time)
			}
		case event.KindWindowAssigned, event.KindWindowFired, event.KindWindowMerged, event.KindWindowPurged:
			r, ok := windows[row.Event]
			if !ok || !sameTime(r.WindowEnd, r.WindowEndMS, e.Time) {
				t.Fatalf("event %d: window %+v", i, r)
			}
		case event.KindDropped:
			r, ok := drops[row.Event]
			late, known := e.Late()
			if !ok || r.Reason != e.Reason.String() || known != (r.LateMS != nil) || known && *r.LateMS != late {
				t.Fatalf("event %d: drop %+v", i, r)
			}
		case event.KindWatermark, event.KindWatermarkOut, event.KindWatermarkIn, event.KindWatermarkHeld, event.KindInternalWatermark:
			r, ok := watermarks[row.Event]
			at := e.Time
			if e.Lane == event.LaneOut {
				at = max(e.Time, e.EventTime)
			}
			if !ok || !sameTime(r.Watermark, r.WatermarkMS, at) {
				t.Fatalf("event %d: watermark %+v, want %d", i, r, at)
			}
		default:
			continue
		}
		used++
	}
	if n := len(records) + len(states) + len(timers) + len(windows) + len(drops) + len(watermarks); n != used {
		t.Errorf("the tables have %d rows, %d events are for them", n, used)
	}
	gaps, err := s.Gaps(context.Background(), s.totals)
	if err != nil {
		t.Fatal(err)
	}
	if got := read[GapRow](t, dir, "gaps"); len(got) > len(gaps) || len(want) > 0 && want[0].Wall == want[len(want)-1].Wall && len(got) != len(gaps) {
		t.Errorf("%d gaps, the engine knows %d", len(got), len(gaps))
	}
}

func byEvent[T any](rows []T) map[int64]T {
	out := make(map[int64]T, len(rows))
	for _, r := range rows {
		out[reflect.ValueOf(r).FieldByName("Event").Int()] = r
	}
	return out
}

func sameTime(typed, raw *int64, want browse.EventTime) bool {
	switch {
	case want == browse.NoEventTime:
		return typed == nil && raw == nil
	case typed != nil:
		return raw == nil && *typed == int64(want)
	}
	return raw != nil && *raw == int64(want)
}

func sameView(t *testing.T, i int, got *string, v *access.View, p event.Payload) {
	t.Helper()
	if v == nil || p.Null() {
		if got != nil {
			t.Fatalf("event %d: %s, want none", i, *got)
		}
		return
	}
	sameJSON(t, i, got, v.Data())
}

// sameJSON compares JSON text with plain values, as both come out of JSON.
func sameJSON(t *testing.T, i int, got *string, want any) {
	t.Helper()
	if got == nil {
		t.Fatalf("event %d: nothing, want %v", i, want)
	}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var a, c any
	if err := errors.Join(json.Unmarshal([]byte(*got), &a), json.Unmarshal(b, &c)); err != nil {
		t.Fatalf("event %d: %s: %v", i, *got, err)
	}
	if !reflect.DeepEqual(a, c) {
		t.Fatalf("event %d: %s\nwant %s", i, *got, b)
	}
}

// A walk over the edges finds the same records as the engine's lineage, up and down.
func TestEdgesAreTheLineage(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	s := open(t, ingesttest.Options{Seed: seed, Orders: 80})
	_, dir := s.export(t, local, browse.EventQuery{})
	edges := read[EdgeRow](t, dir, "edges")
	up, down, other := map[string][]string{}, map[string][]string{}, map[string]bool{}
	for _, e := range edges {
		if e.Kind == "sent" && e.What != "record" {
			other[e.ToID] = true
			continue
		}
		up[e.ToID] = append(up[e.ToID], e.FromID)
		down[e.FromID] = append(down[e.FromID], e.ToID)
	}
	walk := func(from string, next map[string][]string) (records []string) {
		seen := map[string]bool{from: true}
		for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
			for _, id := range next[queue[0]] {
				if seen[id] || other[id] {
					continue
				}
				seen[id] = true
				queue = append(queue, id)
				if !strings.Contains(id, "#") {
					records = append(records, id)
				}
			}
		}
		slices.Sort(records)
		return records
	}
	asked, longest := 0, 0
	rng := rand.New(rand.NewPCG(seed, 2))
	for _, r := range read[RecordRow](t, dir, "records") {
		if r.Kind != "record" || rng.IntN(4) > 0 {
			continue
		}
		asked++
		for _, dir := range []browse.Direction{browse.Up, browse.Down} {
			next := up
			if dir == browse.Down {
				next = down
			}
			l, err := s.engine.Lineage(context.Background(), query.LineageQuery{Recording: &s.totals.Recording, Record: *r.Element, Direction: dir, Limit: 10000})
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, n := range l.Nodes {
				if n.Depth != 0 && n.Record != "" && n.Recording == s.totals.Recording {
					want = append(want, n.Record)
				}
			}
			slices.Sort(want)
			got := walk(*r.Element, next)
			if !slices.Equal(got, want) {
				t.Fatalf("%s, direction %d: edges lead to %v, lineage says %v", *r.Element, dir, got, want)
			}
			longest = max(longest, len(got))
		}
	}
	if asked < 20 || longest < 2 {
		t.Errorf("%d records asked for, at most %d found: too few to say something", asked, longest)
	}
}

func TestValuesAreMaskedAndTheExportIsWrittenDown(t *testing.T) {
	s := open(t, ingesttest.Options{Seed: 9, Orders: 60, Traced: true})
	canaries := map[string]bool{}
	for _, r := range func() []RecordRow {
		_, dir := s.export(t, local, browse.EventQuery{})
		return read[RecordRow](t, dir, "records")
	}() {
		for _, v := range []*string{r.Key, r.Value} {
			if v == nil {
				continue
			}
			for _, word := range strings.FieldsFunc(*v, func(c rune) bool { return strings.ContainsRune(`{}[]",: `, c) }) {
				if len(word) > 6 && strings.ContainsAny(word, "0123456789") {
					canaries[word] = true
				}
			}
		}
	}
	if len(canaries) < 100 {
		t.Fatalf("only %d canaries", len(canaries))
	}
	s.diary.intents, s.diary.results = nil, nil
	m, dir := s.export(t, ann, browse.EventQuery{})
	if len(m.Masked) == 0 || m.By != "local:ann" || m.Policy != "test-1" {
		t.Errorf("manifest: by %s, policy %s, masked %v", m.By, m.Policy, m.Masked)
	}
	var all strings.Builder
	for _, rows := range []any{read[EventRow](t, dir, "events"), read[RecordRow](t, dir, "records"), read[StateRow](t, dir, "state_changes"), read[TimerRow](t, dir, "timers"), read[WindowRow](t, dir, "windows"), read[DropRow](t, dir, "drops"), m} {
		b, err := json.Marshal(rows)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	shown := all.String()
	for c := range canaries {
		if strings.Contains(shown, c) {
			t.Errorf("%q of a value is in the export of somebody who may see none", c)
		}
	}
	if len(s.diary.intents) != 1 || s.diary.intents[0].Action != access.RecordingExport || s.diary.intents[0].Principal != ann.ID || s.diary.intents[0].Ranges[0] != "all" ||
		s.diary.results[0].Outcome != access.OutcomeOK || int64(s.diary.results[0].Records) != m.Tables["events"].Rows {
		t.Errorf("written down: %+v %+v", s.diary.intents, s.diary.results)
	}
	if _, err := ToFolder(context.Background(), s.request(t, ben, browse.EventQuery{}), filepath.Join(t.TempDir(), "x")); !errors.Is(err, browse.ErrDenied) {
		t.Errorf("somebody who may not export: %v", err)
	}
}

func TestReferenceIsCurrent(t *testing.T) {
	want, err := os.ReadFile("../../docs/reference/parquet.md")
	if err != nil || string(want) != string(Reference()) {
		t.Errorf("docs/reference/parquet.md is not what the program says: make gen (%v)", err)
	}
}

// Rows of a stream of changes keep their kind, which is no member of the value.
func TestRowsOfChangesKeepTheirKind(t *testing.T) {
	kept := memory.New()
	truth, err := ingesttest.RecordSQL(context.Background(), kept, 5)
	if err != nil {
		t.Fatal(err)
	}
	s := shelve(t, kept, &ingesttest.Truth{Totals: truth.Recording})
	_, dir := s.export(t, local, browse.EventQuery{})
	said, kinds := s.said(t, browse.EventQuery{}), map[string]int{}
	for _, r := range read[RecordRow](t, dir, "records") {
		want := said[r.Event-1].Change
		if (want == nil) != (r.Change == nil) || want != nil && want.Kind != *r.Change {
			t.Fatalf("%+v, want %+v", r, want)
		}
		if want != nil {
			kinds[*r.Change]++
		}
	}
	if kinds["+I"] == 0 || kinds["-U"] == 0 || kinds["+U"] == 0 {
		t.Errorf("kinds %v", kinds)
	}
}

func TestWhatIsNotThereIsNull(t *testing.T) {
	v := access.Local().View(local, access.Subject{}, event.Payload{}, event.Tree{}, access.Shape{})
	if s := content(&v, event.Payload{}); s != nil {
		t.Errorf("a tombstone is %q", *s)
	}
	if s := plain(&v, event.Payload{}); s != nil {
		t.Errorf("a key that is not there is %q", *s)
	}
	p := event.NewPayload([]byte("ab"))
	v = access.Local().View(local, access.Subject{}, p, event.Tree{}, access.Shape{})
	if s := content(&v, p); s == nil || *s != `"6162"` {
		t.Errorf("bytes are %v", s)
	}
}

func TestTimesThatEnginesCannotHoldAreNumbers(t *testing.T) {
	for ms, typedly := range map[browse.EventTime]bool{0: true, 1: true, -1: true, farthest: true, farthest + 1: false, browse.EventTime(math.MaxInt64): false, -farthest - 1: false} {
		typed, raw := instant(ms)
		if (typed != nil) != typedly || (raw != nil) == typedly || !sameTime(typed, raw, ms) {
			t.Errorf("%d: %v, %v", ms, typed, raw)
		}
	}
	if typed, raw := instant(browse.NoEventTime); typed != nil || raw != nil {
		t.Error("no time is a time")
	}
}
