package lab

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Application is a program that a cluster is started for: its JobManager runs it, and ends when its job has ended.
type Application struct {
	Jar   string
	Class string
	Args  []string
}

// ownHome makes a Flink home below dir that has all of home and the program's jar in usrlib, where Flink looks for it: next to lib, so it cannot
// be the home that clusters share.
func (a *Application) ownHome(home, dir string) (string, error) {
	own := filepath.Join(dir, "home")
	if err := os.RemoveAll(own); err != nil {
		return "", fmt.Errorf("making a Flink home: %w", err)
	}
	jar, err := filepath.Abs(a.Jar)
	if err != nil {
		return "", fmt.Errorf("making a Flink home: %w", err)
	}
	// The scripts find their home by where they really are, and do not follow a link to lib.
	err = errors.Join(
		eachFile(filepath.Join(home, "bin"), filepath.Join(own, "bin"), copyFile),
		eachFile(filepath.Join(home, "lib"), filepath.Join(own, "lib"), os.Symlink),
		os.MkdirAll(filepath.Join(own, "usrlib"), 0o755),
		os.Symlink(filepath.Join(home, "opt"), filepath.Join(own, "opt")),
		os.Symlink(filepath.Join(home, "plugins"), filepath.Join(own, "plugins")),
		os.Symlink(jar, filepath.Join(own, "usrlib", filepath.Base(jar))),
	)
	if err != nil {
		return "", fmt.Errorf("making a Flink home: %w", err)
	}
	return own, nil
}

// eachFile does to every file of a folder what puts it into another one.
func eachFile(from, to string, put func(from, to string) error) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := put(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, info.Mode())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
