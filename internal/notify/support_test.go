package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/tables"
)

const secret = "a secret of a webhook"

// clock goes on by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// graph is a Graph of what a test says, by topic.
type graph map[string][]Standing

func (g graph) Standings(_ context.Context, _ *tables.Tx, e Entity) ([]Standing, error) {
	return g[e.Topic], nil
}

type fixture struct {
	*Keeper
	t     *testing.T
	clock *clock
	db    *tables.DB
	dir   string
}

func policy(t *testing.T) *access.InForce {
	t.Helper()
	p, err := access.ReadPolicy(`roles:
  - {name: all, allow: [{actions: ["topic:list", "job:view"], resources: ["**"]}]}
  - {name: shop, allow: [{actions: ["topic:list"], resources: ["cluster/prod/topic/shop-*"]}]}
`, access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	return access.NewInForce(p)
}

// permissive lets persons see everything.
func permissive() *access.InForce {
	p, err := access.NewPolicy("test", access.Role{Name: "all", Statements: []access.Statement{{Effect: access.Allow, Actions: []access.Action{"*"}, Resources: []string{"**"}}}})
	if err != nil {
		panic(err)
	}
	return access.NewInForce(p)
}

func open(t *testing.T, change ...func(*Options)) *fixture {
	t.Helper()
	dir := t.TempDir()
	db, err := tables.Open(t.Context(), filepath.Join(dir, "g.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &clock{t: time.Date(2026, 8, 1, 14, 2, 0, 0, time.UTC)}
	o := Options{DB: db, KeyFile: filepath.Join(dir, "notify.key"), URL: "https://sightglass.example", Policy: policy(t), Now: c.now}
	for _, f := range change {
		f(&o)
	}
	k, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{k, t, c, db, dir}
}

func person(name string) access.Principal {
	return access.Principal{ID: "local:" + name, Name: name, Roles: []string{"all"}}
}

func (f *fixture) add(who access.Principal, w Wish, secret string) Subscription {
	f.t.Helper()
	s, err := f.Add(f.t.Context(), who, w, secret, true)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func (f *fixture) happens(e Event) {
	f.t.Helper()
	if err := f.db.Do(f.t.Context(), func(tx *tables.Tx) error { return f.Enqueue(f.t.Context(), tx, e) }); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) deliver() int {
	f.t.Helper()
	n, err := f.Deliver(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

func (f *fixture) reminds() {
	f.t.Helper()
	if err := f.Remind(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) log(q DeliveryQuery) []Delivery {
	f.t.Helper()
	all, _, err := f.Deliveries(f.t.Context(), q)
	if err != nil {
		f.t.Fatal(err)
	}
	return all
}

func (f *fixture) inbox(who string) []Notification {
	f.t.Helper()
	all, _, err := f.Inbox(f.t.Context(), "local:"+who, false, 0, "", 100, func(*Event) bool { return true })
	if err != nil {
		f.t.Fatal(err)
	}
	return all
}

// broken is a violation on a topic.
func broken(topic string, severity Severity) Event {
	return Event{
		Type: ContractViolated, Severity: severity, Cluster: "prod", Topic: topic, Path: "email", Contract: "orders", Group: "contract/orders/email/" + topic,
		Link: "/t/prod/" + topic, Resource: access.ResourceOf("cluster", "prod", "topic", topic), Facts: Facts{Check: "not-null", Records: 1, First: &Place{2, 4711}},
	}
}

func holds(topic string) Event {
	e := broken(topic, Info)
	e.Type, e.Facts = ContractRecovered, Facts{Check: "not-null"}
	return e
}

// got is a request to a receiver.
type got struct {
	path   string
	header http.Header
	body   []byte
}

// event is what a webhook was sent.
func (g got) event(t *testing.T) (e CloudEvent) {
	t.Helper()
	if err := json.Unmarshal(g.body, &e); err != nil {
		t.Fatalf("%v: %s", err, g.body)
	}
	return e
}

// receiver is a server of a target on a real port.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	all    []got
	answer func(w http.ResponseWriter, r *http.Request) // nil: 204
}

func receive(t *testing.T, answer func(http.ResponseWriter, *http.Request)) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		body = fmt.Append(nil, err)
	}
	r.mu.Lock()
	r.all = append(r.all, got{q.URL.Path, q.Header, body})
	answer := r.answer
	r.mu.Unlock()
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer(w, q)
}

func (r *receiver) reply(answer func(http.ResponseWriter, *http.Request)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func (r *receiver) got() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]got(nil), r.all...)
}

// says answers with a status.
func says(status int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func hook(r *receiver) Wish { return Wish{Target: Target{Kind: Webhook, URL: r.URL + "/hook"}} }
