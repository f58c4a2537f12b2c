package event

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"strconv"
	"unsafe"

	"github.com/sightglass/sightglass/internal/event/sealed"
)

// ErrSealed is returned by every attempt to encode a payload, a tree or a node as text: only access.View is printable.
var ErrSealed = errors.New("payload is sealed: render it with access.View")

// Payload holds the bytes of a record, key, header or exception without giving access to them. It can be stored, passed on
// and measured by every room; Open needs a sealed.Key. Printing shows its length only, and encoding it is an error.
//
// The zero Payload is null: there were no bytes (a Kafka tombstone, a withheld value). A Payload of length 0 is not null.
type Payload struct {
	_ [0]func() // not comparable: == would compare addresses

	// A pointer instead of a slice, because fmt ignores methods on unexported fields of an enclosing struct: it would
	// print a slice's bytes there, and prints of a pointer only the address.
	data *byte
	held int
	size int
}

var empty = new(byte)

// NewPayload seals b and takes ownership of it. nil gives the null payload.
func NewPayload(b []byte) Payload { return NewCutPayload(b, len(b)) }

// NewCutPayload seals the first bytes of a value that had size bytes; with b nil and size > 0 the value was withheld.
// A size below len(b) is taken as len(b).
func NewCutPayload(b []byte, size int) Payload {
	p := Payload{held: len(b), size: max(size, len(b))}
	switch {
	case len(b) > 0:
		p.data = unsafe.SliceData(b)
	case b != nil:
		p.data = empty
	}
	return p
}

// Len is the number of bytes held.
func (p Payload) Len() int { return p.held }

// Size is the number of bytes that the value had; above Len when the recorder cut or withheld it.
func (p Payload) Size() int { return p.size }

// Null reports whether no bytes are held at all, not even none: no value, or a withheld one (Size > 0).
func (p Payload) Null() bool { return p.data == nil }

// Equal tells whether both hold the same bytes of a value of the same size, without giving the bytes away. Null equals null.
func (p Payload) Equal(o Payload) bool {
	return p.Null() == o.Null() && p.held == o.held && p.size == o.size && bytes.Equal(p.bytes(), o.bytes())
}

// AddTo adds the bytes to a hash, with their number, so that payloads that are added one behind the other cannot be taken for
// others. Hashes of one process alone can be compared: a seed is no constant.
func (p Payload) AddTo(h *maphash.Hash) {
	n := uint64(p.held) + 1
	if p.Null() {
		n = 0
	}
	var width [8]byte
	binary.LittleEndian.PutUint64(width[:], n)
	_, _ = h.Write(width[:]) // a maphash.Hash never fails
	_, _ = h.Write(p.bytes())
}

func (p Payload) bytes() []byte {
	if p.held == 0 {
		return nil
	}
	return unsafe.Slice(p.data, p.held)
}

// Open returns the bytes; the caller must not change them. It returns nil for the null payload and for an invalid key.
func (p Payload) Open(k sealed.Key) []byte {
	if p.data == nil || !k.Valid() {
		return nil
	}
	return unsafe.Slice(p.data, p.held)
}

// Format prints payload(123 B) for every verb, payload(65536 of 5000000 B) when cut, payload(null) for null.
func (p Payload) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, p.label()) }

// LogValue is what Format prints.
func (p Payload) LogValue() slog.Value { return slog.StringValue(p.label()) }

// MarshalJSON returns ErrSealed.
func (p Payload) MarshalJSON() ([]byte, error) { return nil, ErrSealed }

// MarshalText returns ErrSealed.
func (p Payload) MarshalText() ([]byte, error) { return nil, ErrSealed }

// MarshalBinary returns ErrSealed; it keeps encoding/gob out.
func (p Payload) MarshalBinary() ([]byte, error) { return nil, ErrSealed }

func (p Payload) label() string {
	switch {
	case p.data == nil && p.size == 0:
		return "payload(null)"
	case p.held != p.size:
		return "payload(" + strconv.Itoa(p.held) + " of " + strconv.Itoa(p.size) + " B)"
	}
	return "payload(" + strconv.Itoa(p.held) + " B)"
}
