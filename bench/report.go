package main

import (
	"fmt"
	"io"
	"runtime"
	"text/tabwriter"

	"github.com/sightglass/sightglass/bench/figures"
)

// kind is what is compared: a work and how it is recorded.
type kind struct{ work, level string }

// atLoad is the work of the runs at 70 % load.
const atLoad = "at-load"

// results are all runs.
type results struct {
	options options
	runs    map[kind][]sample
	spent   []share // of the profile
}

func (r *results) add(work, level string, one sample) {
	k := kind{work, level}
	r.runs[k] = append(r.runs[k], one)
}

// ratios are those of the pairs: runs of one round, the recorded one over the plain one.
func (r *results) ratios(k kind, of func(sample) float64) []float64 {
	bare, recorded := r.runs[kind{k.work, plain}], r.runs[k]
	ratios := make([]float64, min(len(bare), len(recorded)))
	for i := range ratios {
		ratios[i] = of(recorded[i]) / of(bare[i])
	}
	return ratios
}

var throughputTargets = map[string]float64{"positions": 0.98, "flight": 0.93, "trace": 0.80, "sampled": 0.95}

func (r *results) print(w io.Writer) {
	o := r.options
	fmt.Fprintf(w, "\nFlink %s, parallelism %d, %d processors for job, agent and server, %d runs of each kind in turns, %s each after %s\n", o.flink, o.parallelism, runtime.NumCPU(), o.pairs, o.span, o.warm)
	fmt.Fprintf(w, "median (lowest-highest); ratios are those of runs of one round\n\n")
	r.table(w)
	r.profileTable(w)
	for _, f := range r.figures() {
		fmt.Fprintln(w, f)
	}
}

func (r *results) table(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "work\trecorded\trecords/s\tratio\tns/record\tratio\tof it server\tbytes/event\tbytes/record\tresident MB\tlost events")
	for _, work := range append(append([]string{}, r.options.work...), atLoad) {
		for _, level := range append([]string{plain}, levelNames...) {
			runs := r.runs[kind{work, level}]
			if len(runs) == 0 {
				continue
			}
			k := kind{work, level}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%.0f\t%.2f\t%.3f\t%.0f\t%.0f\n", work, level,
				figures.Spread(figures.Each(runs, sample.perSecond), 0), figures.Spread(r.ratios(k, sample.perSecond), 3),
				figures.Spread(figures.Each(runs, sample.cpuPerRecord), 0), figures.Spread(r.ratios(k, sample.cpuPerRecord), 3),
				figures.Median(figures.Each(runs, sample.serverPerRecord)), figures.Median(figures.Each(runs, sample.bytesPerEvent)), figures.Median(figures.Each(runs, sample.bytesPerRecord)),
				figures.Median(figures.Each(runs, func(s sample) float64 { return float64(s.resident) / (1 << 20) })), sum(figures.Each(runs, func(s sample) float64 { return s.lost })))
		}
	}
	_ = t.Flush() // w decides; the caller's output is not checked line by line either
	fmt.Fprintln(w)
}

func (r *results) figures() []figures.Figure {
	var all []figures.Figure
	for _, level := range r.options.levels {
		var means []float64
		for _, work := range r.options.work {
			k := kind{work, level}
			if len(r.runs[k]) == 0 || work == hot {
				continue
			}
			ratio := figures.Median(r.ratios(k, sample.perSecond))
			means = append(means, ratio)
			all = append(all, figures.New("throughput_"+work+"_"+level, "recorded/plain", ratio, 3, figures.Least, throughputTargets[level]))
			cpu := figures.Figure{Name: "cpu_" + work + "_" + level, Unit: "recorded/plain", Value: figures.Median(r.ratios(k, sample.cpuPerRecord)), Digits: 3}
			if level == "positions" { // the promise: at most 2 % of the job's processor time
				cpu.Bound, cpu.Target = figures.Most, 1.02
			}
			all = append(all, cpu)
			if level == "positions" {
				all = append(all, figures.New("determinants_"+work, "B/record", figures.Median(figures.Each(r.runs[k], sample.determinantsPerRecord)), 4, figures.Most, 0.05))
			}
			// What was lost was not recorded: a level that loses looks cheaper than it is.
			all = append(all, figures.New("lost_"+work+"_"+level, "events", sum(figures.Each(r.runs[k], func(s sample) float64 { return s.lost })), 0, figures.Most, 0))
		}
		if len(means) > 0 {
			all = append(all, figures.New("throughput_all_"+level, "recorded/plain", figures.Geometric(means), 3, figures.Least, throughputTargets[level]))
		}
		all = append(all, r.hotFigures(level)...)
	}
	if loaded := r.ratios(kind{atLoad, "positions"}, sample.p99Latency); len(loaded) > 0 {
		all = append(all, figures.New("latency_p99_positions", "recorded/plain", figures.Median(loaded), 3, figures.Most, 1.02))
	}
	return all
}

// hotFigures are of the bare hot path: what a level adds to a record.
func (r *results) hotFigures(level string) []figures.Figure {
	k := kind{hot, level}
	bare := r.runs[kind{hot, plain}]
	added := make([]float64, min(len(bare), len(r.runs[k])))
	for i := range added {
		added[i] = r.runs[k][i].clusterPerRecord() - bare[i].clusterPerRecord()
	}
	if len(added) == 0 {
		return nil
	}
	f := figures.Figure{Name: "hot_added_" + level, Unit: "ns/record", Value: figures.Median(added), Digits: 0}
	switch level {
	case "positions":
		f.Bound, f.Target = figures.Most, 10
	case "flight":
		f.Bound, f.Target = figures.Most, 60
	}
	return []figures.Figure{f}
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

func total(byLane map[string]float64) float64 {
	all := 0.0
	for _, n := range byLane {
		all += n
	}
	return all
}

func (s sample) measured() float64 { return s.perSecond() * s.span.Seconds() }
func (s sample) bytesPerEvent() float64 {
	return total(s.stored.bytes) / max(total(s.stored.events), 1)
}
func (s sample) bytesPerRecord() float64 { return total(s.stored.bytes) / s.measured() }

// determinantsPerRecord are the bytes that replay needs beyond the inputs: the order of elements, what came from outside, and where sources read.
func (s sample) determinantsPerRecord() float64 {
	return (s.stored.bytes["det"] + s.stored.bytes["env"] + s.stored.bytes["src"]) / s.measured()
}
