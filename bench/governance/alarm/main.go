// Command alarm measures how soon a violation is seen: a real broker, the built server with its engine of checks, records appended to a topic, and the
// server's API asked until it tells the violation.
//
//	go run ./bench/governance/alarm                  a minute and a half
//
// Good records come all the while, of which the engine has to look at every one. The last lines are the figures:
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
	"github.com/sightglass/sightglass/bench/stage"
	"github.com/sightglass/sightglass/tools/lab"
)

type options struct {
	rounds int
	rate   int
	dir    string
	binary string
}

func main() { figures.Main("bench-governance", bench) }

func bench(ctx context.Context, args []string) (err error) {
	var o options
	flags := flag.NewFlagSet("governance", flag.ContinueOnError)
	flags.IntVar(&o.rounds, "rounds", 60, "violations, one after the other")
	flags.IntVar(&o.rate, "rate", 1000, "good records a second")
	flags.StringVar(&o.dir, "dir", filepath.Join("build", "bench-governance"), "where broker and server are")
	flags.StringVar(&o.binary, "binary", filepath.Join("bin", "sightglass"), "the server's binary")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.rounds < 20 || o.rate < 10 {
		return errors.New("-rounds from 20, -rate from 10")
	}
	on, err := stage.New(o.dir, o.binary)
	if err != nil {
		return err
	}
	l, err := lab.Open(lab.Options{Progress: os.Stderr})
	if err != nil {
		return err
	}
	s := &watched{Stage: on, options: o}
	defer func() { err = errors.Join(err, s.Stop(context.WithoutCancel(ctx))) }()
	if err := s.start(ctx, l); err != nil {
		return err
	}
	all, err := s.alarms(ctx)
	if err != nil {
		return err
	}
	for _, f := range all {
		fmt.Println(f)
	}
	return nil
}
