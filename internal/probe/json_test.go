package probe

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/serde"
)

var (
	seed    = flag.Uint64("probe-seed", 1, "seed of the records that programs and trees are compared by")
	records = flag.Int("probe-records", 800, "how many")
)

var jsonNames = []string{"id", "a", "b", "items", "sku", "a.b", "é", "", "amount"}

// jsonOf writes a random value, with white space, escapes and names that are there twice.
func jsonOf(r *rand.Rand, b *strings.Builder, depth int) {
	space := func() {
		if r.IntN(8) == 0 {
			b.WriteString([]string{" ", "\n\t", "\r\n  "}[r.IntN(3)])
		}
	}
	space()
	defer space()
	kind := r.IntN(10)
	if depth <= 0 {
		kind = 4 + r.IntN(6)
	}
	switch kind {
	case 0, 1, 2:
		b.WriteByte('{')
		for i := range r.IntN(6) {
			if i > 0 {
				b.WriteByte(',')
			}
			space()
			name := jsonNames[r.IntN(len(jsonNames))]
			if r.IntN(10) == 0 && name != "" {
				name = fmt.Sprintf("\\u%04x%s", name[0]&0x7f, name[1:])
			}
			b.WriteString(`"` + name + `"`)
			space()
			b.WriteByte(':')
			jsonOf(r, b, depth-1)
		}
		b.WriteByte('}')
	case 3:
		b.WriteByte('[')
		for i := range r.IntN(5) {
			if i > 0 {
				b.WriteByte(',')
			}
			jsonOf(r, b, depth-1)
		}
		b.WriteByte(']')
	case 4:
		b.WriteString([]string{"true", "false", "null"}[r.IntN(3)])
	case 5, 6:
		b.WriteString([]string{"0", "-0", "12", "-7", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
			"1.50", "-0.0", "1e3", "2E-07", "12345678901234567890123", "18446744073709551616", "99999999999999999999"}[r.IntN(15)])
	default:
		b.WriteString([]string{`""`, `"x"`, `"a longer text than eight bytes"`, `"\"q\" \\ \/ \b\f\n\r\t"`, `"\u00e9\ud83d\ude00"`, `"\ud83d"`, `"\ude00\ud83dx"`,
			"\"\u00e9\u20ac\U0001f600\"", "\"\xff\"", "\"abc\xc3\\u00a9 and more\"", "\"\x7f\""}[r.IntN(11)])
	}
}

// somePaths chooses of the paths that a tree has, and some that it does not have.
func somePaths(r *rand.Rand, has map[string]Path) []Path {
	chosen := map[string]Path{}
	var names []string
	for name := range has {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if r.IntN(3) > 0 {
			chosen[name] = has[name]
		}
	}
	for range 3 {
		var p Path
		for range r.IntN(4) {
			switch r.IntN(6) {
			case 0:
				p = append(p, Step{Kind: StepElement})
			case 1:
				p = append(p, Step{Kind: StepKind(2 + r.IntN(2))})
			default:
				p = append(p, Step{Name: jsonNames[r.IntN(len(jsonNames))]})
			}
		}
		chosen[p.String()] = p
	}
	var out []Path
	for _, p := range chosen {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Path) int { return strings.Compare(a.String(), b.String()) })
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func TestRowsOfJSONAreWhatTreesHave(t *testing.T) {
	t.Logf("seed %d", *seed)
	d := serde.NewRecordDecoder(nil, serde.Limits{})
	for i := range *records {
		r := rand.New(rand.NewPCG(*seed, uint64(i)))
		var b strings.Builder
		jsonOf(r, &b, 5)
		tree := treeOf(d, formJSON, []byte(b.String()))
		has := map[string]Path{}
		pathsOf(tree.Open(sealed.Take()), nil, has)
		p, err := JSON(somePaths(r, has), serde.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var row Row
		for range 2 {
			compare(t, p, &row, tree, []byte(b.String()))
		}
		for range 4 {
			m := mutated(r, []byte(b.String()))
			compare(t, p, &row, treeOf(d, formJSON, m), m)
		}
	}
}

func TestLimitsOfJSONAreThoseOfTrees(t *testing.T) {
	d := serde.NewRecordDecoder(nil, serde.Limits{Nodes: 40, Depth: 5})
	p, err := JSON([]Path{Members("a")}, serde.Limits{Nodes: 40, Depth: 5})
	if err != nil {
		t.Fatal(err)
	}
	var row Row
	for n := range 50 {
		for _, text := range []string{
			"[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]",
			`{"x":` + strings.Repeat("[", n%8) + strings.Repeat("]", n%8) + "}", `{"a":` + strings.Repeat(`{"a":`, n%8) + "1" + strings.Repeat("}", n%8) + "}",
		} {
			compare(t, p, &row, treeOf(d, formJSON, []byte(text)), []byte(text))
		}
	}
}

func FuzzJSON(f *testing.F) {
	for i := range 40 {
		var b strings.Builder
		jsonOf(rand.New(rand.NewPCG(7, uint64(i))), &b, 4)
		f.Add([]byte(b.String()))
	}
	d := serde.NewRecordDecoder(nil, serde.Limits{})
	var paths []Path
	for _, text := range []string{"id", "a", "a.b", `"a.b"`, "items", "items[].sku", "items[].a[].b", "a.a.a", "[]", "[].id", ""} {
		p, err := ParsePath(text)
		if err != nil {
			f.Fatal(err)
		}
		paths = append(paths, p)
	}
	p, err := JSON(paths, serde.Limits{})
	if err != nil {
		f.Fatal(err)
	}
	var row Row
	f.Fuzz(func(t *testing.T, b []byte) { compare(t, p, &row, treeOf(d, formJSON, b), b) })
}
