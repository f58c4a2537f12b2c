package serde

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// vector is one line of spec/vectors/serializers: what Flink's own serializer wrote, and the value.
type vector struct {
	Name       string
	Flink      string
	Descriptor json.RawMessage
	Hex        string
	Expect     json.RawMessage
}

func (v vector) bytes(t testing.TB) []byte {
	t.Helper()
	b, err := hex.DecodeString(v.Hex)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (v vector) descriptor(t testing.TB) *event.Descriptor {
	t.Helper()
	d, err := event.ParseDescriptor(v.Descriptor)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func readVectors(t testing.TB) []vector {
	t.Helper()
	files, err := filepath.Glob("../../spec/vectors/serializers/*.jsonl")
	if err != nil || len(files) < 2 {
		t.Fatalf("vectors of both Flink lines are wanted, found %v (%v)", files, err)
	}
	var all []vector
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(f)
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			var v vector
			if err := json.Unmarshal(s.Bytes(), &v); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all = append(all, v)
		}
		if err := s.Err(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func parseExpect(t testing.TB, raw []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// asExpect writes a tree in the form that the vectors use.
func asExpect(n *event.Node) any {
	each := func(items []event.Node, f func(*event.Node) any) []any {
		out := make([]any, len(items))
		for i := range items {
			out[i] = f(&items[i])
		}
		return out
	}
	switch n.Kind {
	case event.NodeNull:
		return nil
	case event.NodeList:
		return each(n.Items, asExpect)
	case event.NodeMap:
		return map[string]any{"map": each(n.Items, func(e *event.Node) any { return each(e.Items, asExpect) })}
	case event.NodeObject:
		o := map[string]any{"obj": each(n.Items, func(m *event.Node) any { return []any{m.Name, asExpect(m)} })}
		if n.Value.Kind() == event.ValueEnum {
			o["kind"] = n.Value.Raw()
		}
		return o
	case event.NodeOpaque:
		return map[string]any{"opaque": n.Type}
	case event.NodeScalar:
		v := n.Value
		switch v.Kind() {
		case event.ValueBool:
			return v.Bool()
		case event.ValueString:
			if n.Reason == halfPair {
				return map[string]any{"torn": v.Raw()}
			}
			return v.Raw()
		case event.ValueInt, event.ValueUint:
			return map[string]any{"i": v.Text()}
		case event.ValueFloat32:
			if math.IsNaN(v.Float()) { // NaNs differ in bits that nobody sees
				return map[string]any{"f32": "7fc00000"}
			}
			return map[string]any{"f32": fmt.Sprintf("%08x", math.Float32bits(float32(v.Float())))}
		case event.ValueFloat64:
			if math.IsNaN(v.Float()) {
				return map[string]any{"f64": "7ff8000000000000"}
			}
			return map[string]any{"f64": fmt.Sprintf("%016x", math.Float64bits(v.Float()))}
		case event.ValueDecimal:
			return map[string]any{"dec": v.Raw()}
		case event.ValueBytes:
			return map[string]any{"hex": hex.EncodeToString([]byte(v.Raw()))}
		default:
			return map[string]any{v.Kind().String(): v.Raw()}
		}
	}
	return "a node of kind " + n.Kind.String() + ": " + n.Reason
}

func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func sameAsFlink(t *testing.T, v vector, tree event.Tree, want any) {
	t.Helper()
	got := asExpect(tree.Open(sealed.Take()))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s (Flink %s): decoded\n%s\nFlink wrote\n%s\nreason %q", v.Name, v.Flink, show(got), show(want), tree.Info().Reason)
	}
	if why := tree.Info().Reason; why != "" && !strings.Contains(string(v.Expect), `"opaque"`) {
		t.Errorf("%s (Flink %s): not all bytes were understood: %s", v.Name, v.Flink, why)
	}
}

func TestDecodesWhatFlinkWrites(t *testing.T) {
	counts := map[string]int{}
	for _, v := range readVectors(t) {
		if t.Failed() {
			return
		}
		d := Compile(v.descriptor(t), Limits{})
		p := event.NewPayload(v.bytes(t))
		want := parseExpect(t, v.Expect)
		counts[v.Flink]++
		switch {
		case strings.HasPrefix(v.Name, "element/"):
			sameElement(t, v, d.DecodeElement(p), want.(map[string]any))
		case v.Name == "avro-binary":
			sameAsFlink(t, v, detectAvro(t, v), want)
		case v.Name == "avro-container":
			sameAsFlink(t, v, NewDetector(nil, Limits{}).Detect(context.Background(), p), want)
		default:
			tree := d.Decode(p)
			sameAsFlink(t, v, tree, want)
			rangesAreSound(t, v.Name, tree)
		}
	}
	t.Logf("values decoded as Flink wrote them, by Flink version: %v", counts)
}

// detectAvro puts the bytes behind a schema id, as they stand in Kafka.
func detectAvro(t *testing.T, v vector) event.Tree {
	t.Helper()
	var d struct{ Schema string }
	if err := json.Unmarshal(v.Descriptor, &d); err != nil {
		t.Fatal(err)
	}
	b := append(binary.BigEndian.AppendUint32([]byte{0}, 7), v.bytes(t)...)
	return NewDetector(fixedSchemas{7: d.Schema}, Limits{}).Detect(context.Background(), event.NewPayload(b))
}

type fixedSchemas map[uint32]string

func (f fixedSchemas) ByID(_ context.Context, id event.SchemaID) (event.SchemaText, error) {
	s, ok := f[uint32(id.Number)]
	if !ok {
		return event.SchemaText{}, ErrNoSchema
	}
	return event.SchemaText{ID: id, Language: event.LanguageAvro, Text: s}, nil
}

func sameElement(t *testing.T, v vector, e Element, want map[string]any) {
	t.Helper()
	if got := shownElement(e); !e.Known || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: known %v, decoded\n%s\nFlink wrote\n%s", v.Name, e.Known, show(got), show(want))
	}
}

// shownElement writes an element in the form that the vectors use.
func shownElement(e Element) map[string]any {
	got := map[string]any{"tag": num(int64(e.Tag))}
	switch e.Tag {
	case TagTimedRecord, TagWatermark, TagInternalWatermark, TagLatencyMarker:
		got["ts"] = num(e.Timestamp)
	case TagStatus:
		got["idle"] = e.Idle
	case TagAttributes:
		got["backlog"] = e.Backlog
	}
	switch e.Tag {
	case TagLatencyMarker:
		got["op"] = []any{num(e.Operator[0]), num(e.Operator[1])}
		got["index"] = num(int64(e.Index))
	case TagInternalWatermark:
		got["index"] = num(int64(e.Index))
	case TagRecord, TagTimedRecord:
		got["value"] = asExpect(e.Value.Open(sealed.Take()))
	}
	return got
}

func num(i int64) json.Number { return json.Number(strconv.FormatInt(i, 10)) }

// rangesAreSound checks that every node lies inside the payload, and that nodes of sequential formats lie in their parents.
func rangesAreSound(t testing.TB, name string, tree event.Tree) {
	t.Helper()
	size := tree.Info().Size
	var walk func(n *event.Node)
	walk = func(n *event.Node) {
		if n.Off < 0 || n.Len < 0 || n.Off+n.Len > size {
			t.Errorf("%s: node %q of kind %s covers %d+%d of %d bytes", name, n.Name, n.Kind, n.Off, n.Len, size)
		}
		for i := range n.Items {
			walk(&n.Items[i])
		}
	}
	walk(tree.Open(sealed.Take()))
}
