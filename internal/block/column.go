package block

import (
	"encoding/binary"
	"math"
)

// Column numbers (wire format).
const (
	colKind         = 1
	colOperator     = 2
	colInvocation   = 3
	colN            = 4
	colEventTime    = 5
	colHasEventTime = 6
	colStamps       = 7

	colPartition    = 16
	colSubpartition = 17
	colBases        = 18
	colChannel      = 19
	colChannels     = 20
	colPath         = 21
	colOrdinal      = 22
	colSkips        = 23

	colValue      = 48
	colKey        = 49
	colHeaders    = 50
	colFullLength = 51
	colHash       = 52
	colNamespace  = 53
	colMapKey     = 54
	colBefore     = 55

	colCheckpoint = 64
	colTime       = 65
	colFlags      = 66
	colText       = 67
	colWhat       = 68
	colNumber     = 69
	colNumber2    = 70
	colReason     = 71
	colSplit      = 80
	colOffset     = 81
	colSplitTime  = 82
	colEmitted    = 83
	colState      = 84
	colBody       = 96
)

// Column encodings (wire format).
const (
	encFixed8   = 0
	encUV       = 1
	encZZDelta  = 2
	encRuns     = 3
	encBits     = 4
	encConstant = 5
	encStrings  = 6
	encOwn      = 7
	encFixed64  = 8
)

// Bits of column 66 and of a barrier's flags in zone 6 (wire format).
const (
	RowUnaligned     = 1
	RowRecovering    = 2
	RowEventPriority = 4
)

// column is one column of a raw section; data aliases the section. The zero column is absent.
type column struct {
	id, enc byte
	data    []byte
	present bool
}

func (c column) malformed() error { return malformed("column %d", c.id) }

// columns are the columns of a section, in its order. Unknown ones are kept but never asked for.
type columns []column

func splitColumns(raw []byte) (columns, error) {
	var cs columns
	var seen [4]uint64
	c := cursor{b: raw}
	for !c.empty() {
		id, enc := c.byte(), c.byte()
		data := c.take(c.uv())
		if c.bad {
			return nil, malformed("columns are cut")
		}
		if seen[id/64]>>(id%64)&1 == 1 {
			return nil, malformed("column %d twice", id)
		}
		seen[id/64] |= 1 << (id % 64)
		if cs == nil {
			cs = make(columns, 0, 8)
		}
		cs = append(cs, column{id: id, enc: enc, data: data, present: true})
	}
	return cs, nil
}

func (cs columns) get(id byte) column {
	for i := range cs {
		if cs[i].id == id {
			return cs[i]
		}
	}
	return column{id: id}
}

// unsigned reads one value for each of rows rows. A value over limit is malformed; bias is subtracted from each value
// afterwards, so that 0 for "none" can become -1.
func unsigned[T ~uint8 | ~int32 | ~uint32 | ~int64 | ~uint64](c column, rows int, limit, bias uint64) ([]T, error) {
	cur := cursor{b: c.data}
	switch c.enc {
	case encFixed8:
		if len(c.data) != rows {
			return nil, c.malformed()
		}
		out := make([]T, rows)
		for i, v := range c.data {
			if uint64(v) > limit {
				return nil, c.malformed()
			}
			out[i] = T(uint64(v) - bias)
		}
		return out, nil
	case encUV:
		if len(c.data) < rows {
			return nil, c.malformed()
		}
		out := make([]T, rows)
		for i := range out {
			out[i] = T(cur.upTo(limit) - bias)
		}
		if !cur.complete() {
			return nil, c.malformed()
		}
		return out, nil
	case encRuns:
		out := make([]T, 0, rows)
		for !cur.empty() {
			n, v := cur.uv(), cur.upTo(limit)
			if cur.bad || n == 0 || n > uint64(rows-len(out)) {
				return nil, c.malformed()
			}
			for ; n > 0; n-- {
				out = append(out, T(v-bias))
			}
		}
		if len(out) != rows {
			return nil, c.malformed()
		}
		return out, nil
	case encConstant:
		v := cur.upTo(limit)
		if !cur.complete() {
			return nil, c.malformed()
		}
		out := make([]T, rows)
		for i := range out {
			out[i] = T(v - bias)
		}
		return out, nil
	}
	return nil, c.malformed()
}

// signed reads n values of a zz column: deltas from base, or whole values with encodings 1 and 5, which take no base.
func signed[T ~int64 | ~uint64](c column, n int, base int64) ([]T, error) {
	if c.enc != encZZDelta {
		if c.enc != encUV && c.enc != encConstant {
			return nil, c.malformed()
		}
		return unsigned[T](c, n, math.MaxUint64, 0)
	}
	if len(c.data) < n {
		return nil, c.malformed()
	}
	out := make([]T, n)
	cur := cursor{b: c.data}
	v := base
	for i := range out {
		v += cur.zz()
		out[i] = T(v)
	}
	if !cur.complete() {
		return nil, c.malformed()
	}
	return out, nil
}

// bits reads one bit for each row and the number of ones. Padding must be 0.
func bits(c column, rows int) (data []byte, ones int, err error) {
	if c.enc != encBits || len(c.data) != (rows+7)/8 {
		return nil, 0, c.malformed()
	}
	for i := range rows {
		ones += int(bit(c.data, i))
	}
	if rows%8 != 0 && c.data[rows/8]>>(rows%8) != 0 {
		return nil, 0, c.malformed()
	}
	return c.data, ones, nil
}

func bit(b []byte, i int) byte { return b[i/8] >> (i % 8) & 1 }

// byteStrings reads one string for each row, nil for null. They alias the section.
func byteStrings(c column, rows int) ([][]byte, error) {
	if c.enc != encStrings || len(c.data) < rows {
		return nil, c.malformed()
	}
	lengths := make([]uint32, rows)
	cur := cursor{b: c.data}
	for i := range lengths {
		lengths[i] = uint32(cur.upTo(MaxRawSection + 1))
	}
	out := make([][]byte, rows)
	for i, n := range lengths {
		if n > 0 {
			out[i] = cur.take(uint64(n - 1))
		}
	}
	if !cur.complete() {
		return nil, c.malformed()
	}
	return out, nil
}

func fixed64(c column, rows int) ([]uint64, error) {
	if c.enc != encFixed64 || len(c.data) != 8*rows {
		return nil, c.malformed()
	}
	out := make([]uint64, rows)
	for i := range out {
		out[i] = binary.LittleEndian.Uint64(c.data[8*i:])
	}
	return out, nil
}
