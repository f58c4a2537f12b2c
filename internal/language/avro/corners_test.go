//go:build oracle

package avro

import (
	"fmt"
	"slices"
	"strings"
)

// corners are texts that chance does not find.
func corners() []string {
	list := []string{
		``, ` `, `null`, `true`, `1`, `{}`, `[]`, `string`, `"string"`, ` "string" `, "\ufeff\"string\"", `"string"x`, "\"string\"\x00\x01", `"string" // c`, `/* a */ "string"`,
		"// a\n\"string\"", "# a\n\"string\"", `/* a "string"`, `"str\u0069ng"`, `"str\x69ng"`, `'string'`, `["null",]`, `["null" "int"]`, `[,"null"]`,
		`{"type":"int",}`, `{"type":"int" "a":1}`, `{type:"int"}`, `{"type":"int","type":"long"}`, `{"a":1,"type":"int","a":2}`, `{"type":"int","a":01}`, `{"type":"int","a":1.}`,
		`{"type":"int","a":.5}`, `{"type":"int","a":+1}`, `{"type":"int","a":1e5}`, `{"type":"int","a":1E+5}`, `{"type":"int","a":1e}`, `{"type":"int","a":-}`, `{"type":"int","a":-0}`,
		`{"type":"int","a":-0.0}`, `{"type":"int","a":NaN}`, `{"type":"int","a":1e999}`, `{"type":"int","a":nul}`, `{"type":"int","a":nulll}`, `{"type":"int","a":truefalse}`,
		`{"type":"int","a":"\b\f\n\r\t\/\\\""}`, `{"type":"int","a":"` + "\t" + `"}`, `{"type":"int","a":"` + "\x7f\u2028" + `"}`, `{"type":"int","a":"\uD83D\uDE00"}`, `{"type":"int","a":"\u12"}`,
		`{"type":"int","a":123456789012345678901234567890}`, `{"type":"array","items":"int","a":123456789012345678901234567890}`, `{"type":"array","items":"int","a":[{"b":123456789012345678901234567890}]}`,
		`{"type":"array","items":"int","a":null}`, `{"type":"array","items":"int","a":{"b":null,"c":[1.5,1e300,-3]}}`, `{"type":"map","values":"int","a":1e999}`,
		`{"type":"int","a":9223372036854775807}`, `{"type":"int","a":9223372036854775808}`, `{"type":"int","a":-9223372036854775808}`, `{"type":"int","a":2147483648}`,
		`{"type":"int","a":0.1}`, `{"type":"int","a":1e-5}`, `{"type":"int","a":123456789.125}`, `{"type":"int","a":1e21}`, `{"type":"int","a":4.9e-324}`, `{"type":"int","a":1e7}`, `{"type":"int","a":9999999.5}`,
		`{"type":"int","":1}`, `{"type":"int","a\"b":1}`, `{"type":"int","name":"x","doc":"y","aliases":5,"fields":1}`,
		`{"type":{"type":"int"}}`, `{"type":["int"]}`, `{"type":null}`, `{"type":1}`, `{"name":"a"}`, `{"type":"Missing"}`, `"Missing"`, `["Missing"]`, `{"type":"array"}`, `{"type":"array","items":null}`,
		`{"type":"array","items":["null","int"]}`, `{"type":"map","values":{"type":"map","values":"string"},"items":"int"}`, `{"type":"union"}`, `"union"`, `"record"`, `"array"`, `"error"`,
		`["null","null"]`, `["null",["int"]]`, `[{"type":"array","items":"int"},{"type":"array","items":"long"}]`, `[{"type":"map","values":"int"},{"type":"map","values":"long"}]`,
		`[{"type":"fixed","name":"array","size":1},{"type":"array","items":"int"}]`, `[{"type":"fixed","name":"n.F","size":1},{"type":"fixed","name":"m.F","size":1}]`, `["F",{"type":"fixed","name":"F","size":1}]`,
		`[["int"],"string"]`, `[{"type":["int"]}]`, `[1]`, `[null]`, `[{"type":"int"},{"type":"int","logicalType":"date"}]`,
	}
	for _, name := range []string{`"a"`, `""`, `"a.b"`, `".a"`, `"a."`, `"a..b"`, `"a.b.c"`, `"1a"`, `"a1"`, `"_"`, `"a-b"`, `"ä"`, `"a b"`, `null`, `1`, `"int"`, `"n.int"`, `"record"`, `"n.record"`, `"a.1b.c"`, `"$a"`} {
		for _, space := range []string{``, `,"namespace":"n"`, `,"namespace":""`, `,"namespace":"n.m"`, `,"namespace":"n..m"`, `,"namespace":".n"`, `,"namespace":"n."`, `,"namespace":"1"`, `,"namespace":null`, `,"namespace":1`} {
			list = append(list,
				`{"type":"fixed","size":1,"name":`+name+space+`}`,
				`{"type":"record","name":`+name+space+`,"fields":[{"name":"self","type":["null",`+name+`]}]}`,
				`{"type":"record","name":"o.Outer","fields":[{"name":"f","type":{"type":"enum","symbols":["A"],"name":`+name+space+`}},{"name":"g","type":`+name+`}]}`)
		}
		list = append(list, `{"type":"enum","name":"E","symbols":[`+name+`]}`, `{"type":"enum","name":"E","symbols":["A"],"default":`+name+`}`,
			`{"type":"fixed","name":"n.F","size":1,"aliases":[`+name+`]}`, `{"type":"fixed","name":"F","size":1,"aliases":[`+name+`]}`, `{"type":"fixed","name":"F","size":1,"aliases":`+name+`}`,
			`{"type":"record","name":"R","fields":[{"name":`+name+`,"type":"int"}]}`, `{"type":"record","name":"R","fields":[{"name":"a","type":"int","aliases":[`+name+`]}]}`,
			`{"type":"record","name":"R","fields":[{"name":"a","type":"int","order":`+name+`}]}`, `{"type":"record","name":"R","fields":[{"name":"a","type":"int","doc":`+name+`}]}`)
	}
	for _, size := range []string{"0", "-1", "1.0", "1e1", `"1"`, "null", "2147483639", "2147483640", "2147483647", "2147483648", "99999999999999999999"} {
		list = append(list, `{"type":"fixed","name":"F","size":`+size+`}`)
	}
	for _, logical := range []string{"date", "time-millis", "time-micros", "timestamp-millis", "timestamp-nanos", "local-timestamp-micros", "uuid", "decimal", "big-decimal", "duration", "x"} {
		for _, typ := range []string{`"type":"int"`, `"type":"long"`, `"type":"string"`, `"type":"bytes"`, `"type":"fixed","name":"F","size":12`, `"type":"fixed","name":"F","size":16`, `"type":"array","items":"int"`, `"type":"record","name":"R","fields":[]`} {
			for _, more := range []string{"", `,"precision":4`, `,"precision":4,"scale":2`, `,"precision":99,"scale":-2`, `,"precision":"4"`, `,"avro.java.string":"String"`} {
				list = append(list, `{`+typ+`,"logicalType":"`+logical+`"`+more+`}`)
			}
		}
	}
	values := []string{"null", "true", "0", "-0", "1", "2147483647", "2147483648", "-2147483649", "9223372036854775808", "1.0", "1.5", "1e3", "1e400", `""`, `"a"`, `"A"`, `"B"`, `"1"`, `"1.5"`, `" 1.5 "`, `"1e5"`, `"1d"`, `"0x1p3"`, `"NaN"`, `"-Infinity"`, `"inf"`, `"1_0"`,
		`"\u00ff"`, `"\u0100"`, "[]", "[1]", `["a"]`, `[null]`, "{}", `{"x":1}`, `{"x":"a"}`, `{"x":null}`, `{"y":1}`, `{"x":1,"y":2}`, `{"x":{"x":1}}`, `[[1]]`, `[{"x":1}]`}
	types := []string{`"null"`, `"boolean"`, `"int"`, `"long"`, `"float"`, `"double"`, `"bytes"`, `"string"`, `{"type":"int","logicalType":"date"}`, `{"type":"fixed","name":"F","size":1}`, `{"type":"enum","name":"E","symbols":["A"]}`,
		`{"type":"array","items":"int"}`, `{"type":"map","values":["null","int"]}`, `["null","int"]`, `["int","null"]`, `[]`, `["float","string"]`, `{"type":"array","items":"R"}`, `["null","R"]`, `"R"`, `"Later"`, `["null","Later"]`, `{"type":"array","items":"Later"}`,
		`{"type":"record","name":"S","fields":[{"name":"x","type":"int"}]}`, `{"type":"record","name":"S","fields":[{"name":"x","type":"int","default":1}]}`, `{"type":"record","name":"S","fields":[{"name":"x","type":["null","R"]}]}`,
		`{"type":"record","name":"S","fields":[{"name":"x","type":["null","S"],"default":null}]}`, `{"type":"record","name":"S","fields":[{"name":"x","type":["S","int"]}]}`, `{"type":"record","name":"S","fields":[{"name":"x","type":"float","default":"1"}]}`}
	for _, typ := range types {
		for _, value := range values {
			text := `{"type":"record","name":"R","fields":[{"name":"a","type":` + typ + `,"default":` + value + `}`
			if strings.Contains(typ, "Later") {
				for _, later := range []string{`{"type":"enum","name":"Later","symbols":["A"]}`, `{"type":"record","name":"Later","fields":[{"name":"x","type":"int"}]}`, `{"type":"record","name":"Later","fields":[{"name":"x","type":["int","R"],"default":1}]}`} {
					list = append(list, text+`,{"name":"b","type":`+later+`}]}`)
				}
				continue
			}
			list = append(list, text+`]}`)
		}
	}
	// The same name twice.
	twice := []string{`{"type":"fixed","name":"T","size":1}`, `{"type":"fixed","name":"T","size":1,"a":1}`, `{"type":"fixed","name":"T","size":2}`, `{"type":"fixed","name":"T","size":1,"doc":"d","aliases":["U"]}`,
		`{"type":"enum","name":"T","symbols":["A"]}`, `{"type":"enum","name":"T","symbols":["A"],"default":"A"}`, `{"type":"enum","name":"T","symbols":["A","B"]}`,
		`{"type":"record","name":"T","fields":[]}`, `{"type":"error","name":"T","fields":[]}`, `{"type":"record","name":"T","fields":[{"name":"a","type":"int"}]}`, `{"type":"record","name":"T","fields":[{"name":"a","type":"int","default":1,"doc":"d"}]}`,
		`{"type":"record","name":"T","fields":[{"name":"a","type":"int","default":1}]}`, `{"type":"record","name":"T","fields":[{"name":"a","type":["null","T"]}]}`, `{"type":"record","name":"T","fields":[{"name":"a","type":{"type":"fixed","name":"T","size":1}}]}`,
		`{"type":"record","name":"T","fields":[{"name":"a","type":"int","order":"ascending"}]}`, `{"type":"record","name":"T","fields":[{"name":"a","type":{"type":"int","p":1.0}}]}`, `{"type":"record","name":"T","fields":[{"name":"a","type":{"type":"int","p":1}}]}`, `"T"`}
	for _, one := range twice {
		for _, other := range twice {
			list = append(list, fmt.Sprintf(`{"type":"record","name":"R","fields":[{"name":"a","type":%s},{"name":"b","type":%s}]}`, one, other), fmt.Sprintf(`{"type":"map","values":{"type":"record","name":"T","fields":[{"name":"x","type":%s}],"b":%s}}`, one, other))
		}
	}
	return list
}

// broken spoils a text.
func (s *schemas) broken(text string) string {
	b := []byte(text)
	for range 1 + s.IntN(2) {
		if len(b) == 0 {
			return ""
		}
		i := s.IntN(len(b))
		switch s.IntN(5) {
		case 0:
			b = slices.Delete(b, i, min(len(b), i+1+s.IntN(4)))
		case 1:
			b = slices.Insert(b, i, pick(s, []byte(`"`), []byte(`,`), []byte(`{`), []byte(`]`), []byte(" /* c */ "), []byte("// c\n"), []byte(`\u00e4`), []byte("1"), []byte(" "), []byte("."), []byte("-"))...)
		case 2:
			b[i] = pick(s, byte('1'), 'a', '"', ':', '.', '-', 'N')
		case 3:
			b = b[:i]
		default:
			b = append(b, pick(s, " ", "x", "// c", "\x01", "{}", "\n")...)
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
