// Command pages writes the reference pages and the table of doors; the command generate runs it.
package main

import (
	"fmt"
	"os"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/arch"
	"github.com/sightglass/sightglass/internal/cli"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/export"
	"github.com/sightglass/sightglass/internal/server"
	"github.com/sightglass/sightglass/tools/generate/output"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run() error {
	http, err := api.Reference()
	if err != nil {
		return fmt.Errorf("describing the API: %w", err)
	}
	for path, content := range map[string][]byte{
		"docs/reference/http.md":    http,
		"docs/reference/cli.md":     cli.Reference(),
		"docs/reference/config.md":  config.Reference(),
		"docs/reference/metrics.md": server.MetricsReference(),
		"docs/reference/parquet.md": export.Reference(),
	} {
		if err := output.Write(path, content); err != nil {
			return err
		}
	}
	return doors()
}

// doors prints the table of rooms into the map.
func doors() error {
	f, err := os.Open("internal/arch/doors.txt")
	if err != nil {
		return err
	}
	defer f.Close()
	table, err := arch.ParseTable(f)
	if err != nil {
		return err
	}
	page, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		return err
	}
	spliced, err := table.Splice(string(page))
	if err != nil {
		return fmt.Errorf("ARCHITECTURE.md: %w", err)
	}
	return output.Write("ARCHITECTURE.md", []byte(spliced))
}
