package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/bench/marks"
	"github.com/sightglass/sightglass/tools/lab"
)

// sample is what one run of a job gave.
type sample struct {
	records  int64 // at its sources, between two marks
	wall     time.Duration
	cluster  time.Duration // processor time of JobManager and TaskManager, agent included, per second of wall time
	server   time.Duration // processor time of the server, likewise
	p99      []time.Duration
	resident int64  // bytes of the TaskManager's memory at the end
	stored   stored // what the server stored meanwhile
	span     time.Duration
	lost     float64
}

func (s sample) perSecond() float64        { return float64(s.records) / s.wall.Seconds() }
func (s sample) clusterPerRecord() float64 { return float64(s.cluster.Nanoseconds()) / s.perSecond() }
func (s sample) serverPerRecord() float64  { return float64(s.server.Nanoseconds()) / s.perSecond() }

// cpuPerRecord is everything that the run cost, ns.
func (s sample) cpuPerRecord() float64 { return s.clusterPerRecord() + s.serverPerRecord() }

func (s sample) p99Latency() float64 {
	values := make([]float64, len(s.p99))
	for i, l := range s.p99 {
		values[i] = float64(l.Microseconds())
	}
	return figures.Median(values)
}

// measure runs a job once and cancels it. rate is in events per second, 0 as fast as it goes.
func (s *stage) measure(ctx context.Context, w work, level string, rate float64) (sample, error) {
	cluster := s.cluster(level)
	log := cluster.TaskManagers[0].Log
	from, err := os.Stat(log)
	if err != nil {
		return sample{}, fmt.Errorf("finding the TaskManager's output: %w", err)
	}
	job, err := cluster.Run(ctx, s.jar, w.class, w.args(s.options.parallelism, level, rate)...)
	if err != nil {
		return sample{}, err
	}
	one, err := s.watch(ctx, cluster, job, log, from.Size())
	if err := errors.Join(err, cluster.Client().Cancel(context.WithoutCancel(ctx), job)); err != nil {
		return sample{}, fmt.Errorf("measuring %s at %s: %w", w.name, level, err)
	}
	s.lab.Say("%-9s %-9s %8.0f records/s  %6.0f ns per record, and %.0f of the server", w.name, level, one.perSecond(), one.clusterPerRecord(), one.serverPerRecord())
	return one, nil
}

func (s *stage) watch(ctx context.Context, cluster *lab.Flink, job, log string, offset int64) (sample, error) {
	if err := cluster.Client().AwaitJob(ctx, job, "RUNNING"); err != nil {
		return sample{}, err
	}
	if err := wait(ctx, s.options.warm); err != nil {
		return sample{}, err
	}
	before, err := s.clocks(ctx, cluster)
	if err != nil {
		return sample{}, err
	}
	if err := wait(ctx, s.options.span); err != nil {
		return sample{}, err
	}
	after, err := s.clocks(ctx, cluster)
	if err != nil {
		return sample{}, err
	}
	lines, err := marks.Read(log, offset, before.at, after.at)
	if err != nil {
		return sample{}, err
	}
	one, err := between(lines.Marks)
	if err != nil {
		return sample{}, err
	}
	one.span = after.at.Sub(before.at)
	span := one.span.Seconds()
	one.cluster = time.Duration(float64(after.cluster-before.cluster) / span)
	one.server = time.Duration(float64(after.server-before.server) / span)
	one.p99 = lines.P99
	one.stored = after.stored.since(before.stored)
	one.lost = after.stored.lost - before.stored.lost
	one.resident, err = resident(cluster.TaskManagers[0].PID)
	return one, err
}

// clocks are read at both ends of what is measured.
type clocks struct {
	at              time.Time
	cluster, server time.Duration
	stored          stored
}

func (s *stage) clocks(ctx context.Context, cluster *lab.Flink) (clocks, error) {
	c := clocks{at: time.Now()}
	for _, p := range cluster.Processes() {
		used, err := p.CPU()
		if err != nil {
			return c, err
		}
		c.cluster += used
	}
	var err error
	if c.server, err = s.server.CPU(); err != nil {
		return c, err
	}
	c.stored, err = readStored(ctx, s.url+"/metrics")
	return c, err
}

// wait lets the job run: a benchmark is the one place where time itself is what is waited for.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// between takes the first and the last mark.
func between(all []marks.Mark) (sample, error) {
	if len(all) < 2 {
		return sample{}, fmt.Errorf("the job made %d marks: measure longer with --span", len(all))
	}
	first, last := all[0], all[len(all)-1]
	return sample{records: last.Records - first.Records, wall: last.Wall.Sub(first.Wall)}, nil
}
