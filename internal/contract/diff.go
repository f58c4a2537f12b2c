package contract

import (
	"fmt"
	"slices"
	"strings"
)

// Change is something that one contract says and another does not. Weaker: a consumer that relied on the older one may not get any more what it
// was promised.
type Change struct {
	About  string // the stream and field, or check, as orders#amount; empty: the whole contract
	Text   string
	Weaker bool
}

// Diff tells what changed from one version of a contract to another, in the order of the older one, then what is new.
func Diff(from, to *Contract) (out []Change) {
	change := func(about string, weaker bool, format string, args ...any) {
		out = append(out, Change{about, fmt.Sprintf(format, args...), weaker})
	}
	for _, x := range []struct{ what, from, to string }{
		{"version", from.Version, to.Version}, {"status", from.Status, to.Status}, {"name", from.Name, to.Name}, {"domain", from.Domain, to.Domain},
		{"purpose", from.Description, to.Description},
	} {
		if x.from != x.to {
			change("", false, "%s: %s → %s", x.what, quoted(x.from), quoted(x.to))
		}
	}
	compare(from.Owners, to.Owners, func(o Owner) string { return o.Username }, func(o Owner, there bool) {
		change("", false, "%s %s the team", o.Username, chosen(there, "joins", "leaves"))
	}, nil)
	compare(from.Support, to.Support, func(c Channel) string { return c.Channel + " " + c.Tool }, func(c Channel, there bool) {
		change("", !there, "the channel %s is %s", c.Channel, chosen(there, "new", "gone"))
	}, nil)
	compare(from.Reads, to.Reads, func(u Use) string { return u.Topic + "#" + u.Path }, func(u Use, there bool) {
		change(u.Topic+"#"+u.Path, false, "%s", chosen(there, "is read now", "is not read any more"))
	}, nil)
	compare(from.Readers, to.Readers, func(b ReadBy) string { return b.Topic }, func(b ReadBy, there bool) {
		change(b.Topic, false, "the schema that it is read by is %s", chosen(there, "told now", "not told any more"))
	}, func(a, b ReadBy) {
		if a != b {
			change(a.Topic, false, "it is read by another schema")
		}
	})
	compare(from.Streams, to.Streams, func(s Stream) string { return s.Topic }, func(s Stream, there bool) {
		change(s.Topic, !there, "the stream is %s", chosen(there, "new", "gone"))
	}, func(a, b Stream) { streams(a, b, change) })
	return out
}

func streams(a, b Stream, change func(string, bool, string, ...any)) {
	if a.Subject != b.Subject {
		change(a.Topic, true, "its subject: %s → %s", quoted(a.Subject), quoted(b.Subject))
	}
	if a.Quarantine != b.Quarantine {
		change(a.Topic, false, "its quarantine: %s → %s", quoted(a.Quarantine), quoted(b.Quarantine))
	}
	at := func(f Field) string { return a.Topic + "#" + f.Path.String() }
	compare(a.Fields, b.Fields, func(f Field) string { return f.Path.String() }, func(f Field, there bool) {
		change(at(f), !there, "the property is %s", chosen(there, "new", "gone"))
	}, func(x, y Field) {
		if x.LogicalType != y.LogicalType {
			change(at(x), true, "its type: %s → %s", quoted(x.LogicalType), quoted(y.LogicalType))
		}
		if x.Classification != y.Classification {
			change(at(x), false, "its classification: %s → %s", quoted(x.Classification), quoted(y.Classification))
		}
	})
	compare(a.Checks, b.Checks, func(c Check) string { return c.ID }, func(c Check, there bool) {
		change(c.ID, !there, "the check is %s: %s", chosen(there, "new", "gone"), c.Says())
	}, func(x, y Check) {
		if x.Says() != y.Says() {
			change(x.ID, true, "it said: %s; it says: %s", x.Says(), y.Says())
		}
		if x.Severity != y.Severity {
			change(x.ID, slices.Index(Severities, y.Severity) < slices.Index(Severities, x.Severity), "its severity: %s → %s", x.Severity, y.Severity)
		}
		if x.Objective != y.Objective {
			change(x.ID, y.Objective < x.Objective, "its objective: %s %% → %s %%", trimmed(100*x.Objective), trimmed(100*y.Objective))
		}
	})
}

// compare calls one for what is in one list alone, and both for what is in both.
func compare[T any](from, to []T, id func(T) string, one func(x T, there bool), both func(a, b T)) {
	find := func(list []T, name string) int {
		return slices.IndexFunc(list, func(x T) bool { return id(x) == name })
	}
	for _, x := range from {
		switch i := find(to, id(x)); {
		case i < 0:
			one(x, false)
		case both != nil:
			both(x, to[i])
		}
	}
	for _, x := range to {
		if find(from, id(x)) < 0 {
			one(x, true)
		}
	}
}

func chosen(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

func quoted(s string) string {
	if s == "" {
		return "none"
	}
	return strings.Join(strings.Fields(s), " ")
}
