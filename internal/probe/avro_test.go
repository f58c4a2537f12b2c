package probe

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/serde"
)

// avroShape is a generated schema with who writes values of it.
type avroShape struct {
	schema any
	write  func(r *rand.Rand, b []byte, depth int) []byte
}

// avroMaker makes schemas; names of types are used once.
type avroMaker struct {
	*rand.Rand
	named int
	open  []avroShape // records that are being made, by which a schema contains itself
}

func long(b []byte, v int64) []byte { return binary.AppendVarint(b, v) }

var avroLogical = map[string][]string{"int": {"", "date", "time-millis"}, "bytes": {"", "decimal", "uuid", "duration"}, "string": {"", "uuid"},
	"long": {"", "time-micros", "timestamp-millis", "timestamp-micros", "timestamp-nanos", "local-timestamp-millis", "local-timestamp-micros", "local-timestamp-nanos"}}

func (m *avroMaker) scalar() avroShape {
	kind := []string{"null", "boolean", "int", "long", "float", "double", "string", "bytes", "fixed", "enum"}[m.IntN(10)]
	s := map[string]any{"type": kind, "scale": m.IntN(8)}
	if of := avroLogical[kind]; of != nil {
		if logical := of[m.IntN(len(of))]; logical != "" {
			s["logicalType"] = logical
		}
	}
	switch kind {
	case "fixed":
		m.named++
		size := []int{0, 4, 12, 16}[m.IntN(4)]
		s["name"], s["size"] = fmt.Sprintf("F%d", m.named), size
		if logical := []string{"", "decimal", "duration", "uuid"}[m.IntN(4)]; logical != "" {
			s["logicalType"] = logical
		}
		return avroShape{s, func(r *rand.Rand, b []byte, _ int) []byte {
			for range size {
				b = append(b, byte(r.IntN(256)))
			}
			return b
		}}
	case "enum":
		m.named++
		s["name"], s["symbols"] = fmt.Sprintf("E%d", m.named), []string{"RED", "GREEN", "BLUE"}
	}
	return avroShape{s, func(r *rand.Rand, b []byte, _ int) []byte {
		switch kind {
		case "boolean":
			return append(b, byte(r.IntN(2)))
		case "int":
			return long(b, int64(int32(r.Uint32()>>r.IntN(32))))
		case "long":
			return long(b, int64(r.Uint64()>>r.IntN(64)))
		case "float":
			return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(r.NormFloat64())))
		case "double":
			return binary.LittleEndian.AppendUint64(b, math.Float64bits(r.NormFloat64()))
		case "string":
			text := []string{"", "x", "some text", "\u00e9\u20ac", "\xff", "89791762-2336-4186-9674-299b90a802e2"}[r.IntN(6)]
			return append(long(b, int64(len(text))), text...)
		case "bytes":
			n := []int{0, 1, 3, 12, 16, 1100}[r.IntN(6)]
			b = long(b, int64(n))
			for range n {
				b = append(b, byte(r.IntN(256)))
			}
			return b
		case "enum":
			return long(b, int64(r.IntN(3+r.IntN(10)/9)))
		}
		return b
	}}
}

func (m *avroMaker) shape(depth int) avroShape {
	if depth <= 0 {
		return m.scalar()
	}
	switch m.IntN(9) {
	case 0, 1, 2:
		return m.record(depth)
	case 3, 4:
		kind, of := "array", "items"
		isMap := m.IntN(2) == 0
		if isMap {
			kind, of = "map", "values"
		}
		item := m.shape(depth - 1)
		return avroShape{map[string]any{"type": kind, of: item.schema}, func(r *rand.Rand, b []byte, depth int) []byte {
			for range r.IntN(3) {
				if depth < 0 {
					break
				}
				var block []byte
				n := 1 + r.IntN(3)
				for range n {
					if isMap {
						key := jsonNames[r.IntN(len(jsonNames))]
						block = append(long(block, int64(len(key))), key...)
					}
					block = item.write(r, block, depth-1)
				}
				if r.IntN(2) == 0 {
					b = long(b, int64(n))
				} else {
					b = long(long(b, -int64(n)), int64(len(block)))
				}
				b = append(b, block...)
			}
			return long(b, 0)
		}}
	case 5, 6:
		union := []avroShape{{"null", func(_ *rand.Rand, b []byte, _ int) []byte { return b }}}
		if len(m.open) > 0 && m.IntN(2) == 0 {
			union = append(union, m.open[m.IntN(len(m.open))])
		}
		for range 1 + m.IntN(3) {
			union = append(union, m.shape(depth-1))
		}
		var schemas []any
		for i := range union {
			if list, is := union[i].schema.([]any); is { // a union in a union is not legal
				union[i] = avroShape{map[string]any{"type": "array", "items": list}, func(_ *rand.Rand, b []byte, _ int) []byte { return long(b, 0) }}
			}
			schemas = append(schemas, union[i].schema)
		}
		return avroShape{schemas, func(r *rand.Rand, b []byte, depth int) []byte {
			i := r.IntN(len(union))
			if depth < 0 {
				i = 0
			}
			return union[i].write(r, long(b, int64(i)), depth-1)
		}}
	}
	return m.scalar()
}

func (m *avroMaker) record(depth int) avroShape {
	m.named++
	name := fmt.Sprintf("R%d", m.named)
	var fields []avroShape
	self := avroShape{name, func(r *rand.Rand, b []byte, depth int) []byte {
		for _, f := range fields {
			b = f.write(r, b, depth-1)
		}
		return b
	}}
	m.open = append(m.open, self)
	var schemas []any
	used := map[string]bool{}
	for range 1 + m.IntN(7) {
		field := jsonNames[m.IntN(len(jsonNames))]
		if used[field] {
			continue
		}
		used[field] = true
		f := m.shape(depth - 1)
		fields = append(fields, f)
		schemas = append(schemas, map[string]any{"name": field, "type": f.schema})
	}
	m.open = m.open[:len(m.open)-1]
	return avroShape{map[string]any{"type": "record", "name": name, "fields": schemas}, self.write}
}

func avroProgram(t testing.TB, text string, paths []Path, l serde.Limits) *Program {
	t.Helper()
	s, err := serde.CompileSchema(event.SchemaText{Language: event.LanguageAvro, Text: text})
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	of, ok := s.Avro()
	if !ok {
		t.Fatal("no Avro")
	}
	p, err := Avro(of, paths, l)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRowsOfAvroAreWhatTreesHave(t *testing.T) {
	t.Logf("seed %d", *seed)
	for i := range *records / 10 {
		r := rand.New(rand.NewPCG(*seed, uint64(i)))
		shape := (&avroMaker{Rand: r}).record(4)
		text, err := json.Marshal(shape.schema)
		if err != nil {
			t.Fatal(err)
		}
		limits := serde.Limits{}
		if r.IntN(4) == 0 {
			limits = serde.Limits{Nodes: 30, Depth: 6}
		}
		d := serde.NewRecordDecoder(registry{event.LanguageAvro, string(text)}, limits)
		var row Row
		for range 8 {
			b := shape.write(r, nil, 12)
			tree := treeOf(d, formAvro, b)
			has := map[string]Path{}
			pathsOf(tree.Open(sealed.Take()), nil, has)
			p := avroProgram(t, string(text), somePaths(r, has), limits)
			bare := avroProgram(t, string(text), nil, limits)
			for range 2 {
				compare(t, p, &row, tree, b)
			}
			compare(t, bare, &row, tree, b)
			for range 4 {
				m := mutated(r, b)
				tree := treeOf(d, formAvro, m)
				compare(t, p, &row, tree, m)
				compare(t, bare, &row, tree, m)
			}
		}
	}
}

func TestSchemasThatContainThemselves(t *testing.T) {
	const list = `{"type":"record","name":"Node","fields":[{"name":"v","type":"long"},{"name":"more","type":{"type":"array","items":"Node"}},{"name":"next","type":["null","Node"]}]}`
	d := serde.NewRecordDecoder(registry{event.LanguageAvro, list}, serde.Limits{})
	var row Row
	for n := range 120 {
		b := append([]byte(strings.Repeat("\x02\x00\x02", n)), "\x02\x00\x00"...)
		p := avroProgram(t, list, []Path{Members("v"), Members("next", "next", "v"), {{Name: "more"}, {Kind: StepElement}, {Name: "v"}}}, serde.Limits{})
		compare(t, p, &row, treeOf(d, formAvro, b), b)
		b = append([]byte(strings.Repeat("\x02\x02", n)), "\x02\x00\x00"...)
		b = append(b, strings.Repeat("\x00\x00", n)...)
		compare(t, p, &row, treeOf(d, formAvro, b), b)
	}
}

func FuzzAvro(f *testing.F) {
	const schema = `{"type":"record","name":"All","fields":[{"name":"b","type":"boolean"},{"name":"i","type":"int"},{"name":"s","type":"string"},
	 {"name":"x","type":{"type":"fixed","name":"F","size":12,"logicalType":"duration"}},{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},
	 {"name":"items","type":{"type":"array","items":{"type":"record","name":"I","fields":[{"name":"sku","type":"string"},{"name":"d","type":{"type":"bytes","logicalType":"decimal","scale":2}}]}}},
	 {"name":"m","type":{"type":"map","values":["null","double","All"]}},{"name":"n","type":["null","All",{"type":"long","logicalType":"timestamp-millis"}]}]}`
	f.Add([]byte("\x01\x02\x02x0123456789ab\x02\x02\x02a\x02\x05\x00\x02\x02k\x00\x00\x00"))
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x04\x02"))
	d := serde.NewRecordDecoder(registry{event.LanguageAvro, schema}, serde.Limits{Nodes: 500})
	var paths []Path
	for _, text := range []string{"b", "i", "s", "x", "e", "items[].sku", "items[].d", "m{}", "m{key}", "m{}.items[].sku", "n", "n.i", "n.n.s"} {
		p, err := ParsePath(text)
		if err != nil {
			f.Fatal(err)
		}
		paths = append(paths, p)
	}
	p, bare := avroProgram(f, schema, paths, serde.Limits{Nodes: 500}), avroProgram(f, schema, nil, serde.Limits{Nodes: 500})
	var row Row
	f.Fuzz(func(t *testing.T, b []byte) {
		tree := treeOf(d, formAvro, b)
		compare(t, p, &row, tree, b)
		compare(t, bare, &row, tree, b)
	})
}
