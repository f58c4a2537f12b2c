package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"text/tabwriter"
)

// figure is one number with what it should be.
type figure struct {
	name, unit string
	value      float64
	digits     int
	target     float64
	least      bool // the target is a lower bound; else an upper one
}

func (f figure) String() string {
	bound, met := "<=", f.value <= f.target
	if f.least {
		bound, met = ">=", f.value >= f.target
	}
	verdict := "missed"
	if met {
		verdict = "met"
	}
	return fmt.Sprintf("FIGURE %s %.*f %s target %s%s %s", f.name, f.digits, f.value, f.unit, bound, strconv.FormatFloat(f.target, 'f', -1, 64), verdict)
}

// report prints the medians of both kinds, how far runs of one kind lie apart, and the figures. Without that spread a ratio near 1 says nothing.
func report(w io.Writer, o options, plain, recorded []sample, lost int64) {
	cpu, rate := sample.cpuPerRecord, sample.perSecond
	fmt.Fprintf(w, "\nhot job on Flink %s, parallelism %d, %d processors, %d runs of each kind, %s each after %s\n", o.flink, o.parallelism, runtime.NumCPU(), o.rounds, o.span, o.warm)
	server := func(s sample) float64 { return float64(s.server.Nanoseconds()) / float64(s.records) }
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "median (lowest-highest)\tplain\trecorded\n")
	fmt.Fprintf(table, "records per second\t%s\t%s\n", spread(plain, rate), spread(recorded, rate))
	fmt.Fprintf(table, "processor ns per record\t%s\t%s\n", spread(plain, cpu), spread(recorded, cpu))
	fmt.Fprintf(table, "server's ns per record\t-\t%s\n", spread(recorded, server))
	_ = table.Flush() // w decides; the caller's output is not checked line by line either
	fmt.Fprintf(w, "events lost by the agent: %d\n\n", lost)
	for _, f := range []figure{
		{"throughput_ratio", "recorded/plain", median(recorded, rate) / median(plain, rate), 3, 0.98, true},
		{"cpu_ratio", "recorded/plain", median(recorded, cpu) / median(plain, cpu), 3, 1.02, false},
		{"cpu_added", "ns/record", median(recorded, cpu) - median(plain, cpu), 0, 60, false},
		{"events_lost", "events", float64(lost), 0, 0, false},
	} {
		fmt.Fprintln(w, f)
	}
}

func sorted(samples []sample, of func(sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values
}

func median(samples []sample, of func(sample) float64) float64 {
	values := sorted(samples, of)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

func spread(samples []sample, of func(sample) float64) string {
	values := sorted(samples, of)
	return fmt.Sprintf("%.0f (%.0f-%.0f)", median(samples, of), values[0], values[len(values)-1])
}
