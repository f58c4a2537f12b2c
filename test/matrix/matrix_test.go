package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTallyKeepsWhatAReaderOfAChangelogKeeps(t *testing.T) {
	kept := tally{}
	for _, line := range []string{"+I[1, a]", "-U[1, a]", "+U[1, b]", "+I[2, x]", "-D[2, x]", "plain [text]", "plain [text]"} {
		kept.add(line)
	}
	want := tally{"[1, b]": 1, "plain [text]": 2}
	if d := want.differs(kept); d != "" {
		t.Error(d)
	}
	if d := want.differs(tally{"[1, b]": 1, "plain [text]": 1, "more": 1}); !strings.HasPrefix(d, "2 lines differ") {
		t.Errorf("a missing and an added line: %q", d)
	}
	if d := want.once().differs(tally{"[1, b]": 1, "plain [text]": 1}); d != "" {
		t.Errorf("as sets: %s", d)
	}
}

func TestReadLinesSeesASecondAttempt(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("0-0.txt", "a\nb\n")
	if lines, again, err := readLines(dir); err != nil || again || len(lines) != 2 {
		t.Errorf("%v, again %t, %v", lines, again, err)
	}
	write("1-1.txt", "a\n")
	if lines, again, err := readLines(dir); err != nil || !again || lines["a"] != 2 {
		t.Errorf("%v, again %t, %v", lines, again, err)
	}
	if lines, _, err := readLines(filepath.Join(dir, "none")); err != nil || len(lines) != 0 {
		t.Errorf("a job that wrote nothing: %v, %v", lines, err)
	}
}

func TestSourcesCountTheirNewestAttempts(t *testing.T) {
	sources := []recorded{{Task: "a", Attempt: 0, N: 5}, {Task: "a", Attempt: 1, N: 7}, {Task: "a", Subtask: 1, Attempt: 0, N: 2}, {Task: "b", N: 1}}
	if got := countItems(sources); got != 10 {
		t.Errorf("%d", got)
	}
}

func TestAFailedCellIsSeenEverywhere(t *testing.T) {
	good := cell{version: "2.3.0", shape: "a", channels: channels{Compared: 2, Equal: 2}}
	bad := cell{version: "2.3.0", shape: "b", channels: channels{Compared: 2, Equal: 1}, wrong: []string{"output: 1 lines differ"}}
	var figures strings.Builder
	print(&figures, []cell{good, bad})
	for _, want := range []string{"matrix_cells_held 1 count target 2 missed", "matrix_outputs_identical 1 count target 2 missed", "matrix_channel_counts_equal 3 count target 4 missed"} {
		if !strings.Contains(figures.String(), want) {
			t.Errorf("no %q in\n%s", want, figures.String())
		}
	}
	path := filepath.Join(t.TempDir(), "coverage.md")
	if err := writeCoverage(path, options{level: "flight", configs: []config{{}}}, []cell{good, bad}); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| a | held |", "| b | **failed** |", "1 of 2 cells held", "output: 1 lines differ"} {
		if !strings.Contains(string(table), want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
}
