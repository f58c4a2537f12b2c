package block

import (
	"bytes"
	"hash/crc32"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func crcOf(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

func BenchmarkParseHeader(b *testing.B) {
	raw, _ := sample(b, event.LaneOut, CodecLZ4, 1, 512)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseHeader(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	raw, _ := sample(b, event.LaneOut, CodecLZ4, 1, 512)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Verify(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecode reports per row, for all sections and for what lineage reads.
func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct {
		name     string
		lane     event.Lane
		sections []SectionID
	}{{"out", event.LaneOut, nil}, {"out ids", event.LaneOut, []SectionID{SectionIDs}}, {"det", event.LaneDet, nil}, {"src", event.LaneSrc, nil}} {
		b.Run(c.name, func(b *testing.B) {
			raw, rows := sample(b, c.lane, CodecLZ4, 1, 512)
			h, err := ParseHeader(raw)
			if err != nil {
				b.Fatal(err)
			}
			r := bytes.NewReader(raw)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := DecodeFrom(h, r, 0, c.sections...); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/row")
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sample(b, event.LaneOut, CodecNone, 1, 512)
	}
}
