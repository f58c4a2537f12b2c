package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lockPatience is how long lockFolder waits for a holder that may be on its way out: a process that was killed keeps its
// locks until the last of its threads has left the kernel, and whoever restarts it may be faster.
const lockPatience = time.Second

// lockFolder takes the folder for this process. The kernel gives the lock back when the process ends, however it ends.
func lockFolder(dir string) (*os.File, error) {
	path := filepath.Join(dir, "LOCK")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	give := time.Now().Add(lockPatience)
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	for errors.Is(err, syscall.EWOULDBLOCK) && time.Now().Before(give) {
		time.Sleep(20 * time.Millisecond)
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		holder := make([]byte, 32)
		n, _ := f.ReadAt(holder, 0)
		err = fmt.Errorf("%w: %s (held by process %s)", ErrLocked, dir, strings.TrimSpace(string(holder[:n])))
		return nil, errors.Join(err, f.Close())
	}
	if err := f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		if err != nil && !diskFull(err) { // who holds the lock is a courtesy; a full disk does not keep us from opening
			return nil, errors.Join(fmt.Errorf("writing %s: %w", path, err), f.Close())
		}
	}
	return f, nil
}

// A program that knows version 1 alone would take segments that stand in the place of others, and pins, for nothing.
const (
	versionText = "sightglass data 2\n"
	versionOld  = "sightglass data 1\n"
)

// checkVersion writes VERSION into a new folder or an older one, and refuses one of another format.
func checkVersion(files fileSystem, dir string) error {
	b, err := files.ReadFile(filepath.Join(dir, "VERSION"), 1<<10)
	if errors.Is(err, fs.ErrNotExist) {
		return writeAtomically(files, dir, "VERSION", []byte(versionText))
	}
	if err != nil {
		return fmt.Errorf("reading VERSION: %w", err)
	}
	if string(b) == versionOld {
		return writeAtomically(files, dir, "VERSION", []byte(versionText))
	}
	if string(b) != versionText {
		return fmt.Errorf("%w: %s says %q, this program reads %q", ErrVersion, dir, strings.TrimSpace(string(b)), strings.TrimSpace(versionText))
	}
	return nil
}
