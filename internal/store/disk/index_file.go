package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/store"
)

var errIndex = errors.New("index file does not fit its segment")

// maxIndexFile bounds the .idx that is read on opening; a larger one is made again by a scan.
const maxIndexFile = 1 << 30

// writeIndex writes the .idx of a sealed segment from its blocks.
func writeIndex(g *segment, head segmentHead, refs []store.Ref, end int64) error {
	head.magic = indexMagic
	out := head.bytes()
	buf := make([]byte, block.MaxHeader+24)
	for _, r := range refs {
		n := 0
		if len(r.Header.Sections) > 0 {
			n = int(r.Header.Sections[0].Offset)
		} else {
			n = int(r.Header.Size)
		}
		if _, err := g.ReadAt(buf[:n], r.Offset); err != nil {
			return fmt.Errorf("reading a header for the index: %w", err)
		}
		out = binary.LittleEndian.AppendUint64(out, uint64(r.Offset))
		out = append(out, buf[:n]...)
	}
	out = binary.LittleEndian.AppendUint64(out, uint64(end))
	out = binary.LittleEndian.AppendUint64(out, uint64(len(refs)))
	out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
	return writeAtomically(g.files, g.dir, g.indexName(), out)
}

// indexFile is a .idx whose checksum holds.
type indexFile struct {
	head    segmentHead
	entries []byte // offset and head of each block
	end     int64  // of the blocks
	blocks  uint64
}

// openIndex reads a .idx and checks it as a whole.
func openIndex(files fileSystem, path string) (*indexFile, error) {
	b, err := files.ReadFile(path, maxIndexFile)
	if err != nil {
		return nil, fmt.Errorf("reading the index: %w", err)
	}
	const tail = 20
	if len(b) < headLen+tail {
		return nil, errIndex
	}
	head, err := parseSegmentHead(b[:headLen], indexMagic)
	end := b[len(b)-tail:]
	if err != nil || crc32.Checksum(b[:len(b)-4], castagnoli) != binary.LittleEndian.Uint32(end[16:]) {
		return nil, errIndex
	}
	x := &indexFile{head: head, entries: b[headLen : len(b)-tail], end: int64(binary.LittleEndian.Uint64(end)), blocks: binary.LittleEndian.Uint64(end[8:])}
	return x, x.whole()
}

// whole tells whether entries are as many as the file says, and in their segment.
func (x *indexFile) whole() error {
	n := uint64(0)
	for b := x.entries; len(b) > 0; n++ {
		if len(b) < 8 {
			return errIndex
		}
		at := int64(binary.LittleEndian.Uint64(b))
		head, size, err := block.Extent(b[8:])
		if err != nil || head > len(b)-8 || at < headLen || at > x.end-int64(size) {
			return errors.Join(errIndex, err)
		}
		b = b[8+head:]
	}
	if n != x.blocks {
		return errIndex
	}
	return nil
}

// fits tells whether x is the index of a segment with this head.
func (x *indexFile) fits(head segmentHead) bool {
	head.magic = indexMagic
	return x.head == head
}

// indexEntry is a block that an index names.
type indexEntry struct {
	h  *block.Header
	at int64
}

// each gives the blocks in pieces, of which nothing is kept. An error means that an entry, and so the whole file, cannot be trusted.
func (x *indexFile) each(yield func([]indexEntry) bool) error {
	const piece = 512
	for b := x.entries; len(b) > 0; {
		list := make([]indexEntry, 0, piece)
		for len(b) > 0 && len(list) < piece {
			n, _, err := block.Extent(b[8:])
			if err != nil {
				return errors.Join(errIndex, err)
			}
			h, err := block.ParseHeader(b[8 : 8+n])
			if err != nil {
				return errors.Join(errIndex, err)
			}
			list = append(list, indexEntry{h, int64(binary.LittleEndian.Uint64(b))})
			b = b[8+n:]
		}
		if !yield(list) {
			return nil
		}
	}
	return nil
}

// readIndex gives the blocks of a sealed segment from its .idx. After an error of the index itself none were given: the segment must be
// scanned instead.
func readIndex(g *segment, head segmentHead, foot segmentFoot, found func(h *block.Header, at int64) error) error {
	x, err := openIndex(g.files, filepath.Join(g.dir, g.indexName()))
	if err != nil {
		return err
	}
	if !x.fits(head) || x.end != foot.blocksEnd || x.blocks != foot.blocks {
		return errIndex
	}
	var all []indexEntry
	err = x.each(func(list []indexEntry) bool {
		all = append(all, list...)
		return true
	})
	if err != nil {
		return err
	}
	for _, e := range all {
		if err := found(e.h, e.at); err != nil {
			return err
		}
	}
	return nil
}
