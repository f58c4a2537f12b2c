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
	paces   []pace
	cold    []answer
	warming []answer
	idle    answer // until the session was warm, behind those
	warm    []answer
	steps   []answer
	traces  []time.Duration
}

// perCPU is records a second of the TaskManager's processor: source, task, sink and agent.
func (r *recording) perCPU() float64 { return float64(r.Events) / r.CPU.Seconds() }

func (p *pace) perCPU() float64 { return float64(p.all) / p.cpu.Seconds() }

func (r *results) print(w io.Writer) {
	of := &r.of
	fmt.Fprintf(w, "\nrecorded: %d invocations at %.0f records/s, %.0f a second of the TaskManager's processor; %d checkpoints, %.0f B on disk for each record\n",
		of.Last, of.perSecond(), of.perCPU(), of.Starts, float64(of.Bytes)/float64(of.Last))
	for _, p := range r.paces {
		fmt.Fprintf(w, "replayed and recorded at %s: %.0f records/s, %.0f a second of all processors, %.0f of the task's thread; %d of %d outputs equal\n",
			p.level, p.perSecond(), p.perCPU(), p.perThread, p.equal, p.recorded)
	}
	fmt.Fprintf(w, "warm after %.1f s that nothing was asked, %.1f s of processors\n", r.idle.wall.Seconds(), r.idle.cpu.Seconds())
	for _, x := range []struct {
		name string
		of   []answer
	}{{"cold", r.cold}, {"warming", r.warming}, {"warm", r.warm}, {"step", r.steps}} {
		v, c := figures.Each(x.of, answer.wallMS), figures.Each(x.of, answer.cpuMS)
		fmt.Fprintf(w, "%s: %d, median %.1f ms, p95 %.1f, most %.1f; of processors of server and replayer median %.0f ms, p95 %.0f\n",
			x.name, len(v), figures.Median(v), figures.Quantile(v, 0.95), figures.Quantile(v, 1), figures.Median(c), figures.Quantile(c, 0.95))
	}
	for _, f := range r.figures() {
		fmt.Fprintln(w, f)
	}
}

func (r *results) figures() (all []figures.Figure) {
	for _, p := range r.paces {
		bound := figures.None
		if p.level == "positions" {
			bound = figures.Least
		}
		all = append(all,
			figures.New("replay_speed_"+p.level, "times the recorded run's", p.perSecond()/r.of.perSecond(), 2, bound, 3),
			figures.New("replay_processor_"+p.level, "records a processor second, times the recorded run's", p.perCPU()/r.of.perCPU(), 2, figures.None, 0))
	}
	if len(r.warm) > 0 {
		all = append(all,
			figures.New("seek_cold_most", "ms", figures.Quantile(figures.Each(r.cold, answer.wallMS), 1), 0, figures.Most, 5000),
			figures.New("seek_warm_p95", "ms", figures.Quantile(figures.Each(r.warm, answer.wallMS), 0.95), 1, figures.Most, 200),
			figures.New("seek_warm_p95_processor", "ms", figures.Quantile(figures.Each(r.warm, answer.cpuMS), 0.95), 0, figures.None, 0),
			figures.New("step_p95", "ms", figures.Quantile(figures.Each(r.steps, answer.wallMS), 0.95), 1, figures.Most, 50),
			figures.New("trace_p95", "ms", figures.Quantile(figures.Each(r.traces, ms), 0.95), 1, figures.Most, 20))
	}
	return all
}
