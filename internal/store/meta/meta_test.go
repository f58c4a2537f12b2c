package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
