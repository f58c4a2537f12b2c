package stepping

import (
	"archive/zip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sightglass/sightglass/internal/replay"
)

// maxSource is the longest text that is shown.
const maxSource = 4 << 20

// find gives where a text is from, which file it is, and itself; empty: there is none.
func (s *Sources) find(_ context.Context, m *replay.Method) (from, where string, text []byte) {
	file := PathOf(m)
	if !filepath.IsLocal(file) {
		return "", "", nil
	}
	for _, f := range s.Folders {
		if strings.HasSuffix(f, ".jar") || strings.HasSuffix(f, ".zip") {
			if b := inJar(f, file); b != nil {
				return "jar", f + "!/" + file, b
			}
			continue
		}
		p := filepath.Join(f, filepath.FromSlash(file))
		if b, err := read(p); err == nil {
			return "folder", p, b
		}
	}
	return "", "", nil
}

func read(p string) ([]byte, error) {
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSource))
}

func inJar(jar, file string) []byte {
	z, err := zip.OpenReader(jar)
	if err != nil {
		return nil // a jar that went away is none
	}
	defer z.Close()
	f, err := z.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSource))
	if err != nil {
		return nil
	}
	return b
}
