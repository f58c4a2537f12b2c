package client

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/folder"
)

type sentFile struct{ name, content string }

// tarOf answers with a tar stream, broken off after cut bytes when cut is not 0.
func tarOf(cut int, files ...sentFile) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		var b strings.Builder
		out := tar.NewWriter(&b)
		for _, f := range files {
			_ = out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: f.name, Size: int64(len(f.content)), Mode: 0o600})
			_, _ = io.WriteString(out, f.content)
		}
		_ = out.Close()
		body := b.String()
		if cut == 0 {
			_, _ = io.WriteString(w, body)
			return
		}
		_, _ = io.WriteString(w, body[:cut])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

func manifestOf(files ...sentFile) sentFile {
	var list []string
	for _, f := range files {
		sum := sha256.Sum256([]byte(f.content))
		list = append(list, fmt.Sprintf(`{"path":%q,"bytes":%d,"sha256":%q}`, f.name, len(f.content), hex.EncodeToString(sum[:])))
	}
	return sentFile{"manifest.json", `{"complete":true,"tables":{"events":{"rows":3,"files":[` + strings.Join(list, ",") + `]}}}`}
}

func TestAnExportBecomesAFolderWholeOrNotAtAll(t *testing.T) {
	one, two := sentFile{"events/00000.parquet", strings.Repeat("a", 700)}, sentFile{"events/00001.parquet", "b"}
	progress := sentFile{"progress.json", `{"events":7,"of":9}`}
	whole := []sentFile{one, progress, two, manifestOf(one, two)}
	dir := filepath.Join(t.TempDir(), "out")
	var told []ExportProgress
	m, err := serve(t, tarOf(0, whole...)).ExportParquet(context.Background(), ExportQuery{Recording: "x"}, dir, func(p ExportProgress) { told = append(told, p) })
	if err != nil || !m.Complete || m.Tables["events"].Rows != 3 || len(told) != 4 || told[2] != (ExportProgress{7, 9, 701}) {
		t.Fatalf("%+v, told %+v: %v", m, told, err)
	}
	for _, f := range []sentFile{one, two, whole[3]} {
		if got, err := os.ReadFile(filepath.Join(dir, f.name)); err != nil || string(got) != f.content {
			t.Errorf("%s: %q, %v", f.name, got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "progress.json")); err == nil {
		t.Error("what was told on the way stays in the folder")
	}
	if _, err := serve(t, tarOf(0, whole...)).ExportParquet(context.Background(), ExportQuery{}, dir, nil); !errors.Is(err, folder.ErrExists) {
		t.Errorf("over another export: %v", err)
	}

	changed := one
	changed.content = strings.Repeat("a", 699) + "x"
	bad := map[string]http.HandlerFunc{
		"a changed file": tarOf(0, changed, two, manifestOf(one, two)), "a missing file": tarOf(0, one, manifestOf(one, two)),
		"a file more": tarOf(0, one, two, manifestOf(one)), "no manifest": tarOf(0, one, two), "a file behind the manifest": tarOf(0, one, manifestOf(one), two),
		"a way out": tarOf(0, sentFile{"../x", "1"}, manifestOf()), "no tar": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 2000)) },
	}
	for cut := 512; cut < 512*11; cut += 512 { // the answer's end in order is two blocks of zeros behind the manifest
		bad[fmt.Sprintf("broken off after %d bytes", cut)] = tarOf(cut, whole...)
	}
	for name, h := range bad {
		parent := t.TempDir()
		if _, err := serve(t, h).ExportParquet(context.Background(), ExportQuery{}, filepath.Join(parent, "out"), nil); err == nil {
			t.Errorf("%s: no error", name)
		}
		if left, _ := os.ReadDir(parent); len(left) > 0 {
			t.Errorf("%s: %s stays", name, left[0].Name())
		}
	}
}

func TestACancelledExportLeavesNothing(t *testing.T) {
	parent := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		out := tar.NewWriter(w)
		_ = out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "events/00000.parquet", Size: 1 << 20, Mode: 0o600})
		_, _ = out.Write(make([]byte, 100))
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	})
	if _, err := c.ExportParquet(ctx, ExportQuery{}, filepath.Join(parent, "out"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(parent); len(left) > 0 {
		t.Errorf("%s stays", left[0].Name())
	}
}
