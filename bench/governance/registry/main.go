// Command registry measures how fast the schema registry answers, how long a registration takes that is compared with a hundred versions, what a
// proxy adds to another registry's answers, and how long a pair of schemas of 500 fields takes in each language.
//
//	go run ./bench/governance/registry                 half a minute
//	go run ./bench/governance/registry -seconds 30     for quiet machines
//
// The last lines are the figures: FIGURE <name> <value> <unit> target <target> met|missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
)

type options struct {
	seconds       int
	registrations int
}

func main() { figures.Main("bench-governance", bench) }

func bench(ctx context.Context, args []string) (err error) {
	var o options
	flags := flag.NewFlagSet("governance", flag.ContinueOnError)
	flags.IntVar(&o.seconds, "seconds", 5, "how long ids are asked for")
	flags.IntVar(&o.registrations, "registrations", 100, "registrations that are compared with 100 versions")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.seconds < 1 || o.registrations < 20 {
		return errors.New("-seconds from 1, -registrations from 20")
	}
	dir, err := os.MkdirTemp("", "bench-governance-")
	if err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	all, err := ofRegistry(ctx, dir, o)
	if err != nil {
		return err
	}
	pairs, err := compatibility()
	if err != nil {
		return err
	}
	for _, f := range append(all, pairs...) {
		fmt.Println(f)
	}
	return nil
}

// percentile of durations that are sorted, in milliseconds.
func percentile(sorted []time.Duration, p float64) float64 {
	at := min(int(p*float64(len(sorted))), len(sorted)-1)
	return float64(sorted[at].Nanoseconds()) / 1e6
}
