package serde_test

import (
	"errors"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/serde"
)

func TestAFieldGoesFromATextOfJSON(t *testing.T) {
	for _, c := range []struct{ text, path, want string }{
		{`{"a": 1, "b": 2.50, "c": "x"}`, "b", `{"a":1,"c":"x"}`},
		{`{"a":{"b":1,"c":[1, 2]},"b":3}`, "a.b", `{"a":{"c":[1, 2]},"b":3}`},
		{`{"items":[{"sku":"1","n":1},{"n":2}]}`, "items[].sku", `{"items":[{"n":1},{"n":2}]}`},
		{`{"tags":{"x":{"v":1,"w":2}}}`, "tags{}.v", `{"tags":{"x":{"w":2}}}`},
		{`{"a":1}`, "b", `{"a":1}`},
		{`{"a":1}`, "a.b", `{"a":1}`},
		{`[1]`, "a", `[1]`},
	} {
		got, err := serde.DropText(event.NewPayload([]byte(c.text)), c.path)
		if err != nil || string(got.Open(sealed.Take())) != c.want {
			t.Errorf("%s without %s: %s %v, want %s", c.text, c.path, got.Open(sealed.Take()), err, c.want)
		}
	}
	for _, c := range [][2]string{{"\x00\x00\x00\x00\x01x", "a"}, {`{"a":[1]}`, "a[]"}, {`{}`, ""}} {
		if _, err := serde.DropText(event.NewPayload([]byte(c[0])), c[1]); !errors.Is(err, serde.ErrEdit) {
			t.Errorf("%q without %q: %v", c[0], c[1], err)
		}
	}
}
