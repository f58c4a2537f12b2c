package block

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// TestRecodedVectorsSayTheSame re-codes every released block: rows and header stay, sections are whole, and a second time changes nothing.
func TestRecodedVectorsSayTheSame(t *testing.T) {
	for name, raw := range vectorFiles(t) {
		t.Run(name, func(t *testing.T) {
			h, err := Verify(raw)
			if err != nil {
				t.Fatal(err)
			}
			out, err := Recode(h, raw)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Verify(out)
			if err != nil {
				t.Fatal(err)
			}
			want, err := Decode(raw)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Decode(out)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(renderRows(h, got), renderRows(h, want)) {
				t.Error("other rows")
			}
			same := *again
			same.Sections, same.Size = h.Sections, h.Size
			if !reflect.DeepEqual(&same, h) {
				t.Errorf("header %+v, was %+v", again, h)
			}
			if len(out) > len(raw) {
				t.Errorf("%d bytes, was %d", len(out), len(raw))
			}
			if twice, err := Recode(again, out); err != nil || !bytes.Equal(twice, out) {
				t.Errorf("a second time: %d bytes, %v", len(twice), err)
			}
		})
	}
}

// repetitive is a block that compresses well.
func repetitive(t testing.TB, codec Codec) []byte {
	t.Helper()
	b := NewBuilder(Spec{Recording: event.RecordingID{1}, Attempt: 2, Lane: event.LaneOut, Codec: codec})
	b.Base(7, 0, 0)
	for i := range uint64(200) {
		value := fmt.Sprintf(`{"order":%d,"customer":"c-%d","note":"%s"}`, i*7919%1000, i*31%97, strings.Repeat("words and words ", 6))
		b.Add(Row{Kind: event.KindRecord, Inv: i + 1, Wall: int64(i), Partition: 7, Value: []byte(value)})
	}
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestRecodingTakesLess(t *testing.T) {
	for _, codec := range []Codec{CodecNone, CodecLZ4} {
		raw := repetitive(t, codec)
		h, err := Verify(raw)
		if err != nil {
			t.Fatal(err)
		}
		out, err := Recode(h, raw)
		if err != nil {
			t.Fatal(err)
		}
		payload, _ := mustHeader(t, out).Section(SectionPayload)
		if len(out) >= len(raw)*9/10 || payload.Codec != CodecZstd {
			t.Errorf("codec %d: %d bytes of %d, payload in codec %d", codec, len(out), len(raw), payload.Codec)
		}
	}
}

func TestDamageIsNotRecoded(t *testing.T) {
	raw := repetitive(t, CodecLZ4)
	h := mustHeader(t, raw)
	for _, s := range h.Sections {
		bad := bytes.Clone(raw)
		bad[s.Offset] ^= 1
		if _, err := Recode(h, bad); !errors.Is(err, ErrChecksum) {
			t.Errorf("section %d: %v", s.ID, err)
		}
	}
	if _, err := Recode(h, raw[:len(raw)-1]); !errors.Is(err, ErrMalformed) {
		t.Errorf("cut: %v", err)
	}
}

func mustHeader(t testing.TB, raw []byte) *Header {
	t.Helper()
	h, err := ParseHeader(raw)
	if err != nil {
		t.Fatal(err)
	}
	return h
}
