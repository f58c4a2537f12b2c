package event_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func TestParseDescriptor(t *testing.T) {
	d, err := event.ParseDescriptor([]byte(`{"t":"pojo","class":"P","of":"shop.Order","future":1,
		"fields":[{"name":"amount","s":{"t":"double"}},{"name":"items","s":{"t":"nullable","padding":3,"s":{"t":"list","e":{"t":"string"}}}}],
		"subclasses":[{"class":"shop.Gift","tag":2,"s":{"t":"pojo","of":"shop.Gift","fields":[]}},{"class":"shop.Other","s":{"t":"kryo"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case d.T != event.SerPojo || d.Of != "shop.Order" || len(d.Fields) != 2:
		t.Errorf("pojo: %+v", d)
	case d.Fields[1].S.Padding != 3 || d.Fields[1].S.S.E.T != event.SerString:
		t.Errorf("nested: %+v", d.Fields[1].S)
	case d.Subclasses[0].Tag != 2 || d.Subclasses[1].Tag != -1:
		t.Errorf("subclasses: %+v", d.Subclasses)
	}
}

func TestParseDescriptorKeepsWhatItDoesNotKnow(t *testing.T) {
	for doc, why := range map[string]string{
		`{"t":"quantum","class":"C","of":"O"}`:                               `serializer kind "quantum" is not known to this version`,
		`{"class":"C","of":"O"}`:                                             `serializer kind "" is not known to this version`,
		`{"t":"list","class":"C","of":"O"}`:                                  `list without "e"`,
		`{"t":"map","class":"C","of":"O","k":{}}`:                            `map without "v"`,
		`{"t":"primarray","class":"C","of":"O"}`:                             `primitive array of an unknown type`,
		`{"t":"avro","class":"C","of":"O"}`:                                  `avro without a schema`,
		`{"t":"nullable","class":"C","of":"O","s":{"t":"int"},"padding":-1}`: `nullable with negative padding`,
		`{"t":"opaque","class":"C","of":"O","why":"recursive"}`:              `recursive`,
	} {
		d, err := event.ParseDescriptor([]byte(doc))
		if err != nil {
			t.Errorf("%s: %v", doc, err)
			continue
		}
		if d.T != event.SerOpaque || d.Why != why || d.Class != "C" || d.Of != "O" {
			t.Errorf("%s: %+v", doc, d)
		}
	}
	d, err := event.ParseDescriptor([]byte(`{"t":"tuple","fields":[{"name":"f0"},7]}`))
	if err != nil || d.Fields[0].S.T != event.SerOpaque || d.Fields[1].S.T != event.SerOpaque {
		t.Errorf("fields without descriptors: %+v, %v", d, err)
	}
}

func TestParseDescriptorRefuses(t *testing.T) {
	deep := strings.Repeat(`{"t":"list","e":`, 100) + `{"t":"int"}` + strings.Repeat(`}`, 100)
	wide := `{"t":"tuple","fields":[` + strings.Repeat(`{"s":{"t":"int"}},`, event.MaxDescriptorNodes) + `{"s":{"t":"int"}}]}`
	for name, doc := range map[string]string{
		"not JSON":    `{"t":`,
		"two values":  `{"t":"int"} {"t":"int"}`,
		"no object":   `[1]`,
		"too deep":    deep,
		"too many":    wide,
		"too long":    `{"t":"int","x":"` + strings.Repeat("x", event.MaxDescriptorBytes) + `"}`,
		"deep types":  `{"t":"arraydata","type":` + strings.Repeat(`{"t":"ARRAY","e":`, 100) + `{}` + strings.Repeat(`}`, 100) + `}`,
		"empty input": ``,
	} {
		if d, err := event.ParseDescriptor([]byte(doc)); !errors.Is(err, event.ErrDescriptor) || d != nil {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}

func TestTypeName(t *testing.T) {
	for doc, want := range map[string]string{
		`{"t":"long"}`: "Long",
		`{"t":"tuple","of":"org.apache.flink.api.java.tuple.Tuple2","fields":[{"s":{"t":"string"}},{"s":{"t":"nullable","s":{"t":"int"}}}]}`: "Tuple2<String, Integer>",
		`{"t":"map","k":{"t":"string"},"v":{"t":"list","e":{"t":"pojo","of":"shop.Item"}}}`:                                                  "Map<String, List<shop.Item>>",
		`{"t":"primarray","e":"int"}`:     "int[]",
		`{"t":"kryo","of":"java.BitSet"}`: "java.BitSet",
		`{"t":"list","e":{"t":"list","e":{"t":"list","e":{"t":"list","e":{"t":"int"}}}}}`: "List<List<List<…>>>",
	} {
		d, err := event.ParseDescriptor([]byte(doc))
		if err != nil || d.TypeName() != want {
			t.Errorf("%s: %q, %v; want %q", doc, d.TypeName(), err, want)
		}
	}
}

func FuzzParseDescriptor(f *testing.F) {
	f.Add([]byte(`{"t":"pojo","fields":[{"name":"a","s":{"t":"rowdata","fields":[{"name":"b","type":{"t":"MAP","k":{"t":"INTEGER"},"v":{"t":"RAW","raw":{"t":"int"}}}}]}}]}`))
	f.Add([]byte(`{"t":"row","rowkind":true,"fields":[{"name":"a","s":{"t":"either","l":{"t":"int"},"r":{"t":"enum","names":["A"]}}}]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		d, err := event.ParseDescriptor(doc)
		if (d == nil) == (err == nil) {
			t.Fatalf("descriptor %v and error %v", d, err)
		}
		if err == nil {
			_ = d.TypeName()
		}
	})
}
