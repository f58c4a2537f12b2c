// Command store measures the store: a generated recording goes through ingest into a store on disk, and questions are asked of it.
//
//	make bench-store                               recordings of 1, 10, 50 and 100 million events, beside DuckDB where there is a C compiler
//	go run ./bench/store -sizes 1 -events 1        a small one
//	go run -tags duckdb ./bench/store              DuckDB over the Parquet export as well (small sizes); needs a C++ compiler
//	go run ./bench/store -reuse                    ask again what an earlier run recorded in -dir
//
// The recording is made by a seeded generator (internal/ingest/ingesttest, Reference), which knows the answers. Server and questions run in processes
// of their own, so that processor time and memory are theirs alone. The last lines are the figures:
// FIGURE <name> <value> <unit> target <target> met|missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

type options struct {
	sizes     []int // million events
	events    int   // million events: the size that figures are of
	dir       string
	seed      uint64
	questions int
	texts     int // million events: the texts of larger recordings are not indexed, and not searched
	reuse     bool
	svg       string
	only      string // questions; empty = all
	profile   string // where children write profiles; empty = nowhere
	role      string // of a child process
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:])
	if err == nil {
		switch o.role {
		case roleServe:
			err = profiled(o, func() error { return serve(ctx, o.dir, os.Stdin, os.Stdout) })
		case roleAsk:
			err = profiled(o, func() error { return ask(ctx, o, os.Stdout) })
		default:
			err = bench(ctx, o, os.Stdout)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-store:", err)
		stop()
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("store", flag.ContinueOnError)
	sizes := flags.String("sizes", "1,10,50,100", "how many million events the recordings have, for how cost grows")
	flags.IntVar(&o.events, "events", 50, "the size, in million events, that the figures are of")
	flags.StringVar(&o.dir, "dir", filepath.Join("build", "bench-store"), "where recordings are kept: about 45 bytes for each event")
	flags.Uint64Var(&o.seed, "seed", 1, "of recordings and questions")
	flags.IntVar(&o.questions, "questions", 200, "of each kind")
	flags.IntVar(&o.texts, "texts", 1, "index and search the texts of recordings of up to so many million events: an index takes some 20 s for each million")
	flags.BoolVar(&o.reuse, "reuse", false, "ask recordings that an earlier run left in -dir")
	flags.StringVar(&o.svg, "svg", "", "draw how cost grows into this file")
	flags.StringVar(&o.only, "only", "", "ask questions of these names alone, with commas between")
	flags.StringVar(&o.profile, "profile", "", "write processor profiles of server and questions into this folder")
	flags.StringVar(&o.role, "role", "", "what a child process does")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for _, s := range strings.Split(*sizes, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return o, fmt.Errorf("-sizes %s: numbers of a million events, at least 1", *sizes)
		}
		o.sizes = append(o.sizes, n)
	}
	if !slices.Contains(o.sizes, o.events) {
		o.sizes = append(o.sizes, o.events)
	}
	slices.Sort(o.sizes)
	o.sizes = slices.Compact(o.sizes)
	if o.questions < 1 {
		return o, fmt.Errorf("-questions %d: at least 1", o.questions)
	}
	return o, nil
}

// profiled writes a processor profile of do when one is wanted.
func profiled(o options, do func() error) error {
	if o.profile == "" {
		return do()
	}
	f, err := os.Create(filepath.Join(o.profile, o.role+"-"+filepath.Base(o.dir)+".cpu"))
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = do()
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}
