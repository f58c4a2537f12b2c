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
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/tools/lab"
)

const grace = 20 * time.Second

func main() { figures.Main("bench-governance", bench) }

func bench(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("governance", flag.ContinueOnError)
	dir := flags.String("dir", filepath.Join("build", "bench-map"), "where the server is")
	binary := flags.String("binary", filepath.Join("bin", "sightglass"), "the server's binary, with the web UI")
	if err := flags.Parse(args); err != nil {
		return err
	}
	at, err := filepath.Abs(*dir)
	if err != nil {
		return err
	}
	path, err := filepath.Abs(*binary)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("the benchmark needs %s: run make build first", path)
	}
	if err := errors.Join(os.RemoveAll(at), os.MkdirAll(at, 0o755)); err != nil {
		return fmt.Errorf("making the benchmark's folder: %w", err)
	}
	ports, err := lab.FreePorts(3)
	if err != nil {
		return err
	}
	local := func(i int) string { return fmt.Sprintf("127.0.0.1:%d", ports[i]) }
	server, err := lab.Start(lab.Command{
		Name: "server", Path: path, Dir: at, Log: filepath.Join(at, "log", "server.log"),
		Args: []string{"up", "--data", filepath.Join(at, "data"), "--listen", local(0), "--agent-listen", local(1), "--registry-listen", local(2)},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx), grace)) }()
	if err := lab.AwaitHTTP(ctx, "http://"+local(0)+"/readyz", server); err != nil {
		return err
	}
	browser := exec.CommandContext(ctx, "npm", "--prefix", "web", "run", "--silent", "e2e")
	browser.Env = append(os.Environ(), "NO_COLOR=1", "SIGHTGLASS_STORIES=bench", "SIGHTGLASS_URL=http://"+local(0))
	browser.Stdout, browser.Stderr = os.Stdout, os.Stderr
	if err := browser.Run(); err != nil {
		return fmt.Errorf("the browser's story: %w", err)
	}
	return nil
}
