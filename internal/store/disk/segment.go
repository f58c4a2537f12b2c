package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Wire format of segment files; the byte picture is in the package doc.
const (
	segmentMagic = "SGS1"
	footMagic    = "SGSF"
	indexMagic   = "SGI1"
	headLen      = 64
	footLen      = 64
	checksumAt   = 60
)

// segmentHead begins a segment and its index.
type segmentHead struct {
	magic     string
	flags     uint16
	segment   uint64
	recording event.RecordingID
	created   int64 // µs
	first     uint64
	last      uint64
}

// Flags of a segment's head.
const (
	flagRecoded = 1 // its blocks were re-coded: nothing is to be gained by trying again
	flagRemains = 2 // it holds what stays of segments that retention removed
)

func (h segmentHead) bytes() []byte {
	b := append(make([]byte, 0, headLen), h.magic...)
	b = append(b, 1, 0)
	b = binary.LittleEndian.AppendUint16(b, h.flags)
	b = binary.LittleEndian.AppendUint64(b, h.segment)
	b = append(b, h.recording[:]...)
	for _, v := range []uint64{uint64(h.created), h.first, h.last} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return sealFrame(b)
}

// sealFrame pads b to 64 bytes with its checksum at the end.
func sealFrame(b []byte) []byte {
	b = append(b, make([]byte, checksumAt-len(b))...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func frameIntact(b []byte, magic string) bool {
	return len(b) == headLen && string(b[:4]) == magic &&
		crc32.Checksum(b[:checksumAt], castagnoli) == binary.LittleEndian.Uint32(b[checksumAt:])
}

var errNoSegment = errors.New("not a segment of this format")

func parseSegmentHead(b []byte, magic string) (segmentHead, error) {
	if !frameIntact(b, magic) || b[4] != 1 {
		return segmentHead{}, errNoSegment
	}
	return segmentHead{
		magic: magic, flags: binary.LittleEndian.Uint16(b[6:]), segment: binary.LittleEndian.Uint64(b[8:]), recording: event.RecordingID(b[16:32]),
		created: int64(binary.LittleEndian.Uint64(b[32:])), first: binary.LittleEndian.Uint64(b[40:]), last: binary.LittleEndian.Uint64(b[48:]),
	}, nil
}

// segmentFoot ends a sealed segment.
type segmentFoot struct {
	blocksEnd, definitionsEnd int64
	blocks                    uint64
	lastStored                int64 // µs
	definitions               uint32
}

func (f segmentFoot) bytes() []byte {
	b := append(make([]byte, 0, footLen), footMagic...)
	b = append(b, 0, 0, 0, 0)
	for _, v := range []uint64{uint64(f.blocksEnd), uint64(f.definitionsEnd), f.blocks, uint64(f.lastStored)} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return sealFrame(binary.LittleEndian.AppendUint32(b, f.definitions))
}

func parseSegmentFoot(b []byte) (segmentFoot, bool) {
	if !frameIntact(b, footMagic) {
		return segmentFoot{}, false
	}
	u := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	return segmentFoot{blocksEnd: int64(u(8)), definitionsEnd: int64(u(16)), blocks: u(24), lastStored: int64(u(32)),
		definitions: binary.LittleEndian.Uint32(b[40:])}, true
}

// segment is a file of blocks. Fields above the locks do not change. A segment lives as long as somebody holds it: the
// recording does until it is deleted, snapshots do.
type segment struct {
	id      uint64
	dir     string
	created int64 // µs
	files   fileSystem
	flags   uint16
	first   uint64 // of the segments in whose place it stands, the lowest and highest number; both 0 when it was begun as itself
	last    uint64

	syncing sync.Mutex // held over an fsync; taken before recording.mu
	holders atomic.Int64
	doomed  atomic.Bool // files go with the last holder
	spoiled atomic.Bool // it cannot be rewritten: it is left alone until the next start

	// Guarded by recording.mu.
	end        int64 // of the blocks
	blocks     uint64
	lastStored int64 // µs
	sealed     bool
	linked     bool     // the folder's entry is durable
	broken     bool     // a write or fsync failed: nothing is appended any more
	unsynced   []byte   // blocks since the last good fsync; they begin at end - len(unsynced)
	movedTo    *segment // has the blocks that an fsync failed for; nil when there were none

	used atomic.Bool // since the last rest
	mu   struct {
		sync.RWMutex // held for reading while the file is in use
		f            file
	}
}

// place is where s stands among the segments of its recording: in order of it they hold blocks in order of arrival.
func (s *segment) place() uint64 {
	if s.first != 0 {
		return s.first
	}
	return s.id
}

func (s *segment) head(rec event.RecordingID) segmentHead {
	return segmentHead{magic: segmentMagic, flags: s.flags, segment: s.id, recording: rec, created: s.created, first: s.first, last: s.last}
}

func (s *segment) path() string {
	return filepath.Join(s.dir, strconv.FormatUint(s.id, 10)+".sgs")
}

func (s *segment) indexName() string { return strconv.FormatUint(s.id, 10) + ".idx" }

// file returns the file, open until the caller calls done.
func (s *segment) file() (f file, done func(), err error) {
	for {
		s.mu.RLock()
		if s.mu.f != nil {
			s.used.Store(true)
			return s.mu.f, s.mu.RUnlock, nil
		}
		s.mu.RUnlock()
		if err := s.openFile(); err != nil {
			return nil, nil, err
		}
	}
}

func (s *segment) openFile() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.f != nil {
		return nil
	}
	f, err := s.files.Open(s.path())
	if err != nil {
		return fmt.Errorf("opening segment %s: %w", s.path(), err)
	}
	s.mu.f = f
	return nil
}

// ReadAt reads from the file, which need not be open.
func (s *segment) ReadAt(p []byte, off int64) (int, error) {
	f, done, err := s.file()
	if err != nil {
		return 0, err
	}
	defer done()
	n, err := f.ReadAt(p, off)
	if n == len(p) {
		return n, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = fmt.Errorf("segment %s ends early: %w", s.path(), io.ErrUnexpectedEOF)
	}
	return n, err
}

// write puts b at the end of the blocks. When that fails nothing of it stays, or the segment is broken.
func (s *segment) write(b []byte, at int64) error {
	f, done, err := s.file()
	if err != nil {
		return err
	}
	defer done()
	if _, err = f.WriteAt(b, at); err == nil {
		return nil
	}
	if undo := f.Truncate(at); undo != nil {
		s.broken = true
		err = errors.Join(err, fmt.Errorf("cutting: %w", undo))
	}
	if diskFull(err) {
		err = errors.Join(store.ErrDiskFull, err)
	}
	return fmt.Errorf("writing segment %s: %w", s.path(), err)
}

func (s *segment) sync() error {
	f, done, err := s.file()
	if err != nil {
		return err
	}
	defer done()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("syncing segment %s: %w", s.path(), err)
	}
	return nil
}

// rest closes the file when nothing used it since the last call. It is opened again when needed.
// Only for sealed segments: an fsync that is still owed must go to the file that was written.
func (s *segment) rest() error {
	if s.used.Swap(false) || !s.mu.TryLock() {
		return nil
	}
	defer s.mu.Unlock()
	return s.closeFile()
}

func (s *segment) closeFile() error {
	if s.mu.f == nil {
		return nil
	}
	err := s.mu.f.Close()
	s.mu.f = nil
	return err
}

func (s *segment) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closeFile()
}

func (s *segment) hold() { s.holders.Add(1) }

// release gives up a hold; the last one of a doomed segment removes its files.
func (s *segment) release() error {
	if s.holders.Add(-1) > 0 || !s.doomed.Load() {
		return nil
	}
	return errors.Join(s.close(), s.files.Remove(s.path()), ignoreMissing(s.files.Remove(filepath.Join(s.dir, s.indexName()))), s.removeSidecars())
}
