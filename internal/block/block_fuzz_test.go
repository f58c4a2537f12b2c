package block

import (
	"encoding/binary"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// check decodes whatever raw is, and holds what comes out to what Rows promises.
func check(t *testing.T, raw []byte) {
	t.Helper()
	h, err := Verify(raw)
	if err != nil {
		if !isBlockError(err) {
			t.Fatalf("an error of another kind: %v", err)
		}
		return
	}
	if n := len(h.Zones.Counts) + len(h.Zones.Channels) + len(h.Zones.Barriers) + len(h.Zones.Positions); n > MaxHeader {
		t.Fatalf("%d zone entries", n)
	}
	rows, err := Decode(raw)
	if err != nil {
		if !isBlockError(err) {
			t.Fatalf("an error of another kind: %v", err)
		}
		return
	}
	n := int(h.Events)
	for name, length := range map[string]int{
		"kind": len(rows.Kind), "operator": len(rows.Operator), "inv": len(rows.Inv), "n": len(rows.N),
		"event time": len(rows.EventTime), "wall": len(rows.Wall),
	} {
		if length != n {
			t.Fatalf("%d of column %s, want %d", length, name, n)
		}
	}
	for name, length := range map[string]int{
		"partition": len(rows.Partition), "subpartition": len(rows.Subpartition), "seq": len(rows.Seq), "channel": len(rows.Channel),
		"path": len(rows.Path), "ordinal": len(rows.Ordinal), "value": len(rows.Value), "null": len(rows.Null), "key": len(rows.Key),
		"key null": len(rows.KeyNull), "headers": len(rows.Headers), "full length": len(rows.FullLength), "hash": len(rows.Hash),
		"checkpoint": len(rows.Checkpoint), "time": len(rows.Time), "flags": len(rows.Flags), "text": len(rows.Text),
		"split": len(rows.Split), "offset": len(rows.Offset), "split time": len(rows.SplitTime), "emitted": len(rows.Emitted),
		"body": len(rows.Body),
	} {
		if length != 0 && length != n {
			t.Fatalf("%d of column %s, want %d or none", length, name, n)
		}
	}
	for row, c := range rows.Channel {
		if c < 0 || int(c) >= len(rows.Channels) {
			t.Fatalf("row %d is of channel %d of %d", row, c, len(rows.Channels))
		}
	}
	if rows.SeqOf != nil {
		for row := range min(n, 50) {
			for sub := range uint32(4) {
				rows.SeqOf(row, sub)
			}
		}
	}
}

// FuzzBlock breaks whole blocks and makes their checksums right again, so that what lies behind them is reached.
func FuzzBlock(f *testing.F) {
	for _, raw := range allBlocks(f) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		reseal(raw)
		check(t, raw)
	})
}

// FuzzSections puts any bytes into the sections and zones of a block.
func FuzzSections(f *testing.F) {
	add := func(lane event.Lane, events uint16, zones, meta, ids, payload, det []byte) {
		f.Add(byte(lane), events, zones, meta, ids, payload, det)
	}
	for _, lane := range sampleLanes {
		raw, _ := sample(f, lane, CodecNone, 2, 9)
		h, err := ParseHeader(raw)
		if err != nil {
			f.Fatal(err)
		}
		section := func(id SectionID) []byte {
			s, _ := h.Section(id)
			return raw[s.Offset : s.Offset+s.Stored]
		}
		zones := raw[prefixLen+fixedLen+sectionLen*len(h.Sections) : h.Sections[0].Offset]
		add(lane, 9, zones, section(SectionMeta), section(SectionIDs), section(SectionPayload), section(SectionDet))
	}
	f.Fuzz(func(t *testing.T, lane byte, events uint16, zones, meta, ids, payload, det []byte) {
		h := &Header{Lane: event.Lane(lane), Events: uint32(events)}
		var table, body []byte
		n := 0
		for _, s := range []struct {
			id  SectionID
			raw []byte
		}{{SectionMeta, meta}, {SectionIDs, ids}, {SectionPayload, payload}, {SectionDet, det}} {
			table = append(table, byte(s.id), byte(CodecNone), 0, 0)
			table = binary.LittleEndian.AppendUint32(table, uint32(len(s.raw)))
			table = binary.LittleEndian.AppendUint32(table, uint32(len(s.raw)))
			table = append(table, 0, 0, 0, 0)
			body = append(body, s.raw...)
			n++
		}
		raw, err := seal24(h, n, table, zones, body)
		if err != nil {
			return
		}
		reseal(raw)
		check(t, raw)
	})
}

// FuzzUnpack gives any bytes to the decompressors.
func FuzzUnpack(f *testing.F) {
	for _, codec := range []Codec{CodecLZ4, CodecZstd} {
		packed, _, err := pack(make([]byte, 1000), codec, new([]byte))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(codec), uint32(1000), packed)
	}
	f.Fuzz(func(t *testing.T, codec byte, size uint32, stored []byte) {
		s := SectionInfo{ID: 1, Codec: Codec(codec % 3), Stored: uint32(len(stored)), Raw: size % (1 << 20)}
		s.CRC = crcOf(stored)
		if s.Codec == CodecNone {
			s.Raw = s.Stored
		}
		raw, err := unpack(s, stored)
		if err == nil && len(raw) != int(s.Raw) {
			t.Fatalf("%d bytes, want %d", len(raw), s.Raw)
		}
	})
}
