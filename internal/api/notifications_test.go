package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/notify"
	"github.com/sightglass/sightglass/internal/tables"
)

// openNotify gives the fixture notifications, with the clock of its grants.
func (f *fixture) openNotify(t *testing.T, force *access.InForce) {
	t.Helper()
	dir := t.TempDir()
	db, err := tables.Open(t.Context(), filepath.Join(dir, "g.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	f.notify, err = notify.Open(t.Context(), notify.Options{
		DB: db, KeyFile: filepath.Join(dir, "notify.key"), URL: "https://sightglass.example", Policy: force, Hosts: []string{"*.example.org"},
		Now: func() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	f.tables = db
}

// subscribed is a subscription of a local person to their inbox.
func (f *fixture) subscribed(name string) notify.Subscription {
	s, err := f.notify.Add(context.Background(), access.LocalPrincipal(name), notify.Wish{Target: notify.Target{Kind: notify.Inbox}}, "", true)
	if err != nil {
		panic(err)
	}
	return s
}

func (f *fixture) event(topic string) notify.Event {
	return notify.Event{
		Type: notify.ContractViolated, Severity: notify.Critical, Cluster: "shop", Topic: topic, Path: "email", Contract: "orders", Link: "/t/shop/" + topic,
		Resource: access.ResourceOf("cluster", "shop", "topic", topic), Facts: notify.Facts{Check: "not-null", Records: 3, First: &notify.Place{Partition: 1, Offset: 17}},
	}
}

func (f *fixture) tell(e notify.Event) {
	if err := f.tables.Do(context.Background(), func(tx *tables.Tx) error { return f.notify.Enqueue(context.Background(), tx, e) }); err != nil {
		panic(err)
	}
}

// happened is the id of something that a person was just told.
func (f *fixture) happened(name string) string {
	f.subscribed(name)
	f.tell(f.event("orders"))
	all, _, err := f.notify.Inbox(context.Background(), "local:"+name, false, 0, "", 1, func(*notify.Event) bool { return true })
	if err != nil {
		panic(err)
	}
	return all[0].ID
}

// undelivered is the id of a delivery that failed: its file with a secret is not there for a day.
func (f *fixture) undelivered(name string) string {
	_, err := f.notify.Add(context.Background(), access.LocalPrincipal(name), notify.Wish{Target: notify.Target{Kind: notify.Webhook, URL: "https://hooks.example.org/x", SecretFile: "/no/such/file"}}, "", true)
	if err != nil {
		panic(err)
	}
	f.tell(f.event("orders"))
	for range 60 {
		if _, err := f.notify.Deliver(context.Background()); err != nil {
			panic(err)
		}
		f.ahead.Add(int64(time.Hour))
	}
	all, _, err := f.notify.Deliveries(context.Background(), notify.DeliveryQuery{State: notify.Failed, Owner: "local:" + name})
	if err != nil || len(all) == 0 {
		panic(fmt.Sprint(all, err))
	}
	return all[0].ID
}

// told lets ann and bob subscribe and root manage.
const toldPolicy = `roles:
  - {name: subscriber, allow: [{actions: ["notify:subscribe"], resources: ["notification"]}, {actions: ["topic:list"], resources: ["cluster/shop/topic/orders"]}]}
  - {name: manager, allow: [{actions: ["notify:subscribe", "notify:manage"], resources: ["notification"]}, {actions: ["topic:list"], resources: ["**"]}]}
`

func toldBy(r *http.Request) (access.Principal, error) {
	switch who := r.Header.Get("X-Who"); who {
	case "root":
		return access.Principal{ID: "local:root", Name: "root", Roles: []string{"manager"}}, nil
	case "ann's token":
		return access.Principal{ID: "token:1", Owner: "local:ann", Name: "ann (token ci)", Roles: []string{"subscriber"}}, nil
	default:
		return access.Principal{ID: "local:" + who, Name: who, Roles: []string{"subscriber"}}, nil
	}
}

// as sends a request as somebody and reads what it answers.
func as[T any](t *testing.T, f *fixture, who, method, path, body string, want int) (out T) {
	t.Helper()
	status, _, raw := send2(t, f, method, Base+path, body, "X-Who", who)
	if status != want {
		t.Fatalf("%s %s as %s: %d %s, want %d", method, path, who, status, raw, want)
	}
	if status == http.StatusOK {
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	return out
}

func openTold(t *testing.T) *fixture {
	t.Helper()
	p, err := access.ReadPolicy(toldPolicy, access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	return openUnder(t, p, toldBy)
}

func TestInboxHoldsWhatItsReaderMaySee(t *testing.T) {
	f := openTold(t)
	for _, who := range []string{"ann", "root"} {
		as[NotificationSubscription](t, f, who, http.MethodPost, "/subscriptions", `{"filter":{},"target":{"kind":"inbox"}}`, http.StatusOK)
	}
	f.tell(f.event("orders"))
	f.tell(f.event("salaries"))
	for who, want := range map[string][]string{"ann": {"orders#email"}, "ann's token": {"orders#email"}, "root": {"salaries#email", "orders#email"}, "bob": nil} {
		list := as[NotificationList](t, f, who, http.MethodGet, "/notifications", "", http.StatusOK)
		var got []string
		for _, n := range list.Items {
			got = append(got, n.Subject)
		}
		if !slices.Equal(got, want) || list.Unread != len(want) {
			t.Errorf("%s sees %v, %d unread, want %v", who, got, list.Unread, want)
		}
	}
	page := as[NotificationList](t, f, "root", http.MethodGet, "/notifications?limit=1", "", http.StatusOK)
	rest := as[NotificationList](t, f, "root", http.MethodGet, "/notifications?limit=1&cursor="+page.Next, "", http.StatusOK)
	if len(page.Items) != 1 || len(rest.Items) != 1 || rest.Items[0].ID == page.Items[0].ID || rest.Next != "" {
		t.Errorf("pages: %+v %+v", page, rest)
	}
	as[NotificationList](t, f, "root", http.MethodGet, "/notifications?cursor=x", "", http.StatusBadRequest)

	salaries, orders := page.Items[0].ID, rest.Items[0].ID
	as[Notification](t, f, "ann", http.MethodPost, "/notifications/"+salaries+"/ack", "", http.StatusNotFound) // she may not see it
	as[Notification](t, f, "bob", http.MethodPost, "/notifications/"+orders+"/ack", "", http.StatusNotFound)   // nobody told him
	n := as[Notification](t, f, "ann", http.MethodPost, "/notifications/"+orders+"/ack", `{"note":"INC-1"}`, http.StatusOK)
	if n.State != "acked" || n.AckedBy != "ann" || n.Note != "INC-1" || n.Facts.First.Offset != 17 || n.Link != "/t/shop/orders" {
		t.Errorf("acknowledged: %+v", n)
	}
	as[Notification](t, f, "root", http.MethodPost, "/notifications/"+orders+"/ack", "", http.StatusConflict)
	for _, want := range []string{`"principal":"local:ann"`, `"action":"notify:ack"`, `"resource":"cluster/shop/topic/orders"`, `"reason":"INC-1"`} {
		if !strings.Contains(f.audit.String(), want) {
			t.Errorf("the audit log has no %s: %s", want, f.audit)
		}
	}
	if u := as[UnreadNotifications](t, f, "ann", http.MethodGet, "/notifications/unread", "", http.StatusOK); u.Unread != 0 {
		t.Errorf("%d unread", u.Unread)
	}
	if u := as[UnreadNotifications](t, f, "root", http.MethodPost, "/notifications/read", `{"ids":["`+salaries+`"]}`, http.StatusOK); u.Unread != 1 {
		t.Errorf("%d unread", u.Unread)
	}
	if u := as[UnreadNotifications](t, f, "root", http.MethodPost, "/notifications/read", "", http.StatusOK); u.Unread != 0 {
		t.Errorf("%d unread", u.Unread)
	}
}

func TestSubscriptionsAreTheirOwners(t *testing.T) {
	f := openTold(t)
	const secret = "kept from everybody"
	const hook = `"target":{"kind":"webhook","url":"https://hooks.example.org/path-of-hers?token=of-hers"}`
	s := as[NotificationSubscription](t, f, "ann", http.MethodPost, "/subscriptions", `{"name":"on call","filter":{"topics":["orders"],"severity":"warning"},"secret":"`+secret+`",`+hook+`,"remind":"3600"}`, http.StatusOK)
	if !s.HasSecret || s.Remind != 3600 || s.Owner != "local:ann" || !s.Yours || s.Filter.Severity != "warning" {
		t.Errorf("%+v", s)
	}
	path := "/subscriptions/" + s.ID
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		as[NotificationSubscription](t, f, "bob", method, path, `{"filter":{},`+hook+`}`, http.StatusNotFound)
	}
	as[NotificationOutcome](t, f, "bob", http.MethodPost, path+"/test", "", http.StatusNotFound)
	as[List[NotificationSubscription]](t, f, "ann", http.MethodGet, "/subscriptions/all", "", http.StatusForbidden)
	as[List[NotificationDelivery]](t, f, "ann", http.MethodGet, "/notifications/deliveries?all=true", "", http.StatusForbidden)
	if own := as[List[NotificationSubscription]](t, f, "ann", http.MethodGet, "/subscriptions", "", http.StatusOK); own.Items[0].Target.URL != "https://hooks.example.org/path-of-hers?token=of-hers" {
		t.Errorf("hers: %+v", own.Items)
	}
	_, _, others := send2(t, f, http.MethodGet, Base+"/subscriptions/all", "", "X-Who", "root")
	if !strings.Contains(string(others), s.ID) || strings.Contains(string(others), "of-hers") {
		t.Errorf("an administrator sees %s", others)
	}
	// An administrator pauses it, without its address.
	paused := as[NotificationSubscription](t, f, "root", http.MethodPut, path, `{"filter":{},"paused":true,"target":{"kind":"webhook","url":"https://hooks.example.org"}}`, http.StatusOK)
	if own := as[List[NotificationSubscription]](t, f, "ann", http.MethodGet, "/subscriptions", "", http.StatusOK); !paused.Paused || !own.Items[0].HasSecret || !strings.HasSuffix(own.Items[0].Target.URL, "?token=of-hers") {
		t.Errorf("paused: %+v", own.Items)
	}
	as[NotificationSubscription](t, f, "ann", http.MethodPost, "/subscriptions", `{"filter":{},"secret":"`+secret+`","target":{"kind":"webhook","url":"https://elsewhere.example.net/x"}}`, http.StatusForbidden)
	as[NotificationSubscription](t, f, "root", http.MethodPost, "/subscriptions", `{"filter":{},"target":{"kind":"topic","cluster":"shop","topic":"alerts"}}`, http.StatusForbidden) // he may not write there
	as[NotificationSubscription](t, f, "ann", http.MethodPost, "/subscriptions", `{"filter":{"severity":"loud"},"target":{"kind":"inbox"}}`, http.StatusUnprocessableEntity)
	as[NotificationSubscription](t, f, "ann", http.MethodPost, "/subscriptions", `{"filter":{},"target":{"kind":"slack","url":"https://hooks.example.org/misplaced"}}`, http.StatusUnprocessableEntity)
	as[NotificationSubscription](t, f, "ann", http.MethodDelete, path, "", http.StatusOK)
	as[NotificationSubscription](t, f, "ann", http.MethodDelete, path, "", http.StatusNotFound)
	log := f.audit.String()
	for _, hidden := range []string{secret, "of-hers", "misplaced"} {
		if strings.Contains(log, hidden) {
			t.Errorf("%q is in the audit log", hidden)
		}
	}
	for _, want := range []string{`add subscription`, `change subscription ` + s.ID, `remove subscription ` + s.ID, `to webhook https://hooks.example.org`} {
		if !strings.Contains(log, want) {
			t.Errorf("the audit log has no %q", want)
		}
	}
}

func TestATestIsSentOnceAndTellsWhatTheTargetSays(t *testing.T) {
	var n atomic.Int64
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Sightglass-Signature") != "" {
			n.Add(1)
		}
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "no coffee")
	}))
	t.Cleanup(hook.Close)
	f := openTold(t)
	s := as[NotificationSubscription](t, f, "root", http.MethodPost, "/subscriptions", `{"filter":{},"secret":"kept from everybody","target":{"kind":"webhook","url":"`+hook.URL+`"}}`, http.StatusOK)
	o := as[NotificationOutcome](t, f, "root", http.MethodPost, "/subscriptions/"+s.ID+"/test", "", http.StatusOK)
	if o.OK || o.Status != "HTTP 418" || o.Detail != "no coffee" || n.Load() != 1 {
		t.Errorf("%+v after %d", o, n.Load())
	}
	f.tell(f.event("orders"))
	if _, err := f.notify.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := as[List[NotificationDelivery]](t, f, "root", http.MethodGet, "/notifications/deliveries?state=pending&all=true", "", http.StatusOK)
	if len(list.Items) != 1 || list.Items[0].Status != "HTTP 418" || list.Items[0].Next == nil || list.Items[0].Subject != "orders#email" || list.Items[0].Attempts != 1 {
		t.Errorf("%+v", list.Items)
	}
	as[NotificationDelivery](t, f, "root", http.MethodPost, "/notifications/deliveries/"+list.Items[0].ID+"/replay", "", http.StatusConflict) // it has not failed
	as[NotificationDelivery](t, f, "ann", http.MethodPost, "/notifications/deliveries/"+list.Items[0].ID+"/replay", "", http.StatusNotFound)
}

// What CloudEvents carry is what their dataschema describes.
func TestTheDataSchemaDescribesTheData(t *testing.T) {
	f := open(t, local)
	_, _, raw := get2(t, f, Base+"/openapi.json")
	var document struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(notify.Data{Link: "x", Cluster: "x", Topic: "x", Path: "x", Job: "x", Subject: "x", Contract: "x"})
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	described := document.Components.Schemas["NotificationData"].Properties
	if len(described) != len(members) {
		t.Errorf("%d members are described, there are %d", len(described), len(members))
	}
	for name := range members {
		if described[name] == nil {
			t.Errorf("%s is not described", name)
		}
	}
}
