package avro

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

const ownPairs = "testdata/pairs.json"

// TestPairsOfApacheAvroAgree compares verdicts, and the kinds of incompatibility where the pairs name them: of the copy in testdata, and of all files of
// pairs in ../shared/data beside the repository. Where that folder is not there the test says so, and the copy stands for it.
func TestPairsOfApacheAvroAgree(t *testing.T) {
	shared, err := filepath.Abs("../../../../shared/data")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(shared, "avro*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		fmt.Printf("no pairs beside the repository (../shared/data/avro*.json): the copy in testdata stands for them\n")
	}
	for _, file := range append([]string{ownPairs}, files...) {
		pairsAgree(t, file)
	}
}

func pairsAgree(t *testing.T, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var pairs []struct {
		Reader, Writer string
		Compatible     bool
		Types          []string
	}
	if err := json.Unmarshal(raw, &pairs); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if len(pairs) == 0 || file == ownPairs && len(pairs) != 131 {
		t.Errorf("%s has %d pairs", file, len(pairs))
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
		slices.Sort(kinds)
		slices.Sort(p.Types)
		if p.Compatible != (len(kinds) == 0) || !slices.Equal(kinds, p.Types) && len(p.Types) > 0 {
			t.Errorf("reader %s, writer %s: %v in place of %v", p.Reader, p.Writer, kinds, p.Types)
			continue
		}
		agree++
	}
	fmt.Printf("%d of %d pairs agree (%s)\n", agree, len(pairs), filepath.Base(file))
}
