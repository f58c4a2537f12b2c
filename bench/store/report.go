package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
)

// run is one size.
type run struct {
	Millions  int
	recorded  *recorded
	answers   answers
	compacted int64 // bytes on disk after a compaction; 0 = not measured
}

func (r run) events() float64 { return float64(r.recorded.Truth.Events) }

// bench makes a recording of each size and asks about it.
func bench(ctx context.Context, o options, out io.Writer) error {
	var runs []run
	for _, millions := range o.sizes {
		r, err := one(ctx, o, millions)
		if err != nil {
			return fmt.Errorf("%d million events: %w", millions, err)
		}
		runs = append(runs, r)
	}
	fmt.Fprintln(os.Stderr, "storing blocks without a connection")
	s, err := measureStoring(o.seed)
	if err != nil {
		return err
	}
	report(out, o, runs, s)
	if o.svg == "" {
		return nil
	}
	return os.WriteFile(o.svg, draw(runs), 0o644)
}

func one(ctx context.Context, o options, millions int) (run, error) {
	r := run{Millions: millions}
	dir := filepath.Join(o.dir, fmt.Sprintf("%dM", millions))
	var err error
	if o.reuse {
		r.recorded, err = readRecorded(dir)
	} else {
		fmt.Fprintf(os.Stderr, "recording %d million events\n", millions)
		r.recorded, err = record(ctx, o, dir, ingesttest.ReferenceOptions{Seed: o.seed, Events: uint64(millions) * 1e6, Codec: codec})
	}
	if err != nil {
		return r, err
	}
	fmt.Fprintf(os.Stderr, "asking about %d million events\n", millions)
	cmd, err := self(ctx, "-role", roleAsk, "-dir", dir, "-profile", o.profile, "-only", o.only, "-seed", fmt.Sprint(o.seed), "-questions", fmt.Sprint(o.questions),
		"-texts", fmt.Sprint(o.texts))
	if err != nil {
		return r, err
	}
	var answer bytes.Buffer
	cmd.Stdout = &answer
	if err := cmd.Run(); err != nil {
		return r, fmt.Errorf("asking: %w", err)
	}
	if err := json.Unmarshal(answer.Bytes(), &r.answers); err != nil {
		return r, err
	}
	if millions <= compactMillions && o.only == "" {
		fmt.Fprintf(os.Stderr, "compacting %d million events\n", millions)
		r.compacted, err = compacted(ctx, dir)
	}
	return r, err
}

func report(w io.Writer, o options, runs []run, s storing) {
	fmt.Fprintf(w, "\nseed %d, %d processors, %s; questions at random, 50th and 95th percentile and mean processor time in ms\n\n", o.seed, runtime.NumCPU(), runtime.Version())
	growth(w, runs)
	for _, f := range all(o, runs, s) {
		fmt.Fprintln(w, f)
	}
}

// growth prints how cost grows with size.
func growth(w io.Writer, runs []run) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, of func(run) string) {
		fmt.Fprint(t, name, "\t")
		for _, r := range runs {
			fmt.Fprint(t, of(r), "\t")
		}
		fmt.Fprintln(t)
	}
	row("events, million", func(r run) string { return fmt.Sprintf("%.1f", r.events()/1e6) })
	row("blocks", func(r run) string { return fmt.Sprint(r.recorded.Truth.Blocks) })
	row("B/event on disk", func(r run) string { return fmt.Sprintf("%.1f", float64(r.recorded.Bytes)/r.events()) })
	row("server M events/s a core", func(r run) string { return fmt.Sprintf("%.2f", r.events()/r.recorded.Server.CPU.Seconds()/1e6) })
	row("recorded in s", func(r run) string { return fmt.Sprintf("%.1f", r.recorded.Wall.Seconds()) })
	row("opened in ms", func(r run) string { return fmt.Sprintf("%.0f", r.answers.Opened.Seconds()*1e3) })
	row("keys indexed in s", func(r run) string { return fmt.Sprintf("%.1f", r.answers.Keyed.Seconds()) })
	row("texts indexed in s", func(r run) string { return fmt.Sprintf("%.1f", r.answers.Indexed.Seconds()) })
	row("first answer in ms", func(r run) string { return fmt.Sprintf("%.0f", r.answers.Start.Seconds()*1e3) })
	row("of it processor ms", func(r run) string { return fmt.Sprintf("%.0f", r.answers.StartCPU.Seconds()*1e3) })
	row("index MiB", func(r run) string { return fmt.Sprintf("%.1f", float64(r.answers.Index)/(1<<20)) })
	row("recording, resident MiB", func(r run) string { return fmt.Sprintf("%.0f", float64(r.recorded.Server.Resident)/(1<<20)) })
	row("B/event, compacted", func(r run) string {
		if r.compacted == 0 {
			return "-"
		}
		return fmt.Sprintf("%.1f", float64(r.compacted)/r.events())
	})
	row("indexing texts, resident MiB", func(r run) string {
		if r.answers.Texts == 0 {
			return "-"
		}
		return fmt.Sprintf("%.0f", float64(r.answers.Texts)/(1<<20))
	})
	row("asking, resident MiB", func(r run) string { return fmt.Sprintf("%.0f", float64(r.answers.Resident)/(1<<20)) })
	for _, q := range questions {
		row(q.name, func(r run) string {
			one := r.answers.Times[q.name]
			if one.N == 0 {
				return "-"
			}
			text := fmt.Sprintf("%.2f %.2f %.2f", one.Median, one.P95, one.CPU)
			if one.N < 200 {
				text += fmt.Sprintf(" (of %d)", one.N)
			}
			return text
		})
	}
	for _, q := range questions {
		if slices.ContainsFunc(runs, func(r run) bool { return r.answers.Peer[q.name].N > 0 }) {
			row(q.name+", DuckDB", func(r run) string {
				one, ours := r.answers.Peer[q.name], r.answers.Times[q.name]
				if one.N == 0 {
					return "-"
				}
				return fmt.Sprintf("%.1f %.1f %.1f, ×%.0f", one.Median, one.P95, one.CPU, one.Median/ours.Median)
			})
		}
	}
	_ = t.Flush() // w decides
	fmt.Fprintln(w)
}

const billion = 1e9

// all figures, of the run that o.events names; memory is that of a billion events, by what the sizes say.
func all(o options, runs []run, s storing) []figures.Figure {
	var main run
	for _, r := range runs {
		if r.Millions == o.events {
			main = r
		}
	}
	list := []figures.Figure{
		figures.New("ingest_encoded", "M events/s a core", s.encoded/1e6, 2, figures.Least, 2),
		figures.New("ingest_passed", "M events/s a core", s.passed/1e6, 2, figures.Least, 6),
		figures.New("ingest_wire", "M events/s a core", main.events()/main.recorded.Server.CPU.Seconds()/1e6, 2, figures.Least, 6),
		figures.New("bytes_at_rest", "B/event", float64(main.recorded.Bytes)/main.events(), 1, figures.Most, 42),
		figures.New("start", "ms", main.answers.Start.Seconds()*1e3, 0, figures.Most, 1000),
	}
	for _, q := range questions {
		name, asked := q.name+"_p95", main.answers.Times[q.name]
		for _, r := range slices.Backward(runs) { // of the largest that was asked
			if other := r.answers.Times[q.name]; asked.N == 0 && other.N > 0 {
				name, asked = fmt.Sprintf("%s_p95_%dM", q.name, r.Millions), other
			}
		}
		if asked.N == 0 {
			continue
		}
		f := figures.New(name, "ms", asked.P95, 2, figures.Most, q.target)
		if q.target == 0 {
			f.Bound = figures.None
		}
		list = append(list, f)
	}
	for _, r := range slices.Backward(runs) {
		if r.compacted != 0 {
			list = append(list, figures.New(fmt.Sprintf("bytes_compacted_%dM", r.Millions), "B/event", float64(r.compacted)/r.events(), 1, figures.None, 0))
			break
		}
	}
	list = append(list, peers(runs)...)
	if len(full(runs)) < 2 {
		return list // no slope through one size
	}
	index, _ := line(runs, func(r run) float64 { return float64(r.answers.Index) })
	slope, at := line(full(runs), func(r run) float64 { return float64(r.answers.Resident) })
	return append(list,
		figures.New("index_memory", "B/event", index, 3, figures.None, 0),
		figures.New("memory_slope", "B/event", slope, 3, figures.None, 0),
		figures.New("memory_of_a_billion", "MiB", at(billion)/(1<<20), 0, figures.Most, 512),
	)
}

// peers are the figures of another engine beside ours, of the largest recording that both were asked of.
func peers(runs []run) (list []figures.Figure) {
	for _, q := range questions {
		for _, r := range slices.Backward(runs) {
			theirs, ours := r.answers.Peer[q.name], r.answers.Times[q.name]
			if theirs.N == 0 || ours.N == 0 {
				continue
			}
			name := func(what string) string { return fmt.Sprintf("%s_%s_%dM", q.name, what, r.Millions) }
			list = append(list,
				figures.New(name("store"), "ms", ours.Median, 2, figures.None, 0),
				figures.New(name("duckdb"), "ms", theirs.Median, 2, figures.None, 0),
				figures.New(name("duckdb_to_store"), "of medians", theirs.Median/ours.Median, 1, figures.None, 0))
			break
		}
	}
	return list
}

// full are the runs whose decoded columns fill their cache, so that memory grows with nothing but headers from there on; all runs
// where these are too few.
func full(runs []run) []run {
	if large := slices.DeleteFunc(slices.Clone(runs), func(r run) bool { return r.Millions < 10 }); len(large) > 1 {
		return large
	}
	return runs
}

// line fits a straight line through what of says of the runs; NaN with fewer than two.
func line(runs []run, of func(run) float64) (slope float64, at func(events float64) float64) {
	n, x, y, xx, xy := 0.0, 0.0, 0.0, 0.0, 0.0
	for _, r := range runs {
		e, v := r.events(), of(r)
		n, x, y, xx, xy = n+1, x+e, y+v, xx+e*e, xy+e*v
	}
	slope = math.NaN()
	if d := n*xx - x*x; n > 1 && d != 0 {
		slope = (n*xy - x*y) / d
	}
	base := (y - slope*x) / n
	return slope, func(events float64) float64 { return base + slope*events }
}
