package protobuf

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/bufbuild/protocompile/protoutil"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/languagetest"
)

var seeds = []string{
	order, `message M { optional int32 a = 1; }`, `syntax = "proto3"; import "google/protobuf/any.proto"; message M { oneof o { int32 a = 1; google.protobuf.Any b = 2; } map<string, M> c = 3; }`,
	`edition = "2023"; message M { M m = 1 [features.message_encoding = DELIMITED]; reserved x; }`, `syntax = "proto2"; message M { optional group G = 1 { } extensions 5 to max; } extend M { repeated G g = 5; } message G { }`,
	`syntax = "proto3"; import "google/protobuf/descriptor.proto"; extend google.protobuf.FieldOptions { M o = 50000; } message M { bytes b = 1 [(o).b = "\0\"", json_name = "é"]; }`,
	`package a; enum E { option allow_alias = true; A = 0; B = 0; reserved -5 to -1, 7 to max; }`, `syntax = "proto3"; import "other.proto"; message M { N n = 1; }`, "CgF4", "CgF4IgQKAk0xYgZwcm90bzM=",
}

// Parse never panics, says no more than that a text is no schema or too large, and what it prints is the same schema.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, "")
		f.Add(`syntax = "proto3"; import "other.proto";`, s)
	}
	f.Fuzz(func(t *testing.T, text, other string) {
		refs := []language.Referenced{{Name: "other.proto", Text: other}}
		if other == "" {
			refs = nil
		}
		s, err := Language{}.Parse(text, refs)
		if err != nil {
			if !errors.Is(err, language.ErrSyntax) && !errors.Is(err, language.ErrTooLarge) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		s.Fields()
		if serialized(text) != nil { // descriptors can be what no text says
			return
		}
		again, err := Language{}.Parse(s.Canonical(), refs)
		if err != nil || again.Canonical() != s.Canonical() || again.Normal() != s.Normal() {
			t.Fatalf("%q: canonical text %q: %v", text, s.Canonical(), err)
		}
		fd := protoutil.ProtoFromFileDescriptor(s.(*schema).file)
		if same, err := (Language{}).Parse(base64Of(t, fd), refs); err != nil || same.Canonical() != s.Canonical() {
			t.Fatalf("%q: its descriptor is another schema: %v", text, err)
		}
	})
}

// Compare never panics, ends, and finds that a schema reads itself.
func FuzzCompare(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, seeds[(i+1)%len(seeds)])
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		a, err := Language{}.Parse(one, nil)
		b, err2 := Language{}.Parse(two, nil)
		if err != nil || err2 != nil {
			return
		}
		for _, rules := range []language.Rules{{}, {Profile: language.Confluent74}, {Profile: language.Strict}, {Profile: language.Strict, ReaderIsOlder: true}} {
			list := compare(t, a, b, rules)
			if len(list) > mostBreaking+mostOthers {
				t.Fatalf("%d differences", len(list))
			}
			if languagetest.Shown(list) != languagetest.Shown(compare(t, a, b, rules)) {
				t.Fatal("the order is not stable")
			}
			if list := compare(t, a, a, rules); len(list) != 0 {
				t.Fatalf("%q differs from itself: %s", one, languagetest.Shown(list))
			}
		}
	})
}

// Descriptors in base64 come from anybody: they can be what no compiler writes.
func FuzzDescriptor(f *testing.F) {
	for _, s := range seeds {
		if parsed, err := (Language{}).Parse(s, nil); err == nil {
			fd := protoutil.ProtoFromFileDescriptor(parsed.(*schema).file)
			fd.SourceCodeInfo = nil
			b, err := base64.StdEncoding.DecodeString(base64Of(f, fd))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Language{}.Parse(base64.StdEncoding.EncodeToString(b), nil)
		if err != nil {
			if !errors.Is(err, language.ErrSyntax) && !errors.Is(err, language.ErrTooLarge) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		s.Fields()
		if list := compare(t, s, s, language.Rules{}); len(list) != 0 {
			t.Fatalf("differs from itself: %s", languagetest.Shown(list))
		}
	})
}
