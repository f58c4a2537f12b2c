package query

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// Every event of every block that arrives comes once, whatever the order of arrival; then the follower ends with its context.
func TestFollowYieldsEachEventOnce(t *testing.T) {
	w := newWorld(t, 3, 0)
	w.play(400)
	live := &world{t: t, store: memory.New()}
	for _, d := range definitionsOf(w) {
		if err := live.store.Define(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
	blocks := shuffled(w)
	begin := len(blocks) / 3
	for _, raw := range blocks[:begin] {
		appendRaw(t, live, raw)
	}
	q := EventQuery{Kinds: []event.Kind{event.KindRecord, event.KindWritten, event.KindElements}}
	want := newNaive(w).events(w.recs[0], q)

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	fed := make(chan error, 1)
	q.After = firstAt(1).cursor() // all that is there, then all that comes
	var got []Cursor
	feeding := false
	for ev, err := range engineOf(t, Options{Reader: live.store}).Follow(ctx, w.recs[0], q) {
		if err != nil {
			t.Fatal(err)
		}
		if !feeding {
			feeding = true
			go func() { fed <- live.feed(blocks[begin:]) }()
		}
		if got = append(got, ev.Cursor); len(got) == len(want) {
			if err := <-fed; err != nil {
				t.Fatal(err)
			}
			cancel() // another event would be a repetition
		}
	}
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Fatalf("%d of %d events: %v", len(got), len(want), ctx.Err())
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
}

func TestFollowOfNothingSaysSo(t *testing.T) {
	e := engineOf(t, Options{Reader: memory.New()})
	for _, err := range e.Follow(context.Background(), event.RecordingID{1}, EventQuery{}) {
		if !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		return
	}
	t.Fatal("no error")
}
