package jsonschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/language"
)

// Kinds of JSON values.
type jsonKind byte

const (
	null jsonKind = iota
	boolean
	number
	text
	array
	object
)

// value is a JSON value that kept the order of its members, the spelling of its numbers, and where it stands.
type value struct {
	kind    jsonKind
	literal string // of a number or a boolean as written, of a text its content
	names   []string
	items   []*value // of an object one for each name
	offset  int      // in bytes, where it ends at the latest
}

func tooLarge(why string) error { return fmt.Errorf("%w: %s", language.ErrTooLarge, why) }

// readText parses a whole text. Of members with one name the last counts, at the place of the first.
func readText(source string) (*value, error) {
	var whole valid
	if err := json.Unmarshal([]byte(source), &whole); err != nil {
		return nil, notJSON(source, err)
	}
	r := reader{source: source}
	return r.value(0)
}

// valid takes any JSON and keeps nothing of it.
type valid struct{}

// UnmarshalJSON is json.Unmarshaler.
func (valid) UnmarshalJSON([]byte) error { return nil }

func notJSON(source string, err error) error {
	at := int64(len(source))
	var bad *json.SyntaxError
	if errors.As(err, &bad) && bad.Offset < at {
		return placed(source, bad.Offset, "", "this is not JSON")
	}
	return placed(source, at, "", "the text ends before the schema does, or its last character is not JSON")
}

// unusual tells numbers whose exact value would fill the memory.
func unusual(literal string) bool {
	digits, exponent, _ := strings.Cut(strings.ToLower(literal), "e")
	if len(digits) > mostExponent {
		return true
	}
	n, err := strconv.Atoi(exponent)
	return exponent != "" && (err != nil || n > mostExponent || n < -mostExponent)
}

// placed is a mistake at an offset in bytes.
func placed(source string, offset int64, pointer, message string) *language.SyntaxError {
	offset = max(0, min(offset, int64(len(source))))
	before := source[:offset]
	last := strings.LastIndexByte(before, '\n')
	return &language.SyntaxError{Line: strings.Count(before, "\n") + 1, Column: max(1, int(offset)-last-1), Pointer: pointer, Message: message}
}

func (v *value) mistake(source, pointer, message string) *language.SyntaxError {
	return placed(source, int64(v.offset), pointer, message)
}

// member is the member of that name, nil without one.
func (v *value) member(name string) *value {
	if v == nil || v.kind != object {
		return nil
	}
	if i := slices.Index(v.names, name); i >= 0 {
		return v.items[i]
	}
	return nil
}

// at is the value at a JSON pointer, nil where there is none.
func (v *value) at(pointer []string) *value {
	for _, step := range pointer {
		switch {
		case v == nil:
			return nil
		case v.kind == array:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v.items) {
				return nil
			}
			v = v.items[i]
		default:
			v = v.member(step)
		}
	}
	return v
}

// plain is the value as the compiler takes it.
func (v *value) plain() any {
	switch v.kind {
	case boolean:
		return v.literal == "true"
	case number:
		return json.Number(v.literal)
	case text:
		return v.literal
	case array:
		list := make([]any, len(v.items))
		for i, item := range v.items {
			list[i] = item.plain()
		}
		return list
	case object:
		members := make(map[string]any, len(v.items))
		for i, item := range v.items {
			members[v.names[i]] = item.plain()
		}
		return members
	}
	return nil
}

// print appends the value without white space. sorted: with the members of objects in the order of their names.
func (v *value) print(b *bytes.Buffer, sorted bool) {
	switch v.kind {
	case null:
		b.WriteString("null")
	case boolean, number:
		b.WriteString(v.literal)
	case text:
		printText(b, v.literal)
	case array:
		b.WriteByte('[')
		for i, item := range v.items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.print(b, sorted)
		}
		b.WriteByte(']')
	case object:
		order := make([]int, len(v.names))
		for i := range order {
			order[i] = i
		}
		if sorted {
			slices.SortFunc(order, func(i, j int) int { return strings.Compare(v.names[i], v.names[j]) })
		}
		b.WriteByte('{')
		for n, i := range order {
			if n > 0 {
				b.WriteByte(',')
			}
			printText(b, v.names[i])
			b.WriteByte(':')
			v.items[i].print(b, sorted)
		}
		b.WriteByte('}')
	}
}

// printText quotes a text and escapes only what JSON must have escaped.
func printText(b *bytes.Buffer, s string) {
	out := json.NewEncoder(b)
	out.SetEscapeHTML(false)
	if err := out.Encode(s); err == nil { // strings can always be encoded
		b.Truncate(b.Len() - 1) // the line's end
	}
}

func (v *value) compact(sorted bool) string {
	var b bytes.Buffer
	v.print(&b, sorted)
	return b.String()
}
