package access

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// Hashes of keys as Java and Flink make them. All arithmetic is that of 32 bits with overflow.

// KeyGroup is the key group of a key with that hash code: Flink's KeyGroupRangeAssignment.computeKeyGroupForKeyHash.
func KeyGroup(hash int32, maxParallelism int) int {
	return int(uint32(murmurHash(hash)) % uint32(maxParallelism)) // a division of 32 bits takes half of one of 64
}

// SubtaskOf is the subtask that a key group belongs to: KeyGroupRangeAssignment.computeOperatorIndexForKeyGroup.
func SubtaskOf(group, maxParallelism, parallelism int) int {
	return group * parallelism / maxParallelism
}

// Constants of MurmurHash3 for 32 bits (A. Appleby), which Flink's MathUtils and MurmurHashUtils have both.
const (
	murmurC1    = 0xcc9e2d51
	murmurC2    = 0x1b873593
	murmurAdded = 0xe6546b64
	murmurSeed  = 42 // of MurmurHashUtils
)

// murmurHash is MathUtils.murmurHash: one word, no seed, a length of four; what is negative is turned round.
func murmurHash(code int32) int32 {
	h := int32(murmurMix(murmurWord(0, uint32(code)) ^ 4))
	switch {
	case h >= 0:
		return h
	case h != -1<<31:
		return -h
	}
	return 0
}

// murmurWord takes one word into a hash.
func murmurWord(h, word uint32) uint32 {
	word = bits.RotateLeft32(word*murmurC1, 15) * murmurC2
	return bits.RotateLeft32(h^word, 13)*5 + murmurAdded
}

// murmurMix makes each bit of a hash depend on all: MathUtils.bitMix and MurmurHashUtils.fmix.
func murmurMix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}

// HashString is Java's String.hashCode: over units of UTF-16. A byte that is no UTF-8 counts as U+FFFD.
func HashString(s string) int32 {
	h := int32(0)
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			h = 31*h + int32(c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			h = 31*(31*h+high) + low
		} else {
			h = 31*h + r
		}
		i += size
	}
	return h
}

// HashInt is Integer.hashCode.
func HashInt(v int32) int32 { return v }

// HashLong is Long.hashCode.
func HashLong(v int64) int32 { return int32(v ^ int64(uint64(v)>>32)) }

// HashBinaryRow is BinaryRowData.hashCode: MurmurHash over the row's bytes, a multiple of four of them, as words of little-endian machines.
func HashBinaryRow(row []byte) int32 {
	return int32(murmurMix(murmurWords(murmurSeed, row) ^ uint32(len(row))))
}

func murmurWords(h uint32, words []byte) uint32 {
	for ; len(words) >= 4; words = words[4:] {
		h = murmurWord(h, binary.LittleEndian.Uint32(words))
	}
	return h
}
