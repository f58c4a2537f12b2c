package block

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/sightglass/sightglass/internal/event"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Extent tells from the first 24 bytes of a block how long its head (prefix, header, section table, zones) and the whole
// block are. It checks lengths but no checksum: a caller uses it to know how much to read. Errors: ErrMagic, ErrVersion,
// ErrMalformed.
func Extent(prefix []byte) (head, size int, err error) {
	if len(prefix) < prefixLen {
		if !hasMagic(prefix) && len(prefix) >= len(magic) {
			return 0, 0, ErrMagic
		}
		return 0, 0, malformed("%d bytes are no prefix", len(prefix))
	}
	if !hasMagic(prefix) {
		return 0, 0, ErrMagic
	}
	if major := prefix[4]; major != Major {
		return 0, 0, fmt.Errorf("%w: format version %d.%d, this reader knows %d", ErrVersion, major, prefix[5], Major)
	}
	if unknown := u16(prefix, 6) & 0xff &^ knownLowFlags; unknown != 0 {
		return 0, 0, fmt.Errorf("%w: format version %d.%d uses flags %#x", ErrVersion, prefix[4], prefix[5], unknown)
	}
	header, body := u32(prefix, 8), u32(prefix, 12)
	if header > MaxHeader || header < fixedLen+sectionLen*uint32(prefix[16]) {
		return 0, 0, malformed("header of %d bytes", header)
	}
	if uint64(prefixLen)+uint64(header)+uint64(body) > MaxBlock {
		return 0, 0, malformed("body of %d bytes", body)
	}
	return prefixLen + int(header), prefixLen + int(header) + int(body), nil
}

// ParseHeader reads the head of a block. raw must hold all of it and may go on with the sections, which are not looked at.
// The result keeps no part of raw. Errors: ErrMagic, ErrVersion, ErrChecksum, ErrMalformed.
func ParseHeader(raw []byte) (*Header, error) {
	head, size, err := Extent(raw)
	if err != nil {
		return nil, err
	}
	if len(raw) < head {
		return nil, malformed("cut in the header")
	}
	if headChecksum(raw, head) != u32(raw, crcAt) {
		return nil, fmt.Errorf("%w: header", ErrChecksum)
	}
	f := raw[prefixLen:head]
	h := &Header{
		Minor:      raw[5],
		Flags:      u16(raw, 6),
		Lane:       event.Lane(raw[17]),
		Recording:  event.RecordingID(f[:16]),
		Attempt:    event.Key(binary.BigEndian.Uint64(f[16:])),
		Number:     u64(f, 24),
		FirstInv:   u64(f, 32),
		LastInv:    u64(f, 40),
		WallMin:    int64(u64(f, 48)),
		WallMax:    int64(u64(f, 56)),
		EventMin:   int64(u64(f, 64)),
		EventMax:   int64(u64(f, 72)),
		Checkpoint: u64(f, 80),
		Events:     u32(f, 88),
		Size:       uint32(size),
	}
	switch {
	case h.Lane == 0:
		return nil, malformed("lane 0")
	case u16(raw, 18) != 0 || u32(f, 92) != 0:
		return nil, malformed("reserved bytes are set")
	case h.Events > MaxRows:
		return nil, malformed("%d events", h.Events)
	case h.FirstInv > h.LastInv:
		return nil, malformed("first invocation after the last")
	case h.WallMin > h.WallMax:
		return nil, malformed("wall clock minimum after the maximum")
	case h.EventMin > h.EventMax && (h.EventMin != math.MaxInt64 || h.EventMax != math.MinInt64):
		return nil, malformed("event time minimum after the maximum")
	}
	n := int(raw[16])
	if h.Sections, err = parseSections(f[fixedLen:], n, uint32(head), uint32(size)); err != nil {
		return nil, err
	}
	if err := h.Zones.parse(f[fixedLen+n*sectionLen:]); err != nil {
		return nil, err
	}
	return h, nil
}

// parseSections reads n entries; the stored bytes fill [head, size) without a hole.
func parseSections(b []byte, n int, head, size uint32) ([]SectionInfo, error) {
	if n == 0 {
		if head != size {
			return nil, malformed("a body without sections")
		}
		return nil, nil
	}
	sections := make([]SectionInfo, n)
	var seen [256]bool
	at := uint64(head)
	for i := range sections {
		e := b[i*sectionLen:]
		s := SectionInfo{
			ID: SectionID(e[0]), Codec: Codec(e[1]),
			Stored: u32(e, 4), Raw: u32(e, 8), CRC: u32(e, 12),
			Offset: uint32(at),
		}
		switch {
		case seen[s.ID]:
			return nil, malformed("section %d twice", s.ID)
		case u16(e, 2) != 0:
			return nil, malformed("section %d: reserved bytes are set", s.ID)
		case s.Codec > CodecZstd:
			return nil, malformed("section %d: codec %d", s.ID, s.Codec)
		case s.Raw > MaxRawSection:
			return nil, malformed("section %d: raw length %d", s.ID, s.Raw)
		case s.Codec == CodecNone && s.Raw != s.Stored:
			return nil, malformed("section %d: stored %d bytes of %d", s.ID, s.Stored, s.Raw)
		}
		seen[s.ID] = true
		if at += uint64(s.Stored); at > uint64(size) {
			return nil, malformed("section %d ends behind the block", s.ID)
		}
		sections[i] = s
	}
	if at != uint64(size) {
		return nil, malformed("%d bytes of the body belong to no section", uint64(size)-at)
	}
	return sections, nil
}

func headChecksum(raw []byte, head int) uint32 {
	return crc32.Update(crc32.Checksum(raw[:crcAt], castagnoli), castagnoli, raw[prefixLen:head])
}

// Verify checks one whole block, header and stored sections, without decompressing anything.
// Errors: ErrMagic, ErrVersion, ErrChecksum, ErrMalformed.
func Verify(raw []byte) (*Header, error) {
	h, err := ParseHeader(raw)
	if err != nil {
		return nil, err
	}
	if uint64(len(raw)) != uint64(h.Size) {
		return nil, malformed("%d bytes, the header says %d", len(raw), h.Size)
	}
	for _, s := range h.Sections {
		if crc32.Checksum(raw[s.Offset:s.Offset+s.Stored], castagnoli) != s.CRC {
			return nil, fmt.Errorf("%w: section %d", ErrChecksum, s.ID)
		}
	}
	return h, nil
}

// Section finds a section in the table.
func (h *Header) Section(id SectionID) (SectionInfo, bool) {
	for _, s := range h.Sections {
		if s.ID == id {
			return s, true
		}
	}
	return SectionInfo{}, false
}

// HasEventTime tells whether any row has an event time.
func (h *Header) HasEventTime() bool { return h.EventMin <= h.EventMax }

// Server tells whether the server made the block. Numbers of such blocks have the top bit set.
func (h *Header) Server() bool { return h.Flags&FlagServer != 0 }
