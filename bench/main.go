// Command bench measures what recording costs a hot job: one cluster without the agent and one with it run the same job in turns on one machine, so that
// what else the machine does meets both alike.
//
//	go run ./bench                          both levels of figures, about four minutes
//	go run ./bench --flink 1.20 --rounds 6
//
// The last lines are the figures: FIGURE <name> <value> <unit> target <target> met|missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

type options struct {
	flink       string
	binary      string
	parallelism int
	rounds      int
	warm, span  time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := bench(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func bench(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	var o options
	flags.StringVar(&o.flink, "flink", "", "Flink's version, such as 2.3 or 1.20")
	flags.StringVar(&o.binary, "binary", "", "the server's binary; default bin/sightglass")
	flags.IntVar(&o.parallelism, "parallelism", 2, "of the job")
	flags.IntVar(&o.rounds, "rounds", 4, "runs of each kind")
	flags.DurationVar(&o.warm, "warm", 10*time.Second, "left out at the start of each run")
	flags.DurationVar(&o.span, "span", 12*time.Second, "measured of each run")
	_ = flags.Parse(args)
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
	err = s.run(ctx)
	return errors.Join(err, s.stop(context.WithoutCancel(ctx)))
}
