// Command access measures what looking into Kafka costs: masks, decoders and filters in this process, pages, scans and tails of a real broker through
// the built server, and the same scan by kcat piped into jq.
//
//	make bench-access                              a million records, about three minutes
//	go run ./bench/access -records 200000          a smaller topic
//
// The last lines are the figures: FIGURE <name> <value> <unit> target <target> met|missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/bench/stage"
	"github.com/sightglass/sightglass/tools/lab"
)

type options struct {
	records int
	pages   int
	rounds  int
	dir     string
	binary  string
}

func main() { figures.Main("bench-access", bench) }

func bench(ctx context.Context, args []string) (err error) {
	var o options
	flags := flag.NewFlagSet("access", flag.ContinueOnError)
	flags.IntVar(&o.records, "records", 1_000_000, "records of the topic, of 407 bytes each, in 12 partitions")
	flags.IntVar(&o.pages, "pages", 200, "first pages that are asked for")
	flags.IntVar(&o.rounds, "rounds", 5, "rounds of scans, in turns with kcat")
	flags.StringVar(&o.dir, "dir", filepath.Join("build", "bench-access"), "where broker and server are")
	flags.StringVar(&o.binary, "binary", filepath.Join("bin", "sightglass"), "the server's binary")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.records < 10_000 || o.pages < 1 || o.rounds < 1 {
		return errors.New("-records from 10000, -pages and -rounds from 1")
	}
	on, err := stage.New(o.dir, o.binary)
	if err != nil {
		return err
	}
	l, err := lab.Open(lab.Options{Progress: os.Stderr})
	if err != nil {
		return err
	}
	all, err := inProcess(ctx)
	if err != nil {
		return err
	}
	s := &looked{Stage: on, options: o}
	defer func() { err = errors.Join(err, s.Stop(context.WithoutCancel(ctx))) }()
	more, err := s.measure(ctx, l)
	if err != nil {
		return err
	}
	for _, f := range append(all, more...) {
		fmt.Println(f)
	}
	return nil
}
