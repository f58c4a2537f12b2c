package share

import (
	"fmt"
	"hash/crc32"
	"sync"

	"github.com/foxglove/mcap/go/mcap"
	"github.com/klauspost/compress/zstd"
)

// unpacker is stateless for its callers: DecodeAll alone is used. It gives no more than it was given room for.
var unpacker = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxChunk), zstd.WithDecodeAllCapLimit(true))
})

// chunkRatio is the most that one stored byte can stand for: a zstd RLE block of 4 bytes gives 128 KiB.
const chunkRatio = 128 << 10 / 4

// chunk hands on the messages of a chunk record.
func (r *reader) chunk(b []byte) error {
	f := fields{b: b}
	f.take(16) // times of the first and the last message
	size, crc, codec := f.u64(), f.u32(), f.text(16)
	stored := f.take(f.u64())
	switch {
	case f.bad || len(f.b) > 0:
		return changed("a chunk is not as long as it says")
	case codec != string(mcap.CompressionZSTD):
		return changed("a chunk is packed in a way that such files do not have")
	case size > maxChunk || size > uint64(len(stored))*chunkRatio:
		return tooLarge("a chunk of %d bytes that unpacks to %d", len(stored), size)
	}
	z, err := unpacker()
	if err != nil {
		return fmt.Errorf("starting the zstd decoder: %w", err)
	}
	records, err := z.DecodeAll(stored, make([]byte, 0, size))
	if err != nil || uint64(len(records)) != size {
		return changed("a chunk cannot be unpacked")
	}
	if crc32.ChecksumIEEE(records) != crc {
		return changed("the checksum of a chunk differs")
	}
	in := fields{b: records}
	for len(in.b) > 0 && !in.bad {
		op := in.take(1)
		content := in.take(in.u64())
		if in.bad {
			break
		}
		if err := r.inChunk(mcap.OpCode(op[0]), content); err != nil {
			return err
		}
	}
	if in.bad {
		return changed("a chunk ends inside a record")
	}
	return nil
}

func (r *reader) inChunk(op mcap.OpCode, content []byte) error {
	switch op {
	case mcap.OpSchema, mcap.OpChannel:
		return nil // what channels mean follows from their numbers
	case mcap.OpMessage:
		f := fields{b: content}
		channel, sequence := f.u16(), f.u32()
		f.take(16) // times, which the block has too
		if f.bad {
			return changed("a message is cut")
		}
		if sequence != r.sequence {
			return changed("messages are not in their order")
		}
		r.sequence++
		return r.to.message(channel, f.b)
	}
	return changed("a chunk has a record of kind %d", op)
}
