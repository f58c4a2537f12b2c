package jsonschema

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

// Texts are read as encoding/json reads them, token by token.
func TestTextsAreReadAsTheirTokens(t *testing.T) {
	var many strings.Builder
	for i := range 30 {
		fmt.Fprintf(&many, `"m%d":%d,`, i%20, i)
	}
	for _, text := range []string{
		`true`, `false`, ` null `, `0`, `-1.5e+10`, "\t\r\n\"a\" ", `""`, `{}`, `[]`, `[1,"a",null,[],{}]`, `{"a":{"b":[true , false]},"c":"d"}`, `{ "a" : 1 , "a" : { "x" : 2 } , "b" : 3, "a":4 }`,
		`{"a\"b":"\u00e4\ud83d\ude00\\","\\":"\\\"","lone":"\ud800"}`, "{\"\xff\":\"a\xc3\"}", `{"größe":"größe, {[:]}\"]}"}`, `{` + many.String() + `"last":{"m1":1}}`,
		strings.Repeat("[", 40) + strings.Repeat("]", 40), strings.Repeat("[", language.MostNesting+1) + strings.Repeat("]", language.MostNesting+1),
		`[` + strings.Repeat(`{},`, mostObjects) + `{}]`, `[1e999]`, `[` + strings.Repeat("9", mostExponent+1) + `]`, `[1e-9]`, "{\"a\":\"\u2028\u007f\"}",
	} {
		got, err := readText(text)
		o := tokenReader{source: text, tokens: json.NewDecoder(strings.NewReader(text))}
		o.tokens.UseNumber()
		want, wantErr := o.value(0)
		if !reflect.DeepEqual(got, want) && (err == nil || wantErr == nil) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("%.80q is read as %+v (%v), its tokens are %+v (%v)", text, got, err, want, wantErr)
		}
	}
}

type tokenReader struct {
	source  string
	tokens  *json.Decoder
	objects int
}

func (r *tokenReader) value(depth int) (*value, error) {
	token, err := r.tokens.Token()
	if err != nil {
		return nil, notJSON(r.source, err)
	}
	return r.from(token, depth)
}

func (r *tokenReader) from(token json.Token, depth int) (*value, error) {
	v := &value{offset: int(r.tokens.InputOffset())}
	switch t := token.(type) {
	case nil:
	case bool:
		v.kind, v.literal = boolean, strconv.FormatBool(t)
	case json.Number:
		v.kind, v.literal = number, t.String()
		if unusual(v.literal) {
			return nil, placed(r.source, int64(v.offset), "", fmt.Sprintf("a number has more than %d digits or a larger exponent", mostExponent))
		}
	case string:
		v.kind, v.literal = text, t
	case json.Delim:
		if depth >= language.MostNesting {
			return nil, tooLarge(fmt.Sprintf("it nests deeper than %d", language.MostNesting))
		}
		if t == '[' {
			v.kind = array
			return v, r.list(v, depth+1)
		}
		if r.objects++; r.objects > mostObjects {
			return nil, tooLarge(fmt.Sprintf("it has more than %d objects", mostObjects))
		}
		v.kind = object
		return v, r.members(v, depth+1)
	}
	return v, nil
}

func (r *tokenReader) list(v *value, depth int) error {
	for r.tokens.More() {
		item, err := r.value(depth)
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
	}
	_, err := r.tokens.Token()
	if err != nil {
		return notJSON(r.source, err)
	}
	return nil
}

func (r *tokenReader) members(v *value, depth int) error {
	places := map[string]int{}
	for r.tokens.More() {
		token, err := r.tokens.Token()
		if err != nil {
			return notJSON(r.source, err)
		}
		name, ok := token.(string)
		if !ok {
			return notJSON(r.source, errors.New("no name"))
		}
		item, err := r.value(depth)
		if err != nil {
			return err
		}
		if at, twice := places[name]; twice {
			v.items[at] = item
			continue
		}
		places[name] = len(v.items)
		v.names, v.items = append(v.names, name), append(v.items, item)
	}
	_, err := r.tokens.Token()
	if err != nil {
		return notJSON(r.source, err)
	}
	return nil
}
