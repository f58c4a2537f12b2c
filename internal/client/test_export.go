package client

import (
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
	for _, f := range t.Files {
		b, err := base64.StdEncoding.DecodeString(f.Content)
		if err != nil {
			return fmt.Errorf("%s came torn: %w", f.Path, err)
		}
		if err := draft.Add(filepath.FromSlash(f.Path), int64(len(b)), bytes.NewReader(b)); err != nil {
			return err
		}
	}
	return draft.Commit()
}
