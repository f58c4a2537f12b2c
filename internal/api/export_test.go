package api

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/export"
)

func TestAnExportIsATarThatEndsWithItsManifest(t *testing.T) {
	f := open(t, local)
	path := Base + "/recordings/" + f.truth.Totals.String() + "/export/parquet"
	status, header, body := get2(t, f, path+"?op=dedup", "Accept-Encoding", "gzip")
	if status != http.StatusOK || header.Get("Content-Encoding") != "" || header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", status, header)
	}
	var names []string
	var m export.Manifest
	in := tar.NewReader(bytes.NewReader(body))
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if names = append(names, h.Name); h.Name == export.ManifestFile {
			if err := json.NewDecoder(in).Decode(&m); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(names) != 10 || names[9] != export.ManifestFile || m.Selected.Op != "dedup" || m.Tables["events"].Rows == 0 || m.By != "local:ann" {
		t.Errorf("%v, %+v", names, m)
	}
	if log := f.audit.String(); !strings.Contains(log, `"action":"recording:export"`) || !strings.Contains(log, `"operator dedup"`) || !strings.Contains(log, `"outcome":"ok"`) {
		t.Errorf("written down: %s", log)
	}

	for range maxExports {
		f.api.service.exports <- struct{}{}
	}
	if status, _, body := get2(t, f, path); status != http.StatusTooManyRequests || !strings.Contains(string(body), "other exports are running") {
		t.Errorf("one export too many: %d %s", status, body)
	}
}

// A body that has begun cannot become a problem any more: it is broken off, so that nobody takes it for a whole one.
func TestATornDownloadIsBrokenOff(t *testing.T) {
	f, fail := open(t, local), errors.New("the disk is gone")
	for id, begin := range map[string]bool{"before": false, "after": true} {
		download(f.api.service, route{id, "/" + id, access.ServerView, "", nil}, func(_ context.Context, _ *none, out func() *tarStream) error {
			if begin {
				if _, err := out().Write(make([]byte, 512)); err != nil {
					return err
				}
			}
			return fail
		})
	}
	if status, header, body := get2(t, f, Base+"/before"); status != http.StatusInternalServerError || !strings.Contains(header.Get("Content-Type"), "problem") {
		t.Errorf("before the first byte: %d %s", status, body)
	}
	r, err := f.server.Client().Get(f.server.URL + Base + "/after")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, err := io.ReadAll(r.Body); err == nil {
		t.Errorf("%d bytes that end in order", len(body))
	}
}
