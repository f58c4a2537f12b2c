package event_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

const canary = "canary-5f1c"

// holders are the ways in which content is carried about, each also inside a struct with unexported fields, whose methods
// fmt does not call.
func holders() map[string]any {
	p := event.NewPayload([]byte(canary))
	node := event.Node{Kind: event.NodeObject, Items: []event.Node{
		{Kind: event.NodeScalar, Name: canary, Value: event.TextValue(event.ValueString, canary)}}}
	tree := event.NewTree(node, event.TreeInfo{Format: event.FormatText, Size: len(canary)})
	return map[string]any{
		"payload":           p,
		"pointer":           &p,
		"in a slice":        []event.Payload{p},
		"in a map":          map[string]event.Payload{"a": p},
		"exported field":    struct{ P event.Payload }{p},
		"unexported field":  struct{ p event.Payload }{p},
		"tree":              tree,
		"tree, exported":    struct{ T event.Tree }{tree},
		"tree, unexported":  struct{ t event.Tree }{tree},
		"node":              node,
		"value":             event.TextValue(event.ValueString, canary),
		"value in a struct": struct{ V event.Value }{event.TextValue(event.ValueString, canary)},
	}
}

func leaks(s string) bool {
	return strings.Contains(s, canary) || strings.Contains(s, fmt.Sprintf("%x", canary)) || strings.Contains(s, "99 97 110 97 114 121") ||
		strings.Contains(s, "0x63, 0x61, 0x6e")
}

func TestPrintingShowsNoContent(t *testing.T) {
	for name, h := range holders() {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
			if s := fmt.Sprintf(verb, h); leaks(s) {
				t.Errorf("%s prints its content with %s: %s", name, verb, s)
			}
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "a", h)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "a", h)
		if leaks(log.String()) {
			t.Errorf("%s logs its content: %s", name, log.String())
		}
	}
}

func TestEncodingIsRefused(t *testing.T) {
	for name, h := range holders() {
		b, err := json.Marshal(h)
		if leaks(string(b)) {
			t.Errorf("%s encodes its content as JSON", name)
		}
		if !strings.Contains(name, "unexported") && !errors.Is(err, event.ErrSealed) {
			t.Errorf("%s: JSON gives %v, want ErrSealed", name, err)
		}
		x, _ := xml.Marshal(h)
		if leaks(string(x)) {
			t.Errorf("%s encodes its content as XML", name)
		}
		var g bytes.Buffer
		if err := gob.NewEncoder(&g).Encode(h); err == nil && leaks(g.String()) {
			t.Errorf("%s encodes its content with gob", name)
		}
	}
}

func TestPayloadTellsItsLength(t *testing.T) {
	for _, c := range []struct {
		p         event.Payload
		len, size int
		null      bool
		text      string
	}{
		{event.Payload{}, 0, 0, true, "payload(null)"},
		{event.NewPayload(nil), 0, 0, true, "payload(null)"},
		{event.NewPayload([]byte{}), 0, 0, false, "payload(0 B)"},
		{event.NewPayload(make([]byte, 123)), 123, 123, false, "payload(123 B)"},
		{event.NewCutPayload(make([]byte, 10), 500), 10, 500, false, "payload(10 of 500 B)"},
		{event.NewCutPayload(make([]byte, 10), 3), 10, 10, false, "payload(10 B)"},
		{event.NewCutPayload(nil, 500), 0, 500, true, "payload(0 of 500 B)"},
	} {
		if c.p.Len() != c.len || c.p.Size() != c.size || c.p.Null() != c.null || fmt.Sprint(c.p) != c.text {
			t.Errorf("%s: len %d size %d null %v, want %+v", c.p, c.p.Len(), c.p.Size(), c.p.Null(), c)
		}
	}
}

func TestOnlyATakenKeyOpens(t *testing.T) {
	p := event.NewPayload([]byte(canary))
	tree := event.NewTree(event.Node{Kind: event.NodeNull}, event.TreeInfo{})
	if string(p.Open(sealed.Take())) != canary || tree.Open(sealed.Take()) == nil {
		t.Error("a key from Take does not open")
	}
	var none sealed.Key
	if p.Open(none) != nil || tree.Open(none) != nil {
		t.Error("the zero key opens")
	}
	opened := p.Open(sealed.Take())
	if cap(opened) != len(opened) {
		t.Error("append to an opened payload would write behind it")
	}
	if b := event.NewPayload([]byte{}).Open(sealed.Take()); b == nil || len(b) != 0 {
		t.Error("an empty payload opens as null")
	}
	var zero event.Tree
	if !zero.Absent() || zero.Open(sealed.Take()) != nil || zero.Info() != (event.TreeInfo{}) {
		t.Error("the zero tree is not absent")
	}
}

func TestPayloadsAreComparedWithoutBeingOpened(t *testing.T) {
	null, none, a, b := event.Payload{}, event.NewPayload([]byte{}), event.NewPayload([]byte("a")), event.NewPayload([]byte("b"))
	cut := event.NewCutPayload([]byte("a"), 9)
	all := []event.Payload{null, none, a, b, cut}
	for i, x := range all {
		for j, y := range all {
			if x.Equal(y) != (i == j) {
				t.Errorf("%v and %v: equal is %t", x, y, x.Equal(y))
			}
		}
	}
	if !a.Equal(event.NewPayload([]byte("a"))) {
		t.Error("equal bytes at two places are not equal")
	}
	seed := maphash.MakeSeed()
	sum := func(list ...event.Payload) uint64 {
		var h maphash.Hash
		h.SetSeed(seed)
		for _, p := range list {
			p.AddTo(&h)
		}
		return h.Sum64()
	}
	if sum(a, b) != sum(event.NewPayload([]byte("a")), b) || sum(a, b) == sum(event.NewPayload([]byte("ab")), none) || sum(null) == sum(none) {
		t.Error("hashes do not tell payloads apart as Equal does")
	}
}
