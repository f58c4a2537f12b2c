package stepping

import (
	"path/filepath"
	"time"

	"github.com/sightglass/sightglass/internal/replay"
	"github.com/sightglass/sightglass/internal/sources"
)

// Finding a text may mean to go through all files of all jars, and each step asks for one: what was found, or not, holds for a while.
const (
	textsFor  = 3 * time.Second
	mostTexts = 64
)

// text is that of a class.
type text struct {
	from, where string // empty: there is none
	bytes       []byte
	looked      time.Time
}

// find gives where a text is from, which file it is, and itself; empty: there is none.
func (s *Sources) find(m *replay.Method) (from, where string, bytes []byte) {
	name := PathOf(m)
	s.mu.Lock()
	x, known := s.texts[name]
	s.mu.Unlock()
	if !known || time.Since(x.looked) > textsFor {
		x = s.look(name)
		x.looked = time.Now()
		s.mu.Lock()
		if s.texts == nil || len(s.texts) >= mostTexts {
			s.texts = make(map[string]text)
		}
		s.texts[name] = x
		s.mu.Unlock()
	}
	return x.from, x.where, x.bytes
}

func (s *Sources) look(name string) text {
	if s.Dir == "" {
		return text{}
	}
	if f, ok := sources.InFolder(filepath.Join(s.Dir, "sources"), name); ok {
		return text{from: fromFolder, where: f.Path, bytes: f.Text}
	}
	for _, pattern := range []string{"*-sources.jar", "jobs/*/*-sources.jar"} {
		jars, _ := filepath.Glob(filepath.Join(s.Dir, pattern)) // the pattern is right
		for _, jar := range jars {
			if f, ok := sources.InJar(jar, name); ok {
				return text{from: fromJar, where: filepath.Base(jar) + "!/" + f.Path, bytes: f.Text}
			}
		}
	}
	return text{}
}
