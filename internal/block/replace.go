package block

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// Replacement is what of a block becomes something else. A column that is nil stays as it is; a column that is not has one
// entry for each row, nil = null. What has no column here stays in any case: identity, numbers, times, places.
type Replacement struct {
	Value, Key, Headers, Namespace, MapKey, Before [][]byte

	// FullLength and Hash belong to Value, and MUST be there with it: of a value that is cut its length before, 0 = whole.
	FullLength []uint32
	Hash       []uint64

	Body        [][]byte
	Definitions map[event.DefinitionID]event.DefinitionID // old to new, in zone 10
	Cut         bool                                      // bytes were taken away: FlagPayloadCut

	// Strict leaves out sections and columns that this version does not know: what they hold nobody has looked at.
	Strict bool
}

// Replace gives the block raw, whose header is h, with other bytes in some columns and the same identity. Sections that change are
// stored with zstd; all others keep their bytes. It fails when a limit of the format is passed, of which a caller takes away
// more, and on a block that is no block. Errors: ErrChecksum, ErrMalformed, ErrEncrypted.
func Replace(h *Header, raw []byte, with Replacement) ([]byte, error) {
	if uint64(len(raw)) != uint64(h.Size) {
		return nil, malformed("%d bytes, the header says %d", len(raw), h.Size)
	}
	if h.Flags&FlagEncrypted != 0 {
		return nil, ErrEncrypted
	}
	rows := int(h.Events)
	columns := map[SectionID]map[byte][]byte{SectionPayload: {}, SectionDet: {}}
	for _, c := range []struct {
		section SectionID
		id      byte
		values  [][]byte
	}{
		{SectionPayload, colValue, with.Value}, {SectionPayload, colKey, with.Key}, {SectionPayload, colHeaders, with.Headers},
		{SectionPayload, colNamespace, with.Namespace}, {SectionPayload, colMapKey, with.MapKey},
		{SectionPayload, colBefore, with.Before}, {SectionDet, colBody, with.Body},
	} {
		if c.values == nil {
			continue
		}
		if len(c.values) != rows {
			return nil, malformed("column %d: %d values for %d rows", c.id, len(c.values), rows)
		}
		columns[c.section][c.id] = written(func(w *sectionWriter) { w.strings(c.id, c.values) })
	}
	if with.Value != nil {
		if !hasValue(with.Value) && rows > 0 { // nulls that had lengths are said one by one
			w := new(sectionWriter)
			w.column(colValue, encStrings, make([]byte, rows))
			columns[SectionPayload][colValue] = w.raw
		}
		if len(with.FullLength) != rows || len(with.Hash) != rows {
			return nil, malformed("values without their lengths")
		}
		lengths := make([]uint64, rows)
		for i, n := range with.FullLength {
			lengths[i] = uint64(n)
		}
		columns[SectionPayload][colFullLength] = written(func(w *sectionWriter) { w.unsigned(colFullLength, lengths, 0) })
		columns[SectionPayload][colHash] = written(func(w *sectionWriter) { w.fixed64(colHash, with.Hash) })
	}
	return replaced(h, raw, with, columns)
}

func hasValue(values [][]byte) bool {
	return slices.ContainsFunc(values, func(v []byte) bool { return v != nil })
}

// knownColumns are those that this version decodes, by section.
var knownColumns = map[SectionID][]byte{
	SectionMeta:    {colKind, colOperator, colInvocation, colN, colEventTime, colHasEventTime, colStamps},
	SectionIDs:     {colPartition, colSubpartition, colBases, colChannel, colChannels, colPath, colOrdinal, colSkips},
	SectionPayload: {colValue, colKey, colHeaders, colFullLength, colHash, colNamespace, colMapKey, colBefore},
	SectionDet: {colCheckpoint, colTime, colFlags, colText, colWhat, colNumber, colNumber2, colReason, colSplit, colOffset, colSplitTime,
		colEmitted, colState, colBody},
}

// written is one column; empty when it may be left out.
func written(write func(*sectionWriter)) []byte {
	var data []byte
	w := &sectionWriter{data: &data}
	write(w)
	return w.raw
}

// replaced puts the block together again, with columns of sections by their number.
func replaced(h *Header, raw []byte, with Replacement, columns map[SectionID]map[byte][]byte) ([]byte, error) {
	table := make([]byte, 0, len(h.Sections)*sectionLen)
	body := make([]byte, 0, len(raw))
	sections := 0
	for _, s := range h.Sections {
		stored := raw[s.Offset : s.Offset+s.Stored]
		known := knownColumns[s.ID]
		if with.Strict && known == nil {
			continue
		}
		if change := columns[s.ID]; len(change) > 0 || with.Strict {
			plain, err := unpack(s, stored)
			if err != nil {
				return nil, err
			}
			if plain, err = spliced(plain, change, with.Strict, known); err != nil {
				return nil, fmt.Errorf("section %d: %w", s.ID, err)
			}
			if len(plain) > MaxRawSection {
				return nil, malformed("section %d of %d bytes", s.ID, len(plain))
			}
			var buf []byte
			packed, codec, err := pack(plain, CodecZstd, &buf)
			if err != nil {
				return nil, err
			}
			s.Codec, s.Raw, s.CRC = codec, uint32(len(plain)), crc32.Checksum(packed, castagnoli)
			stored = packed
		} else if crc32.Checksum(stored, castagnoli) != s.CRC {
			return nil, fmt.Errorf("%w: section %d", ErrChecksum, s.ID)
		}
		table = append(table, byte(s.ID), byte(s.Codec), 0, 0)
		table = binary.LittleEndian.AppendUint32(table, uint32(len(stored)))
		table = binary.LittleEndian.AppendUint32(table, s.Raw)
		table = binary.LittleEndian.AppendUint32(table, s.CRC)
		body = append(body, stored...)
		sections++
	}
	zonesAt, head := prefixLen+fixedLen+len(h.Sections)*sectionLen, int(h.Size)
	if len(h.Sections) > 0 {
		head = int(h.Sections[0].Offset)
	}
	zones, err := renamed(raw[zonesAt:head], with.Definitions)
	if err != nil {
		return nil, err
	}
	out := *h
	if with.Cut {
		out.Flags |= FlagPayloadCut
	}
	return seal24(&out, sections, table, zones, body)
}

// spliced is a raw section with columns in place of those of the same number; the others stay where they are, if strict only those
// that are known.
func spliced(raw []byte, change map[byte][]byte, strict bool, known []byte) ([]byte, error) {
	cs, err := splitColumns(raw)
	if err != nil {
		return nil, err
	}
	out := &sectionWriter{raw: make([]byte, 0, len(raw))}
	done := map[byte]bool{}
	for _, c := range cs {
		if with, ok := change[c.id]; ok {
			out.raw, done[c.id] = append(out.raw, with...), true
			continue
		}
		if !strict || slices.Contains(known, c.id) {
			out.column(c.id, c.enc, c.data)
		}
	}
	for id := byte(0); id < 255; id++ { // what was not there before: full lengths, in order
		if with, ok := change[id]; ok && !done[id] {
			out.raw = append(out.raw, with...)
		}
	}
	return out.raw, nil
}

// renamed is the zones with other ids in zone 10.
func renamed(zones []byte, names map[event.DefinitionID]event.DefinitionID) ([]byte, error) {
	if len(names) == 0 {
		return zones, nil
	}
	out := make([]byte, len(zones))
	copy(out, zones)
	c := cursor{b: zones}
	for !c.empty() {
		kind := c.uv()
		value := c.take(c.uv())
		if c.bad {
			return nil, malformed("zones are cut")
		}
		if kind != zoneDefinitions {
			continue
		}
		at := c.at - len(value)
		for i := 0; i+8 <= len(value); i += 8 {
			id := event.DefinitionID(binary.BigEndian.Uint64(value[i:]))
			if name, ok := names[id]; ok {
				binary.BigEndian.PutUint64(out[at+i:], uint64(name))
			}
		}
	}
	return out, nil
}
