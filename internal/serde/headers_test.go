package serde

import (
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

var someHeaders = []byte{3, 2, 'i', 'd', 4, 'a', 'b', 'c', 1, 'n', 0, 1, 'e', 1}

func TestHeadersAreTakenApart(t *testing.T) {
	got := Headers(event.NewPayload(someHeaders))
	if len(got) != 3 || got[0].Name != "id" || string(got[0].Value.Open(sealed.Take())) != "abc" ||
		!got[1].Value.Null() || got[2].Value.Null() || got[2].Value.Len() != 0 {
		t.Errorf("got %+v", got)
	}
	if len(Headers(event.Payload{})) != 0 {
		t.Error("headers out of nothing")
	}
	for cut := range someHeaders {
		if n := len(Headers(event.NewPayload(someHeaders[:cut]))); n > 3 {
			t.Errorf("%d headers of the first %d bytes", n, cut)
		}
	}
}

func FuzzHeaders(f *testing.F) {
	f.Add(someHeaders)
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		held := 0
		for _, h := range Headers(event.NewPayload(b)) {
			held += len(h.Name) + h.Value.Len()
		}
		if held > len(b) {
			t.Errorf("%d bytes of headers out of %d", held, len(b))
		}
	})
}
