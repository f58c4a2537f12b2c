package folder

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func TestAFileIsThereWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f, err := NewFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("one")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it is there before its end")
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	g, err := NewFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Write([]byte("two")); err != nil {
		t.Fatal(err)
	}
	g.Discard()
	if b, err := os.ReadFile(path); err != nil || string(b) != "one" {
		t.Errorf("%q %v", b, err)
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("left behind: %v %v", list, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

const writerPath = "SIGHTGLASS_TEST_WRITES"

// TestMain is also the process that TestAKilledWriterLeavesNoFile kills.
func TestMain(m *testing.M) {
	if path := os.Getenv(writerPath); path != "" {
		fmt.Fprintln(os.Stderr, writeOn(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeOn writes a file and never comes to its end.
func writeOn(path string) error {
	f, err := NewFile(path)
	if err != nil {
		return err
	}
	for {
		if _, err := f.Write(bytes.Repeat([]byte{1}, 4096)); err != nil {
			return err
		}
		if info, err := f.part.Stat(); err == nil && info.Size() > 64<<10 {
			if err := os.WriteFile(path+".writing", nil, 0o600); err != nil { // says that it is under way
				return err
			}
			time.Sleep(time.Minute)
		}
	}
}

func TestAFileIsReplacedAsAWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, content := range []string{"first, and longer", "second"} {
		if err := WriteFile(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != content {
			t.Errorf("%q, %v", b, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
	if err := WriteFile(filepath.Join(path, "below"), nil); err == nil {
		t.Error("a file below a file")
	}
}

func TestAKilledWriterLeavesNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("what was there before"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), writerPath+"="+path)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(path + ".writing"); err == nil {
			break
		}
		if time.Now().After(limit) {
			t.Fatal("it does not write")
		}
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	if b, err := os.ReadFile(path); err != nil || string(b) != "what was there before" {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}
