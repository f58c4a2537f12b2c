package registry

import (
	"strings"
	"unicode"
)

// DefaultContext is the context of subjects that name none.
const DefaultContext = "."

// AllContexts as the prefix of a list means subjects of every context.
const AllContexts = ":*:"

// maxSubject bounds a subject with its context, in bytes.
const maxSubject = 1000

// Subject is a subject with its context. An empty Name stands for the context itself, of the default one for everything.
type Subject struct {
	Context string // begins with a dot
	Name    string
}

// ParseSubject reads a subject as clients write it, orders-value or :.context:orders-value. One that names no context is in that of the path, which
// may be empty.
func ParseSubject(text, pathContext string) Subject {
	s := Subject{Context: DefaultContext, Name: text}
	if pathContext != "" {
		s.Context = contextName(pathContext)
	}
	if rest, ok := strings.CutPrefix(text, ":."); ok {
		if context, name, ok := strings.Cut(rest, ":"); ok {
			s.Context, s.Name = "."+context, name
		} else {
			s.Context, s.Name = "."+rest, ""
		}
	}
	return s
}

// contextName makes .a of a, .a and :.a:.
func contextName(text string) string {
	return "." + strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(text, ":"), ":"), ".")
}

// String is the subject as clients write it.
func (s Subject) String() string {
	if s.Context == DefaultContext {
		return s.Name
	}
	return ":" + s.Context + ":" + s.Name
}

// valid refuses what is no subject. ErrSubject's code.
func (s Subject) valid() error {
	if s.Name == "" || len(s.Context)+len(s.Name) > maxSubject || s.Name == "__GLOBAL" || s.Name == "__EMPTY" || strings.ContainsFunc(s.Context+s.Name, unicode.IsControl) ||
		!validContext(s.Context) {
		return refuse(CodeSubject, "The specified subject '%s' is not a valid.", shortened(s.String()))
	}
	return nil
}

func validContext(c string) bool { return strings.HasPrefix(c, ".") && !strings.ContainsAny(c, ":/*") }

// shortened keeps texts that a caller sent from filling messages.
func shortened(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// matches says whether a subject is in a list with that prefix, as Confluent reads prefixes.
func (s Subject) matches(prefix, pathContext string) bool {
	if prefix == AllContexts || strings.HasPrefix(prefix, AllContexts) {
		return strings.HasPrefix(s.Name, strings.TrimPrefix(prefix, AllContexts))
	}
	want := ParseSubject(prefix, pathContext)
	return s.Context == want.Context && strings.HasPrefix(s.Name, want.Name)
}
