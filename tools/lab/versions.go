package lab

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// Versions are the values of the repository's .versions file, by name.
type Versions map[string]string

func readVersions(path string) (Versions, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading versions: %w", err)
	}
	defer f.Close()
	v := Versions{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("reading versions: line %q of %s is not NAME=value", line, path)
		}
		v[name] = value
	}
	for _, name := range []string{"FLINK_1", "FLINK_2", "KAFKA"} {
		if v[name] == "" {
			return nil, fmt.Errorf("reading versions: %s does not set %s", path, name)
		}
	}
	return v, nil
}

// Flink gives the full version for a wish: "" or "2" or "2.3" or "2.3.0" is the version of Flink 2 in .versions, "1" or "1.20" that of Flink 1;
// any other full version is taken as it is.
func (v Versions) Flink(wish string) (string, error) {
	if wish == "" {
		return v["FLINK_2"], nil
	}
	for _, known := range []string{v["FLINK_2"], v["FLINK_1"]} {
		if wish == known || strings.HasPrefix(known, wish+".") {
			return known, nil
		}
	}
	if strings.Count(wish, ".") == 2 {
		return wish, nil
	}
	return "", fmt.Errorf("no Flink %q here: choose %s or %s, or name a full version", wish, minor(v["FLINK_2"]), minor(v["FLINK_1"]))
}

// minor cuts the patch level off: 1.20.5 becomes 1.20.
func minor(version string) string {
	if i := strings.LastIndexByte(version, '.'); i > 0 {
		return version[:i]
	}
	return version
}
