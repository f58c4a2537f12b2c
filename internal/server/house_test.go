package server

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// kept is a recorded demo in small segments on disk, and an engine over it.
type kept struct {
	*disk.Store
	queries *query.Engine
	truth   *ingesttest.Truth
}

func keep(t *testing.T) *kept {
	t.Helper()
	s, err := disk.Open(disk.Options{Dir: t.TempDir(), MinFree: -1, Durability: disk.Process, SealBytes: 30_000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	truth, err := ingesttest.Record(t.Context(), s, ingesttest.Options{Seed: 11, Orders: 4000, StepUS: 5000, Codec: block.CodecLZ4})
	if err != nil {
		t.Fatal(err)
	}
	s.Seal()
	return &kept{s, engine(t, s), truth}
}

func engine(t *testing.T, s *disk.Store) *query.Engine {
	t.Helper()
	e, err := query.New(query.Options{Reader: s})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// answers are what an engine says of a recording.
func (k *kept) answers(t *testing.T, e *query.Engine) string {
	t.Helper()
	ctx, out := context.Background(), &strings.Builder{}
	job, err := e.Job(ctx, k.truth.Totals)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(out, job.Name, job.State, job.Events, job.Gaps, job.Lost, job.Removed.Events, len(job.Attempts), len(job.Graph.Edges), len(job.Checkpoints))
	gaps, err := e.Gaps(ctx, k.truth.Totals)
	fmt.Fprintln(out, gaps, err)
	scan, err := e.Events(ctx, k.truth.Totals, query.EventQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for ev, err := range scan.All(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(out, ev.Wall, ev.Kind, ev.Lane, ev.AttemptKey, ev.Position)
	}
	for i := 0; i < len(k.truth.Orders); i += 97 {
		l, err := e.Lineage(ctx, query.LineageQuery{Record: k.truth.Orders[i].Read.String()})
		fmt.Fprintln(out, len(l.Nodes), len(l.Edges), l.Notes, err)
	}
	return out.String()
}

func (k *kept) sealed(rec event.RecordingID) (list []uint64) {
	for _, f := range k.Segments() {
		if f.Recording == rec && f.Sealed && !f.Remains {
			list = append(list, f.Segment)
		}
	}
	return list
}

func TestCompactionChangesNoAnswer(t *testing.T) {
	k := keep(t)
	before := k.answers(t, k.queries)
	if _, err := k.queries.Recordings(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := k.Compact(t.Context(), disk.CompactOptions{All: true})
	if err != nil || p.Segments < 5 || p.After >= p.Before {
		t.Fatalf("%+v, %v", p, err)
	}
	list, err := k.queries.Recordings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var bytes uint64
	for _, r := range list {
		bytes += r.Bytes
	}
	if st := k.Stats(); bytes != st.Bytes {
		t.Errorf("recordings take %d bytes, the list says %d", st.Bytes, bytes)
	}
	for name, e := range map[string]*query.Engine{"the engine that was there": k.queries, "a new one": engine(t, k.Store)} {
		if after := k.answers(t, e); after != before {
			t.Errorf("%s says something else", name)
		}
	}
}

func TestWhatRetentionRemovedIsSaidAndIsNoFault(t *testing.T) {
	k := keep(t)
	ctx := t.Context()
	job, err := k.queries.Job(ctx, k.truth.Totals)
	if err != nil {
		t.Fatal(err)
	}
	if job.Removed.Until != 0 || job.Gaps != 0 {
		t.Fatalf("before: %+v, %d gaps", job.Removed, job.Gaps)
	}
	segments := k.sealed(k.truth.Totals)
	for n := range 3 { // one after the other, as time goes by
		if _, err := k.Trim(ctx, k.truth.Totals, segments[n*len(segments)/4:(n+1)*len(segments)/4]); err != nil {
			t.Fatal(err)
		}
		if one, other := k.answers(t, k.queries), k.answers(t, engine(t, k.Store)); one != other {
			a, b := strings.Split(one, "\n"), strings.Split(other, "\n")
			for i := range a {
				if i >= len(b) || a[i] != b[i] {
					t.Fatalf("trimmed %d times: an engine that was there says in line %d\n%s\nand a new one\n%s", n+1, i, a[i], b[min(i, len(b)-1)])
				}
			}
		}
	}
	after, err := k.queries.Job(ctx, k.truth.Totals)
	if err != nil {
		t.Fatal(err)
	}
	if after.Name != job.Name || after.State != job.State || len(after.Attempts) != len(job.Attempts) || after.Graph.Vertices == nil {
		t.Errorf("what became of the job is gone: %+v", after.Job)
	}
	if after.Gaps != 0 || after.Lost != 0 || after.Removed.Events == 0 || after.Removed.Until == 0 ||
		after.Bytes > job.Bytes-after.Removed.Bytes*9/10 { // what says what was removed takes a little
		t.Errorf("%d gaps, %d lost, removed %+v, %d bytes of %d", after.Gaps, after.Lost, after.Removed, after.Bytes, job.Bytes)
	}
	gaps, err := k.queries.Gaps(ctx, k.truth.Totals)
	if err != nil || len(gaps) == 0 || slices.ContainsFunc(gaps, func(g query.Gap) bool { return g.Reason != event.GapRetention || g.Derived }) {
		t.Errorf("gaps %+v, %v", gaps, err)
	}
	l, err := k.queries.Lineage(ctx, query.LineageQuery{Recording: &k.truth.Totals, Record: k.truth.Orders[len(k.truth.Orders)-3].Converted.String(), Direction: query.Both})
	if err != nil || slices.ContainsFunc(l.Notes, func(n query.Note) bool { return n.Kind == query.NoteRemoved }) {
		t.Errorf("what is still there: %+v, %v", l.Notes, err)
	}
	said := 0
	for i := range k.truth.Orders {
		o := &k.truth.Orders[i]
		if o.Poison || o.Duplicate {
			continue
		}
		l, err := k.queries.Lineage(ctx, query.LineageQuery{Recording: &k.truth.Totals, Record: o.Window.String(), Direction: query.Up})
		if err != nil {
			if !strings.Contains(err.Error(), "was removed by retention until ") {
				t.Errorf("order %d: %v", i, err)
			}
			continue
		}
		for _, n := range l.Notes {
			if n.Kind == query.NoteGap || n.Kind == query.NoteNotRecorded {
				t.Errorf("order %d: %+v: it was recorded, and removed", i, n)
			}
			if n.Kind == query.NoteRemoved && strings.Contains(n.Text, "removed by retention until ") {
				said++
			}
		}
	}
	if said == 0 {
		t.Error("no journey says that its beginning was removed")
	}
}

func TestAPinBeginsAndEndsWithACheckpoint(t *testing.T) {
	k := keep(t)
	ctx := t.Context()
	h := newHouse(k.Store, k.queries, 0, time.Now, slog.New(slog.DiscardHandler))
	job, err := k.queries.Job(ctx, k.truth.Totals)
	if err != nil {
		t.Fatal(err)
	}
	var done []query.Checkpoint
	for _, c := range job.Checkpoints {
		if c.State == "completed" {
			done = append(done, c)
		}
	}
	if len(done) < 4 {
		t.Fatalf("%d completed checkpoints of %+v", len(done), job.Checkpoints)
	}
	from, to := done[0].Completed+1, done[1].Triggered
	if from > to {
		from = to
	}
	p, err := h.Pin(ctx, k.truth.Totals, api.PinRequest{From: from, To: to, Reason: "incident", Owner: "ann"})
	if err != nil || p.Open || p.Segments == 0 || p.Job == "" {
		t.Fatalf("%+v, %v", p, err)
	}
	if p.From.UnixMicro() > int64(from) || p.From.UnixMicro() < int64(done[0].Triggered) || p.To.UnixMicro() != int64(done[1].Completed) {
		t.Errorf("kept from %s to %s; checkpoints %+v", p.From, p.To, done[:3])
	}
	last, err := h.Pin(ctx, k.truth.Totals, api.PinRequest{From: job.LastSeen - 1, To: job.LastSeen, Reason: "bookmark"})
	if err != nil || last.Open == job.State.Ended() {
		t.Errorf("the end: %+v, %v, job %s", last, err, job.State)
	}
	h.settle(ctx)
	list, err := h.Pins(ctx)
	if err != nil || len(list.Items) != 2 || list.Bytes == 0 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := k.Trim(ctx, k.truth.Totals, k.sealed(k.truth.Totals)); err != nil {
		t.Fatal(err)
	}
	w, err := k.queries.Window(ctx, k.truth.Totals, from, to)
	if err != nil || w.From == 0 || int64(w.To) != p.To.UnixMicro() {
		t.Errorf("the checkpoints of a pin are still there: %+v, %v", w, err)
	}
	if _, err := h.Unpin(ctx, "none"); err == nil {
		t.Error("unpinned what is no pin")
	}
	if _, err := h.Unpin(ctx, p.ID); err != nil {
		t.Error(err)
	}
}

func TestACompactionIsAskedForAndEnds(t *testing.T) {
	k := keep(t)
	h := newHouse(k.Store, k.queries, 0, time.Now, slog.New(slog.DiscardHandler))
	if c, err := h.Compaction(t.Context()); err != nil || c.State != "none" {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := h.Compact(t.Context()); err != nil || c.State != "running" {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := h.CancelCompaction(t.Context()); err != nil || c.State != "cancelled" {
		t.Errorf("before it began: %+v, %v", c, err)
	}
	h.compact(t.Context())
	if c, _ := h.Compaction(t.Context()); c.State != "cancelled" || c.Segments != 0 {
		t.Errorf("%+v", c)
	}
	if _, err := h.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.compact(t.Context())
	if c, _ := h.Compaction(t.Context()); c.State != "done" || c.Segments == 0 || c.After >= c.Before || c.Done != c.Total || c.Ended == nil {
		t.Errorf("%+v", c)
	}
}
