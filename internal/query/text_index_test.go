package query

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// grams are the sorted hashes of texts, as a block of an index has them.
func grams(texts ...string) (hashes []uint32) {
	for _, s := range texts {
		gramsOf(s, true, func(h uint32) { hashes = append(hashes, h) })
	}
	slices.Sort(hashes)
	return slices.Compact(hashes)
}

// A text that holds another one has all its grams, whatever stands around it.
func TestATextHasTheGramsOfItsParts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	letters := []rune(`ab1_- .:"é{`)
	random := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	used := 0
	for range 20_000 {
		text := random(r.IntN(60))
		from := r.IntN(len(text) + 1)
		part := text[from : from+r.IntN(len(text)-from+1)]
		have := grams(text)
		for _, whole := range []bool{false, true} {
			if whole {
				part = text
			}
			want := needleGrams([]Needle{{part, whole}}, nil)
			used += len(want)
			for _, h := range want {
				if !slices.Contains(have, h) {
					t.Fatalf("%q has not all grams of its part %q", text, part)
				}
			}
		}
	}
	if used < 10_000 {
		t.Errorf("only %d grams", used)
	}
}

func indexOf(r *rand.Rand, blocks int) (content []byte, of []blockGrams) {
	var tables []textTable
	var group []blockGrams
	for i := range blocks {
		var texts []string
		for range r.IntN(300) {
			texts = append(texts, fmt.Sprintf(`{id: "o-%07d", amount: %d.%02d, note: "n%d"}`, r.IntN(1e7), r.IntN(1000), r.IntN(100), i))
		}
		group = append(group, blockGrams{int64(64 + i*100), grams(texts...)})
		if r.IntN(70) == 0 || i == blocks-1 {
			tables, of, group = append(tables, textTables(group)...), append(of, group...), nil
		}
	}
	return textIndex(tables), of
}

// An index never rules out a block that has the grams, and rules out nearly every other one.
func TestIndexesRuleOutOnlyWhatIsAbsent(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	content, blocks := indexOf(r, 500)
	kept, absent, all := 0, 0, 0
	for range 200 {
		needle := []Needle{{fmt.Sprintf(`o-%07d`, r.IntN(1e7)), r.IntN(2) == 0}}
		want := needleGrams(needle, nil)
		out, err := lacking(bytes.NewReader(content), int64(len(content)), want)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range blocks {
			has := !slices.ContainsFunc(want, func(h uint32) bool { _, ok := slices.BinarySearch(b.hashes, h); return !ok })
			if has && out[b.offset] {
				t.Fatalf("block %d has all of %v and is ruled out", b.offset, needle)
			}
			if all++; !has {
				absent++
				if !out[b.offset] {
					kept++
				}
			}
		}
	}
	if kept*50 > absent || absent*2 < all {
		t.Errorf("%d of %d absent blocks were not ruled out, of %d", kept, absent, all)
	}
	if out, err := lacking(bytes.NewReader(content), int64(len(content)), nil); err != nil || len(out) > 0 {
		t.Errorf("nothing is looked for, %d blocks lack it, %v", len(out), err)
	}
}

func FuzzTextIndex(f *testing.F) {
	content, _ := indexOf(rand.New(rand.NewPCG(5, 6)), 20)
	f.Add(content[:min(len(content), 4096)], uint32(7))
	small, _ := indexOf(rand.New(rand.NewPCG(7, 6)), 1)
	f.Add(small, uint32(1))
	f.Add(textIndex(nil), uint32(0))
	f.Add([]byte("\x01\x00\x00\x00\x01\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"), uint32(3))
	f.Fuzz(func(t *testing.T, content []byte, hash uint32) {
		out, err := lacking(bytes.NewReader(content), int64(len(content)), []uint32{hash, ^hash})
		if err != nil && out != nil || len(out)*8 > len(content) {
			t.Fatalf("%d blocks of %d bytes, %v", len(out), len(content), err)
		}
	})
}
