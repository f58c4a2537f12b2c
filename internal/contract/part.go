package contract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/internal/document"
)

// part is a node with the way to it. The zero part is not there; everything of it is empty.
type part struct {
	n     *yaml.Node
	steps []string
}

func (p part) there() bool { return p.n != nil }

func (p part) is(k yaml.Kind) bool { return p.n != nil && p.n.Kind == k }

func (p part) at(name string) part {
	if p.n == nil {
		return part{}
	}
	n := child(p.n, name)
	if n == nil {
		return part{}
	}
	return part{document.Follow(n), append(slices.Clone(p.steps), name)}
}

func (p part) list() (out []part) {
	if !p.is(yaml.SequenceNode) {
		return nil
	}
	for i := range p.n.Content {
		out = append(out, p.at(strconv.Itoa(i)))
	}
	return out
}

// text is a scalar member; empty: it is not there, or null.
func (p part) text(name string) string { return p.at(name).value() }

func (p part) value() string {
	if p.n == nil || p.n.Kind != yaml.ScalarNode || p.n.Tag == "!!null" {
		return ""
	}
	return p.n.Value
}

func (p part) truth(name string) bool { return p.text(name) == "true" }

func (p part) line() int {
	if p.n == nil {
		return 1
	}
	return max(1, p.n.Line)
}

func (r *reader) fail(p part, format string, args ...any) {
	column := 0
	if p.n != nil {
		column = p.n.Column
	}
	r.problems = append(r.problems, Problem{pointer(p.steps), p.line(), column, fmt.Sprintf(format, args...)})
}

func (r *reader) note(p part, format string, args ...any) {
	r.c.Notes = append(r.c.Notes, Note{p.line(), fmt.Sprintf(format, args...)})
}

// number reads a scalar as a number.
func (r *reader) number(p part, what string) (float64, bool) {
	f, err := strconv.ParseFloat(p.value(), 64)
	if err != nil || f != f {
		r.fail(p, "%s is a number", what)
		return 0, false
	}
	return f, true
}

func (r *reader) count(p part, what string) (int, bool) {
	n, err := strconv.Atoi(p.value())
	if err != nil || n < 0 {
		r.fail(p, "%s is a whole number from 0 on", what)
		return 0, false
	}
	return n, true
}

// units are those of ODCS and their relatives.
var units = map[string]time.Duration{
	"ms": time.Millisecond, "millisecond": time.Millisecond, "milliseconds": time.Millisecond,
	"s": time.Second, "sec": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "min": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
	"w": 7 * 24 * time.Hour, "week": 7 * 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
	"y": 365 * 24 * time.Hour, "yr": 365 * 24 * time.Hour, "year": 365 * 24 * time.Hour, "years": 365 * 24 * time.Hour,
}

// span reads a length of time: a number with a unit of its own, or with one beside it.
func (r *reader) span(p part, unit, what string) (time.Duration, bool) {
	text := strings.TrimSpace(p.value())
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		u, ok := units[strings.ToLower(unit)]
		switch {
		case !ok:
			r.fail(p, "%s wants a unit: ms, s, m, h, d, w or y", what)
			return 0, false
		case f <= 0 || f*float64(u) > float64(100*365*24*time.Hour):
			r.fail(p, "%s is more than nothing and at most 100 years", what)
			return 0, false
		}
		return time.Duration(f * float64(u)), true
	}
	i := strings.IndexFunc(text, func(c rune) bool { return (c < '0' || c > '9') && c != '.' })
	if i > 0 && unit == "" {
		if u := strings.TrimSpace(text[i:]); units[strings.ToLower(u)] > 0 {
			own := part{&yaml.Node{Kind: yaml.ScalarNode, Value: text[:i], Line: p.n.Line, Column: p.n.Column}, p.steps}
			return r.span(own, u, what)
		}
	}
	r.fail(p, "%s is a length of time, as 5m, 36h or 7d", what)
	return 0, false
}

func joined(names []string) string {
	slices.Sort(names)
	return strings.Join(names, ", ")
}
