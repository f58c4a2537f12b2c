package protobuf

import (
	"encoding/base64"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
)

// Format is the file in another form: serialized is its FileDescriptorProto in base64, which clients ask for that have no parser of .proto files.
func (s *schema) Format(format string) (string, bool) {
	if format != "serialized" {
		return "", false
	}
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(protodesc.ToFileDescriptorProto(s.file))
	if err != nil {
		return "", false
	}
	return base64.StdEncoding.EncodeToString(raw), true
}
