package wire

import (
	"bytes"
	"reflect"
	"testing"
)

// FuzzStream reads any bytes as frames: no panic, memory bounded by what came, and what decodes encodes to the same meaning.
func FuzzStream(f *testing.F) {
	for _, m := range messages() {
		f.Add(Append(nil, m))
	}
	f.Add(bytes.Repeat([]byte{0xff}, 32))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := NewReader(bytes.NewReader(stream))
		for {
			frame, err := r.Next()
			if cap(r.buf) > firstRead+2*len(stream) {
				t.Fatalf("%d bytes for a stream of %d", cap(r.buf), len(stream))
			}
			if err != nil {
				return
			}
			m, err := Decode(frame)
			if err != nil || m == nil {
				continue
			}
			again, err := NewReader(bytes.NewReader(Append(nil, m))).Next()
			if err != nil {
				continue // JSON may grow over its limit by escaping
			}
			m2, err := Decode(again)
			if err != nil || !reflect.DeepEqual(m, m2) {
				t.Fatalf("%+v became %+v (%v)", m, m2, err)
			}
		}
	})
}
