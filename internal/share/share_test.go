package share

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/foxglove/mcap/go/mcap"
	"github.com/klauspost/compress/zstd"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/memory"
)

var (
	giver  = access.LocalPrincipal("ann")
	vendor = access.Principal{ID: "reader:vendor", Name: "vendor", Roles: []string{"vendor"}}
	now    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// canaries occur in values of the recordings of the tests, and nowhere else.
var canaries = []string{"@example.org", "4111 1111 1111", "o-0000", "Ada Example", "+49 30", "a configuration", "secret-of-the-capsule"}

type shelf struct {
	*memory.Store
	queries *query.Engine
	truth   *ingesttest.Truth
	policy  *access.Policy
}

// open makes a recording with a capsule, and a policy with a role vendor, which sees what rules say is public and nothing else.
func open(t testing.TB) *shelf {
	t.Helper()
	s := &shelf{Store: memory.New()}
	var err error
	s.truth, err = ingesttest.Record(t.Context(), s, ingesttest.Options{Seed: 21, Orders: 200, StepUS: 20_000, Traced: true, Ended: true, Gap: true, Codec: block.CodecLZ4})
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{"task_configuration": "a configuration", "execution_config": "secret-of-the-capsule"}
	if err := ingesttest.PutCapsule(t.Context(), s, s.truth.Totals, s.truth.Orders[0].Window.Attempt, s.truth.WallMax, parts); err != nil {
		t.Fatal(err)
	}
	if s.queries, err = query.New(query.Options{Reader: s, Blobs: s}); err != nil {
		t.Fatal(err)
	}
	all := []access.Statement{{Effect: access.Allow, Actions: []access.Action{"*"}, Resources: []string{"**"}}}
	s.policy, err = access.NewPolicy("test-1",
		access.Role{Name: access.LocalRole, Statements: all, Clear: []string{"*"}},
		access.Role{Name: "vendor"},
		access.Role{Name: "blind", Statements: all})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := access.NewKeys(bytes.Repeat([]byte{7}, 32), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	s.policy, err = s.policy.WithMasking(access.Masking{
		Keys: keys,
		Classes: map[string]access.Class{
			"id": {Rank: 30, Action: access.MaskAction{Mask: access.Token}},
		},
		Rules: []access.Rule{
			{Part: access.PartValue, Paths: map[string]string{"currency": "public", "id": "id", "merchant": "id", "f0": "id", "f1": "public", "items[].sku": "public"}},
			{Part: access.PartKey, Paths: map[string]string{"": "id"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func key(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize))
}

func (s *shelf) request(t testing.TB) Request {
	return Request{
		Store: s, Queries: s.queries, Policy: s.policy, Giver: giver, Reader: giver, Recording: s.truth.Totals, Resource: resourceOf(s.truth.Totals), Key: key(t), Program: "test",
		Now: func() time.Time { return now },
	}
}

func (s *shelf) export(t testing.TB, q Request) (*Manifest, []byte) {
	t.Helper()
	var b bytes.Buffer
	m, err := Export(t.Context(), q, &b)
	if err != nil {
		t.Fatal(err)
	}
	return m, b.Bytes()
}

func TestAnUnmaskedFileGivesTheSameBlocks(t *testing.T) {
	s := open(t)
	q := s.request(t)
	q.Replays = []Replayed{{Task: "window", Verdict: Exact}}
	m, file := s.export(t, q)
	r, err := Verify(t.Context(), bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if m.Masked || m.Verdict.Verdict != Exact || len(m.Classes)+len(m.Cut) > 0 || len(m.Gaps) == 0 || m.Recording.Job != "shop-totals" {
		t.Errorf("manifest %+v", m)
	}
	if !r.Key.Equal(key(t).Public()) || !strings.HasPrefix(r.Fingerprint(), "SHA256:") || r.Bytes != int64(len(file)) {
		t.Errorf("report %+v", r)
	}
	to := memory.New()
	if err := Unpack(t.Context(), bytes.NewReader(file), r.Manifest, to); err != nil {
		t.Fatal(err)
	}
	if n := sameBlocks(t, s, to, s.truth.Totals); n < 20 {
		t.Errorf("%d blocks", n)
	}
	for _, text := range []string{"a configuration", "secret-of-the-capsule"} {
		if !to.Blob(event.HashOf([]byte(text))).Complete {
			t.Error("a capsule's part is missing")
		}
	}
	again, err := query.New(query.Options{Reader: to, Blobs: to})
	if err != nil {
		t.Fatal(err)
	}
	sameEvents(t, s, again, s.truth.Totals)
	if err := Unpack(t.Context(), bytes.NewReader(file), r.Manifest, to); !errors.Is(err, ErrExists) {
		t.Errorf("once more: %v", err)
	}
}

// sameBlocks holds the blocks of two stores against each other, and counts them.
func sameBlocks(t *testing.T, a, b store.Reader, rec event.RecordingID) (n int) {
	t.Helper()
	one, other := snapshot(t, a, rec), snapshot(t, b, rec)
	want := map[string][]byte{}
	for ref := range one.Since(0) {
		raw, err := one.Raw(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		want[ref.Header.Lane.String()+ref.Header.Attempt.String()+string(rune(ref.Header.Number))] = raw
	}
	for ref := range other.Since(0) {
		raw, err := other.Raw(t.Context(), ref)
		name := ref.Header.Lane.String() + ref.Header.Attempt.String() + string(rune(ref.Header.Number))
		if err != nil || !bytes.Equal(raw, want[name]) {
			t.Errorf("block %s differs: %v", name, err)
		}
		delete(want, name)
		n++
	}
	if len(want) > 0 {
		t.Errorf("%d blocks are missing", len(want))
	}
	return n
}

func snapshot(t testing.TB, s store.Reader, rec event.RecordingID) store.Snapshot {
	t.Helper()
	snap, err := s.Snapshot(context.Background(), rec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(snap.Close)
	return snap
}

// sameEvents holds what questions give against each other.
func sameEvents(t *testing.T, s *shelf, other *query.Engine, rec event.RecordingID) {
	t.Helper()
	read := func(e *query.Engine) (list []query.Event) {
		scan, err := e.Events(t.Context(), rec, query.EventQuery{Payload: true})
		if err != nil {
			t.Fatal(err)
		}
		for ev, err := range scan.All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, ev)
		}
		return list
	}
	want, got := read(s.queries), read(other)
	if len(want) != len(got) || len(want) < 1000 {
		t.Fatalf("%d events of %d", len(got), len(want))
	}
	for i := range want {
		a, b := &want[i], &got[i]
		if a.Kind != b.Kind || a.Position != b.Position || a.Wall != b.Wall || a.Operator != b.Operator || !a.Value.Equal(b.Value) || !a.Key.Equal(b.Key) {
			t.Fatalf("event %d differs: %v, %v", i, a.Kind, b.Kind)
		}
	}
}

func TestOtherToolsOpenIt(t *testing.T) {
	s := open(t)
	m, file := s.export(t, s.request(t))
	in, err := mcap.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	info, err := in.Info()
	if err != nil {
		t.Fatal(err)
	}
	if info.Header.Profile != "sightglass" || info.Statistics.MessageCount != uint64(len(m.Blocks)+len(m.Definitions)) ||
		int(info.Statistics.AttachmentCount) != len(m.Attachments)+2 {
		t.Errorf("%+v", info.Statistics)
	}
	messages, err := in.Messages(mcap.WithTopics([]string{"lane/out"}))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		_, channel, message, err := messages.NextInto(nil)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		h, err := block.Verify(message.Data)
		if err != nil || channel.Topic != "lane/out" || message.LogTime != uint64(h.WallMin)*1000 {
			t.Fatalf("%s: %v", channel.Topic, err)
		}
		n++
	}
	if n == 0 {
		t.Error("no block of lane out")
	}
}

func TestAMaskedFileHoldsNoCanary(t *testing.T) {
	s := open(t)
	for name, q := range map[string]func(*Request){
		"a reader with rules": func(q *Request) { q.Reader = vendor },
		"a giver who sees nothing": func(q *Request) {
			q.Giver = access.Principal{ID: "local:ben", Name: "ben", Roles: []string{"blind"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.request(t)
			q(&r)
			r.Jars, r.State = true, true
			m, file := s.export(t, r)
			noCanary(t, file)
			report, err := Verify(t.Context(), bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if !m.Masked || m.Verdict.Verdict != NotProven || len(m.Classes) == 0 || len(m.Left) < 2 {
				t.Errorf("manifest: masked %v, verdict %v, classes %v, cut %v, left %v", m.Masked, m.Verdict, m.Classes, m.Cut, m.Left)
			}
			to := memory.New()
			if err := Unpack(t.Context(), bytes.NewReader(file), report.Manifest, to); err != nil {
				t.Fatal(err)
			}
			sameShapes(t, s, to, m)
		})
	}
}

// noCanary looks at the bytes of a file, and at what they unpack to.
func noCanary(t *testing.T, file []byte) {
	t.Helper()
	look := func(where string, b []byte) {
		for _, c := range canaries {
			if bytes.Contains(b, []byte(c)) {
				t.Errorf("%s holds %q", where, c)
			}
		}
	}
	look("the file", file)
	z, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	err = walk(bytes.NewReader(file), newChunkSums(), visits{
		onMessage: func(channel uint16, data []byte) error {
			look("a message", data)
			if channel == definitionChannel {
				return nil
			}
			h, err := block.Verify(data)
			if err != nil {
				return err
			}
			for _, s := range h.Sections {
				stored := data[s.Offset : s.Offset+s.Stored]
				if s.Codec == block.CodecZstd {
					if stored, err = z.DecodeAll(stored, nil); err != nil {
						return err
					}
				} else if s.Codec != block.CodecNone {
					t.Errorf("a section of codec %d was not written anew", s.Codec)
				}
				look("a section", stored)
			}
			return nil
		},
		onAttachment: func(name string, content io.Reader) error {
			b, err := io.ReadAll(content)
			look(name, b)
			return err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

type visits struct {
	onMessage    func(uint16, []byte) error
	onAttachment func(string, io.Reader) error
}

func (v visits) message(channel uint16, data []byte) error { return v.onMessage(channel, data) }
func (v visits) attachment(name string, _ int64, content io.Reader) error {
	return v.onAttachment(name, content)
}

// sameShapes holds masked blocks against the recorded ones: as many, with the same places, times and numbers, and values that are
// decoded as before or are cut.
func sameShapes(t *testing.T, s *shelf, to store.Reader, m *Manifest) {
	t.Helper()
	a, b := snapshot(t, s, s.truth.Totals), snapshot(t, to, s.truth.Totals)
	masked := map[string]store.Ref{}
	name := func(h *block.Header) string { return h.Lane.String() + h.Attempt.String() + string(rune(h.Number)) }
	for ref := range b.Since(0) {
		masked[name(ref.Header)] = ref
	}
	values, cut := 0, int64(0)
	for ref := range a.Since(0) {
		other, ok := masked[name(ref.Header)]
		if !ok {
			t.Fatalf("block %s is missing", name(ref.Header))
		}
		x, err := a.Read(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.Read(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		if ref.Header.FirstInv != other.Header.FirstInv || ref.Header.WallMax != other.Header.WallMax || len(x.Kind) != len(y.Kind) || len(x.Seq) != len(y.Seq) {
			t.Fatalf("block %s is another", name(ref.Header))
		}
		for i := range x.Kind {
			if x.Inv[i] != y.Inv[i] || x.Wall[i] != y.Wall[i] || at(x.Seq, i, 0) != at(y.Seq, i, 0) || at(x.Path, i, 0) != at(y.Path, i, 0) {
				t.Fatalf("row %d of block %s is another", i, name(ref.Header))
			}
			if x.Value == nil || x.Value[i].Null() {
				continue
			}
			values++
			if y.Value[i].Null() {
				cut++
				if y.Value[i].Size() != x.Value[i].Size() {
					t.Errorf("a value that was cut has %d bytes instead of %d", y.Value[i].Size(), x.Value[i].Size())
				}
				continue
			}
			if ref.Header.Lane == event.LaneOut {
				before, after := decodedAs(t, s, x, i), decodedAs(t, s, y, i)
				if before != after {
					t.Errorf("a value of type %s became %s", before, after)
				}
			}
		}
	}
	if values < 500 || cut > int64(values)/2 {
		t.Errorf("%d values, %d of them cut: %v", values, cut, m.Cut)
	}
}

// decodedAs is the type that a sent value decodes as, and whether all of it does.
func decodedAs(t *testing.T, s *shelf, rows *block.Rows, i int) string {
	t.Helper()
	mask, err := newMasking(t.Context(), s.truth.Totals, resourceOf(s.truth.Totals), s.queries, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := mask.named(mask.naming.Serializer(rows.Partition[i]), nil).DecodeElement(rows.Value[i])
	return e.Value.Info().Type + e.Value.Info().Reason
}

func resourceOf(rec event.RecordingID) access.Resource {
	return access.ResourceOf("flink", "local", "job", "shop-totals", "recording", rec.String())
}
