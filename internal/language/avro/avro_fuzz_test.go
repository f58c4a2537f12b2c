package avro

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

// FuzzParse: any text parses or is refused with a reason; what parses can be written, listed and compared.
func FuzzParse(f *testing.F) {
	raw, err := os.ReadFile("testdata/parse.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range strings.Split(string(raw), "====\n") {
		text, _, _ := strings.Cut(c, "----\n")
		f.Add(text)
	}
	s := newSchemas(21)
	for range 30 {
		f.Add(string(writeJSON(nil, s.schema())))
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range []Language{New(), Registered()} {
			s, err := l.Parse(text, nil)
			if err != nil {
				if !errors.Is(err, language.ErrSyntax) && !errors.Is(err, language.ErrTooLarge) {
					t.Fatalf("%v", err)
				}
				continue
			}
			for _, written := range []string{s.Canonical(), s.Normal()} {
				if !json.Valid([]byte(written)) {
					t.Fatalf("%s is no JSON", written)
				}
			}
			if n := len(s.Fields()); n > mostFields {
				t.Fatalf("%d fields", n)
			}
			list, err := l.Compare(s, s, language.Rules{Profile: language.Strict})
			if err != nil && !errors.Is(err, errUndecided) || len(list) > 0 && !repeatsItself(list) {
				t.Fatalf("%s differs from itself: %+v, %v", text, list, err)
			}
		}
	})
}

// FuzzCompare: any two schemas compare, in both directions, and Strict tells the same.
func FuzzCompare(f *testing.F) {
	s := newSchemas(22)
	for range 50 {
		v := s.schema()
		f.Add(string(writeJSON(nil, s.relative(v))), string(writeJSON(nil, v)))
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		r, err := New().Parse(one, nil)
		if err != nil {
			return
		}
		w, err := New().Parse(other, nil)
		if err != nil {
			return
		}
		for range 2 {
			list, err := New().Compare(r, w, language.Rules{})
			strict, strictErr := New().Compare(r, w, language.Rules{Profile: language.Strict})
			if err != nil && !errors.Is(err, errUndecided) {
				t.Fatal(err)
			}
			if err == nil && strictErr == nil && len(list) != len(strict) {
				t.Fatalf("%+v, and strictly %+v", list, strict)
			}
			r, w = w, r
		}
	})
}
