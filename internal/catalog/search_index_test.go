package catalog

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
)

// The index finds what a look through every text finds, with no lower score, also after nodes changed and the index was made anew.
func TestTheIndexFindsWhatTextsHave(t *testing.T) {
	c := fresh(t)
	r := rand.New(rand.NewPCG(1, 2))
	syllables := []string{"or", "der", "id", "mail", "Customer", "amount", "x"}
	word := func() string {
		var b strings.Builder
		for range 1 + r.IntN(3) {
			b.WriteString(syllables[r.IntN(len(syllables))])
		}
		return b.String()
	}
	found, missed := 0, 0
	for round := range 60 {
		id := StreamID("prod", fmt.Sprintf("topic-%d", round%12))
		set := FieldSet{Stream: id, Origin: SchemaOrigin}
		seen := map[string]bool{}
		for range 1 + r.IntN(6) {
			path := word() + "." + word()
			if seen[strings.ToLower(path)] {
				continue
			}
			seen[strings.ToLower(path)] = true
			f := Field{Part: Value, Path: path}
			if r.IntN(4) == 0 {
				f.Doc, f.Tags = word(), []string{word()}
			}
			set.Fields = append(set.Fields, f)
		}
		take(t, c, Batch{Entities: []Entity{{ID: id, Kind: Stream, Name: nameOf(id), Cluster: "prod"}}, Fields: []FieldSet{set}})
		if round%7 == 0 {
			e := Edit{Entity: id, Path: set.Fields[0].Path, Attribute: Tags, Values: []string{fmt.Sprintf("said%d", round)}, Reason: "r"}
			if err := c.Set(t.Context(), access.Principal{ID: "local:ann", Name: "ann"}, e, ""); err != nil {
				t.Fatal(err)
			}
		}
		if round == 40 { // as it would be after many changes
			c.mu.Lock()
			c.index.length += 100_000
			c.mu.Unlock()
		}
		c.prepare()
		if round == 40 && c.index.length > 1000 {
			t.Fatal("an index that is mostly about nothing was kept")
		}
		for range 20 {
			text := strings.ToLower(word())
			switch r.IntN(6) {
			case 0:
				text = "field:" + text
			case 1:
				text = text[:1]
			case 2:
				text += "." + strings.ToLower(word())
			case 3:
				text = "tag:" + text
			case 4:
				text = fmt.Sprintf("said%d", round)
			}
			one := terms(text)[0]
			fields := c.index.fields(one)
			for _, n := range c.ordered {
				by, through := n.scored(one, fields), n.score(one)
				if (by > 0) != (through > 0) || by < through {
					t.Fatalf("round %d, %q in %s: the index gives %d, its text %d:\n%s", round, text, n.ID, by, through, n.text)
				}
				if by > 0 {
					found++
				} else {
					missed++
				}
			}
		}
	}
	if found < 1000 || missed < 1000 {
		t.Fatalf("found %d times, not found %d times: little was tried", found, missed)
	}
}
