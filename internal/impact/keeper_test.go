package impact

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/tables"
)

// seenAfter is a Watch of a proposal that was released after a day.
type seenAfter struct{ troubles []Trouble }

func (seenAfter) Released(_ context.Context, _ *Proposal, _ Stream, since time.Time) (time.Time, error) {
	return since.Add(day), nil
}

func (s seenAfter) Since(context.Context, Stream, time.Time, time.Time) ([]Trouble, error) {
	return s.troubles, nil
}

func keeperOf(t *testing.T, p *planted, now *time.Time, w Watch) (*Keeper, *tables.DB) {
	t.Helper()
	db, err := tables.Open(t.Context(), filepath.Join(t.TempDir(), "g.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	k, err := Open(t.Context(), KeeperOptions{DB: db, Watch: w, Engine: New(Options{Estate: p, Now: func() time.Time { return *now }})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close(); _ = db.Close() })
	return k, db
}

// What was predicted stands beside what came in the seven days behind the release.
func TestAPredictionIsHeldAgainstWhatCame(t *testing.T) {
	p, now := newPlanted(), noon
	typed := reads("typed", 0, true, "amount")
	p.users[orders] = []User{typed, reads("other", 0, true, "id")}
	k, _ := keeperOf(t, p, &now, seenAfter{[]Trouble{{System: "group:other", Kind: "deserialisation", Count: 4}, {Kind: "violation", Count: 2}}})
	r, err := k.Start(t.Context(), ann, Proposal{Kind: OfDrop, Cluster: "shop", Topic: "orders", Drop: "amount"})
	if err != nil {
		t.Fatal(err)
	}
	if r, err = k.Wait(t.Context(), r.ID); err != nil || r.State != Done {
		t.Fatalf("%+v %v", r, err)
	}
	for _, step := range []struct {
		days int
		over bool
	}{{3, false}, {20, true}} {
		now = noon.Add(time.Duration(step.days) * day)
		if err := k.Follow(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r, err = k.Get(t.Context(), r.ID); err != nil || r.Outcome == nil || r.Outcome.Over != step.over {
			t.Fatalf("after %d days: %+v %v", step.days, r.Outcome, err)
		}
	}
	held := map[string]bool{}
	for _, c := range r.Outcome.Systems {
		held[c.Name] = c.Held
	}
	if held["other"] || !held["typed"] || !held["orders"] || len(held) != 3 {
		t.Errorf("%+v", r.Outcome.Systems)
	}
	k.Sees = func(_ context.Context, _ access.Principal, s *System) bool { return s.ID != "group:other" }
	if shown := k.Shown(t.Context(), ann, r); len(shown.Outcome.Systems) != 2 || len(r.Outcome.Systems) != 3 || shown.Report.Hidden != 1 {
		t.Errorf("to who may not see one of them: %+v", shown.Outcome.Systems)
	}
}

func TestATeamSaysWhatItThinks(t *testing.T) {
	p, now := newPlanted(), noon
	k, db := keeperOf(t, p, &now, nil)
	r, err := k.Start(t.Context(), ann, Proposal{Kind: OfDrop, Cluster: "shop", Topic: "orders", Drop: "amount"})
	if err == nil {
		_, err = k.Wait(t.Context(), r.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []Ack{{}, {Team: "a", Decision: "perhaps"}, {Team: "a", Decision: Object}, {Decision: Agree}} {
		if _, err := k.Ack(t.Context(), ann, r.ID, bad); !errors.Is(err, ErrAck) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	for _, a := range []Ack{{Team: "billing", Decision: Object, Reason: "not yet"}, {Team: "billing", Decision: Agree}} {
		now = now.Add(time.Second)
		if r, err = k.Ack(t.Context(), ann, r.ID, a); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.Acks) != 2 || r.Standing()["billing"] != Agree || r.Acks[0].By != ann.ID {
		t.Errorf("%+v", r.Acks)
	}
	// A server that ends while a report is made does not leave one that runs for ever.
	if _, err := db.Exec(t.Context(), "UPDATE impact_run SET state = 'running' WHERE id = ?", r.ID); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), KeeperOptions{DB: db, Engine: k.Engine})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if r, err = again.Get(t.Context(), r.ID); err != nil || r.State != Failed || r.Error == "" {
		t.Errorf("%+v %v", r, err)
	}
	if list, err := again.List(t.Context(), Query{Topic: "orders"}); err != nil || len(list) != 1 {
		t.Errorf("%+v %v", list, err)
	}
}

func TestSettingsOfATopicAreJudged(t *testing.T) {
	p := newPlanted()
	p.topics[orders] = map[string]string{Partitions: "6", "retention.ms": "604800000", "cleanup.policy": "delete", "max.message.bytes": "1000000"}
	p.users[orders] = []User{reads("far", 0, true, "a"), reads("near", 0, true, "a"), reads("lost", 0, true, "a"), reads("old", 9*day, true, "a"),
		{ID: "job:w", Name: "w", Kind: "job", Writes: true, Seen: noon}}
	p.behind = map[string]time.Duration{"far": 30 * time.Hour, "near": time.Minute}
	for _, c := range []struct {
		config map[string]string
		want   map[string]Verdict
	}{
		{map[string]string{"retention.ms": "86400000"}, map[string]Verdict{"far": Broken, "near": Safe, "lost": Maybe, "old": Unknown}},
		{map[string]string{"retention.ms": "-1"}, map[string]Verdict{"far": Safe, "near": Safe, "lost": Safe, "old": Unknown}},
		{map[string]string{Partitions: "12"}, map[string]Verdict{"far": Maybe, "near": Maybe, "lost": Maybe, "old": Unknown}},
		{map[string]string{Partitions: "3"}, map[string]Verdict{"far": Broken, "near": Broken, "lost": Broken, "old": Unknown, "w": Broken}},
		{map[string]string{"max.message.bytes": "100"}, map[string]Verdict{"far": Safe, "near": Safe, "lost": Safe, "old": Unknown, "w": Broken}},
		{map[string]string{"cleanup.policy": "compact"}, map[string]Verdict{"far": Maybe, "near": Maybe, "lost": Maybe, "old": Unknown, "w": Maybe}},
		{map[string]string{"delete.retention.ms": "5"}, map[string]Verdict{"far": Safe, "near": Safe, "lost": Safe, "old": Unknown}},
		{map[string]string{"delete.retention.ms": "5", "cleanup.policy": "compact,delete"}, map[string]Verdict{"far": Maybe, "near": Maybe, "lost": Maybe, "old": Unknown, "w": Maybe}},
		{map[string]string{"retention.bytes": "5"}, map[string]Verdict{"far": Maybe, "near": Maybe, "lost": Maybe, "old": Unknown}},
		{map[string]string{"compression.type": "zstd"}, map[string]Verdict{"far": Maybe, "near": Maybe, "lost": Maybe, "old": Unknown, "w": Safe}},
		{map[string]string{"min.insync.replicas": "2"}, map[string]Verdict{"far": Safe, "near": Safe, "lost": Safe, "old": Unknown, "w": Maybe}},
		{map[string]string{"segment.bytes": "5"}, map[string]Verdict{"far": Safe, "near": Safe, "lost": Safe, "old": Unknown}},
		{map[string]string{"what.is.this": "1"}, map[string]Verdict{"far": Maybe, "near": Maybe, "lost": Maybe, "old": Unknown, "w": Maybe}},
		{map[string]string{Partitions: "6"}, map[string]Verdict{}},
	} {
		got := verdicts(report(t, p, Proposal{Kind: OfConfig, Topic: "orders", Config: c.config}))
		if len(got) != len(c.want) {
			t.Errorf("%v: %v", c.config, got)
		}
		for name, v := range c.want {
			if got[name] != v {
				t.Errorf("%v: %s is %s, want %s", c.config, name, got[name], v)
			}
		}
	}
}
