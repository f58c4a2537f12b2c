// Package folder makes folders and files that are there whole or not at all: what is half done has another name.
package folder

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Draft is a folder in the making: files gather beside it under a name of their own, and Commit gives them the name that
// was asked for, in one step. A program that dies in between leaves no folder of that name.
type Draft struct {
	path, part string
}

// ErrExists: what is to become the folder is there and not empty.
var ErrExists = errors.New("the folder is there already, and not empty")

// New begins the folder path. Errors: ErrExists.
func New(path string) (*Draft, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding the folder: %w", err)
	}
	if found, err := os.ReadDir(path); err == nil && len(found) > 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrExists)
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("looking at %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("making the folder above %s: %w", path, err)
	}
	part, err := os.MkdirTemp(filepath.Dir(path), "."+filepath.Base(path)+".part-")
	if err != nil {
		return nil, fmt.Errorf("making a folder beside %s: %w", path, err)
	}
	return &Draft{path, part}, nil
}

// Add writes one file of size bytes. Names that would leave the folder are refused.
func (d *Draft) Add(name string, size int64, content io.Reader) error {
	if !filepath.IsLocal(name) {
		return fmt.Errorf("%q is no name of a file in a folder", name)
	}
	path := filepath.Join(d.part, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the folder of %s: %w", name, err)
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("making %s: %w", name, err)
	}
	n, err := io.Copy(out, content)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = out.Sync()
	}
	if err2 := out.Close(); err == nil {
		err = err2
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// Commit gives the folder its name.
func (d *Draft) Commit() error {
	if err := os.Remove(d.path); err != nil && !errors.Is(err, os.ErrNotExist) { // an empty folder
		return fmt.Errorf("replacing %s: %w", d.path, err)
	}
	if err := os.Rename(d.part, d.path); err != nil {
		return fmt.Errorf("naming %s: %w", d.path, err)
	}
	return nil
}

// Discard takes away what was written. After Commit it does nothing.
func (d *Draft) Discard() { _ = os.RemoveAll(d.part) }
