package stepping

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/replay"
)

// maxSource is the longest text that is shown.
const maxSource = 4 << 20

// find gives where a text is from, which file it is, and itself; empty: there is none.
func (s *Sources) find(m *replay.Method) (from, where string, text []byte) {
	file := PathOf(m)
	if s.Dir == "" || !filepath.IsLocal(file) {
		return "", "", nil
	}
	if b, err := read(filepath.Join(s.Dir, "sources", filepath.FromSlash(file))); err == nil {
		return fromFolder, file, b
	}
	for _, pattern := range []string{"*-sources.jar", "jobs/*/*-sources.jar"} {
		jars, _ := filepath.Glob(filepath.Join(s.Dir, pattern)) // the pattern is right
		for _, jar := range jars {
			if b := inJar(jar, file); b != nil {
				return fromJar, filepath.Base(jar) + "!/" + file, b
			}
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

// inJar is nil when there is no such jar any more, or no such file in it.
func inJar(jar, file string) []byte {
	z, err := zip.OpenReader(jar)
	if err != nil {
		return nil
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
