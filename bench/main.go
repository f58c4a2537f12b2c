// Command bench measures what recording costs jobs: one cluster without the agent and one with it run the same work in turns on one machine, so
// that what else the machine does meets both alike.
//
//	make bench-agent                                        everything, about an hour
//	go run ./bench --work dedup --levels flight --pairs 7   one piece of it
//	go run ./bench --flink 1.20
//
// What server and agent use, in their own threads and processes, counts as a cost of recording. The last lines are the figures:
// FIGURE <name> <value> <unit> target <target> met|missed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/tools/lab"
)

type options struct {
	flink       string
	binary      string
	work        []string
	levels      []string
	parallelism int
	pairs       int
	warm, span  time.Duration
	latency     bool
	profile     bool
}

func main() { figures.Main("bench", bench) }

func bench(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	l, err := lab.Open(lab.Options{Progress: os.Stderr})
	if err != nil {
		return err
	}
	if o.binary == "" {
		o.binary = filepath.Join(l.Repository, "bin", "sightglass")
	}
	if _, err := os.Stat(o.binary); err != nil {
		return fmt.Errorf("the benchmark needs %s: run make build first", o.binary)
	}
	if o.flink, err = l.Versions.Flink(o.flink); err != nil {
		return err
	}
	s := &stage{lab: l, options: o, dir: filepath.Join(l.Repository, "build", "bench")}
	return s.run(ctx)
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	works := flags.String("work", strings.Join(workNames(), ","), "what runs, of "+strings.Join(workNames(), ", "))
	levels := flags.String("levels", strings.Join(levelNames, ","), "how it is recorded, of "+strings.Join(levelNames, ", "))
	flags.StringVar(&o.flink, "flink", "", "Flink's version, such as 2.3 or 1.20")
	flags.StringVar(&o.binary, "binary", "", "the server's binary; default bin/sightglass")
	flags.IntVar(&o.parallelism, "parallelism", 2, "of the jobs")
	flags.IntVar(&o.pairs, "pairs", 7, "runs of each kind")
	flags.DurationVar(&o.warm, "warm", 4*time.Second, "left out at the start of each run")
	flags.DurationVar(&o.span, "span", 4*time.Second, "measured of each run")
	flags.BoolVar(&o.latency, "latency", true, "measure latency at 70 % load as well")
	flags.BoolVar(&o.profile, "profile", true, "print where the agent's time goes")
	_ = flags.Parse(args) // it exits
	o.work, o.levels = strings.Split(*works, ","), strings.Split(*levels, ",")
	for _, w := range o.work {
		if !slices.Contains(workNames(), w) {
			return o, fmt.Errorf("--work %s: there are %s", w, strings.Join(workNames(), ", "))
		}
	}
	for _, level := range o.levels {
		if !slices.Contains(levelNames, level) {
			return o, fmt.Errorf("--levels %s: there are %s", level, strings.Join(levelNames, ", "))
		}
	}
	if o.pairs < 1 {
		return o, fmt.Errorf("--pairs %d: at least 1", o.pairs)
	}
	return o, nil
}
