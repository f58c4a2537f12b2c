package browse

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// diary is an Auditor that remembers, and fails when told to.
type diary struct {
	intents []access.Intent
	results []access.Result
	full    bool
}

func (d *diary) Begin(_ context.Context, i access.Intent) (access.Receipt, error) {
	if d.full {
		return 0, access.ErrAudit
	}
	d.intents = append(d.intents, i)
	return access.Receipt(len(d.intents)), nil
}

func (d *diary) Event(_ context.Context, i access.Intent, _ access.Result) error {
	if d.full {
		return access.ErrAudit
	}
	d.intents = append(d.intents, i)
	return nil
}

func (d *diary) End(_ context.Context, _ access.Receipt, r access.Result) error {
	d.results = append(d.results, r)
	return nil
}

type shelf struct {
	*Browser
	truth *ingesttest.Truth
	diary *diary
	rec   Target
}

// open makes a browser over two demo recordings. Besides the local user the policy knows ann, who may read and sees no value, and
// ben, who may read the totals' recording only.
func open(t *testing.T) *shelf {
	t.Helper()
	store := memory.New()
	truth, err := ingesttest.DemoRecording(store, 21, 300)
	if err != nil {
		t.Fatal(err)
	}
	return shelved(t, store, truth)
}

func shelved(t *testing.T, store *memory.Store, truth *ingesttest.Truth) *shelf {
	t.Helper()
	return shelvedIn(t, store, truth)
}

func shelvedIn(t *testing.T, store store.Reader, truth *ingesttest.Truth) *shelf {
	t.Helper()
	queries, err := query.New(query.Options{Reader: store})
	if err != nil {
		t.Fatal(err)
	}
	all := []access.Action{access.JobView, access.JobRead}
	policy, err := access.NewPolicy("test-1",
		access.Role{Name: access.LocalRole, Statements: []access.Statement{{Effect: access.Allow, Actions: []access.Action{"*"}, Resources: []string{"**"}}}, Clear: []string{"*"}},
		access.Role{Name: "reader", Statements: []access.Statement{{Effect: access.Allow, Actions: all, Resources: []string{"**"}}}},
		access.Role{Name: "totals", Clear: []string{"*"}, Statements: []access.Statement{{Effect: access.Allow, Actions: all, Resources: []string{"flink/local/job/*/recording/" + truth.Totals.String()}}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	d := &diary{}
	b, err := New(Options{Queries: queries, Policy: access.NewInForce(policy), Auditor: d})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := b.Resolve(context.Background(), truth.Totals.String())
	if err != nil {
		t.Fatal(err)
	}
	return &shelf{Browser: b, truth: truth, diary: d, rec: rec}
}

var (
	local = access.LocalPrincipal("joe")
	ann   = access.Principal{ID: "local:ann", Name: "Ann", Roles: []string{"reader"}}
	ben   = access.Principal{ID: "local:ben", Name: "Ben", Roles: []string{"totals"}}
)

func payloads(kinds ...event.Kind) (q EventQuery) {
	q.Kinds, q.Payload, q.Limit = kinds, true, 50
	return q
}

// everything is all that an answer could print.
func everything(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type shown struct {
	Text, Body, Key, View, Headers any
}

func shownOf(events []Event) (out []shown) {
	for _, e := range events {
		out = append(out, shown{e.Text, e.Body, e.KeyView, e.View, e.Headers})
	}
	return out
}

func TestValuesAreDecodedForThoseWhoMaySeeThem(t *testing.T) {
	s := open(t)
	page, err := s.Events(context.Background(), local, s.rec, payloads(event.KindRecord, event.KindSourceRecord))
	if err != nil {
		t.Fatal(err)
	}
	formats := map[event.PayloadFormat]int{}
	for _, e := range page.Events {
		if e.View == nil || e.View.Node == nil || e.Text != e.View.Text() || len(e.View.Masked) > 0 {
			t.Fatalf("%s %s: view %+v", e.Kind, e.Text, e.View)
		}
		formats[e.View.Format]++
	}
	if formats[event.FormatFlink] == 0 || formats[event.FormatJSON] == 0 {
		t.Errorf("formats %v", formats)
	}
	if len(s.diary.intents) != 1 || len(s.diary.results) != 1 || s.diary.results[0].Records != len(page.Events) || s.diary.intents[0].Resource != s.rec.Resource {
		t.Errorf("audit: %+v %+v", s.diary.intents, s.diary.results)
	}
}

func TestMaskedReadersSeeNoValueAndCannotAskForOne(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	clear, err := s.Events(ctx, local, s.rec, payloads(event.KindSourceRecord))
	if err != nil {
		t.Fatal(err)
	}
	secret := clear.Events[7].View.Node.Items[0].Value
	masked, err := s.Events(ctx, ann, s.rec, payloads())
	if err != nil {
		t.Fatal(err)
	}
	if text := everything(t, shownOf(masked.Events)); strings.Contains(text, "example.org") || strings.Contains(text, `o-0000`) {
		t.Errorf("a value shows: %.600s", text)
	}
	for _, filter := range []EventQuery{{Match: secret}, {Key: clear.Events[7].KeyView.Node.Value}} {
		filter.Payload, filter.Limit = true, 50
		found, err := s.Events(ctx, local, s.rec, filter)
		if err != nil || len(found.Events) == 0 {
			t.Fatalf("the filter finds nothing for those who may see (%v)", err)
		}
		found, err = s.Events(ctx, ann, s.rec, filter)
		if err != nil || len(found.Events) != 0 {
			t.Errorf("a masked reader found %d events by a value (%v)", len(found.Events), err)
		}
	}
	o := s.truth.Orders[3]
	p, err := ParsePosition(o.Source.String())
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.At(ctx, ann, s.rec, p)
	if err != nil {
		t.Fatal(err)
	}
	if text := everything(t, shownOf(append(m.Outputs, *m.Input))); strings.Contains(text, "example.org") {
		t.Errorf("a moment shows a value: %.600s", text)
	}
	l, err := s.Lineage(ctx, ann, s.rec, LineageQuery{Record: o.Parsed.String(), Payload: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range l.Nodes {
		if n.View != nil && (strings.Contains(n.View.Text(), "o-0") || len(n.View.Masked) == 0) {
			t.Errorf("lineage shows a value: %s", n.View.Text())
		}
	}
}

func TestNothingIsShownWhenItCannotBeWrittenDown(t *testing.T) {
	s := open(t)
	s.diary.full = true
	ctx := context.Background()
	if page, err := s.Events(ctx, local, s.rec, payloads()); !errors.Is(err, ErrAudit) || len(page.Events) > 0 {
		t.Errorf("events: %d, %v", len(page.Events), err)
	}
	if _, err := s.Events(ctx, local, s.rec, EventQuery{Match: "x"}); !errors.Is(err, ErrAudit) {
		t.Errorf("a filter looks into values too: %v", err)
	}
	o := s.truth.Orders[3]
	if _, err := s.Lineage(ctx, local, s.rec, LineageQuery{Record: o.Parsed.String(), Payload: true}); !errors.Is(err, ErrAudit) {
		t.Errorf("lineage: %v", err)
	}
	p, err := ParsePosition(o.Source.String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.At(ctx, local, s.rec, p); !errors.Is(err, ErrAudit) {
		t.Errorf("moment: %v", err)
	}
	for _, err := range s.Follow(ctx, local, s.rec, payloads()) {
		if !errors.Is(err, ErrAudit) {
			t.Errorf("follow: %v", err)
		}
		break
	}
	// What holds no payload is still there.
	var q EventQuery
	q.Limit = 10
	page, err := s.Events(ctx, local, s.rec, q)
	if err != nil || len(page.Events) != 10 {
		t.Errorf("%d events without payload, %v", len(page.Events), err)
	}
	for _, e := range page.Events {
		if e.View != nil || e.KeyView != nil {
			t.Errorf("a view without having asked: %+v", e)
		}
	}
	if _, err := s.Jobs(ctx, local, true); err != nil {
		t.Errorf("jobs: %v", err)
	}
}

func TestListsLeaveOutWhatIsNotOnesOwn(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	for who, want := range map[*access.Principal]int{&local: 2, &ann: 2, &ben: 1, {}: 0} {
		jobs, err := s.Jobs(ctx, *who, true)
		recordings, err2 := s.Recordings(ctx, *who)
		if err != nil || err2 != nil || len(jobs) != want || len(recordings) != want {
			t.Errorf("%s: %d jobs, %d recordings (%v, %v), want %d", who.ID, len(jobs), len(recordings), err, err2, want)
		}
	}
}

// A journey crosses into a recording that ben may not know of: he sees that it goes on there, and nothing else.
func TestJourneysIntoOtherRecordingsAreBlank(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	var q EventQuery
	q.Kinds, q.Limit, q.Payload = []event.Kind{event.KindSourceRecord}, 1, true
	alerts, err := s.Resolve(ctx, s.truth.Alerts.String())
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Events(ctx, local, alerts, q)
	if err != nil || len(page.Events) != 1 {
		t.Fatalf("%d events, %v", len(page.Events), err)
	}
	l, err := s.Lineage(ctx, ben, Everything(), LineageQuery{Record: page.Events[0].Kafka.String(), Payload: true})
	if err != nil {
		t.Fatal(err)
	}
	other := 0
	hidden := map[string]bool{}
	for _, n := range l.Nodes {
		if n.Recording == s.truth.Totals || n.Recording.IsZero() && n.StateNote != notYours {
			continue
		}
		other++
		hidden[n.ID] = true
		if n.View != nil || n.Event != nil || n.Job != "" || !n.Recording.IsZero() {
			t.Errorf("ben sees %+v", n)
		}
	}
	for _, e := range l.Edges {
		if (hidden[e.From] || hidden[e.To]) && e.Operator+e.Path+e.Through != "" {
			t.Errorf("ben sees %+v", e)
		}
	}
	if other == 0 {
		t.Error("the journey does not reach the other recording: the test tests nothing")
	}
}

func TestFollowShowsWhatArrivesAfterTheCursor(t *testing.T) {
	s := open(t)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	page, err := s.Events(ctx, local, s.rec, payloads(event.KindRecord))
	if err != nil {
		t.Fatal(err)
	}
	q := payloads(event.KindRecord)
	q.After = page.Events[9].Cursor
	n := 10
	for e, err := range s.Follow(ctx, local, s.rec, q) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Cursor != page.Events[n].Cursor || e.View == nil {
			t.Fatalf("event %d is %s, want %s", n, e.Cursor, page.Events[n].Cursor)
		}
		if n++; n == 40 {
			break
		}
	}
	if n != 40 {
		t.Errorf("followed up to %d", n)
	}
}

func TestMessagesOfExceptionsAreViews(t *testing.T) {
	s := open(t)
	e := query.Event{Recording: s.truth.Totals, Lane: event.LaneJob, Kind: event.KindTaskState, Body: []byte(
		`{"from":"RUNNING","to":"FAILED","at_us":1767600000000000,"error":"cannot parse ann@example.org"}`)}
	clear := s.renderer(context.Background(), local, listShape).event(e)
	if clear.Body["error"] != "cannot parse ann@example.org" || clear.Text != "RUNNING → FAILED" {
		t.Errorf("%+v", clear.Body)
	}
	if masked := s.renderer(context.Background(), ann, listShape).event(e); strings.Contains(everything(t, masked.Body), "example.org") {
		t.Errorf("%+v", masked.Body)
	}
	e.Body = []byte(`{"broken`)
	if broken := s.renderer(context.Background(), local, listShape).event(e); broken.Body["unreadable"] != true {
		t.Errorf("%+v", broken.Body)
	}
}

func TestUnknownSerializersSayWhy(t *testing.T) {
	s := open(t)
	e := query.Event{Recording: s.truth.Totals, Lane: event.LaneOut, Kind: event.KindRecord, Serializer: 99, HasPayload: true,
		Value: event.NewPayload([]byte{1, 2, 3})}
	if v := s.renderer(context.Background(), local, listShape).event(e).View; v == nil || !strings.Contains(everything(t, v), "not recorded") {
		t.Errorf("view %+v", v)
	}
}

func TestExceptionsReadAsInALog(t *testing.T) {
	s := open(t)
	e := query.Event{Recording: s.truth.Totals, Lane: event.LaneLog, Kind: event.KindException, HasPayload: true, Value: event.NewPayload([]byte(
		`{"class":"java.lang.IllegalStateException","message":"no rate\nfor ann@example.org","stack":"a.B.c(B.java:1)"}`))}
	if got := s.renderer(context.Background(), local, lineShape).event(e).Text; got != "IllegalStateException: no rate for ann@example.org" {
		t.Errorf("got %q", got)
	}
	if got := s.renderer(context.Background(), ann, lineShape).event(e).Text; strings.Contains(got, "example.org") {
		t.Errorf("a masked reader sees %q", got)
	}
}
