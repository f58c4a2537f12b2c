package access

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// keyVector is a line of spec/vectors/keygroups.
type keyVector struct {
	Shape  string         `json:"shape"`
	Text   string         `json:"text"`
	Int    int32          `json:"int"`
	Long   int64          `json:"long,string"`
	Hash   int32          `json:"hash"`
	Groups map[string]int `json:"groups"`
	Sum    string         `json:"sum"`
	Keys   int            `json:"keys"`
	CRC32  uint32         `json:"crc32"`
}

func keyVectors(t testing.TB) []keyVector {
	t.Helper()
	raw, err := os.ReadFile("../../spec/vectors/keygroups/flink.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var all []keyVector
	lines := bufio.NewScanner(bytes.NewReader(raw))
	for lines.Scan() {
		v := keyVector{Long: 0}
		if bytes.Contains(lines.Bytes(), []byte(`"sum"`)) {
			var sum struct {
				Sum   string
				Keys  int
				CRC32 uint32
			}
			err = json.Unmarshal(lines.Bytes(), &sum)
			v.Sum, v.Keys, v.CRC32 = sum.Sum, sum.Keys, sum.CRC32
		} else {
			err = json.Unmarshal(lines.Bytes(), &v)
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// binaryRow writes a row of a long and a text as Flink's BinaryRowWriter does: eight bytes of kind and nulls, eight for each field; a text of
// seven bytes and less lies in its field, its length with a bit in the last byte, a longer one behind the fields, filled to eight bytes.
func binaryRow(long int64, text string) []byte {
	row := make([]byte, 24)
	binary.LittleEndian.PutUint64(row[8:], uint64(long))
	if len(text) <= 7 {
		copy(row[16:], text)
		row[23] = 0x80 | byte(len(text))
		return row
	}
	binary.LittleEndian.PutUint64(row[16:], 24<<32|uint64(len(text)))
	row = append(row, text...)
	for len(row)%8 != 0 {
		row = append(row, 0)
	}
	return row
}

func (v *keyVector) key() KeyShape {
	text, long, number := KeyField{Hash: HashString(v.Text)}, KeyField{Hash: HashLong(v.Long)}, KeyField{Hash: v.Int}
	switch v.Shape {
	case "tuple1":
		return TupleKey([]KeyField{text}, 0)
	case "tuple2":
		return TupleKey([]KeyField{text, long}, 0)
	case "tuple3":
		return TupleKey([]KeyField{long, text, number}, 1)
	case "row":
		return RowKey(0, []KeyField{text, long}, 0)
	case "row-delete":
		return RowKey(3, []KeyField{long, text, number}, 1)
	case "row-null":
		return RowKey(0, []KeyField{{Null: true}, text}, 1)
	case "binary-row":
		return BinaryRowKey(func(text string) []byte { return binaryRow(v.Long, text) })
	}
	return KeyShape{}
}

func TestKeyGroupsAreFlinks(t *testing.T) {
	sums := 0
	for _, v := range keyVectors(t) {
		if v.Sum != "" {
			sums++
			continue
		}
		var hash int32
		switch shape := v.key(); v.Shape {
		case "int":
			hash = HashInt(v.Int)
		case "long":
			hash = HashLong(v.Long)
		default:
			hash = shape.ofText(v.Text)
		}
		if hash != v.Hash {
			t.Fatalf("%s of %q, %d, %d: hash %d, want %d", v.Shape, v.Text, v.Int, v.Long, hash, v.Hash)
		}
		for most, want := range v.Groups {
			n, err := strconv.Atoi(most)
			if err != nil {
				t.Fatal(err)
			}
			if got := KeyGroup(hash, n); got != want {
				t.Errorf("hash %d: key group %d of %d, want %d", hash, got, n, want)
			}
		}
	}
	if sums != 3 {
		t.Errorf("%d checksums", sums)
	}
}

// mix is a step of SplitMix64, as the program that made the vectors has it.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func mixedText(i int) string {
	var b strings.Builder
	x := mix(uint64(i))
	for range x % 25 {
		x = mix(x)
		point := rune(x%95) + 32
		if x>>62 == 0 {
			if point = rune(x % 0x110000); point >= 0xd800 && point < 0xe000 {
				point = 'x'
			}
		}
		b.WriteRune(point)
	}
	return b.String()
}

func TestAMillionKeysOfEachTypeAreWhereFlinkHasThem(t *testing.T) {
	if testing.Short() {
		t.Skip("a million keys")
	}
	for _, v := range keyVectors(t) {
		if v.Sum == "" {
			continue
		}
		sum := crc32.NewIEEE()
		buffer := make([]byte, 0, 14)
		for i := range v.Keys {
			var hash int32
			switch v.Sum {
			case "string":
				hash = HashString(mixedText(i))
			case "int":
				hash = HashInt(int32(mix(uint64(i))))
			case "long":
				hash = HashLong(int64(mix(uint64(i))))
			}
			buffer = buffer[:0]
			for _, most := range []int{1, 2, 7, 128, 1000, 4096, 32768} {
				buffer = binary.BigEndian.AppendUint16(buffer, uint16(KeyGroup(hash, most)))
			}
			sum.Write(buffer)
		}
		if sum.Sum32() != v.CRC32 {
			t.Errorf("%s: checksum %d, want %d", v.Sum, sum.Sum32(), v.CRC32)
		}
	}
}

func exportKeys(t testing.TB) *Keys {
	t.Helper()
	k, err := NewKeys(bytes.Repeat([]byte{9}, 32), "export", 1)
	if err != nil {
		t.Fatal(err)
	}
	return &k
}

// A token keeps the key group in every place: alone, in tuples, rows and binary rows, of several max parallelisms at once.
func TestTokensOfTextsKeepKeyGroups(t *testing.T) {
	texts, err := exportKeys(t).KeyTexts("pii.contact")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, v := range keyVectors(t) {
		if v.Sum != "" || v.Shape == "int" || v.Shape == "long" {
			continue
		}
		places := []KeyPlace{{Operator: "a", MaxParallelism: 128, Parallelism: 4, Key: v.key()}, {Operator: "b", MaxParallelism: 90, Parallelism: 3}}
		got, err := texts.Of(v.Text, places...)
		if err != nil || got.SubtaskOnly {
			t.Fatalf("%s: %+v, %v", v.Shape, got, err)
		}
		for _, p := range places {
			if was, is := KeyGroup(p.Key.ofText(v.Text), p.MaxParallelism), KeyGroup(p.Key.ofText(got.Text), p.MaxParallelism); was != is {
				t.Errorf("%s: key group %d in %s became %d", v.Shape, was, p.Operator, is)
			}
		}
		if other, twice := seen[got.Text]; twice && other != v.Text {
			t.Errorf("two texts have the token %s", got.Text)
		}
		seen[got.Text] = v.Text
		if again, err := texts.Of(v.Text, places...); err != nil || again != got {
			t.Errorf("%+v, then %+v, %v", got, again, err)
		}
		if len(got.Text) != len("contact_")+tokenChars+counterChars {
			t.Errorf("a token of %d characters", len(got.Text))
		}
	}
}

func TestTokensFallBackToSubtasksThenGiveUp(t *testing.T) {
	texts, err := exportKeys(t).KeyTexts("c")
	if err != nil {
		t.Fatal(err)
	}
	// Key groups of coprime numbers: 32768 · 32749 of them together are more than there are counters.
	places := []KeyPlace{{Operator: "a", MaxParallelism: 32768, Parallelism: 2}, {Operator: "b", MaxParallelism: 32749, Parallelism: 3}}
	got, err := texts.Of("ann", places...)
	if err != nil || !got.SubtaskOnly {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, p := range places {
		was := SubtaskOf(KeyGroup(HashString("ann"), p.MaxParallelism), p.MaxParallelism, p.Parallelism)
		if is := SubtaskOf(KeyGroup(HashString(got.Text), p.MaxParallelism), p.MaxParallelism, p.Parallelism); is != was {
			t.Errorf("subtask %d of %s became %d", was, p.Operator, is)
		}
	}
	places[0].Parallelism, places[1].Parallelism = 32768, 32749
	if _, err := texts.Of("ann", places...); !errors.Is(err, ErrViewOnly) || !strings.Contains(err.Error(), "a, b") || strings.Contains(err.Error(), "ann") {
		t.Errorf("%v", err)
	}
	if _, err := texts.Of("ann", KeyPlace{MaxParallelism: 0}); err == nil {
		t.Error("a max parallelism of 0")
	}
	if _, err := texts.Of("ann", KeyPlace{MaxParallelism: 1, Parallelism: 1, Key: BinaryRowKey(func(string) []byte { return make([]byte, 8) })}); err == nil {
		t.Error("a row without its text")
	}
}

func TestNumbersKeepKeyGroupsAndNeverMeet(t *testing.T) {
	places := []KeyPlace{{Operator: "a", MaxParallelism: 128, Parallelism: 4}, {Operator: "b", MaxParallelism: 7, Parallelism: 2}}
	ints, err := exportKeys(t).KeyInts("id", places...)
	if err != nil {
		t.Fatal(err)
	}
	longs, err := exportKeys(t).KeyLongs("id", places...)
	if err != nil {
		t.Fatal(err)
	}
	seenInt, seenLong := map[int32]int32{}, map[int64]int64{}
	r := rand.New(rand.NewPCG(1, 2))
	moved := 0
	for i := range int64(300) {
		for _, v := range []int64{i - 150, int64(r.Uint64()), -1 << 63, 1<<63 - 1} {
			got, err := longs.Long(v)
			if err != nil {
				t.Fatal(err)
			}
			if was, twice := seenLong[got]; twice && was != v {
				t.Fatal("two longs became one")
			}
			seenLong[got] = v
			small, err := ints.Int(int32(v))
			if err != nil {
				t.Fatal(err)
			}
			if was, twice := seenInt[small]; twice && was != int32(v) {
				t.Fatal("two ints became one")
			}
			seenInt[small] = int32(v)
			for _, p := range places {
				if KeyGroup(HashLong(v), p.MaxParallelism) != KeyGroup(HashLong(got), p.MaxParallelism) || KeyGroup(HashInt(int32(v)), p.MaxParallelism) != KeyGroup(HashInt(small), p.MaxParallelism) {
					t.Fatalf("a key group changed in %s", p.Operator)
				}
			}
			if (v < 0) != (got < 0) || (int32(v) < 0) != (small < 0) {
				t.Fatal("a sign changed")
			}
			if got != v {
				moved++
			}
		}
	}
	if moved < 1190 {
		t.Errorf("only %d of 1200 are others", moved)
	}
	for name, bad := range map[string][]KeyPlace{
		"part of a key": {{Operator: "join", MaxParallelism: 128, Parallelism: 1, Key: TupleKey(make([]KeyField, 2), 0)}},
		"too many":      {{Operator: "join", MaxParallelism: 32768, Parallelism: 32768}, {MaxParallelism: 128, Parallelism: 100}},
	} {
		if _, err := exportKeys(t).KeyInts("id", bad...); !errors.Is(err, ErrViewOnly) || !strings.Contains(err.Error(), "join") {
			t.Errorf("%s: %v", name, err)
		}
	}
	wide, err := exportKeys(t).KeyInts("id", KeyPlace{MaxParallelism: 32768, Parallelism: 8}, KeyPlace{MaxParallelism: 4096, Parallelism: 8})
	if err != nil || !wide.SubtaskOnly() {
		t.Errorf("%v", err)
	}
	if _, err := new(Keys).KeyInts("id"); err == nil {
		t.Error("numbers without a key")
	}
}

func TestFewKeysLeakTheirGroups(t *testing.T) {
	places := []KeyPlace{{MaxParallelism: 128, Parallelism: 4}, {MaxParallelism: 128, Parallelism: 8}, {MaxParallelism: 16, Parallelism: 1}}
	if bits, err := KeyGroupLeak(1280, false, places...); err != nil || bits != 11 {
		t.Errorf("%v bits, %v", bits, err)
	}
	if _, err := KeyGroupLeak(1279, false, places...); !errors.Is(err, ErrKeyGroupLeak) {
		t.Errorf("%v", err)
	}
	if _, err := KeyGroupLeak(3, true, places...); err != nil {
		t.Errorf("accepted: %v", err)
	}
}

func BenchmarkKeyText(b *testing.B) {
	texts, err := exportKeys(b).KeyTexts("pii.contact")
	if err != nil {
		b.Fatal(err)
	}
	for _, most := range []int{128, 1024} {
		b.Run("max parallelism "+strconv.Itoa(most), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				if _, err := texts.Of("customer-"+strconv.Itoa(i), KeyPlace{MaxParallelism: most, Parallelism: 4}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkKeyLong(b *testing.B) {
	longs, err := exportKeys(b).KeyLongs("id", KeyPlace{MaxParallelism: 128, Parallelism: 4})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	i := int64(0)
	for b.Loop() {
		i++
		if _, err := longs.Long(i); err != nil {
			b.Fatal(err)
		}
	}
}
