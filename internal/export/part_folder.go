package export

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// partFolder is the folder of one recording. A part becomes one in these steps, of which any may be the last one of the process:
//
//  1. its files, each forced to the disk, under _staging;
//  2. its manifest beside them;
//  3. the manifest moves to _parts: from here on its blocks count as exported;
//  4. the files move to their tables.
//
// recover undoes what did not get to 3 and finishes what did. So a file of a table is whole, and never goes again.
type partFolder struct {
	dir string
	// step is told before each change of the folder. Tests let the process die there.
	step func(what string)
}

func partName(n int) string { return fmt.Sprintf("part-%06d", n) }

// partFile is the path of a file of part n below the recording's folder.
func partFile(n int) func(table string, file int) string {
	return func(table string, file int) string {
		if file == 0 {
			return fmt.Sprintf("%s/%s.parquet", table, partName(n))
		}
		return fmt.Sprintf("%s/%s-%d.parquet", table, partName(n), file)
	}
}

// staged is where a file waits for its place.
func (f *partFolder) staged(path string) string {
	return filepath.Join(f.dir, stagingDir, strings.ReplaceAll(path, "/", "~"))
}

func (f *partFolder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// begin makes room for a part.
func (f *partFolder) begin() error {
	f.step("begin")
	if err := os.RemoveAll(f.path(stagingDir)); err != nil {
		return fmt.Errorf("clearing what was half written: %w", err)
	}
	for _, dir := range []string{PartsDir, stagingDir} {
		if err := os.MkdirAll(f.path(dir), 0o750); err != nil {
			return fmt.Errorf("making a folder: %w", err)
		}
	}
	return nil
}

// Add is Archive, for files of the part that was begun.
func (f *partFolder) Add(name string, size int64, content io.Reader) error {
	if !filepath.IsLocal(name) {
		return fmt.Errorf("%q is no name of a file in a folder", name)
	}
	f.step("add " + name)
	return writeFile(f.staged(name), size, content)
}

// commit makes the files that were added a part.
func (f *partFolder) commit(p *Part) error {
	draft := f.staged(partName(p.Number) + ".json")
	if err := writeJSON(draft, p); err != nil {
		return err
	}
	if err := syncDir(f.path(stagingDir)); err != nil {
		return err
	}
	f.step("commit")
	if err := os.Rename(draft, f.path(PartsDir+"/"+partName(p.Number)+".json")); err != nil {
		return fmt.Errorf("ending a part: %w", err)
	}
	if err := syncDir(f.path(PartsDir)); err != nil {
		return err
	}
	return f.place(p)
}

// place moves files of a part to their tables, those that are not there.
func (f *partFolder) place(p *Part) error {
	for _, table := range p.Tables {
		for _, file := range table.Files {
			to := f.path(file.Path)
			f.step("place " + file.Path)
			if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
				return fmt.Errorf("making a table's folder: %w", err)
			}
			if err := os.Rename(f.staged(file.Path), to); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("putting %s in its place: %w", file.Path, err)
			}
			if err := syncDir(filepath.Dir(to)); err != nil {
				return err
			}
		}
	}
	return nil
}

// recover brings the folder into order and reads its parts.
func (f *partFolder) recover() ([]*Part, error) {
	names, err := filepath.Glob(f.path(PartsDir + "/part-*.json"))
	if err != nil {
		return nil, fmt.Errorf("listing parts: %w", err)
	}
	var parts []*Part
	for _, name := range names {
		p := new(Part)
		if err := readJSON(name, p); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	slices.SortFunc(parts, func(a, b *Part) int { return cmp.Compare(a.Number, b.Number) })
	for i, p := range parts {
		if p.Kind != "parquet-part" || p.Version != Version || p.Number != i+1 {
			return nil, fmt.Errorf("%s: there is no manifest of part %d in version %d; move the folder away to begin anew", f.dir, i+1, Version)
		}
		if p.Removed {
			if err := f.takeAway(p); err != nil {
				return nil, err
			}
		}
	}
	if n := len(parts); n > 0 && !parts[n-1].Removed {
		if err := f.place(parts[n-1]); err != nil {
			return nil, err
		}
	}
	if err := os.RemoveAll(f.path(stagingDir)); err != nil {
		return nil, fmt.Errorf("clearing what was half written: %w", err)
	}
	return parts, nil
}

// manifest reads what a part was said to be.
func (f *partFolder) manifest(n int) (*Part, error) {
	p := new(Part)
	return p, readJSON(f.path(PartsDir+"/"+partName(n)+".json"), p)
}

// remove takes the files of a part away, and keeps that its blocks were exported. Files without rows stay: they show engines the
// columns of a table that may have no other file.
func (f *partFolder) remove(p *Part) error {
	p.Removed = true
	if err := f.replace(PartsDir+"/"+partName(p.Number)+".json", p); err != nil {
		return err
	}
	return f.takeAway(p)
}

func (f *partFolder) takeAway(p *Part) error {
	for _, table := range p.Tables {
		for _, file := range table.Files {
			if file.Rows == 0 {
				continue
			}
			if !filepath.IsLocal(file.Path) {
				return fmt.Errorf("%q is no name of a file in a folder", file.Path)
			}
			f.step("remove " + file.Path)
			if err := os.Remove(f.path(file.Path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("removing a part's file: %w", err)
			}
		}
	}
	return nil
}

// replace writes JSON in the place of what had the name, in one step.
func (f *partFolder) replace(name string, v any) error {
	draft := f.path(PartsDir + "/.draft")
	if err := writeJSON(draft, v); err != nil {
		return err
	}
	f.step("replace " + name)
	if err := os.Rename(draft, f.path(name)); err != nil {
		return fmt.Errorf("replacing %s: %w", name, err)
	}
	return syncDir(filepath.Dir(f.path(name)))
}

// replacing is an Archive whose only file takes the place of the one that had the name, in one step.
type replacing struct{ *partFolder }

func (r replacing) Add(name string, size int64, content io.Reader) error {
	draft := r.path(PartsDir + "/.gaps")
	if err := writeFile(draft, size, content); err != nil {
		return err
	}
	to := r.path(name)
	r.step("replace " + name)
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return fmt.Errorf("making a table's folder: %w", err)
	}
	if err := os.Rename(draft, to); err != nil {
		return fmt.Errorf("replacing %s: %w", name, err)
	}
	return syncDir(filepath.Dir(to))
}

func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	b = append(b, '\n')
	return writeFile(path, int64(len(b)), bytes.NewReader(b))
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

// writeFile writes a file and forces it to the disk.
func writeFile(path string, size int64, content io.Reader) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return fmt.Errorf("making %s: %w", filepath.Base(path), err)
	}
	n, err := io.Copy(out, content)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = out.Sync()
	}
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	return nil
}

// syncDir makes renames in a folder last.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("forcing names to the disk: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("forcing names to the disk: %w", err)
	}
	return nil
}
