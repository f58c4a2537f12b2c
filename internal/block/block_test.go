package block

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func TestRowsComeBackFromEveryLaneAndCodec(t *testing.T) {
	for _, lane := range sampleLanes {
		for _, codec := range []Codec{CodecNone, CodecLZ4, CodecZstd} {
			for _, n := range []int{0, 1, 7, 8, 512} {
				t.Run(fmt.Sprintf("%s/%d/%d", lane, codec, n), func(t *testing.T) {
					raw, rows := sample(t, lane, codec, 3, n)
					h, err := Verify(raw)
					if err != nil {
						t.Fatal(err)
					}
					if h.Lane != lane || h.Number != 3 || h.Checkpoint != 7 || int(h.Events) != n || int(h.Size) != len(raw) {
						t.Fatalf("header %+v", h)
					}
					if codec != CodecNone && n == 512 {
						if s, _ := h.Section(SectionMeta); s.Codec != codec {
							t.Errorf("meta is stored with codec %d", s.Codec)
						}
					}
					got, err := Decode(raw)
					if err != nil {
						t.Fatal(err)
					}
					compareRows(t, h, got, rows)
				})
			}
		}
	}
}

// compareRows checks columns against the rows that a block was made of; a column that is absent must have been all default.
func compareRows(t *testing.T, h *Header, got *Rows, rows []Row) {
	t.Helper()
	for i, w := range rows {
		check := func(name string, got, want any) {
			t.Helper()
			if got != want {
				t.Errorf("row %d: %s is %v, want %v", i, name, got, want)
			}
		}
		check("kind", got.Kind[i], w.Kind)
		check("operator", int(got.Operator[i]), w.Operator)
		check("invocation", got.Inv[i], w.Inv)
		check("n", got.N[i], w.N)
		check("wall", got.Wall[i], w.Wall)
		want := int64(math.MinInt64)
		if w.Timed {
			want = w.EventTime
		}
		check("event time", got.EventTime[i], want)
		if h.Lane == event.LaneOut {
			check("partition", got.Partition[i], w.Partition)
			check("subpartition", int(got.Subpartition[i]), w.Subpartition)
		}
		if h.Lane == event.LaneDet {
			check("channel", int(got.Channel[i]), w.Channel)
		}
		check("path", orDefault(got.Path, i), w.Path)
		check("ordinal", orDefault(got.Ordinal, i), w.Ordinal)
		check("checkpoint", orDefault(got.Checkpoint, i), w.Checkpoint)
		at := w.Time
		if notes(h.Lane) && !w.HasTime && got.Time != nil {
			at = math.MinInt64
		}
		if !notes(h.Lane) || w.HasTime || got.Time != nil {
			check("time", orDefault(got.Time, i), at)
		}
		check("what", orDefault(got.What, i), w.What)
		check("number", orDefault(got.Number, i), w.Number)
		check("number 2", orDefault(got.Number2, i), w.Number2)
		check("reason", orDefault(got.Reason, i), w.Reason)
		check("state", orDefault(got.State, i), w.State)
		check("flags", orDefault(got.Flags, i), w.Flags)
		check("text", orDefault(got.Text, i), w.Text)
		check("split", orDefault(got.Split, i), w.Split)
		check("offset", orDefault(got.Offset, i), w.Offset)
		check("split time", orDefault(got.SplitTime, i), w.SplitTime)
		check("emitted", orDefault(got.Emitted, i), w.Emitted)
		check("full length", orDefault(got.FullLength, i), w.FullLength)
		check("hash", orDefault(got.Hash, i), w.Hash)
		for _, s := range []struct {
			name string
			got  []event.Payload
			want []byte
		}{{"value", got.Value, w.Value}, {"key", got.Key, w.Key}, {"headers", got.Headers, w.Headers},
			{"namespace", got.Namespace, w.Namespace}, {"map key", got.MapKey, w.MapKey}, {"before", got.Before, w.Before}} {
			if s.got == nil {
				check(s.name+" is null", s.want == nil, true)
				continue
			}
			check(s.name+" is null", s.got[i].Null(), s.want == nil)
			check(s.name, string(open(s.got[i])), string(s.want))
		}
		if got.Value != nil {
			check("null", got.Null[i], w.Value == nil)
			check("size", got.Value[i].Size(), max(len(w.Value), int(w.FullLength)))
		}
		if got.Body != nil {
			check("body", string(got.Body[i]), string(w.Body))
		}
	}
}

func orDefault[T any](column []T, i int) (v T) {
	if column != nil {
		v = column[i]
	}
	return v
}

func TestElementsAreNumberedBySubpartition(t *testing.T) {
	const p = event.Key(5)
	b := NewBuilder(Spec{Lane: event.LaneOut, Attempt: 1})
	b.Base(p, 2, 20)
	b.Base(p, 0, 1000)
	b.Base(p, 1, 10)
	for _, sub := range []int{1, -1, 1, 2, -1, 0, 1} {
		b.Add(Row{Kind: event.KindRecord, Partition: p, Subpartition: sub, Value: []byte{1}})
	}
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Decode(raw, SectionIDs)
	if err != nil {
		t.Fatal(err)
	}
	if rows.Kind != nil || rows.Value != nil {
		t.Error("sections that were not asked for are decoded")
	}
	if got, want := fmt.Sprint(rows.Seq), "[10 1000 12 21 1001 1002 14]"; got != want {
		t.Errorf("seq %s, want %s", got, want)
	}
	for _, c := range []struct {
		row  int
		sub  uint32
		want uint64
		ok   bool
	}{{1, 0, 1000, true}, {1, 1, 11, true}, {1, 2, 20, true}, {4, 1, 13, true}, {4, 2, 22, true}, {4, 7, 0, false}, {0, 1, 10, true}, {0, 0, 10, false}, {9, 0, 0, false}} {
		got, ok := rows.SeqOf(c.row, c.sub)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("row %d in subpartition %d: %d %v, want %d %v", c.row, c.sub, got, ok, c.want, c.ok)
		}
	}
	h, _ := ParseHeader(raw)
	if got, want := fmt.Sprint(h.Zones.Channels),
		"[{false 0000000000000005 2 20 22 3} {false 0000000000000005 0 1000 1002 3} {false 0000000000000005 1 10 14 5}]"; got != want {
		t.Errorf("channels %s, want %s", got, want)
	}
}

func TestRunsAreNumberedByChannel(t *testing.T) {
	b := NewBuilder(Spec{Lane: event.LaneDet, Attempt: 1})
	one := b.Channel(Channel{Partition: 5, Subpartition: 3, FirstSeq: 40})
	two := b.Channel(Channel{Partition: 6, Subpartition: 3, Index: 1, FirstSeq: 7})
	b.Add(Row{Kind: event.KindElements, Inv: 10, N: 4, Channel: one})
	b.Add(Row{Kind: event.KindElements, Inv: 14, N: 1, Channel: two})
	b.Add(Row{Kind: event.KindRecovered, Inv: 15, N: 9, Channel: two})
	b.Add(Row{Kind: event.KindMail, Inv: 24})
	b.Add(Row{Kind: event.KindElements, Inv: 25, N: 2, Channel: one})
	b.Add(Row{Kind: event.KindBarrierIn, Channel: one, Checkpoint: 3, Inv: 26})
	b.Add(Row{Kind: event.KindElements, Inv: 27, N: 2, Channel: two})
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Decode(raw, SectionIDs)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(rows.Seq), "[40 7 8 0 44 46 8]"; got != want {
		t.Errorf("seq %s, want %s", got, want)
	}
	h, _ := ParseHeader(raw)
	if h.FirstInv != 10 || h.LastInv != 28 {
		t.Errorf("invocations %d to %d", h.FirstInv, h.LastInv)
	}
}

func TestManyChannelsCollapse(t *testing.T) {
	b := NewBuilder(Spec{Lane: event.LaneOut, Attempt: 1})
	for sub := range 300 {
		b.Base(9, uint32(sub), uint64(sub))
		b.Add(Row{Kind: event.KindRecord, Partition: 9, Subpartition: sub, Value: []byte{}})
	}
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	h, err := Verify(raw)
	if err != nil {
		t.Fatal(err)
	}
	if h.Flags&FlagChannelsCollapsed == 0 || len(h.Zones.Channels) != 1 {
		t.Fatalf("flags %#x, %d ranges", h.Flags, len(h.Zones.Channels))
	}
	if c := h.Zones.Channels[0]; c.First != 0 || c.Last != 299 || c.Count != 300 {
		t.Errorf("range %+v", c)
	}
}

func TestDecodeReadsOnlyWantedSections(t *testing.T) {
	raw, _ := sample(t, event.LaneOut, CodecLZ4, 1, 100)
	h, err := ParseHeader(raw)
	if err != nil {
		t.Fatal(err)
	}
	payload, _ := h.Section(SectionPayload)
	damaged := bytes.Clone(raw)
	damaged[payload.Offset] ^= 1
	if _, err := DecodeFrom(h, bytes.NewReader(damaged), 0, SectionMeta, SectionIDs); err != nil {
		t.Errorf("sections beside the damaged one: %v", err)
	}
	if _, err := DecodeFrom(h, bytes.NewReader(damaged), 0); err == nil {
		t.Error("the damaged section was decoded")
	}
	behind := append(bytes.Repeat([]byte{7}, 33), raw...)
	rows, err := DecodeFrom(h, bytes.NewReader(behind), 33, SectionPayload)
	if err != nil || len(rows.Value) != 100 || rows.Kind != nil {
		t.Errorf("payload at an offset: %v, %d values", err, len(rows.Value))
	}
}
