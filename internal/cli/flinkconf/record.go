package flinkconf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Names of the files beside the configuration: its bytes before the change, and what was changed.
const (
	originalSuffix = ".before-sightglass"
	recordSuffix   = ".sightglass.json"
)

// record says what a change did, so that it can be taken back.
type record struct {
	Original string `json:"original_sha256"`
	Written  string `json:"written_sha256"`
	Hunks    []hunk `json:"hunks"`
}

// Write makes the change: first the original's copy and the record, then the file, each whole or not at all.
func (c *Change) Write() error {
	if c.Empty() {
		return nil
	}
	now, err := os.ReadFile(c.Path)
	if err != nil {
		return fmt.Errorf("reading %s again: %w", c.Path, err)
	}
	if !bytes.Equal(now, c.Before) {
		return fmt.Errorf("%w: %s was changed while the change was planned; try again", ErrRefused, c.Path)
	}
	r, err := json.MarshalIndent(record{Original: sum(c.original), Written: sum(c.After), Hunks: hunks(c.original, c.After)}, "", "  ")
	if err != nil {
		return fmt.Errorf("writing down the change: %w", err)
	}
	if err := replaceFile(c.Path+originalSuffix, c.original, c.Path); err != nil {
		return err
	}
	if err := replaceFile(c.Path+recordSuffix, append(r, '\n'), c.Path); err != nil {
		return err
	}
	return replaceFile(c.Path, c.After, c.Path)
}

// Attached tells whether a change of ours to f is on record.
func (f *File) Attached() bool { return isFile(f.Path + recordSuffix) }

// Undo says how a change was taken back.
type Undo struct {
	*Change
	Exact bool // the original bytes come back; otherwise only our lines go and what others changed since stays
}

// PlanUndo works out how the change on record is taken back. ErrNotAttached: there is none.
func (f *File) PlanUndo() (*Undo, error) {
	raw, err := os.ReadFile(f.Path + recordSuffix)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNotAttached, f.Path)
	}
	if err != nil {
		return nil, fmt.Errorf("reading what was changed: %w", err)
	}
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("%w: the record of the change, %s, cannot be read: %v", ErrRefused, f.Path+recordSuffix, err)
	}
	u := &Undo{Change: &Change{Path: f.Path, Before: f.content}}
	switch sum(f.content) {
	case r.Original: // somebody put the original back already
		u.After, u.Exact = f.content, true
		return u, nil
	case r.Written:
		original, err := os.ReadFile(f.Path + originalSuffix)
		if err == nil && sum(original) == r.Original {
			u.After, u.Exact = original, true
			return u, nil
		}
	}
	u.After, err = reverse(f.content, r.Hunks)
	if err != nil {
		return nil, fmt.Errorf("%w: %s was changed since, and %v; the original is kept in %s", ErrRefused, f.Path, err, f.Path+originalSuffix)
	}
	return u, nil
}

// reverse takes hunks out of a content that others changed since. Each hunk's lines must be there once, as they were written.
func reverse(content []byte, changes []hunk) ([]byte, error) {
	lines := split(content)
	for _, h := range changes {
		at := -1
		for i := 0; i+len(h.After) <= len(lines); i++ {
			if !slices.Equal(lines[i:i+len(h.After)], h.After) {
				continue
			}
			if at >= 0 {
				return nil, errors.New("the lines that were added are in it twice")
			}
			at = i
		}
		if at < 0 {
			return nil, errors.New("the lines that were added are not in it as they were written")
		}
		before, rest := slices.Clone(h.Before), lines[at+len(h.After):]
		if n := len(before); n > 0 && len(rest) > 0 && !strings.HasSuffix(before[n-1], "\n") {
			before[n-1] += "\n" // it was the file's end then, and is not any more
		}
		lines = slices.Concat(lines[:at], before, rest)
	}
	var out []byte
	for _, l := range lines {
		out = append(out, l...)
	}
	return out, nil
}

// Write takes the change back and removes the files beside the configuration.
func (u *Undo) Write() error {
	if !u.Empty() {
		now, err := os.ReadFile(u.Path)
		if err != nil {
			return fmt.Errorf("reading %s again: %w", u.Path, err)
		}
		if !bytes.Equal(now, u.Before) {
			return fmt.Errorf("%w: %s was changed meanwhile; try again", ErrRefused, u.Path)
		}
		if err := replaceFile(u.Path, u.After, u.Path); err != nil {
			return err
		}
	}
	// The record last: as long as it is there, undoing can be tried again.
	for _, suffix := range []string{originalSuffix, recordSuffix} {
		if err := os.Remove(u.Path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("removing %s: %w", u.Path+suffix, err)
		}
	}
	return nil
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// replaceFile writes content to path: whole or not at all, through a link to the file behind it, with mode and, where the caller
// may, owner of like.
func replaceFile(path string, content []byte, like string) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(like)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(tmp.Name()) // after the rename there is nothing left to remove
	if _, err = tmp.Write(content); err == nil {
		err = tmp.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = keepOwner(tmp.Name(), info)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if closed := tmp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
