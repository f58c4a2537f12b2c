package storetest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/store"
)

// wholeBlocks: what was stored is given as it came, until something makes it smaller.
func wholeBlocks(t *testing.T, b Backend) {
	s := open(t, b)
	var sentBlocks [][]byte
	for n := range uint64(5) {
		raw := sent(1, n, n*100, 100).build(t)
		put(t, s, raw)
		sentBlocks = append(sentBlocks, raw)
	}
	snap := snapshot(t, s, recordingID(1))
	for r := range snap.Blocks(store.Filter{}) {
		raw, err := snap.Raw(context.Background(), r)
		if err != nil || !bytes.Equal(raw, sentBlocks[r.Header.Number]) {
			t.Errorf("block %d: %d bytes of %d, %v", r.Header.Number, len(raw), len(sentBlocks[r.Header.Number]), err)
		}
		if _, err := block.Verify(raw); err != nil {
			t.Error(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for r := range snap.Blocks(store.Filter{}) {
		if _, err := snap.Raw(ctx, r); !errors.Is(err, context.Canceled) {
			t.Errorf("with a cancelled context: %v", err)
		}
	}
}
