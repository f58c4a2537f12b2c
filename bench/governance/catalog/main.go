// Command governance measures the catalog: searches and lineage maps over a generated estate, in this process.
//
//	make bench-governance                            10,000 topics with 500,000 fields, a few minutes
//	go run ./bench/governance/catalog -topics 1000           a smaller estate
//
// The last lines are the figures: FIGURE <name> <value> <unit> target <target> met|missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/sightglass/sightglass/bench/figures"
)

type options struct{ topics, fields, jobs, asks int }

func main() { figures.Main("bench-governance", bench) }

func bench(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("governance", flag.ContinueOnError)
	flags.IntVar(&o.topics, "topics", 10_000, "topics of the estate")
	flags.IntVar(&o.fields, "fields", 50, "fields of each")
	flags.IntVar(&o.jobs, "jobs", 2_000, "jobs, each of which reads two topics and writes one")
	flags.IntVar(&o.asks, "asks", 300, "searches")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.topics < 10 || o.fields < 1 || o.jobs < 1 || o.asks < 20 {
		return errors.New("-topics from 10, -fields and -jobs from 1, -asks from 20")
	}
	all, err := catalogFigures(ctx, o)
	if err != nil {
		return err
	}
	for _, f := range all {
		fmt.Println(f)
	}
	return nil
}
