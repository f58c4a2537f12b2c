package export

import (
	"archive/tar"
	"fmt"
	"io"
	"time"
)

// Archive takes the files of an export. Add is called from one goroutine; content has size bytes.
type Archive interface {
	Add(name string, size int64, content io.Reader) error
}

// Tar is an Archive that is a tar stream, as `tar x` reads it.
type Tar struct {
	w   *tar.Writer
	now func() time.Time
}

// NewTar makes an archive that writes to w.
func NewTar(w io.Writer, now func() time.Time) *Tar { return &Tar{tar.NewWriter(w), now} }

// Add writes one file.
func (t *Tar) Add(name string, size int64, content io.Reader) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: t.now().Truncate(time.Second), Format: tar.FormatPAX}
	if err := t.w.WriteHeader(h); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if _, err := io.Copy(t.w, content); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// Close writes what a tar ends with. A stream without it is a torn one.
func (t *Tar) Close() error { return t.w.Close() }
