package access

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"
)

// JSON is the view's content as JSON text, complete and masked; nil when there is nothing. Members keep their order. A map is an
// object when its keys are scalars, else a list of {"key", "value"}. Whole numbers are numbers however long; decimals, times and
// whatever JSON has no word for (NaN, infinities) are text, bytes are hexadecimal digits. What could not be decoded is null: Reason
// says why.
func (v View) JSON() []byte {
	if v.root == nil {
		return nil
	}
	return v.root.appendJSON(nil)
}

// Plain is JSON, but of a scalar its value alone: a text without quotes. Empty when there is nothing.
func (v View) Plain() string {
	if v.root == nil {
		return ""
	}
	switch v.root.Kind {
	case kindObject, kindList, kindMap, kindEntry:
		return string(v.root.appendJSON(nil))
	case kindBytes:
		return hex.EncodeToString([]byte(v.root.Value))
	case kindNull, kindOpaque, kindCut:
		return ""
	}
	return valid(v.root.Value)
}

func (n *Node) appendJSON(b []byte) []byte {
	switch n.Kind {
	case kindObject:
		return n.appendMembers(b)
	case kindList:
		return appendItems(b, n.Items)
	case kindMap:
		return n.appendMap(b)
	case kindEntry:
		return n.appendEntry(b)
	case kindNull, kindOpaque, kindCut:
		return append(b, "null"...)
	case kindBool:
		return strconv.AppendBool(b, n.Value == "true")
	case kindInt:
		if wholeNumber(n.Value) {
			return append(b, n.Value...)
		}
	case kindFloat:
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return appendFloat(b, f)
		}
	case kindBytes:
		return appendText(b, hex.EncodeToString([]byte(n.Value)))
	}
	return appendText(b, n.Value)
}

func (n *Node) appendMembers(b []byte) []byte {
	b = append(b, '{')
	for i := range n.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, n.Items[i].Name), ':')
		b = n.Items[i].appendJSON(b)
	}
	return append(b, '}')
}

func appendItems(b []byte, items []Node) []byte {
	b = append(b, '[')
	for i := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = items[i].appendJSON(b)
	}
	return append(b, ']')
}

func (n *Node) appendMap(b []byte) []byte {
	for i := range n.Items {
		if e := n.Items[i].Items; n.Items[i].Kind != kindEntry || len(e) != 2 || !scalar(e[0].Kind) {
			return appendItems(b, n.Items)
		}
	}
	b = append(b, '{')
	for i := range n.Items {
		if i > 0 {
			b = append(b, ',')
		}
		entry := n.Items[i].Items
		key := entry[0].Value
		if entry[0].Kind == kindBytes {
			key = hex.EncodeToString([]byte(key))
		}
		b = append(appendText(b, key), ':')
		b = entry[1].appendJSON(b)
	}
	return append(b, '}')
}

func (n *Node) appendEntry(b []byte) []byte {
	if len(n.Items) != 2 {
		return appendItems(b, n.Items)
	}
	b = n.Items[0].appendJSON(append(b, `{"key":`...))
	b = n.Items[1].appendJSON(append(b, `,"value":`...))
	return append(b, '}')
}

func scalar(kind string) bool {
	switch kind {
	case kindObject, kindList, kindMap, kindEntry, kindNull, kindOpaque, kindCut:
		return false
	}
	return true
}

// wholeNumber tells whether s is a number as JSON writes whole ones.
func wholeNumber(s string) bool {
	if len(s) > 0 && s[0] == '-' {
		s = s[1:]
	}
	if s == "" || len(s) > 1 && s[0] == '0' {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func appendFloat(b []byte, f float64) []byte {
	text, err := json.Marshal(f)
	if err != nil {
		return append(b, "null"...) // it was looked at before: it is finite
	}
	return append(b, text...)
}

// appendText writes s as a JSON string. Unlike json.Marshal it leaves <, > and & as they are.
func appendText(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r) // U+FFFD for what is no UTF-8
			i += size
			continue
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\t':
			b = append(b, '\\', 't')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c < 0x20 || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			b = append(b, c)
		}
		i++
	}
	return append(b, '"')
}

// valid is s with U+FFFD for what is no UTF-8.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out := make([]byte, 0, len(s)+8)
	for _, r := range s {
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}
