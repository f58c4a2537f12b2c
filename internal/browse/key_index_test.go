package browse

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// answersOfKeys are the answers to questions about keys that a principal may name.
func (s *shelf) answersOfKeys(t *testing.T, who access.Principal, names []KeyName) string {
	t.Helper()
	ctx, out := context.Background(), new(strings.Builder)
	for _, name := range names {
		h, err := s.KeyHistory(ctx, who, s.rec, KeyQuery{KeyName: name, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range h.Visits {
			fmt.Fprint(out, v.Position, len(v.Steps), len(v.Outputs), " ")
		}
		states, err := s.StateHistory(ctx, who, s.rec, StateQuery{KeyName: name})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range states.Cells {
			fmt.Fprint(out, c.Name, c.Current, len(c.Versions), " ")
		}
		fmt.Fprintln(out, len(h.Keys), h.Complete, h.Notes, states.Notes)
	}
	return out.String()
}

// On disk as well indexes by key change no answer, whoever asks: while there are none, when there are, when every one is damaged
// in one bit of each page, and when compaction took them along with their segments.
func TestIndexesByKeyOnDiskChangeNoAnswer(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	st, err := disk.Open(disk.Options{Dir: dir, SealBytes: 16 << 10, Durability: disk.Process, MinFree: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	truth, err := ingesttest.Record(ctx, st, ingesttest.Options{Seed: 21, Orders: 300, StepUS: 20_000, Traced: true})
	if err != nil {
		t.Fatal(err)
	}
	s := shelvedIn(t, st, truth)
	var names []KeyName
	for _, operator := range []string{"dedup", "window"} {
		q := payloads()
		q.Operator, q.Lanes, q.Limit = operator, []event.Lane{event.LaneState}, 40
		for _, who := range []access.Principal{local, ann} {
			page, err := s.Events(ctx, who, s.rec, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Events[:8] {
				names = append(names, KeyName{Text: strings.Trim(e.KeyView.Text(), `"`), Operator: operator})
			}
		}
		names = append(names, KeyName{Text: "nobody's", Operator: operator})
	}
	plain := map[string]string{}
	for _, who := range []access.Principal{local, ann} {
		plain[who.ID] = s.answersOfKeys(t, who, names)
	}
	if plain[ann.ID] == plain[local.ID] || len(plain[local.ID]) < 1000 {
		t.Fatalf("too little is asked: %s", plain[local.ID])
	}
	files := func() []string {
		list, err := filepath.Glob(filepath.Join(dir, "seg", truth.Totals.String(), "*.key"))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	index := func() int {
		made, err := s.queries.IndexKeys(ctx, truth.Totals, never)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	check := func(when string) {
		t.Helper()
		for _, who := range []access.Principal{local, ann} {
			if got := s.answersOfKeys(t, who, names); got != plain[who.ID] {
				t.Fatalf("%s, %s: other answers:\n%s\nwant\n%s", who.ID, when, got, plain[who.ID])
			}
		}
	}
	if made := index(); made < 3 || made != len(files()) {
		t.Fatalf("%d made, files %v", made, files())
	}
	check("with indexes")
	for _, f := range files() {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for at := 64; at < len(b); at += 4096 {
			b[at+100%max(1, len(b)-at)] ^= 1 << (at / 4096 % 8)
		}
		if err := os.WriteFile(f, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check("damaged")
	if made := index(); made != len(files()) {
		t.Errorf("%d of %d made again", made, len(files()))
	}
	check("made again")
	before := len(files())
	st.Seal()
	p, err := st.Compact(ctx, disk.CompactOptions{})
	if err != nil || len(files()) >= before {
		t.Fatalf("%+v, %d of %d files are left, %v", p, len(files()), before, err)
	}
	check("compacted")
	if made := index(); made == 0 {
		t.Error("nothing is made after compaction")
	}
	check("compacted and made again")
}

// Indexes are kept in the background, sooner when a question finds one missing, and the keeper ends with its context.
func TestIndexesByKeyAreKept(t *testing.T) {
	s, _, dir := onDisk(t)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.KeepIndexes(ctx, NewBudget(), func(_ event.RecordingID, err error) { t.Error(err) })
	}()
	made := func() int {
		files, err := filepath.Glob(filepath.Join(dir, "seg", s.truth.Totals.String(), "*.key"))
		if err != nil {
			t.Fatal(err)
		}
		return len(files)
	}
	until := func(what string, ok func() bool) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal(what)
			}
		}
	}
	sealed, err := s.queries.Unindexed(ctx, s.truth.Totals)
	if err != nil {
		t.Fatal(err)
	}
	until("no indexes are made", func() bool { return made() >= len(sealed) })
	stop()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
}
