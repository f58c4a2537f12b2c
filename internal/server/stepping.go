package server

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/replay"
	"github.com/sightglass/sightglass/internal/stepping"
)

// stepHeap is the heap of a replay that people step through, in MiB.
const stepHeap = 1024

// openStepping prepares replays that people step through, where there are Flink's jars to run them with.
func (s *Server) openStepping() (err error) {
	if s.cfg.UserJars == "" || s.jar == "" {
		return nil
	}
	dir := filepath.Join(s.cfg.Data, "replays")
	if err := os.RemoveAll(dir); err != nil { // what a server that was killed left
		return fmt.Errorf("folder of replays: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("folder of replays: %w", err)
	}
	s.steps, err = stepping.New(stepping.Options{
		Browser: s.browser, Policy: s.policy, Now: s.now, Sources: &stepping.Sources{Dir: s.cfg.UserJars, Java: java()},
		Replay: func(_ context.Context, rec event.RecordingID, attempt event.Key) (replay.Options, error) {
			version, err := s.flinkOf(rec, attempt)
			if err != nil {
				return replay.Options{}, err
			}
			jars, err := flinkJars(s.cfg.UserJars, version)
			if err != nil {
				return replay.Options{}, err
			}
			return replay.Options{Store: s.store, Java: java(), Agent: s.jar, Flink: jars, Dir: dir, Heap: stepHeap}, nil
		},
	})
	return err
}

// flinkOf is the version of Flink that an attempt ran on, empty when nobody said.
func (s *Server) flinkOf(rec event.RecordingID, attempt event.Key) (string, error) {
	all, _ := s.store.Definitions(0)
	var process string
	processes := make(map[string]string)
	for _, d := range all {
		switch d.Kind {
		case event.DefAttempt:
			var a event.AttemptDef
			if json.Unmarshal(d.Body, &a) == nil && a.Recording == rec.String() && a.AttemptKey == attempt.String() {
				process = a.Process
			}
		case event.DefProcess:
			var p event.ProcessDef
			if json.Unmarshal(d.Body, &p) == nil {
				processes[p.Process] = p.Flink
			}
		}
	}
	if v := processes[process]; v != "" {
		return v, nil
	}
	return "", fmt.Errorf("which Flink attempt %s ran on was not recorded", attempt)
}

var flinkLine = regexp.MustCompile(`^[0-9]+\.[0-9]+`)

func flinkJars(dir, version string) ([]string, error) {
	line := flinkLine.FindString(version)
	folder := filepath.Join(dir, "flink-"+line)
	jars, err := filepath.Glob(filepath.Join(folder, "*.jar"))
	if err != nil || line == "" || len(jars) == 0 {
		return nil, fmt.Errorf("no jars of Flink %s in %s: a link to its lib folder does", version, folder)
	}
	for i := range jars {
		if jars[i], err = filepath.Abs(jars[i]); err != nil {
			return nil, err
		}
	}
	return jars, nil
}

func java() string {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		return filepath.Join(home, "bin", "java")
	}
	return "java"
}
