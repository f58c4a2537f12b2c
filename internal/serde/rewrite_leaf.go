package serde

import (
	"encoding/binary"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
)

// leaf writes a scalar in place of the one from off to off+size.
func (r *rewriter) leaf(d *event.Descriptor, n *event.Node, off, size int) error {
	leaf, ok := r.with[n]
	if !ok || n.Kind != event.NodeScalar {
		return uneditable("values of %s are not written anew", d.TypeName())
	}
	if !leaf.Null && utf8.ValidString(leaf.Text) {
		if b, ok := leafBytes(d, leaf.Text); ok {
			r.put(off, size, b)
			return nil
		}
	}
	b, ok := leafBytes(d, nothingOf[d.T])
	if !ok {
		return uneditable("values of %s are not written anew", d.TypeName())
	}
	r.put(off, size, b)
	return nil
}

// nothingOf is what a value becomes that can be no other, by serializer.
var nothingOf = map[string]string{
	event.SerBool: "false", event.SerByte: "0", event.SerShort: "0", event.SerInt: "0", event.SerLong: "0", event.SerFloat: "0", event.SerDouble: "0",
	event.SerChar: "0", event.SerBigInt: "0", event.SerBigDec: "0", event.SerSortedLong: epoch,
	event.SerInstant: epoch, event.SerDate: epoch, event.SerMillis: epoch, event.SerSQLTimestamp: epoch,
	event.SerLocalDate: "1970-01-01", event.SerLocalTime: "00:00:00", event.SerLocalDateTime: "1970-01-01T00:00:00",
	event.SerSQLDate: "1970-01-01", event.SerSQLTime: "00:00:00",
}

const epoch = "1970-01-01T00:00:00Z"

// leafBytes writes a value of which text is how views show it.
func leafBytes(d *event.Descriptor, text string) ([]byte, bool) {
	switch d.T {
	case event.SerString, event.SerBool, event.SerByte, event.SerShort, event.SerInt, event.SerLong:
		return encode(nil, d, text)
	case event.SerStringValue:
		return encodeUnits(nil, text, 0), true
	case event.SerChar:
		u := utf16.Encode([]rune(text))
		if len(u) != 1 {
			return nil, false
		}
		return binary.BigEndian.AppendUint16(nil, u[0]), true
	case event.SerFloat, event.SerDouble:
		b, err := scalarBytes(d, text)
		return b, err == nil
	case event.SerEnum:
		if b, err := scalarBytes(d, text); err == nil {
			return b, true
		}
		return make([]byte, 4), len(d.Names) > 0 // the first
	case event.SerBigInt, event.SerBigDec:
		return decimalBytes(d.T, text)
	case event.SerDate, event.SerMillis, event.SerSortedLong, event.SerInstant, event.SerSQLTimestamp, event.SerSQLDate, event.SerSQLTime:
		return timeBytes(d, text)
	case event.SerLocalDate, event.SerLocalTime, event.SerLocalDateTime:
		return localBytes(d.T, text)
	}
	return nil, false
}

// encodeUnits writes the number of UTF-16 code units, more added, then each, as varints.
func encodeUnits(b []byte, text string, more uint64) []byte {
	units := utf16.Encode([]rune(text))
	b = binary.AppendUvarint(b, uint64(len(units))+more)
	for _, u := range units {
		b = binary.AppendUvarint(b, uint64(u))
	}
	return b
}

func appendCount(b []byte, n int) []byte { return binary.BigEndian.AppendUint32(b, uint32(n)) }

// decimalBytes writes digits, and of a decimal how many of them stand behind the point.
func decimalBytes(kind, text string) ([]byte, bool) {
	whole, rest, _ := strings.Cut(text, ".")
	if kind == event.SerBigInt && rest != "" || len(text) > maxNumberBytes {
		return nil, false
	}
	n, ok := new(big.Int).SetString(whole+rest, 10)
	if !ok {
		return nil, false
	}
	digits := twosComplement(n)
	b := append(appendCount(nil, len(digits)+4), digits...)
	if kind == event.SerBigDec {
		b = appendCount(b, len(rest))
	}
	return b, true
}

// twosComplement is n as Java's BigInteger.toByteArray gives it: big-endian, as short as it can be.
func twosComplement(n *big.Int) []byte {
	size := n.BitLen()/8 + 1
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
	}
	return n.FillBytes(make([]byte, size))
}

// timeBytes writes what counts from 1970 on.
func timeBytes(d *event.Descriptor, text string) ([]byte, bool) {
	layout := map[string]string{event.SerSQLDate: time.DateOnly, event.SerSQLTime: "15:04:05"}[d.T]
	if layout == "" {
		layout = time.RFC3339Nano
	}
	t, err := time.Parse(layout, text)
	switch {
	case err != nil && d.T == event.SerSortedLong: // a plain number
		n, err := strconv.ParseInt(text, 10, 64)
		return binary.BigEndian.AppendUint64(nil, uint64(n)^1<<63), err == nil
	case err != nil:
		return nil, false
	case d.T == event.SerSQLTime:
		t = time.Unix(int64(t.Hour()*3600+t.Minute()*60+t.Second()), 0)
	}
	switch d.T {
	case event.SerInstant:
		b := binary.BigEndian.AppendUint64(nil, uint64(t.Unix()))
		return appendCount(b, t.Nanosecond()), true
	case event.SerSQLTimestamp:
		b := binary.BigEndian.AppendUint64(nil, uint64(t.UnixMilli()))
		return appendCount(b, t.Nanosecond()), true
	case event.SerSortedLong:
		return binary.BigEndian.AppendUint64(nil, uint64(t.UnixMilli())^uint64(1)<<63), true
	}
	return binary.BigEndian.AppendUint64(nil, uint64(t.UnixMilli())), true
}

// localBytes writes dates and times of day without a zone: year i32, month and day u8; hour, minute and second u8, nanoseconds i32.
func localBytes(kind, text string) ([]byte, bool) {
	layout := map[string]string{
		event.SerLocalDate: time.DateOnly, event.SerLocalTime: "15:04:05", event.SerLocalDateTime: "2006-01-02T15:04:05",
	}[kind]
	t, err := time.Parse(layout, text)
	if err != nil || t.Year() > math.MaxInt16 {
		return nil, false
	}
	var b []byte
	if kind != event.SerLocalTime {
		b = append(appendCount(b, t.Year()), byte(t.Month()), byte(t.Day()))
	}
	if kind != event.SerLocalDate {
		b = appendCount(append(b, byte(t.Hour()), byte(t.Minute()), byte(t.Second())), t.Nanosecond())
	}
	return b, true
}
