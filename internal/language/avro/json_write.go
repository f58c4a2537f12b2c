package avro

import (
	"math"
	"strconv"
	"strings"
)

// writeJSON appends v as Jackson writes it, so that a canonical text is the one that Confluent's registry has.
func writeJSON(b []byte, v *jsonValue) []byte {
	switch v.kind {
	case jsonNull:
		return append(b, "null"...)
	case jsonBool:
		return strconv.AppendBool(b, v.flag)
	case jsonText:
		return writeText(b, v.text)
	case jsonInt, jsonLong:
		return strconv.AppendInt(b, v.whole, 10)
	case jsonBig:
		return append(b, v.text...)
	case jsonDouble:
		return writeDouble(b, v.double, 64)
	case jsonArray:
		b = append(b, '[')
		for i, item := range v.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = writeJSON(b, item)
		}
		return append(b, ']')
	}
	b = append(b, '{')
	for i, m := range v.members {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(writeText(b, m.name), ':')
		b = writeJSON(b, m.value)
	}
	return append(b, '}')
}

// writeText escapes what Jackson escapes and nothing else.
func writeText(b []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		if short := strings.IndexByte("\"\\\b\f\n\r\t", c); short >= 0 {
			b = append(b, '\\', `"\bfnrt`[short])
			continue
		}
		b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// writeDouble writes as Java's Double.toString and Float.toString do; what is no number is a text.
func writeDouble(b []byte, f float64, bits int) []byte {
	switch abs := math.Abs(f); {
	case math.IsNaN(f):
		return append(b, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(b, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(b, `"-Infinity"`...)
	case abs == 0 || abs >= 1e-3 && abs < 1e7:
		s := strconv.FormatFloat(f, 'f', -1, bits)
		b = append(b, s...)
		if !strings.Contains(s, ".") {
			b = append(b, ".0"...)
		}
		return b
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, bits), "e")
	if !strings.Contains(digits, ".") {
		// Java takes the nearest of two digits: the smallest number is 4.9E-324, not 5.0E-324.
		digits, exponent, _ = strings.Cut(strconv.FormatFloat(f, 'e', 1, bits), "e")
	}
	b = append(append(b, digits...), 'E')
	n, _ := strconv.Atoi(exponent)
	return strconv.AppendInt(b, int64(n), 10)
}
