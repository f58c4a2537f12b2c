package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sightglass/sightglass/internal/access"
)

// readAtOnce is how much of a file is read at a time.
const readAtOnce = 64 << 10

// source is one file that is read, up to size.
type source struct {
	segment
	f *os.File
}

// entryOf reads a line for people: what a check would call broken is shown as far as it can be read. ok is false when nothing of it can.
func entryOf(line []byte) (e access.Entry, ok bool) {
	if json.Unmarshal(line, &e) != nil || e.Seq == 0 {
		return access.Entry{}, false
	}
	return e, true
}

// backwards gives the lines that end at or before end, the last one first, until yield says no. yield must not keep the line.
func (s *source) backwards(end int64, yield func(line []byte) bool) error {
	var rest []byte // the end of a line whose beginning was not read yet
	for end > 0 {
		n := min(end, readAtOnce)
		b := make([]byte, n, n+int64(len(rest)))
		if _, err := s.f.ReadAt(b, end-n); err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("reading %s: %w", s.name, err)
		}
		end -= n
		b = append(b, rest...)
		for {
			b = bytes.TrimSuffix(b, []byte("\n"))
			at := bytes.LastIndexByte(b, '\n')
			if at < 0 {
				break
			}
			if !yield(b[at+1:]) {
				return nil
			}
			b = b[:at+1]
		}
		if rest = append([]byte(nil), b...); len(rest) > access.AuditLineMax {
			return fmt.Errorf("reading %s: a line is too long to be an entry", s.name)
		}
	}
	if len(rest) > 0 {
		yield(rest)
	}
	return nil
}

// lineFrom reads the first whole line that begins at or behind at: its entry, where it begins and where it ends. ok is false when there is
// none, or none that can be read.
func (s *source) lineFrom(at int64) (e access.Entry, begin, end int64, ok bool, err error) {
	b := make([]byte, 0, 4<<10)
	begin = at
	if at > 0 { // a line begins behind the end of the one before
		begin = -1
		at--
	}
	for pos := at; pos < s.size; {
		n := int(min(s.size-pos, int64(max(4<<10, len(b)))))
		k := len(b)
		b = append(b, make([]byte, n)...)
		if _, err := s.f.ReadAt(b[k:], pos); err != nil && !errors.Is(err, io.EOF) {
			return e, 0, 0, false, fmt.Errorf("reading %s: %w", s.name, err)
		}
		pos += int64(n)
		for {
			if begin < 0 {
				nl := bytes.IndexByte(b, '\n')
				if nl < 0 {
					break
				}
				begin = at + int64(nl) + 1
			}
			line := b[begin-at:]
			nl := bytes.IndexByte(line, '\n')
			if nl < 0 {
				break
			}
			if e, ok = entryOf(line[:nl]); ok {
				return e, begin, begin + int64(nl) + 1, true, nil
			}
			begin += int64(nl) + 1 // it cannot be read: the one behind it
		}
		if len(b) > 2*access.AuditLineMax {
			break
		}
	}
	return e, 0, 0, false, nil
}

// bisect finds where the first entry begins for which reached is true; reached must be false and then true along the file. size when none is.
func (s *source) bisect(reached func(*access.Entry) bool) (int64, error) {
	low, high := int64(0), s.size // the place is in [low, high]
	for low < high {
		mid := (low + high) / 2
		e, begin, end, ok, err := s.lineFrom(mid)
		switch {
		case err != nil:
			return 0, err
		case !ok || begin >= high || reached(&e):
			// The lines that begin in [mid, high) are none, or reached.
			high = mid
		default:
			low = end
		}
	}
	return low, nil
}

// sources opens the files that are there now, oldest first; what is written later is not in them. close closes them.
func (l *Log) sources() (out []source, close func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close = func() {
		for _, s := range out {
			if s.f != nil {
				_ = s.f.Close()
			}
		}
	}
	for _, s := range l.files {
		f, err := os.Open(l.path(s.name))
		if errors.Is(err, os.ErrNotExist) && s.name != Active {
			continue // retention has just taken it
		}
		if err != nil {
			close()
			return nil, nil, fmt.Errorf("reading the audit log: %w", err)
		}
		out = append(out, source{s, f})
	}
	return out, close, nil
}

// Entry reads one entry by its number. ok is false when it is not there any more, or not yet.
func (l *Log) Entry(seq uint64) (e access.Entry, ok bool, err error) {
	sources, close, err := l.sources()
	if err != nil {
		return e, false, err
	}
	defer close()
	return find(sources, seq)
}

func find(sources []source, seq uint64) (e access.Entry, ok bool, err error) {
	for i := len(sources) - 1; i >= 0; i-- {
		s := &sources[i]
		if s.first.Seq > seq {
			continue
		}
		at, err := s.bisect(func(e *access.Entry) bool { return e.Seq >= seq })
		if err != nil {
			return e, false, err
		}
		e, _, _, ok, err := s.lineFrom(at)
		return e, ok && e.Seq == seq, err
	}
	return e, false, nil
}
