package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store"
)

// record stores one output of an attempt in a recording.
func record(t *testing.T, s store.Store, rec event.RecordingID, attempt event.Key, value string) {
	t.Helper()
	b := block.NewBuilder(block.Spec{Recording: rec, Attempt: attempt, Lane: event.LaneOut})
	b.Base(9, 0, 0)
	b.Add(block.Row{Kind: event.KindRecord, Inv: 5, Partition: 9, Value: []byte(value)})
	ingesttest.PutBlock(t, s, b)
}

func TestAWhatIfRunsUnchangedAndChanged(t *testing.T) {
	d := openMeta(t, filepath.Join(t.TempDir(), "meta.db"))
	var ran []string
	var s store.Store
	q := queue(t, d, func(o *QueueOptions) {
		s = o.Store
		o.run = func(_ context.Context, o Options, _ event.RecordingID, a event.Key, _ func(Report)) (*Result, error) {
			ran = append(ran, fmt.Sprint(len(o.Changes), " changes to ", o.To))
			if a == 2 && len(o.Changes) > 0 {
				return nil, unchangeable(5, "no")
			}
			r := &Result{Whole: true, Recording: o.Recording, Changes: o.Changes, Compared: Comparison{Recorded: 1, Equal: 1}, Report: Report{How: "finished", Invocation: 40}}
			record(t, o.Store, o.Recording, a, fmt.Sprint("value ", len(o.Changes)))
			return r, nil
		}
	})
	changed := wish(1)
	changed.Changes, changed.To = []Change{{Kind: ChangeRemove, At: 5}}, 7
	first, err := q.Add(t.Context(), changed)
	if err != nil {
		t.Fatal(err)
	}
	changed.Attempt = 2
	second, err := q.Add(t.Context(), changed)
	if err != nil {
		t.Fatal(err)
	}
	stop := run(t, q)
	r := until(t, q, first.ID, Done)
	failed := until(t, q, second.ID, Failed)
	stop()
	if got := strings.Join(ran, ", "); got != "0 changes to 7, 1 changes to 7, 0 changes to 7, 1 changes to 7" {
		t.Errorf("ran: %s", got)
	}
	if r.Judged.Verdict != Unchanged || r.Unchanged.Verdict != Exact || r.Differences.Outputs != (Counts{Altered: 1}) || len(r.Differences.Of) != 1 {
		t.Errorf("%+v, unchanged %+v, differences %+v", r.Judged, r.Unchanged, r.Differences)
	}
	if !failed.Derived.IsZero() || !failed.Base.IsZero() || !strings.Contains(failed.Error, ErrChange.Error()) {
		t.Errorf("failed: %+v", failed)
	}
	for _, rec := range []event.RecordingID{r.Base, r.Derived} {
		if of, err := q.Of(t.Context(), rec); err != nil || of.ID != first.ID {
			t.Errorf("%s is of %+v, %v", rec, of.ID, err)
		}
	}
	if kept, err := queue(t, d, nil).Get(t.Context(), first.ID); err != nil || kept.Base != r.Base || kept.Differences.Outputs != r.Differences.Outputs || !kept.WhatIf() {
		t.Errorf("kept: %+v, %v", kept, err)
	}
	if _, err := q.Forget(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	for _, rec := range []event.RecordingID{r.Base, r.Derived} {
		snap, err := s.Snapshot(t.Context(), rec)
		if err != nil {
			continue // it is not known any more
		}
		for range snap.Blocks(store.Filter{}) {
			t.Errorf("%s was forgotten, and has a block", rec)
		}
		snap.Close()
	}
}

func TestJarsAreKeptForADayAndBounded(t *testing.T) {
	now := time.Now()
	q := queue(t, openMeta(t, filepath.Join(t.TempDir(), "meta.db")), func(o *QueueOptions) {
		o.Jars, o.Now = filepath.Join(t.TempDir(), "jars"), func() time.Time { return now }
	})
	jar := func(name string) []byte { return append([]byte("PK\x03\x04"), name...) }
	first, err := q.AddJar(jar("a"))
	if err != nil || q.HasJar(first) != nil {
		t.Fatal(err, q.HasJar(first))
	}
	wanted, err := q.AddJar(jar("b"))
	if err != nil {
		t.Fatal(err)
	}
	w := wish(1)
	w.Variant = Variant{Jars: []Jar{{Name: "b.jar", ID: wanted}}}
	if _, err := q.Add(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{nil, []byte("no jar"), append(jar(""), bytes.Repeat([]byte{0}, MaxJar)...)} {
		if _, err := q.AddJar(b); !errors.Is(err, ErrJar) {
			t.Errorf("%d bytes: %v", len(b), err)
		}
	}
	for _, id := range []string{"", "../../etc/passwd", strings.Repeat("0", 64)} {
		if err := q.HasJar(id); !errors.Is(err, ErrJar) {
			t.Errorf("%s: %v", id, err)
		}
	}
	now = now.Add(jarAge + time.Hour)
	if _, err := q.AddJar(jar("c")); err != nil {
		t.Fatal(err)
	}
	if q.HasJar(first) == nil {
		t.Error("a jar is kept for longer than a day although nothing waits for it")
	}
	if err := q.HasJar(wanted); err != nil {
		t.Errorf("a replay waits for it: %v", err)
	}
}

func TestJarsTakeThePlaceOfRecordedOnes(t *testing.T) {
	for _, x := range []struct{ recorded, others, want string }{
		{"job.jar", "new.jar", "other-0.jar"},
		{"job.jar lib.jar", "lib.jar", "jar-0.jar other-0.jar"},
		{"job.jar lib.jar", "more.jar", "other-0.jar jar-0.jar jar-1.jar"},
		{"job.jar", "new.jar job.jar", "other-0.jar other-1.jar"},
		{"", "new.jar", "other-0.jar"},
	} {
		q := queue(t, openMeta(t, filepath.Join(t.TempDir(), "meta.db")), func(o *QueueOptions) { o.Jars = filepath.Join(t.TempDir(), "jars") })
		v := Variant{Config: map[string]string{"a.b": "c"}}
		for _, name := range strings.Fields(x.others) {
			id, err := q.AddJar([]byte("PK\x03\x04" + name))
			if err != nil {
				t.Fatal(err)
			}
			v.Jars = append(v.Jars, Jar{Name: name, ID: id})
		}
		c, p := new(capsule), map[string]string{}
		for i, name := range strings.Fields(x.recorded) {
			c.Parts = append(c.Parts, struct {
				Name   string `json:"name"`
				Format string `json:"format"`
				Bytes  int64  `json:"bytes"`
				SHA256 string `json:"sha256"`
			}{Name: name, Format: "jar"})
			p[fmt.Sprint("jar.", i)] = fmt.Sprintf("jar-%d.jar", i)
		}
		if err := v.layout(t.Context(), t.TempDir(), q.o.Jars, p, c); err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range len(p) {
			if name := p[fmt.Sprint("jar.", i)]; name != "" {
				got = append(got, name)
			}
		}
		if g := strings.Join(got, " "); g != x.want || p["jars"] != fmt.Sprint(len(got)) || p["config.a.b"] != "c" || p["versions"] != "other" {
			t.Errorf("%s with %s: %s of %s, want %s", x.recorded, x.others, g, p["jars"], x.want)
		}
	}
}
