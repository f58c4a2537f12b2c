package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/sightglass/sightglass/tools/lab"
)

type options struct {
	flinks   []string
	shapes   string // names with commas, or all
	configs  []config
	level    string
	coverage string // file to write; empty: none
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "matrix:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	flinks := flag.String("flink", "2.3,1.20", "versions of Flink, with commas")
	shapes := flag.String("shapes", "all", "names of shapes, with commas, or all")
	backends := flag.String("backends", "hashmap,rocksdb", "state backends")
	modes := flag.String("modes", "aligned,unaligned", "modes of checkpoints")
	reuse := flag.String("reuse", "off,on", "object reuse")
	level := flag.String("level", "flight", "what is recorded: positions, flight or trace")
	again := flag.Bool("replay", false, "run every attempt that was recorded again, instead of comparing with a job that is not recorded")
	coverage := flag.String("coverage", "", "file to write the table of results to")
	flag.Parse()
	o := options{flinks: strings.Split(*flinks, ","), shapes: *shapes, level: *level, coverage: *coverage}
	for _, backend := range strings.Split(*backends, ",") {
		for _, mode := range strings.Split(*modes, ",") {
			for _, r := range strings.Split(*reuse, ",") {
				c := config{backend: backend, unaligned: mode == "unaligned", reuse: r == "on"}
				if !slices.Contains([]string{"hashmap", "rocksdb"}, backend) || !slices.Contains([]string{"aligned", "unaligned"}, mode) || !slices.Contains([]string{"off", "on"}, r) {
					return fmt.Errorf("no configuration %s, %s, %s; -h says what there is", backend, mode, r)
				}
				o.configs = append(o.configs, c)
			}
		}
	}
	l, err := lab.Open(lab.Options{Progress: os.Stderr})
	if err != nil {
		return err
	}
	binary := filepath.Join(l.Repository, "bin", "sightglass")
	if _, err := os.Stat(binary); err != nil {
		return fmt.Errorf("the matrix runs the built binary: make build first (%w)", err)
	}
	if *again {
		return replayAll(ctx, l, o, binary)
	}
	var all []cell
	for _, flink := range o.flinks {
		version, err := l.Versions.Flink(flink)
		if err != nil {
			return err
		}
		cells, err := matrixOf(ctx, l, o, version, binary)
		if err != nil {
			return err
		}
		all = append(all, cells...)
	}
	print(os.Stdout, all)
	if o.coverage != "" {
		if err := writeCoverage(o.coverage, o, all); err != nil {
			return err
		}
	}
	if failed := slices.IndexFunc(all, func(c cell) bool { return !c.held() }); failed >= 0 || len(all) == 0 {
		return fmt.Errorf("not every cell held")
	}
	return nil
}

// matrixOf runs all cells of one version.
func matrixOf(ctx context.Context, l *lab.Lab, o options, version, binary string) (cells []cell, err error) {
	s := &stage{lab: l, version: version, binary: binary, dir: filepath.Join(l.Repository, "build", "matrix", version), compares: true}
	defer func() {
		if stopErr := s.stop(context.WithoutCancel(ctx)); err == nil {
			err = stopErr
		}
	}()
	if err := s.start(ctx, o.level); err != nil {
		return nil, err
	}
	for _, c := range o.configs {
		if err := s.runBoth(ctx, c, o.shapes); err != nil {
			return nil, err
		}
		of, err := s.compare(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, one := range of {
			fmt.Println(one)
		}
		cells = append(cells, of...)
	}
	return cells, nil
}

// replayAll is the matrix of replays.
func replayAll(ctx context.Context, l *lab.Lab, o options, binary string) error {
	var all []replayed
	for _, flink := range o.flinks {
		version, err := l.Versions.Flink(flink)
		if err != nil {
			return err
		}
		of, err := replayMatrixOf(ctx, l, o, version, binary)
		if err != nil {
			return err
		}
		all = append(all, of...)
	}
	printReplays(os.Stdout, all)
	if o.coverage != "" {
		if err := writeReplays(o.coverage, o, all); err != nil {
			return err
		}
	}
	for i := range all {
		if !all[i].held() {
			return fmt.Errorf("not every attempt did what was recorded: %s", &all[i])
		}
	}
	if len(all) == 0 {
		return errors.New("nothing was replayed")
	}
	return nil
}
