package block

import (
	"encoding/binary"
	"math"
	"slices"
)

// sectionWriter appends columns to a raw section.
type sectionWriter struct {
	raw  []byte
	data *[]byte // where a column is made; its content does not matter
}

// column appends a column. data may be w's own buffer.

func (w *sectionWriter) column(id, enc byte, data []byte) {
	w.raw = append(w.raw, id, enc)
	w.raw = binary.AppendUvarint(w.raw, uint64(len(data)))
	w.raw = append(w.raw, data...)
}

// unsigned writes values in the smallest encoding. A column of nothing but def is left out, unless def is negative.
func (w *sectionWriter) unsigned(id byte, values []uint64, def int64) {
	if len(values) == 0 {
		return
	}
	first, constant, small := values[0], true, true
	plain, runs := 0, 0
	for i, v := range values {
		constant = constant && v == first
		small = small && v <= math.MaxUint8
		plain += uvLen(v)
		if i == 0 || v != values[i-1] {
			runs += uvLen(v) + 1 // counts of 128 and more are rare enough to leave out of the estimate
		}
	}
	switch {
	case constant && def >= 0 && first == uint64(def):
	case constant:
		w.column(id, encConstant, binary.AppendUvarint(nil, first))
	case runs < min(plain, len(values)):
		data := (*w.data)[:0]
		for i := 0; i < len(values); {
			n := 1
			for i+n < len(values) && values[i+n] == values[i] {
				n++
			}
			data = binary.AppendUvarint(data, uint64(n))
			data = binary.AppendUvarint(data, values[i])
			i += n
		}
		*w.data = data
		w.column(id, encRuns, data)
	case small:
		data := sized(w.data, len(values))
		for i, v := range values {
			data[i] = byte(v)
		}
		w.column(id, encFixed8, data)
	default:
		data := sized(w.data, plain)[:0]
		for _, v := range values {
			data = binary.AppendUvarint(data, v)
		}
		w.column(id, encUV, data)
	}
}

// signed writes values as zigzag deltas from base. A column of zeros is left out, unless required.
func (w *sectionWriter) signed(id byte, values []int64, base int64, required bool) {
	zero := true
	for _, v := range values {
		if zero = zero && v == 0; !zero {
			break
		}
	}
	if zero && !required {
		return
	}
	data := (*w.data)[:0]
	last := base
	for _, v := range values {
		data = binary.AppendUvarint(data, zigzag(v-last))
		last = v
	}
	*w.data = data
	if len(values) > 0 {
		w.column(id, encZZDelta, data)
	}
}

// strings writes byte strings, nil as null. A column of nulls is left out.
func (w *sectionWriter) strings(id byte, values [][]byte) {
	size, null := 0, true
	for _, v := range values {
		if v == nil {
			size++
			continue
		}
		size += len(v) + uvLen(uint64(len(v))+1)
		null = false
	}
	if null {
		return
	}
	// Straight into the section: these are most of its bytes.
	w.raw = append(w.raw, id, encStrings)
	w.raw = binary.AppendUvarint(w.raw, uint64(size))
	w.raw = slices.Grow(w.raw, size)
	for _, v := range values {
		if v == nil {
			w.raw = append(w.raw, 0)
		} else {
			w.raw = binary.AppendUvarint(w.raw, uint64(len(v))+1)
		}
	}
	for _, v := range values {
		w.raw = append(w.raw, v...)
	}
}

func (w *sectionWriter) fixed64(id byte, values []uint64) {
	zero := true
	data := make([]byte, 0, 8*len(values))
	for _, v := range values {
		zero = zero && v == 0
		data = binary.LittleEndian.AppendUint64(data, v)
	}
	if !zero {
		w.column(id, encFixed64, data)
	}
}

func uvLen(v uint64) int {
	n := 1
	for ; v >= 0x80; v >>= 7 {
		n++
	}
	return n
}
