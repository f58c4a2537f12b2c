package languagetest

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

// PairsOfPeers holds pairs of other registries' public tests, testdata/peers.json, against a language. A pair with "differs" has to come out otherwise
// than there, for the reason that deviations.md gives by that name; so none changes its verdict unseen. At least so many have to agree.
// Text is how the file spells schemas: json.RawMessage for languages that are JSON, string for others.
func PairsOfPeers[Text string | json.RawMessage](t *testing.T, l language.Language, least int) {
	t.Helper()
	raw, err := os.ReadFile("testdata/peers.json")
	if err != nil {
		t.Fatal(err)
	}
	var pairs []struct {
		Source         string
		Reader, Writer Text
		Compatible     bool
		Differs        string
	}
	if err := json.Unmarshal(raw, &pairs); err != nil {
		t.Fatal(err)
	}
	agreed, differ := 0, map[string]int{}
	for _, p := range pairs {
		reader, err := l.Parse(string(p.Reader), nil)
		writer, err2 := l.Parse(string(p.Writer), nil)
		agrees := err == nil && err2 == nil && language.Breaking(Compare(t, l, reader, writer, language.Rules{})) != p.Compatible
		switch {
		case agrees && p.Differs == "":
			agreed++
		case !agrees && p.Differs != "":
			differ[p.Differs]++
		case agrees:
			t.Errorf("%s: reader %s, writer %s: agrees now, though %q says that it does not", p.Source, p.Reader, p.Writer, p.Differs)
		default:
			t.Errorf("%s: reader %s, writer %s: want compatible %t; %v %v", p.Source, p.Reader, p.Writer, p.Compatible, err, err2)
		}
	}
	fmt.Printf("%d of %d pairs of peers agree; the others by the reasons of deviations.md: %v\n", agreed, len(pairs), differ)
	if agreed < least {
		t.Errorf("%d agree", agreed)
	}
}
