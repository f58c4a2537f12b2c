package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/memory"
	"github.com/sightglass/sightglass/internal/wire"
)

// ask sends a piece and waits for the answer.
func ask(t *testing.T, a *ingesttest.Agent, m *wire.Blob) wire.Have {
	t.Helper()
	before := len(a.Haves())
	if err := a.Send(m); err != nil {
		t.Fatal(err)
	}
	eventually(t, "HAVE", func() bool { return len(a.Haves()) > before })
	got := a.Haves()[before]
	if got.Hash != m.Hash {
		t.Fatalf("the answer is about %s", got.Hash)
	}
	return got
}

func TestBlobsAreKeptOverConnections(t *testing.T) {
	blobs := memory.New()
	f := serve(t, Options{Blobs: blobs})
	a := oneAgent(f)
	connect(t, a)
	data := bytes.Repeat([]byte("0123456789"), 40_000)
	hash := event.HashOf(data)
	piece := func(from, to int) *wire.Blob {
		return &wire.Blob{Hash: hash, Size: uint64(len(data)), Offset: uint64(from), Data: data[from:to]}
	}
	want := func(got wire.Have, n uint64, s wire.HaveState) {
		t.Helper()
		if got.Bytes != n || got.State != s {
			t.Fatalf("%d bytes, state %d (%s); want %d, %d", got.Bytes, got.State, got.Text, n, s)
		}
	}
	want(ask(t, a, piece(0, 0)), 0, wire.HaveSend)
	want(ask(t, a, piece(0, 250_000)), 250_000, wire.HaveSend)
	a.Cut()
	connect(t, a)
	want(ask(t, a, piece(0, 0)), 250_000, wire.HaveSend)
	want(ask(t, a, piece(250_000, 400_000)), 400_000, wire.HaveAll)
	want(ask(t, a, piece(0, 0)), 400_000, wire.HaveAll)
	r, err := blobs.OpenBlob(within(t), hash)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	other := event.HashOf([]byte("other"))
	want(ask(t, a, &wire.Blob{Hash: other, Size: 3, Data: []byte("abc")}), 0, wire.HaveSend)
	want(ask(t, a, &wire.Blob{Hash: other, Size: 1 << 40}), 0, wire.HaveRefused)
}

// fullBlobs has no room.
type fullBlobs struct{}

func (fullBlobs) PutBlob(context.Context, event.BlobHash, int64, int64, []byte) (store.BlobState, error) {
	return store.BlobState{}, fmt.Errorf("writing: %w", store.ErrDiskFull)
}

func TestBlobsWithoutRoomOrStore(t *testing.T) {
	f := serve(t, Options{Blobs: fullBlobs{}})
	a := oneAgent(f)
	connect(t, a)
	m := &wire.Blob{Hash: event.HashOf([]byte("x")), Size: 1, Data: []byte("x")}
	if got := ask(t, a, m); got.State != wire.HaveLater {
		t.Errorf("state %d with a full disk", got.State)
	}
	g := serve(t, Options{})
	b := oneAgent(g)
	connect(t, b)
	if got := ask(t, b, m); got.State != wire.HaveRefused {
		t.Errorf("state %d without a store", got.State)
	}
}
