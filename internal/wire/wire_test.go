package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"testing"
	"testing/iotest"

	"github.com/sightglass/sightglass/internal/event"
)

func messages() []Message {
	return []Message{
		&Hello{Protocol: 1, Agent: "0.1.0", Process: "00112233445566778899aabbccddeeff", Role: "taskmanager", Host: "h", PID: 7,
			Token: "secret", Hooks: []Hook{{ID: "out", State: "fired", Class: "c", Fired: 3}}},
		&Welcome{Protocol: 1, Server: "0.1.0", Credit: 16 << 20, MaxBlock: 8 << 20, NowUS: 5, Policy: &Policy{Version: "7", Rules: []PolicyRule{{Job: "a*", Level: "positions", Payload: "none"}}, Secrets: []string{"my.*"}}, Blobs: true},
		&Define{Definitions: []event.Definition{event.NewDefinition(event.DefString, []byte("a")), event.NewDefinition(event.DefPath, []byte{})}},
		&Need{IDs: []event.DefinitionID{1, 1 << 63}},
		&Block{Number: 9, Raw: bytes.Repeat([]byte{1, 2, 3}, 50_000)},
		&Ack{Number: 9, Credit: 150_012},
		&Nack{Number: 10, Reason: NackDisk, Text: "disk full"},
		&Ping{ID: 1, ClockUS: -2}, &Pong{ID: 1, PingUS: -2, ReceivedUS: 3, SentUS: 4},
		&Control{ID: "c1", Command: "stop", Reason: "operator"}, &Done{ID: "c1", OK: true},
		&Close{Lanes: []ClosedLane{{Recording: "r", Attempt: "a", Lane: event.LaneOut, Blocks: 4}}},
		&Blob{Hash: event.HashOf([]byte("x")), Size: 400_000, Offset: 40_000, Data: bytes.Repeat([]byte{7}, MaxPiece)},
		&Blob{Hash: event.HashOf([]byte("x")), Size: 1, Data: []byte{}},
		&Have{Hash: event.HashOf([]byte("x")), Bytes: 12, State: HaveRefused, Text: "too large"},
		&Status{Hooks: []Hook{}, Counters: Counters{Errors: 1, LostEvents: 2}, Off: true, Reason: "stopped"},
		&Refuse{Reason: RefuseToken, Text: "wrong token"},
	}
}

func TestMessagesComeBack(t *testing.T) {
	var stream []byte
	for _, m := range messages() {
		stream = Append(stream, m)
	}
	for name, src := range map[string]io.Reader{
		"whole": bytes.NewReader(stream), "by byte": iotest.OneByteReader(bytes.NewReader(stream)),
		"buffered":           bufio.NewReaderSize(iotest.HalfReader(bytes.NewReader(stream)), 1<<16),
		"in a little buffer": bufio.NewReaderSize(iotest.OneByteReader(bytes.NewReader(stream)), 64),
	} {
		r := NewReader(src)
		for _, want := range messages() {
			f, err := r.Next()
			if err != nil {
				t.Fatalf("%s: %T: %v", name, want, err)
			}
			got, err := Decode(f)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %+v (%v), want %+v", name, got, err, want)
			}
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("%s: at the end: %v", name, err)
		}
	}
}

func TestCutStreamIsNoEnd(t *testing.T) {
	stream := Append(nil, &Ping{ID: 1})
	for n := 1; n < len(stream); n++ {
		for _, src := range []io.Reader{bytes.NewReader(stream[:n]), bufio.NewReader(bytes.NewReader(stream[:n]))} {
			if _, err := NewReader(src).Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("cut at %d: %v", n, err)
			}
		}
	}
}

func TestFramesOverTheLimitAreRefusedUnread(t *testing.T) {
	frame := func(n uint32, typ Type) []byte {
		return append(binary.LittleEndian.AppendUint32(nil, n), byte(typ), 0, 0, 0)
	}
	for _, c := range []struct {
		name  string
		bytes []byte
		limit int
		want  error
	}{
		{"huge", frame(1<<32-1, TypeBlock), MaxFrame, ErrTooLarge},
		{"over the format's limit", frame(MaxFrame+1, TypeBlock), MaxFrame, ErrTooLarge},
		{"over the reader's limit", frame(2000, TypeHello), 1000, ErrTooLarge},
		{"JSON", frame(MaxJSON+headLen+1, TypeStatus), MaxFrame, ErrTooLarge},
		{"no head", frame(3, TypePing), MaxFrame, ErrMalformed},
		{"flags", append(binary.LittleEndian.AppendUint32(nil, 4), byte(TypePing), 1, 0, 0), MaxFrame, ErrMalformed},
	} {
		r := NewReader(bytes.NewReader(c.bytes))
		r.Limit(c.limit)
		if _, err := r.Next(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if cap(r.buf) > 0 {
			t.Errorf("%s: %d bytes were taken", c.name, cap(r.buf))
		}
	}
}

func TestLengthAloneTakesNoMemory(t *testing.T) {
	stream := append(binary.LittleEndian.AppendUint32(nil, MaxFrame), byte(TypeBlock), 0, 0, 0)
	stream = append(stream, make([]byte, 100)...)
	r := NewReader(bytes.NewReader(stream))
	if _, err := r.Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	if cap(r.buf) > firstRead {
		t.Errorf("%d bytes were taken for 100 that came", cap(r.buf))
	}
}

func TestUnknownTypesAreSkipped(t *testing.T) {
	for _, typ := range []Type{0, 17, 99} {
		if m, err := Decode(Frame{Type: typ, Body: []byte("x")}); m != nil || err != nil {
			t.Errorf("type %d: %v %v", typ, m, err)
		}
	}
}

func TestMalformedBodies(t *testing.T) {
	for _, f := range []Frame{
		{TypeBlob, make([]byte, 47)}, {TypeBlob, make([]byte, 49)}, {TypeBlob, make([]byte, 48+MaxPiece+1)}, {TypeHave, make([]byte, 40)},
		{TypeHave, append(make([]byte, 41), 0xff)},
		{TypeHello, []byte("{")}, {TypeHello, nil}, {TypeHello, []byte(`[]`)}, {TypeHello, []byte(`{"pid":"x"}`)},
		{TypeHello, []byte("{\"agent\":\"\xff\"}")},
		{TypeDefine, []byte{1, 0, 0}}, {TypeDefine, []byte{1, 2, 0, 0, 0, 9}}, {TypeDefine, []byte{1, 255, 255, 255, 255, 9}},
		{TypeNeed, []byte{1}}, {TypeBlock, make([]byte, 7)}, {TypeAck, make([]byte, 15)}, {TypeNack, make([]byte, 8)},
		{TypeNack, append(make([]byte, 9), 0xff)}, {TypePing, make([]byte, 17)}, {TypePong, make([]byte, 31)},
		{TypeRefuse, nil}, {TypeRefuse, []byte{1, 0xff}},
	} {
		if m, err := Decode(f); !errors.Is(err, ErrMalformed) {
			t.Errorf("type %d %q: %v %v", f.Type, f.Body, m, err)
		}
	}
}
