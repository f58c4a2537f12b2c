package server

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/notify"
)

const shopContract = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.2.0
status: active
description: {purpose: Orders of the shop.}
team: {name: payments, members: [{username: bob, role: owner}]}
support: [{channel: '#orders', tool: slack, scope: notifications}, {channel: help, tool: email}]
schema:
  - name: orders
    properties:
      - {name: id, logicalType: string, required: true}
      - {name: email, logicalType: string, classification: pii}
      - {name: items, logicalType: array, items: {logicalType: object, properties: [{name: price, logicalType: number, logicalTypeOptions: {minimum: 0}}]}}
`

const readersContract = `apiVersion: v3.1.0
kind: DataContract
id: mails
name: mailer
version: 0.1.0
status: active
team: {name: growth, members: []}
customProperties: [{property: sightglass.reads, value: ['orders#email']}]
`

func (j *joined) apply(text string) {
	j.t.Helper()
	if _, err := j.checks.Apply(j.t.Context(), text, "ann", "", "test"); err != nil {
		j.t.Fatal(err)
	}
	j.round()
}

func (j *joined) round() {
	j.t.Helper()
	if err := j.checks.Round(j.t.Context()); err != nil {
		j.t.Fatal(err)
	}
}

// subscribe puts what a filter takes into ann's inbox.
func (j *joined) subscribe(f notify.Filter) {
	j.t.Helper()
	if _, err := j.notify.Add(j.t.Context(), ann, notify.Wish{Filter: f, Target: notify.Target{Kind: notify.Inbox}}, "", true); err != nil {
		j.t.Fatal(err)
	}
}

// inbox is what ann was told, the oldest first, each in one line.
func (j *joined) inbox() (out []string) {
	j.t.Helper()
	all, _, err := j.notify.Inbox(j.t.Context(), ann.ID, false, 0, "", 100, func(*notify.Event) bool { return true })
	if err != nil {
		j.t.Fatal(err)
	}
	for _, n := range slices.Backward(all) {
		e := &n.First
		out = append(out, strings.TrimSpace(fmt.Sprint(e.Type, " ", e.About(), " ", e.Severity, " ", n.Count, " ", n.Open, " ", e.Link)))
	}
	return out
}

// Contracts tell the catalog owners, contact, classes and rules of fields, and what consumers read; a page says how the checks stand.
func TestContractsAreInTheCatalog(t *testing.T) {
	fake := kafkatest.Start(t)
	j := shop(t, fake, nil)
	j.apply(shopContract)
	j.apply(readersContract)
	j.catalog.Fill(t.Context())
	p, err := j.page("stream:prod/orders")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Owners, []string{"team:payments", "person:bob"}) || p.Contact != "slack #orders" || p.DocText != "Orders of the shop." {
		t.Errorf("owners %v, contact %q, doc %q", p.Owners, p.Contact, p.DocText)
	}
	fields := map[string]catalog.PageField{}
	for _, f := range p.FieldPages {
		fields[f.Path] = f
	}
	if f := fields["email"]; !slices.Equal(f.Tags, []string{"pii"}) || !slices.Equal(f.ReadBy, []catalog.ID{"service:mailer"}) || !f.Optional {
		t.Errorf("email: %+v", f)
	}
	if f := fields["items[].price"]; !strings.Contains(f.Rule, "at least 0") {
		t.Errorf("the rule of a price: %q of %+v", f.Rule, fields)
	}
	if fields["id"].Optional || len(fields["id"].ReadBy) != 0 {
		t.Errorf("id: %+v", fields["id"])
	}
	if len(p.Readers) != 1 || p.Readers[0].Evidence[0].Evidence != catalog.ByContract || !slices.Equal(p.Readers[0].Owners, []string{"team:growth"}) {
		t.Errorf("readers: %+v", p.Readers)
	}
	fake.Write("orders", kafkatest.Record{Value: []byte(`{"id": null, "items": []}`)})
	j.round()
	if p, err = j.page("stream:prod/orders"); err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, h := range p.Health {
		states[h.Name] = h.State
		if h.Link != "/contracts/orders" {
			t.Errorf("%s leads to %s", h.Name, h.Link)
		}
	}
	if err := j.checks.End(t.Context(), "orders"); err != nil {
		t.Fatal(err)
	}
	j.catalog.Fill(t.Context())
	if p, err = j.page("stream:prod/orders"); err != nil || len(p.Owners) != 0 || p.Contact != "" || len(p.Health) != 0 || len(p.Readers) != 1 {
		t.Errorf("after its end: owners %v, contact %q, health %v, readers %v, %v", p.Owners, p.Contact, p.Health, p.Readers, err)
	}
	if states["orders/id/required"] != "broken" || states["orders/ownership"] != "" && states["orders/ownership"] != "ok" {
		t.Errorf("health: %v", states)
	}
}

// A violation is told once, however often it is emitted and in however many partitions, and is over when it is over in all of them; an owner is told by
// their role, and a team's members with it.
func TestViolationsAreToldOnce(t *testing.T) {
	j := shop(t, kafkatest.Start(t), nil)
	j.apply(shopContract)
	j.catalog.Fill(t.Context())
	j.subscribe(notify.Filter{Contracts: []string{"orders"}, Roles: []notify.Role{notify.Owner}, As: []string{"team:payments"}})
	j.subscribe(notify.Filter{Topics: []string{"orders"}, Roles: []notify.Role{notify.Owner}, As: []string{"team:others"}})
	var events []checks.Event
	for part := range int32(2) {
		v := checks.Event{
			ID: fmt.Sprintf("v%d", part), Type: checks.EventViolated, At: time.Now(), Contract: "orders", Check: "orders/email/required", Kind: "required", Severity: "error", Cluster: "prod", Topic: "orders",
			Path: "email", Partition: part, Offset: 7, Count: 1,
		}
		events = append(events, v, v) // at least once
	}
	for _, e := range events {
		if err := j.checks.Sink.Emit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := j.inbox(), []string{"contract.violated orders#email critical 2 true /contracts/orders"}; !slices.Equal(got, want) {
		t.Errorf("told: %q, want %q", got, want)
	}
	over := events[0]
	over.ID, over.Type = "r0", checks.EventRecovered
	if err := j.checks.Sink.Emit(t.Context(), over); err != nil {
		t.Fatal(err)
	}
	if got := j.inbox(); len(got) != 1 || !strings.Contains(got[0], " 2 false ") {
		t.Errorf("after it is over: %q", got)
	}
}

// A real violation goes all the way into the inbox, with its place and a link to it.
func TestAViolationOfAStreamIsTold(t *testing.T) {
	fake := kafkatest.Start(t)
	j := shop(t, fake, nil)
	j.apply(shopContract)
	j.subscribe(notify.Filter{Types: []notify.Type{notify.ContractViolated}})
	fake.Write("orders", kafkatest.Record{Value: []byte(`{"id": null}`)})
	eventually(t, "the notification", func() bool { j.round(); return len(j.inbox()) > 0 })
	if got := j.inbox(); len(got) != 1 || !strings.HasPrefix(got[0], "contract.violated orders#id critical 1 true /contracts/orders/violations/") {
		t.Errorf("%q", got)
	}
}

// What changes in the registry and who begins to read is told with the change.
func TestSchemasAndReadersAreTold(t *testing.T) {
	fake := kafkatest.Start(t)
	j := shop(t, fake, nil)
	j.subscribe(notify.Filter{Types: []notify.Type{notify.SchemaRegistered, notify.SchemaDeleted, notify.ConfigChanged, notify.ConsumerAppeared}})
	at := j.Info().Registry
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/subjects/orders-value/versions", orderSchema}, {"POST", "/subjects/orders-value/versions", orderSchema}, {"PUT", "/config/orders-value", `{"compatibility":"FULL"}`},
		{"DELETE", "/subjects/orders-value", ""},
	} {
		if status, body := asks(t, c.method, at+c.path, c.body, nil); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
	}
	want := []string{"schema.registered orders info", "config.changed orders info", "schema.deleted orders warning"}
	if got := j.inbox(); !slices.EqualFunc(got, want, strings.HasPrefix) || !strings.HasSuffix(got[0], "/c/stream:prod%2Forders") {
		t.Errorf("%q, want %q", got, want)
	}
	j.catalog.Fill(t.Context()) // the topic is new: so would be all of its readers
	if got := j.inbox(); len(got) != len(want) {
		t.Errorf("told at the first look: %q", got[len(want):])
	}
	fake.Commit("billing", "orders", map[int32]int64{0: 0})
	j.catalog.Fill(t.Context())
	j.catalog.Fill(t.Context())
	if got := j.inbox(); len(got) != len(want)+1 || !strings.HasPrefix(got[len(want)], "consumer.appeared orders info 1") {
		t.Errorf("%q", got)
	}
}
