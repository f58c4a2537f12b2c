package serde

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// DropText is a text of JSON without what stands at a path, as schemas have it: a.b, items[].sku, tags{}.name. Where nothing stands there it is as it was.
// ErrEdit: it is no JSON, or the path takes away a list's elements.
func DropText(p event.Payload, path string) (event.Payload, error) {
	b := p.Open(sealed.Take())
	if !json.Valid(b) {
		return event.Payload{}, uneditable("%s is to go from a text that is no JSON", path)
	}
	steps := strings.Split(strings.NewReplacer("[]", ".[]", "{}", ".{}").Replace(path), ".")
	if path == "" || strings.HasSuffix(path, "[]") || strings.HasSuffix(path, "{}") {
		return event.Payload{}, uneditable("a field of an object can go, and %s is none", path)
	}
	out, err := dropped(b, steps)
	if err != nil {
		return event.Payload{}, err
	}
	return event.NewPayload(out), nil
}

// dropped is a value without what stands below it at some steps. Members keep their order and their bytes.
func dropped(b []byte, steps []string) ([]byte, error) {
	b = bytes.TrimSpace(b)
	d := json.NewDecoder(bytes.NewReader(b))
	switch {
	case len(b) > 0 && b[0] == '[' && steps[0] == "[]":
		return members(d, b, '[', ']', func(_ string, v []byte) ([]byte, bool, error) {
			v, err := dropped(v, steps[1:])
			return v, true, err
		})
	case len(b) > 0 && b[0] == '{':
		return members(d, b, '{', '}', func(name string, v []byte) ([]byte, bool, error) {
			switch {
			case name != steps[0] && steps[0] != "{}":
				return v, true, nil
			case len(steps) == 1:
				return nil, false, nil
			}
			v, err := dropped(v, steps[1:])
			return v, true, err
		})
	}
	return b, nil
}

// members puts an object or a list together again out of what is kept of its members.
func members(d *json.Decoder, b []byte, open, end byte, keep func(name string, v []byte) ([]byte, bool, error)) ([]byte, error) {
	broken := uneditable("its JSON could not be taken apart")
	if _, err := d.Token(); err != nil {
		return nil, broken
	}
	out := make([]byte, 0, len(b))
	out = append(out, open)
	for d.More() {
		var name string
		if open == '{' {
			t, err := d.Token()
			if err != nil {
				return nil, broken
			}
			name, _ = t.(string) // keys of objects are
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, broken
		}
		kept, is, err := keep(name, v)
		if err != nil {
			return nil, err
		}
		if !is {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		if open == '{' {
			quoted, _ := json.Marshal(name) // a string always has a form
			out = append(append(out, quoted...), ':')
		}
		out = append(out, kept...)
	}
	return append(out, end), nil
}
