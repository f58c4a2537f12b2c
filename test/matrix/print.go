package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// totals are what the figures are made of.
type totals struct {
	cells, held             int
	outputs                 int
	channels, channelsEqual int64
	items, records, dropped int64
}

func total(all []cell) (t totals) {
	for _, c := range all {
		t.cells++
		if c.held() {
			t.held++
		}
		if !slices.ContainsFunc(c.wrong, func(w string) bool { return strings.HasPrefix(w, "output") || strings.HasPrefix(w, "it wrote") }) {
			t.outputs++
		}
		t.channels += c.channels.Compared
		t.channelsEqual += c.channels.Equal
		t.items += c.items
		t.records += c.records
		t.dropped += c.dropped
	}
	return t
}

// print ends a run with its figures.
func print(w io.Writer, all []cell) {
	t := total(all)
	figure := func(name string, got, want any) {
		verdict := "missed"
		if fmt.Sprint(got) == fmt.Sprint(want) {
			verdict = "met"
		}
		fmt.Fprintf(w, "FIGURE %s %v count target %v %s\n", name, got, want, verdict)
	}
	fmt.Fprintf(w, "\n%d cells: %d items planted, %d records counted by Flink, %d drops\n", t.cells, t.items, t.records, t.dropped)
	figure("matrix_cells_held", t.held, t.cells)
	figure("matrix_outputs_identical", t.outputs, t.cells)
	figure("matrix_channel_counts_equal", t.channelsEqual, t.channels)
}

// writeCoverage writes a table of shapes against configurations.
func writeCoverage(path string, o options, all []cell) error {
	var b strings.Builder
	t := total(all)
	fmt.Fprintf(&b, `# What was run

`+"`make test-matrix`"+` wrote this page: jobs of %d shapes, on Flink %s, each plain and recorded at level %s. A cell holds when the recorded job wrote what the
plain one wrote, both ends of every channel counted the same at every aligned barrier (an unaligned one overtakes elements, so its counts are not compared), as many records entered each task as Flink's own counters say, every planted record was
recorded, every record that was dropped is recorded with the reason that was planted (and none beside), and no agent lost an event or saw an error. The shapes drop for four reasons; all others are provoked over the same settings by DropsTest, which the command runs then: 16 runs on each line. The same shapes were recorded once more with aligned checkpoints and without object reuse, and every attempt was run again: [replays.md](replays.md).

%d of %d cells held: %d items planted, %d records, %d of %d channel counts equal, %d drops.

`, len(shapesOf(all)), strings.Join(versionsOf(all), " and "), o.level, t.held, t.cells, t.items, t.records, t.channelsEqual, t.channels, t.dropped)
	for _, version := range versionsOf(all) {
		fmt.Fprintf(&b, "## Flink %s\n\n| shape |", version)
		for _, c := range o.configs {
			fmt.Fprintf(&b, " %s |", c)
		}
		b.WriteString("\n|---|" + strings.Repeat("---|", len(o.configs)) + "\n")
		for _, shape := range shapesOf(all) {
			fmt.Fprintf(&b, "| %s |", shape)
			for _, c := range o.configs {
				fmt.Fprintf(&b, " %s |", entry(all, version, shape, c))
			}
			b.WriteString("\n")
		}
		b.WriteString("\n")
	}
	for _, c := range all {
		if !c.held() {
			fmt.Fprintf(&b, "Failed: Flink %s, %s, %s: %s\n\n", c.version, c.config, c.shape, strings.Join(c.wrong, "; "))
		}
	}
	if err := os.WriteFile(path, []byte(strings.TrimRight(b.String(), "\n")+"\n"), 0o644); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

func entry(all []cell, version, shape string, config config) string {
	i := slices.IndexFunc(all, func(c cell) bool { return c.version == version && c.shape == shape && c.config == config })
	switch {
	case i < 0:
		return "not run"
	case all[i].held():
		return "held"
	}
	return "**failed**"
}

func shapesOf(all []cell) []string {
	return distinct(all, func(c cell) string { return c.shape })
}

func versionsOf(all []cell) []string {
	return distinct(all, func(c cell) string { return c.version })
}

func distinct(all []cell, of func(cell) string) (names []string) {
	for _, c := range all {
		if name := of(c); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
