package block

import (
	"bytes"
	"errors"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

func TestReplacedColumnsAreOthersAndAllElseStays(t *testing.T) {
	old, next := event.DefinitionID(11), event.DefinitionID(99)
	b := NewBuilder(Spec{Recording: event.RecordingID{1}, Attempt: 5, Lane: event.LaneState, Number: 3, Codec: CodecLZ4})
	for i := range 40 {
		b.Add(Row{Kind: event.KindStateWritten, Operator: 1, Inv: uint64(i + 1), Wall: int64(1000 + i), Value: []byte("a secret value"), Key: []byte("a secret key"),
			Before: []byte("before"), State: old, Number: int64(i)})
	}
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	h, err := Verify(raw)
	if err != nil {
		t.Fatal(err)
	}
	with := Replacement{
		Value: make([][]byte, 40), FullLength: make([]uint32, 40), Hash: make([]uint64, 40), Key: make([][]byte, 40), Cut: true, Strict: true,
		Definitions: map[event.DefinitionID]event.DefinitionID{old: next},
	}
	for i := range 40 {
		with.FullLength[i], with.Key[i] = 14, []byte("k")
	}
	with.Value[7], with.FullLength[7] = []byte("seven"), 0
	out, err := Replace(h, raw, with)
	if err != nil {
		t.Fatal(err)
	}
	g, err := Verify(out)
	if err != nil {
		t.Fatal(err)
	}
	if g.Flags&FlagPayloadCut == 0 || g.Number != 3 || g.LastInv != 40 || g.WallMax != h.WallMax || g.Zones.Definitions[0] != next || len(g.Zones.Counts) != len(h.Zones.Counts) {
		t.Errorf("header %+v", g)
	}
	rows, err := DecodeFrom(g, bytes.NewReader(out), 0)
	if err != nil {
		t.Fatal(err)
	}
	k := sealed.Take()
	for i := range 40 {
		v := rows.Value[i]
		if i == 7 && string(v.Open(k)) != "seven" || i != 7 && (!v.Null() || v.Size() != 14) || string(rows.Key[i].Open(k)) != "k" ||
			string(rows.Before[i].Open(k)) != "before" || rows.State[i] != next || rows.Number[i] != int64(i) || rows.Inv[i] != uint64(i+1) {
			t.Fatalf("row %d: %v %v", i, v, rows.State[i])
		}
	}
	with.Value[7], with.FullLength[7] = nil, 14 // nothing but nulls
	if out, err = Replace(h, raw, with); err != nil {
		t.Fatal(err)
	}
	if g, err = Verify(out); err != nil {
		t.Fatal(err)
	}
	if rows, err = DecodeFrom(g, bytes.NewReader(out), 0); err != nil || rows.Value == nil || rows.Value[7].Size() != 14 {
		t.Errorf("%v, values %v", err, rows.Value)
	}
	with.Key = with.Key[1:]
	if _, err := Replace(h, raw, with); !errors.Is(err, ErrMalformed) {
		t.Errorf("a column of too few values: %v", err)
	}
}

// What a later version writes is not known here, and leaves under Strict only as nothing.
func TestStrictLeavesOutWhatIsNotKnown(t *testing.T) {
	b := NewBuilder(Spec{Recording: event.RecordingID{1}, Lane: event.LaneLog})
	b.Add(Row{Kind: event.KindLogLine, Operator: -1, Value: []byte("v")})
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	h, err := Verify(raw)
	if err != nil {
		t.Fatal(err)
	}
	payload, ok := h.Section(SectionPayload)
	if !ok {
		t.Fatal("no payload")
	}
	plain := raw[payload.Offset : payload.Offset+payload.Stored]
	w := &sectionWriter{raw: bytes.Clone(plain)}
	w.column(200, encOwn, []byte("of a later version"))
	got, err := spliced(w.raw, nil, true, knownColumns[SectionPayload])
	if err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%q %v", got, err)
	}
	if kept, err := spliced(w.raw, nil, false, nil); err != nil || !bytes.Equal(kept, w.raw) {
		t.Errorf("%q %v", kept, err)
	}
}

func TestABlockThatNothingIsReplacedInStaysAsItIs(t *testing.T) {
	b := NewBuilder(Spec{Recording: event.RecordingID{1}, Lane: event.LaneLog})
	b.Add(Row{Kind: event.KindLogLine, Operator: -1, Value: []byte("v")})
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	h, err := Verify(raw)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := Replace(h, raw, Replacement{}); err != nil || !bytes.Equal(out, raw) {
		t.Errorf("%v", err)
	}
}
