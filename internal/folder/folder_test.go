package folder

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFolderAppearsWhole(t *testing.T) {
	parent := t.TempDir()
	path := filepath.Join(parent, "a", "out")
	d, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Add("x/y", 3, strings.NewReader("abc")); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"a name twice": d.Add("x/y", 1, strings.NewReader("z")), "out of it": d.Add("../z", 1, strings.NewReader("z")), "absolute": d.Add(parent+"/z", 1, strings.NewReader("z")),
	} {
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if err := d.Add("short", 4, strings.NewReader("abc")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("fewer bytes than were said: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it is there before it is whole")
	}
	if err := d.Commit(); err != nil {
		t.Fatal(err)
	}
	d.Discard()
	if b, err := os.ReadFile(filepath.Join(path, "x", "y")); string(b) != "abc" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := New(path); !errors.Is(err, ErrExists) {
		t.Errorf("over it: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%d entries stay", len(left))
	}
}

func TestAnEmptyFolderIsTaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	d, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Commit(); err != nil {
		t.Error(err)
	}
	if found, err := os.ReadDir(path); err != nil || len(found) != 0 {
		t.Errorf("%v, %v", found, err)
	}
}
