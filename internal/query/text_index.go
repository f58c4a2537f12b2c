package query

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A text index is the sidecar "tok" of a segment: for each block a Bloom filter of the grams of all texts of its events, so that a
// search for a text decodes the blocks alone that may hold it. Filters of one size lie side by side and are cut crosswise: a row has
// one bit of each of them, so that a question reads as many rows as it has bits to look at, whatever the number of blocks.
//
//	u32 version │ u32 tables │ table* │ u64 offset of each block, table after table │ rows, table after table
//	table: u32 blocks, u32 bits of a filter = rows; a row has (blocks+7)/8 bytes, a block's bit is at its place in the table
//
// A block that no table names is in no filter: it may hold anything. All integers are little-endian.
const (
	textVersion  = 1 // of the bytes and of the texts that events have: another one is made again
	filterProbes = 3
	bitsPerGram  = 6
	groupBlocks  = 256     // filters that are in memory while an index is made, and that a segment is ahead of its index at most
	maxGrams     = 1 << 20 // of a block; one with more is in no filter
	maxTables    = 1 << 20
	maxIndexed   = 1 << 28 // blocks
	textHead     = 8
	tableLen     = 8
)

var errTextIndex = errors.New("text index is damaged")

// blockGrams are the grams of one block.
type blockGrams struct {
	offset int64
	hashes []uint32 // sorted, each once
}

// filterBits is the size of the filter of n grams: steps of a quarter, so that few sizes are enough.
func filterBits(n int) uint32 {
	want := uint64(n)*bitsPerGram + 64
	bits := uint64(64)
	for bits < want {
		step := bits / 4
		for range 4 {
			if bits += step; bits >= want {
				break
			}
		}
	}
	return uint32((bits + 63) / 64 * 64)
}

// probe is the i-th bit of a gram in a filter of that many bits.
func probe(hash uint32, i int, bits uint32) uint32 {
	h := mix(hash + uint32(i)*0x9e3779b9)
	return uint32(uint64(h) * uint64(bits) >> 32)
}

// textTable is one table of an index that is being made.
type textTable struct {
	bits    uint32
	offsets []int64
	rows    []byte
}

// textTables makes the tables of a group of blocks.
func textTables(group []blockGrams) (tables []textTable) {
	bySize := map[uint32][]blockGrams{}
	for _, b := range group {
		bits := filterBits(len(b.hashes))
		bySize[bits] = append(bySize[bits], b)
	}
	var sizes []uint32
	for bits := range bySize {
		sizes = append(sizes, bits)
	}
	slices.Sort(sizes)
	for _, bits := range sizes {
		blocks := bySize[bits]
		width := (len(blocks) + 7) / 8
		t := textTable{bits: bits, rows: make([]byte, int(bits)*width)}
		for i, b := range blocks {
			t.offsets = append(t.offsets, b.offset)
			for _, h := range b.hashes {
				for k := range filterProbes {
					t.rows[int(probe(h, k, bits))*width+i/8] |= 1 << (i % 8)
				}
			}
		}
		tables = append(tables, t)
	}
	return tables
}

// textIndex is the content of a sidecar with these tables.
func textIndex(tables []textTable) []byte {
	size := textHead
	for _, t := range tables {
		size += tableLen + 8*len(t.offsets) + len(t.rows)
	}
	out := binary.LittleEndian.AppendUint32(make([]byte, 0, size), textVersion)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(tables)))
	for _, t := range tables {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(t.offsets)))
		out = binary.LittleEndian.AppendUint32(out, t.bits)
	}
	for _, t := range tables {
		for _, at := range t.offsets {
			out = binary.LittleEndian.AppendUint64(out, uint64(at))
		}
	}
	for _, t := range tables {
		out = append(out, t.rows...)
	}
	return out
}

// lacking finds the blocks of an index, by offset, that lack one of the grams. It reads size bytes of r at most once each.
func lacking(r io.ReaderAt, size int64, hashes []uint32) (map[int64]bool, error) {
	var head [textHead]byte
	if size < textHead {
		return nil, errTextIndex
	}
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, fmt.Errorf("reading a text index: %w", err)
	}
	n := int64(binary.LittleEndian.Uint32(head[4:]))
	if binary.LittleEndian.Uint32(head[:]) != textVersion || n > maxTables || textHead+n*tableLen > size {
		return nil, errTextIndex
	}
	heads := make([]byte, n*tableLen)
	if _, err := r.ReadAt(heads, textHead); err != nil {
		return nil, fmt.Errorf("reading a text index: %w", err)
	}
	offsetsAt, blocks, rows := textHead+n*tableLen, int64(0), int64(0)
	for i := range n {
		b, bits := int64(binary.LittleEndian.Uint32(heads[i*tableLen:])), int64(binary.LittleEndian.Uint32(heads[i*tableLen+4:]))
		if b == 0 || bits == 0 || b > maxIndexed-blocks {
			return nil, errTextIndex
		}
		blocks, rows = blocks+b, rows+bits*((b+7)/8)
		if rows > size {
			return nil, errTextIndex
		}
	}
	if offsetsAt+blocks*8+rows != size {
		return nil, errTextIndex
	}
	out := make(map[int64]bool)
	rowsAt := offsetsAt + blocks*8
	for i := range n {
		b, bits := int64(binary.LittleEndian.Uint32(heads[i*tableLen:])), binary.LittleEndian.Uint32(heads[i*tableLen+4:])
		width := (b + 7) / 8
		may, err := mayHold(r, rowsAt, width, bits, hashes)
		if err != nil {
			return nil, err
		}
		offsets := make([]byte, b*8)
		if _, err := r.ReadAt(offsets, offsetsAt); err != nil {
			return nil, fmt.Errorf("reading a text index: %w", err)
		}
		for j := range b {
			if may[j/8]&(1<<(j%8)) == 0 {
				out[int64(binary.LittleEndian.Uint64(offsets[j*8:]))] = true
			}
		}
		offsetsAt, rowsAt = offsetsAt+b*8, rowsAt+int64(bits)*width
	}
	return out, nil
}

// mayHold joins the rows of all probes of a table: a bit that is left is a block that may hold all grams.
func mayHold(r io.ReaderAt, at, width int64, bits uint32, hashes []uint32) ([]byte, error) {
	may, row := make([]byte, width), make([]byte, width)
	for i := range may {
		may[i] = 0xff
	}
	for _, h := range hashes {
		for k := range filterProbes {
			if _, err := r.ReadAt(row, at+int64(probe(h, k, bits))*width); err != nil {
				return nil, fmt.Errorf("reading a text index: %w", err)
			}
			left := byte(0)
			for i := range may {
				may[i] &= row[i]
				left |= may[i]
			}
			if left == 0 {
				return may, nil
			}
		}
	}
	return may, nil
}
