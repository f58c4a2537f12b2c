// Command lineagemap measures a map of 2,000 jobs and 2,000 topics in a browser: laid out, pulled about, zoomed and searched. It starts the built
// server, and the browser's story (web/e2e/bench), which prints the figures.
//
//	go run ./bench/governance/lineagemap             half a minute; it needs Chromium, or SIGHTGLASS_BROWSER
//
// The figures are lines FIGURE <name> <value> <unit> target <target> met|missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/bench/stage"
)

func main() { figures.Main("bench-governance", bench) }

func bench(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("governance", flag.ContinueOnError)
	dir := flags.String("dir", filepath.Join("build", "bench-map"), "where the server is")
	binary := flags.String("binary", filepath.Join("bin", "sightglass"), "the server's binary, with the web UI")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := stage.New(*dir, *binary)
	if err != nil {
		return err
	}
	if err := s.Clear(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop(context.WithoutCancel(ctx))) }()
	if err := s.Serve(ctx); err != nil {
		return err
	}
	browser := exec.CommandContext(ctx, "npm", "--prefix", "web", "run", "--silent", "e2e")
	browser.Env = append(os.Environ(), "NO_COLOR=1", "SIGHTGLASS_STORIES=bench", "SIGHTGLASS_URL="+s.Address)
	browser.Stdout, browser.Stderr = os.Stdout, os.Stderr
	if err := browser.Run(); err != nil {
		return fmt.Errorf("the browser's story: %w", err)
	}
	return nil
}
