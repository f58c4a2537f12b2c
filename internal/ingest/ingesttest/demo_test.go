package ingesttest

import (
	"context"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// The truth and the blocks must say the same, or tests that rest on them mean nothing.
func TestBlocksHoldTheTruth(t *testing.T) {
	ctx := context.Background()
	s := memory.New()
	truth, err := DemoRecording(s, 7, 8_000)
	if err != nil {
		t.Fatal(err)
	}
	snap, err := s.Snapshot(ctx, truth.Totals)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	duplicates, poison := 0, 0
	for i, o := range truth.Orders {
		if i%37 != 0 {
			continue
		}
		if o.Poison {
			poison++
			continue
		}
		sent := only(t, snap.Element(o.Parsed, false))
		rows, err := snap.Read(ctx, sent)
		if err != nil {
			t.Fatal(err)
		}
		row := sentRow(rows, o.Parsed)
		if row < 0 || rows.Inv[row] != o.Source.Number || sent.Header.Attempt != o.Source.Attempt {
			t.Fatalf("order %d: element %s is in row %d of %s", i, o.Parsed, row, sent.Header.Attempt)
		}
		inv := consumedBy(t, snap, o.Parsed)
		if inv != o.Convert {
			t.Fatalf("order %d: %s was consumed by %s, want %s", i, o.Parsed, inv, o.Convert)
		}
		if o.Duplicate {
			duplicates++
			continue
		}
		if inv := consumedBy(t, snap, o.Converted); inv != o.Window {
			t.Fatalf("order %d: %s was consumed by %s, want %s", i, o.Converted, inv, o.Window)
		}
	}
	if duplicates == 0 || poison+duplicates == 0 || len(truth.Fired) < 50 || truth.Checkpoints < 1 {
		t.Errorf("%d duplicates, %d totals, %d checkpoints: too few to be worth anything", duplicates, len(truth.Fired), truth.Checkpoints)
	}
	list, err := s.Recordings(ctx)
	if err != nil || len(list) != 2 || list[0].Blocks+list[1].Blocks != truth.Blocks || list[0].Events+list[1].Events != truth.Events {
		t.Errorf("recordings %+v (%v), want %d blocks and %d events", list, err, truth.Blocks, truth.Events)
	}
	missing := 0
	for r := range snap.Blocks(store.Filter{}) {
		missing += len(s.Missing(r.Header.Zones.Definitions))
	}
	if missing > 0 {
		t.Errorf("%d definitions are missing", missing)
	}
}

func TestBothEndsOfChannelsCountTheSame(t *testing.T) {
	ctx := context.Background()
	s := memory.New()
	truth, err := DemoRecording(s, 3, 8_000)
	if err != nil {
		t.Fatal(err)
	}
	snap, err := s.Snapshot(ctx, truth.Totals)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	type end struct {
		checkpoint uint64
		element    event.Element
	}
	ends := map[end]int{}
	for r := range snap.Blocks(store.Filter{}) {
		for _, b := range r.Header.Zones.Barriers {
			k := end{b.Checkpoint, event.Element{Partition: b.Partition, Subpartition: b.Subpartition, Seq: b.Seq}}
			if b.In {
				ends[k]--
			} else {
				ends[k]++
			}
		}
	}
	if len(ends) < 10 {
		t.Fatalf("%d channels compared", len(ends))
	}
	for k, n := range ends {
		if n != 0 {
			t.Errorf("checkpoint %d: %s differs", k.checkpoint, k.element)
		}
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	sum := func() (n int, total uint64) {
		_, err := Generate(Options{Seed: 5, Orders: 500, Gap: true, Ended: true}, Output{
			Define: func(event.Definition) error { return nil },
			Block: func(_ Process, raw []byte) error {
				h, err := block.Verify(raw)
				if err != nil {
					return err
				}
				for _, s := range h.Sections {
					total = total*31 + uint64(s.CRC)
				}
				n++
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		return n, total
	}
	n1, one := sum()
	n2, two := sum()
	if n1 != n2 || one != two {
		t.Errorf("%d blocks %x, then %d blocks %x", n1, one, n2, two)
	}
}

func only(t *testing.T, refs []store.Ref) store.Ref {
	t.Helper()
	if len(refs) != 1 {
		t.Fatalf("%d blocks hold the element", len(refs))
	}
	return refs[0]
}

func sentRow(rows *block.Rows, e event.Element) int {
	for i := range rows.Seq {
		if rows.Partition[i] != e.Partition {
			continue
		}
		if rows.Subpartition[i] == int32(e.Subpartition) && rows.Seq[i] == e.Seq {
			return i
		}
	}
	return -1
}

func consumedBy(t *testing.T, snap store.Snapshot, e event.Element) event.Invocation {
	t.Helper()
	r := only(t, snap.Element(e, true))
	rows, err := snap.Read(context.Background(), r, block.SectionIDs)
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range rows.Kind {
		if kind != event.KindElements {
			continue
		}
		c := rows.Channels[rows.Channel[i]]
		if c.Partition == e.Partition && c.Subpartition == e.Subpartition && rows.Seq[i] <= e.Seq && e.Seq < rows.Seq[i]+uint64(rows.N[i]) {
			return event.Invocation{Attempt: r.Header.Attempt, Number: rows.Inv[i] + e.Seq - rows.Seq[i]}
		}
	}
	t.Fatalf("no row of the block holds %s", e)
	return event.Invocation{}
}
