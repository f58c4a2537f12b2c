package policy

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

// Limits of a policy. Agents take at most 1,000 rules, and those that triggers add come on top.
const (
	MaxText  = 256 << 10
	maxRules = 800
	maxName  = 100
)

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

// Checks are what a reader cannot tell by itself.
type Checks struct {
	Filter func(text string) error // whether a trigger's predicate can be understood; nil = it is not looked at
}

// Read reads a policy. The error is Problems, which name every mistake, or nil.
func Read(text string, c Checks) (*Policy, error) {
	r := &reader{checks: c}
	p := r.read(text)
	if len(r.problems) > 0 {
		slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
		return nil, r.problems
	}
	return p, nil
}

type reader struct {
	checks   Checks
	problems Problems
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	line, column := 1, 0
	if n != nil {
		line, column = max(n.Line, 1), n.Column
	}
	r.problems = append(r.problems, Problem{line, column, fmt.Sprintf(format, args...)})
}

func (r *reader) read(text string) *Policy {
	p := &Policy{}
	if len(text) > MaxText {
		r.fail(nil, "a policy has at most %d KiB", MaxText>>10)
		return p
	}
	d := yaml.NewDecoder(strings.NewReader(text))
	var doc yaml.Node
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return p // an empty text: nothing in particular is wanted
	} else if err != nil {
		r.syntax(err)
		return p
	}
	if more := d.Decode(new(yaml.Node)); !errors.Is(more, io.EOF) {
		r.fail(nil, "a policy is one document: take the line --- out")
	}
	r.members(doc.Content[0], "a policy", map[string]func(*yaml.Node){
		"level":     func(n *yaml.Node) { p.Level = r.word(n, Levels...) },
		"rules":     func(n *yaml.Node) { p.Rules = list(r, n, maxRules, r.rule) },
		"triggers":  func(n *yaml.Node) { p.Triggers = list(r, n, 100, r.trigger) },
		"retain":    func(n *yaml.Node) { p.Retain = list(r, n, 200, r.retain) },
		"snapshots": func(n *yaml.Node) { p.Snapshots = list(r, n, 200, r.snapshots) },
		"budgets":   func(n *yaml.Node) { p.Budgets = r.budgets(n) },
		"secrets":   func(n *yaml.Node) { p.Secrets = list(r, n, 200, func(n *yaml.Node) string { return r.glob(n) }) },
	})
	seen := map[string]bool{}
	for _, t := range p.Triggers {
		if seen[t.Name] {
			r.problems = append(r.problems, Problem{t.Line, 0, fmt.Sprintf("there are two triggers %q", t.Name)})
		}
		seen[t.Name] = true
	}
	return p
}

// syntax takes apart what yaml says of a text that is none.
func (r *reader) syntax(err error) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		number, what, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			line, text = n, what
		}
	}
	r.problems = append(r.problems, Problem{line, 0, "not YAML: " + text})
}

// members calls for each member of a mapping what reads it.
func (r *reader) members(n *yaml.Node, what string, known map[string]func(*yaml.Node)) {
	n = follow(n)
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s has members, as in level: flight", what)
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
			r.fail(name, "%s has no member %q; it may have %s", what, name.Value, strings.Join(names, ", "))
		case seen[name.Value]:
			r.fail(name, "%q is there twice", name.Value)
		default:
			seen[name.Value] = true
			read(value)
		}
	}
}

// follow goes to what an alias stands for.
func follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func list[T any](r *reader, n *yaml.Node, most int, read func(*yaml.Node) T) (out []T) {
	n = follow(n)
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.fail(n, "this is a list: each entry begins with -")
		return nil
	}
	if len(n.Content) > most {
		r.fail(n.Content[most], "there are at most %d of these", most)
		return nil
	}
	for _, item := range n.Content {
		out = append(out, read(item))
	}
	return out
}

func (r *reader) text(n *yaml.Node) string {
	n = follow(n)
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		r.fail(n, "this is one word or text")
		return ""
	}
	return n.Value
}

func (r *reader) word(n *yaml.Node, of ...string) string {
	s := r.text(n)
	if s != "" && !slices.Contains(of, s) {
		r.fail(n, "%q is none of %s", s, strings.Join(of, ", "))
	}
	return s
}

func (r *reader) glob(n *yaml.Node) string {
	s := r.text(n)
	if len(s) > 300 {
		r.fail(n, "a pattern has at most 300 characters")
	}
	if strings.HasPrefix(s, "/") && strings.HasSuffix(s, "/") && len(s) > 1 {
		r.fail(n, "patterns are no regular expressions: * stands for anything")
	}
	return s
}

func (r *reader) truth(n *yaml.Node) bool {
	var b bool
	if err := follow(n).Decode(&b); err != nil {
		r.fail(n, "%q is neither true nor false", follow(n).Value)
	}
	return b
}
