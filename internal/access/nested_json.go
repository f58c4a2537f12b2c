package access

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// jsonStep leads from a text that is a JSON object or array into it. Rules write it behind the field: payload~json.email.
const jsonStep = "~json"

// Bounds of JSON within a text. What passes them is hidden as a whole.
const (
	mostNestedBytes = 1 << 20
	mostNestedDepth = 100
	mostNestedTexts = 4 // of JSON in a text in JSON in a text
)

var errNested = errors.New("JSON within a text is too large or too deep")

// nestedJSON parses a text that is a JSON object or array; not ok: it is none, but a text like any other. The error says that it may be one
// and passes the bounds.
func nestedJSON(text string) (root event.Node, ok bool, err error) {
	if !looksLikeJSON(text) {
		return root, false, nil
	}
	if len(text) > mostNestedBytes {
		return root, false, errNested
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	root, err = nestedNode(d, 0)
	if errors.Is(err, errNested) {
		return root, false, err
	}
	if err == nil {
		_, err = d.Token()
	}
	return root, errors.Is(err, io.EOF), nil // more behind it: it is a text that begins like JSON
}

// looksLikeJSON tells whether a text begins and ends as an object or array does.
func looksLikeJSON(text string) bool {
	if len(text) < 2 || text[0] != '{' && text[0] != '[' && text[0] > ' ' {
		return false
	}
	text = strings.Trim(text, " \t\r\n")
	return len(text) >= 2 && (text[0] == '{' && text[len(text)-1] == '}' || text[0] == '[' && text[len(text)-1] == ']')
}

// nestedNode reads one value; members keep their order, and what is there twice stays there twice.
func nestedNode(d *json.Decoder, depth int) (event.Node, error) {
	if depth > mostNestedDepth {
		return event.Node{}, errNested
	}
	t, err := d.Token()
	if err != nil {
		return event.Node{}, err
	}
	switch v := t.(type) {
	case json.Delim:
		n := event.Node{Kind: event.NodeList}
		if v == '{' {
			n.Kind = event.NodeObject
		}
		for d.More() {
			name := ""
			if n.Kind == event.NodeObject {
				t, err := d.Token()
				if err != nil {
					return n, err
				}
				name, _ = t.(string) // the decoder gives names as nothing else
			}
			item, err := nestedNode(d, depth+1)
			if err != nil {
				return n, err
			}
			item.Name = name
			n.Items = append(n.Items, item)
		}
		_, err = d.Token() // the end
		return n, err
	case string:
		return event.Node{Kind: event.NodeScalar, Value: event.TextValue(event.ValueString, v)}, nil
	case json.Number:
		return event.Node{Kind: event.NodeScalar, Value: numberOf(v)}, nil
	case bool:
		return event.Node{Kind: event.NodeScalar, Value: event.BoolValue(v)}, nil
	}
	return event.Node{}, nil
}

// numberOf keeps numbers numbers: whole ones exactly, others as precise as a double is. Only JSON of which something is hidden is written anew.
func numberOf(n json.Number) event.Value {
	if i, err := n.Int64(); err == nil {
		return event.IntValue(i)
	}
	if f, err := n.Float64(); err == nil {
		return event.Float64Value(f)
	}
	return event.TextValue(event.ValueDecimal, n.String())
}

// mayNest tells whether a leaf is a text whose JSON has rules of its own: one that rules show, and that no override says to be shown as it is.
func (m *masker) mayNest(n *event.Node) bool {
	return m.rules != nil && m.place.opens() && n.Value.Kind() == event.ValueString && looksLikeJSON(n.Value.Raw())
}

// opens tells whether what is at a place is shown to everybody, so that what is found in it counts.
func (p *place) opens() bool { return !p.override && p.class.Action.Mask == Clear }

// nested masks JSON within a text, each of its fields by the rules for path~json; the view is a text again, and the one that was there when
// nothing in it is hidden. Not is: the text is no JSON.
func (m *masker) nested(n *event.Node, out *Node) (is bool) {
	root, is, err := nestedJSON(n.Value.Raw())
	if !is && err == nil {
		return false
	}
	hides := m.hides
	if err != nil || m.texts >= mostNestedTexts {
		m.note(Treatment{Class: ClassUnknown, Mask: Redact})
		out.Value = redacted(event.ValueString)
	} else {
		before, nameless, ranges := m.enter(jsonStep), m.nameless, m.ranges
		m.nameless, m.ranges, m.texts = true, false, m.texts+1
		var inner Node
		kept := m.node(&root, &inner)
		m.nameless, m.ranges, m.texts = nameless, ranges, m.texts-1
		m.leave(before)
		out.Value = "null"
		if kept {
			out.Value = string(inner.appendJSON(nil))
		}
	}
	if m.hides == hides {
		if m.ranges {
			m.clear = append(m.clear, Range{n.Off, n.Len})
		}
		out.Value = n.Value.Raw()
		return true
	}
	m.hide(n, out, m.lately)
	return true
}
