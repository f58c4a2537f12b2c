package block

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// Decode decodes the wanted sections of the whole block raw; no sections named means all that are known.
// The result keeps no part of raw.
func Decode(raw []byte, sections ...SectionID) (*Rows, error) {
	h, err := ParseHeader(raw)
	if err != nil {
		return nil, err
	}
	if uint64(len(raw)) != uint64(h.Size) {
		return nil, malformed("%d bytes, the header says %d", len(raw), h.Size)
	}
	return DecodeFrom(h, bytes.NewReader(raw), 0, sections...)
}

// DecodeFrom decodes the wanted sections (none named: all that are known) of the block whose header is h and whose first
// byte is at offset base of r. It reads and checks only those sections. In lane det, section ids brings meta with it,
// because sequence numbers depend on it. Columns of sections that were not asked for stay nil.
//
// Errors: ErrChecksum, ErrMalformed, ErrEncrypted, or the reader's.
func DecodeFrom(h *Header, r io.ReaderAt, base int64, sections ...SectionID) (*Rows, error) {
	if h.Flags&FlagEncrypted != 0 {
		return nil, ErrEncrypted
	}
	want := func(id SectionID) bool {
		if len(sections) == 0 || slices.Contains(sections, id) {
			return true
		}
		return id == SectionMeta && h.Lane == event.LaneDet && slices.Contains(sections, SectionIDs)
	}
	raw, err := readSections(h, r, base, want)
	if err != nil {
		return nil, err
	}
	d := decoder{h: h, rows: int(h.Events), out: new(Rows)}
	for _, s := range []struct {
		id     SectionID
		decode func(columns) error
	}{
		{SectionMeta, d.meta}, {SectionIDs, d.ids}, {SectionPayload, d.payload}, {SectionDet, d.det},
	} {
		if !want(s.id) {
			continue
		}
		cs, err := splitColumns(raw[s.id])
		if err != nil {
			return nil, fmt.Errorf("section %d: %w", s.id, err)
		}
		if err := s.decode(cs); err != nil {
			return nil, fmt.Errorf("section %d: %w", s.id, err)
		}
	}
	return d.out, nil
}

// readSections fetches and unpacks the wanted sections in as few reads as they are runs in the block.
func readSections(h *Header, r io.ReaderAt, base int64, want func(SectionID) bool) (map[SectionID][]byte, error) {
	known := func(s SectionInfo) bool {
		return want(s.ID) && (s.ID == SectionMeta || s.ID == SectionIDs || s.ID == SectionPayload || s.ID == SectionDet)
	}
	raw := make(map[SectionID][]byte, len(h.Sections))
	for i := 0; i < len(h.Sections); i++ {
		if !known(h.Sections[i]) {
			continue
		}
		last := i
		for last+1 < len(h.Sections) && known(h.Sections[last+1]) {
			last++
		}
		from := h.Sections[i].Offset
		stored := make([]byte, h.Sections[last].Offset+h.Sections[last].Stored-from)
		if n, err := r.ReadAt(stored, base+int64(from)); n < len(stored) {
			return nil, fmt.Errorf("reading sections of a block: %w", err)
		}
		for ; i <= last; i++ {
			s := h.Sections[i]
			b, err := unpack(s, stored[s.Offset-from:s.Offset-from+s.Stored])
			if err != nil {
				return nil, err
			}
			raw[s.ID] = b
		}
		i--
	}
	return raw, nil
}

type decoder struct {
	h    *Header
	rows int
	out  *Rows
}

// column decodes col with read into dst unless the column is absent.
func decodeColumn[T any](dst *[]T, c column, read func(column) ([]T, error)) error {
	if !c.present {
		return nil
	}
	v, err := read(c)
	if err == nil {
		*dst = v
	}
	return err
}

// number decodes an unsigned column of values up to limit.
func number[T ~uint8 | ~int32 | ~uint32 | ~int64 | ~uint64](d *decoder, dst *[]T, c column, limit, bias uint64) error {
	return decodeColumn(dst, c, func(c column) ([]T, error) { return unsigned[T](c, d.rows, limit, bias) })
}

func filled[T any](n int, v T) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = v
	}
	return s
}

func (d *decoder) meta(cs columns) error {
	o := d.out
	if d.rows == 0 {
		return nil
	}
	if !cs.get(colKind).present {
		return malformed("no kinds")
	}
	if err := number(d, &o.Kind, cs.get(colKind), math.MaxUint8, 0); err != nil {
		return err
	}
	if c := cs.get(colOperator); c.present {
		if err := number(d, &o.Operator, c, math.MaxInt32, 1); err != nil {
			return err
		}
	} else {
		o.Operator = filled(d.rows, int32(-1))
	}
	if c := cs.get(colInvocation); c.present {
		v, err := signed[uint64](c, d.rows, int64(d.h.FirstInv))
		if err != nil {
			return err
		}
		o.Inv = v
	} else {
		o.Inv = filled(d.rows, d.h.FirstInv)
	}
	if c := cs.get(colN); c.present {
		if err := number(d, &o.N, c, math.MaxUint32, 0); err != nil {
			return err
		}
	} else {
		o.N = filled(d.rows, uint32(1))
	}
	if err := d.eventTimes(cs.get(colEventTime), cs.get(colHasEventTime)); err != nil {
		return err
	}
	return d.stamps(cs.get(colStamps))
}

func (d *decoder) eventTimes(times, has column) error {
	d.out.EventTime = filled(d.rows, int64(math.MinInt64))
	var mask []byte
	ones := 0
	if has.present {
		var err error
		if mask, ones, err = bits(has, d.rows); err != nil {
			return err
		}
	}
	if !times.present {
		if ones > 0 {
			return times.malformed()
		}
		return nil
	}
	values, err := signed[int64](times, ones, 0)
	if err != nil {
		return err
	}
	for row, next := 0, 0; next < ones; row++ {
		if bit(mask, row) == 1 {
			d.out.EventTime[row] = values[next]
			next++
		}
	}
	return nil
}

func (d *decoder) stamps(c column) error {
	wall := filled(d.rows, d.h.WallMin)
	d.out.Wall = wall
	if !c.present {
		return nil
	}
	if c.enc != encOwn {
		return c.malformed()
	}
	cur := cursor{b: c.data}
	n := cur.upTo(uint64(len(c.data)))
	row, at := uint64(0), d.h.WallMin
	for i := range n {
		delta := cur.upTo(uint64(d.rows))
		stamp := at + cur.zz()
		if row += delta; cur.bad || row >= uint64(d.rows) {
			return c.malformed()
		}
		at = stamp
		next := uint64(d.rows)
		if i+1 < n { // rows up to the next stamp take this one
			peek := cur
			next = min(next, row+peek.upTo(uint64(d.rows)))
		}
		for r := row; r < next; r++ {
			wall[r] = at
		}
	}
	if !cur.complete() {
		return c.malformed()
	}
	return nil
}

func (d *decoder) payload(cs columns) error {
	o := d.out
	if err := number(d, &o.FullLength, cs.get(colFullLength), math.MaxUint32, 0); err != nil {
		return err
	}
	if err := decodeColumn(&o.Hash, cs.get(colHash), func(c column) ([]uint64, error) { return fixed64(c, d.rows) }); err != nil {
		return err
	}
	if c := cs.get(colValue); c.present {
		values, err := byteStrings(c, d.rows)
		if err != nil {
			return err
		}
		o.Value, o.Null = seal(values, o.FullLength)
	}
	if c := cs.get(colKey); c.present {
		keys, err := byteStrings(c, d.rows)
		if err != nil {
			return err
		}
		o.Key, o.KeyNull = seal(keys, nil)
	}
	if c := cs.get(colHeaders); c.present {
		headers, err := byteStrings(c, d.rows)
		if err != nil {
			return err
		}
		o.Headers, _ = seal(headers, nil)
	}
	for _, c := range []struct {
		dst *[]event.Payload
		id  byte
	}{{&o.Namespace, colNamespace}, {&o.MapKey, colMapKey}, {&o.Before, colBefore}} {
		if col := cs.get(c.id); col.present {
			values, err := byteStrings(col, d.rows)
			if err != nil {
				return err
			}
			*c.dst, _ = seal(values, nil)
		}
	}
	return nil
}

// seal closes values; full, when not nil, has the length that each had before it was cut, 0 = whole.
func seal(values [][]byte, full []uint32) (p []event.Payload, null []bool) {
	p, null = make([]event.Payload, len(values)), make([]bool, len(values))
	for i, v := range values {
		null[i] = v == nil
		if full != nil {
			p[i] = event.NewCutPayload(v, int(full[i]))
		} else {
			p[i] = event.NewPayload(v)
		}
	}
	return p, null
}

func (d *decoder) det(cs columns) error {
	o := d.out
	for _, c := range []struct {
		dst *[]int64
		id  byte
	}{{&o.Time, colTime}, {&o.Offset, colOffset}, {&o.SplitTime, colSplitTime}, {&o.Number, colNumber}, {&o.Number2, colNumber2}} {
		read := func(c column) ([]int64, error) { return signed[int64](c, d.rows, 0) }
		if err := decodeColumn(c.dst, cs.get(c.id), read); err != nil {
			return err
		}
	}
	if err := number(d, &o.Checkpoint, cs.get(colCheckpoint), math.MaxUint64, 0); err != nil {
		return err
	}
	if err := number(d, &o.Flags, cs.get(colFlags), math.MaxUint32, 0); err != nil {
		return err
	}
	if err := number(d, &o.Emitted, cs.get(colEmitted), math.MaxUint32, 0); err != nil {
		return err
	}
	if err := number(d, &o.What, cs.get(colWhat), math.MaxUint32, 0); err != nil {
		return err
	}
	if err := number(d, &o.Reason, cs.get(colReason), math.MaxUint8, 0); err != nil {
		return err
	}
	if err := d.definitions(&o.Text, cs.get(colText)); err != nil {
		return err
	}
	if err := d.definitions(&o.State, cs.get(colState)); err != nil {
		return err
	}
	if err := d.definitions(&o.Split, cs.get(colSplit)); err != nil {
		return err
	}
	return decodeColumn(&o.Body, cs.get(colBody), func(c column) ([][]byte, error) { return byteStrings(c, d.rows) })
}

// definitions decodes a column of zone 10 indexes + 1; 0 stays 0.
func (d *decoder) definitions(dst *[]event.DefinitionID, c column) error {
	if !c.present {
		return nil
	}
	table := d.h.Zones.Definitions
	index, err := unsigned[uint32](c, d.rows, uint64(len(table)), 0)
	if err != nil {
		return err
	}
	ids := make([]event.DefinitionID, d.rows)
	for i, v := range index {
		if v > 0 {
			ids[i] = table[v-1]
		}
	}
	*dst = ids
	return nil
}
