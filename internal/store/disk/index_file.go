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

// readIndex gives the blocks of a sealed segment from its .idx. Any error means that the segment must be scanned instead.
func readIndex(g *segment, head segmentHead, foot segmentFoot, found func(h *block.Header, at int64) error) error {
	b, err := g.files.ReadFile(filepath.Join(g.dir, g.indexName()), maxIndexFile)
	if err != nil {
		return fmt.Errorf("reading the index: %w", err)
	}
	const tail = 20
	if len(b) < headLen+tail {
		return errIndex
	}
	have, err := parseSegmentHead(b[:headLen], indexMagic)
	end := b[len(b)-tail:]
	head.magic = indexMagic
	if err != nil || have != head ||
		crc32.Checksum(b[:len(b)-4], castagnoli) != binary.LittleEndian.Uint32(end[16:]) ||
		int64(binary.LittleEndian.Uint64(end)) != foot.blocksEnd || binary.LittleEndian.Uint64(end[8:]) != foot.blocks {
		return errIndex
	}
	b = b[headLen : len(b)-tail]
	type entry struct {
		h  *block.Header
		at int64
	}
	entries := make([]entry, 0, min(foot.blocks, uint64(len(b)/128)))
	for len(b) > 0 {
		if len(b) < 8 {
			return errIndex
		}
		at := int64(binary.LittleEndian.Uint64(b))
		n, size, err := block.Extent(b[8:])
		if err != nil || n > len(b)-8 || at < headLen || at+int64(size) > foot.blocksEnd {
			return errors.Join(errIndex, err)
		}
		h, err := block.ParseHeader(b[8 : 8+n])
		if err != nil {
			return errors.Join(errIndex, err)
		}
		entries = append(entries, entry{h, at})
		b = b[8+n:]
	}
	if uint64(len(entries)) != foot.blocks {
		return errIndex
	}
	for _, e := range entries {
		if err := found(e.h, e.at); err != nil {
			return err
		}
	}
	return nil
}
