package serde

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

func mustDescriptor(t testing.TB, doc string) *event.Descriptor {
	t.Helper()
	d, err := event.ParseDescriptor([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func decode(t testing.TB, doc string, b []byte, l Limits) event.Tree {
	t.Helper()
	return Compile(mustDescriptor(t, doc), l).Decode(event.NewPayload(b))
}

// Every prefix of every vector decodes to a tree that says that it is not whole.
func TestTruncatedValuesKeepWhatWasRead(t *testing.T) {
	n := 0
	for i, v := range readVectors(t) {
		if i%7 != 0 || strings.HasPrefix(v.Name, "element/") || strings.HasPrefix(v.Name, "avro-") || strings.Contains(string(v.Expect), `"opaque"`) {
			continue
		}
		d := Compile(v.descriptor(t), Limits{})
		b := v.bytes(t)
		for cut := range b {
			tree := d.Decode(event.NewPayload(b[:cut:cut]))
			if tree.Info().Reason == "" {
				t.Fatalf("%s: %d of %d bytes pass for a whole value", v.Name, cut, len(b))
			}
			rangesAreSound(t, v.Name, tree)
			n++
		}
		if tree := d.Decode(event.NewPayload(append(b, 0))); tree.Info().Reason != "1 bytes are left over after the value" {
			t.Errorf("%s: a byte too many is reported as %q", v.Name, tree.Info().Reason)
		}
	}
	t.Logf("%d truncated values", n)
}

func TestWhatStandsBeforeAnUnreadablePartStays(t *testing.T) {
	doc := `{"t":"tuple","fields":[{"name":"a","s":{"t":"int"}},{"name":"b","s":{"t":"pojo","of":"P","fields":[{"name":"x","s":{"t":"string"}},{"name":"k","s":{"t":"kryo","of":"java.util.BitSet"}}]}},
		{"name":"c","s":{"t":"int"}},{"name":"d","s":{"t":"int"}}]}`
	tree := decode(t, doc, []byte("\x00\x00\x00\x07\x02\x00\x03hi\x00KRYO-BYTES"), Limits{})
	root := open(tree)
	if got := show(asExpect(root)); got != `{"obj":[["a",{"i":"7"}],["b",{"obj":[["x","hi"],["k",{"opaque":"java.util.BitSet"}]]}]]}` {
		t.Errorf("decoded %s", got)
	}
	if root.Reason != "2 more fields could not be located" {
		t.Errorf("the reason is %q", root.Reason)
	}
	k := root.Items[1].Items[1]
	if k.Off != 9 || k.Len != 11 || !strings.Contains(k.Reason, "Kryo") {
		t.Errorf("the opaque part is %d+%d: %s", k.Off, k.Len, k.Reason)
	}
}

func TestPojoFlags(t *testing.T) {
	doc := `{"t":"pojo","of":"P","fields":[{"name":"x","s":{"t":"int"}}],"subclasses":[{"class":"Q","tag":3,"s":{"t":"pojo","of":"Q","fields":[]}}]}`
	for name, c := range map[string]struct{ bytes, reason string }{
		"unknown flags":    {"\x10", "POJO flags 16 are not known"},
		"unknown subclass": {"\x04\x00\x01Zrest", "a subclass that the descriptor does not list"},
		"unknown tag":      {"\x08\x07rest", "subclass tag 7 is not in the descriptor"},
		"bad class name":   {"\x04\x00\x01\xffrest", "a class name is not modified UTF-8"},
	} {
		tree := decode(t, doc, []byte(c.bytes), Limits{})
		if open(tree).Kind != event.NodeOpaque || tree.Info().Reason != c.reason {
			t.Errorf("%s: %s, %q", name, open(tree).Kind, tree.Info().Reason)
		}
	}
	if tree := decode(t, doc, []byte("\x04\x00\x01Zrest"), Limits{}); open(tree).Type != "Z" {
		t.Errorf("the subclass is named %q", open(tree).Type)
	}
	if tree := decode(t, doc, []byte("\x08\x03\x02"), Limits{}); open(tree).Type != "Q" || tree.Info().Reason != "" {
		t.Errorf("a registered subclass: %+v", tree.Info())
	}
}

func TestNoDescriptor(t *testing.T) {
	tree := Compile(nil, Limits{}).Decode(event.NewPayload([]byte("abc")))
	if open(tree).Kind != event.NodeOpaque || open(tree).Len != 3 || tree.Info().Reason == "" {
		t.Errorf("%+v", tree.Info())
	}
	tree = decode(t, `{"t":"quantum","class":"x.QuantumSerializer"}`, []byte("abc"), Limits{})
	if !strings.Contains(tree.Info().Reason, "x.QuantumSerializer") {
		t.Errorf("the class is not named: %q", tree.Info().Reason)
	}
}

// allocated is what f allocates, in bytes.
func allocated(f func()) uint64 {
	var a, b runtime.MemStats
	runtime.ReadMemStats(&a)
	f()
	runtime.ReadMemStats(&b)
	return b.TotalAlloc - a.TotalAlloc
}

// Counts that promise more than there is, and bytes that are used again and again, must not cost memory.
func TestMemoryIsBoundedByTheInput(t *testing.T) {
	int32s := func(v ...uint32) []byte {
		var b []byte
		for _, x := range v {
			b = binary.BigEndian.AppendUint32(b, x)
		}
		return b
	}
	// A row of 60,000 columns that all point to the same 1,000,000 bytes.
	const columns, blob = 60_000, 1_000_000
	fixed := (columns + 63 + 8) / 64 * 8
	row := make([]byte, fixed+8*columns+blob)
	for i := range columns {
		binary.LittleEndian.PutUint64(row[fixed+8*i:], uint64(fixed+8*columns)<<32|blob)
	}
	fields := strings.TrimSuffix(strings.Repeat(`{"name":"c","type":{"t":"VARCHAR"}},`, columns), ",")
	for name, c := range map[string]struct {
		doc   string
		bytes []byte
		most  uint64
	}{
		"list of 2^31":         {`{"t":"list","e":{"t":"string"}}`, int32s(0x7fffffff, 0), 1 << 16},
		"list of empty values": {`{"t":"list","e":{"t":"case","fields":[]}}`, int32s(0x7fffffff), 64 << 20},
		"primitive array":      {`{"t":"primarray","e":"long"}`, int32s(0x7fffffff, 0), 1 << 16},
		"bytes":                {`{"t":"primarray","e":"byte"}`, int32s(0x7fffffff, 0), 1 << 16},
		"string":               {`{"t":"string"}`, []byte("\xff\xff\xff\xff\x0fabc"), 1 << 16},
		"number":               {`{"t":"bigdec"}`, int32s(5, 0x01000000, 0x80000001), 1 << 16},
		"scale":                {`{"t":"bigdec"}`, append(append(int32s(5), 9), int32s(0x7fffffff)...), 1 << 16},
		"array of nulls":       {`{"t":"avro","schema":"{\"type\":\"array\",\"items\":\"null\"}"}`, []byte("\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), 64 << 20},
		"aliased text":         {`{"t":"rowdata","fields":[` + fields + `]}`, append(int32s(uint32(len(row))), row...), 64 << 20},
		"nested arrays": {`{"t":"arraydata","type":{"t":"ARRAY","e":{"t":"ARRAY","e":{"t":"ARRAY","e":{"t":"ARRAY","e":{"t":"TINYINT"}}}}}}`,
			selfSimilar(), 64 << 20},
	} {
		d := Compile(mustDescriptor(t, c.doc), Limits{})
		p := event.NewPayload(c.bytes)
		var tree event.Tree
		if got := allocated(func() { tree = d.Decode(p) }); got > c.most {
			t.Errorf("%s: %d bytes allocated for %d bytes of input", name, got, len(c.bytes))
		}
		if name != "scale" && tree.Info().Reason == "" {
			t.Errorf("%s: passes for a whole value", name)
		}
	}
}

// selfSimilar is a binary array whose elements all point back to the array itself.
func selfSimilar() []byte {
	const n = 2000
	a := binary.LittleEndian.AppendUint32(nil, n)
	a = append(a, make([]byte, (n+31)/32*4)...)
	size := len(a) + 8*n
	for range n {
		a = binary.LittleEndian.AppendUint64(a, uint64(0)<<32|uint64(size))
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(size)), a...)
}

func TestRecursiveSchemaIsCut(t *testing.T) {
	schema := `{"type":"record","name":"A","fields":[{"name":"self","type":"A"}]}`
	quoted, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	tree := decode(t, `{"t":"avro","schema":`+string(quoted)+`}`, []byte("x"), Limits{Depth: 10})
	if tree.Info().Reason != "nested deeper than 10 levels" {
		t.Errorf("%+v", tree.Info())
	}
}

// A bad column of a binary row leaves its neighbours readable.
func TestABadColumnStaysAlone(t *testing.T) {
	row := make([]byte, 8+3*8)
	row[0] = 2
	binary.LittleEndian.PutUint64(row[8:], 42)
	binary.LittleEndian.PutUint64(row[16:], 9999<<32|8)
	copy(row[24:], "abc\x00\x00\x00\x00\x83")
	tree := decode(t, `{"t":"rowdata","fields":[{"name":"a","type":{"t":"BIGINT"}},{"name":"b","type":{"t":"VARCHAR"}},{"name":"c","type":{"t":"VARCHAR"}}]}`,
		append(binary.BigEndian.AppendUint32(nil, uint32(len(row))), row...), Limits{})
	root := open(tree)
	if root.Value.Raw() != "+U" || root.Items[0].Value.Int() != 42 || root.Items[1].Kind != event.NodeOpaque || root.Items[2].Value.Raw() != "abc" {
		t.Errorf("decoded %s", show(asExpect(root)))
	}
	if tree.Info().Reason != "its bytes lie outside the row" {
		t.Errorf("the reason is %q", tree.Info().Reason)
	}
}

func TestCutFlinkValue(t *testing.T) {
	p := event.NewCutPayload([]byte("\x00\x00\x00\x02\x03hi\x0ahalf"), 5000)
	tree := Compile(mustDescriptor(t, `{"t":"list","e":{"t":"string"}}`), Limits{}).Decode(p)
	if tree.Info().Reason != "only the first 12 bytes were recorded" || tree.Info().Size != 5000 {
		t.Errorf("%+v", tree.Info())
	}
	if items := open(tree).Items; items[0].Value.Raw() != "hi" {
		t.Errorf("decoded %s", show(asExpect(open(tree))))
	}
}

func TestElements(t *testing.T) {
	d := Compile(mustDescriptor(t, `{"t":"string"}`), Limits{})
	for name, c := range map[string]struct {
		bytes string
		known bool
	}{
		"empty": {"", false}, "unknown tag": {"\x09", false}, "half a watermark": {"\x02\x00\x00", false}, "half a record": {"\x00\x00", false},
		"record with a bad value": {"\x01\x09a", true}, "record": {"\x01\x02a", true},
	} {
		e := d.DecodeElement(event.NewPayload([]byte(c.bytes)))
		if e.Known != c.known || e.Value.Absent() {
			t.Errorf("%s: known %v, value %v", name, e.Known, e.Value)
		}
	}
	inner := `{"t":"list","e":{"t":"streamelement","s":{"t":"int"}}}`
	b := []byte("\x00\x00\x00\x05" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07" + "\x01\x00\x00\x00\x08" + "\x02\x00\x00\x00\x00\x00\x00\x03\xe8" + "\x04\xff\xff\xff\xff" + "\x05\x01")
	want := `[{"obj":[["timestamp",{"instant":"1970-01-01T00:00:00Z"}],["value",{"i":"7"}]]},{"obj":[["value",{"i":"8"}]]},` +
		`{"obj":[["watermark",{"instant":"1970-01-01T00:00:01Z"}]]},{"obj":[["idle",true]]},{"obj":[["backlog",true]]}]`
	if tree := decode(t, inner, b, Limits{}); show(asExpect(open(tree))) != want || tree.Info().Reason != "" {
		t.Errorf("decoded %s (%s)", show(asExpect(open(tree))), tree.Info().Reason)
	}
}

func TestStringsAreCodeUnits(t *testing.T) {
	lone := append([]byte{4}, 0xbd, 0xb0, 0x03, 'a', 'b') // d83d without its second half
	if n := open(decode(t, `{"t":"string"}`, lone, Limits{})); n.Value.Raw() != "\ufffdab" {
		t.Errorf("a lone surrogate becomes %q", n.Value.Raw())
	}
	tooBig := append([]byte{2}, 0xff, 0xff, 0x7f)
	if tree := decode(t, `{"t":"string"}`, tooBig, Limits{}); tree.Info().Reason != "a character is out of range" {
		t.Errorf("%+v", tree.Info())
	}
	bad := decode(t, `{"t":"stringdata"}`, []byte("\x00\x00\x00\x02a\xff"), Limits{})
	if n := open(bad); n.Value.Raw() != "a\ufffd" || n.Reason == "" {
		t.Errorf("bytes that are not UTF-8 become %q (%s)", n.Value.Raw(), n.Reason)
	}
}

func TestTimesOutOfRangeAreNamed(t *testing.T) {
	for doc, b := range map[string]string{
		`{"t":"localdate"}`:          "\x00\x00\x07\xe8\x0d\x01",
		`{"t":"localtime"}`:          "\x18\x00\x00\x00\x00\x00\x00",
		`{"t":"instant"}`:            "\x00\x00\x00\x00\x00\x00\x00\x00\x7f\xff\xff\xff",
		`{"t":"enum","names":["A"]}`: "\x00\x00\x00\x01",
	} {
		tree := decode(t, doc, []byte(b), Limits{})
		if n := open(tree); n.Kind != event.NodeScalar || n.Reason == "" {
			t.Errorf("%s: %s, %q", doc, n.Kind, n.Reason)
		}
	}
}

func seeds(f *testing.F) {
	seen := map[string]int{}
	f.Add([]byte(`{"t":"tuple","fields":[{"name":"a","s":{"t":"kryo","object":0}},{"name":"b","s":{"t":"versioned","object":0}}],"objects":["AAEC"]}`),
		[]byte("\x07aaaaaaaaaaaaaaaaa\x00\x00\x00\x01\x00\x00\x00\x04abcd"))
	f.Add([]byte(`{"t":"pojo","of":"A","fields":[{"name":"a","s":{"t":"pojo","of":"A","fields":[]}}]}`), []byte("\x04\x00\x01B\x04\x00\x01B\x02\x00\x02"))
	for _, v := range readVectors(f) {
		var d struct{ T string }
		if err := json.Unmarshal(v.Descriptor, &d); err != nil {
			f.Fatal(err)
		}
		if seen[d.T]++; seen[d.T] <= 3 && len(v.Hex) < 4000 {
			f.Add([]byte(v.Descriptor), v.bytes(f))
		}
	}
}

// FuzzDecode decodes any bytes by any descriptor: it must not panic, hang or grow, and every node must lie in the payload.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, doc, b []byte) {
		d, err := event.ParseDescriptor(doc)
		if err != nil {
			return
		}
		c := Compile(d, Limits{Nodes: 2000})
		p := event.NewPayload(bytes.Clone(b))
		for _, job := range []Job{nil, circularJob{c}} {
			rangesAreSound(t, "value", c.DecodeOf(job, p))
			if e := c.DecodeElementOf(job, p); !e.Value.Absent() {
				rangesAreSound(t, "element", e.Value)
			}
		}
	})
}

// circularJob knows every subclass as the class itself and answers for foreign values with what it likes.
type circularJob struct{ d *Decoder }

func (j circularJob) Subclass(string, string) *Decoder { return j.d }

func (j circularJob) Foreign(_ *event.SerializerObject, p event.Payload, off, end int) (event.Tree, int, error) {
	b := p.Open(sealed.Take())[off:end]
	if len(b) == 0 || b[0]&1 == 0 {
		return event.Tree{}, 0, errors.New("no")
	}
	items := make([]event.Node, b[0])
	return event.NewTree(event.Node{Kind: event.NodeList, Items: items, Off: -5, Len: 1 << 30}, event.TreeInfo{}), int(b[0]) - 3, nil
}

// FuzzDetect looks at any bytes, with any text as the schema of id 7.
func FuzzDetect(f *testing.F) {
	f.Add([]byte(`{"type":"record","name":"A","fields":[{"name":"a","type":["null","string"]}]}`), []byte("\x00\x00\x00\x00\x07\x02\x04hi"))
	f.Add([]byte(`{"type":"map","values":{"type":"array","items":"long"}}`), []byte("\x00\x00\x00\x00\x07\x03\x10\x02a\x02\x04\x00\x00"))
	for _, v := range readVectors(f) {
		if v.Name == "avro-container" || v.Name == "avro-binary" && len(v.Hex) < 400 {
			var d struct{ Schema string }
			if err := json.Unmarshal(v.Descriptor, &d); err != nil {
				f.Fatal(err)
			}
			f.Add([]byte(d.Schema), v.bytes(f))
			f.Add([]byte(d.Schema), append([]byte{0, 0, 0, 0, 7}, v.bytes(f)...))
		}
	}
	f.Fuzz(func(t *testing.T, schema, b []byte) {
		d := NewDetector(fixedSchemas{7: string(schema)}, Limits{Nodes: 2000})
		rangesAreSound(t, "value", d.Detect(t.Context(), event.NewPayload(b)))
	})
}
