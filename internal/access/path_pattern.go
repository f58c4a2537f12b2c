package access

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// pattern is a path as a rule writes it: names with dots between, [] any element of a list, {} any value of a map, {key} its keys, ~json what a
// text holds that is JSON, * any
// one step, ** any number of steps, "a.b" a name as it is. Names are compared in NFC and without case, so that no spelling of a field
// escapes a rule.
type pattern []patternStep

type patternStep struct {
	any  bool   // *
	deep bool   // **
	name string // folded
}

// errPattern is what Parse gives back of a pattern that is none.
var errPattern = errors.New("no path")

var folder = cases.Fold()

// fold makes all spellings of a name that are the same for a rule one.
func fold(name string) string {
	capital := false
	for i := 0; i < len(name); i++ {
		if name[i] >= 0x80 {
			return norm.NFC.String(strings.Map(foldRune, folder.String(norm.NFC.String(name))))
		}
		capital = capital || name[i] >= 'A' && name[i] <= 'Z'
	}
	if capital {
		return strings.ToLower(name)
	}
	return name
}

// foldRune gives one rune for all that differ by case alone, which folder does not: it turns the capital and small letters of Cherokee into each
// other.
func foldRune(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return unicode.ToLower(least)
}

const mostSteps = 64 // of a pattern

// PathOf reads a path as Path.Text writes it. A text that is none is one name.
func PathOf(text string) Path {
	steps, err := parsePattern(text)
	if err != nil {
		return Path{text}
	}
	p := make(Path, 0, len(steps))
	for _, s := range steps {
		switch {
		case s.any:
			p = append(p, "*")
		case s.deep:
			p = append(p, "**")
		default:
			p = append(p, s.name)
		}
	}
	return p
}

func parsePattern(text string) (pattern, error) {
	fail := func(format string, args ...any) (pattern, error) {
		return nil, fmt.Errorf("%w: %q: %s", errPattern, text, fmt.Sprintf(format, args...))
	}
	var p pattern
	if text == "" {
		return nil, nil // the root
	}
	for i := 0; i < len(text); {
		if len(p) > 0 && !strings.HasPrefix(text[i:], "[]") && !strings.HasPrefix(text[i:], "{") && !strings.HasPrefix(text[i:], jsonStep) {
			if text[i] != '.' {
				return fail("a dot is missing at character %d", i+1)
			}
			i++
		}
		switch rest := text[i:]; {
		case rest == "":
			return fail("it ends with a dot")
		case strings.HasPrefix(rest, "[]"):
			p, i = append(p, patternStep{name: elementStep}), i+2
		case strings.HasPrefix(rest, keyStep):
			p, i = append(p, patternStep{name: keyStep}), i+len(keyStep)
		case strings.HasPrefix(rest, valueStep):
			p, i = append(p, patternStep{name: valueStep}), i+2
		case strings.HasPrefix(rest, jsonStep):
			p, i = append(p, patternStep{name: jsonStep}), i+len(jsonStep)
		case rest[0] == '"':
			var name strings.Builder
			j := 1
			for ; j < len(rest) && rest[j] != '"'; j++ {
				if rest[j] == '\\' && j+1 < len(rest) {
					j++
				}
				name.WriteByte(rest[j])
			}
			if j == len(rest) {
				return fail("a quote has no end")
			}
			p, i = append(p, patternStep{name: fold(name.String())}), i+j+1
		default:
			end := strings.IndexAny(rest, `.[]{}"`)
			if end < 0 {
				end = len(rest)
			}
			if json := strings.Index(rest[:end], jsonStep); json > 0 {
				end = json
			}
			switch name := rest[:end]; {
			case name == "":
				return fail("a name is missing at character %d", i+1)
			case name == "*":
				p = append(p, patternStep{any: true})
			case name == "**":
				p = append(p, patternStep{deep: true})
			case strings.Contains(name, "*"):
				return fail("%q: * stands for a whole name", name)
			default:
				p = append(p, patternStep{name: fold(name)})
			}
			i += end
		}
		if len(p) > mostSteps {
			return fail("it has more than %d steps", mostSteps)
		}
	}
	return p, nil
}

// trie holds the rules of a plan by their paths.
type trie struct {
	at    []*rule // rules that end here
	next  map[string]*trie
	any   *trie
	deep  *trie // behind **: it stays there for any number of steps
	isAny bool
}

func (t *trie) add(p pattern, r *rule) {
	for _, s := range p {
		switch {
		case s.deep:
			if t.deep == nil {
				t.deep = &trie{isAny: true}
			}
			t = t.deep
		case s.any:
			if t.any == nil {
				t.any = new(trie)
			}
			t = t.any
		default:
			if t.next == nil {
				t.next = make(map[string]*trie)
			}
			if t.next[s.name] == nil {
				t.next[s.name] = new(trie)
			}
			t = t.next[s.name]
		}
	}
	t.at = append(t.at, r)
}

// find calls found with each rule whose path is p.
func (t *trie) find(p Path, found func(*rule)) {
	if t == nil {
		return
	}
	t.deep.find(p, found) // ** of no step
	if len(p) == 0 {
		for _, r := range t.at {
			found(r)
		}
		return
	}
	if t.isAny { // ** of one more
		t.find1(p, found)
		return
	}
	t.step(p, found)
}

func (t *trie) step(p Path, found func(*rule)) {
	if t.next != nil {
		t.next[fold(p[0])].find(p[1:], found)
	}
	t.any.find(p[1:], found)
}

// find1 is find behind **: from each of the steps on.
func (t *trie) find1(p Path, found func(*rule)) {
	for i := range p {
		t.step(p[i:], found)
	}
	for _, r := range t.at { // ** at the end
		found(r)
	}
}

// holds tells whether a rule is for a path or for one below it: then names on the way there may be shown.
func (t *trie) holds(p Path) bool {
	if t == nil {
		return false
	}
	if t.deep != nil || t.isAny {
		// What is anywhere names no place: a name is shown where a rule ends with it.
		named := false
		t.find(p, func(*rule) { named = true })
		if named {
			return true
		}
	}
	if len(p) == 0 {
		return true
	}
	if t.next != nil && t.next[fold(p[0])].holds(p[1:]) {
		return true
	}
	return false
}

// CheckPath tells what is wrong with a path as rules have it.
func CheckPath(text string) error {
	_, err := parsePattern(text)
	return err
}
