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

// ownHome makes a Flink home below dir for the program, whose jar lies in usrlib.
func (a *Application) ownHome(home, dir string) (string, error) {
	return ownHome(home, filepath.Join(dir, "home"), filepath.Join("usrlib", filepath.Base(a.Jar)), a.Jar)
}

// ownHome makes a Flink home that has all of home and one file more: Flink looks for some files beside its own, where the home that clusters share
// cannot have them.
func ownHome(home, own, place, file string) (string, error) {
	if err := os.RemoveAll(own); err != nil {
		return "", fmt.Errorf("making a Flink home: %w", err)
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return "", fmt.Errorf("making a Flink home: %w", err)
	}
	// The scripts find their home by where they really are, and do not follow links to lib and opt.
	err = errors.Join(
		eachFile(filepath.Join(home, "bin"), filepath.Join(own, "bin"), copyFile),
		eachFile(filepath.Join(home, "lib"), filepath.Join(own, "lib"), os.Symlink),
		eachFile(filepath.Join(home, "opt"), filepath.Join(own, "opt"), os.Symlink),
		os.Symlink(filepath.Join(home, "plugins"), filepath.Join(own, "plugins")),
		os.MkdirAll(filepath.Dir(filepath.Join(own, place)), 0o755),
		os.Symlink(file, filepath.Join(own, place)),
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
