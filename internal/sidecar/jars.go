package sidecar

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxJars bounds a class path.
const maxJars = 2000

// jars are those that a job is decoded with. label changes when one of them does.
type jars struct {
	files []string
	label string
}

// jarsOf finds the jars of a job and its Flink below dir: those of the job alone first, then those for every job, then Flink's.
func jarsOf(dir, job, flink string) (jars, error) {
	var found jars
	var label strings.Builder
	folders := []string{dir}
	if job != "" && filepath.Base(job) == job && filepath.IsLocal(job) {
		folders = []string{filepath.Join(dir, "jobs", job), dir}
	}
	if line := lineOf(flink); line != "" {
		folders = append(folders, filepath.Join(dir, "flink-"+line))
	}
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil && folder == dir {
			return jars{}, fmt.Errorf("reading the folder of the jobs' jars: %w", err)
		}
		for _, e := range entries {
			path := filepath.Join(folder, e.Name())
			if filepath.Ext(path) != ".jar" {
				continue
			}
			info, err := os.Stat(path)
			if err != nil || info.IsDir() {
				continue
			}
			found.files = append(found.files, path)
			fmt.Fprintln(&label, path, info.Size(), info.ModTime().UnixNano())
		}
	}
	if len(found.files) > maxJars {
		return jars{}, fmt.Errorf("more than %d jars", maxJars)
	}
	found.files = slices.Clip(found.files)
	found.label = label.String()
	return found, nil
}

// lineOf is 2.3 of 2.3.0, empty when version is no such thing.
func lineOf(version string) string {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return ""
	}
	for _, p := range parts[:2] {
		if p == "" || strings.Trim(p, "0123456789") != "" {
			return ""
		}
	}
	return parts[0] + "." + parts[1]
}
