// Package document reads YAML that people write: each mistake has its line, and all of them are found at once. It does not know what
// a document is about; who reads one names its members.
package document

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// MaxText is how long a document may be, in bytes.
const MaxText = 256 << 10

// Problem is one mistake in a text.
type Problem struct {
	Line   int // from 1
	Column int // from 1; 0 = the whole line
	Text   string
}

func (p Problem) String() string { return fmt.Sprintf("line %d: %s", p.Line, p.Text) }

// Problems are the mistakes of a text, by line.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, x := range p {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

// Reader reads one document and gathers what is wrong with it. What it gives in place of what cannot be read is the zero value.
type Reader struct {
	what     string // as in "a policy"
	problems Problems
}

// NewReader makes a reader of a document that is called what in problems, as "a policy".
func NewReader(what string) *Reader { return &Reader{what: what} }

// Err is nil or all Problems, by line.
func (r *Reader) Err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return r.problems
}

// Fail notes a mistake at a node; nil: of the whole text.
func (r *Reader) Fail(n *yaml.Node, format string, args ...any) {
	line, column := 1, 0
	if n != nil {
		line, column = max(n.Line, 1), n.Column
	}
	r.problems = append(r.problems, Problem{line, column, fmt.Sprintf(format, args...)})
}

// FailLine notes a mistake of a line.
func (r *Reader) FailLine(line int, format string, args ...any) {
	r.problems = append(r.problems, Problem{line, 0, fmt.Sprintf(format, args...)})
}

// Root is what the text is; nil: it is empty, or no document.
func (r *Reader) Root(text string) *yaml.Node {
	if len(text) > MaxText {
		r.Fail(nil, "%s has at most %d KiB", r.what, MaxText>>10)
		return nil
	}
	d := yaml.NewDecoder(strings.NewReader(text))
	var doc yaml.Node
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		r.syntax(err)
		return nil
	}
	if more := d.Decode(new(yaml.Node)); !errors.Is(more, io.EOF) {
		r.Fail(nil, "%s is one document: take the line --- out", r.what)
	}
	return doc.Content[0]
}

// syntax takes apart what yaml says of a text that is none.
func (r *Reader) syntax(err error) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		number, what, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			line, text = n, what
		}
	}
	r.FailLine(line, "not YAML: %s", text)
}

// Members calls for each member of a mapping what reads it.
func (r *Reader) Members(n *yaml.Node, what string, known map[string]func(*yaml.Node)) {
	n = Follow(n)
	if n.Kind != yaml.MappingNode {
		r.Fail(n, "%s has members, as in level: flight", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		read := known[name.Value]
		switch {
		case read == nil:
			names := make([]string, 0, len(known))
			for k := range known {
				names = append(names, k)
			}
			slices.Sort(names)
			r.Fail(name, "%s has no member %q; it may have %s", what, name.Value, strings.Join(names, ", "))
		case seen[name.Value]:
			r.Fail(name, "%q is there twice", name.Value)
		default:
			seen[name.Value] = true
			read(value)
		}
	}
}

// Follow goes to what an alias stands for.
func Follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// List reads a list of at most so many entries; null is none.
func List[T any](r *Reader, n *yaml.Node, most int, read func(*yaml.Node) T) (out []T) {
	n = Follow(n)
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.Fail(n, "this is a list: each entry begins with -")
		return nil
	}
	if len(n.Content) > most {
		r.Fail(n.Content[most], "there are at most %d of these", most)
		return nil
	}
	for _, item := range n.Content {
		out = append(out, read(item))
	}
	return out
}

// Text is a scalar as it stands there.
func (r *Reader) Text(n *yaml.Node) string {
	n = Follow(n)
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		r.Fail(n, "this is one word or text")
		return ""
	}
	return n.Value
}

// Word is one of some words.
func (r *Reader) Word(n *yaml.Node, of ...string) string {
	s := r.Text(n)
	if s != "" && !slices.Contains(of, s) {
		r.Fail(n, "%q is none of %s", s, strings.Join(of, ", "))
	}
	return s
}

// Glob is a pattern in which * stands for anything.
func (r *Reader) Glob(n *yaml.Node) string {
	s := r.Text(n)
	if len(s) > 300 {
		r.Fail(n, "a pattern has at most 300 characters")
	}
	if strings.HasPrefix(s, "/") && strings.HasSuffix(s, "/") && len(s) > 1 {
		r.Fail(n, "patterns are no regular expressions: * stands for anything")
	}
	return s
}

// Truth is true or false.
func (r *Reader) Truth(n *yaml.Node) bool {
	var b bool
	if err := Follow(n).Decode(&b); err != nil {
		r.Fail(n, "%q is neither true nor false", Follow(n).Value)
	}
	return b
}
