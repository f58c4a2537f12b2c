package notify

import (
	"fmt"
	"slices"
	"strings"
)

// Filter says what one wants to be told. What is empty takes everything. Of Topics, Jobs, Subjects and Contracts one has to match; of the other
// members all.
type Filter struct {
	Types    []Type `json:"types,omitempty"`
	Severity string `json:"severity,omitempty"` // the least; empty = info

	// Names with * for any run of characters. A topic is written orders, or prod/orders with its cluster.
	Topics    []string `json:"topics,omitempty"`
	Jobs      []string `json:"jobs,omitempty"`
	Subjects  []string `json:"subjects,omitempty"`
	Contracts []string `json:"contracts,omitempty"`

	// Roles of As: as the consumer, say, of what it is about. As are parties (Standing); empty = the subscriber.
	Roles []Role   `json:"roles,omitempty"`
	As    []string `json:"as,omitempty"`
}

// Bounds of a filter.
const (
	maxPatterns = 100
	maxPattern  = 256
)

func (f *Filter) check() error {
	for _, t := range f.Types {
		if !slices.Contains(Types, t) {
			return fmt.Errorf("%w: there is no type %q; types are %s", ErrSubscription, bounded(string(t)), joined(Types))
		}
	}
	if _, ok := SeverityOf(f.Severity); !ok {
		return fmt.Errorf("%w: severity %q is none of info, warning, critical", ErrSubscription, bounded(f.Severity))
	}
	for _, r := range f.Roles {
		if !slices.Contains(Roles, r) {
			return fmt.Errorf("%w: there is no role %q; roles are %s", ErrSubscription, bounded(string(r)), joined(Roles))
		}
	}
	if len(f.As) > 0 && len(f.Roles) == 0 {
		return fmt.Errorf("%w: as says whose roles count, and no role is named; roles are %s", ErrSubscription, joined(Roles))
	}
	for _, list := range [][]string{f.Topics, f.Jobs, f.Subjects, f.Contracts, f.As} {
		if len(list) > maxPatterns {
			return fmt.Errorf("%w: %d names are more than %d; use * in them", ErrSubscription, len(list), maxPatterns)
		}
		for _, p := range list {
			if p == "" || len(p) > maxPattern {
				return fmt.Errorf("%w: a name has between 1 and %d bytes", ErrSubscription, maxPattern)
			}
		}
	}
	return nil
}

func joined[T ~string](all []T) string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}

// takes tells whether the filter wants an event, as far as it does not depend on roles.
func (f *Filter) takes(e *Event) bool {
	if len(f.Types) > 0 && !slices.Contains(f.Types, e.Type) {
		return false
	}
	if least, _ := SeverityOf(f.Severity); e.Severity < least {
		return false
	}
	if len(f.Topics)+len(f.Jobs)+len(f.Subjects)+len(f.Contracts) == 0 {
		return true
	}
	return named(f.Jobs, e.Job) || named(f.Subjects, e.Subject) || named(f.Contracts, e.Contract) ||
		e.Topic != "" && slices.ContainsFunc(f.Topics, func(pattern string) bool {
			if strings.Contains(pattern, "/") { // no topic's name has one
				return glob(pattern, e.Cluster+"/"+e.Topic)
			}
			return glob(pattern, e.Topic)
		})
}

func named(patterns []string, name string) bool {
	return name != "" && slices.ContainsFunc(patterns, func(p string) bool { return glob(p, name) })
}

// standing tells whether one of parties has one of the filter's roles.
func (f *Filter) standing(all []Standing, owner string) bool {
	parties := f.As
	if len(parties) == 0 {
		parties = []string{owner}
	}
	return slices.ContainsFunc(all, func(s Standing) bool { return slices.Contains(f.Roles, s.Role) && slices.Contains(parties, s.Party) })
}

// persons are those who have one of the filter's roles, each once.
func (f *Filter) persons(all []Standing) (out []string) {
	for _, s := range all {
		if s.Person && slices.Contains(f.Roles, s.Role) && !slices.Contains(out, s.Party) {
			out = append(out, s.Party)
		}
	}
	return out
}

// glob matches with one point of return, the last star: an earlier one can do nothing that it cannot.
func glob(pattern, s string) bool {
	p, i, star, from := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, i
			p++
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			from++
			p, i = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
