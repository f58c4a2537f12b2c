package tables_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/sightglass/sightglass/internal/tables"
)

var counting = fstest.MapFS{"00001_begin.sql": {Data: []byte("-- +goose Up\nCREATE TABLE counter (name TEXT PRIMARY KEY, n BIGINT NOT NULL);\nINSERT INTO counter VALUES ('a ? b', 0);\n")}}

func open(t *testing.T, path string) *tables.DB {
	t.Helper()
	db, err := tables.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Two rooms number their migrations each for itself, and a second start changes nothing.
func TestRoomsMigrateOnTheirOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "g.sqlite")
	other := fstest.MapFS{"00001_begin.sql": {Data: []byte("-- +goose Up\nCREATE TABLE other (n BIGINT);\n")}}
	for range 2 {
		db := open(t, path)
		for room, files := range map[string]fstest.MapFS{"one": counting, "two": other} {
			if err := db.Migrate(t.Context(), room, files); err != nil {
				t.Fatal(err)
			}
		}
	}
	db := open(t, path)
	newer := fstest.MapFS{"00001_begin.sql": counting["00001_begin.sql"], "00002_more.sql": {Data: []byte("-- +goose Up\nCREATE TABLE more (n BIGINT);\n")}}
	if err := db.Migrate(t.Context(), "one", newer); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), "one", counting); !errors.Is(err, tables.ErrVersion) {
		t.Errorf("a program that knows less: want ErrVersion, got %v", err)
	}
}

// What transactions read, nobody changes before they wrote: no count is lost.
func TestTransactionsAreOneAfterTheOther(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "g.sqlite"))
	if err := db.Migrate(t.Context(), "one", counting); err != nil {
		t.Fatal(err)
	}
	const writers, each = 8, 20
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				if err := db.Do(context.Background(), count); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	refused := errors.New("refused")
	err := db.Do(t.Context(), func(tx *tables.Tx) error { return errors.Join(count(tx), refused) })
	if !errors.Is(err, refused) {
		t.Errorf("want what the function said, got %v", err)
	}
	var n int
	if err := db.QueryRow(t.Context(), "SELECT n FROM counter WHERE name = 'a ? b' AND n >= ?", 0).Scan(&n); err != nil || n != writers*each {
		t.Errorf("want %d, got %d, %v", writers*each, n, err)
	}
}

func count(tx *tables.Tx) error {
	var n int
	if err := tx.QueryRow(context.Background(), "SELECT n FROM counter WHERE name = ?", "a ? b").Scan(&n); err != nil {
		return err
	}
	_, err := tx.Exec(context.Background(), "UPDATE counter SET n = ? WHERE name = ?", n+1, "a ? b")
	return err
}

func TestTheFileIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "g.sqlite")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("want 0600, got %v, %v", info.Mode(), err)
	}
}
