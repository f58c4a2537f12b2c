package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

func blobs(t *testing.T, b Backend) {
	ctx := context.Background()
	s := open(t, b)
	data := make([]byte, 300_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	hash, size := event.HashOf(data), int64(len(data))
	put := func(offset, end int, want store.BlobState) {
		t.Helper()
		got, err := s.PutBlob(ctx, hash, size, int64(offset), data[offset:end])
		if err != nil || got != want || s.Blob(hash) != want {
			t.Fatalf("%d to %d: %+v %v, the store says %+v; want %+v", offset, end, got, err, s.Blob(hash), want)
		}
	}
	put(0, 0, store.BlobState{}) // a question
	put(0, 100_000, store.BlobState{Bytes: 100_000})
	put(0, 50_000, store.BlobState{Bytes: 100_000})        // it is there
	put(150_000, 200_000, store.BlobState{Bytes: 100_000}) // there is a hole before it
	put(0, 0, store.BlobState{Bytes: 100_000})
	if _, err := s.OpenBlob(ctx, hash); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an incomplete blob: %v", err)
	}
	reopen := func() {
		if b.Reopen != nil {
			s = b.Reopen(t, s)
		}
	}
	reopen()
	put(100_000, 200_000, store.BlobState{Bytes: 200_000})
	put(200_000, 300_000, store.BlobState{Bytes: size, Complete: true})
	put(200_000, 300_000, store.BlobState{Bytes: size, Complete: true})
	reopen()
	r, err := s.OpenBlob(ctx, hash)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, data) || r.Close() != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}

	wrong := event.HashOf([]byte("something else"))
	if _, err := s.PutBlob(ctx, wrong, 3, 0, []byte("abc")); !errors.Is(err, store.ErrBlobHash) {
		t.Errorf("a wrong hash: %v", err)
	}
	if got := s.Blob(wrong); got != (store.BlobState{}) {
		t.Errorf("of a wrong hash %+v is kept", got)
	}
	if _, err := s.PutBlob(ctx, wrong, 2<<30, 0, nil); !errors.Is(err, store.ErrBlobTooLarge) {
		t.Errorf("a large blob: %v", err)
	}
	nothing := event.HashOf(nil)
	if got, err := s.PutBlob(ctx, nothing, 0, 0, nil); err != nil || !got.Complete {
		t.Errorf("the empty blob: %+v %v", got, err)
	}
}
