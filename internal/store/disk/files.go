package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"syscall"
	"time"
)

// file is what the store needs of an open file.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
	Stat() (fs.FileInfo, error)
}

// fileSystem is what the store needs of the operating system; tests put one with faults in its place.
type fileSystem interface {
	Open(path string) (file, error)   // read and write; fs.ErrNotExist
	Create(path string) (file, error) // new and empty, read and write; fs.ErrExist
	ReadFile(path string, limit int64) ([]byte, error)
	ReadDir(path string) ([]fs.DirEntry, error)
	MkdirAll(path string) error
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(path string) error
	Free(path string) (bytes int64, err error)
}

// osFiles is the real file system. Folders are 0700 and files 0600: recordings hold people's data.
type osFiles struct{}

func (osFiles) Open(path string) (file, error) { return openFile(path, os.O_RDWR) }

func (osFiles) Create(path string) (file, error) {
	return openFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}

func openFile(path string, flag int) (file, error) {
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, err // not f: an interface that holds a nil *os.File is not nil
	}
	return f, nil
}

func (osFiles) ReadFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	room := int64(0)
	if info, err := f.Stat(); err == nil {
		room = info.Size()
	}
	whole := bytes.NewBuffer(make([]byte, 0, min(room, limit)+bytes.MinRead))
	_, err = whole.ReadFrom(io.LimitReader(f, limit+1))
	b := whole.Bytes()
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s is over %d bytes", path, limit)
	}
	return b, err
}

func (osFiles) ReadDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }
func (osFiles) MkdirAll(path string) error                 { return os.MkdirAll(path, 0o700) }
func (osFiles) Rename(from, to string) error               { return os.Rename(from, to) }
func (osFiles) Remove(path string) error                   { return os.Remove(path) }

func (osFiles) SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}

func (osFiles) Free(path string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, fmt.Errorf("asking for free space: %w", err)
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}

// diskFull tells whether err says that there is no room.
func diskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// writeAtomically replaces path by content: a temporary file, fsync, rename, fsync of the folder.
func writeAtomically(files fileSystem, dir, name string, content []byte) error {
	return writePieces(files, dir, name, func(yield func([]byte) bool) { yield(content) })
}

// writePieces is writeAtomically of content that need not be in memory as a whole. A piece is used until the next one.
func writePieces(files fileSystem, dir, name string, content iter.Seq[[]byte]) error {
	tmp := dir + "/" + name + ".tmp"
	if err := files.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing %s: %w", tmp, err)
	}
	f, err := files.Create(tmp)
	if err != nil {
		return fmt.Errorf("creating %s: %w", tmp, err)
	}
	at := int64(0)
	for piece := range content {
		if _, err = f.WriteAt(piece, at); err != nil {
			break
		}
		at += int64(len(piece))
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", tmp, err)
	}
	if err := files.Rename(tmp, dir+"/"+name); err != nil {
		return fmt.Errorf("renaming %s: %w", tmp, err)
	}
	if err := files.SyncDir(dir); err != nil {
		return fmt.Errorf("syncing %s: %w", dir, err)
	}
	return nil
}

func micros(t time.Time) int64      { return t.UnixMicro() }
func fromMicros(us int64) time.Time { return time.UnixMicro(us) }
