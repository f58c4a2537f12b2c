package browse

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// onDisk is a shelf over a store of many small segments, most of them sealed.
func onDisk(t *testing.T) (*shelf, *disk.Store, string) {
	t.Helper()
	return onDiskWith(t, 4<<10, 300)
}

func onDiskWith(t *testing.T, sealBytes int64, orders int) (*shelf, *disk.Store, string) {
	t.Helper()
	dir := t.TempDir()
	o := disk.Options{Dir: dir, SealBytes: sealBytes, Durability: disk.Process, MinFree: -1}
	s, err := disk.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	truth, err := ingesttest.DemoRecording(s, 21, orders)
	if err != nil {
		t.Fatal(err)
	}
	sh := shelvedIn(t, s, truth)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) { // they are sealed in the background
		files, err := filepath.Glob(filepath.Join(dir, "seg", truth.Totals.String(), "*.sgs"))
		if err != nil {
			t.Fatal(err)
		}
		ids, err := s.Sealed(truth.Totals)
		if err == nil && len(ids) == len(files)-1 { // all but the active one
			return sh, s, dir
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d sealed segments, %v", len(ids), err)
		}
	}
}

func never() error { return nil }

// search gives the cursors of all events that q selects, and how many blocks an index ruled out.
func (s *shelf) search(t *testing.T, who access.Principal, q EventQuery) (string, int) {
	t.Helper()
	var all strings.Builder
	absent := 0
	for {
		page, err := s.Events(context.Background(), who, s.rec, q)
		if err != nil {
			t.Fatal(err)
		}
		absent += page.Explain.Absent
		for _, e := range page.Events {
			all.WriteString(string(e.Cursor) + " ")
		}
		if q.After = page.Next; q.After == "" {
			return all.String(), absent
		}
	}
}

// With an index and without, the answers are equal, for every principal and every kind of search.
func TestIndexesOfTextsChangeNoAnswer(t *testing.T) {
	s, _, _ := onDisk(t)
	var questions []EventQuery
	add := func(q EventQuery) { q.Limit = 1000; questions = append(questions, q) }
	page, err := s.Events(context.Background(), local, s.rec, EventQuery{Limit: 5000, EventQuery: query.EventQuery{Payload: true}})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(9, 9))
	for range 40 { // parts of texts that are there, cut anywhere
		e := page.Events[r.IntN(len(page.Events))]
		texts := []string{e.Text}
		for _, v := range []*access.View{e.View, e.KeyView} {
			if v != nil {
				v.Texts(func(s string) bool { texts = append(texts, s); return true })
			}
		}
		text := texts[r.IntN(len(texts))]
		if text == "" {
			continue
		}
		from := r.IntN(len(text))
		add(EventQuery{Match: text[from : from+1+r.IntN(len(text)-from)]})
	}
	for i := range 12 {
		e := page.Events[r.IntN(len(page.Events))]
		if e.KeyView != nil {
			add(EventQuery{Key: strings.Trim(e.KeyView.Text(), `"`)})
		}
		if i < 6 {
			add(EventQuery{Match: "o-" + strings.Repeat("9", i%8)})
		}
	}
	for _, text := range []string{`value.id == "o-0000017"`, `text.contains("0000021") && kind == "record"`, `value.merchant.startsWith("m-1")`, `key == "m-13"`,
		`value.id == "o-0000017" || value.f0 == "o-0000018"`, `!(value.id == "o-0000017") && lane == "src"`, `value["id"].endsWith("00017")`, `value.id == "nowhere-to-be-found"`} {
		f, err := CompileFilter(text)
		if err != nil {
			t.Fatal(err)
		}
		add(EventQuery{Where: f})
	}
	expanded := EventQuery{Match: "0000017"}
	expanded.Expand = true
	add(expanded)
	who := []access.Principal{local, ann, ben}
	want := map[string][]string{}
	for _, w := range who {
		for _, q := range questions {
			answer, absent := s.search(t, w, q)
			if absent > 0 {
				t.Fatal("blocks were ruled out without an index")
			}
			want[w.ID] = append(want[w.ID], answer)
		}
	}
	made, err := s.IndexTexts(context.Background(), s.truth.Totals, never)
	if err != nil || made < 5 {
		t.Fatalf("%d indexes, %v", made, err)
	}
	if again, err := s.IndexTexts(context.Background(), s.truth.Totals, never); err != nil || again != 0 {
		t.Errorf("%d made again, %v", again, err)
	}
	skipped := map[string]int{}
	for _, w := range who {
		for i, q := range questions {
			answer, absent := s.search(t, w, q)
			if answer != want[w.ID][i] {
				t.Errorf("%s, question %d (%q %q %v): other events with an index", w.ID, i, q.Match, q.Key, q.Where)
			}
			skipped[w.ID] += absent
		}
	}
	if skipped[local.ID] < 200 || skipped[ben.ID] != skipped[local.ID] || skipped[ann.ID] != 0 {
		t.Errorf("blocks ruled out: %v", skipped)
	}
}

// A damaged index is not used, and is made again.
func TestDamagedIndexesAreMadeAgain(t *testing.T) {
	s, _, dir := onDisk(t)
	ctx := context.Background()
	if _, err := s.IndexTexts(ctx, s.truth.Totals, never); err != nil {
		t.Fatal(err)
	}
	q := EventQuery{Match: "o-0000017", Limit: 1000}
	want, absent := s.search(t, local, q)
	files, err := filepath.Glob(filepath.Join(dir, "seg", s.truth.Totals.String(), "*.tok"))
	if err != nil || len(files) < 5 || absent == 0 {
		t.Fatalf("%v %v, %d ruled out", files, err, absent)
	}
	for i, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for at := 64 * (i % 2); at < len(b); at += 512 {
			b[at] ^= 4
		}
		if err := os.WriteFile(f, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, ruled := s.search(t, local, q); got != want || ruled != 0 {
		t.Errorf("with damaged ones: %d ruled out, other events: %v", ruled, got != want)
	}
	if made, err := s.IndexTexts(ctx, s.truth.Totals, never); err != nil || made != len(files) {
		t.Errorf("%d of %d made again, %v", made, len(files), err)
	}
	if got, ruled := s.search(t, local, q); got != want || ruled != absent {
		t.Errorf("made again: %d ruled out, %d before", ruled, absent)
	}
	stopped := errors.New("stopped")
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := s.IndexTexts(ctx, s.truth.Totals, func() error { return stopped }); !errors.Is(err, stopped) {
		t.Errorf("it goes on: %v", err)
	}
}

// A segment that is still written has an index as well, as far as whole groups of blocks go; it goes into the file when it is sealed.
func TestSegmentsThatAreWrittenAreIndexed(t *testing.T) {
	s, st, dir := onDiskWith(t, 1<<30, 12_000)
	questions := []EventQuery{{Match: "o-0000017", Limit: 1000}, {Match: "0000333", Limit: 1000}, {Match: "nowhere-at-all", Limit: 1000}}
	var want []string
	for i := range questions {
		questions[i].Lanes = []event.Lane{event.LaneSrc, event.LaneOut}
		answer, _ := s.search(t, local, questions[i])
		want = append(want, answer)
	}
	made, err := s.IndexTexts(context.Background(), s.truth.Totals, never)
	if err != nil || made != 0 {
		t.Fatalf("%d files, %v", made, err)
	}
	for i, q := range questions {
		if answer, absent := s.search(t, local, q); answer != want[i] || absent == 0 {
			t.Errorf("%s: %d ruled out, other events: %v", q.Match, absent, answer != want[i])
		}
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "seg", "*", "*.tok")); len(files) > 0 {
		t.Errorf("files beside segments that are written: %v", files)
	}
	if err := st.Close(); err != nil {
		t.Error(err)
	}
}

// What is indexed for nobody is seen by nobody: the indexer may do nothing.
func TestIndexerMayDoNothing(t *testing.T) {
	s := open(t)
	if d := s.Decide(access.Indexer(), access.JobRead, s.rec.Resource); d.Allowed {
		t.Error("it may read")
	}
}
