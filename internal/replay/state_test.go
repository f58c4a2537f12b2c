package replay

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// noBlobs keeps nothing.
type noBlobs struct{ store.BlobReader }

func (noBlobs) Blob(event.BlobHash) store.BlobState { return store.BlobState{} }

func TestFilesOfAState(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	there := filepath.Join(dir, "chk 1", "a")
	if err := os.MkdirAll(filepath.Dir(there), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(there, []byte("state"), 0o600); err != nil {
		t.Fatal(err)
	}
	var files []stateFile
	text, err := json.Marshal([][]any{
		{"file:" + strings.ReplaceAll(there, " ", "%20"), 5}, {there, 5}, {there, 6}, {"file:///nowhere/at/all", 5}, {"s3://bucket/chk-1/a", 5},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &files); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "", "shorter", "is gone", "does not read"} {
		if got := files[i].absent(noBlobs{}); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", files[i].path, got, want)
		}
	}
	p := make(map[string]string)
	state := newStateFiles(context.Background(), to, p, noBlobs{})
	if err := state.bring(files); err != nil {
		t.Fatal(err)
	}
	if p["state.files"] != "2" || p["state.file.1.path"] != there {
		t.Errorf("brought: %v", p)
	}
	if got, err := os.ReadFile(filepath.Join(to, p["state.file.1.local"])); err != nil || string(got) != "state" {
		t.Errorf("%q, %v", got, err)
	}
	if err := json.Unmarshal([]byte(`[["a","b"]]`), &files); err == nil {
		t.Error("a file whose size is a text was taken")
	}
}

func TestCheckpointsToCompare(t *testing.T) {
	var all []snapshot
	for i := range uint64(500) {
		all = append(all, snapshot{checkpoint: i + 1})
	}
	some := chosen(all, 100)
	if len(some) != compareAtMost || some[0].checkpoint != 101 || some[len(some)-1].checkpoint != 500 {
		t.Errorf("%d, from %d to %d", len(some), some[0].checkpoint, some[len(some)-1].checkpoint)
	}
	for i := 1; i < len(some); i++ {
		if some[i].checkpoint <= some[i-1].checkpoint {
			t.Fatalf("checkpoint %d behind %d", some[i].checkpoint, some[i-1].checkpoint)
		}
	}
	if got := chosen(all[:3], 1); len(got) != 2 || got[0].checkpoint != 2 {
		t.Errorf("of three, behind the first: %v", got)
	}
}

func TestStateAtCheckpointsIsPartOfTheVerdict(t *testing.T) {
	var report Report
	for _, line := range []string{
		`{"compared":3,"states":1,"entries":4,"differing":[{"operator":"ab","state":"seen","recorded":4,"replayed":3,"lost":1,"extra":0,"key_group":7}],"reason":""}`,
		`{"compared":2,"states":1,"entries":4,"differing":[],"reason":""}`,
		`{"compared":1,"states":0,"entries":0,"differing":[],"reason":""}`,
		`{"compared":1,"states":0,"entries":0,"differing":[],"reason":""}`,                    // again
		`{"compared":9,"states":1,"entries":1,"differing":[{"state":"planted"}],"reason":""}`, // nobody asked
		`{"compared":4,"states":0,"entries":0,"differing":[],"reason":"its files are not there"}`,
	} {
		report.add([]byte(line))
	}
	c := StateComparison{Recorded: 4, invocation: map[uint64]uint64{2: 10, 3: 20, 4: 30}, wanted: map[uint64]bool{1: true, 2: true, 3: true, 4: true}}
	c.add(report.states)
	if c.Recorded != 3 || c.Compared != 2 || c.Equal != 1 || c.Entries != 8 || c.first() == nil || c.first().Checkpoint != 3 || c.first().Invocation != 20 || c.Reason == "" {
		t.Fatalf("%+v", c)
	}
	chain := []event.ChainOperatorDef{{Operator: "ab", Name: "Drop duplicates"}}
	of := func(state StateComparison, compared Comparison) Judgement {
		r := Result{Whole: true, Compared: compared, State: state, Report: Report{How: "finished", Invocation: 40}}
		return judge(&r, &Plan{Last: 40}, chain)
	}
	equal := Comparison{Recorded: 5, Replayed: 5, Equal: 5}
	j := of(c, equal)
	if j.Verdict != Diverged || !strings.Contains(j.Text, "at checkpoint 3 the state seen of drop-duplicates differs: 1 of 4 entries") {
		t.Errorf("%s: %s", j.Verdict, j.Text)
	}
	j = of(c, Comparison{Recorded: 5, Replayed: 5, Equal: 4, First: &Difference{Number: 5, Recorded: &Output{Invocation: 25}, Replayed: &Output{Invocation: 25}}})
	if j.Verdict != Diverged || !strings.Contains(j.Text, "output 5") || len(j.Causes) == 0 || j.Causes[0].Kind != "state" {
		t.Errorf("a state that differs before the output: %s: %s, %v", j.Verdict, j.Text, j.Causes)
	}
	same := StateComparison{Recorded: 2, Compared: 2, Equal: 2}
	if j = of(same, equal); j.Verdict != Exact || !strings.Contains(j.Text, "the state is equal at 2 checkpoints") || len(j.Notes) != 0 {
		t.Errorf("%s: %s, %v", j.Verdict, j.Text, j.Notes)
	}
	if j = of(same, Comparison{}); j.Verdict != Exact {
		t.Errorf("a task of which only state can be compared: %s: %s", j.Verdict, j.Text)
	}
	some := StateComparison{Recorded: 2, Compared: 1, Equal: 1, Reason: "its files are not there"}
	if j = of(some, equal); j.Verdict != Exact || len(j.Notes) != 1 || !strings.Contains(j.Notes[0], "1 of 2 checkpoints") {
		t.Errorf("%s: %v", j.Verdict, j.Notes)
	}
	if j = of(StateComparison{Recorded: 2, Reason: "its files are not there"}, equal); j.Verdict != Exact || strings.Contains(j.Text, "state") || len(j.Notes) != 1 {
		t.Errorf("%s: %s, %v", j.Verdict, j.Text, j.Notes)
	}
}

// An incremental snapshot needs its own files and those that its placeholders stand for, of whichever earlier one has them.
func TestFilesThatASnapshotNeeds(t *testing.T) {
	r := newRecorded(t)
	const key = event.Key(9)
	r.attempt(event.AttemptDef{}, key)
	r.block(key, event.LaneJob, func(b *block.Builder) {
		row := func(kind event.Kind, body string) {
			b.Add(block.Row{Kind: kind, Operator: -1, Body: []byte(body), Value: []byte("handles")})
		}
		row(event.KindRestored, `{"checkpoint":1,"files":[["file:/s/a",1],["s3://s/b",1]]}`)
		row(event.KindSnapshot, `{"checkpoint":2,"files":[["file:/s/c",2]]}`)
		row(event.KindSnapshot, `{"checkpoint":3,"placeholders":true,"files":[["file:/s/d",3]],"named":["file:///s/a","s3://s/b","/s/c","in-a-handle"]}`)
		row(event.KindSnapshot, `{"checkpoint":4,"placeholders":true,"files":[["file:/s/e",3],["file:/s/c",2,"`+strings.Repeat("ab", 32)+`"]],"named":["/s/c"]}`)
		b.Add(block.Row{Kind: event.KindSnapshot, Operator: -1, Body: []byte(`{"checkpoint":5,"missing":"too large"}`)})
	})
	snap, err := r.store.Snapshot(t.Context(), r.rec)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	all, err := snapshotsOf(t.Context(), snap, key)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d snapshots, %v", len(all), err)
	}
	for i, want := range []string{"file:/s/c", "file:/s/d file:/s/a s3://s/b file:/s/c", "file:/s/e file:/s/c"} {
		var got []string
		for _, f := range all[i].needs {
			got = append(got, f.path)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("checkpoint %d needs %s, want %s", all[i].checkpoint, strings.Join(got, " "), want)
		}
		if h, err := all[i].handles(t.Context(), snap); err != nil || !h.Equal(event.NewPayload([]byte("handles"))) {
			t.Errorf("checkpoint %d: handles %v", all[i].checkpoint, err)
		}
	}
}
