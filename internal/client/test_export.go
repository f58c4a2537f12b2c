package client

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/folder"
)

// TestQuery chooses a moment and how its test is made.
type TestQuery struct {
	Recording string
	Position  string
	Before    int // -1 = as many as the server thinks right
	Expect    string
	Name      string
	Package   string
	POM       bool
	Replay    string // id of the replay that tells what was done with keys; empty = any
}

// ExportTest gives a moment of a recording as a JUnit test.
func (c *Client) ExportTest(ctx context.Context, q TestQuery) (*Answer[gen.TestExport], error) {
	v := url.Values{"before": {strconv.Itoa(q.Before)}}
	setText(v, "expect", q.Expect)
	setText(v, "name", q.Name)
	setText(v, "package", q.Package)
	setText(v, "replay", q.Replay)
	if q.POM {
		v.Set("pom", "true")
	}
	return get[gen.TestExport](ctx, c, v, "recordings", q.Recording, "tests", q.Position)
}

// WriteTest writes the files of a test into the folder dir, which must not be there yet, or be empty. The folder appears whole or not
// at all. Errors: ErrFolder.
func WriteTest(t *gen.TestExport, dir string) error {
	draft, err := folder.New(dir)
	if err != nil {
		return err
	}
	defer draft.Discard()
	packed, err := base64.StdEncoding.DecodeString(t.Zip)
	if err != nil {
		return fmt.Errorf("the test came torn: %w", err)
	}
	files, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return fmt.Errorf("the test came torn: %w", err)
	}
	for _, f := range files.File {
		if err := addPacked(draft, f); err != nil {
			return err
		}
	}
	return draft.Commit()
}

// addPacked adds one file of a zip to a folder in the making.
func addPacked(to *folder.Draft, f *zip.File) error {
	content, err := f.Open()
	if err != nil {
		return fmt.Errorf("unpacking %s: %w", f.Name, err)
	}
	defer content.Close()
	return to.Add(filepath.FromSlash(f.Name), int64(f.UncompressedSize64), content)
}
