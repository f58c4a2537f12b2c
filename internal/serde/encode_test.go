package serde_test

import (
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/serde"
)

func tuple(of ...string) *event.Descriptor {
	d := &event.Descriptor{T: event.SerTuple}
	for _, t := range of {
		d.Fields = append(d.Fields, event.DescriptorField{S: &event.Descriptor{T: t}})
	}
	return d
}

func rowData(of ...string) *event.Descriptor {
	d := &event.Descriptor{T: event.SerRowData}
	for _, t := range of {
		d.Fields = append(d.Fields, event.DescriptorField{Name: "f", Type: event.LogicalType{T: t}})
	}
	return d
}

// keyTypes are those that EncodeKey knows.
func keyTypes() []*event.Descriptor {
	list := []*event.Descriptor{tuple("string", "long"), tuple("int"), rowData("VARCHAR"), rowData("BIGINT", "VARCHAR", "BOOLEAN"), rowData("INTEGER", "SMALLINT", "TINYINT")}
	for _, t := range []string{event.SerString, event.SerBool, event.SerByte, event.SerShort, event.SerInt, event.SerLong} {
		list = append(list, &event.Descriptor{T: t})
	}
	return list
}

// shown is the value as text: of a tuple or a row its fields with commas between them.
func shown(n *event.Node) string {
	if len(n.Items) == 0 {
		return n.Value.Text()
	}
	var parts []string
	for i := range n.Items {
		parts = append(parts, shown(&n.Items[i]))
	}
	return strings.Join(parts, ",")
}

func TestKeysAreEncodedAsFlinkDoes(t *testing.T) {
	for _, c := range []struct {
		d    *event.Descriptor
		text string
		want string // bytes
	}{
		{&event.Descriptor{T: event.SerString}, "user-42", "\x08user-42"},
		{&event.Descriptor{T: event.SerString}, "ä", "\x02\xe4\x01"},
		{&event.Descriptor{T: event.SerLong}, "-2", "\xff\xff\xff\xff\xff\xff\xff\xfe"},
		{&event.Descriptor{T: event.SerInt}, "258", "\x00\x00\x01\x02"},
		{&event.Descriptor{T: event.SerBool}, "true", "\x01"},
		{tuple("string", "short"), "a, 7", "\x02a\x00\x07"},
		{rowData("VARCHAR"), "a", "\x00\x00\x00\x10" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "a\x00\x00\x00\x00\x00\x00\x81"},
		{rowData("VARCHAR"), "customer-7", "\x00\x00\x00\x20" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x0a\x00\x00\x00\x10\x00\x00\x00" + "customer-7\x00\x00\x00\x00\x00\x00"},
		{&event.Descriptor{T: event.SerTimeWindow}, "258,1970-01-01T00:00:00.259Z", "\x00\x00\x00\x00\x00\x00\x01\x02" + "\x00\x00\x00\x00\x00\x00\x01\x03"},
		{rowData("BIGINT"), "5", "\x00\x00\x00\x10" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x05\x00\x00\x00\x00\x00\x00\x00"},
	} {
		p, ok := serde.EncodeKey(c.d, c.text)
		if got := string(p.Open(sealed.Take())); !ok || got != c.want {
			t.Errorf("%s %q: %q, %t; want %q", c.d.T, c.text, got, ok, c.want)
		}
	}
	for _, c := range []struct {
		d    *event.Descriptor
		text string
	}{
		{&event.Descriptor{T: event.SerInt}, "3000000000"}, {&event.Descriptor{T: event.SerLong}, "1.5"}, {&event.Descriptor{T: event.SerBool}, "yes"},
		{tuple("string", "long"), "a"}, {&event.Descriptor{T: event.SerTimeWindow}, "5"}, {&event.Descriptor{T: event.SerTimeWindow}, "5,noon"}, {rowData("DOUBLE"), "1"}, {&event.Descriptor{T: event.SerKryo}, "a"}, {nil, "a"},
		{&event.Descriptor{T: event.SerString}, strings.Repeat("x", 5000)},
	} {
		if _, ok := serde.EncodeKey(c.d, c.text); ok {
			t.Errorf("%v %.20q was encoded", c.d, c.text)
		}
	}
}

func FuzzEncodedKeysDecodeToTheirText(f *testing.F) {
	for i := range keyTypes() {
		f.Add(i, "user-42")
		f.Add(i, "-7, a long enough text, true")
		f.Add(i, "1,2,3")
	}
	f.Fuzz(func(t *testing.T, which int, text string) {
		types := keyTypes()
		d := types[uint(which)%uint(len(types))]
		p, ok := serde.EncodeKey(d, text)
		if !ok {
			return
		}
		tree := serde.Compile(d, serde.Limits{}).Decode(p)
		root := tree.Open(sealed.Take())
		if root == nil || tree.Info().Reason != "" {
			t.Fatalf("%s %q: %s", d.T, text, tree.Info().Reason)
		}
		// What was decoded is the same key: it is encoded to the same bytes.
		again, ok := serde.EncodeKey(d, shown(root))
		if !ok || !again.Equal(p) {
			t.Fatalf("%s %q came back as %q", d.T, text, shown(root))
		}
	})
}
