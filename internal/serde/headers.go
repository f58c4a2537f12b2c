package serde

import (
	"encoding/binary"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Header is one header of a Kafka record. Its name is metadata like a topic's; its value is payload.
type Header struct {
	Name  string
	Value event.Payload // null payload for a header without value
}

// Headers takes the headers of a source record apart (spec/block.md, column 50). What follows a malformed one is left out.
func Headers(p event.Payload) []Header {
	b := p.Open(sealed.Take())
	count, ok := uvarint(&b)
	if !ok || count > uint64(len(b)) {
		return nil
	}
	out := make([]Header, 0, min(count, 64))
	for ; count > 0; count-- {
		n, ok := uvarint(&b)
		if !ok || n > uint64(len(b)) {
			return out
		}
		h := Header{Name: string(b[:n])}
		b = b[n:]
		size, ok := uvarint(&b)
		if !ok || size > uint64(len(b))+1 {
			return out
		}
		if size > 0 {
			h.Value = event.NewPayload(b[: size-1 : size-1])
			b = b[size-1:]
		}
		out = append(out, h)
	}
	return out
}

func uvarint(b *[]byte) (uint64, bool) {
	v, n := binary.Uvarint(*b)
	if n <= 0 {
		return 0, false
	}
	*b = (*b)[n:]
	return v, true
}
