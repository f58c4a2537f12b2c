package access

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/internal/document"
)

// Problems are the mistakes of a policy's text, by line.
type Problems = document.Problems

// Bounds of a policy's text.
const (
	mostRoles    = 1000
	mostRules    = 5000
	mostBindings = 5000
	mostGrants   = 500
)

// ReadPolicy reads the text of a policy (docs/operations/access.md). keys make its tokens; without them a policy that masks by tokens is
// refused. Its version is the beginning of the text's SHA-256. The role of the local user is that of Local unless the text has one
// of its own. The error is Problems, which name every mistake, or nil.
func ReadPolicy(text string, keys Keys) (*Policy, error) {
	r := &fileReader{Reader: document.NewReader("an access policy"), roles: make(map[string]Role), masking: Masking{Keys: keys, Classes: make(map[string]Class)}}
	if root := r.Root(text); root != nil {
		r.read(root)
	}
	r.check()
	if err := r.Err(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(text))
	p := &Policy{version: hex.EncodeToString(sum[:6]), roles: r.roles, binding: r.bindings, limits: r.limits, grantRules: r.grants}
	if _, own := p.roles[LocalRole]; !own {
		p = p.with(Local().roles[LocalRole])
	}
	p, err := p.WithMasking(r.masking)
	if err != nil {
		r.Fail(nil, "%v", err)
		return nil, r.Err()
	}
	return p, nil
}

// fileReader reads one text.
type fileReader struct {
	*document.Reader
	roles    map[string]Role
	masking  Masking
	bindings []Binding
	limits   Limits
	named    []namedAt // classes that the text names, to look whether they are there
	given    []namedAt // roles that bindings give, and those of grants
	grants   map[string]GrantRule
	allowed  []allowedBy // what grants add to roles
}

// namedAt is a name where it stands.
type namedAt struct {
	node *yaml.Node
	name string
}

func (r *fileReader) read(root *yaml.Node) {
	r.Members(root, "an access policy", map[string]func(*yaml.Node){
		"apiVersion": func(n *yaml.Node) { r.Word(n, "sightglass/v1") },
		"kind":       func(n *yaml.Node) { r.Word(n, "AccessPolicy") },
		"masking":    r.maskingOf,
		"roles":      func(n *yaml.Node) { document.List(r.Reader, n, mostRoles, r.role) },
		"bindings":   func(n *yaml.Node) { r.bindings = document.List(r.Reader, n, mostBindings, r.bindingOf) },
		"limits":     r.limitsOf,
		"grants":     func(n *yaml.Node) { document.List(r.Reader, n, mostGrants, r.grantRule) },
	})
}

// check looks at what one part of a text says of another.
func (r *fileReader) check() {
	for _, c := range r.named {
		_, own := r.masking.Classes[c.name]
		_, always := builtIn[c.name]
		if !own && !always && c.name != "*" {
			r.Fail(c.node, "there is no class %q; masking.classes defines them", c.name)
		}
	}
	for _, g := range r.given {
		if _, ok := r.roles[g.name]; !ok && g.name != LocalRole {
			r.Fail(g.node, "there is no role %q", g.name)
		}
	}
	r.addAllowed()
}

func (r *fileReader) maskingOf(n *yaml.Node) {
	r.Members(n, "masking", map[string]func(*yaml.Node){
		"epoch": func(n *yaml.Node) { r.masking.Keys.Epoch = uint32(r.whole(n, 0, 1<<31)) },
		"classes": func(n *yaml.Node) {
			r.each(n, "classes", func(name string, at, of *yaml.Node) { r.masking.Classes[name] = r.class(of) })
		},
		"rules": func(n *yaml.Node) {
			for _, some := range document.List(r.Reader, n, mostRules, r.rules) {
				r.masking.Rules = append(r.masking.Rules, some...)
			}
		},
		"detectors": func(n *yaml.Node) { r.masking.Detectors = r.detectors(n) },
		"tokens_for_producers": func(n *yaml.Node) {
			r.masking.TokensForProducers = r.Word(n, "allow", "redact") == "allow"
		},
	})
}

// detectors reads which are at work.
func (r *fileReader) detectors(n *yaml.Node) (d Detectors) {
	known := AllDetectors()
	one := func(n *yaml.Node, text string) Detector {
		if !slices.Contains(known, Detector(text)) {
			r.Fail(n, "there is no detector %q; there are %s", text, joinDetectors())
		}
		return Detector(text)
	}
	r.Members(n, "detectors", map[string]func(*yaml.Node){
		"enabled": func(n *yaml.Node) {
			if document.Follow(n).Kind == yaml.ScalarNode && r.Word(n, "all") == "all" {
				d.Enabled = known
				return
			}
			d.Enabled = document.List(r.Reader, n, 1000, func(n *yaml.Node) Detector { return one(n, r.Text(n)) })
		},
		"free_text": func(n *yaml.Node) { d.FreeText = FreeText(r.Word(n, string(FreeTextRedact), string(FreeTextKeep))) },
		"classes": func(n *yaml.Node) {
			d.Classes = make(map[Detector]string)
			r.each(n, "classes of detectors", func(name string, at, class *yaml.Node) { d.Classes[one(at, name)] = r.classNamed(class) })
		},
	})
	return d
}

// each goes through a mapping whose names the text chooses.
func (r *fileReader) each(n *yaml.Node, what string, do func(name string, at, of *yaml.Node)) {
	n = document.Follow(n)
	if n.Kind != yaml.MappingNode {
		r.Fail(n, "%s are names with what they mean, as in email: pii", what)
		return
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		if seen[name.Value] {
			r.Fail(name, "%q is there twice", name.Value)
		}
		seen[name.Value] = true
		do(name.Value, name, n.Content[i+1])
	}
}

func (r *fileReader) class(n *yaml.Node) Class {
	c := Class{Action: MaskAction{Mask: Redact}}
	r.Members(n, "a class", map[string]func(*yaml.Node){
		"rank":       func(n *yaml.Node) { c.Rank = int(r.whole(n, 0, 1000)) },
		"action":     func(n *yaml.Node) { c.Action = r.action(n) },
		"normalise":  func(n *yaml.Node) { c.Normalise = r.normaliser(n) },
		"hide_null":  func(n *yaml.Node) { c.HideNull = r.Truth(n) },
		"key_groups": func(n *yaml.Node) { c.KeyGroups = KeepKeyGroups(r.Word(n, string(KeepMany), string(KeepAny))) },
	})
	return c
}

func (r *fileReader) normaliser(n *yaml.Node) Normaliser {
	text := r.Word(n, "none", string(NormaliseEmail), string(NormaliseDigits), string(NormalisePhone))
	if text == "none" {
		return NormaliseNone
	}
	return Normaliser(text)
}

// action is a mask's name, or the name with its number: {keep_last: 4}.
func (r *fileReader) action(n *yaml.Node) (a MaskAction) {
	n = document.Follow(n)
	if n.Kind == yaml.ScalarNode {
		a.Mask = Mask(r.Word(n, string(Clear), string(Redact), string(Drop), string(Token), string(TokenLength), string(EmailDomain), string(ShiftTime), string(IPPrefix)))
		return a
	}
	members := map[string]func(*yaml.Node){
		string(KeepLast):  func(n *yaml.Node) { a = MaskAction{Mask: KeepLast, N: int(r.whole(n, 1, 64))} },
		string(KeepFirst): func(n *yaml.Node) { a = MaskAction{Mask: KeepFirst, N: int(r.whole(n, 1, 64))} },
		string(Truncate):  func(n *yaml.Node) { a = MaskAction{Mask: Truncate, Unit: r.Word(n, "day", "month", "year")} },
		string(Bucket):    func(n *yaml.Node) { a = MaskAction{Mask: Bucket, Width: r.number(n)} },
	}
	r.Members(n, "an action", members)
	if n.Kind == yaml.MappingNode && len(n.Content) != 2 {
		r.Fail(n, "an action is one mask, as in {keep_last: 4}")
	}
	return a
}

func (r *fileReader) whole(n *yaml.Node, low, high int64) int64 {
	x, err := strconv.ParseInt(r.Text(n), 10, 64)
	if err != nil || x < low || x > high {
		r.Fail(n, "this is a whole number from %d to %d", low, high)
		return low
	}
	return x
}

func (r *fileReader) number(n *yaml.Node) float64 {
	x, err := strconv.ParseFloat(r.Text(n), 64)
	if a := (MaskAction{Mask: Bucket, Width: x}); err != nil || a.check() != nil {
		r.Fail(n, "this is a number above 0")
		return 1
	}
	return x
}

// rules reads one entry of the list; one with several parts is as many rules.
func (r *fileReader) rules(n *yaml.Node) (out []Rule) {
	var rule Rule
	var of []Part
	var tagged bool
	r.Members(n, "a rule", map[string]func(*yaml.Node){
		"topics": func(n *yaml.Node) { rule.Topics = document.List(r.Reader, n, 1000, r.Glob) },
		"jobs":   func(n *yaml.Node) { rule.Jobs = document.List(r.Reader, n, 1000, r.Glob) },
		"part":   func(n *yaml.Node) { of = r.parts(n) },
		"paths": func(n *yaml.Node) {
			rule.Paths = make(map[string]string)
			r.each(n, "paths", func(path string, at, class *yaml.Node) {
				if _, err := parsePattern(path); err != nil {
					r.Fail(at, "%v", err)
				}
				rule.Paths[path] = r.classNamed(class)
			})
		},
		"tags":     func(n *yaml.Node) { tagged = true; rule.Tags = document.List(r.Reader, n, 1000, r.Text) },
		"class":    func(n *yaml.Node) { rule.Class = r.classNamed(n) },
		"override": func(n *yaml.Node) { rule.Override = r.Truth(n) },
	})
	switch {
	case document.Follow(n).Kind != yaml.MappingNode:
		return nil
	case tagged != (rule.Class != ""):
		r.Fail(n, "tags and class go together: fields with one of the tags are of the class")
	case tagged == (rule.Paths != nil):
		r.Fail(n, "a rule has paths, or tags and a class")
	case len(of) == 0 && !tagged:
		r.Fail(n, "part is missing: %s", joinParts())
	case len(of) == 0:
		of = parts
	}
	for _, p := range of {
		one := rule
		one.Part = p
		out = append(out, one)
	}
	return out
}

func (r *fileReader) parts(n *yaml.Node) (of []Part) {
	one := func(n *yaml.Node) Part {
		p := Part(r.Text(n))
		if p != "" && !slices.Contains(parts, p) {
			r.Fail(n, "%q is none of %s", p, joinParts())
		}
		return p
	}
	if document.Follow(n).Kind == yaml.SequenceNode {
		return document.List(r.Reader, n, len(parts), one)
	}
	return []Part{one(n)}
}

func (r *fileReader) classNamed(n *yaml.Node) string {
	name := r.Text(n)
	r.named = append(r.named, namedAt{n, name})
	return name
}

func (r *fileReader) role(n *yaml.Node) Role {
	var x Role
	var name *yaml.Node
	statements := func(effect Effect) func(*yaml.Node) {
		return func(n *yaml.Node) {
			for _, s := range document.List(r.Reader, n, 1000, r.statement) {
				s.Effect = effect
				x.Statements = append(x.Statements, s)
			}
		}
	}
	r.Members(n, "a role", map[string]func(*yaml.Node){
		"name":  func(n *yaml.Node) { name, x.Name = n, r.Text(n) },
		"allow": statements(Allow),
		"deny":  statements(Deny),
		"clear": func(n *yaml.Node) { x.Clear = document.List(r.Reader, n, 1000, r.classNamed) },
	})
	switch {
	case x.Name == "":
		r.Fail(n, "this role has no name")
	case r.roles[x.Name].Name != "":
		r.Fail(name, "there are two roles %q", x.Name)
	case x.Name == ExportRole || x.Name == ParquetRole:
		r.Fail(name, "%s is a role of the server's own", x.Name)
	default:
		r.roles[x.Name] = x
	}
	return x
}

func (r *fileReader) statement(n *yaml.Node) Statement {
	var s Statement
	r.Members(n, "a statement", map[string]func(*yaml.Node){
		"actions": func(n *yaml.Node) {
			s.Actions = document.List(r.Reader, n, 1000, func(n *yaml.Node) Action {
				a := Action(r.Text(n))
				if a != "" && a != "*" && !a.Valid() {
					r.Fail(n, "there is no action %q; docs/operations/access.md lists them", a)
				}
				return a
			})
		},
		"resources": func(n *yaml.Node) {
			s.Resources = document.List(r.Reader, n, 1000, r.pattern)
		},
	})
	if document.Follow(n).Kind == yaml.MappingNode && (len(s.Actions) == 0 || len(s.Resources) == 0) {
		r.Fail(n, "a statement has actions and resources")
	}
	return s
}

// pattern reads a resource, or many by stars.
func (r *fileReader) pattern(n *yaml.Node) string {
	text := r.Text(n)
	if why := wrongPattern(text); text != "" && why != "" {
		r.Fail(n, "%s", why)
	}
	return text
}

// wrongPattern says what is wrong with a pattern of resources; empty: nothing.
func wrongPattern(text string) string {
	if first, _, _ := strings.Cut(text, "/"); !slices.Contains(kinds, first) {
		return fmt.Sprintf("%q begins with none of %s", text, strings.Join(kinds, ", "))
	}
	if i := strings.Index(text, "**"); i >= 0 && i != len(text)-2 {
		return "** stands at the end of a resource, for all that is below"
	}
	return ""
}

// kinds are the first segments of resources.
var kinds = []string{"cluster", "flink", "policy", "audit", "server", "store", "agents", "grant", "notification", "registry", "contract", "*", "**"}

func (r *fileReader) bindingOf(n *yaml.Node) (b Binding) {
	r.Members(n, "a binding", map[string]func(*yaml.Node){
		"claim":  func(n *yaml.Node) { b.Claim = r.Text(n) },
		"equals": func(n *yaml.Node) { b.Equals = r.Text(n) },
		"glob":   func(n *yaml.Node) { b.Glob = r.Glob(n) },
		"roles": func(n *yaml.Node) {
			b.Roles = document.List(r.Reader, n, 1000, func(n *yaml.Node) string {
				name := r.Text(n)
				r.given = append(r.given, namedAt{n, name})
				return name
			})
		},
	})
	switch {
	case document.Follow(n).Kind != yaml.MappingNode:
	case !strings.HasPrefix(b.Claim, "/"):
		r.Fail(n, "claim is a JSON pointer into what the identity provider says of a person, as /groups")
	case (b.Equals == "") == (b.Glob == ""):
		r.Fail(n, "a binding has equals or glob")
	case len(b.Roles) == 0:
		r.Fail(n, "this binding gives no roles")
	}
	return b
}

func (r *fileReader) limitsOf(n *yaml.Node) {
	r.Members(n, "limits", map[string]func(*yaml.Node){
		"tail_records_per_second": func(n *yaml.Node) { r.limits.TailRecordsPerSecond = r.whole(n, 1, 1_000_000) },
	})
}
