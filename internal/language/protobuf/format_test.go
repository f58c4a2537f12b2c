package protobuf_test

import (
	"testing"

	"github.com/sightglass/sightglass/internal/language/protobuf"
)

// What is written serialized is read again as the same file.
func TestSerializedFilesAreReadAgain(t *testing.T) {
	s, err := protobuf.Language{}.Parse("syntax = \"proto3\";\npackage shop;\nmessage Order { string id = 1; repeated int32 n = 2; }\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	f, ok := s.(interface{ Format(string) (string, bool) })
	if !ok {
		t.Fatal("it has no other form")
	}
	text, ok := f.Format("serialized")
	if !ok {
		t.Fatal("it is not written serialized")
	}
	again, err := protobuf.Language{}.Parse(text, nil)
	if err != nil || again.Canonical() != s.Canonical() {
		t.Errorf("want\n%s\ngot %v\n%v", s.Canonical(), again, err)
	}
	if _, ok := f.Format("upside-down"); ok {
		t.Error("a form that nobody knows")
	}
}
