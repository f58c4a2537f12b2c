package registry

import (
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/language"
)

// Comparison is what differs between two schemas of a subject, whatever its level asks for.
type Comparison struct {
	Kind         language.Kind // of the newer one
	OtherKind    bool          // the schemas are of different languages: nothing is compared
	From, To     []language.Field
	FromV        *Version
	ToV          *Version              // nil: the newer one is no version
	Backward     []language.Difference // that the newer schema has as the reader of what the older one wrote
	Forward      []language.Difference // that the older schema has as the reader of what the newer one will write
	Level        string                // of the subject
	Incompatible []string              // that keep the newer one from being registered; of a version: nil
	Profile      language.Profile
}

// FieldsOf are the fields of records that a schema of the registry describes.
func (r *Registry) FieldsOf(ctx context.Context, s *Schema) ([]language.Field, error) {
	parsed, err := r.parse(ctx, r.db, s)
	if err != nil {
		return nil, err
	}
	return parsed.Fields(), nil
}

// Differences compares a version of a subject with another one, or with a schema that is no version yet where w has one. Versions are as Version takes
// them. CodeSubjectMissing, CodeVersionMissing, CodeVersion, CodeSchema, CodeTooLarge.
func (r *Registry) Differences(ctx context.Context, s Subject, from, to string, w *Request) (*Comparison, error) {
	older, err := r.Version(ctx, s, from, true)
	if err != nil {
		return nil, err
	}
	c, err := r.Config(ctx, s, true)
	if err != nil {
		return nil, err
	}
	out := &Comparison{FromV: older, Level: c.Level, Profile: r.Profile()}
	old, err := r.parse(ctx, r.db, &older.Schema)
	if err != nil {
		return nil, err
	}
	var fresh language.Schema
	if w != nil {
		wish := *w
		fill(&wish, c, older)
		if _, fresh, err = r.wanted(ctx, r.db, s, wish, r.languages); err != nil {
			return nil, err
		}
		if out.Incompatible, err = r.Compatible(ctx, s, "", *w); err != nil {
			return nil, err
		}
	} else {
		if out.ToV, err = r.Version(ctx, s, to, true); err != nil {
			return nil, err
		}
		if fresh, err = r.parse(ctx, r.db, &out.ToV.Schema); err != nil {
			return nil, err
		}
	}
	out.Kind, out.From, out.To = fresh.Kind(), old.Fields(), fresh.Fields()
	if old.Kind() != fresh.Kind() {
		out.OtherKind = true
		return out, nil
	}
	rules := r.rules
	rules.Lenient = c.Policy == "LENIENT"
	l := r.languages[fresh.Kind()]
	if out.Backward, err = l.Compare(fresh, old, rules); err != nil {
		return nil, refuse(CodeSchema, "Invalid schema of type %s: whether it is compatible could not be decided: %v", fresh.Kind(), err)
	}
	rules.ReaderIsOlder = true
	if out.Forward, err = l.Compare(old, fresh, rules); err != nil {
		return nil, refuse(CodeSchema, "Invalid schema of type %s: whether it is compatible could not be decided: %v", fresh.Kind(), err)
	}
	return out, nil
}

// FieldChange is a field that two schemas do not have alike.
type FieldChange struct {
	Path          string
	Before, After *language.Field // nil: there is none
}

// Fields are those that differ, in the newer schema's order; what was taken away stands behind. What only its documentation says is no difference.
func (c *Comparison) Fields() []FieldChange {
	before := map[string]*language.Field{}
	for i := range c.From {
		before[c.From[i].Path] = &c.From[i]
	}
	var out []FieldChange
	after := map[string]bool{}
	for i := range c.To {
		f := &c.To[i]
		after[f.Path] = true
		if old := before[f.Path]; old == nil || !alike(old, f) {
			out = append(out, FieldChange{f.Path, old, f})
		}
	}
	for i := range c.From {
		if f := &c.From[i]; !after[f.Path] {
			out = append(out, FieldChange{f.Path, f, nil})
		}
	}
	return out
}

func alike(a, b *language.Field) bool {
	return a.Type == b.Type && a.Optional == b.Optional && a.Default == b.Default && slices.Equal(a.Values, b.Values)
}
