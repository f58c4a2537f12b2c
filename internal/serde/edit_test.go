package serde_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/serde"
)

// text is a value in one line.
func text(n *event.Node) string {
	switch {
	case n.Kind == event.NodeNull:
		return "null"
	case len(n.Items) == 0:
		return n.Value.Text()
	}
	var parts []string
	for i := range n.Items {
		parts = append(parts, n.Items[i].Name+"="+text(&n.Items[i]))
	}
	return "{" + strings.Join(parts, " ") + "}"
}

func TestAFieldOfAnElementIsWrittenAnew(t *testing.T) {
	of := func(t string) *event.Descriptor { return &event.Descriptor{T: t} }
	field := func(name string, d *event.Descriptor) event.DescriptorField {
		return event.DescriptorField{Name: name, S: d}
	}
	str := func(s string) []byte {
		b := []byte{byte(len(s) + 1)}
		return append(b, s...)
	}
	long := func(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	item := &event.Descriptor{T: event.SerPojo, Of: "Item", Fields: []event.DescriptorField{field("sku", of("string")), field("n", of("int"))}}
	order := &event.Descriptor{T: event.SerPojo, Of: "Order", Fields: []event.DescriptorField{
		field("id", of("string")), field("items", &event.Descriptor{T: event.SerList, E: item}), field("total", of("double")), field("note", of("string")),
	}}
	sku := func(s string, n byte) []byte { return cat([]byte{2, 0}, str(s), []byte{0, 0, 0, 0, n}) }
	orderBytes := cat([]byte{2, 0}, str("o1"), []byte{0, 0, 0, 0, 2}, sku("a", 1), sku("bb", 2), []byte{0}, []byte{0x3f, 0xe0, 0, 0, 0, 0, 0, 0}, []byte{1})
	pairOf := &event.Descriptor{T: event.SerTuple, Fields: []event.DescriptorField{field("f0", of("string")), field("f1", of("long"))}}
	row := &event.Descriptor{T: event.SerRowData, Fields: []event.DescriptorField{
		{Name: "name", Type: event.LogicalType{T: "VARCHAR"}}, {Name: "n", Type: event.LogicalType{T: "BIGINT"}}, {Name: "x", Type: event.LogicalType{T: "DOUBLE"}},
	}}
	rowBytes := cat([]byte{0, 0, 0, 48}, make([]byte, 8), []byte{9, 0, 0, 0, 32, 0, 0, 0}, []byte{7, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 8), []byte("long name"), make([]byte, 7))
	enum := &event.Descriptor{T: event.SerEnum, Names: []string{"RED", "GREEN"}}
	for _, x := range []struct {
		d           *event.Descriptor
		b           []byte
		path, value string
		want        string // the value after it; or with ! in front a part of why it cannot be
	}{
		{of("string"), str("hallo"), "", "hi there", "hi there"},
		{of("string"), str(`{"a": 1, "b": {"c": "x"}, "l": [1, 2.50]}`), "b.c", "1", `{"a": 1, "b": {"c": "1"}, "l": [1, 2.50]}`},
		{of("string"), str(`{"a": 1, "l": [1, 2.50]}`), "l.1", "12.5", `{"a": 1, "l": [1, 12.5]}`},
		{of("string"), str(`{"a": 1}`), "a", "eins", `{"a": "eins"}`},
		{of("string"), str(`{"a": 1}`), "z", "1", "!no z"},
		{of("string"), str(`{"a": 1`), "a", "1", "!no JSON"},
		{of("long"), long(5), "", "-3", "-3"},
		{of("long"), long(5), "", "3.5", "!no Long"},
		{of("double"), make([]byte, 8), "", "12.5", "12.5"},
		{of("bool"), []byte{0}, "", "true", "true"},
		{enum, []byte{0, 0, 0, 0}, "", "GREEN", "GREEN"},
		{enum, []byte{0, 0, 0, 0}, "", "BLUE", "!no"},
		{pairOf, cat(str("a"), long(1)), "f1", "2", "{f0=a f1=2}"},
		{pairOf, cat(str("a"), long(1)), "f0", "longer", "{f0=longer f1=1}"},
		{pairOf, cat(str("a"), long(1)), "f2", "x", "!no f2"},
		{pairOf, cat(str("a"), long(1)), "", "x", "!not written anew"},
		{order, orderBytes, "total", "12.5", "{id=o1 items={={sku=a n=1} ={sku=bb n=2}} total=12.5 note=null}"},
		{order, orderBytes, "items.1.sku", "ccc", "{id=o1 items={={sku=a n=1} ={sku=ccc n=2}} total=0.5 note=null}"},
		{order, orderBytes, "note", "now", "{id=o1 items={={sku=a n=1} ={sku=bb n=2}} total=0.5 note=now}"},
		{order, orderBytes, "id", "null", "{id=null items={={sku=a n=1} ={sku=bb n=2}} total=0.5 note=null}"},
		{order, orderBytes, "items.2.sku", "x", "!no 2"},
		{order, cat([]byte{4, 0, 1, 'X'}, orderBytes), "id", "x", "!"},
		{row, rowBytes, "n", "-9", "{name=long name n=-9 x=0.0}"},
		{row, rowBytes, "x", "1.5", "{name=long name n=7 x=1.5}"},
		{row, rowBytes, "name", "short", "{name=short n=7 x=0.0}"},
		{row, rowBytes, "name", "another long name", "{name=another long name n=7 x=0.0}"},
		{row, rowBytes, "n", "null", "{name=long name n=null x=0.0}"},
		{row, rowBytes, "n", "many", "!BIGINT"},
	} {
		for _, head := range [][]byte{{1}, append([]byte{0}, long(77)...)} {
			name := fmt.Sprintf("%s %s=%s", x.d.T, x.path, x.value)
			p := event.NewPayload(cat(head, x.b))
			got, err := serde.EditElement(x.d, p, x.path, x.value)
			if why, cannot := strings.CutPrefix(x.want, "!"); cannot {
				if !errors.Is(err, serde.ErrEdit) || !strings.Contains(err.Error(), why) {
					t.Errorf("%s: %v, want one of %s", name, err, why)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			e := serde.Compile(x.d, serde.Limits{}).DecodeElement(got)
			if s := text(e.Value.Open(sealed.Take())); s != x.want || e.Value.Info().Reason != "" || !bytes.HasPrefix(got.Open(sealed.Take()), head) {
				t.Errorf("%s: %s (%s), want %s", name, s, e.Value.Info().Reason, x.want)
			}
		}
	}
	for _, b := range [][]byte{{2, 0, 0, 0, 0, 0, 0, 0, 1}, {9}, {}} {
		if _, err := serde.EditElement(of("string"), event.NewPayload(b), "", "x"); !errors.Is(err, serde.ErrEdit) {
			t.Errorf("%x is written anew: %v", b, err)
		}
	}
	if _, err := serde.EditElement(nil, event.NewPayload([]byte{1}), "", "x"); !errors.Is(err, serde.ErrEdit) {
		t.Errorf("what is not described is written anew: %v", err)
	}
}

// A value of a state stands alone, and may not be there.
func TestAValueOfAStateIsWrittenAnew(t *testing.T) {
	of := func(t string) *event.Descriptor { return &event.Descriptor{T: t} }
	pair := &event.Descriptor{T: event.SerTuple, Fields: []event.DescriptorField{{Name: "f0", S: of("string")}, {Name: "f1", S: of("int")}}}
	list := &event.Descriptor{T: event.SerList, E: pair}
	one := []byte{2, 'a', 0, 0, 0, 1}
	for _, x := range []struct {
		d                 *event.Descriptor
		b                 []byte // nil: nothing is stored
		path, value, want string // the value after it; or with ! in front a part of why it cannot be
	}{
		{of("long"), nil, "", "7", "7"},
		{of("long"), make([]byte, 8), "", "7", "7"},
		{of("double"), nil, "", "0.5", "0.5"},
		{of("string"), nil, "", "a,b", "a,b"},
		{of("string"), nil, "x", "a", "!nothing is stored"},
		{of("int"), nil, "", "3.5", "!no Integer"},
		{pair, nil, "", "b, 2", "{f0=b f1=2}"},
		{pair, one, "f1", "9", "{f0=a f1=9}"},
		{pair, one[:4], "f1", "9", "!not read to its end"},
		{list, append([]byte{0, 0, 0, 2}, append(one, one...)...), "1.f0", "zz", "{={f0=a f1=1} ={f0=zz f1=1}}"},
		{list, append([]byte{0, 0, 0, 1}, one...), "1.f0", "zz", "!no 1"},
		{list, nil, "", "x", "!not written anew"},
		{of("timewindow"), nil, "", "1970-01-01T00:00:05Z,10000", "{start=1970-01-01T00:00:05Z end=1970-01-01T00:00:10Z}"},
		{nil, nil, "", "x", "!not known"},
	} {
		var p event.Payload
		if x.b != nil {
			p = event.NewPayload(x.b)
		}
		got, err := serde.EditValue(x.d, p, x.path, x.value)
		if why, cannot := strings.CutPrefix(x.want, "!"); cannot {
			if !errors.Is(err, serde.ErrEdit) || !strings.Contains(err.Error(), why) {
				t.Errorf("%s=%s: %v, want one of %s", x.path, x.value, err, why)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s=%s: %v", x.path, x.value, err)
			continue
		}
		v := serde.Compile(x.d, serde.Limits{}).Decode(got)
		if s := text(v.Open(sealed.Take())); s != x.want || v.Info().Reason != "" {
			t.Errorf("%s=%s: %s (%s), want %s", x.path, x.value, s, v.Info().Reason, x.want)
		}
	}
}

func TestATextIsWrittenAnew(t *testing.T) {
	for _, x := range []struct{ text, path, value, want string }{
		{`{"total": 3, "id": "a"}`, "total", "12.5", `{"total": 12.5, "id": "a"}`},
		{`{"total": 3, "id": "a"}`, "id", "5", `{"total": 3, "id": "5"}`},
		{"plain", "", "other", "other"},
	} {
		got, err := serde.EditText(event.NewPayload([]byte(x.text)), x.path, x.value)
		if err != nil || string(got.Open(sealed.Take())) != x.want {
			t.Errorf("%+v: %s, %v", x, got.Open(sealed.Take()), err)
		}
	}
	if _, err := serde.EditText(event.NewPayload([]byte("plain")), "a", "b"); !errors.Is(err, serde.ErrEdit) {
		t.Errorf("a place in what is no JSON: %v", err)
	}
}
