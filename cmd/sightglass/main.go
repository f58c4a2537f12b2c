// Command sightglass is the flight recorder's one program: server, web UI and command line.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/sightglass/sightglass/internal/cli"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = "0.1.0-dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, os.Args[1:], cli.Standard(), version)
	stop()
	os.Exit(code)
}
