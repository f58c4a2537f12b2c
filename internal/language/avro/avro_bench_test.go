package avro

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

// wide is a schema of fields of all kinds, some of them changed by variant.
func wide(fields, variant int) string {
	var b strings.Builder
	b.WriteString(`{"type":"record","name":"Wide","namespace":"bench","fields":[`)
	for i := range fields {
		if i > 0 {
			b.WriteString(",")
		}
		typ := []string{`"int"`, `["null","string"]`, `{"type":"long","logicalType":"timestamp-millis"}`,
			fmt.Sprintf(`{"type":"record","name":"In%d","fields":[{"name":"x","type":"double"},{"name":"y","type":["null","bytes"],"default":null}]}`, i),
			fmt.Sprintf(`["null",{"type":"array","items":{"type":"enum","name":"E%d","symbols":["A","B","C"]}}]`, i)}[i%5]
		if (i+variant)%17 == 0 && i%5 == 0 {
			typ = `"long"`
		}
		fmt.Fprintf(&b, `{"name":"field%d","type":%s,"doc":"the field number %d of version %d"}`, i, typ, i, variant%3)
	}
	fmt.Fprintf(&b, `,{"name":"version%d","type":["null","int"],"default":null}]}`, variant)
	return b.String()
}

// The target is 10 ms (governance.md, 11).
func BenchmarkCompare500Fields(b *testing.B) {
	r, w := parsed(b, wide(500, 0)), parsed(b, wide(500, 1))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New().Compare(r, w, language.Rules{}); err != nil {
			b.Fatal(err)
		}
	}
}

// A new version of 20 fields against 100 older ones, parsed already. The target is 50 ms, registration with it.
func BenchmarkCompareTransitively100Versions(b *testing.B) {
	var versions []language.Schema
	for i := range 100 {
		versions = append(versions, parsed(b, wide(20, i)))
	}
	next := parsed(b, wide(20, 100))
	for b.Loop() {
		for _, v := range versions {
			if _, err := New().Compare(next, v, language.Rules{}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkParse500Fields(b *testing.B) {
	text := wide(500, 0)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := New().Parse(text, nil); err != nil {
			b.Fatal(err)
		}
	}
}
