package lab

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// BuildJobs compiles a Maven project of jobs for a version of Flink, unless its jar is newer than all sources, and gives the jar.
// The project builds for Flink 2 by default and for Flink 1 with the profile flink-1.20, each into target/flink-<line>/.
func (l *Lab) BuildJobs(ctx context.Context, project, version, jar string) (string, error) {
	line := minor(version)
	path := filepath.Join(project, "target", "flink-"+line, jar)
	fresh, err := newerThanSources(path, project)
	if err != nil || fresh {
		return path, err
	}
	args := []string{"--batch-mode", "--quiet", "-DskipTests", "package"}
	if line == minor(l.Versions["FLINK_1"]) {
		args = append(args, "-Pflink-"+line)
	}
	err = l.Step(fmt.Sprintf("building %s for Flink %s", filepath.Base(filepath.Dir(project))+"/"+filepath.Base(project), line), func() error {
		return Run(ctx, project, "mvn", args...)
	})
	return path, err
}

func newerThanSources(artifact, project string) (bool, error) {
	built, err := os.Stat(artifact)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking at %s: %w", artifact, err)
	}
	fresh := true
	err = filepath.WalkDir(project, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "target":
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		info, err := entry.Info()
		if err == nil && info.ModTime().After(built.ModTime()) {
			fresh = false
			return fs.SkipAll
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("comparing %s with its sources: %w", artifact, err)
	}
	return fresh, nil
}

// AwaitHTTP waits until an address answers with success; it fails at once when the process that should answer ends.
func AwaitHTTP(ctx context.Context, url string, p *Process) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, fmt.Errorf("%s did not answer at %s within a minute", p.Name, url))
	defer cancel()
	client := http.Client{Timeout: 2 * time.Second}
	return Poll(ctx, 100*time.Millisecond, func() (bool, error) {
		if !p.Alive() {
			return false, fmt.Errorf("%s ended; %s", p.Name, Tail(p.Log, 20))
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return false, fmt.Errorf("asking %s: %w", p.Name, err)
		}
		response, err := client.Do(request)
		if err != nil {
			return false, nil
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK, nil
	})
}
