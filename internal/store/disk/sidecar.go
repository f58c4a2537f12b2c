package disk

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// A sidecar is a file beside a segment, <segment>.<kind>:
//
//	head   as a segment's with "SGX1", then u8[3] kind, u8 0, u64 length of the content
//	pages  4092 bytes of content, the last one shorter │ u32 checksum of u64 segment, u64 page number and these bytes
//
// Pages are checked one by one, so that a question that needs a few of a large file reads no more than these.
const (
	sidecarMagic = "SGX1"
	pageLen      = 4096
	pageContent  = pageLen - 4
	maxSidecar   = 4 << 30
)

// sidecarKinds are the kinds that there are. Files with other names beside segments are foreign.
var sidecarKinds = []string{"agg", "key", "tok"}

func isSidecar(name string) bool { return slices.Contains(sidecarKinds, name) }

type sidecarHead struct {
	segment   uint64
	recording event.RecordingID
	created   int64 // of the segment
	kind      string
	length    int64
}

func (h sidecarHead) bytes() []byte {
	b := append(make([]byte, 0, headLen), sidecarMagic...)
	b = append(b, 1, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, h.segment)
	b = append(b, h.recording[:]...)
	b = binary.LittleEndian.AppendUint64(b, uint64(h.created))
	b = append(append(b, h.kind...), 0)
	return sealFrame(binary.LittleEndian.AppendUint64(b, uint64(h.length)))
}

func parseSidecarHead(b []byte) (h sidecarHead, ok bool) {
	if !frameIntact(b, sidecarMagic) || b[4] != 1 {
		return h, false
	}
	h = sidecarHead{
		segment: binary.LittleEndian.Uint64(b[8:]), recording: event.RecordingID(b[16:32]), created: int64(binary.LittleEndian.Uint64(b[32:])),
		kind: string(b[40:43]), length: int64(binary.LittleEndian.Uint64(b[44:])),
	}
	return h, h.length >= 0 && h.length <= maxSidecar
}

func pageSum(segment uint64, page int64, content []byte) uint32 {
	var at [16]byte
	binary.LittleEndian.PutUint64(at[:], segment)
	binary.LittleEndian.PutUint64(at[8:], uint64(page))
	return crc32.Update(crc32.Checksum(at[:], castagnoli), castagnoli, content)
}

// paged gives the file of h with its content, some pages at a time: an index of texts is a quarter of its segment.
func (h sidecarHead) paged(content []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		out := append(make([]byte, 0, pieceBytes+pageLen), h.bytes()...)
		for page := int64(0); len(content) > 0; page++ {
			n := min(len(content), pageContent)
			out = append(out, content[:n]...)
			out = binary.LittleEndian.AppendUint32(out, pageSum(h.segment, page, content[:n]))
			content = content[n:]
			if len(out) >= pieceBytes {
				if !yield(out) {
					return
				}
				out = out[:0]
			}
		}
		if len(out) > 0 {
			yield(out)
		}
	}
}

// pieceBytes is about how much of a sidecar is written at once.
const pieceBytes = 1 << 20

// sidecar reads one.
type sidecar struct {
	file
	head sidecarHead
}

func openSidecar(f file, want sidecarHead) (*sidecar, error) {
	b := make([]byte, headLen)
	if _, err := f.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading a sidecar: %w", err)
	}
	h, ok := parseSidecarHead(b)
	want.length = h.length
	if !ok || h != want {
		return nil, store.ErrSidecar
	}
	return &sidecar{f, h}, nil
}

// Size is that of store.Sidecar.
func (s *sidecar) Size() int64 { return s.head.length }

// ReadAt is that of store.Sidecar.
func (s *sidecar) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off > s.head.length || int64(len(p)) > s.head.length-off {
		return 0, io.ErrUnexpectedEOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	first, last := off/pageContent, (off+int64(len(p))-1)/pageContent
	end := min((last+1)*pageContent, s.head.length) + 4*(last+1)
	buf := make([]byte, end-first*pageLen)
	if _, err := s.file.ReadAt(buf, headLen+first*pageLen); err != nil {
		if errors.Is(err, io.EOF) {
			err = store.ErrSidecar
		}
		return 0, fmt.Errorf("reading a sidecar of segment %d: %w", s.head.segment, err)
	}
	n := 0
	for page := first; page <= last; page++ {
		whole := buf[:min(len(buf), pageLen)]
		buf = buf[len(whole):]
		content := whole[:len(whole)-4]
		if pageSum(s.head.segment, page, content) != binary.LittleEndian.Uint32(whole[len(content):]) {
			return 0, fmt.Errorf("page %d beside segment %d: %w", page, s.head.segment, store.ErrSidecar)
		}
		n += copy(p[n:], content[max(0, off-page*pageContent):])
	}
	return n, nil
}

// held finds a sealed segment and holds it until done is called.
func (s *Store) held(rec event.RecordingID, id uint64) (g *segment, done func(), err error) {
	if s.closed() {
		return nil, nil, store.ErrClosed
	}
	r := s.find(rec)
	if r == nil {
		return nil, nil, fmt.Errorf("recording %s: %w", rec, store.ErrNotFound)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if g = r.mu.set.of(id); r.mu.deleted || g == nil || !g.sealed {
		return nil, nil, fmt.Errorf("sealed segment %d: %w", id, store.ErrNotFound)
	}
	g.hold()
	return g, func() { _ = g.release() }, nil
}

func (s *segmentSet) of(id uint64) *segment {
	if s == nil {
		return nil
	}
	return s.byID[id]
}

func (s *segment) sidecarName(kind string) string { return strconv.FormatUint(s.id, 10) + "." + kind }

// Sealed is that of store.Sidecars.
func (s *Store) Sealed(rec event.RecordingID) ([]uint64, error) {
	r := s.find(rec)
	if r == nil {
		return nil, fmt.Errorf("recording %s: %w", rec, store.ErrNotFound)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []uint64
	if r.mu.set != nil {
		for id, g := range r.mu.set.byID {
			if g.sealed {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// PutSidecar is that of store.Sidecars.
func (s *Store) PutSidecar(ctx context.Context, rec event.RecordingID, segment uint64, kind string, content []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !isSidecar(kind) || int64(len(content)) > maxSidecar {
		return fmt.Errorf("sidecar %q of %d bytes: %w", kind, len(content), errors.ErrUnsupported)
	}
	end, err := s.begin()
	if err != nil {
		return err
	}
	defer end()
	if s.free.Load() < s.opt.MinFree+int64(len(content)) && s.opt.MinFree > 0 {
		return fmt.Errorf("writing a sidecar: %w", store.ErrDiskFull) // room is for what cannot be made again
	}
	g, done, err := s.held(rec, segment)
	if err != nil {
		return err
	}
	defer done()
	h := sidecarHead{segment: g.id, recording: rec, created: g.created, kind: kind, length: int64(len(content))}
	if err := writePieces(s.opt.files, g.dir, g.sidecarName(kind), h.paged(content)); err != nil {
		if diskFull(err) {
			err = errors.Join(store.ErrDiskFull, err)
		}
		return fmt.Errorf("writing a sidecar: %w", err)
	}
	return nil
}

// OpenSidecar is that of store.Sidecars.
func (s *Store) OpenSidecar(rec event.RecordingID, segment uint64, kind string) (store.Sidecar, error) {
	g, done, err := s.held(rec, segment)
	if err != nil {
		return nil, err
	}
	defer done()
	f, err := s.opt.files.Open(filepath.Join(g.dir, g.sidecarName(kind)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("sidecar %s of segment %d: %w", kind, segment, store.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("opening a sidecar: %w", err)
	}
	c, err := openSidecar(f, sidecarHead{segment: g.id, recording: rec, created: g.created, kind: kind})
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return c, nil
}

// removeSidecars removes what lies beside a segment that goes.
func (s *segment) removeSidecars() error {
	var err error
	for _, kind := range sidecarKinds {
		err = errors.Join(err, ignoreMissing(s.files.Remove(filepath.Join(s.dir, s.sidecarName(kind)))))
	}
	return err
}

// besideName reads the name of a file beside a segment: its index or a sidecar.
func besideName(name string) (segment uint64, ok bool) {
	number, kind, _ := strings.Cut(name, ".")
	id, err := strconv.ParseUint(number, 10, 64)
	return id, err == nil && id != math.MaxUint64 && (kind == "idx" || isSidecar(kind))
}

// checkSidecar reads a sidecar from its beginning to its end.
func checkSidecar(f file, h sidecarHead) error {
	s, err := openSidecar(f, h)
	if err != nil {
		return err
	}
	buf := make([]byte, 256*pageContent)
	for at := int64(0); at < s.Size(); at += int64(len(buf)) {
		if _, err := s.ReadAt(buf[:min(int64(len(buf)), s.Size()-at)], at); err != nil {
			return err
		}
	}
	return nil
}
