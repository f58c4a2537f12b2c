package browse

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/access"
)

// Completion is something that may stand at a place of a filter.
type Completion struct {
	Text   string // what is put in
	Kind   CompletionKind
	Type   string // in words of CEL; empty where it has none
	Detail string
}

// CompletionKind says what a completion is.
type CompletionKind string

// The kinds of completions.
const (
	CompleteField    CompletionKind = "field"
	CompleteMember   CompletionKind = "member" // of a value, or of a field with members
	CompleteWord     CompletionKind = "word"   // a value that the field has in the recording
	CompleteFunction CompletionKind = "function"
	CompleteOperator CompletionKind = "operator"
)

// Completions are what may stand at a place, for the text between From and To (characters of the filter, from 0).
type Completions struct {
	From, To int
	Items    []Completion
	Problem  *FilterProblem // of the whole filter; nil = it can be run
}

// maxCompletions bounds an answer.
const maxCompletions = 200

// Complete says what may stand at character at of a filter over t, for who. Names inside values are those of views: who
// sees masked names completes masked names.
func (b *Browser) Complete(ctx context.Context, who access.Principal, t Target, text string, at int) (Completions, error) {
	runes := []rune(text)
	at = min(max(at, 0), len(runes))
	out := Completions{From: at, To: at, Items: []Completion{}}
	if len(text) > maxFilter {
		_, err := CompileFilter(text)
		out.Problem = problemOf(err)
		return out, nil
	}
	if strings.TrimSpace(text) != "" {
		if _, err := CompileFilter(text); err != nil {
			out.Problem = problemOf(err)
		}
	}
	p := placeIn(string(runes[:at]))
	items, err := b.items(ctx, who, t, p)
	if err != nil {
		return Completions{}, err
	}
	out.From = at - utf8.RuneCountInString(p.typed)
	if p.quoted { // the closing quote is put in as well, so one that stands there goes
		if rest := runes[at:]; len(rest) > 0 && rest[0] == '"' {
			out.To++
		}
	}
	lower := strings.ToLower(p.typed)
	for _, prefix := range []bool{true, false} { // what begins with the typed text before what holds it
		for _, c := range items {
			word := strings.ToLower(c.Text)
			if strings.HasPrefix(word, lower) == prefix && strings.Contains(word, strings.TrimPrefix(lower, `"`)) && len(out.Items) < maxCompletions {
				out.Items = append(out.Items, c)
			}
		}
	}
	return out, nil
}

func problemOf(err error) *FilterProblem {
	if p, ok := err.(*FilterProblem); ok { //nolint:errorlint // CompileFilter gives nothing wrapped
		return p
	}
	if err == nil {
		return nil
	}
	return &FilterProblem{At: -1, Message: err.Error()}
}

// place is what stands before the cursor.
type place struct {
	typed  string   // the word or text that is being typed, with its opening quote
	quoted bool     // typed begins with a quote
	path   []string // value.user. → value, user
	of     string   // kind == "… → kind: the field that typed is compared with
	value  bool     // a term is complete: an operator comes next
}

// placeIn reads the text before the cursor, as far as completion needs it: it need not be a filter yet.
func placeIn(before string) (p place) {
	type token struct {
		text string
		name bool
	}
	var list []token
	for i := 0; i < len(before); {
		c := before[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case c == '"' || c == '\'':
			end := i + 1
			for end < len(before) && before[end] != c {
				if before[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(before) {
				p.typed, p.quoted = before[i:], true
				i = len(before)
				continue
			}
			list = append(list, token{text: before[i : end+1]})
			i = end + 1
		case word(c):
			end := i
			for end < len(before) && word(before[end]) {
				end++
			}
			list = append(list, token{before[i:end], c < '0' || c > '9'})
			i = end
		default:
			end := i + 1
			if end < len(before) && strings.Contains("== != <= >= && ||", before[i:end+1]) && before[end] != ' ' {
				end++
			}
			list = append(list, token{text: before[i:end]})
			i = end
		}
	}
	if n := len(list); !p.quoted && n > 0 && list[n-1].name && strings.HasSuffix(before, list[n-1].text) {
		p.typed, list = list[n-1].text, list[:n-1]
	}
	path := func() (steps []string) { // the names before the end of list, joined by dots
		for len(list) > 0 && list[len(list)-1].name {
			steps = append(steps, list[len(list)-1].text)
			list = list[:len(list)-1]
			if len(list) == 0 || list[len(list)-1].text != "." {
				break
			}
			list = list[:len(list)-1]
		}
		slices.Reverse(steps)
		return steps
	}
	last := func() string {
		if len(list) == 0 {
			return ""
		}
		return list[len(list)-1].text
	}
	switch t := last(); {
	case t == ".":
		list = list[:len(list)-1]
		p.path = path()
	case t == "==" || t == "!=":
		list = list[:len(list)-1]
		p.of = strings.Join(path(), ".")
	case t == "[" || t == ",":
		for len(list) > 0 && last() != "[" && last() != "&&" && last() != "||" {
			list = list[:len(list)-1]
		}
		if last() == "[" {
			list = list[:len(list)-1]
			if last() == "in" {
				list = list[:len(list)-1]
				p.of = strings.Join(path(), ".")
			} else if p.quoted { // value["…
				p.path = path()
			}
		}
	case t != "" && (t == ")" || t == "]" || word(t[len(t)-1]) || strings.HasSuffix(t, `"`)) && t != "in":
		p.value = true
	}
	return p
}

func word(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// items are what may stand at p, whatever was typed of it.
func (b *Browser) items(ctx context.Context, who access.Principal, t Target, p place) ([]Completion, error) {
	switch {
	case p.of != "":
		words, err := b.words(ctx, t, p.of)
		var out []Completion
		for _, w := range words {
			out = append(out, Completion{Text: strconv.Quote(w[0]), Kind: CompleteWord, Type: "string", Detail: w[1]})
		}
		if len(out) > 0 || p.quoted || err != nil {
			return out, err
		}
		return fieldItems(), nil
	case len(p.path) > 0:
		out, err := b.members(ctx, who, t, p.path)
		if err != nil {
			return nil, err
		}
		if p.quoted {
			for i := range out {
				out[i].Text = strconv.Quote(out[i].Text)
			}
			return out, nil
		}
		// What is no word of CEL is completed behind a bracket: value["a b"].
		out = slices.DeleteFunc(out, func(c Completion) bool {
			return strings.ContainsFunc(c.Text, func(r rune) bool { return r > 127 || !word(byte(r)) })
		})
		return append(out, methods...), nil
	case p.quoted:
		return nil, nil
	case p.value:
		return infix, nil
	}
	return fieldItems(), nil
}

func fieldItems() (out []Completion) {
	for i := range fields {
		out = append(out, Completion{Text: fields[i].Name, Kind: CompleteField, Type: fields[i].Type(), Detail: fields[i].Doc})
	}
	return append(out, functions...)
}

// words are the values that a field has in the recording, each with what it is.
func (b *Browser) words(ctx context.Context, t Target, field string) (out [][2]string, err error) {
	if field == "change" {
		for _, c := range changes {
			out = append(out, [2]string{c})
		}
		return out, nil
	}
	names, err := b.queries.Names(ctx, t.Recording)
	if err != nil {
		return nil, err
	}
	var list []string
	switch field {
	case "op":
		for _, o := range names.Operators {
			out = append(out, [2]string{o.Slug, o.Name})
		}
	case "op_name":
		for _, o := range names.Operators {
			out = append(out, [2]string{o.Name, o.Slug})
		}
	case "kind":
		list = names.Kinds
	case "lane":
		list = names.Lanes
	case "reason", "drop.reason":
		list = names.Reasons
	case "state.name":
		list = names.States
	case "topic":
		list = names.Topics
	case "task":
		list = names.Tasks
	}
	for _, w := range list {
		out = append(out, [2]string{w})
	}
	return out, nil
}
