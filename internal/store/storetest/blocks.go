package storetest

import (
	"fmt"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// The names in the suite's blocks.
const (
	producer  = event.Key(0xa1)
	consumer  = event.Key(0xb1)
	partition = event.Key(0xfeedbeef)
)

var split = event.NewDefinition(event.DefSplit, []byte(`{"kind":"kafka","topic":"t","partition":0}`))

func recordingID(n byte) event.RecordingID {
	if n == 0 {
		return event.RecordingID{}
	}
	return event.RecordingID{15: n}
}

// plan is a block to build: n rows from seq on. Its invocations are seq+1 and up, its wall clock 1 s for each number.
type plan struct {
	recording byte
	attempt   event.Key
	partition event.Key
	lane      event.Lane
	number    uint64
	seq       uint64
	n         int
	wide      bool
	codec     block.Codec
}

func sent(recording byte, number, seq uint64, n int) *plan {
	return &plan{recording: recording, attempt: producer, partition: partition, lane: event.LaneOut, number: number, seq: seq, n: n}
}

func consumed(recording byte, number, seq uint64, n int) *plan {
	return &plan{recording: recording, attempt: consumer, partition: partition, lane: event.LaneDet, number: number, seq: seq, n: n}
}

func read(recording byte, number uint64, offset int64, n int) *plan {
	return &plan{recording: recording, attempt: producer, lane: event.LaneSrc, number: number, seq: uint64(offset), n: n}
}

func (p *plan) of(attempt, partition event.Key) *plan {
	p.attempt, p.partition = attempt, partition
	return p
}

func valueOf(seq uint64) string { return fmt.Sprintf("value %d", seq) }

func (p *plan) build(t testing.TB) []byte {
	t.Helper()
	b := block.NewBuilder(block.Spec{Recording: recordingID(p.recording), Attempt: p.attempt, Lane: p.lane, Number: p.number, Codec: p.codec})
	switch {
	case p.lane == event.LaneOut && p.wide:
		for sub := range uint32(p.n) {
			b.Base(p.partition, sub, p.seq+uint64(sub))
		}
	case p.lane == event.LaneOut:
		b.Base(p.partition, 3, p.seq)
	case p.lane == event.LaneDet:
		b.Channel(block.Channel{Partition: p.partition, Subpartition: 3, FirstSeq: p.seq})
	}
	for i := range p.n {
		seq := p.seq + uint64(i)
		r := block.Row{Inv: seq + 1, Wall: int64(p.number+1)*1_000_000 + int64(i)}
		switch p.lane {
		case event.LaneOut:
			r.Kind, r.Partition, r.Subpartition, r.Value = event.KindRecord, p.partition, 3, []byte(valueOf(seq))
			if p.wide {
				r.Subpartition = i
			}
		case event.LaneDet:
			r.Kind = event.KindElements
		case event.LaneSrc:
			r.Kind, r.Split, r.Offset, r.Value = event.KindSourceRecord, split.ID, int64(seq), []byte(valueOf(seq))
		}
		b.Add(r)
	}
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func reveal(p event.Payload) []byte { return p.Open(sealed.Take()) }
