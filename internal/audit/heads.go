package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sightglass/sightglass/internal/access"
)

// lastHead is the last head in a file; the zero Head when there is none.
func lastHead(path string) (access.Head, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return access.Head{}, nil
	}
	if err != nil {
		return access.Head{}, fmt.Errorf("opening the heads of the audit log: %w", err)
	}
	defer f.Close()
	line, _, _, err := tail(f)
	if err != nil {
		return access.Head{}, fmt.Errorf("reading the heads of the audit log: %w", err)
	}
	h, err := access.ParseHead(line)
	if err != nil {
		return access.Head{}, nil // damaged, which verify tells; the next head is another line
	}
	return h, nil
}

// sign signs the end of the chain, as far as it is on disk, and appends the head to HeadsFile. Nothing is signed twice: without
// new entries it answers the head before.
func (l *Log) sign() (access.Head, error) {
	l.mu.Lock()
	at, before := l.synced, l.head
	l.mu.Unlock()
	if at.Seq == 0 || at.Seq == before.Seq && at.Hash == before.Hash {
		return before, nil
	}
	h := access.SignHead(l.key, at, l.o.Now())
	f, err := os.OpenFile(l.path(HeadsFile), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return before, fmt.Errorf("opening the heads of the audit log: %w", err)
	}
	_, end, size, err := tail(f)
	if err == nil && end < size { // a head that was not finished
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.Write(append(h.Canonical(nil, true), '\n'))
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return before, fmt.Errorf("writing a head of the audit log: %w", err)
	}
	l.mu.Lock()
	l.head = h
	l.announce() // for those who take heads
	l.mu.Unlock()
	return h, nil
}

// Head is the last one that was signed.
func (l *Log) Head() access.Head {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head
}

// ReadHeads gives the heads of a file in its order: lines of HeadsFile, or CloudEvents whose data is a head, as anchors hold them. Lines
// that hold neither are an error when strict, and left out otherwise: an anchor may hold other things. close closes the file.
func ReadHeads(path string, strict bool) (heads access.HeadList, close func() error, err error) {
	f, err := os.Open(path)
	if err != nil {
		return access.HeadList{}, nil, fmt.Errorf("opening heads: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return access.HeadList{}, nil, errors.Join(fmt.Errorf("looking at heads: %w", err), f.Close())
	}
	// What a server signs while its log is read may cover entries that were written behind the reader.
	in := bufio.NewReaderSize(io.LimitReader(f, info.Size()), 64<<10)
	next := func() (access.Head, bool, error) {
		for {
			line, err := readLine(in)
			if errors.Is(err, io.EOF) {
				return access.Head{}, false, nil
			}
			if err != nil {
				return access.Head{}, false, err
			}
			h, err := access.ParseHead(line)
			if err == nil {
				return h, true, nil
			}
			var e struct {
				Type string          `json:"type"`
				Data json.RawMessage `json:"data"`
			}
			if at := bytes.IndexByte(line, '{'); at >= 0 && json.Unmarshal(line[at:], &e) == nil && e.Type == access.HeadType {
				if h, err = access.ParseHead(e.Data); err == nil {
					return h, true, nil
				}
			}
			if strict {
				return access.Head{}, false, &access.Broken{File: path, Text: access.ErrHead.Error()}
			}
		}
	}
	return access.HeadList{Name: path, Next: next}, f.Close, nil
}

// errTorn: the last line has no end.
var errTorn = errors.New("the last line has no end")

// readLine reads one line without its end. io.EOF behind the last one; errTorn when that has no end; lines beyond AuditLineMax are an
// error.
func readLine(in *bufio.Reader) ([]byte, error) {
	var long []byte
	for {
		part, err := in.ReadSlice('\n')
		switch {
		case err == nil && long == nil:
			return part[:len(part)-1], nil
		case err == nil:
			return append(long, part[:len(part)-1]...), nil
		case errors.Is(err, bufio.ErrBufferFull):
			if len(long)+len(part) > access.AuditLineMax {
				return nil, errors.New("a line is too long to be an entry")
			}
			long = append(long, part...)
		case errors.Is(err, io.EOF) && len(long)+len(part) > 0:
			return nil, errTorn
		default:
			return nil, err
		}
	}
}
