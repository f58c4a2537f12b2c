// Command replay measures replays: a job runs as fast as it goes and is recorded; then its keyed task runs again, and a session seeks to records of it,
// steps and traces.
//
//	make bench-replay                          ten million records, about ten minutes
//	go run ./bench/replay -events 2            a smaller recording, in million
//	go run ./bench/replay -reuse               ask again what an earlier run recorded in -dir
//
// Seeks and steps are asked of the built server through its API. The last lines are the figures:
// FIGURE <name> <value> <unit> target <target> met|missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/tools/lab"
)

type options struct {
	events   int // million
	dir      string
	flink    string
	binary   string
	seed     uint64
	cold     int
	seeks    int
	steps    int
	warmup   int
	traces   int
	replayed int // million
	reuse    bool
	only     string
}

func main() { figures.Main("bench-replay", bench) }

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.IntVar(&o.events, "events", 10, "million records of the task that are recorded: about 200 bytes each on disk")
	flags.StringVar(&o.dir, "dir", filepath.Join("build", "bench-replay"), "where cluster, server and recording are")
	flags.StringVar(&o.flink, "flink", "", "Flink's version, such as 2.3 or 1.20")
	flags.StringVar(&o.binary, "binary", filepath.Join("bin", "sightglass"), "the server's binary")
	flags.Uint64Var(&o.seed, "seed", 1, "of the places that are sought")
	flags.IntVar(&o.cold, "cold", 10, "sessions that are opened at a random record")
	flags.IntVar(&o.seeks, "seeks", 200, "random records that one session is asked for")
	flags.IntVar(&o.warmup, "warmup", 40, "random records before those; then nothing is asked until the session is warm")
	flags.IntVar(&o.steps, "steps", 400, "steps, half of them backwards")
	flags.IntVar(&o.traces, "traces", 100, "records that are traced by a task that waits before them")
	flags.IntVar(&o.replayed, "replayed", 4, "million invocations that run again at each level")
	flags.BoolVar(&o.reuse, "reuse", false, "ask the recording that an earlier run left in -dir")
	flags.StringVar(&o.only, "only", "", "measure this alone: speed, seeks")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for _, f := range []struct {
		name string
		n    int
	}{{"events", o.events}, {"cold", o.cold}, {"warmup", o.warmup}, {"seeks", o.seeks}, {"steps", o.steps}, {"traces", o.traces}, {"replayed", o.replayed}} {
		if f.n < 1 {
			return o, fmt.Errorf("-%s %d: at least 1", f.name, f.n)
		}
	}
	return o, nil
}

func bench(ctx context.Context, args []string) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	l, err := lab.Open(lab.Options{Progress: os.Stderr})
	if err != nil {
		return err
	}
	if o.binary, err = filepath.Abs(o.binary); err != nil {
		return err
	}
	if _, err := os.Stat(o.binary); err != nil {
		return fmt.Errorf("the benchmark needs %s: run make build first", o.binary)
	}
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return err
	}
	if o.flink, err = l.Versions.Flink(o.flink); err != nil {
		return err
	}
	s := &stage{lab: l, options: o}
	defer func() { err = errors.Join(err, s.stop(context.WithoutCancel(ctx))) }()
	r := results{options: o}
	if r.of, err = s.recorded(ctx); err != nil {
		return err
	}
	if o.only != "speed" {
		if err := s.seek(ctx, &r); err != nil {
			return err
		}
	}
	// The store is one process's at a time.
	if err := s.stop(ctx); err != nil {
		return err
	}
	if err := s.inside(ctx, &r); err != nil {
		return err
	}
	r.print(os.Stdout)
	return nil
}
