package client

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/sightglass/sightglass/internal/folder"
)

// ExportQuery chooses what is exported. Zero values: all of the recording.
type ExportQuery struct {
	Recording string
	Op        string
	From, To  string
}

// ExportProgress is how far an export is.
type ExportProgress struct {
	Events int64 `json:"events"`
	Of     int64 `json:"of"`
	Bytes  int64 `json:"-"` // that arrived
}

// ExportManifest is what an export says of itself (docs/reference/parquet.md).
type ExportManifest struct {
	Recording struct {
		ID  string `json:"id"`
		Job string `json:"job"`
	} `json:"recording"`
	Complete  bool      `json:"complete"`
	Why       []string  `json:"why"`
	ScannedTo time.Time `json:"scanned_to"`
	Gaps      int       `json:"gaps"`
	Undecoded int64     `json:"undecoded"`
	Masked    []struct {
		Count int `json:"count"`
	} `json:"masked"`
	Tables map[string]struct {
		Rows  int64        `json:"rows"`
		Files []exportFile `json:"files"`
	} `json:"tables"`

	Raw json.RawMessage `json:"-"`
}

type exportFile struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// maxManifest bounds the manifest and what is told of progress.
const maxManifest = 64 << 20

// ErrFolder: the folder of an export is there already, and not empty.
var ErrFolder = folder.ErrExists

var errTorn = errors.New("the export broke off before its end")

// ExportParquet has a recording exported into the folder dir, which must not be there yet, or be empty. The folder appears when
// everything has arrived and agrees with the manifest; otherwise nothing stays.
func (c *Client) ExportParquet(ctx context.Context, q ExportQuery, dir string, progress func(ExportProgress)) (*ExportManifest, error) {
	draft, err := folder.New(dir)
	if err != nil {
		return nil, err
	}
	defer draft.Discard()
	v := url.Values{}
	setText(v, "op", q.Op)
	setText(v, "from", q.From)
	setText(v, "to", q.To)
	r, err := c.request(ctx, v, "recordings", q.Recording, "export", "parquet")
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/x-tar")
	response, err := c.do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	m, err := unpack(tar.NewReader(response.Body), draft, progress)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("the export from %s: %w", c.base.Host, err)
	}
	return m, draft.Commit()
}

// unpack writes the files of a tar stream and holds them against the manifest.
func unpack(in *tar.Reader, to *folder.Draft, progress func(ExportProgress)) (*ExportManifest, error) {
	var m *ExportManifest
	digests, at := map[string]exportFile{}, ExportProgress{}
	for {
		h, err := in.Next()
		switch {
		case errors.Is(err, io.EOF) && m != nil:
			return m, m.check(digests)
		case errors.Is(err, io.EOF):
			return nil, errTorn
		case err != nil:
			return nil, fmt.Errorf("%w: %w", errTorn, err)
		case h.Typeflag != tar.TypeReg:
			return nil, fmt.Errorf("%s is no plain file", h.Name)
		case m != nil:
			return nil, fmt.Errorf("%s comes behind the manifest", h.Name)
		}
		switch h.Name {
		case "progress.json":
			raw, err := io.ReadAll(io.LimitReader(in, maxManifest))
			if err != nil {
				return nil, fmt.Errorf("%w: %w", errTorn, err)
			}
			if err := json.Unmarshal(raw, &at); err != nil {
				return nil, fmt.Errorf("reading how far it is: %w", err)
			}
		case "manifest.json":
			raw, err := io.ReadAll(io.LimitReader(in, maxManifest))
			if err != nil {
				return nil, fmt.Errorf("%w: %w", errTorn, err)
			}
			m = &ExportManifest{Raw: raw}
			if err := json.Unmarshal(raw, m); err != nil {
				return nil, fmt.Errorf("reading the manifest: %w", err)
			}
			if err := to.Add(h.Name, int64(len(raw)), bytes.NewReader(raw)); err != nil {
				return nil, err
			}
		default:
			sum := sha256.New()
			if err := to.Add(h.Name, h.Size, io.TeeReader(in, sum)); err != nil {
				return nil, err
			}
			digests[h.Name] = exportFile{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))}
			at.Bytes += h.Size
		}
		if progress != nil {
			progress(at)
		}
	}
}

// check holds what arrived against what the manifest names: all of it, and nothing else.
func (m *ExportManifest) check(digests map[string]exportFile) error {
	named := 0
	for _, t := range m.Tables {
		for _, f := range t.Files {
			if digests[f.Path] != f {
				return fmt.Errorf("%s is not the file that the manifest names", f.Path)
			}
			named++
		}
	}
	if named != len(digests) {
		return fmt.Errorf("%d files arrived, the manifest names %d", len(digests), named)
	}
	return nil
}
