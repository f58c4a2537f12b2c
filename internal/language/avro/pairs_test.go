package avro

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

// TestPairsOfApacheAvroAgree compares verdicts, and the kinds of incompatibility where the pairs name them.
func TestPairsOfApacheAvroAgree(t *testing.T) {
	raw, err := os.ReadFile("testdata/pairs.json")
	if err != nil {
		t.Fatal(err)
	}
	var pairs []struct {
		Reader, Writer string
		Compatible     bool
		Types          []string
	}
	if err := json.Unmarshal(raw, &pairs); err != nil {
		t.Fatal(err)
	}
	if len(pairs) < 131 {
		t.Fatalf("%d pairs", len(pairs))
	}
	agree := 0
	for _, p := range pairs {
		differences, err := New().Compare(parsed(t, p.Reader), parsed(t, p.Writer), language.Rules{})
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, d := range differences {
			if d.Breaking {
				kinds = append(kinds, strings.ToLower(d.Kind))
			}
		}
		if p.Compatible != (len(kinds) == 0) || !slices.Equal(kinds, p.Types) && len(p.Types) > 0 {
			t.Errorf("reader %s, writer %s: %v in place of %v", p.Reader, p.Writer, kinds, p.Types)
			continue
		}
		agree++
	}
	fmt.Printf("%d of %d pairs agree\n", agree, len(pairs))
}
