package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/internal/document"
)

// Problem is one mistake of a document.
type Problem struct {
	Pointer string // JSON pointer of the part; empty: the whole document
	Line    int    // from 1
	Column  int    // from 1; 0: the whole line
	Text    string
}

func (p Problem) String() string {
	if p.Pointer == "" {
		return fmt.Sprintf("line %d: %s", p.Line, p.Text)
	}
	return fmt.Sprintf("line %d: %s: %s", p.Line, p.Pointer, p.Text)
}

// Problems are the mistakes of a document, by line. They are the error of Read.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, x := range p {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

// most is how many mistakes are told of one document: whoever has more does not read them.
const most = 200

func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	p = slices.Compact(p)
	return p[:min(len(p), most)]
}

// fromDocument are the problems of a text that is no YAML.
func fromDocument(of document.Problems) Problems {
	out := make(Problems, len(of))
	for i, p := range of {
		out[i] = Problem{"", p.Line, p.Column, p.Text}
	}
	return out
}

// found is the node that a pointer's steps lead to, or the last one on the way that is there: a member that is missing has the line of what lacks it.
func found(root *yaml.Node, steps []string) *yaml.Node {
	at := root
	for _, s := range steps {
		next := child(at, s)
		if next == nil {
			return at
		}
		at = next
	}
	return at
}

// child is a member of a mapping or an entry of a list; nil: there is none.
func child(n *yaml.Node, step string) *yaml.Node {
	n = document.Follow(n)
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}

// pointer joins steps as RFC 6901 has it.
func pointer(steps []string) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(s))
	}
	return b.String()
}
