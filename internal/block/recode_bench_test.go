package block

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// reference is a block of 512 elements with nested JSON of about 145 B, as agents send it.
func reference(b *testing.B) []byte {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	x := NewBuilder(Spec{Recording: event.RecordingID{1}, Attempt: 2, Lane: event.LaneOut, Codec: CodecLZ4})
	x.Base(7, 0, 0)
	for i := range uint64(512) {
		value := fmt.Sprintf(`{"id":"o-%07d","customer":{"id":%d,"tier":"%s"},"items":[{"sku":"s-%04d","n":%d}],"total":{"amount":%d.%02d,"currency":"%s"},"at":%d}`,
			7_000_000+i*3+uint64(r.IntN(3)), r.IntN(20_000), []string{"gold", "silver", "none"}[r.IntN(3)], r.IntN(2000), 1+r.IntN(5), r.IntN(300), r.IntN(100),
			[]string{"EUR", "USD", "CHF"}[r.IntN(3)], 1_770_000_000_000+int64(i)*7+int64(r.IntN(7)))
		x.Add(Row{Kind: event.KindRecord, Inv: i + 1, Wall: int64(i) * 40, Partition: 7, Value: []byte(value), Timed: true, EventTime: int64(i)})
	}
	raw, err := x.Finish()
	if err != nil {
		b.Fatal(err)
	}
	return raw
}

func BenchmarkRecode(b *testing.B) {
	raw := reference(b)
	h, err := Verify(raw)
	if err != nil {
		b.Fatal(err)
	}
	var out []byte
	for b.Loop() {
		if out, err = Recode(h, raw); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/512, "ns/event")
	b.ReportMetric(float64(len(raw))/512, "B/event-before")
	b.ReportMetric(float64(len(out))/512, "B/event-after")
}
