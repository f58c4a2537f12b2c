package main

import "testing"

// BenchmarkEncode builds the blocks of the reference load.
func BenchmarkEncode(b *testing.B) {
	p, err := take(1, storingEvents)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for i := range p.parts {
			if _, err := build(p.parts[i].Spec, &p.parts[i]); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(p.events), "ns/event")
}
