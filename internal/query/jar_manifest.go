package query

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// Manifest is what a jar says of its own version; each is empty where it does not.
type Manifest struct{ Version, Commit string }

// Bounds of a jar that is opened for its manifest, in bytes.
const (
	mostJar      = 256 << 20
	mostManifest = 1 << 20
)

// commitNames are the attributes by which build tools stamp the commit: Maven's buildnumber and git-commit-id plugins, Gradle's, Bazel's, sbt's.
var commitNames = []string{"Git-Commit", "Git-Commit-Id", "Implementation-Build", "Build-Commit", "SCM-Revision", "Implementation-SCM-Revision", "Git-SHA", "Git-Head-Rev", "Vcs-Revision"}

// JarManifest reads the manifest of a jar that a recording keeps. What cannot be read says nothing.
func (e *Engine) JarManifest(ctx context.Context, hash event.BlobHash) (m Manifest) {
	if e.blobs == nil {
		return m
	}
	if s := e.blobs.Blob(hash); !s.Complete || s.Bytes > mostJar {
		return m
	}
	in, err := e.blobs.OpenBlob(ctx, hash)
	if err != nil {
		return m
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, mostJar))
	if err != nil {
		return m
	}
	jar, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return m
	}
	f, err := jar.Open("META-INF/MANIFEST.MF")
	if err != nil {
		return m
	}
	defer f.Close()
	return readManifest(io.LimitReader(f, mostManifest))
}

// readManifest reads the main attributes. A line that begins with a blank goes on from the one before.
func readManifest(r io.Reader) (m Manifest) {
	attributes := make(map[string]string)
	name := ""
	for lines := bufio.NewScanner(r); lines.Scan(); {
		line := strings.TrimRight(lines.Text(), "\r")
		if line == "" {
			break // sections of single files follow
		}
		if rest, goesOn := strings.CutPrefix(line, " "); goesOn {
			attributes[name] += rest
			continue
		}
		var value string
		name, value, _ = strings.Cut(line, ":")
		name = strings.ToLower(name)
		attributes[name] = strings.TrimSpace(value)
	}
	m.Version = attributes["implementation-version"]
	for _, n := range commitNames {
		if c := attributes[strings.ToLower(n)]; isCommit(c) {
			m.Commit = strings.ToLower(c)
			break
		}
	}
	return m
}

// isCommit tells a commit from the numbers that some tools write under the same names.
func isCommit(s string) bool {
	return len(s) >= 7 && len(s) <= 64 && strings.Trim(strings.ToLower(s), "0123456789abcdef") == ""
}
