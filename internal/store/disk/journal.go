package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// journal is a file of checksummed records behind an 8-byte head: the manifest and the definitions. Appends are the
// caller's to serialise.
type journal struct {
	f    file
	path string
	end  int64
}

// maxRecord bounds a record of a journal; definitions are the largest.
const maxRecord = 8 << 20

const journalHead = 8

// createJournal begins a journal in the empty file f.
func createJournal(f file, path, magic string) (*journal, error) {
	if _, err := f.WriteAt(append([]byte(magic), 1, 0, 0, 0), 0); err != nil {
		return nil, fmt.Errorf("writing %s: %w", path, err)
	}
	return &journal{f: f, path: path, end: journalHead}, nil
}

func journalRecord(body []byte) []byte {
	r := binary.LittleEndian.AppendUint32(make([]byte, 0, 8+len(body)), uint32(len(body)))
	r = binary.LittleEndian.AppendUint32(r, recordChecksum(r[:4], body))
	return append(r, body...)
}

func recordChecksum(length, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(length, castagnoli), castagnoli, body)
}

// append writes records, each made by journalRecord. When that fails nothing of them stays.
func (j *journal) append(records []byte) error {
	if _, err := j.f.WriteAt(records, j.end); err != nil {
		err = fmt.Errorf("writing %s: %w", j.path, err)
		if undo := j.f.Truncate(j.end); undo != nil {
			err = errors.Join(err, fmt.Errorf("cutting %s: %w", j.path, undo))
		}
		return err
	}
	j.end += int64(len(records))
	return nil
}

// readJournal gives the records of content to record, until the end or the first that is damaged, and returns where that is
// and whether anything stands behind it. A record that is wrong in itself only, with a good one after it, is skipped.
func readJournal(content []byte, magic string, record func(body []byte) error) (end int64, skipped int, err error) {
	if len(content) < journalHead || string(content[:4]) != magic || content[4] != 1 {
		return 0, 0, fmt.Errorf("%w: no %s file of version 1", ErrVersion, magic)
	}
	at := journalHead
	for at < len(content) {
		body, next := recordAt(content, at)
		if body == nil {
			if next == 0 {
				break
			}
			if after, _ := recordAt(content, next); after == nil {
				break
			}
			skipped++
			at = next
			continue
		}
		if err := record(body); err != nil {
			return int64(at), skipped, err
		}
		at = next
	}
	return int64(at), skipped, nil
}

// recordAt returns the record at a place and where it ends. body is nil when it is damaged; next is 0 when its length
// leads nowhere.
func recordAt(content []byte, at int) (body []byte, next int) {
	if len(content)-at < 8 {
		return nil, 0
	}
	n := binary.LittleEndian.Uint32(content[at:])
	if n == 0 || n > maxRecord || uint64(n) > uint64(len(content)-at-8) {
		return nil, 0
	}
	next = at + 8 + int(n)
	body = content[at+8 : next : next]
	if recordChecksum(content[at:at+4], body) != binary.LittleEndian.Uint32(content[at+4:]) {
		return nil, next
	}
	return body, next
}
