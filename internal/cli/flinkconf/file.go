package flinkconf

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Errors that callers decide on.
var (
	// ErrNoFile: the folder is no Flink installation, or holds no configuration.
	ErrNoFile = errors.New("no Flink configuration found")
	// ErrRefused: the file cannot be changed safely; the message says why.
	ErrRefused = errors.New("the file is left alone")
	// ErrNotAttached: there is nothing to take back.
	ErrNotAttached = errors.New("no change of ours is on record")
)

const (
	yamlName   = "config.yaml"
	legacyName = "flink-conf.yaml"
	maxBytes   = 4 << 20
)

// File is a configuration file as it was read.
type File struct {
	Path    string // as found below the folder that was named
	Flink   string // version, when the installation tells
	content []byte
	syntax  syntax
}

// syntax finds values in a file and says where text can be inserted.
type syntax interface {
	// values gives every key in its dotted form. ErrRefused when the file cannot be read or a key stands in it twice.
	values(content []byte) (map[string]string, error)
	// insertions yields changed contents, one of which gives key one option more; the caller checks which.
	insertions(content []byte, key, option string) ([][]byte, error)
	// appendix is what goes to the end of content to set key to option.
	appendix(key, option string) string
}

// Find looks for the configuration of the Flink installation (or conf folder) dir.
func Find(dir string) (*File, error) {
	conf := filepath.Join(dir, "conf")
	if info, err := os.Stat(conf); err != nil || !info.IsDir() {
		conf = dir
	}
	version := installed(filepath.Join(filepath.Dir(conf), "lib"))
	newer, older := filepath.Join(conf, yamlName), filepath.Join(conf, legacyName)
	hasNewer, hasOlder := isFile(newer), isFile(older)
	switch {
	case !hasNewer && !hasOlder:
		return nil, fmt.Errorf("%w: %s has neither %s nor %s", ErrNoFile, conf, yamlName, legacyName)
	case hasNewer && hasOlder && version == "":
		return nil, fmt.Errorf("%w: %s has both %s and %s, and which one counts depends on Flink's version; name the folder of the installation",
			ErrRefused, conf, yamlName, legacyName)
	case hasOlder && (!hasNewer || strings.HasPrefix(version, "1.")):
		// Flink 1.x reads the older file whenever it is there; 2.x never does.
		if strings.HasPrefix(version, "2.") {
			return nil, fmt.Errorf("%w: Flink %s reads %s only, and %s is not there", ErrNoFile, version, yamlName, newer)
		}
		return read(older, version, legacySyntax{})
	}
	return read(newer, version, yamlSyntax{})
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

var dist = regexp.MustCompile(`^flink-dist(?:_[0-9.]+)?-([0-9][0-9A-Za-z.\-]*)\.jar$`)

func installed(lib string) string {
	entries, err := os.ReadDir(lib)
	if err != nil {
		return ""
	}
	for _, e := range entries {
		if m := dist.FindStringSubmatch(e.Name()); m != nil {
			return m[1]
		}
	}
	return ""
}

func read(path, version string, s syntax) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading Flink's configuration: %w", err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if len(content) > maxBytes {
		return nil, fmt.Errorf("%w: %s is longer than %d bytes", ErrRefused, path, maxBytes)
	}
	return &File{Path: path, Flink: version, content: content, syntax: s}, nil
}
