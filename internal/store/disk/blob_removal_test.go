package disk

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

func TestBlobsThatNobodyWantsGo(t *testing.T) {
	ctx := context.Background()
	opt := Options{Dir: t.TempDir(), Durability: Process}
	s := openTest(t, opt)
	wanted, old, begun, fresh := []byte("wanted"), []byte("old"), []byte("begun and never ended"), []byte("fresh")
	for _, b := range [][]byte{wanted, old} {
		if _, err := s.PutBlob(ctx, event.HashOf(b), int64(len(b)), 0, b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.PutBlob(ctx, event.HashOf(begun), int64(len(begun)), 0, begun[:5]); err != nil {
		t.Fatal(err)
	}
	closeTest(t, s)
	days := time.Now().Add(-72 * time.Hour)
	entries, err := filepath.Glob(filepath.Join(opt.Dir, blobsName, "*"))
	if err != nil || len(entries) != 3 {
		t.Fatal(entries, err)
	}
	for _, path := range entries {
		if err := os.Chtimes(path, days, days); err != nil {
			t.Fatal(err)
		}
	}
	s = openTest(t, opt)
	defer closeTest(t, s)
	if _, err := s.PutBlob(ctx, event.HashOf(fresh), int64(len(fresh)), 0, fresh); err != nil {
		t.Fatal(err)
	}
	keep := func(h event.BlobHash) bool { return h == event.HashOf(wanted) }
	n, bytes, err := s.RemoveBlobs(ctx, 24*time.Hour, keep)
	if err != nil || n != 2 || bytes != int64(len(old)+5) {
		t.Errorf("%d blobs, %d bytes, %v", n, bytes, err)
	}
	for what, c := range map[string]struct {
		blob  []byte
		there bool
	}{"wanted": {wanted, true}, "old": {old, false}, "begun": {begun, false}, "fresh": {fresh, true}} {
		if state := s.Blob(event.HashOf(c.blob)); state.Complete != c.there || !c.there && state.Bytes != 0 {
			t.Errorf("%s: %+v", what, state)
		}
	}
	if left, err := filepath.Glob(filepath.Join(opt.Dir, blobsName, "*")); err != nil || len(left) != 2 {
		t.Errorf("files %v, %v", left, err)
	}
	// Who asks for a blob is told that it is there and does not send it: it is not removed behind their back.
	for _, path := range entries {
		_ = os.Chtimes(path, days, days) // some are gone
	}
	s.Blob(event.HashOf(wanted))
	if n, _, err := s.RemoveBlobs(ctx, time.Hour, func(event.BlobHash) bool { return false }); n != 0 || err != nil {
		t.Errorf("%d removed, %v", n, err)
	}
	if _, err := s.PutBlob(ctx, event.HashOf(old), int64(len(old)), 0, old); err != nil || !s.Blob(event.HashOf(old)).Complete {
		t.Errorf("it does not come again: %v", err)
	}
}
