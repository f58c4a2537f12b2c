package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// auditTail is how much of the log's end is read to find its last number; a line is far shorter.
const auditTail = 64 << 10

// openAudit opens the log of reads for appending and goes on counting where it ends.
func openAudit(path string, now func() time.Time) (*access.Lines, *os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the audit log: %w", err)
	}
	last, whole, err := lastSeq(f)
	if err == nil && !whole {
		_, err = f.Write([]byte("\n")) // the process ended inside a line: what follows begins on its own
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("reading the end of the audit log: %w", err), f.Close())
	}
	return access.NewLines(f, now, last+1), f, nil
}

// lastSeq is the highest number in the end of f; whole tells whether f ends with a line's end.
func lastSeq(f *os.File) (last uint64, whole bool, err error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return 0, true, err
	}
	tail := make([]byte, min(info.Size(), auditTail))
	if _, err := f.ReadAt(tail, info.Size()-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return 0, false, err
	}
	for line := range bytes.Lines(tail) {
		var entry struct {
			Seq uint64 `json:"seq"`
		}
		if json.Unmarshal(line, &entry) == nil { // the first line may be cut, the last one too
			last = max(last, entry.Seq)
		}
	}
	return last, tail[len(tail)-1] == '\n', nil
}
