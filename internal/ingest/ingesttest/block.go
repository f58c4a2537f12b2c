package ingesttest

import (
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/store"
)

// PutBlock finishes a block and stores it.
func PutBlock(t testing.TB, to store.Writer, b *block.Builder) {
	t.Helper()
	raw, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	h, err := block.Verify(raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := to.Append(t.Context(), h, raw); err != nil {
		t.Fatal(err)
	}
}
