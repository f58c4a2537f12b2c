package folder

import (
	"fmt"
	"os"
	"path/filepath"
)

// File is a file in the making: it is written beside its place under a name of its own, and Commit gives it the name that was asked
// for, in one step. A program that dies in between leaves no file of that name.
type File struct {
	path string
	part *os.File
}

// NewFile begins the file path, readable by its owner alone. A file that is there is replaced by Commit.
func NewFile(path string) (*File, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding the file: %w", err)
	}
	part, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".part-")
	if err != nil {
		return nil, fmt.Errorf("making a file beside %s: %w", path, err)
	}
	return &File{path, part}, nil
}

// WriteFile writes a file that only its owner may read, whole or not at all. A file that is there is replaced.
func WriteFile(path string, content []byte) error {
	f, err := NewFile(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(content); err != nil {
		return fmt.Errorf("writing %s: %w", f.path, err)
	}
	return f.Commit()
}

// Chown gives the file to another owner, before its content can be read under its name.
func (f *File) Chown(uid, gid int) error { return f.part.Chown(uid, gid) }

// Write adds to the file.
func (f *File) Write(b []byte) (int, error) { return f.part.Write(b) }

// Commit makes the file durable and gives it its name.
func (f *File) Commit() error {
	err := f.part.Sync()
	if err2 := f.part.Close(); err == nil {
		err = err2
	}
	if err == nil {
		err = os.Rename(f.part.Name(), f.path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", f.path, err)
	}
	dir, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return fmt.Errorf("making the name of %s durable: %w", f.path, err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("making the name of %s durable: %w", f.path, err)
	}
	return nil
}

// Discard takes away what was written. After Commit it does nothing.
func (f *File) Discard() {
	_ = f.part.Close()
	_ = os.Remove(f.part.Name())
}
