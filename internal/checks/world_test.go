package checks

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/serde"
	"github.com/sightglass/sightglass/internal/tables"
)

// world is an engine on a cluster in this process, with a clock that tests move.
type world struct {
	t       *testing.T
	fake    *kafkatest.Cluster
	db      *tables.DB
	engine  *Engine
	schemas serde.Schemas
	budget  int64

	mu        sync.Mutex
	clock     time.Time
	events    []Event
	deaf      bool // the sink takes nothing
	producers Producers
}

func newWorld(t *testing.T) *world {
	t.Helper()
	// The minute begins: a test that writes for some seconds stays within it.
	w := &world{t: t, fake: kafkatest.Start(t), clock: time.Now().UTC().Truncate(time.Minute)}
	db, err := tables.Open(t.Context(), filepath.Join(t.TempDir(), "g.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	w.db = db
	t.Cleanup(func() { _ = db.Close() })
	w.restart()
	return w
}

// restart begins with what is written down.
func (w *world) restart() {
	w.t.Helper()
	e, err := New(w.t.Context(), Options{
		Tables: w.db, Clusters: []Cluster{{Name: "shop", Bootstrap: []string{"broker:9092"}, Kafka: w.fake.Client(), Decoder: serde.NewRecordDecoder(w.schemas, serde.Limits{}), Schemas: w.schemas}},
		Sink: w, Producers: w.producers, Now: w.now, RecoverAfter: time.Minute, Budget: w.budget,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.engine = e
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	w.clock = w.clock.Add(d)
	w.mu.Unlock()
}

// Emit is that of Sink.
func (w *world) Emit(_ context.Context, e Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.deaf {
		return fmt.Errorf("nobody listens")
	}
	w.events = append(w.events, e)
	return nil
}

// told are the events of a check so far, by their types.
func (w *world) told(check string) (out []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.events {
		if e.Check == check {
			out = append(out, e.Type)
		}
	}
	return out
}

func (w *world) round() {
	w.t.Helper()
	if err := w.engine.Round(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// contractOf is a contract about topic orders with the given properties and more members of the stream.
func contractOf(properties, more string) string {
	s := "apiVersion: v3.1.0\nkind: DataContract\nid: orders\nversion: 1.0.0\nstatus: active\nteam: {members: [{username: ann}]}\nsupport: [{channel: c}]\nschema:\n  - name: orders\n"
	if properties != "" {
		s += "    properties:\n"
		for line := range strings.Lines(properties) {
			s += "      " + strings.TrimRight(line, "\n") + "\n"
		}
	}
	return s + more + "\n"
}

func (w *world) apply(text string) {
	w.t.Helper()
	if _, err := w.engine.Apply(w.t.Context(), text, "ann", "", "test"); err != nil {
		w.t.Fatal(err)
	}
	w.round() // it finds out where the topic ends
}

// write appends values to partition 0, at the clock's time.
func (w *world) write(values ...string) {
	w.t.Helper()
	var all []kafkatest.Record
	for _, v := range values {
		all = append(all, kafkatest.Record{Time: w.now().UnixMilli(), Value: []byte(v)})
	}
	w.fake.Write("orders", all...)
}

func (w *world) violations(q ViolationQuery) []Violation {
	w.t.Helper()
	list, _, err := w.engine.Violations(w.t.Context(), q)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// only is the one violation of a check that is open.
func (w *world) only(check string) Violation {
	w.t.Helper()
	list := w.violations(ViolationQuery{Check: check})
	list = slices.DeleteFunc(list, func(v Violation) bool { return v.State == Closed })
	if len(list) != 1 {
		w.t.Fatalf("%s: %d violations are open: %+v", check, len(list), list)
	}
	return list[0]
}

func (w *world) none(check string) {
	w.t.Helper()
	for _, v := range w.violations(ViolationQuery{Check: check}) {
		if v.State != Closed {
			w.t.Errorf("%s is violated: %+v", check, v)
		}
	}
}

func (w *world) same(what string, got, want any) {
	w.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
