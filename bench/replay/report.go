package main

import (
	"fmt"
	"io"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
)

// results are all that was measured.
type results struct {
	options options
	of      recording
	plain   []pace
	cold    []time.Duration
	warm    []time.Duration
	steps   []time.Duration
}

func (r *results) print(w io.Writer) {
	of := &r.of
	fmt.Fprintf(w, "\nrecorded: %d invocations at %.0f records/s, %.0f a second of the TaskManager's processor; %d checkpoints, %.0f B on disk for each record\n",
		of.Last, of.perSecond(), float64(of.Events)/of.CPU.Seconds(), of.Restarts, float64(of.Bytes)/float64(of.Last))
	for _, p := range r.plain {
		fmt.Fprintf(w, "replayed: %s, %.0f records/s, %.0f a second of its thread's processor\n", p.verdict, p.perSecond(), float64(p.all)/p.cpu.Seconds())
	}
	for _, x := range []struct {
		name string
		of   []time.Duration
	}{{"cold", r.cold}, {"warm", r.warm}, {"step", r.steps}} {
		v := figures.Each(x.of, ms)
		fmt.Fprintf(w, "%s: %d, median %.1f ms, p95 %.1f, most %.1f\n", x.name, len(v), figures.Median(v), figures.Quantile(v, 0.95), figures.Quantile(v, 1))
	}
	for _, f := range r.figures() {
		fmt.Fprintln(w, f)
	}
}

func (r *results) figures() (all []figures.Figure) {
	if len(r.plain) > 0 {
		all = append(all, figures.New("replay_speed", "times the recorded run's", figures.Median(figures.Each(r.plain, func(p pace) float64 { return p.perSecond() / r.of.perSecond() })), 2, figures.Least, 3))
	}
	if len(r.warm) > 0 {
		all = append(all,
			figures.New("seek_cold_most", "ms", figures.Quantile(figures.Each(r.cold, ms), 1), 0, figures.Most, 5000),
			figures.New("seek_warm_p95", "ms", figures.Quantile(figures.Each(r.warm, ms), 0.95), 1, figures.Most, 200),
			figures.New("step_p95", "ms", figures.Quantile(figures.Each(r.steps, ms), 0.95), 1, figures.Most, 50))
	}
	return all
}
