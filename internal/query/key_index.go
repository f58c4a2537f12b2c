package query

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A key index is the sidecar "key" of a segment: for each hash of a key the blocks of lanes trace and state that have a row about
// it, so that a question about a key decodes these alone.
//
//	u32 version │ u32 bits │ u64 seed │ u32 all │ u32 blocks │ u32 others │ u32 length of lists
//	u64 offset of each block │ u64 offset of each other │ u32 end of each list │ lists
//	list: uv hash − the one before, uv block − the one before if the hash is the same, else block; in order of hash, then block
//
// A list has the hashes that share their upper bits; it begins with hash 0 of these. all is the number of blocks of the segment, of
// any lane: an index of another number is of other blocks. others could not be read, so they may hold any key. All integers are
// little-endian. A hash has 32 bits: two keys with the same one cost a block that is decoded in vain, no more.
const (
	keyVersion  = 1 // of the bytes and of the hash
	keyHead     = 36
	keyList     = 128 // entries of a list in the mean: less than a page
	maxKeyBits  = 24
	maxKeyTable = 1 << 28 // blocks
)

var errKeyIndex = errors.New("key index is damaged")

// keyIndex collects the content of an index.
type keyIndex struct {
	seed    uint64
	all     uint32
	blocks  []int64  // offsets
	others  []int64  // of blocks that could not be read
	entries []uint64 // hash and, in the lower half, index of the block
}

// add takes in the hashes of a block's keys, each once.
func (x *keyIndex) add(offset int64, hashes []uint32) {
	block := uint64(len(x.blocks))
	x.blocks = append(x.blocks, offset)
	for _, h := range hashes {
		x.entries = append(x.entries, uint64(h)<<32|block)
	}
}

// content is the sidecar's.
func (x *keyIndex) content() []byte {
	slices.Sort(x.entries)
	bits := uint32(0)
	for bits < maxKeyBits && len(x.entries)>>bits > keyList {
		bits++
	}
	ends := make([]uint32, 0, 1<<bits)
	var lists []byte
	i := 0
	for list := range uint64(1) << bits {
		hash, block := list<<(32-bits), uint64(0)
		for fresh := true; i < len(x.entries) && x.entries[i]>>32>>(32-bits) == list; i++ {
			h, b := x.entries[i]>>32, x.entries[i]&0xffffffff
			lists = binary.AppendUvarint(lists, h-hash)
			if fresh || h != hash {
				block = 0
			}
			lists = binary.AppendUvarint(lists, b-block)
			hash, block, fresh = h, b, false
		}
		ends = append(ends, uint32(len(lists)))
	}
	le := binary.LittleEndian
	out := make([]byte, 0, keyHead+8*len(x.blocks)+8*len(x.others)+4*len(ends)+len(lists))
	out = le.AppendUint32(le.AppendUint32(out, keyVersion), bits)
	out = le.AppendUint64(out, x.seed)
	for _, n := range []int{int(x.all), len(x.blocks), len(x.others), len(lists)} {
		out = le.AppendUint32(out, uint32(n))
	}
	out = append(out, 0, 0, 0, 0)
	for _, at := range slices.Concat(x.blocks, x.others) {
		out = le.AppendUint64(out, uint64(at))
	}
	for _, end := range ends {
		out = le.AppendUint32(out, end)
	}
	return append(out, lists...)
}

// keyIndexHead is the beginning of an index.
type keyIndexHead struct {
	bits                       uint32
	seed                       uint64
	all, blocks, others, lists int64
}

func readKeyHead(r io.ReaderAt, size int64) (h keyIndexHead, err error) {
	var b [keyHead]byte
	if size < keyHead {
		return h, errKeyIndex
	}
	if _, err := r.ReadAt(b[:], 0); err != nil {
		return h, fmt.Errorf("reading a key index: %w", err)
	}
	n := func(at int) int64 { return int64(binary.LittleEndian.Uint32(b[at:])) }
	h = keyIndexHead{bits: uint32(n(4)), seed: binary.LittleEndian.Uint64(b[8:]), all: n(16), blocks: n(20), others: n(24), lists: n(28)}
	if n(0) != keyVersion || h.bits > maxKeyBits || h.blocks > maxKeyTable || h.others > maxKeyTable || h.blocks+h.others > h.all || n(32) != 0 ||
		h.listsAt()+h.lists != size {
		return h, errKeyIndex
	}
	return h, nil
}

func (h *keyIndexHead) endsAt() int64  { return keyHead + 8*(h.blocks+h.others) }
func (h *keyIndexHead) listsAt() int64 { return h.endsAt() + 4<<h.bits }

// find gives the offsets of the blocks that may hold the key of a hash, in order. It reads its list and their places.
func (h *keyIndexHead) find(r io.ReaderAt, hash uint32) ([]int64, error) {
	list := int64(uint64(hash) >> (32 - h.bits))
	ends := make([]byte, 8)
	at := h.endsAt() + 4*(list-1)
	if list == 0 { // it begins where the lists do
		ends, at = ends[4:], at+4
	}
	if _, err := r.ReadAt(ends, at); err != nil {
		return nil, fmt.Errorf("reading a key index: %w", err)
	}
	from, to := int64(0), int64(binary.LittleEndian.Uint32(ends[len(ends)-4:]))
	if list > 0 {
		from = int64(binary.LittleEndian.Uint32(ends))
	}
	if from > to || to > h.lists {
		return nil, errKeyIndex
	}
	b := make([]byte, to-from)
	if _, err := r.ReadAt(b, h.listsAt()+from); err != nil {
		return nil, fmt.Errorf("reading a key index: %w", err)
	}
	places, err := h.blocksOf(b, uint64(list)<<(32-h.bits), uint64(hash))
	if err != nil {
		return nil, err
	}
	return h.offsets(r, places)
}

// blocksOf looks a hash up in a list.
func (h *keyIndexHead) blocksOf(b []byte, hash, want uint64) (places []int64, err error) {
	block := uint64(0)
	for len(b) > 0 && hash <= want {
		more, n := binary.Uvarint(b)
		if n <= 0 || more > 1<<32 {
			return nil, errKeyIndex
		}
		next, m := binary.Uvarint(b[n:])
		if m <= 0 {
			return nil, errKeyIndex
		}
		b = b[n+m:]
		if more > 0 {
			hash, block = hash+more, 0
		}
		if next > maxKeyTable {
			return nil, errKeyIndex
		}
		if block += next; block >= uint64(h.blocks) {
			return nil, errKeyIndex
		}
		if hash == want && (len(places) == 0 || places[len(places)-1] != int64(block)) {
			places = append(places, int64(block))
		}
	}
	return places, nil
}

// offsets reads where the blocks are, and where those are that may hold anything.
func (h *keyIndexHead) offsets(r io.ReaderAt, places []int64) ([]int64, error) {
	out := make([]int64, 0, len(places)+int(h.others))
	read := func(first, n int64, want []int64) error {
		b := make([]byte, 8*n)
		if _, err := r.ReadAt(b, keyHead+8*first); err != nil {
			return fmt.Errorf("reading a key index: %w", err)
		}
		for _, p := range want {
			out = append(out, int64(binary.LittleEndian.Uint64(b[8*(p-first):])))
		}
		return nil
	}
	if len(places) > 0 {
		first := places[0]
		if err := read(first, places[len(places)-1]-first+1, places); err != nil {
			return nil, err
		}
	}
	if h.others > 0 {
		all := make([]int64, h.others)
		for i := range all {
			all[i] = h.blocks + int64(i)
		}
		if err := read(h.blocks, h.others, all); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b int64) int { return cmp.Compare(a, b) })
	return slices.Compact(out), nil
}
