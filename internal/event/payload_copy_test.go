package event_test

import (
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// The sum is a part of the format of indexes, so it never changes; it tells contents, lengths and seeds apart.
func TestSumsAreTheSameInEveryProcess(t *testing.T) {
	for _, c := range []struct {
		p    event.Payload
		seed uint64
		want uint64
	}{
		{event.NewPayload([]byte("m-07")), 1, 0xf69dad99c8001f7e},
		{event.NewPayload([]byte{}), 1, 0x926c281506244fe3},
		{event.NewCutPayload([]byte("m-07"), 9), 1, 0x8406f357ab9ae9ff},
		{event.NewPayload([]byte("m-07")), 2, 0x846056b0c621684f},
	} {
		if got := c.p.Sum(c.seed); got != c.want {
			t.Errorf("%v with seed %d: %#x, want %#x", c.p, c.seed, got, c.want)
		}
	}
	seen := make(map[uint64]bool)
	for i := range 256 {
		for _, b := range [][]byte{{byte(i)}, {byte(i), 0}, {0, byte(i), 1}} {
			for seed := range uint64(3) {
				sum := event.NewPayload(b).Sum(seed)
				if seen[sum] {
					t.Fatalf("two of few have the sum %#x", sum)
				}
				seen[sum] = true
			}
		}
	}
}

func TestClonesAreEqualAndLieElsewhere(t *testing.T) {
	b := []byte("m-07 and more")
	for _, p := range []event.Payload{event.NewPayload(b[:4]), event.NewCutPayload(b[:4], 9), event.NewPayload([]byte{}), {}, event.NewCutPayload(nil, 7)} {
		clone := p.Clone()
		if !clone.Equal(p) || clone.Null() != p.Null() {
			t.Errorf("%v became %v", p, clone)
		}
	}
	p := event.NewPayload(b[:4])
	clone := p.Clone()
	b[0] = 'x'
	if clone.Equal(p) {
		t.Error("it lies where it was")
	}
}
