package headers

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store"
)

// headerOf makes a header with anything in it; like is one that it may resemble.
func headerOf(r *rand.Rand, like *block.Header) *block.Header {
	wild := func() uint64 { return r.Uint64() >> r.IntN(64) }
	h := &block.Header{
		Minor: uint8(r.IntN(2)), Flags: uint16(r.IntN(3)), Recording: event.RecordingID{byte(r.IntN(2))}, Attempt: 5, Lane: event.LaneOut,
		Number: wild(), FirstInv: wild(), LastInv: wild(), WallMin: int64(wild()), WallMax: int64(wild()), EventMin: math.MaxInt64, EventMax: math.MinInt64,
		Checkpoint: wild(), Events: r.Uint32(), Size: r.Uint32(),
	}
	if r.IntN(2) == 0 {
		h.EventMin, h.EventMax = int64(wild()), -int64(wild())
	}
	z := &h.Zones
	if like != nil && r.IntN(3) > 0 {
		*h = *like
		h.Number, h.FirstInv, h.WallMin, h.Events = h.Number+1, wild(), int64(wild()), r.Uint32()
		h.Sections, z.Channels, z.Counts = slices.Clone(h.Sections), slices.Clone(z.Channels), slices.Clone(z.Counts)
		for i := range h.Sections {
			h.Sections[i].CRC = r.Uint32()
		}
		for i := range z.Channels {
			z.Channels[i].First, z.Channels[i].Count = wild(), wild()
		}
		return h
	}
	at := r.Uint32N(1000)
	for i := range r.IntN(4) {
		s := block.SectionInfo{ID: block.SectionID(i + 1), Codec: block.Codec(r.IntN(3)), Stored: r.Uint32N(1000), Raw: r.Uint32(), CRC: r.Uint32(), Offset: at}
		at += s.Stored
		h.Sections = append(h.Sections, s)
	}
	if r.IntN(2) == 0 {
		h.Size = at
	}
	for range r.IntN(4) {
		z.Partitions, z.Definitions = append(z.Partitions, event.Key(wild())), append(z.Definitions, event.DefinitionID(wild()))
	}
	key := func() event.Key {
		if len(z.Partitions) == 0 {
			return event.Key(wild())
		}
		return z.Partitions[r.IntN(len(z.Partitions))]
	}
	flip := func() bool { return r.IntN(2) == 0 }
	for range r.IntN(3) {
		z.Counts = append(z.Counts, block.Count{Operator: r.IntN(5) - 1, Kind: event.Kind(r.IntN(200)), N: wild()})
		z.Channels = append(z.Channels, block.ChannelRange{In: flip(), Partition: key(), Subpartition: r.Uint32(), First: wild(), Last: wild(), Count: wild()})
		z.Watermarks = append(z.Watermarks, block.WatermarkRange{In: flip(), Partition: key(), Input: r.IntN(3), First: math.MinInt64, Last: int64(wild())})
		z.Barriers = append(z.Barriers, block.Barrier{Checkpoint: wild(), In: flip(), Partition: key(), Subpartition: r.Uint32(), Seq: wild(), Unaligned: flip(), Recovering: flip()})
		z.Drops = append(z.Drops, block.Drop{Operator: r.IntN(5) - 1, Reason: event.DropReason(r.IntN(255)), N: wild()})
		z.Gaps = append(z.Gaps, block.GapRange{Lane: event.Lane(r.IntN(9)), Reason: event.GapReason(r.IntN(9)), FirstInv: wild(), LastInv: wild(), Events: wild(), Bytes: wild()})
		z.Positions = append(z.Positions, block.PositionRange{Sink: flip(), Split: event.DefinitionID(key()), First: int64(wild()), Last: -int64(wild()), Count: wild()})
	}
	return h
}

func TestUnpackIsTheInverseOfPack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rec := event.RecordingID{1}
	shared := &tables{list: make([]tablePair, maxTables-50)} // soon full
	for range 2000 {
		var list []*block.Header
		var packed []byte
		var before *block.Header
		for range 1 + r.IntN(5) {
			h := headerOf(r, before)
			list = append(list, h)
			packed = pack(packed, h, before, rec, shared)
			before = h
		}
		before = nil
		for i, want := range list {
			before, packed = unpack(packed, before, rec, 5, event.LaneOut, shared)
			if !reflect.DeepEqual(before, want) {
				t.Fatalf("header %d came back as %+v, was %+v", i, before, want)
			}
		}
		if len(packed) != 0 {
			t.Fatalf("%d bytes are left", len(packed))
		}
	}
}

// TestPackedHeadersAreSmall puts a recording on a shelf: every header comes back, and takes few bytes.
func TestPackedHeadersAreSmall(t *testing.T) {
	var all []*block.Header
	truth, err := ingesttest.Reference(ingesttest.ReferenceOptions{Seed: 1, Events: 200_000, Codec: block.CodecLZ4}, ingesttest.Output{
		Define: func(event.Definition) error { return nil },
		Block: func(_ ingesttest.Process, raw []byte) error {
			h, err := block.ParseHeader(raw)
			all = append(all, h)
			return err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	x := New(truth.Recording)
	for i, h := range all {
		if err := x.Add(refAt(h, uint64(i%3), int64(i)<<30)); err != nil {
			t.Fatal(err)
		}
	}
	i := 0
	for ref := range x.View().Since(0) {
		if !reflect.DeepEqual(ref, refAt(all[i], uint64(i%3), int64(i)<<30)) {
			t.Fatalf("block %d came back as %+v", i, ref)
		}
		i++
	}
	bytes := 0
	for _, l := range x.mu.shelf.lanes {
		bytes += len(l.open)
		for _, s := range l.stacks {
			bytes += len(s)
		}
	}
	t.Logf("%d B a header, channels %d", bytes/i, len(x.mu.channels))
	if i != len(all) || bytes/i > 110 {
		t.Errorf("%d of %d blocks, %d bytes for each header", i, len(all), bytes/i)
	}
}

// TestIntervals compares with looking at every range, for ranges in order, late, nested and far apart, of lanes that take turns: each
// stack with a range that overlaps is found, and none whose ranges together do not.
func TestIntervals(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		var x intervals
		var all []interval
		hull := make(map[stackKey]interval)
		next := uint64(1000)
		lanes := 1 + uint32(seed%7)
		for n := range uint32(50 + r.IntN(600)) {
			first := next
			if r.IntN(10) < int(seed%4) {
				first = r.Uint64N(next)
			}
			last := first + r.Uint64N(1+r.Uint64N(50))
			if r.IntN(100) == 0 {
				last = first + r.Uint64N(5000)
			}
			next = max(next, last+1)
			stack := stackKey{n % lanes, n / lanes / stackLen}
			x.insert(first, last, stack)
			all = append(all, interval{first, last, stack})
			h, ok := hull[stack]
			if !ok {
				h = all[len(all)-1]
			}
			hull[stack] = interval{min(h.first, first), max(h.last, last), stack}
		}
		for range 300 {
			from := r.Uint64N(next + 10)
			to := from + r.Uint64N(60)
			got := make(map[stackKey]bool)
			for _, k := range x.overlapping(nil, from, to) {
				got[k] = true
				if h := hull[k]; h.first > to || h.last < from {
					t.Fatalf("seed %d: [%d, %d] gives %v, which has %d to %d", seed, from, to, k, h.first, h.last)
				}
			}
			for _, e := range all {
				if e.first <= to && e.last >= from && !got[e.stack] {
					t.Fatalf("seed %d: [%d, %d] does not give %v, which has %d to %d", seed, from, to, e.stack, e.first, e.last)
				}
			}
		}
	}
}

// TestReplacedBlocks lets some blocks be elsewhere with other headers, while blocks go on coming: views that were open see the old ones.
func TestReplacedBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	x := New(event.RecordingID{1})
	var want []store.Ref
	add := func(n int) {
		for range n {
			h := headerOf(r, nil)
			h.Attempt, h.Number = event.Key(r.IntN(3)), uint64(len(want))
			h.Zones.Channels, h.Zones.Positions = nil, nil // so that they need not make sense
			want = append(want, refAt(h, uint64(r.IntN(4)), int64(len(want))*100))
			if err := x.Add(want[len(want)-1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func(v *View, want []store.Ref) {
		t.Helper()
		if got := slices.Collect(v.Since(0)); !reflect.DeepEqual(got, want) {
			t.Fatal("other blocks")
		}
	}
	type seen struct {
		view *View
		want []store.Ref
	}
	var open []seen
	for round := range 12 {
		add(r.IntN(60))
		open = append(open, seen{x.View(), slices.Clone(want)})
		by := make(map[Place]store.Ref)
		for i, old := range want {
			if r.IntN(5) > 0 {
				continue
			}
			h := *old.Header
			h.Size, h.Sections = r.Uint32(), []block.SectionInfo{{ID: 1, Codec: block.CodecZstd, Stored: r.Uint32N(100)}}
			want[i] = refAt(&h, uint64(100+round), int64(i))
			by[PlaceOf(old)] = want[i]
		}
		x.Replace(by)
		if round%3 == 2 {
			moved := uint64(0)
			for i := range want {
				if want[i].Segment == 2 && want[i].Offset >= 1000 {
					want[i].Segment, want[i].Offset = 50, want[i].Offset-900
					moved++
				}
			}
			if got := x.Move(2, 1000, 50, -900); got != moved {
				t.Fatalf("%d blocks moved, not %d", got, moved)
			}
		}
		check(x.View(), want)
		sum := uint64(0)
		for _, ref := range want {
			sum += uint64(ref.Header.Size)
		}
		if got := x.Recording().Bytes; got != sum {
			t.Fatalf("%d bytes, not %d", got, sum)
		}
	}
	for _, s := range open {
		check(s.view, s.want)
	}
}
