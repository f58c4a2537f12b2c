package jsonschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"

	compiler "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/sightglass/sightglass/internal/language"
)

// ErrOpaque is a schema that values cannot be held against: it has a pattern that Go cannot run, as one that looks ahead.
var ErrOpaque = errors.New("the schema has a pattern of ECMA 262 that is not run here")

// Validator says whether values are valid. Safe for concurrent use.
type Validator struct{ compiled *compiler.Schema }

// NewValidator compiles a schema for values. Errors: those of Language.Parse, and ErrOpaque.
func NewValidator(text string, refs []language.Referenced) (*Validator, error) {
	root, err := readText(text)
	if err != nil {
		return nil, err
	}
	l, err := newLibrary(text, root, refs)
	if err != nil {
		return nil, err
	}
	compiled, err := l.compile()
	if err != nil {
		return nil, err
	}
	if err := endlessIn(l, compiled); err != nil {
		return nil, err
	}
	for _, s := range reachable(compiled) {
		if _, is := s.Pattern.(opaque); is {
			return nil, ErrOpaque
		}
		for p := range s.PatternProperties {
			if _, is := p.(opaque); is {
				return nil, ErrOpaque
			}
		}
	}
	return &Validator{compiled}, nil
}

// Fault says which part of the schema a value does not keep, as "/properties/amount/minimum"; empty: it is valid, or has a number that is too long to be
// compared. It holds nothing of the value, whose members may have names that are as private as it is.
func (v *Validator) Fault(value []byte) (where string) {
	defer func() { // of a value that the library did not foresee nothing is known
		if recover() != nil {
			where = ""
		}
	}()
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil || !comparable(doc) {
		return ""
	}
	var bad *compiler.ValidationError
	if !errors.As(v.compiled.Validate(doc), &bad) {
		return ""
	}
	for len(bad.Causes) > 0 {
		if _, is := bad.ErrorKind.(*kind.AnyOf); is {
			break // no branch of it is more to blame than the others
		}
		if _, is := bad.ErrorKind.(*kind.OneOf); is {
			break
		}
		bad = first(bad.Causes)
	}
	uri, fragment, _ := strings.Cut(bad.SchemaURL, "#")
	if decoded, err := url.PathUnescape(fragment); err == nil {
		fragment = decoded
	}
	// Behind the keyword, the library names members of the value where the schema depends on them.
	if path := bad.ErrorKind.KeywordPath(); len(path) > 0 {
		fragment += pointerOf(path[:1])
	}
	if uri != rootPlace {
		fragment = strings.TrimPrefix(uri, place) + "#" + fragment
	}
	if fragment == "" {
		return "/"
	}
	return fragment
}

// first is the cause whose place in the schema comes first: the library looks at members in no order.
func first(causes []*compiler.ValidationError) *compiler.ValidationError {
	least := causes[0]
	for _, c := range causes[1:] {
		a, b := c.SchemaURL+pointerOf(c.ErrorKind.KeywordPath()), least.SchemaURL+pointerOf(least.ErrorKind.KeywordPath())
		if a < b {
			least = c
		}
	}
	return least
}

// comparable says whether all numbers are short enough to be worked with exactly: 1e999999999 would fill memory.
func comparable(doc any) bool {
	switch v := doc.(type) {
	case json.Number:
		s := string(v)
		if len(s) > mostExponent {
			return false
		}
		if at := strings.IndexAny(s, "eE"); at >= 0 {
			n, err := strconv.Atoi(s[at+1:])
			return err == nil && n >= -mostExponent && n <= mostExponent
		}
	case []any:
		for i := range v {
			if !comparable(v[i]) {
				return false
			}
		}
	case map[string]any:
		for _, member := range v {
			if !comparable(member) {
				return false
			}
		}
	}
	return true
}
