package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func openTest(t *testing.T, path string) *DB {
	t.Helper()
	d, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func TestSettingsSurvive(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "meta with ? and #.db")
	d := openTest(t, path)
	if _, err := d.Setting(ctx, "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown setting: %v", err)
	}
	for _, v := range []string{"1", "2"} {
		if err := d.SetSetting(ctx, "a", v); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = openTest(t, path)
	if v, err := d.Setting(ctx, "a"); err != nil || v != "2" {
		t.Errorf("%q, %v", v, err)
	}
}

// The file names people and what they did: nobody else on the machine reads it, nor what SQLite keeps beside it.
func TestOnlyItsOwnerReadsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meta.db")
	for _, found := range []os.FileMode{0, 0o644} { // made by a program that left it open
		if found != 0 {
			if err := os.Chmod(path, found); err != nil {
				t.Fatal(err)
			}
		}
		d := openTest(t, path)
		if err := d.SetSetting(t.Context(), "a", "b"); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(path + "*")
		if err != nil || len(files) < 2 {
			t.Fatalf("%v, %v", files, err)
		}
		for _, f := range files {
			if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", f, info.Mode(), err)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestProcesses(t *testing.T) {
	ctx := context.Background()
	d := openTest(t, filepath.Join(t.TempDir(), "meta.db"))
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	if err := d.SaveProcesses(ctx, []Process{{"a", at(10), []byte(`{}`)}, {"b", at(20), []byte(`{}`)}}); err != nil {
		t.Fatal(err)
	}
	if err := d.SaveProcesses(ctx, []Process{{"a", at(30), []byte(`{"host":"h"}`)}}); err != nil {
		t.Fatal(err)
	}
	list, err := d.Processes(ctx, at(0))
	if err != nil || len(list) != 2 || list[0].ID != "a" || string(list[0].Status) != `{"host":"h"}` || !list[0].Seen.Equal(at(30)) {
		t.Errorf("%v, %v", list, err)
	}
	if err := d.ForgetProcesses(ctx, at(25)); err != nil {
		t.Fatal(err)
	}
	if list, err := d.Processes(ctx, at(0)); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestConcurrentWritersWait(t *testing.T) {
	ctx := context.Background()
	d := openTest(t, filepath.Join(t.TempDir(), "meta.db"))
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := range 10 {
				if err := d.SetSetting(ctx, fmt.Sprint(w, i), "x"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func TestAFileOfANewerProgramIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meta.db")
	d := openTest(t, path)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), path); !errors.Is(err, ErrVersion) {
		t.Errorf("%v", err)
	}
}

func TestPoliciesAndChangesOfLevelsAreKept(t *testing.T) {
	ctx := context.Background()
	d, err := Open(ctx, filepath.Join(t.TempDir(), "meta.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	at := time.UnixMicro(1_700_000_000_123_456)
	for i, text := range []string{"level: flight", "level: trace"} {
		p, err := d.AddRecordingPolicy(ctx, RecordingPolicy{At: at, Who: "local:joe", Why: "to try it", Text: text})
		if err != nil || p.Version != int64(i+1) {
			t.Fatalf("version %d: %v", p.Version, err)
		}
	}
	list, err := d.RecordingPolicies(ctx, 10)
	if err != nil || len(list) != 2 || list[0].Version != 2 || list[0].Text != "level: trace" || !list[1].At.Equal(at) || list[1].Why != "to try it" {
		t.Errorf("%+v %v", list, err)
	}
	if p, err := d.RecordingPolicy(ctx, 1); err != nil || p.Text != "level: flight" || p.Who != "local:joe" {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := d.RecordingPolicy(ctx, 9); !errors.Is(err, ErrNotFound) {
		t.Errorf("version 9: %v", err)
	}
	var changes []LevelChange
	for _, rec := range []string{"aa", "bb", "aa"} {
		c, err := d.AddLevelChange(ctx, LevelChange{At: at, Until: at.Add(time.Minute), Recording: rec, Body: []byte(`{}`)})
		if err != nil {
			t.Fatal(err)
		}
		changes = append(changes, c)
	}
	changes[0].Ended, changes[0].Body = at.Add(time.Second), []byte(`{"a":1}`)
	if err := d.UpdateLevelChange(ctx, changes[0]); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rec     string
		holding bool
		want    string
	}{{"", false, "[3 2 1]"}, {"aa", false, "[3 1]"}, {"aa", true, "[3]"}, {"", true, "[3 2]"}} {
		got, err := d.LevelChanges(ctx, c.rec, c.holding, 10)
		var ids []int64
		for _, x := range got {
			ids = append(ids, x.ID)
		}
		if err != nil || fmt.Sprint(ids) != c.want {
			t.Errorf("%+v: %v %v", c, ids, err)
		}
	}
	if got, err := d.LevelChanges(ctx, "aa", false, 10); err != nil || string(got[1].Body) != `{"a":1}` || !got[1].Ended.Equal(at.Add(time.Second)) || !got[0].Ended.IsZero() {
		t.Errorf("%+v %v", got, err)
	}
}
