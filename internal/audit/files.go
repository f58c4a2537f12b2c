package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/sightglass/sightglass/internal/access"
)

// Names of files below the log's folder.
const (
	Active    = "audit.jsonl"
	partFile  = "audit.jsonl.part"
	HeadsFile = "audit-heads.jsonl"
	keyFile   = "audit-key.pem"
	pubFile   = "audit-key.pub"
)

var numbered = regexp.MustCompile(`^audit-([0-9]{4,9})\.jsonl$`)

// full is the name of file n once it is not written any more.
func full(n uint64) string { return fmt.Sprintf("audit-%04d.jsonl", n) }

// segment is one file of the log.
type segment struct {
	name   string
	number uint64
	size   int64 // bytes that hold whole entries
	first  access.Entry
	chain  bool // it begins with an entry of phase file; false = it is of a version without a chain
}

// list finds the files that are full, oldest first. What is foreign to the log is left alone.
func list(dir string) ([]segment, error) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("listing the audit log: %w", err)
	}
	var out []segment
	for _, n := range names {
		m := numbered.FindStringSubmatch(n.Name())
		if m == nil || !n.Type().IsRegular() {
			continue
		}
		number, err := strconv.ParseUint(m[1], 10, 64)
		if err != nil {
			continue
		}
		out = append(out, segment{name: n.Name(), number: number})
	}
	slices.SortFunc(out, func(a, b segment) int { return int(a.number) - int(b.number) })
	for i := range out {
		if err := out[i].look(dir); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// look reads how a file begins and how long it is.
func (s *segment) look(dir string) error {
	f, err := os.Open(filepath.Join(dir, s.name))
	if err != nil {
		return fmt.Errorf("opening the audit log: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("looking at %s: %w", s.name, err)
	}
	s.size = info.Size()
	line, err := bufio.NewReaderSize(io.LimitReader(f, access.AuditLineMax), 4<<10).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading %s: %w", s.name, err)
	}
	s.first, s.chain = begins(line)
	return nil
}

// begins reads the first line of a file. chain is false when it is not the first entry of a file with a chain; what can be read of
// it is given all the same.
func begins(line []byte) (first access.Entry, chain bool) {
	first, err := access.ParseEntry(bytes.TrimSuffix(line, []byte("\n")))
	if err != nil {
		first = access.Entry{}
		_ = json.Unmarshal(line, &first) // an older version: its members have the same names
		return first, false
	}
	return first, first.Phase == access.PhaseFile && first.Whole()
}

// sum is the SHA-256 of a file.
func sum(path string) (d access.Digest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return d, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return d, err
	}
	return access.Digest(h.Sum(nil)), nil
}

// syncDir makes names of files durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// tailSize is how much of a file's end is read at first to find its last line.
const tailSize = 64 << 10

// tail finds the last whole line of f and where it ends: what lies behind was being written when the process ended.
// line is nil when no line is whole.
func tail(f *os.File) (line []byte, end, size int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, 0, err
	}
	size = info.Size()
	for n := min(size, tailSize); ; n = min(size, n*2) {
		b := make([]byte, n)
		if _, err := f.ReadAt(b, size-n); err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, size, err
		}
		last := bytes.LastIndexByte(b, '\n')
		before := -1
		if last > 0 {
			before = bytes.LastIndexByte(b[:last], '\n')
		}
		switch {
		case last >= 0 && (before >= 0 || n == size):
			return b[before+1 : last], size - n + int64(last) + 1, size, nil
		case n == size:
			return nil, 0, size, nil
		}
	}
}

// lastNumber is the highest number in the end of a file of a version without a chain, or of one that is damaged.
func lastNumber(path string) (last uint64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	b := make([]byte, min(info.Size(), tailSize))
	if _, err := f.ReadAt(b, info.Size()-int64(len(b))); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	for line := range bytes.Lines(b) {
		var e struct {
			Seq uint64 `json:"seq"`
		}
		if json.Unmarshal(line, &e) == nil { // the first line may be cut, the last one too
			last = max(last, e.Seq)
		}
	}
	return last, nil
}
