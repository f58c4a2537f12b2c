package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// tally counts lines. What a row took back again counts against it: what remains is what a reader of the changelog would keep.
type tally map[string]int

// add counts a line. A row of a changelog begins with its kind as Flink writes it: +I, -U, +U or -D.
func (t tally) add(line string) {
	by := 1
	if kind, rest, ok := strings.Cut(line, "["); ok && len(kind) == 2 && strings.ContainsAny(kind[:1], "+-") {
		line = "[" + rest
		if kind[0] == '-' {
			by = -1
		}
	}
	t[line] += by
	if t[line] == 0 {
		delete(t, line)
	}
}

// once makes a set of a tally: a job that began again writes some lines again.
func (t tally) once() tally {
	s := tally{}
	for line, n := range t {
		if n > 0 {
			s[line] = 1
		}
	}
	return s
}

// differs names the first few lines that are not in both; empty when the tallies are equal.
func (t tally) differs(other tally) string {
	var first []string
	count := 0
	note := func(line string, here, there int) {
		if count++; count <= 3 {
			first = append(first, fmt.Sprintf("%q %d times, recorded %d times", line, here, there))
		}
	}
	for line, n := range t {
		if other[line] != n {
			note(line, n, other[line])
		}
	}
	for line, n := range other {
		if _, ok := t[line]; !ok {
			note(line, 0, n)
		}
	}
	if count == 0 {
		return ""
	}
	return fmt.Sprintf("%d lines differ: %s", count, strings.Join(first, "; "))
}

// readLines tallies all files of a folder, and tells whether a later attempt wrote one of them.
func readLines(dir string) (t tally, again bool, err error) {
	t = tally{}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		again = again || !strings.HasSuffix(path, "-0.txt")
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			t.add(lines.Text())
		}
		return lines.Err()
	})
	if errors.Is(err, fs.ErrNotExist) {
		return t, false, nil // wrote nothing
	}
	if err != nil {
		return nil, false, fmt.Errorf("reading what a job wrote: %w", err)
	}
	return t, again, nil
}
