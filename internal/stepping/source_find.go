package stepping

import (
	"path/filepath"

	"github.com/sightglass/sightglass/internal/replay"
	"github.com/sightglass/sightglass/internal/sources"
)

// find gives where a text is from, which file it is, and itself; empty: there is none.
func (s *Sources) find(m *replay.Method) (from, where string, text []byte) {
	name := PathOf(m)
	if s.Dir == "" {
		return "", "", nil
	}
	if f, ok := sources.InFolder(filepath.Join(s.Dir, "sources"), name); ok {
		return fromFolder, f.Path, f.Text
	}
	for _, pattern := range []string{"*-sources.jar", "jobs/*/*-sources.jar"} {
		jars, _ := filepath.Glob(filepath.Join(s.Dir, pattern)) // the pattern is right
		for _, jar := range jars {
			if f, ok := sources.InJar(jar, name); ok {
				return fromJar, filepath.Base(jar) + "!/" + f.Path, f.Text
			}
		}
	}
	return "", "", nil
}
