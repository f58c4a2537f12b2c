package serde

import (
	"encoding/binary"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
)

// maxKeyText bounds what is taken as a key.
const maxKeyText = 4096

// EncodeKey writes text as a value of the type that d describes, as Flink's serializer would, so that rows about a key can be
// found by their bytes. It knows texts, whole numbers and booleans, and tuples and binary rows of them, of which the fields are
// given with commas between them, and windows, of which start and end are. ok is false for other types, and for text that is no such value.
func EncodeKey(d *event.Descriptor, text string) (p event.Payload, ok bool) {
	if d == nil || len(text) > maxKeyText || !utf8.ValidString(text) {
		return p, false
	}
	b, ok := encode(nil, d, text)
	if !ok {
		return p, false
	}
	return event.NewPayload(b), true
}

func encode(b []byte, d *event.Descriptor, text string) ([]byte, bool) {
	switch d.T {
	case event.SerString:
		return encodeString(b, text), true
	case event.SerBool:
		return boolean(b, text)
	case event.SerByte:
		return number(b, text, 1)
	case event.SerShort:
		return number(b, text, 2)
	case event.SerInt:
		return number(b, text, 4)
	case event.SerLong:
		return number(b, text, 8)
	case event.SerTuple:
		return encodeFields(text, len(d.Fields), func(i int, field string) bool {
			var ok bool
			if f := d.Fields[i].S; f != nil {
				b, ok = encode(b, f, field)
			}
			return ok
		}, func() []byte { return b })
	case event.SerTimeWindow:
		return encodeFields(text, 2, func(_ int, field string) bool {
			var ok bool
			b, ok = moment(b, field)
			return ok
		}, func() []byte { return b })
	case event.SerRowData:
		row := newRowWriter(len(d.Fields))
		return encodeFields(text, len(d.Fields), func(i int, field string) bool { return row.set(i, d.Fields[i].Type.T, field) }, row.sized)
	}
	return b, false
}

// encodeFields gives each field its part of the text; the only one takes it as it is, commas and all.
func encodeFields(text string, n int, set func(i int, field string) bool, done func() []byte) ([]byte, bool) {
	parts := []string{text}
	if n != 1 {
		parts = strings.Split(text, ",")
	}
	if len(parts) != n {
		return nil, false
	}
	for i, p := range parts {
		if n > 1 {
			p = strings.TrimSpace(p)
		}
		if !set(i, p) {
			return nil, false
		}
	}
	return done(), true
}

// encodeString writes Flink's StringValue form: the number of UTF-16 code units and one, then each, as varints.
func encodeString(b []byte, text string) []byte {
	return encodeUnits(b, text, 1)
}

// moment writes milliseconds since 1970, given as such or as views show them.
func moment(b []byte, text string) ([]byte, bool) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return binary.BigEndian.AppendUint64(b, uint64(t.UnixMilli())), true
	}
	return number(b, text, 8)
}

func boolean(b []byte, text string) ([]byte, bool) {
	switch text {
	case "true":
		return append(b, 1), true
	case "false":
		return append(b, 0), true
	}
	return b, false
}

// number writes a whole number big-endian.
func number(b []byte, text string, size int) ([]byte, bool) {
	n, err := strconv.ParseInt(text, 10, 8*size)
	if err != nil {
		return b, false
	}
	for i := size - 1; i >= 0; i-- {
		b = append(b, byte(n>>(8*i)))
	}
	return b, true
}

// rowWriter writes a BinaryRowData of a row that was inserted, as tables have their keys: null bits, a slot of 8 bytes for each
// field, and texts of more than 7 bytes behind them.
type rowWriter struct {
	b     []byte
	slots int // where the first is
}

func newRowWriter(arity int) *rowWriter {
	slots := (arity + 63 + 8) / 64 * 8
	return &rowWriter{b: make([]byte, slots+8*arity), slots: slots}
}

func (w *rowWriter) set(i int, root, text string) bool {
	slot := w.b[w.slots+8*i : w.slots+8*i+8]
	bits := map[string]int{rootTinyint: 8, rootSmallint: 16, rootInteger: 32, rootBigint: 64}[root]
	switch {
	case bits > 0:
		n, err := strconv.ParseInt(text, 10, bits)
		if err != nil {
			return false
		}
		var wide [8]byte
		binary.LittleEndian.PutUint64(wide[:], uint64(n))
		copy(slot, wide[:bits/8])
		return true
	case root == rootBoolean:
		b, ok := boolean(nil, text)
		copy(slot, b)
		return ok
	case (root == rootChar || root == rootVarchar) && len(text) <= 7:
		copy(slot, text)
		slot[7] = byte(len(text)) | 0x80
		return true
	case root == rootChar || root == rootVarchar:
		binary.LittleEndian.PutUint64(slot, uint64(len(w.b))<<32|uint64(len(text)))
		w.b = append(w.b, text...)
		w.b = append(w.b, make([]byte, (8-len(text)%8)%8)...)
		return true
	}
	return false
}

// sized is the row behind its length, as RowDataSerializer writes it.
func (w *rowWriter) sized() []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(w.b))), w.b...)
}
