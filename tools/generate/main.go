// Command generate writes what is made from other files of the repository: the OpenAPI document from the handlers, the Go
// client's types from that document, and the reference pages. Run it in the repository's root (make gen); the tests of the
// packages compare what is committed with what it would write. web/src/api takes its types from spec/openapi.json by npm.
//
// It is built without the client, whose types it makes: they may lack what the client uses already. What needs the client is in
// the command pages, which it runs at its end.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/tools/generate/output"
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
	if err := output.Write("spec/openapi.json", document.V31); err != nil {
		return err
	}
	if err := types(document.V30); err != nil {
		return err
	}
	pages := exec.Command("go", "run", "./tools/generate/pages")
	pages.Stdout, pages.Stderr = os.Stdout, os.Stderr
	if err := pages.Run(); err != nil {
		return fmt.Errorf("writing the reference pages: %w", err)
	}
	return nil
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
	return output.Write("gen/openapi.sum", []byte(api.Sum(v30)+"\n"))
}
