package jsonschema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
)

func allowedValues(list []any) []allowedValue {
	out := make([]allowedValue, 0, len(list))
	for _, v := range list {
		a := allowedValue{key: exact(v), shown: exact(v)}
		if s, ok := v.(string); ok {
			a.shown = s
		}
		if n, ok := v.(json.Number); ok {
			a.shown = n.String()
		}
		out = append(out, a)
	}
	return out
}

// exact is a text that is equal for equal JSON values: 1 and 1.0 are the same number.
func exact(v any) string {
	var b bytes.Buffer
	printExact(&b, v)
	return b.String()
}

func printExact(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case json.Number:
		if r, ok := new(big.Rat).SetString(v.String()); ok {
			b.WriteString(r.RatString())
			return
		}
		b.WriteString(v.String())
	case string:
		printText(b, v)
	case []any:
		b.WriteByte('[')
		for _, item := range v {
			printExact(b, item)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for _, name := range sortedNames(v) {
			printText(b, name)
			b.WriteByte(':')
			printExact(b, v[name])
			b.WriteByte(',')
		}
		b.WriteByte('}')
	default:
		fmt.Fprint(b, v)
	}
}
