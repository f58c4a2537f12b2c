// Command generate writes what is made from other files of the repository: the OpenAPI document from the handlers, the Go
// client's types from that document, and the reference pages. Run it in the repository's root (make gen); the tests of the
// packages compare what is committed with what it would write. web/src/api takes its types from spec/openapi.json by npm.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/arch"
	"github.com/sightglass/sightglass/internal/cli"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/export"
	"github.com/sightglass/sightglass/internal/server"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run() error {
	document, err := api.Describe()
	if err != nil {
		return fmt.Errorf("describing the API: %w", err)
	}
	if err := write("spec/openapi.json", document.V31); err != nil {
		return err
	}
	if err := types(document.V30); err != nil {
		return err
	}
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
		if err := write(path, content); err != nil {
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
	return write("ARCHITECTURE.md", []byte(spliced))
}

// types makes the Go client's types. The generator reads OpenAPI 3.0 and has a module file of its own, so that what it needs
// does not become a dependency of the product.
func types(v30 []byte) error {
	dir, err := os.MkdirTemp("", "openapi-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	in := filepath.Join(dir, "openapi.json")
	if err := os.WriteFile(in, v30, 0o600); err != nil {
		return err
	}
	c := exec.Command("go", "tool", "-modfile=gen/tool.mod", "oapi-codegen", "-config", "gen/oapi-codegen.yaml", "-o", "gen/types.go", in)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("making the client's types: %w", err)
	}
	return write("gen/openapi.sum", []byte(api.Sum(v30)+"\n"))
}

func write(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == string(content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	fmt.Println("writing", path)
	return os.WriteFile(path, content, 0o644)
}
