package query

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// All questions may be asked at once while blocks arrive.
func TestQuestionsWhileBlocksArrive(t *testing.T) {
	w := newWorld(t, 5, 0)
	w.play(500)
	live := &world{t: t, store: memory.New()}
	for _, d := range definitionsOf(w) {
		if err := live.store.Define(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
	half := len(w.raw) / 2
	if err := live.feed(w.raw[:half]); err != nil {
		t.Fatal(err)
	}
	e := engineOf(t, Options{Reader: live.store, CacheBytes: 1 << 20, Models: 1})
	ctx := context.Background()
	element := newNaive(w).anyElement()
	done := make(chan struct{})
	var rounds []chan struct{} // of each asker: a question was answered
	var all sync.WaitGroup
	ask := func(f func() error) {
		round := make(chan struct{})
		rounds = append(rounds, round)
		all.Go(func() {
			for {
				if err := f(); err != nil {
					t.Error(err)
				}
				select {
				case <-done:
					return
				case round <- struct{}{}:
				}
			}
		})
	}
	for _, rec := range w.recs {
		ask(func() error { _, err := e.Job(ctx, rec); return err })
		ask(func() error { _, err := e.Channels(ctx, rec); return err })
		ask(func() error { _, err := e.Timeline(ctx, rec, TimelineQuery{}); return err })
		ask(func() error {
			s, err := e.Events(ctx, rec, EventQuery{Payload: true})
			if err != nil {
				return err
			}
			for _, err := range s.All(ctx) {
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	ask(func() error { _, err := e.Jobs(ctx, true); return err })
	ask(func() error {
		_, err := e.Lineage(ctx, LineageQuery{Recording: &w.recs[0], Record: element})
		return err
	})
	for i, raw := range w.raw[half:] {
		if err := live.feed([][]byte{raw}); err != nil {
			t.Error(err)
		}
		if i%8 == 0 {
			for _, round := range rounds {
				<-round
			}
		}
	}
	close(done)
	all.Wait()
}

func TestDeletedRecordingIsForgotten(t *testing.T) {
	s := memory.New()
	truth, err := ingesttest.DemoRecording(s, 1, 300)
	if err != nil {
		t.Fatal(err)
	}
	e := engineOf(t, Options{Reader: s})
	ctx := context.Background()
	if jobs, err := e.Jobs(ctx, true); err != nil || len(jobs) != 2 {
		t.Fatalf("%d jobs, %v", len(jobs), err)
	}
	if err := s.Delete(ctx, truth.Alerts); err != nil {
		t.Fatal(err)
	}
	jobs, err := e.Jobs(ctx, true)
	if err != nil || len(jobs) != 1 || jobs[0].ID != truth.Totals {
		t.Fatalf("%v, %v", jobs, err)
	}
	if _, err := e.Job(ctx, truth.Alerts); err == nil {
		t.Fatal("the deleted recording answers")
	}
}

// The cache holds no more than its limit, and answers do not depend on it.
func TestFramesStayWithinTheirLimit(t *testing.T) {
	s := memory.New()
	truth, err := ingesttest.DemoRecording(s, 2, 3000)
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, limit := range []int64{1, 32 << 10, 1 << 30} {
		e := engineOf(t, Options{Reader: s, CacheBytes: limit})
		text := ""
		for _, o := range truth.Orders[:200] {
			l, err := e.Lineage(context.Background(), LineageQuery{Recording: &truth.Totals, Record: o.Read.String()})
			if err != nil {
				t.Fatal(err)
			}
			text += fmt.Sprintln(nodeIDs(l))
			if e.frames.held > limit {
				t.Fatalf("%d bytes held, the limit is %d", e.frames.held, limit)
			}
		}
		if want == "" {
			want = text
		}
		if text != want {
			t.Fatal("the answers differ")
		}
	}
}

func TestJobsShowsTheNewestRunOfEachName(t *testing.T) {
	s := memory.New()
	ctx := context.Background()
	var newest *ingesttest.Truth
	for seed := range uint64(3) {
		truth, err := ingesttest.Record(ctx, s, ingesttest.Options{Seed: seed, Orders: 200, StartUS: 1_767_600_000_000_000 + int64(seed)*1e9, Ended: true})
		if err != nil {
			t.Fatal(err)
		}
		newest = truth
	}
	e := engineOf(t, Options{Reader: s, Models: 2})
	jobs, err := e.Jobs(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(jobs) != 2 || jobs[0].ID != newest.Totals && jobs[0].ID != newest.Alerts {
		t.Fatalf("%+v", jobs)
	}
	list, err := e.Recordings(ctx)
	if err != nil || len(list) != 6 {
		t.Fatalf("%d recordings, %v", len(list), err)
	}
	if len(e.roster.models) > 2 || len(e.roster.order) != len(e.roster.models) {
		t.Fatalf("%d models held, %d in order", len(e.roster.models), len(e.roster.order))
	}
}
