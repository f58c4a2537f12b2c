package impact

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/language"
)

// fieldChanges are what differs between two schemas, field by field, in the order of the older one, then what is new.
func fieldChanges(from, to []language.Field) (out []Change) {
	old, now := byPath(from), byPath(to)
	var gone []string
	for i := range from {
		f := &from[i]
		n, there := now[f.Path]
		if !there {
			if !slices.ContainsFunc(gone, func(p string) bool { return below(f.Path, p) }) {
				out = append(out, Change{Kind: "field-removed", Path: f.Path, From: f.Type, Text: f.Path + " is removed (" + f.Type + ")"})
			}
			gone = append(gone, f.Path)
			continue
		}
		out = append(out, fieldChange(f, n)...)
	}
	var added []string
	for i := range to {
		f := &to[i]
		if _, there := old[f.Path]; there {
			continue
		}
		if !slices.ContainsFunc(added, func(p string) bool { return below(f.Path, p) }) {
			out = append(out, Change{Kind: "field-added", Path: f.Path, To: f.Type, Text: f.Path + " is added (" + f.Type + ")", harmless: true})
		}
		added = append(added, f.Path)
	}
	return out
}

func byPath(list []language.Field) map[string]*language.Field {
	m := make(map[string]*language.Field, len(list))
	for i := range list {
		m[list[i].Path] = &list[i]
	}
	return m
}

// fieldChange is what differs of one field.
func fieldChange(from, to *language.Field) (out []Change) {
	at := from.Path
	if at == "" {
		at = "the value"
	}
	if from.Type != to.Type {
		out = append(out, Change{Kind: "type", Path: from.Path, From: from.Type, To: to.Type, Text: at + ": " + from.Type + " → " + to.Type})
	}
	if from.Optional != to.Optional {
		is, was := "required", "optional"
		if to.Optional {
			is, was = was, is
		}
		out = append(out, Change{Kind: "optional", Path: from.Path, From: was, To: is, Text: at + ": " + was + " → " + is})
	}
	if lost, more := without(from.Values, to.Values), without(to.Values, from.Values); len(lost)+len(more) > 0 {
		c := Change{Kind: "values", Path: from.Path, From: strings.Join(lost, ", "), To: strings.Join(more, ", "), Text: at + ":"}
		if len(lost) > 0 {
			c.Text += " without " + listed(lost)
		}
		if len(more) > 0 {
			c.Text += " with " + listed(more)
		}
		out = append(out, c)
	}
	if from.Default != to.Default {
		out = append(out, Change{Kind: "default", Path: from.Path, From: from.Default, To: to.Default, Text: at + ": another default", harmless: true})
	}
	return out
}

func without(list, other []string) (out []string) {
	for _, x := range list {
		if !slices.Contains(other, x) {
			out = append(out, x)
		}
	}
	return out
}

// listed names the first of many.
func listed(names []string) string {
	const most = 6
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// withDifferences takes up what the language says beside the fields: differences that no change tells yet, and advice.
func withDifferences(changes []Change, differences []language.Difference) []Change {
	for _, d := range differences {
		i := slices.IndexFunc(changes, func(c Change) bool {
			return c.Path == d.Field && d.Field != "" || below(d.Field, c.Path) && c.Path != ""
		})
		if i >= 0 {
			changes[i].Advice, changes[i].Pointer = cmp.Or(changes[i].Advice, d.Advice), cmp.Or(changes[i].Pointer, d.Pointer)
			continue
		}
		if d.Breaking || d.Field != "" {
			changes = append(changes, Change{Kind: strings.ToLower(strings.ReplaceAll(d.Kind, "_", "-")), Path: d.Field, Pointer: d.Pointer, Text: d.Message, Advice: d.Advice, everywhere: d.Field == ""})
		}
	}
	return changes
}

// below tells whether a path is another one or stands under it.
func below(path, parent string) bool {
	rest, ok := strings.CutPrefix(path, parent)
	return ok && (rest == "" || parent == "" || strings.IndexByte(".[{", rest[0]) >= 0)
}

// related tells whether one of two paths is the other or stands under it.
func related(a, b string) bool { return below(a, b) || below(b, a) }

// touching are the changes that reach what somebody uses.
func touching(changes []Change, use *FieldUse) (out []int) {
	out = []int{}
	for i := range changes {
		c := &changes[i]
		switch {
		case c.everywhere || !use.Known:
			out = append(out, i)
		case slices.ContainsFunc(use.Paths, func(p string) bool { return reaches(c, p) }):
			out = append(out, i)
		}
	}
	return out
}

// reaches tells whether a change reaches whoever uses a path. What is added below a record does not reach those who use other members of it.
func reaches(c *Change, used string) bool {
	if c.Kind == "field-added" {
		return below(c.Path, used) && c.Path == used
	}
	if c.Kind == "field-removed" || c.Kind == "promise" {
		return related(c.Path, used)
	}
	return below(used, c.Path) || below(c.Path, used) && c.Path != "" && used != "" && !c.harmless
}
