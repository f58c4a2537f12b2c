package block

import (
	"fmt"
	"hash/crc32"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// zstdReader is stateless for its callers: only DecodeAll is used, which is safe for concurrent use.
var zstdReader = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(MaxRawSection),
		zstd.WithDecodeAllCapLimit(true))
})

// The most that one stored byte can stand for: an LZ4 match length byte adds 255, a zstd RLE block of 4 bytes gives 128 KiB.
// They keep a small block from asking for a large allocation.
const (
	lz4Ratio  = 255
	zstdRatio = 128 << 10 / 4
)

// unpack checks stored against s and returns the raw section. With CodecNone the result aliases stored.
func unpack(s SectionInfo, stored []byte) ([]byte, error) {
	if crc32.Checksum(stored, castagnoli) != s.CRC {
		return nil, fmt.Errorf("%w: section %d", ErrChecksum, s.ID)
	}
	switch s.Codec {
	case CodecNone:
		return stored, nil
	case CodecLZ4:
		if uint64(s.Raw) > uint64(s.Stored)*lz4Ratio {
			return nil, malformed("section %d: %d bytes cannot hold %d", s.ID, s.Stored, s.Raw)
		}
		raw := make([]byte, s.Raw)
		n, err := lz4.UncompressBlock(stored, raw)
		if err != nil || n != len(raw) {
			return nil, malformed("section %d: LZ4 data", s.ID)
		}
		return raw, nil
	case CodecZstd:
		if uint64(s.Raw) > uint64(s.Stored)*zstdRatio {
			return nil, malformed("section %d: %d bytes cannot hold %d", s.ID, s.Stored, s.Raw)
		}
		r, err := zstdReader()
		if err != nil {
			return nil, fmt.Errorf("starting the zstd decoder: %w", err)
		}
		raw, err := r.DecodeAll(stored, make([]byte, 0, s.Raw))
		if err != nil || len(raw) != int(s.Raw) {
			return nil, malformed("section %d: zstd data", s.ID)
		}
		return raw, nil
	}
	return nil, malformed("section %d: codec %d", s.ID, s.Codec)
}

var zstdWriter = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
})

// zstdDense is for blocks at rest: they are written once and read often, so it takes longer for less.
var zstdDense = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderCRC(false))
})

// pack compresses raw with want, into buf; a section that would not become smaller is stored as it is.
func pack(raw []byte, want Codec, buf *[]byte) ([]byte, Codec, error) {
	var packed []byte
	switch want {
	case CodecNone:
		return raw, CodecNone, nil
	case CodecLZ4:
		packed = sized(buf, len(raw))
		n, err := lz4.CompressBlock(raw, packed, nil)
		if err != nil || n == 0 { // incompressible: does not fit len(raw)
			return raw, CodecNone, nil
		}
		packed = packed[:n]
	case CodecZstd:
		w, err := zstdWriter()
		if err != nil {
			return nil, 0, fmt.Errorf("starting the zstd encoder: %w", err)
		}
		packed = w.EncodeAll(raw, (*buf)[:0])
		*buf = packed
	default:
		return nil, 0, fmt.Errorf("codec %d is not known", want)
	}
	if len(packed) >= len(raw) {
		return raw, CodecNone, nil
	}
	return packed, want, nil
}
