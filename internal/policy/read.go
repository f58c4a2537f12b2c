package policy

import (
	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/internal/document"
)

// Limits of a policy. Agents take at most 1,000 rules, and those that triggers add come on top.
const (
	MaxText  = document.MaxText
	maxRules = 800
	maxName  = 100
)

// Problem is one mistake in a text.
type Problem = document.Problem

// Problems are the mistakes of a text, by line.
type Problems = document.Problems

// Checks are what a reader cannot tell by itself.
type Checks struct {
	Filter func(text string) error // whether a trigger's predicate can be understood; nil = it is not looked at
}

// Read reads a policy. The error is Problems, which name every mistake, or nil.
func Read(text string, c Checks) (*Policy, error) {
	r := &reader{document.NewReader("a policy"), c}
	p := r.read(text)
	if err := r.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

type reader struct {
	*document.Reader
	checks Checks
}

func (r *reader) read(text string) *Policy {
	p := &Policy{}
	root := r.Root(text)
	if root == nil {
		return p // an empty text: nothing in particular is wanted
	}
	r.Members(root, "a policy", map[string]func(*yaml.Node){
		"level":     func(n *yaml.Node) { p.Level = r.Word(n, Levels...) },
		"rules":     func(n *yaml.Node) { p.Rules = document.List(r.Reader, n, maxRules, r.rule) },
		"triggers":  func(n *yaml.Node) { p.Triggers = document.List(r.Reader, n, 100, r.trigger) },
		"retain":    func(n *yaml.Node) { p.Retain = document.List(r.Reader, n, 200, r.retain) },
		"snapshots": func(n *yaml.Node) { p.Snapshots = document.List(r.Reader, n, 200, r.snapshots) },
		"budgets":   func(n *yaml.Node) { p.Budgets = r.budgets(n) },
		"secrets": func(n *yaml.Node) {
			p.Secrets = document.List(r.Reader, n, 200, func(n *yaml.Node) string { return r.Glob(n) })
		},
	})
	seen := map[string]bool{}
	for _, t := range p.Triggers {
		if seen[t.Name] {
			r.FailLine(t.Line, "there are two triggers %q", t.Name)
		}
		seen[t.Name] = true
	}
	return p
}
