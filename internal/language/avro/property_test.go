package avro

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	peeravro "github.com/hamba/avro/v2"

	"github.com/sightglass/sightglass/internal/language"
)

// randomSchemas is how many schemas the properties are tried on.
const randomSchemas = 3000

// valid makes a random schema that parses.
func (s *schemas) valid() (*jsonValue, *schema) {
	for {
		v := s.schema()
		if got, err := New().parse(string(writeJSON(nil, v)), nil); err == nil {
			return v, got
		}
	}
}

// pair makes a schema and a relative of it.
func (s *schemas) pair() (reader, writer *schema) {
	for {
		v, w := s.valid()
		if r, err := New().parse(string(writeJSON(nil, s.relative(v))), nil); err == nil {
			return r, w
		}
	}
}

func differences(t *testing.T, r, w language.Schema, rules language.Rules) []language.Difference {
	t.Helper()
	out, err := New().Compare(r, w, rules)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// An alias that repeats the name of its field makes Java refuse a schema as the reader of itself.
func repeatsItself(list []language.Difference) bool {
	return len(list) == 1 && list[0].Kind == ambiguousAlias
}

func TestASchemaReadsItself(t *testing.T) {
	s := newSchemas(11)
	s.tame = true
	same := 0
	for range randomSchemas {
		_, one := s.valid()
		for _, again := range []string{one.text, one.canonical, one.Normal()} {
			other, err := New().parse(again, nil)
			if err != nil {
				t.Fatalf("%s: %v", again, err)
			}
			if other.Normal() != one.Normal() {
				t.Fatalf("%s\nnormal: %s\nagain:  %s", again, one.Normal(), other.Normal())
			}
			list := differences(t, other, one, language.Rules{Profile: language.Strict})
			if repeatsItself(list) {
				continue
			}
			if language.Breaking(list) || other.canonical == one.canonical && len(list) > 0 {
				t.Fatalf("%s\nand itself, as %s: %+v", one.text, again, list)
			}
			same++
		}
	}
	if same < randomSchemas {
		t.Errorf("only %d comparisons", same)
	}
}

func TestCanonicalIsCanonical(t *testing.T) {
	s := newSchemas(12)
	s.tame = true
	for range randomSchemas {
		_, one := s.valid()
		again, err := New().parse(one.canonical, nil)
		if err != nil {
			t.Fatalf("%s: %v", one.canonical, err)
		}
		if again.canonical != one.canonical {
			t.Fatalf("%s\nbecomes %s", one.canonical, again.canonical)
		}
	}
}

// What differs is told: two schemas without a difference are one after normalisation.
func TestNoDifferenceIsLost(t *testing.T) {
	s := newSchemas(13)
	equal := 0
	for range randomSchemas {
		r, w := s.pair()
		list := differences(t, r, w, language.Rules{})
		if len(list) > 0 {
			continue
		}
		equal++
		if r.Normal() != w.Normal() {
			t.Fatalf("no difference between\n%s\n%s", r.Normal(), w.Normal())
		}
	}
	if equal == 0 {
		t.Error("no pair is equal: nothing was tried")
	}
}

// Differences are those of Avro first, in the same order each time; the profile Strict only adds to what breaks.
func TestDifferencesAreOrdered(t *testing.T) {
	s := newSchemas(14)
	for range randomSchemas {
		r, w := s.pair()
		list := differences(t, r, w, language.Rules{})
		if !slices.Equal(list, differences(t, parsed(t, r.text), parsed(t, w.text), language.Rules{})) {
			t.Fatalf("another order: %+v", list)
		}
		if !slices.IsSortedFunc(list, func(a, b language.Difference) int {
			if a.Breaking == b.Breaking {
				return 0
			} else if a.Breaking {
				return -1
			}
			return 1
		}) {
			t.Fatalf("not sorted: %+v", list)
		}
		verdict, err := judged(r.root, w.root)
		if err != nil {
			t.Fatal(err)
		}
		if language.Breaking(list) != (len(verdict) > 0) {
			t.Fatalf("%s\n%s\nAvro: %d incompatibilities, told: %+v", r.text, w.text, len(verdict), list)
		}
		strict := differences(t, r, w, language.Rules{Profile: language.Strict})
		if len(strict) != len(list) || language.Breaking(list) && !language.Breaking(strict) {
			t.Fatalf("strict tells %+v in place of %+v", strict, list)
		}
		for _, d := range list {
			if d.Message == "" || d.Pointer == "" {
				t.Fatalf("%+v", d)
			}
		}
	}
}

// binaryOf writes a random value of a type in Avro's encoding.
func binaryOf(r *rand.Rand, b []byte, n *node, depth int) []byte {
	size := func() int {
		if depth <= 0 {
			return 0
		}
		return r.IntN(3)
	}
	switch n.kind {
	case kindBoolean:
		return append(b, byte(r.IntN(2)))
	case kindInt:
		return binary.AppendVarint(b, int64(int32(r.Uint32())))
	case kindLong:
		return binary.AppendVarint(b, int64(r.Uint64()))
	case kindFloat:
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(r.NormFloat64())))
	case kindDouble:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(r.NormFloat64()))
	case kindBytes, kindString:
		text := "some text"[:r.IntN(10)]
		return append(binary.AppendVarint(b, int64(len(text))), text...)
	case kindFixed:
		return append(b, make([]byte, n.size)...)
	case kindEnum:
		return binary.AppendVarint(b, int64(r.IntN(len(n.symbols))))
	case kindArray, kindMap:
		if items := size(); items > 0 {
			b = binary.AppendVarint(b, int64(items))
			for i := range items {
				if n.kind == kindMap {
					b = append(binary.AppendVarint(b, 1), byte('a'+i))
				}
				b = binaryOf(r, b, n.items, depth-1)
			}
		}
		return append(b, 0)
	case kindUnion:
		i := r.IntN(len(n.branches))
		return binaryOf(r, binary.AppendVarint(b, int64(i)), n.branches[i], depth-1)
	case kindRecord:
		for _, f := range n.fields {
			b = binaryOf(r, b, f.typ, depth-1)
		}
	}
	return b
}

// finite says that the type has values: those of a union or an enum without anything have none.
func finite(n *node) bool {
	switch n.kind {
	case kindUnion:
		return len(n.branches) > 0 && !slices.ContainsFunc(n.branches, func(b *node) bool { return !finite(b) })
	case kindEnum:
		return len(n.symbols) > 0
	case kindArray, kindMap:
		return finite(n.items)
	}
	return !slices.ContainsFunc(n.fields, func(f *field) bool { return !finite(f.typ) })
}

// peerCannot says what the peer does not read: a null outside of unions, types that contain themselves, defaults of unions.
func peerCannot(n *node, within map[*node]bool) bool {
	if within[n] || n.kind == kindNull {
		return true
	}
	within[n] = true
	defer delete(within, n)
	for _, f := range n.fields {
		if peerCannot(f.typ, within) || f.preset != nil && f.typ.kind == kindUnion {
			return true
		}
	}
	for _, b := range n.branches {
		if b.kind != kindNull && peerCannot(b, within) {
			return true
		}
	}
	return n.items != nil && peerCannot(n.items, within)
}

// TestCompatibleMeansReadable reads what compatible writers write with another implementation.
func TestCompatibleMeansReadable(t *testing.T) {
	s := newSchemas(15)
	s.tame = true
	const pairs, values = 400, 25
	resolved, refused := 0, 0
	for resolved < pairs {
		r, w := s.pair()
		if peerCannot(r.root, map[*node]bool{}) || peerCannot(w.root, map[*node]bool{}) || !finite(w.root) ||
			language.Breaking(differences(t, r, w, language.Rules{})) {
			continue
		}
		reader, err := peeravro.ParseWithCache(r.canonical, "", &peeravro.SchemaCache{})
		if err != nil {
			continue // of its own opinion on defaults
		}
		writer, err := peeravro.ParseWithCache(w.canonical, "", &peeravro.SchemaCache{})
		if err != nil {
			continue
		}
		both, err := peeravro.NewSchemaCompatibility().Resolve(reader, writer)
		if err != nil {
			refused++
			continue
		}
		resolved++
		for range values {
			b := binaryOf(s.Rand, nil, w.root, 4)
			var v any
			if err := peeravro.Unmarshal(both, b, &v); err != nil {
				t.Errorf("%v\nreader %s\nwriter %s", err, r.canonical, w.canonical)
				break
			}
		}
	}
	if refused > pairs/20 {
		t.Errorf("the peer refused %d pairs", refused)
	}
}
