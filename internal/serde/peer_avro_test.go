package serde

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	peeravro "github.com/hamba/avro/v2"

	"github.com/sightglass/sightglass/internal/event"
)

const everyAvro = `{"type":"record","name":"All","namespace":"t","fields":[
 {"name":"b","type":"boolean"},{"name":"i","type":"int"},{"name":"l","type":"long"},{"name":"f","type":"float"},{"name":"d","type":"double"},
 {"name":"s","type":"string"},{"name":"y","type":"bytes"},{"name":"x","type":{"type":"fixed","name":"F4","size":4}},
 {"name":"e","type":{"type":"enum","name":"E","symbols":["A","B","C"]}},
 {"name":"u","type":["null","string","long",{"type":"array","items":"int"}]},{"name":"a","type":{"type":"array","items":"string"}},
 {"name":"m","type":{"type":"map","values":["null","double"]}},{"name":"n","type":["null","All"]},
 {"name":"day","type":{"type":"int","logicalType":"date"}},{"name":"ms","type":{"type":"long","logicalType":"timestamp-millis"}},
 {"name":"us","type":{"type":"long","logicalType":"timestamp-micros"}},{"name":"tod","type":{"type":"int","logicalType":"time-millis"}},
 {"name":"dec","type":{"type":"bytes","logicalType":"decimal","precision":20,"scale":4}},
 {"name":"id","type":{"type":"string","logicalType":"uuid"}},{"name":"o","type":"Dep"},{"name":"k","type":"E"}]}`

const depAvro = `{"type":"record","name":"Dep","namespace":"t","aliases":["Old"],"fields":[{"name":"v","type":"long"},{"name":"w","type":["null","Dep"]}]}`

// avroRandom makes the values of everyAvro as the peer takes them.
func avroRandom(r *values, depth int) map[string]any {
	v := map[string]any{
		"b": r.IntN(2) == 0, "i": int(int32(r.Uint32() >> r.IntN(32))), "l": int64(r.Uint64() >> r.IntN(64)), "f": float32(r.NormFloat64()), "d": r.NormFloat64(),
		"s": r.text(), "y": []byte(r.text()), "x": [4]byte{1, byte(r.IntN(256)), 3, 4}, "e": []string{"A", "B", "C"}[r.IntN(3)], "k": "B",
		"a": []string{}, "m": map[string]any{}, "n": nil,
		"day": time.Unix(int64(r.IntN(40000)-10000)*secondsPerDay, 0).UTC(), "ms": time.UnixMilli(int64(r.Uint32())*1000 - int64(r.IntN(1e9))).UTC(),
		"us": time.UnixMicro(int64(r.Uint64() >> 14)).UTC(), "tod": time.Duration(r.IntN(millisPerDay)) * time.Millisecond,
		"dec": big.NewRat(int64(r.Uint64())>>r.IntN(40), 10000), "id": uuidText([]byte(guidBytes)),
		"o": map[string]any{"v": int64(r.IntN(100)), "w": map[string]any{"t.Dep": map[string]any{"v": int64(-1), "w": nil}}},
	}
	for range r.IntN(6) {
		v["a"] = append(v["a"].([]string), r.text())
		v["m"].(map[string]any)[r.text()] = []any{nil, r.NormFloat64()}[r.IntN(2)]
	}
	switch r.IntN(4) {
	case 0:
		v["u"] = nil
	case 1:
		v["u"] = r.text()
	case 2:
		v["u"] = int64(r.Uint32())
	case 3:
		v["u"] = map[string]any{"array": []any{1, -2}}
	}
	if depth > 0 {
		v["n"] = map[string]any{"t.All": avroRandom(r, depth-1)}
	}
	return v
}

func avroDiffers(n *event.Node, v any, name string) string {
	bad := func() string { return fmt.Sprintf("%s: %q in place of %v", name, n.Value.Text(), v) }
	switch v := v.(type) {
	case map[string]any:
		if n.Kind == event.NodeMap {
			for i := range n.Items {
				key := n.Items[i].Items[0].Value.Raw()
				if why := avroDiffers(&n.Items[i].Items[1], v[key], name); why != "" {
					return why
				}
			}
			if len(n.Items) != len(v) {
				return name + ": another number of entries"
			}
			return ""
		}
		for i := range n.Items {
			want := v[n.Items[i].Name]
			if m, ok := want.(map[string]any); ok && len(m) == 1 {
				for branch, inner := range m {
					if strings.HasPrefix(branch, "t.") || branch == "array" {
						want = inner
					}
				}
			}
			if why := avroDiffers(&n.Items[i], want, n.Items[i].Name); why != "" {
				return why
			}
		}
		if n.Kind != event.NodeObject || len(n.Items) != len(v) {
			return name + ": another number of fields"
		}
		return ""
	case []string:
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		return differs(n, list)
	case []any:
		return differs(n, []any{int64(v[0].(int)), int64(v[1].(int))})
	case int:
		return differs(n, int64(v))
	case [4]byte:
		return differs(n, v[:])
	case string:
		if n.Value.Kind() == event.ValueEnum && n.Value.Raw() == v {
			return ""
		}
		return differs(n, v)
	case *big.Rat:
		if n.Value.Kind() != event.ValueDecimal || n.Value.Raw() != v.FloatString(4) {
			return bad()
		}
		return ""
	case time.Duration:
		second, nano := int64(v/time.Second), int64(v%time.Second)
		if n.Value.Raw() != string(appendSecondOfDay(nil, second, nano)) {
			return bad()
		}
		return ""
	case time.Time:
		if name == "day" {
			if n.Value.Raw() != v.Format(time.DateOnly) {
				return bad()
			}
			return ""
		}
		return differs(n, v)
	}
	return differs(n, v)
}

func TestAvroMeansWhatItsPeerWrote(t *testing.T) {
	cache := &peeravro.SchemaCache{}
	if _, err := peeravro.ParseWithCache(depAvro, "", cache); err != nil {
		t.Fatal(err)
	}
	peer, err := peeravro.ParseWithCache(everyAvro, "", cache)
	if err != nil {
		t.Fatal(err)
	}
	s, err := CompileSchema(event.SchemaText{Language: event.LanguageAvro, Text: everyAvro, References: []event.SchemaReference{{Name: "t.Dep", Text: depAvro}}})
	if err != nil {
		t.Fatal(err)
	}
	r := &values{Rand: rand.New(rand.NewPCG(*peerSeed, 4))}
	d := NewRecordDecoder(nil, Limits{})
	for i := range peerValues {
		v := avroRandom(r, r.IntN(3))
		b, err := peeravro.Marshal(peer, v)
		if err != nil {
			t.Fatal(err)
		}
		got := bare(d, b, s)
		if why := got.Tree.Info().Reason; why != "" {
			t.Fatalf("value %d of seed %d: %s", i, *peerSeed, why)
		}
		if why := avroDiffers(open(got.Tree), v, "t.All"); why != "" {
			t.Fatalf("value %d of seed %d: %s", i, *peerSeed, why)
		}
		tight(t, b, open(got.Tree))
	}
}
