package protobuf

import (
	"testing"

	"github.com/sightglass/sightglass/internal/language/languagetest"
)

func TestPairsOfPeers(t *testing.T) {
	languagetest.PairsOfPeers[string](t, Language{}, 32)
}
