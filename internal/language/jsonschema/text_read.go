package jsonschema

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/language"
)

// reader makes values of a text that is JSON: encoding/json has said so.
type reader struct {
	source  string
	at      int
	objects int
}

// next passes white space, commas and colons, which are where they belong.
func (r *reader) next() byte {
	for strings.IndexByte(" \t\r\n,:", r.source[r.at]) >= 0 {
		r.at++
	}
	return r.source[r.at]
}

func (r *reader) value(depth int) (*value, error) {
	v := &value{}
	switch c := r.next(); c {
	case '"':
		v.kind, v.literal = text, r.string()
	case '{', '[':
		r.at++
		v.offset = r.at
		if depth >= language.MostNesting {
			return nil, tooLarge(fmt.Sprintf("it nests deeper than %d", language.MostNesting))
		}
		if c == '[' {
			v.kind = array
			return v, r.list(v, depth+1)
		}
		if r.objects++; r.objects > mostObjects {
			return nil, tooLarge(fmt.Sprintf("it has more than %d objects", mostObjects))
		}
		v.kind = object
		return v, r.members(v, depth+1)
	case 't', 'f':
		v.kind, v.literal = boolean, strconv.FormatBool(c == 't')
		r.at += len(v.literal)
	case 'n':
		r.at += len("null")
	default:
		from := r.at
		for r.at < len(r.source) && strings.IndexByte("+-.0123456789eE", r.source[r.at]) >= 0 {
			r.at++
		}
		v.kind, v.literal = number, r.source[from:r.at]
		if unusual(v.literal) {
			return nil, placed(r.source, int64(r.at), "", fmt.Sprintf("a number has more than %d digits or a larger exponent", mostExponent))
		}
	}
	v.offset = r.at
	return v, nil
}

// string reads a text, which begins here with its quote. What is not plain is for encoding/json.
func (r *reader) string() (content string) {
	from, plain := r.at, true
	for r.at++; r.source[r.at] != '"'; r.at++ {
		if r.source[r.at] == '\\' {
			plain = false
			r.at++
		}
	}
	r.at++
	if raw := r.source[from+1 : r.at-1]; plain && utf8.ValidString(raw) {
		return raw
	}
	_ = json.Unmarshal([]byte(r.source[from:r.at]), &content) // it is a text, as the whole is JSON
	return content
}

func (r *reader) list(v *value, depth int) error {
	for r.next() != ']' {
		item, err := r.value(depth)
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
	}
	r.at++
	return nil
}

// fewMembers are looked through; more have a table.
const fewMembers = 8

func (r *reader) members(v *value, depth int) error {
	var places map[string]int
	for r.next() != '}' {
		name := r.string()
		item, err := r.value(depth)
		if err != nil {
			return err
		}
		at, twice := -1, false
		if places != nil {
			at, twice = places[name]
		} else {
			for i := range v.names {
				if v.names[i] == name {
					at, twice = i, true
				}
			}
		}
		if twice {
			v.items[at] = item
			continue
		}
		v.names, v.items = append(v.names, name), append(v.items, item)
		if places != nil {
			places[name] = len(v.names) - 1
		} else if len(v.names) > fewMembers {
			places = make(map[string]int, 2*len(v.names))
			for i, n := range v.names {
				places[n] = i
			}
		}
	}
	r.at++
	return nil
}
