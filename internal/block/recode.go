package block

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Recode gives the block raw, whose header is h, with its sections in zstd: the same identity and the same rows, another section
// table. A section that is zstd already, or would not become smaller, stays as it is stored; when none becomes smaller the result
// is raw itself. What is stored of every section is checked first. An encrypted block has nothing to compress and stays as it is.
// Errors: ErrChecksum, ErrMalformed.
func Recode(h *Header, raw []byte) ([]byte, error) {
	if uint64(len(raw)) != uint64(h.Size) {
		return nil, malformed("%d bytes, the header says %d", len(raw), h.Size)
	}
	if h.Flags&FlagEncrypted != 0 || len(h.Sections) == 0 {
		return raw, nil
	}
	w, err := zstdDense()
	if err != nil {
		return nil, fmt.Errorf("starting the zstd encoder: %w", err)
	}
	head := int(h.Sections[0].Offset)
	out := append(make([]byte, 0, len(raw)), raw[:head]...)
	le := binary.LittleEndian
	for i, s := range h.Sections {
		stored := raw[s.Offset : s.Offset+s.Stored]
		plain, err := unpack(s, stored)
		if err != nil {
			return nil, err
		}
		if s.Codec != CodecZstd && s.Raw > 0 {
			begin := len(out)
			out = w.EncodeAll(plain, out)
			if packed := out[begin:]; len(packed) < len(stored) {
				e := out[prefixLen+fixedLen+i*sectionLen:]
				e[1] = byte(CodecZstd)
				le.PutUint32(e[4:], uint32(len(packed)))
				le.PutUint32(e[12:], crc32.Checksum(packed, castagnoli))
				continue
			}
			out = out[:begin]
		}
		out = append(out, stored...)
	}
	if len(out) >= len(raw) {
		return raw, nil
	}
	le.PutUint32(out[12:], uint32(len(out)-head))
	le.PutUint32(out[crcAt:], headChecksum(out, head))
	return out, nil
}
