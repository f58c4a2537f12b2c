package share

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/foxglove/mcap/go/mcap"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/memory"
)

var rewrite = flag.Bool("rewrite", false, "write spec/vectors/incident anew")

const vectorFolder = "../../spec/vectors/incident"

// small is a file of two blocks and one definition.
func small(t testing.TB) []byte {
	t.Helper()
	s := memory.New()
	rec := event.RecordingID{15: 7}
	text := event.NewDefinition(event.DefString, []byte("a mail"))
	if err := s.Define(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	for n, lane := range []event.Lane{event.LaneLog, event.LaneDet} {
		b := block.NewBuilder(block.Spec{Recording: rec, Attempt: 0x9f3a61c2d07b4e15, Lane: lane})
		r := block.Row{Kind: event.KindLogLine, Operator: -1, Inv: uint64(n + 1), Wall: 1_767_600_000_000_000, Value: []byte(`{"message":"hello"}`)}
		if lane == event.LaneDet {
			r.Kind, r.Value, r.Text = event.KindMail, nil, text.ID
		}
		b.Add(r)
		raw, err := b.Finish()
		if err != nil {
			t.Fatal(err)
		}
		h, err := block.Verify(raw)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), h, raw); err != nil {
			t.Fatal(err)
		}
	}
	queries, err := query.New(query.Options{Reader: s, Blobs: s})
	if err != nil {
		t.Fatal(err)
	}
	of := open(t)
	q := of.request(t)
	q.Store, q.Queries, q.Recording = s, queries, rec
	q.Expires = time.Date(2126, 1, 1, 0, 0, 0, 0, time.UTC)
	_, file := of.export(t, q)
	return file
}

// TestVectors reads the files of spec/vectors/incident as spec/incident.md says.
func TestVectors(t *testing.T) {
	if *rewrite {
		writeVectors(t)
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(vectorFolder, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	r, err := Verify(t.Context(), bytes.NewReader(read("small.sgi")))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(struct {
		Signer   string    `json:"signer"`
		Manifest *Manifest `json:"manifest"`
	}{r.Fingerprint(), r.Manifest}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if want := read("small.json"); string(want) != string(got)+"\n" {
		t.Errorf("small.sgi says\n%s", got)
	}
	for name, want := range map[string]error{"flipped.sgi": ErrChanged, "torn.sgi": ErrTorn, "reordered.sgi": ErrChanged} {
		if _, err := Verify(t.Context(), bytes.NewReader(read(name))); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func writeVectors(t *testing.T) {
	file := small(t)
	r, err := Verify(t.Context(), bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(struct {
		Signer   string    `json:"signer"`
		Manifest *Manifest `json:"manifest"`
	}{r.Fingerprint(), r.Manifest}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var chunks []int
	list := records(t, file)
	for i, r := range list {
		if mcap.OpCode(r[0]) == mcap.OpChunk {
			chunks = append(chunks, i)
		}
	}
	flipped := bytes.Clone(file)
	flipped[bytes.Index(flipped, []byte(`"masked":false`))+9] = 'F'
	a, b := chunks[len(chunks)-2], chunks[len(chunks)-1]
	list[a], list[b] = list[b], list[a]
	if err := os.MkdirAll(vectorFolder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"small.sgi": file, "small.json": append(text, '\n'), "flipped.sgi": flipped, "torn.sgi": file[:len(file)*2/3], "reordered.sgi": joined(list),
	} {
		if err := os.WriteFile(filepath.Join(vectorFolder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
