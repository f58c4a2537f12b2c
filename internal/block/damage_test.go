package block

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// allBlocks are the vectors and samples of every lane and codec, small enough to break bit by bit.
func allBlocks(t testing.TB) map[string][]byte {
	t.Helper()
	files := vectorFiles(t)
	for i, lane := range sampleLanes {
		codec := Codec(i % 3)
		raw, _ := sample(t, lane, codec, 1, 12)
		files[fmt.Sprintf("%s with codec %d", lane, codec)] = raw
	}
	return files
}

func isBlockError(err error) bool {
	for _, e := range []error{ErrMagic, ErrVersion, ErrChecksum, ErrMalformed, ErrEncrypted} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func TestEachFlippedBitIsAnError(t *testing.T) {
	for name, raw := range allBlocks(t) {
		step := 1
		if testing.Short() {
			step = 7
		}
		whole, err := Decode(raw, SectionMeta)
		if err != nil {
			t.Fatal(err)
		}
		for bit := 0; bit < 8*len(raw); bit += step {
			damaged := bytes.Clone(raw)
			damaged[bit/8] ^= 1 << (bit % 8)
			if _, err := Verify(damaged); !isBlockError(err) {
				t.Fatalf("%s: bit %d: verified: %v", name, bit, err)
			}
			if bit/step%5 != 0 { // decoding makes the same checks; a part of the bits says so
				continue
			}
			if _, err := Decode(damaged); !isBlockError(err) {
				t.Fatalf("%s: bit %d: decoded: %v", name, bit, err)
			}
			if part, err := Decode(damaged, SectionMeta); err == nil && !reflect.DeepEqual(part, whole) {
				t.Fatalf("%s: bit %d: other rows", name, bit)
			}
		}
	}
}

func TestEachCutIsAnError(t *testing.T) {
	for name, raw := range allBlocks(t) {
		for n := range raw {
			if _, err := Verify(raw[:n]); !isBlockError(err) {
				t.Fatalf("%s: cut at %d: verified: %v", name, n, err)
			}
			if _, err := Decode(raw[:n]); !isBlockError(err) {
				t.Fatalf("%s: cut at %d: decoded: %v", name, n, err)
			}
		}
		if _, err := Verify(append(bytes.Clone(raw), 0)); !isBlockError(err) {
			t.Errorf("%s: a byte too many: %v", name, err)
		}
	}
}

// reseal makes the checksums of a block right again after a change, as far as the block still has a table.
func reseal(raw []byte) {
	head, size, err := Extent(raw)
	if err != nil || size != len(raw) {
		return
	}
	at := head
	for i := range int(raw[16]) {
		e := raw[prefixLen+fixedLen+i*sectionLen:]
		n := int(u32(e, 4))
		if n > size-at {
			break
		}
		binary.LittleEndian.PutUint32(e[12:], crc32.Checksum(raw[at:at+n], castagnoli))
		at += n
	}
	binary.LittleEndian.PutUint32(raw[crcAt:], headChecksum(raw, head))
}

func TestLyingHeadersAreRefused(t *testing.T) {
	raw, _ := sample(t, event.LaneOut, CodecNone, 1, 5)
	head, _, err := Extent(raw)
	if err != nil {
		t.Fatal(err)
	}
	const fixed, table = prefixLen, prefixLen + fixedLen
	put32 := func(at int, v uint32) func([]byte) {
		return func(b []byte) { binary.LittleEndian.PutUint32(b[at:], v) }
	}
	put64 := func(at int, v uint64) func([]byte) {
		return func(b []byte) { binary.LittleEndian.PutUint64(b[at:], v) }
	}
	for _, c := range []struct {
		name   string
		change func([]byte)
		want   error
	}{
		{"magic", func(b []byte) { b[0] = 'X' }, ErrMagic},
		{"major", func(b []byte) { b[4] = 2 }, ErrVersion},
		{"unknown low flag", func(b []byte) { b[6] |= 16 }, ErrVersion},
		{"lane 0", func(b []byte) { b[17] = 0 }, ErrMalformed},
		{"reserved in the prefix", func(b []byte) { b[18] = 1 }, ErrMalformed},
		{"reserved in the header", put32(fixed+92, 1), ErrMalformed},
		{"too many events", put32(fixed+88, MaxRows+1), ErrMalformed},
		{"invocations the wrong way round", put64(fixed+32, math.MaxUint64), ErrMalformed},
		{"wall clock the wrong way round", put64(fixed+48, math.MaxInt64), ErrMalformed},
		{"event time the wrong way round", put64(fixed+72, 0), ErrMalformed},
		{"section twice", func(b []byte) { b[table+sectionLen] = b[table] }, ErrMalformed},
		{"codec", func(b []byte) { b[table+1] = 3 }, ErrMalformed},
		{"section flags", func(b []byte) { b[table+2] = 1 }, ErrMalformed},
		{"raw length", put32(table+8, MaxRawSection+1), ErrMalformed},
		{"raw length of a stored section", put32(table+8, 1), ErrMalformed},
		{"stored length", put32(table+4, 1<<30), ErrMalformed},
		{"more sections than the header holds", func(b []byte) { b[16] = 255 }, ErrMalformed},
		{"no sections before a body", func(b []byte) { b[16] = 0 }, ErrMalformed},
		{"zones", func(b []byte) { b[head-1] = 0xff }, nil},
	} {
		damaged := bytes.Clone(raw)
		c.change(damaged)
		reseal(damaged)
		if c.name == "more sections than the header holds" || c.name == "no sections before a body" {
			binary.LittleEndian.PutUint32(damaged[crcAt:], headChecksum(damaged, head))
		}
		if _, err := Verify(damaged); c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestHeaderLengthIsBounded(t *testing.T) {
	prefix := func(header, body uint32) []byte {
		b := append([]byte(magic), Major, Minor, 0, 0)
		b = binary.LittleEndian.AppendUint32(b, header)
		b = binary.LittleEndian.AppendUint32(b, body)
		return append(b, make([]byte, 8)...)
	}
	for _, c := range [][2]uint32{{MaxHeader + 1, 0}, {fixedLen - 1, 0}, {fixedLen, MaxBlock}, {math.MaxUint32, math.MaxUint32}} {
		if _, _, err := Extent(prefix(c[0], c[1])); !errors.Is(err, ErrMalformed) {
			t.Errorf("header %d, body %d: %v", c[0], c[1], err)
		}
	}
}

func TestSmallSectionsCannotAskForMuchMemory(t *testing.T) {
	for _, codec := range []Codec{CodecLZ4, CodecZstd} {
		stored := []byte{1, 2, 3, 4}
		s := SectionInfo{ID: SectionMeta, Codec: codec, Stored: 4, Raw: MaxRawSection, CRC: crc32.Checksum(stored, castagnoli)}
		n := testing.AllocsPerRun(10, func() {
			if _, err := unpack(s, stored); !errors.Is(err, ErrMalformed) {
				t.Errorf("codec %d: %v", codec, err)
			}
		})
		if n > 20 {
			t.Errorf("codec %d: %v allocations", codec, n)
		}
	}
}

// TestColumnEncodings gives the same values in every encoding that a decoder takes for them.
func TestColumnEncodings(t *testing.T) {
	want := []uint32{3, 3, 3, 3}
	for _, c := range []column{
		{enc: encFixed8, data: []byte{3, 3, 3, 3}}, {enc: encUV, data: []byte{3, 3, 3, 3}},
		{enc: encRuns, data: []byte{1, 3, 3, 3}}, {enc: encConstant, data: []byte{3}},
		{enc: encUV, data: []byte{0x83, 0, 3, 3, 3}},
	} {
		got, err := unsigned[uint32](c, 4, 5, 0)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("encoding %d: %v, %v", c.enc, got, err)
		}
	}
	for _, c := range []column{
		{enc: encFixed8, data: []byte{3, 3, 3}}, {enc: encFixed8, data: []byte{3, 3, 3, 6}},
		{enc: encUV, data: []byte{3, 3, 3}}, {enc: encUV, data: []byte{3, 3, 3, 3, 3}}, {enc: encUV, data: []byte{3, 3, 3, 0x80}},
		{enc: encUV, data: []byte{3, 3, 3, 6}},
		{enc: encRuns, data: []byte{1, 3}}, {enc: encRuns, data: []byte{5, 3}}, {enc: encRuns, data: []byte{0, 3, 4, 3}},
		{enc: encRuns, data: []byte{4, 3, 1}}, {enc: encConstant}, {enc: encConstant, data: []byte{3, 3}}, {enc: encConstant, data: []byte{6}},
		{enc: encBits, data: []byte{0}}, {enc: encStrings, data: []byte{0, 0, 0, 0}}, {enc: 99, data: []byte{0, 0, 0, 0}},
	} {
		if got, err := unsigned[uint32](c, 4, 5, 0); !errors.Is(err, ErrMalformed) {
			t.Errorf("encoding %d of % x: %v", c.enc, c.data, got)
		}
	}
	signedWant := []int64{-2, -1, 7}
	got, err := signed[int64](column{enc: encZZDelta, data: []byte{byte(zigzag(-12)), byte(zigzag(1)), byte(zigzag(8))}}, 3, 10)
	if err != nil || !slices.Equal(got, signedWant) {
		t.Errorf("deltas: %v, %v", got, err)
	}
	whole := binary.AppendUvarint(binary.AppendUvarint(nil, math.MaxUint64-1), math.MaxUint64)
	if got, err := signed[int64](column{enc: encUV, data: append(whole, 7)}, 3, 10); err != nil || !slices.Equal(got, signedWant) {
		t.Errorf("whole values: %v, %v", got, err)
	}
	if got, err := signed[int64](column{enc: encConstant, data: []byte{7}}, 2, 10); err != nil || !slices.Equal(got, []int64{7, 7}) {
		t.Errorf("constant: %v, %v", got, err)
	}
	if _, err := signed[int64](column{enc: encRuns, data: []byte{3, 7}}, 3, 0); !errors.Is(err, ErrMalformed) {
		t.Errorf("runs of a signed column: %v", err)
	}
}

func TestRowsOutsideTheTablesAreRefused(t *testing.T) {
	for name, c := range map[string]func(*Builder){
		"no base":                    func(b *Builder) { b.Add(Row{Kind: 1, Partition: 9, Subpartition: 0}) },
		"no base of the broadcast":   func(b *Builder) { b.Add(Row{Kind: 1, Partition: 9, Subpartition: -1}) },
		"no base of its own":         func(b *Builder) { b.Base(9, 1, 0); b.Add(Row{Kind: 1, Partition: 9, Subpartition: 0}) },
		"two bases":                  func(b *Builder) { b.Base(9, 1, 0); b.Base(9, 1, 0) },
		"too many rows":              func(b *Builder) { b.rows = make([]Row, MaxRows+1) },
		"more than a block can hold": func(b *Builder) { b.Base(9, 0, 0); b.Add(Row{Kind: 1, Partition: 9, Value: make([]byte, MaxBlock)}) },
	} {
		b := NewBuilder(Spec{Lane: event.LaneOut})
		c(b)
		if _, err := b.Finish(); err == nil {
			t.Errorf("%s: built", name)
		}
	}
	b := NewBuilder(Spec{Lane: event.LaneDet})
	b.Add(Row{Kind: event.KindElements})
	if _, err := b.Finish(); err == nil {
		t.Error("elements without a channel: built")
	}
}
