package server

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/notify"
)

// start asks what a proposal comes to, and waits for the end of that.
func (j *joined) start(p impact.Proposal) impact.Run {
	j.t.Helper()
	r, err := j.impact.Start(j.t.Context(), ann, p)
	if err == nil {
		r, err = j.impact.Wait(j.t.Context(), r.ID)
	}
	if err != nil {
		j.t.Fatal(err)
	}
	return r
}

// report is a report of a proposal.
func (j *joined) report(p impact.Proposal) impact.Run {
	j.t.Helper()
	r := j.start(p)
	if r.State != impact.Done {
		j.t.Fatalf("%+v", r)
	}
	return r
}

// Another text of a contract is held against the one in force, told with what teams say to it, and after it came into force against the violations that came.
func TestAContractsChangeIsReportedToldAndFollowed(t *testing.T) {
	fake := kafkatest.Start(t)
	j := shop(t, fake, nil)
	j.apply(shopContract)
	j.apply(readersContract)
	j.catalog.Fill(t.Context())
	j.subscribe(notify.Filter{Types: []notify.Type{notify.ImpactRequested, notify.ImpactAcked}})
	text := strings.Replace(shopContract, "      - {name: email, logicalType: string, classification: pii}\n", "", 1)
	r := j.report(impact.Proposal{Kind: impact.OfContract, Cluster: "prod", Topic: "orders", Contract: text})
	if gone := slices.ContainsFunc(r.Report.Changes, func(c impact.Change) bool { return c.Kind == "field-removed" && c.Path == "email" }); !gone {
		t.Errorf("changes: %+v", r.Report.Changes)
	}
	if at := slices.IndexFunc(r.Report.Systems, func(s impact.System) bool { return s.Name == "mailer" }); at < 0 || r.Report.Systems[at].Verdict == impact.Safe || len(r.Report.Systems[at].Changes) == 0 {
		t.Errorf("who reads it: %+v", r.Report.Systems)
	}
	if _, err := j.impact.Ack(t.Context(), ann, r.ID, impact.Ack{Team: "growth", Decision: impact.Object, Reason: "we need it"}); err != nil {
		t.Fatal(err)
	}
	j.impactChanged(t.Context(), &r, nil) // as after a restart
	got := j.inbox()
	if len(got) != 2 || !strings.HasPrefix(got[0], "impact.requested orders warning 1") || !strings.HasSuffix(got[0], "/impact/"+r.ID) || !strings.HasPrefix(got[1], "impact.acked orders warning 1") {
		t.Errorf("told: %q", got)
	}
	if err := j.impact.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, err := j.impact.Get(t.Context(), r.ID); err != nil || r.Outcome != nil {
		t.Errorf("before the release: %+v %v", r.Outcome, err)
	}
	j.apply(text)
	fake.Write("orders", kafkatest.Record{Value: []byte(`{"id": null}`)})
	eventually(t, "the outcome", func() bool {
		j.round()
		if err := j.impact.Follow(t.Context()); err != nil {
			t.Fatal(err)
		}
		r, err := j.impact.Get(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		return r.Outcome != nil && slices.ContainsFunc(r.Outcome.Systems, func(c impact.Came) bool {
			return c.System == "" && slices.ContainsFunc(c.Troubles, func(x impact.Trouble) bool { return x.Kind == "violation" && x.Path == "id" })
		})
	})
}

// A schema is released when it is registered, and a field is dropped with the first version that has it no more.
func TestReleasesAreSeenInTheRegistry(t *testing.T) {
	j := shop(t, kafkatest.Start(t), nil)
	begin, w, of := j.now().Add(-time.Second), &watch{j.Server}, impact.Stream{Cluster: "prod", Topic: "orders"}
	drop := &impact.Proposal{Kind: impact.OfDrop, Topic: "orders", Drop: "email"}
	next := `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`
	schema := &impact.Proposal{Kind: impact.OfSchema, Subject: "orders-value", Schema: next}
	released := func(want bool) {
		t.Helper()
		for _, p := range []*impact.Proposal{drop, schema} {
			at, err := w.Released(t.Context(), p, of, begin)
			if err != nil || at.IsZero() == want {
				t.Errorf("%s: %s %v", p.Kind, at, err)
			}
			if late, err := w.Released(t.Context(), p, of, j.now().Add(time.Hour)); err != nil || !late.IsZero() {
				t.Errorf("%s: what came before it was proposed: %s %v", p.Kind, late, err)
			}
		}
	}
	released(false)
	at := j.Info().Registry + "/subjects/orders-value/versions"
	if status, body := asks(t, "POST", at, orderSchema, nil); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	released(false)
	if status, body := asks(t, "POST", at, `{"schema":"`+strings.ReplaceAll(next, `"`, `\"`)+`"}`, nil); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	released(true)
}
