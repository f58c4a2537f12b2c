package ingest

import (
	"testing"
	"time"
)

// TestReadsAreGatheredWhileMuchComes: a connection that sends little, or more than a read takes, never waits.
func TestReadsAreGatheredWhileMuchComes(t *testing.T) {
	at := time.Unix(1000, 0)
	var p pacer
	p.begun = at
	read := func(n, room int) time.Duration {
		at = at.Add(time.Millisecond)
		wait := p.gather(at)
		p.took(n, room)
		return wait
	}
	for range 1000 {
		if wait := read(100, readBuffer); wait != 0 {
			t.Fatalf("little comes, and a read waits %s", wait)
		}
	}
	for range 1000 {
		if wait := read(readBuffer, readBuffer); wait != 0 {
			t.Fatalf("reads are full, and one waits %s", wait)
		}
	}
	waited := 0
	for range 100 {
		if read(100<<10, readBuffer) == gatherFor {
			waited++
		}
	}
	if waited < 50 {
		t.Errorf("much comes, and %d of 100 reads waited", waited)
	}
	at = at.Add(time.Second)
	if wait := read(100, readBuffer); wait != 0 {
		t.Errorf("after a pause a read waits %s", wait)
	}
}
