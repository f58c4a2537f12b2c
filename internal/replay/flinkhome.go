package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// flinkHome is where Flink's jars were found.
type flinkHome struct {
	dir  string
	jars []string
}

// findFlink looks for the jars of one version of Flink: in a home, in a folder of homes flink-<version>, in FLINK_HOME. What pip makes of
// apache-flink-libraries is a home below pyflink; what Maven copies out of its repository is one with Flink's modules in place of the one jar.
func findFlink(setting, env, version string) (flinkHome, bool) {
	for _, dir := range []string{setting, join(setting, "flink-"+version), env} {
		if dir == "" {
			continue
		}
		for _, home := range []string{dir, filepath.Join(dir, "pyflink")} {
			dist, _ := filepath.Glob(filepath.Join(home, "lib", "flink-dist*-"+version+".jar")) // a pattern of ours
			if _, err := os.Stat(filepath.Join(home, "lib", "flink-runtime-"+version+".jar")); len(dist) == 0 && err != nil {
				continue
			}
			jars, err := filepath.Glob(filepath.Join(home, "lib", "*.jar"))
			if err != nil || len(jars) == 0 {
				continue
			}
			for i := range jars {
				if abs, err := filepath.Abs(jars[i]); err == nil {
					jars[i] = abs
				}
			}
			slices.Sort(jars)
			return flinkHome{home, jars}, true
		}
	}
	return flinkHome{}, false
}

func join(dir, name string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, name)
}

// getFlink is the command that gets the jars of a version.
func getFlink(setting, version string) string {
	dir := setting
	if dir == "" {
		dir = "flink"
	}
	return fmt.Sprintf("python3 -m pip install --no-deps --target %s apache-flink-libraries==%s, and the setting replay-flink: %s; or unpack Flink %s from flink.apache.org there",
		filepath.Join(dir, "flink-"+version), version, dir, version)
}

// java is a JVM that was found.
type java struct {
	program string // that ends the links to it
	home    string
	version string
	outside []string // what it reads that lies outside of its home
}

// major is the feature release of a version: 17 of 17.0.15, 8 of 1.8.0_402; 0 = not to be read.
func major(version string) int {
	version = strings.TrimPrefix(version, "1.")
	n, _ := strconv.Atoi(digits.FindString(version))
	return n
}

var digits = regexp.MustCompile(`^[0-9]+`)

// errNoJava says that no java was found.
var errNoJava = errors.New("no java was found")

// findJava finds the program of the setting, of JAVA_HOME, or on the path, and asks it who it is.
func findJava(ctx context.Context, setting, env string) (java, error) {
	program := setting
	if program == "" {
		program = "java"
		if env != "" {
			program = filepath.Join(env, "bin", "java")
		}
	}
	found, err := exec.LookPath(program)
	if err != nil {
		return java{}, fmt.Errorf("%w: %w", errNoJava, err)
	}
	if found, err = filepath.Abs(found); err != nil {
		return java{}, fmt.Errorf("%w: %w", errNoJava, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, found, "-XshowSettings:properties", "-version")
	c.Env = []string{"LANG=C.UTF-8"}
	said, err := c.CombinedOutput()
	if err != nil {
		return java{}, fmt.Errorf("%s does not say which Java it is: %w", found, err)
	}
	j := java{program: found}
	for line := range strings.Lines(string(said)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		switch name {
		case "java.home":
			j.home = value
		case "java.version":
			j.version = value
		}
	}
	if j.home == "" || j.version == "" {
		return java{}, fmt.Errorf("%s does not say which Java it is", found)
	}
	// Links and scripts lie outside of what a sandbox reads.
	if inside := filepath.Join(j.home, "bin", "java"); isFile(inside) {
		j.program = inside
	}
	j.outside = linkedFrom(j.home)
	return j, nil
}

// linkedFrom lists what links of a folder lead to outside of it: distributions keep a JDK's configuration elsewhere.
func linkedFrom(home string) (targets []string) {
	_ = filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error { // what cannot be read is not there for Java either
		if err != nil || d.Type()&fs.ModeSymlink == 0 {
			return nil
		}
		target, err := filepath.EvalSymlinks(path)
		if err == nil && !strings.HasPrefix(target, home+string(filepath.Separator)) && !slices.Contains(targets, target) {
			targets = append(targets, target)
		}
		return nil
	})
	return targets
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
