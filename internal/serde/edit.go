package serde

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// ErrEdit is wrapped by every error of EditElement and EditText. Texts name places and types, never values.
var ErrEdit = errors.New("the value cannot be written anew")

func uneditable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrEdit, fmt.Sprintf(format, args...))
}

// EditElement writes the record of a stream element, whose serializer, or that of the record in it, d describes, with the value at path replaced by text. path has
// the names of fields and the indexes of elements with dots between them; empty = the value itself. Everything else keeps its bytes.
//
// It goes through tuples, case classes, POJOs, Rows, rows of tables, lists, arrays and options, and into texts that are JSON. It writes
// texts, numbers, booleans, enum values, times that are milliseconds since 1970, and null where a field of a POJO may be it. Errors: ErrEdit.
func EditElement(d *event.Descriptor, p event.Payload, path, text string) (event.Payload, error) {
	if d != nil && d.T == event.SerStreamElement {
		d = d.S
	}
	if d == nil {
		return event.Payload{}, uneditable("how it is written was not recorded")
	}
	e := Compile(d, Limits{}).DecodeElement(p)
	root := e.Value.Open(sealed.Take())
	if !e.Known || !e.isRecord() || root == nil {
		return event.Payload{}, uneditable("it is no record")
	}
	if why := e.Value.Info().Reason; why != "" {
		return event.Payload{}, uneditable("it is not read to its end: %s", why)
	}
	b, err := edit{p.Open(sealed.Take())}.node(d, root, steps(path), text)
	return event.NewPayload(b), err
}

// EditValue is EditElement for the bytes of a value alone, as states hold it. With an empty path the whole value is written out of text, whatever
// was stored: what EditElement writes, and what EncodeKey does.
func EditValue(d *event.Descriptor, p event.Payload, path, text string) (event.Payload, error) {
	if d == nil {
		return event.Payload{}, uneditable("how it is written is not known")
	}
	if path == "" {
		if b, ok := encode(nil, d, text); ok && utf8.ValidString(text) {
			return event.NewPayload(b), nil
		}
		b, err := scalarBytes(d, text)
		return event.NewPayload(b), err
	}
	if p.Null() {
		return event.Payload{}, uneditable("nothing is stored there whose %s could be another", path)
	}
	root := Compile(d, Limits{}).Decode(p)
	if why := root.Info().Reason; why != "" {
		return event.Payload{}, uneditable("it is not read to its end: %s", why)
	}
	b, err := edit{p.Open(sealed.Take())}.node(d, root.Open(sealed.Take()), steps(path), text)
	return event.NewPayload(b), err
}

// EditText is EditElement for bytes that are JSON, as values of Kafka's records often are. With an empty path all of them are replaced.
func EditText(p event.Payload, path, text string) (event.Payload, error) {
	if path == "" {
		return event.NewPayload([]byte(text)), nil
	}
	b, err := editJSON(p.Open(sealed.Take()), steps(path), text)
	return event.NewPayload(b), err
}

func steps(path string) []string {
	if path == "" {
		return nil
	}
	return strings.Split(path, ".")
}

// edit replaces parts of the bytes.
type edit struct{ b []byte }

// with is all bytes with those of n replaced.
func (e edit) with(n *event.Node, b []byte) []byte {
	return slices.Concat(e.b[:n.Off], b, e.b[n.Off+n.Len:])
}

func child(n *event.Node, name string) (int, *event.Node, error) {
	for i := range n.Items {
		if n.Items[i].Name == name {
			return i, &n.Items[i], nil
		}
	}
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.Items) && n.Kind == event.NodeList {
		return i, &n.Items[i], nil
	}
	return 0, nil, uneditable("there is no %s in it", name)
}

// node writes the bytes of n, which d describes, with the value at path replaced.
func (e edit) node(d *event.Descriptor, n *event.Node, path []string, text string) ([]byte, error) {
	if d == nil {
		return nil, uneditable("how it is written was not recorded")
	}
	switch d.T {
	case event.SerNullable, event.SerOption:
		of := d.S
		if d.T == event.SerOption {
			of = d.E
		}
		return e.flagged(of, n, path, text)
	case event.SerString:
		if len(path) == 0 {
			return e.with(n, encodeString(nil, text)), nil
		}
		b, err := editJSON([]byte(n.Value.Text()), path, text)
		return e.with(n, encodeString(nil, string(b))), err
	case event.SerRowData:
		return e.tableRow(d, n, path, text)
	}
	if len(path) == 0 {
		b, err := scalarBytes(d, text)
		return e.with(n, b), err
	}
	i, at, err := child(n, path[0])
	if err != nil {
		return nil, err
	}
	switch d.T {
	case event.SerTuple, event.SerCase, event.SerPojo, event.SerRow:
		if d.T == event.SerPojo && e.b[n.Off] != pojoExact {
			return nil, uneditable("%s is a field of a subclass", path[0])
		}
		i := slices.IndexFunc(d.Fields, func(f event.DescriptorField) bool { return f.Name == at.Name })
		if i < 0 {
			return nil, uneditable("%s is a field of a subclass", path[0])
		}
		f := d.Fields[i].S
		switch {
		case d.T == event.SerPojo:
			return e.flagged(f, at, path[1:], text)
		case d.T == event.SerRow && at.Kind == event.NodeNull:
			return nil, uneditable("%s is null in it, which takes no bytes", path[0])
		}
		return e.node(f, at, path[1:], text)
	case event.SerList:
		return e.node(d.E, &n.Items[i], path[1:], text)
	case event.SerArray:
		return e.flag(d.E, at, 1, path[1:], text)
	}
	return nil, uneditable("%s lies in a %s, which is not written anew", path[0], d.T)
}

// flagged is a value behind a byte that says that it is null.
func (e edit) flagged(d *event.Descriptor, n *event.Node, path []string, text string) ([]byte, error) {
	if len(path) == 0 && text == "null" {
		return e.with(n, []byte{1}), nil
	}
	return e.flag(d, n, 0, path, text)
}

// flag is a value behind a byte; present says that it is there.
func (e edit) flag(d *event.Descriptor, n *event.Node, present byte, path []string, text string) ([]byte, error) {
	if n.Kind == event.NodeNull {
		if len(path) > 0 {
			return nil, uneditable("%s is null", n.Name)
		}
		b, err := scalarBytes(d, text)
		return e.with(n, append([]byte{present}, b...)), err
	}
	inner := *n
	inner.Off, inner.Len = n.Off+1, n.Len-1
	return e.node(d, &inner, path, text)
}

// scalarBytes writes a value that has no parts.
func scalarBytes(d *event.Descriptor, text string) ([]byte, error) {
	if d == nil {
		return nil, uneditable("how it is written was not recorded")
	}
	bad := uneditable("that is no %s", d.TypeName())
	switch d.T {
	case event.SerString, event.SerBool, event.SerByte, event.SerShort, event.SerInt, event.SerLong:
		if b, ok := encode(nil, d, text); ok && utf8.ValidString(text) {
			return b, nil
		}
		return nil, bad
	case event.SerDate, event.SerMillis:
		if b, ok := number(nil, text, 8); ok {
			return b, nil
		}
		return nil, bad
	case event.SerFloat, event.SerDouble:
		x, err := strconv.ParseFloat(text, 64)
		switch {
		case err != nil:
			return nil, bad
		case d.T == event.SerFloat:
			return binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(x))), nil
		}
		return binary.BigEndian.AppendUint64(nil, math.Float64bits(x)), nil
	case event.SerEnum:
		if i := slices.Index(d.Names, text); i >= 0 {
			return binary.BigEndian.AppendUint32(nil, uint32(i)), nil
		}
		return nil, bad
	}
	return nil, uneditable("values of %s are not written anew", d.TypeName())
}

// tableRow writes a row of a table behind its length: a value of fixed length in its slot; a text that does not fit into its slot
// behind the row, where the slot then points to.
func (e edit) tableRow(d *event.Descriptor, n *event.Node, path []string, text string) ([]byte, error) {
	if len(path) != 1 {
		return nil, uneditable("of a row of a table one of its own columns is wanted")
	}
	i, at, err := child(n, path[0])
	if err != nil {
		return nil, err
	}
	const length = 4
	row := rowWriter{b: slices.Clone(e.b[n.Off+length : n.Off+n.Len]), slots: (len(d.Fields) + 63 + 8) / 64 * 8}
	bit := i + 8
	if text == "null" {
		row.b[bit>>3] |= 1 << (bit & 7)
		clear(row.b[row.slots+8*i : row.slots+8*i+8])
		return e.with(n, row.sized()), nil
	}
	slot := row.b[row.slots+8*i : row.slots+8*i+8]
	switch root := d.Fields[i].Type.T; root {
	case rootFloat, rootDouble:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, uneditable("%s wants a floating-point number", at.Name)
		}
		clear(slot)
		if root == rootFloat {
			binary.LittleEndian.PutUint32(slot, math.Float32bits(float32(x)))
		} else {
			binary.LittleEndian.PutUint64(slot, math.Float64bits(x))
		}
	default:
		before := slices.Clone(slot)
		clear(slot)
		if !row.set(i, root, text) {
			copy(slot, before)
			return nil, uneditable("%s is a %s, of which this is no value, or which is not written anew", at.Name, root)
		}
	}
	row.b[bit>>3] &^= 1 << (bit & 7)
	return e.with(n, row.sized()), nil
}

// editJSON replaces the value at path in a JSON text; everything else stays as it is written. What was a text stays one.
func editJSON(b []byte, path []string, text string) ([]byte, error) {
	in := newInput(b, Limits{}.OrDefaults())
	j := jsonText{in: in}
	var root event.Node
	j.document(&root)
	if in.stopped() {
		return nil, uneditable("%s is wanted of a text that is no JSON", path[0])
	}
	n := &root
	for _, name := range path {
		var err error
		if _, n, err = child(n, name); err != nil {
			return nil, err
		}
	}
	value := []byte(text)
	if n.Type == "string" || !json.Valid(value) {
		value, _ = json.Marshal(text) // a string always has a form
	}
	return edit{b}.with(n, value), nil
}
