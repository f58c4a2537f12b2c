package export

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// parcel is something that an agent sends: a definition or a block.
type parcel struct {
	definition event.Definition
	raw        []byte
}

// parcels is what agents send of a demo.
func parcels(t testing.TB, o ingesttest.Options) (list []parcel, truth *ingesttest.Truth) {
	t.Helper()
	truth, err := ingesttest.Generate(o, ingesttest.Output{
		Define: func(d event.Definition) error { list = append(list, parcel{definition: d}); return nil },
		Block: func(_ ingesttest.Process, raw []byte) error {
			list = append(list, parcel{raw: slices.Clone(raw)})
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return list, truth
}

func (p *parcel) deliver(t testing.TB, to store.Writer) {
	t.Helper()
	if p.raw == nil {
		if err := to.Define(context.Background(), p.definition); err != nil {
			t.Fatal(err)
		}
		return
	}
	h, err := block.Verify(p.raw)
	if err == nil {
		_, err = to.Append(context.Background(), h, p.raw)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// late moves some of what is sent behind what is sent later, and sends some of it twice.
func late(rng *rand.Rand, list []parcel) []parcel {
	list = slices.Clone(list)
	for range len(list) / 5 {
		from := rng.IntN(len(list))
		p := list[from]
		list = slices.Delete(list, from, from+1)
		list = slices.Insert(list, from+rng.IntN(len(list)-from+1), p)
	}
	for range len(list) / 20 {
		list = slices.Insert(list, len(list)-rng.IntN(len(list)/2), list[rng.IntN(len(list)/2)])
	}
	return list
}

// idle is a budget that does not rest.
func idle() *browse.Budget { return browse.NewBudgetOf(1) }

func (s *shelf) keeper(t testing.TB, dir string, who access.Principal, change ...func(*KeeperOptions)) *Keeper {
	t.Helper()
	o := KeeperOptions{Folder: dir, Browser: s.Browser, Who: who, Budget: idle(), Every: time.Minute, Now: time.Now}
	for _, c := range change {
		c(&o)
	}
	k, err := NewKeeper(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() }) // closed by the test, mostly
	k.most.blocks = 40
	return k
}

// round goes round and wants it to end well.
func round(t testing.TB, k *Keeper) {
	t.Helper()
	k.Round(context.Background())
	if s := k.State(); s.State != KeeperWaiting || s.Error != "" {
		t.Fatalf("%s: %s", s.State, s.Error)
	}
}

func (s *shelf) folder(dir string) string {
	return filepath.Join(dir, "recording="+s.totals.Recording.String())
}

// rowsOf gives the rows of a table as text, in order of the text, with what the row says of its event in the place of its number.
func rowsOf[T any](t testing.TB, dir, table string, events map[int64]string) (out []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, table, "*.parquet"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files of %s (%v)", table, err)
	}
	for _, f := range files {
		rows, err := parquet.ReadFile[T](f)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			text := ""
			if n := reflect.ValueOf(&rows[i]).Elem().FieldByName("Event"); n.IsValid() {
				text = events[n.Int()]
				n.SetInt(0)
			}
			b, err := json.Marshal(rows[i])
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, text+" "+string(b))
		}
	}
	slices.Sort(out)
	return out
}

// numbersOf gives the events of a folder by their numbers, and fails when a number is there twice.
func numbersOf(t testing.TB, dir string) map[int64]string {
	t.Helper()
	events := map[int64]string{}
	files, _ := filepath.Glob(filepath.Join(dir, "events", "*.parquet"))
	for _, f := range files {
		rows, err := parquet.ReadFile[EventRow](f)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			n := rows[i].Event
			if events[n] != "" {
				t.Fatalf("%s: there are two events %d", f, n)
			}
			rows[i].Event = 0
			b, err := json.Marshal(rows[i])
			if err != nil {
				t.Fatal(err)
			}
			events[n] = string(b)
		}
	}
	return events
}

// tablesOf gives all rows of a folder.
func tablesOf(t testing.TB, dir string) map[string][]string {
	t.Helper()
	events := numbersOf(t, dir)
	return map[string][]string{
		"events": rowsOf[EventRow](t, dir, "events", events), "records": rowsOf[RecordRow](t, dir, "records", events),
		"state_changes": rowsOf[StateRow](t, dir, "state_changes", events), "timers": rowsOf[TimerRow](t, dir, "timers", events),
		"watermarks": rowsOf[WatermarkRow](t, dir, "watermarks", events), "windows": rowsOf[WindowRow](t, dir, "windows", events),
		"edges": rowsOf[EdgeRow](t, dir, "edges", events), "drops": rowsOf[DropRow](t, dir, "drops", events), "gaps": rowsOf[GapRow](t, dir, "gaps", events),
	}
}

// sameTables holds that two folders say the same.
func sameTables(t testing.TB, got, want map[string][]string) {
	t.Helper()
	for table, rows := range want {
		have := got[table]
		for i := 0; i < len(rows) || i < len(have); i++ {
			switch {
			case i >= len(have) || i < len(rows) && rows[i] < have[i]:
				t.Fatalf("%s: %d rows of %d; this one is missing: %.600s", table, len(have), len(rows), rows[i])
			case i >= len(rows) || have[i] < rows[i]:
				t.Fatalf("%s: %d rows of %d; this one is too many: %.600s", table, len(have), len(rows), have[i])
			}
		}
	}
}

// What comes in any order, late and twice, is in the parts once, and says what an export by hand says.
func TestPartsAreWhatIsExportedByHand(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, traced := range []bool{false, true} {
		list, truth := parcels(t, ingesttest.Options{Seed: seed, Orders: 70, Traced: traced, Gap: !traced, Ended: traced})
		kept, dir := memory.New(), t.TempDir()
		first := slices.IndexFunc(list, func(p parcel) bool { // so that the recording is there
			h, err := block.Verify(p.raw)
			return err == nil && h.Recording == truth.Totals
		})
		list[first].deliver(t, kept)
		s := shelve(t, kept, truth)
		k := s.keeper(t, dir, local)
		for rest := late(rng, list); len(rest) > 0; {
			n := min(len(rest), 1+rng.IntN(len(list)/6))
			for i := range rest[:n] {
				rest[i].deliver(t, kept)
			}
			rest = rest[n:]
			round(t, k)
			if rng.IntN(3) == 0 { // a process that begins anew has its folder alone
				if err := k.Close(); err != nil {
					t.Fatal(err)
				}
				k = s.keeper(t, dir, local)
			}
		}
		round(t, k)
		round(t, k)
		_, byHand := s.export(t, local, browse.EventQuery{})
		sameTables(t, tablesOf(t, s.folder(dir)), tablesOf(t, byHand))
		var of PartsOf
		if err := readJSON(filepath.Join(s.folder(dir), PartsDir, RecordingFile), &of); err != nil || of.Waiting != 0 || of.Parts < 2 || of.Complete != traced {
			t.Errorf("%+v: %v", of, err)
		}
		partsAreDescribed(t, s.folder(dir))
	}
}

// partsAreDescribed holds what manifests say to what is there.
func partsAreDescribed(t *testing.T, dir string) {
	t.Helper()
	f := partFolder{dir, func(string) {}}
	parts, err := f.recover()
	if err != nil {
		t.Fatal(err)
	}
	known, next, all := map[string]bool{filepath.Join(dir, gapsFile): true}, int64(1), blockSet{}
	for _, p := range parts {
		m := &Manifest{Tables: p.Tables}
		for _, table := range p.Tables {
			for _, file := range table.Files {
				known[filepath.Join(dir, file.Path)] = true
			}
		}
		checkFiles(t, m.Tables, dir)
		set, err := setOf(p.Blocks)
		if err != nil || all.meets(set) || p.First != next || p.Tables["events"].Rows != p.Events || p.Unresolved != 0 {
			t.Errorf("part %d: %v, events from %d, want %d", p.Number, err, p.First, next)
		}
		all.addAll(set)
		next += p.Events
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*.parquet"))
	for _, f := range files {
		if !known[f] {
			t.Errorf("nothing tells of %s", f)
		}
	}
}

// What the principal may not see is in no byte of any file.
func TestValuesThatAreHiddenAreNotInTheFiles(t *testing.T) {
	for who, clear := range map[*access.Principal]bool{&ann: false, &local: true} {
		s, dir := open(t, ingesttest.Options{Seed: 5, Orders: 60, Traced: true, Ended: true}), t.TempDir()
		k := s.keeper(t, dir, *who)
		round(t, k)
		round(t, k)
		found, files := 0, 0
		secrets := []string{"m-0", "EUR", "o-00000"}
		err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() {
				return err
			}
			files++
			b, err := os.ReadFile(path)
			text := string(b)
			if strings.HasSuffix(path, ".parquet") {
				text = plainText(t, path)
			}
			for _, secret := range secrets {
				if strings.Contains(text, secret) {
					found++
					if !clear {
						t.Errorf("%s holds %q", path, secret)
					}
				}
			}
			return err
		})
		if err != nil || files < 9 || clear != (found > 0) {
			t.Errorf("%s: %d of %d files hold values: %v", who.ID, found, files, err)
		}
		if n := len(s.diary.intents); n != k.State().Parts || n != len(s.diary.results) {
			t.Errorf("%d parts, %d written down", k.State().Parts, n)
		}
		if i, r := s.diary.intents[0], s.diary.results[0]; i.Action != access.RecordingExport || i.Principal != who.ID || i.Ranges[0] != "part 1" || r.Records == 0 || r.Outcome != access.OutcomeOK {
			t.Errorf("written down: %+v %+v", i, r)
		}
	}
}

// plainText gives all texts of a file, whatever its columns.
func plainText(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := parquet.NewReader(f)
	defer r.Close()
	var out strings.Builder
	rows := make([]parquet.Row, 64)
	for {
		n, err := r.ReadRows(rows)
		for _, row := range rows[:n] {
			for _, v := range row {
				fmt.Fprintln(&out, v.String())
			}
		}
		if err != nil {
			return out.String()
		}
	}
}

// A principal without the right gets nothing, and it is told.
func TestAKeeperMayDoWhatItsPrincipalMay(t *testing.T) {
	s, dir := open(t, ingesttest.Options{Seed: 5, Orders: 20}), t.TempDir()
	k := s.keeper(t, dir, ben)
	k.Round(context.Background())
	if st := k.State(); st.State != KeeperFailed || !strings.Contains(st.Error, "not permitted") {
		t.Errorf("%+v", st)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "recording=*", "*", "*")); len(found) > 0 {
		t.Errorf("there are %v", found)
	}
}

// What was chosen is there, and nothing else; a second keeper of the folder is refused.
func TestTablesAndRecordingsAreChosen(t *testing.T) {
	s, dir := open(t, ingesttest.Options{Seed: 5, Orders: 20}), t.TempDir()
	job := ""
	k := s.keeper(t, dir, local, func(o *KeeperOptions) {
		o.Tables = []string{"records", "edges"}
		o.Match = func(names []string) bool { job = names[1]; return names[0] == s.totals.Recording.String() }
	})
	round(t, k)
	round(t, k)
	recordings, _ := filepath.Glob(filepath.Join(dir, "recording=*"))
	tables, _ := filepath.Glob(filepath.Join(dir, "recording=*", "[a-z]*"))
	if len(recordings) != 1 || len(tables) != 2 || job == "" || k.State().Recordings != 1 {
		t.Errorf("%v of %v", tables, recordings)
	}
	if _, err := NewKeeper(KeeperOptions{Folder: dir}); err == nil || !strings.Contains(err.Error(), ErrKeeperBusy.Error()) {
		t.Errorf("a second one: %v", err)
	}
	if _, err := NewKeeper(KeeperOptions{Folder: t.TempDir(), Tables: []string{"tables"}}); err == nil {
		t.Error("a table that there is not was taken")
	}
}

// A disk with little room gets no part, and the next round with room goes on.
func TestAKeeperLeavesRoom(t *testing.T) {
	s, dir, free := open(t, ingesttest.Options{Seed: 5, Orders: 20, Ended: true}), t.TempDir(), int64(99)
	k := s.keeper(t, dir, local, func(o *KeeperOptions) { o.Keep, o.Free = 100, func() (int64, error) { return free, nil } })
	for range 2 {
		k.Round(context.Background())
	}
	if st := k.State(); st.State != KeeperFull || st.Parts != 0 {
		t.Fatalf("%+v", st)
	}
	free = 100
	for range 2 {
		round(t, k)
	}
	_, byHand := s.export(t, local, browse.EventQuery{})
	sameTables(t, tablesOf(t, s.folder(dir)), tablesOf(t, byHand))
}

// A block that names what does not come waits, others go on, and after some rounds it is exported as it is, which is told.
func TestABlockWaitsForWhatItNames(t *testing.T) {
	list, truth := parcels(t, ingesttest.Options{Seed: 7, Orders: 40, Traced: true, Ended: true})
	kept, dir := memory.New(), t.TempDir()
	missing := slices.IndexFunc(list, func(p parcel) bool { return p.raw == nil && p.definition.Kind == event.DefState })
	for i := range list {
		if i != missing {
			list[i].deliver(t, kept)
		}
	}
	s := shelve(t, kept, truth)
	k := s.keeper(t, dir, local)
	round(t, k)
	waiting := 0
	for n := range patience {
		round(t, k)
		if now := k.State().Waiting; n == 0 {
			waiting = now
		} else if now != waiting {
			t.Fatalf("%d blocks wait after %d rounds, %d before", now, n, waiting)
		}
	}
	if waiting == 0 || k.State().Events == 0 {
		t.Fatalf("%d blocks wait", waiting)
	}
	round(t, k)
	_, byHand := s.export(t, local, browse.EventQuery{})
	sameTables(t, tablesOf(t, s.folder(dir)), tablesOf(t, byHand))
	var of PartsOf
	want := fmt.Sprintf("blocks that name what never came: %d", waiting)
	if err := readJSON(filepath.Join(s.folder(dir), PartsDir, RecordingFile), &of); err != nil || !slices.Contains(of.Why, want) || of.Waiting != 0 {
		t.Errorf("%+v: %v", of, err)
	}
}
