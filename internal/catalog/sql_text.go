package catalog

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// argument is what stands between the brackets of name=[…] in a planner's description; of the whole description where name is empty.
func argument(plan, name string) string {
	if name == "" {
		return plan
	}
	for _, open := range []string{"(", " "} {
		if _, rest, ok := strings.Cut(plan, open+name+"=["); ok {
			return untilClosed(rest)
		}
	}
	return ""
}

// untilClosed is text up to the bracket that closes what was open before it. Literals are hidden in it; names in back quotes may hold brackets.
func untilClosed(text string) string {
	depth, quoted := 0, false
	for i, r := range text {
		switch {
		case r == '`':
			quoted = !quoted
		case quoted:
		case r == '[' || r == '(':
			depth++
		case r == ']' || r == ')':
			if depth == 0 {
				return text[:i]
			}
			depth--
		}
	}
	return ""
}

// split takes a list apart at its commas outside of brackets and quotes.
func split(text string) (items []string) {
	depth, begin := 0, 0
	var quote rune
	for i, r := range text {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '`' || r == '\'' || r == '"':
			quote = r
		case r == '(' || r == '[' || r == '<':
			depth++
		case r == ')' || r == ']' || r == '>' && depth > 0 && !strings.HasSuffix(text[:i], "="):
			depth = max(0, depth-1)
		case r == ',' && depth == 0:
			items = append(items, strings.TrimSpace(text[begin:i]))
			begin = i + 1
		}
	}
	if rest := strings.TrimSpace(text[begin:]); rest != "" {
		items = append(items, rest)
	}
	return items
}

// cutAlias parts an item of a select list into its expression and the name that it gets.
func cutAlias(item string) (expression, alias string) {
	if i := strings.LastIndex(item, " AS "); i >= 0 && strings.Count(item[i:], ")") == strings.Count(item[i:], "(") {
		return strings.TrimSpace(item[:i]), strings.TrimSpace(item[i+len(" AS "):])
	}
	return item, item
}

// identifiers are the names in an expression, each once: of fields, functions and types alike. Whoever looks them up knows which are fields.
func identifiers(expression string) (names []string) {
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for rest := expression; rest != ""; {
		switch r := rest[0]; {
		case r == '`':
			end := strings.IndexByte(rest[1:], '`')
			if end < 0 {
				return names
			}
			add(rest[1 : 1+end])
			rest = rest[end+2:]
		case r == '\'':
			end := strings.IndexByte(rest[1:], '\'')
			if end < 0 {
				return names
			}
			rest = rest[end+2:]
		default:
			end := strings.IndexFunc(rest, func(r rune) bool { return r != '_' && r != '$' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			switch {
			case end < 0:
				add(rest)
				return names
			case end == 0:
				_, size := utf8.DecodeRuneInString(rest)
				rest = rest[size:]
			default:
				add(rest[:end])
				rest = rest[end:]
			}
		}
	}
	return names
}

// createdTable is the name and the physical columns of the table that a CREATE TABLE statement makes. Columns that are computed, or are metadata
// that is only read, are in no record.
func createdTable(statement string) (name string, columns []string) {
	words := strings.Fields(statement)
	at := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, "TABLE") })
	if at < 1 || !strings.EqualFold(words[0], "CREATE") || at > 2 {
		return "", nil
	}
	_, rest, ok := cutWord(statement, "TABLE")
	open := strings.IndexByte(rest, '(')
	if !ok || open < 0 {
		return "", nil
	}
	head := strings.Fields(strings.TrimSpace(rest[:open]))
	if len(head) >= 3 && strings.EqualFold(head[0], "IF") {
		head = head[3:]
	}
	if len(head) != 1 {
		return "", nil
	}
	name = head[0]
	name = strings.Trim(name[strings.LastIndexByte(name, '.')+1:], "`")
	for _, item := range split(untilClosed(rest[open+1:])) {
		column, typ := columnOf(item)
		if column != "" && typ != "" {
			columns = append(columns, column)
		}
	}
	return name, columns
}

func cutWord(text, word string) (before, after string, found bool) {
	i := strings.Index(strings.ToUpper(text), word)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(word):], true
}

// columnOf is a column's name and the beginning of its type; empty where an item of a table's definition is no physical column.
func columnOf(item string) (name, typ string) {
	rest := item
	if strings.HasPrefix(item, "`") {
		end := strings.IndexByte(item[1:], '`')
		if end < 0 {
			return "", ""
		}
		name, rest = item[1:1+end], item[end+2:]
	} else {
		words := strings.Fields(item)
		if len(words) < 2 {
			return "", ""
		}
		name = words[0]
		rest = strings.TrimPrefix(strings.TrimSpace(item), name)
		switch strings.ToUpper(name) {
		case "WATERMARK", "PRIMARY", "UNIQUE", "CONSTRAINT", "PERIOD":
			return "", ""
		}
	}
	words := strings.Fields(rest)
	if len(words) == 0 || strings.EqualFold(words[0], "AS") || strings.Contains(strings.ToUpper(rest), " VIRTUAL") {
		return "", ""
	}
	return name, words[0]
}
