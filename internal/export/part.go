package export

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// Bounds of row groups and files: a row group is what is in memory, a file what is on its way to the archive.
const (
	batchRows = 256
	groupRows = 128 << 10
	groupText = 32 << 20 // bytes of texts and values
	fileBytes = 128 << 20
)

// limits are the bounds that a test makes smaller.
type limits struct {
	text int
	file int64
}

// codec is the one that every engine reads. The fastest level: an export is written once, and read where disks are fast.
var codec = &zstd.Codec{Level: zstd.SpeedFastest}

// tabular is a table whatever its rows are.
type tabular interface {
	open(name string, out *output)
	finish() error
	abandon()
	summary() Table
	leaveOut()
	wanted() bool
	label() string
}

// output is where finished files go, and where they wait until they are finished.
type output struct {
	archive Archive
	spool   string // folder of the files that are being written; empty = the system's
	limits  limits
	name    func(table string, file int) string // of a file; nil = that of an export by hand
	sparse  bool                                // tables without rows get no file
}

func (o *output) path(table string, file int) string {
	if o.name != nil {
		return o.name(table, file)
	}
	return fmt.Sprintf("%s/%05d.parquet", table, file)
}

// table collects rows of one type and cuts them into files.
type table[T any] struct {
	name   string
	off    bool // its rows are not wanted
	out    *output
	batch  []T
	writer *parquet.GenericWriter[T]
	file   *spooled
	group  int // rows in the row group
	text   int // bytes in it
	inFile int64
	sum    Table
}

func (t *table[T]) open(name string, out *output) {
	t.name, t.out, t.sum = name, out, Table{Files: []File{}}
	t.batch = make([]T, 0, batchRows)
}

func (t *table[T]) label() string { return t.name }

func (t *table[T]) leaveOut() { t.off = true }

func (t *table[T]) wanted() bool { return !t.off }

// add takes one row, whose texts have about so many bytes.
func (t *table[T]) add(row T, bytes int) error {
	if t.off {
		return nil
	}
	t.batch = append(t.batch, row)
	t.text += bytes
	if len(t.batch) < batchRows && t.text < t.out.limits.text {
		return nil
	}
	return t.write()
}

// write hands the batch to the file and ends row group and file when they are full.
func (t *table[T]) write() error {
	if len(t.batch) == 0 && t.writer != nil {
		return nil
	}
	if t.writer == nil {
		var err error
		if t.file, err = newSpooled(t.out.spool); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
		t.writer = parquet.NewGenericWriter[T](t.file, parquet.Compression(codec), parquet.CreatedBy("sightglass", "", ""),
			parquet.KeyValueMetadata("sightglass.table", t.name), parquet.KeyValueMetadata("sightglass.version", fmt.Sprint(Version)))
	}
	if _, err := t.writer.Write(t.batch); err != nil {
		return fmt.Errorf("writing table %s: %w", t.name, err)
	}
	t.group += len(t.batch)
	t.inFile += int64(len(t.batch))
	t.sum.Rows += int64(len(t.batch))
	clear(t.batch) // values must not stay behind
	t.batch = t.batch[:0]
	if t.group < groupRows && t.text < t.out.limits.text {
		return nil
	}
	if err := t.writer.Flush(); err != nil {
		return fmt.Errorf("writing table %s: %w", t.name, err)
	}
	t.group, t.text = 0, 0
	if t.file.size < t.out.limits.file {
		return nil
	}
	return t.ship()
}

// ship ends the file and gives it to the archive.
func (t *table[T]) ship() error {
	if err := t.writer.Close(); err != nil {
		return fmt.Errorf("ending a file of table %s: %w", t.name, err)
	}
	f := File{Path: t.out.path(t.name, len(t.sum.Files)), Rows: t.inFile, Bytes: t.file.size, SHA256: t.file.digest()}
	content, err := t.file.rewind()
	if err != nil {
		return fmt.Errorf("table %s: %w", t.name, err)
	}
	if err := t.out.archive.Add(f.Path, f.Bytes, content); err != nil {
		return fmt.Errorf("table %s: %w", t.name, err)
	}
	t.sum.Files, t.inFile = append(t.sum.Files, f), 0
	t.abandon()
	return nil
}

// finish writes what is left. A table without rows gets a file all the same, so that engines find its columns.
func (t *table[T]) finish() error {
	if t.off {
		return nil
	}
	if len(t.batch) > 0 || t.writer == nil && len(t.sum.Files) == 0 && !t.out.sparse {
		if err := t.write(); err != nil {
			return err
		}
	}
	if t.writer == nil {
		return nil
	}
	return t.ship()
}

// abandon lets the file that is being written go.
func (t *table[T]) abandon() {
	if t.file != nil {
		t.file.close()
	}
	t.file, t.writer = nil, nil
}

func (t *table[T]) summary() Table { return t.sum }

// spooled is a file without a name: it is gone when it is closed, or with the process.
type spooled struct {
	f    *os.File
	size int64
	hash hash.Hash
}

func newSpooled(dir string) (*spooled, error) {
	f, err := os.CreateTemp(dir, "export-*")
	if err != nil {
		return nil, fmt.Errorf("making a temporary file: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("unlinking a temporary file: %w", err)
	}
	return &spooled{f: f, hash: sha256.New()}, nil
}

func (s *spooled) Write(b []byte) (int, error) {
	n, err := s.f.Write(b)
	s.size += int64(n)
	s.hash.Write(b[:n])
	return n, err
}

func (s *spooled) digest() string { return hex.EncodeToString(s.hash.Sum(nil)) }

func (s *spooled) rewind() (io.Reader, error) {
	if _, err := s.f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("reading a temporary file: %w", err)
	}
	return s.f, nil
}

func (s *spooled) close() { _ = s.f.Close() }
