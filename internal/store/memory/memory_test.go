package memory

import (
	"testing"

	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.RunAll(t, storetest.Backend{New: func(*testing.T) store.Store { return New() }})
}
