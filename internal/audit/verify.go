package audit

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// VerifyOptions say what is checked and against what.
type VerifyOptions struct {
	Paths   []string          // one folder, or files of a log
	Key     ed25519.PublicKey // nil: the key that the log names
	Anchors []string          // files with heads that were taken elsewhere
}

// ErrCannotTell: there is nothing to judge, or a version that is not known.
var ErrCannotTell = errors.New("it cannot be told whether the audit log is whole")

// Verify reads a log from its beginning and holds it against its heads. It keeps one line in memory. Errors: *access.Broken names the
// first bad entry, ErrCannotTell, what reading gave. The report is what was found by then.
func Verify(ctx context.Context, o VerifyOptions) (access.CheckReport, error) {
	paths, heads, partial, err := o.find()
	if err != nil {
		return access.CheckReport{}, err
	}
	co := access.CheckOptions{Key: o.Key, Partial: partial}
	for i, path := range append(heads, o.Anchors...) {
		l, closeList, err := ReadHeads(path, i < len(heads))
		if err != nil {
			return access.CheckReport{}, fmt.Errorf("%w: %w", ErrCannotTell, err)
		}
		defer closeList()
		co.Heads = append(co.Heads, l)
	}
	c := access.NewCheck(co)
	err = run(ctx, c, paths)
	if err == nil {
		err = c.End()
	}
	r := c.Report()
	var broken *access.Broken
	switch {
	case errors.Is(err, access.ErrFormat):
		return r, fmt.Errorf("%w: %w", ErrCannotTell, err)
	case err == nil && r.Entries == 0:
		return r, fmt.Errorf("%w: there is no entry in a chain", ErrCannotTell)
	case err != nil && !errors.As(err, &broken) && ctx.Err() == nil:
		return r, fmt.Errorf("%w: %w", ErrCannotTell, err)
	}
	return r, err
}

// find lists the log's files in order, and its own heads.
func (o VerifyOptions) find() (paths, heads []string, partial bool, err error) {
	if len(o.Paths) != 1 {
		return ordered(o.Paths)
	}
	info, err := os.Stat(o.Paths[0])
	if err != nil {
		return nil, nil, false, fmt.Errorf("%w: %w", ErrCannotTell, err)
	}
	if !info.IsDir() {
		return ordered(o.Paths)
	}
	dir := o.Paths[0]
	files, err := list(dir)
	if err != nil {
		return nil, nil, false, fmt.Errorf("%w: %w", ErrCannotTell, err)
	}
	for _, s := range files {
		paths = append(paths, filepath.Join(dir, s.name))
	}
	if _, err := os.Stat(filepath.Join(dir, Active)); err == nil {
		paths = append(paths, filepath.Join(dir, Active))
	}
	if own := filepath.Join(dir, HeadsFile); fileThere(own) {
		heads = append(heads, own)
	}
	return paths, heads, false, nil
}

func fileThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// ordered puts files into the order that their first entries tell.
func ordered(given []string) (paths, heads []string, partial bool, err error) {
	files := make([]segment, len(given))
	for i, path := range given {
		files[i].name = filepath.Base(path)
		if err := files[i].look(filepath.Dir(path)); err != nil {
			return nil, nil, false, fmt.Errorf("%w: %w", ErrCannotTell, err)
		}
		files[i].number, files[i].name = files[i].first.File, path
	}
	slices.SortStableFunc(files, func(a, b segment) int { return int(a.number) - int(b.number) })
	for _, f := range files {
		paths = append(paths, f.name)
	}
	return paths, nil, true, nil
}

// run checks files one after the other. A file without a chain is one whose successor holds its hash.
func run(ctx context.Context, c *access.Check, paths []string) error {
	for i, path := range paths {
		s := segment{name: filepath.Base(path)}
		if err := s.look(filepath.Dir(path)); err != nil {
			return err
		}
		if !s.chain && i+1 < len(paths) {
			next := segment{name: filepath.Base(paths[i+1])}
			if err := next.look(filepath.Dir(paths[i+1])); err != nil {
				return err
			}
			if next.chain && next.first.Prev == (access.Digest{}) && next.first.Before == s.name {
				d, err := sum(path)
				if err != nil {
					return err
				}
				c.Skip(s.name, d)
				continue
			}
		}
		if !s.chain && len(paths) == 1 && s.first.Hash == (access.Digest{}) && s.first.Seq > 0 {
			return fmt.Errorf("%w: %s has no chain, it is of an older version", ErrCannotTell, s.name)
		}
		if err := checkFile(ctx, c, path, s.name); err != nil {
			return err
		}
	}
	return nil
}

// again is how long a line without an end is given: a server that runs may be writing it.
const again = 200 * time.Millisecond

// checkFile checks one file. What a server adds meanwhile is checked as well.
func checkFile(ctx context.Context, c *access.Check, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	c.Begin(name)
	h := sha256.New()
	in := bufio.NewReaderSize(f, 256<<10)
	waited := false
	var read int64
	for {
		line, err := readLine(in)
		switch {
		case errors.Is(err, io.EOF):
			c.Finish(access.Digest(h.Sum(nil)))
			return nil
		case errors.Is(err, errTorn) && name == Active && !waited:
			waited = true
			time.Sleep(again)
			if _, err := f.Seek(read, io.SeekStart); err != nil {
				return err
			}
			in.Reset(f)
			continue
		case errors.Is(err, errTorn):
			return c.Torn()
		case err != nil:
			return fmt.Errorf("reading %s: %w", name, err)
		}
		waited = false
		read += int64(len(line)) + 1
		add(h, line)
		if err := c.Line(line); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func add(h hash.Hash, line []byte) {
	h.Write(line)
	h.Write([]byte{'\n'})
}
