package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// sidecar checks a sidecar and names it when it is damaged: nothing is lost, it is made again.
func (c *check) sidecar(rec event.RecordingID, segment uint64, name string) {
	_, kind, _ := strings.Cut(name, ".")
	path := filepath.Join("seg", rec.String(), name)
	err := readSidecar(filepath.Join(c.dir, path), sidecarHead{segment: segment, recording: rec, kind: kind})
	if err != nil {
		c.found(Problem{Kind: NoIndex, Recording: rec, Segment: segment, File: path,
			Text: fmt.Sprintf("the sidecar %s of segment %s cannot be used and is made again: %v", kind, strconv.FormatUint(segment, 10), err)})
	}
}

func readSidecar(path string, want sidecarHead) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening a sidecar: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	b := make([]byte, headLen)
	if _, err := f.ReadAt(b, 0); err == nil {
		if h, ok := parseSidecarHead(b); ok {
			want.created = h.created // what the segment's own head says is compared when it is used
		}
	}
	return checkSidecar(readOnly{f}, want)
}

// readOnly is an *os.File of which nothing but reading is asked.
type readOnly struct{ *os.File }

// WriteAt is that of file.
func (readOnly) WriteAt([]byte, int64) (int, error) { return 0, errors.ErrUnsupported }
