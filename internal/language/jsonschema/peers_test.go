package jsonschema

import (
	"encoding/json"
	"testing"

	"github.com/sightglass/sightglass/internal/language/languagetest"
)

func TestPairsOfPeers(t *testing.T) {
	languagetest.PairsOfPeers[json.RawMessage](t, Language{}, 510)
}
