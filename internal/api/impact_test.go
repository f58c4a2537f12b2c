package api

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/jsonschema"
	"github.com/sightglass/sightglass/internal/tables"
)

// shopEstate has one reader of orders, whose type is known, and one that nobody knows. Of the topic slow it tells nothing until nobody asks any more.
type shopEstate struct{}

func (shopEstate) Users(ctx context.Context, _ access.Principal, of impact.Stream) ([]impact.User, int, error) {
	if of.Topic == "slow" {
		<-ctx.Done()
		return nil, 0, ctx.Err()
	}
	if of.Topic != "orders" {
		return nil, 0, nil
	}
	now := time.Now()
	return []impact.User{
		{ID: "job:totals", Name: "totals", Kind: "job", Reads: true, Seen: now, Fields: impact.FieldUse{Known: true, Paths: []string{"id", "amount"}},
			Reader: &impact.Reader{Language: language.JSONSchema, Source: "its contract", At: now,
				Text: `{"type":"object","properties":{"id":{"type":"string"},"amount":{"type":"integer"}},"required":["id","amount"]}`}},
		{ID: "group:secret", Name: "secret", Kind: "group", Reads: true, Seen: now},
	}, 0, nil
}

func (shopEstate) Outputs(context.Context, access.Principal, impact.Stream, string) ([]impact.Output, error) {
	return nil, nil
}

func (shopEstate) Cluster(_ context.Context, _ access.Principal, topic string) (string, error) {
	return map[string]string{"orders": "shop"}[topic], nil
}

func (shopEstate) OwnersOf(context.Context, access.Principal, impact.Stream) ([]string, error) {
	return nil, nil
}

// impactOf is a keeper over the fixture's topics.
func impactOf(t *testing.T, b *browse.Browser, e impact.Estate) *impact.Keeper {
	t.Helper()
	db, err := tables.Open(t.Context(), filepath.Join(t.TempDir(), "g.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	k, err := impact.Open(t.Context(), impact.KeeperOptions{
		DB: db, Bind: b.Pin,
		Engine: impact.New(impact.Options{Estate: e, Records: b, Languages: []language.Language{jsonschema.Language{}}, May: func(ctx context.Context, who access.Principal, of impact.Stream) error {
			return b.DecideIn(ctx, who, access.ImpactRun, browse.TopicResource(of.Cluster, of.Topic)).Err()
		}}),
		Sees: func(_ context.Context, who access.Principal, s *impact.System) bool {
			return s.Name != "secret" || who.ID == access.LocalPrincipal("ann").ID
		},
		Reads: func(ctx context.Context, who access.Principal, of impact.Stream) bool {
			return b.DecideIn(ctx, who, access.TopicRead, browse.TopicResource(of.Cluster, of.Topic)).Allowed
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close(); _ = db.Close() })
	return k
}

// proposed is the id of a report that is made.
func (f *fixture) proposed() string {
	return f.proposedOf("orders")
}

// proposedOf is the id of a report of a topic; of one that is slow it is being made.
func (f *fixture) proposedOf(topic string) string {
	k := f.api.service.Impact
	r, err := k.Start(context.Background(), access.LocalPrincipal("ann"), impact.Proposal{Kind: impact.OfDrop, Cluster: "shop", Topic: topic, Drop: "amount"})
	if err == nil && topic != "slow" {
		r, err = k.Wait(context.Background(), r.ID)
	}
	if err != nil {
		return err.Error()
	}
	return r.ID
}

func TestAProposalIsJudgedByTheRecordsOfTheTopic(t *testing.T) {
	f := open(t, local)
	var r ImpactRun
	if status := asking(t, f, http.MethodPost, "/impact?wait=60", `{"topic":"orders","drop":"amount"}`, &r); status != http.StatusOK || r.State != "done" {
		t.Fatalf("%d %+v", status, r)
	}
	if r.Counts != (ImpactCounts{Broken: 1, Unknown: 1}) || r.Cluster != "shop" {
		t.Errorf("%+v", r)
	}
	s := r.Report.Systems[0]
	if s.Name != "totals" || s.Verdict != "broken" || s.Records.Failed != 10 || len(s.Records.First) != 10 || s.Records.First[0].Path != "amount" {
		t.Errorf("%+v %+v", s, s.Records)
	}
	if d := r.Report.Data; d.Records != 10 || d.Keyed != 10 || len(d.Fields) != 1 || d.Fields[0].NotNull != 1 {
		t.Errorf("%+v", d)
	}
	records := answerOf[List[TopicRecord]](t, f, "/impact/"+r.ID+"/records")
	if len(records.Items) != 10 || records.Items[0].Place != "orders/0@0" {
		t.Errorf("%+v", records.Items)
	}
	text := answerOf[ImpactText](t, f, "/impact/"+r.ID+"/report?format=junit&base=http://x.example")
	if !strings.Contains(text.Text, `failures="1"`) || text.MediaType != "application/xml" {
		t.Errorf("%+v", text)
	}
	list := answerOf[List[ImpactRun]](t, f, "/impact?topic=orders")
	if len(list.Items) != 1 || list.Items[0].Report != nil || list.Items[0].Counts.Broken != 1 {
		t.Errorf("%+v", list)
	}
	if status := asking(t, f, http.MethodPost, "/impact/"+r.ID+"/ack", `{"team":"billing","decision":"object"}`, nil); status != http.StatusUnprocessableEntity {
		t.Errorf("an objection without a reason: %d", status)
	}
	if status := asking(t, f, http.MethodPost, "/impact/"+r.ID+"/ack", `{"team":"billing","decision":"object","reason":"not in December"}`, &r); status != http.StatusOK || len(r.Acks) != 1 || r.Acks[0].Decision != "object" {
		t.Errorf("%d %+v", status, r.Acks)
	}
	if !strings.Contains(f.audit.String(), "impact:ack") || !strings.Contains(f.audit.String(), "converted, for an impact report") {
		t.Errorf("the audit log has %s", f.audit)
	}
	if status := asking(t, f, http.MethodDelete, "/impact/"+r.ID, "", nil); status != http.StatusConflict {
		t.Errorf("a report that is made was ended: %d", status)
	}
}

func TestProposalsThatCannotBeMeantAreProblems(t *testing.T) {
	f := open(t, local)
	for body, want := range map[string]int{
		`{}`: 422, `{"topic":"orders","drop":"a","schema":"{}"}`: 422, `{"drop":"a"}`: 422, `{"topic":"nowhere","drop":"a"}`: 422, `{"topic":"orders","schema":"{","schema_type":"AVRO"}`: 422, `{"topic":"orders","config":{"partitions":"none"}}`: 422,
	} {
		if status := asking(t, f, http.MethodPost, "/impact", body, nil); status != want {
			t.Errorf("%s: %d, want %d", body, status, want)
		}
	}
	for _, base := range []string{"javascript:alert(1)", "http://a/x)y", "x"} {
		if status := asking(t, f, http.MethodGet, "/impact/"+f.proposed()+"/report?base="+base, "", nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d", base, status)
		}
	}
	if status := asking(t, f, http.MethodGet, "/impact/none", "", nil); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}

func TestAReportThatIsMadeCanBeEnded(t *testing.T) {
	f := open(t, local)
	var r ImpactRun
	if status := asking(t, f, http.MethodPost, "/impact?wait=0", `{"cluster":"shop","topic":"slow","drop":"amount"}`, &r); status != http.StatusOK || r.State != "running" {
		t.Fatalf("%d %+v", status, r)
	}
	if status := asking(t, f, http.MethodDelete, "/impact/"+r.ID, "", &r); status != http.StatusOK || r.State != "cancelled" || r.Ended == nil {
		t.Errorf("%d %+v", status, r)
	}
}

// Another reader of a report sees no system that they may not see, and no places of a topic that they may not read.
func TestReportsOfOthersShowWhatOnesOwnWould(t *testing.T) {
	policy, err := access.ReadPolicy("roles:\n  - name: ci\n    allow: [{actions: [\"impact:run\"], resources: [\"**\"]}]\n", access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	f := openUnder(t, policy, func(*http.Request) (access.Principal, error) {
		return access.Principal{ID: "local:ci", Name: "CI", Roles: []string{"ci"}}, nil
	})
	k := f.api.service.Impact
	made, err := k.Start(t.Context(), access.Principal{ID: "local:x", Roles: []string{"ci"}}, impact.Proposal{Kind: impact.OfDrop, Cluster: "shop", Topic: "orders", Drop: "amount"})
	if err != nil {
		t.Fatal(err)
	}
	if made, err = k.Wait(t.Context(), made.ID); err != nil || made.State != impact.Done || made.Report.Data.Records != 0 || !strings.Contains(made.Report.Data.Note, "no records were looked at") {
		t.Fatalf("who may not read the topic: %+v %v", made.Report, err)
	}
	r := answerOf[ImpactRun](t, f, "/impact/"+made.ID)
	if len(r.Report.Systems) != 1 || r.Report.Hidden != 1 || r.Counts.Unknown != 1 {
		t.Errorf("%+v", r.Report)
	}
	if status := asking(t, f, http.MethodGet, "/impact/"+made.ID+"/records", "", nil); status != http.StatusForbidden {
		t.Errorf("records: %d", status)
	}
	if status := asking(t, f, http.MethodPost, "/impact/"+made.ID+"/ack", `{"team":"a","decision":"agree"}`, nil); status != http.StatusForbidden {
		t.Errorf("ack: %d", status)
	}
}

// asking sends a request and reads what comes into out, which may be nil.
func asking(t *testing.T, f *fixture, method, path, body string, out any) int {
	t.Helper()
	status, _, answer := send2(t, f, method, Base+path, body, "Content-Type", "application/json")
	if out != nil && status == http.StatusOK {
		if err := json.Unmarshal(answer, out); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	return status
}
