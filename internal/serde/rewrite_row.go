package serde

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// sizedHead is the length before a row of a table.
const sizedHead = 4

// tableRow writes a row of a table anew from its beginning: a text that only lost its slot would still lie behind the row.
func (r *rewriter) tableRow(d *event.Descriptor, n *event.Node) error {
	if _, ok := r.with[n]; ok || len(n.Items) != len(d.Fields) || n.Len < sizedHead {
		return uneditable("a row of it is no row of a table as described")
	}
	old := r.b[n.Off+sizedHead : n.Off+n.Len]
	w := newRowWriter(len(d.Fields))
	copy(w.b[:w.slots], old[:w.slots]) // the change kind and which are null
	used := 0
	for i, f := range d.Fields {
		at := &n.Items[i]
		leaf, replaced := r.with[at]
		root := f.Type.T
		switch {
		case at.Kind == event.NodeNull:
		case replaced:
			used++
			if leaf.Null {
				bit := i + 8
				w.b[bit>>3] |= 1 << (bit & 7)
				continue
			}
			if at.Kind != event.NodeScalar || !w.masked(i, root, f.Type.P, leaf.Text) {
				return uneditable("%s is a %s, which is not written anew", at.Name, root)
			}
		case r.touches(at):
			return uneditable("%s is a %s, in which nothing is written anew", at.Name, root)
		default:
			w.copied(i, f.Type, old, r.b, at)
		}
	}
	r.put(n.Off, n.Len, w.sized())
	r.used += used - 1 // put counts one
	return nil
}

// copied takes over a value: what its slot holds, and what the slot points to.
func (w *rowWriter) copied(i int, t event.LogicalType, old, all []byte, n *event.Node) {
	slot := old[w.slots+8*i : w.slots+8*i+8]
	mine := w.b[w.slots+8*i : w.slots+8*i+8]
	copy(mine, slot)
	v := binary.LittleEndian.Uint64(slot)
	behind := false
	size := n.Len
	switch t.T {
	case rootBoolean, rootTinyint, rootSmallint, rootInteger, rootBigint, rootFloat, rootDouble, rootDate, rootTime, rootYearMonth, rootDayTime, rootNull:
	case rootChar, rootVarchar, rootBinary, rootVarbinary:
		behind = v>>63 == 0
	case rootDecimal:
		behind = t.P > 18
	case rootTimestamp, rootLocalStamp:
		if behind = t.P > 3; behind {
			size = 8
		}
	default:
		behind = true
	}
	if !behind {
		return
	}
	low := uint32(v) // a length, or of a timestamp the nanoseconds of its millisecond
	at := len(w.b)
	w.b = append(w.b, all[n.Off:n.Off+size]...)
	w.b = append(w.b, make([]byte, (8-size%8)%8)...)
	mine = w.b[w.slots+8*i : w.slots+8*i+8]
	binary.LittleEndian.PutUint64(mine, uint64(at)<<32|uint64(low))
}

// masked sets a value from how views show it, or to the type's nothing.
func (w *rowWriter) masked(i int, root string, precision int, text string) bool {
	slot := func() []byte { return w.b[w.slots+8*i : w.slots+8*i+8] }
	if slices.Contains([]string{rootTinyint, rootSmallint, rootInteger, rootBigint, rootBoolean, rootChar, rootVarchar}, root) {
		if w.set(i, root, text) {
			return true
		}
		clear(slot())
		return true // 0, false, an empty pointer is no text
	}
	switch root {
	case rootFloat, rootDouble:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			x = 0
		}
		if root == rootFloat {
			binary.LittleEndian.PutUint32(slot(), math.Float32bits(float32(x)))
		} else {
			binary.LittleEndian.PutUint64(slot(), math.Float64bits(x))
		}
		return true
	case rootBinary, rootVarbinary:
		slot()[7] = 0x80 // no bytes
		return true
	case rootDate, rootTime, rootYearMonth, rootDayTime:
		return w.clock(slot(), root, text)
	case rootTimestamp, rootLocalStamp:
		return w.stamp(i, precision, text)
	case rootDecimal:
		return precision <= 18 // 0
	}
	return false
}

func (w *rowWriter) clock(slot []byte, root, text string) bool {
	switch root {
	case rootDate:
		if t, err := time.Parse(time.DateOnly, text); err == nil {
			day, _ := floorDiv(t.Unix(), secondsPerDay)
			binary.LittleEndian.PutUint32(slot, uint32(int32(day)))
		}
	case rootTime:
		if t, err := time.Parse("15:04:05", text); err == nil {
			binary.LittleEndian.PutUint32(slot, uint32(t.Hour()*3600+t.Minute()*60+t.Second())*1000)
		}
	}
	return true
}

// stamp writes milliseconds into the slot, or, of a precision above 3, behind the row.
func (w *rowWriter) stamp(i, precision int, text string) bool {
	var ms int64
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			ms = t.UnixMilli()
		}
	}
	if precision <= 3 {
		binary.LittleEndian.PutUint64(w.b[w.slots+8*i:], uint64(ms))
		return true
	}
	at := len(w.b)
	w.b = binary.LittleEndian.AppendUint64(w.b, uint64(ms))
	binary.LittleEndian.PutUint64(w.b[w.slots+8*i:], uint64(at)<<32)
	return true
}
