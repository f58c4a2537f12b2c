// Package protobuf is Protobuf as a schema language: proto2, proto3 and editions, as .proto text or as a FileDescriptorProto in base64, which
// some clients register.
//
// Files are compiled by bufbuild/protocompile. Which file reads which is decided here, by rules that give the verdicts of Confluent's registry;
// they are rules for the wire format, in which names mean nothing and numbers everything, with a few that are stricter.
// References are imports by their paths; google/protobuf, google/type and confluent's own files are there without references.
package protobuf

import (
	"github.com/sightglass/sightglass/internal/language"
)

// Language is Protobuf. The zero value is ready.
type Language struct{}

var _ language.Language = Language{}

const mostFields = 10_000 // that Fields lists

// Kind is PROTOBUF, the registry's name of the language.
func (Language) Kind() language.Kind { return language.Protobuf }

// Parse reads a file. Names of references are the paths by which it imports them.
func (Language) Parse(text string, refs []language.Referenced) (language.Schema, error) {
	size := len(text)
	for _, r := range refs {
		size += len(r.Text)
	}
	if size > language.MostBytes {
		return nil, tooLarge("it and its references have more than 1 MiB")
	}
	file, err := compile(text, refs)
	if err != nil {
		return nil, err
	}
	p := printer{resolver: extensionsOf(file)}
	s := &schema{text: text, file: file}
	s.canonical = p.file(file)
	p.normal = true
	s.normal = p.file(file)
	return s, nil
}
