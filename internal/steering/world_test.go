package steering

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// world is a server's surroundings without a server: one job with two operators, agents that write down what they are told, and
// a clock that stands still.
type world struct {
	*Steering
	t      *testing.T
	dir    string
	meta   *meta.DB
	agents *fakeAgents
	jobs   *fakeJobs
	mu     sync.Mutex
	now    time.Time
}

var rec = event.RecordingID{0xab}

type fakeAgents struct {
	mu     sync.Mutex
	told   []ingest.Policy
	sent   []event.RecordingID
	status []ingest.AgentStatus
}

func (f *fakeAgents) StartPolicy(p ingest.Policy) { _ = f.SetPolicy(context.Background(), p) }

func (f *fakeAgents) SetPolicy(_ context.Context, p ingest.Policy) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, p)
	return nil
}

func (f *fakeAgents) SendLookBack(_ context.Context, r ...event.RecordingID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = append(f.sent, r...)
	return nil
}

func (f *fakeAgents) Agents() []ingest.AgentStatus { return f.status }

func (f *fakeAgents) last() ingest.Policy {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.told[len(f.told)-1]
}

type fakeJobs struct {
	detail browse.JobDetail
	levels map[event.Key]browse.Levels
	events chan browse.Event
	asked  chan browse.EventQuery
	before []browse.Event
}

func (f *fakeJobs) Jobs(context.Context, access.Principal, bool) ([]browse.ListedJob, error) {
	return []browse.ListedJob{{Job: f.detail.Job}}, nil
}

func (f *fakeJobs) Job(_ context.Context, _ access.Principal, t browse.Target) (browse.JobDetail, error) {
	if t.Recording != rec {
		return browse.JobDetail{}, fmt.Errorf("%w: %s", browse.ErrNotFound, t.Recording)
	}
	return f.detail, nil
}

func (f *fakeJobs) Resolve(context.Context, string) (browse.Target, error) {
	return browse.Target{Recording: rec, Resource: "recording/ab"}, nil
}

func (f *fakeJobs) Levels(context.Context, browse.Target) (map[event.Key]browse.Levels, error) {
	return f.levels, nil
}

func (f *fakeJobs) Events(context.Context, access.Principal, browse.Target, browse.EventQuery) (browse.EventPage, error) {
	return browse.EventPage{Events: f.before}, nil
}

func (f *fakeJobs) Follow(ctx context.Context, _ access.Principal, _ browse.Target, q browse.EventQuery) iter.Seq2[browse.Event, error] {
	return func(yield func(browse.Event, error) bool) {
		f.asked <- q
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-f.events:
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, dir: t.TempDir(), agents: &fakeAgents{}, now: time.Unix(1_700_000_000, 0), jobs: &fakeJobs{events: make(chan browse.Event), asked: make(chan browse.EventQuery, 16)}}
	w.jobs.detail = browse.JobDetail{Job: browse.Job{ID: rec, Name: "orders", State: query.JobRunning, Started: query.Wall(w.now.Add(-time.Hour).UnixMicro())},
		Processes: []browse.Process{{ID: "p1"}, {ID: "p2"}},
		Attempts:  []query.Attempt{{Key: 1, Vertex: "v", Subtask: 0}, {Key: 2, Vertex: "v", Subtask: 1}},
		Graph: browse.Graph{Vertices: []browse.Vertex{{ID: "v", Operators: []browse.Operator{
			{Index: 0, Name: "Source: orders", Slug: "source-orders", Kind: "source"}, {Index: 1, Name: "dedup", Slug: "dedup", Kind: "process"},
		}}}}}
	var err error
	if w.meta, err = meta.Open(context.Background(), filepath.Join(w.dir, "meta.sqlite")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.meta.Close() })
	if err := w.start(false); err != nil {
		t.Fatal(err)
	}
	return w
}

// start makes a Steering over what earlier ones left.
func (w *world) start(wanted bool) error {
	s, err := New(context.Background(), Options{Meta: w.meta, Agents: w.agents, Jobs: w.jobs, File: w.file(), Wanted: wanted, Level: "flight", Now: func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.now
	}})
	if err == nil {
		w.Steering = s
	}
	return err
}

func (w *world) file() string { return filepath.Join(w.dir, "policy.yaml") }

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	w.now = w.now.Add(d)
	w.mu.Unlock()
	w.expire(context.Background())
}

// rules writes down what agents would be told now.
func (w *world) rules() string {
	p := w.wire()
	text := p.Version + ":"
	for _, r := range p.Rules {
		job := ""
		if r.Job != "" {
			job = r.Job[:2] + "/"
		}
		text += fmt.Sprintf(" %s%s=%s", job, r.Operator, r.Level)
		if r.Payload != "" {
			text += "/" + r.Payload
		}
		if r.Why != "" {
			text += "(" + r.Why + ")"
		}
	}
	return text
}

func (w *world) want(rules string) {
	w.t.Helper()
	if got := w.rules(); got != rules {
		w.t.Errorf("agents are told\n%s, want\n%s", got, rules)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
