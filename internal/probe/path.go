package probe

import (
	"errors"
	"fmt"
	"strings"
)

// Path leads from the root of a value to what is wanted, as decoded trees are built: members by their names, then what lists and maps hold.
// The empty Path is the root.
type Path []Step

// Step is one step of a path.
type Step struct {
	Name string // of a member; Kind is StepMember then
	Kind StepKind
}

// StepKind says what a step enters.
type StepKind uint8

// The kinds of steps.
const (
	StepMember  StepKind = iota // a member of an object, a field of a record or message
	StepElement                 // [] every element of a list
	StepValue                   // {} every value of a map
	StepKey                     // {key} every key of a map
)

// errPath is a text that is no path.
var errPath = errors.New("not a path")

// Members is the path of members by their names, which may hold anything.
func Members(names ...string) Path {
	p := make(Path, len(names))
	for i, name := range names {
		p[i].Name = name
	}
	return p
}

// ParsePath reads a path as rules of access write it: a.b, items[].sku, totals{}, totals{key}, "odd.name".x. Errors name the place.
func ParsePath(text string) (Path, error) {
	var p Path
	rest := text
	wrong := func(what string) (Path, error) {
		return nil, fmt.Errorf("%w: %s at byte %d of %q", errPath, what, len(text)-len(rest), text)
	}
	for rest != "" {
		switch {
		case strings.HasPrefix(rest, "[]"):
			p, rest = append(p, Step{Kind: StepElement}), rest[2:]
			continue
		case strings.HasPrefix(rest, "{}"):
			p, rest = append(p, Step{Kind: StepValue}), rest[2:]
			continue
		case strings.HasPrefix(rest, "{key}"):
			p, rest = append(p, Step{Kind: StepKey}), rest[5:]
			continue
		}
		if len(p) > 0 {
			if rest[0] != '.' {
				return wrong("no dot before a name")
			}
			rest = rest[1:]
		}
		name, after, ok := pathName(rest)
		if !ok {
			return wrong("no name")
		}
		p, rest = append(p, Step{Name: name}), after
	}
	return p, nil
}

// pathName takes a name off the front of a path, quoted or not.
func pathName(s string) (name, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, `.[]{}*"~`)
		if end < 0 {
			end = len(s)
		}
		if end == 0 || end < len(s) && !strings.ContainsRune(".[{", rune(s[end])) {
			return "", s, false
		}
		return s[:end], s[end:], true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '"':
			i++
		}
		b.WriteByte(s[i])
	}
	return "", s, false
}

// String writes the path as ParsePath reads it.
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		switch s.Kind {
		case StepElement:
			b.WriteString("[]")
			continue
		case StepValue:
			b.WriteString("{}")
			continue
		case StepKey:
			b.WriteString("{key}")
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		if s.Name == "" || strings.ContainsAny(s.Name, `.[]{}*"~`) {
			b.WriteString(`"` + strings.ReplaceAll(s.Name, `"`, `\"`) + `"`)
			continue
		}
		b.WriteString(s.Name)
	}
	return b.String()
}

// Repeated tells whether the path may lead to more than one place.
func (p Path) Repeated() bool {
	for _, s := range p {
		if s.Kind != StepMember {
			return true
		}
	}
	return false
}
