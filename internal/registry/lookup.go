package registry

import (
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/sightglass/sightglass/internal/language"
)

// parseVersion reads a version as clients write it: a number, latest or -1. CodeVersion.
func parseVersion(text string) (n int, latest bool, err error) {
	if text == "latest" || text == "-1" {
		return 0, true, nil
	}
	n, err = strconv.Atoi(text)
	if err != nil || n <= 0 || n > math.MaxInt32 {
		return 0, false, refuse(CodeVersion, `The specified version '%s' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`, shortened(text))
	}
	return n, false, nil
}

// aliased is the subject that s stands for.
func (r *Registry) aliased(ctx context.Context, s Subject) (Subject, error) {
	is, err := settingOf(ctx, r.db, s)
	if err != nil || is.config == nil || is.config.Alias == "" || s.Name == "" {
		return s, err
	}
	return ParseSubject(is.config.Alias, s.Context), nil
}

// Lookup finds a schema among the versions of a subject, the newest first; deleted counts softly deleted ones too. Metadata and rules count where they
// are given. CodeSubjectMissing, CodeSchemaMissing, CodeSchema.
func (r *Registry) Lookup(ctx context.Context, s Subject, w Request, deleted bool) (*Version, error) {
	s, err := r.aliased(ctx, s)
	if err != nil {
		return nil, err
	}
	rows, err := versionsOf(ctx, r.db, s)
	if err != nil {
		return nil, err
	}
	if !deleted {
		rows = live(rows)
	}
	if len(rows) == 0 {
		return nil, subjectMissing(s)
	}
	e, err := effectiveOf(ctx, r.db, s)
	if err != nil {
		return nil, err
	}
	w.Normalize = w.Normalize || e.Normalize != nil && *e.Normalize
	x, parsed, err := r.wanted(ctx, r.db, s, w, r.stored)
	if err != nil {
		return nil, err
	}
	for _, loose := range []bool{false, true} {
		for _, v := range slices.Backward(rows) {
			have, err := r.schema(ctx, r.db, s.Context, v.id)
			if err != nil {
				return nil, err
			}
			is, err := r.is(ctx, have, &x, w, parsed, loose)
			if err != nil {
				return nil, err
			}
			if is {
				return r.whole(ctx, r.db, s, v)
			}
		}
	}
	return nil, refuse(CodeSchemaMissing, "Schema not found")
}

// is compares a stored schema with one that is looked for. Loosely they are the same when the one that is looked for names no references and has within
// it what the other refers to: serializers know a schema as a whole, and look for it so.
func (r *Registry) is(ctx context.Context, have, x *Schema, w Request, parsed language.Schema, loose bool) (bool, error) {
	if have.Kind != x.Kind || w.Metadata != nil && !w.Metadata.equal(have.Metadata) || w.RuleSet != nil && !w.RuleSet.equal(have.RuleSet) {
		return false, nil
	}
	if !loose {
		like := *x
		like.Metadata, like.RuleSet = have.Metadata, have.RuleSet
		canonical := parsed.Canonical()
		return sameHash(x.Kind, canonical, &like) == have.hash, nil
	}
	return r.isWhole(ctx, r.db, have, x, parsed), nil
}

// isWhole says whether x, which names no references, has within it what a stored schema refers to, and is that schema.
func (r *Registry) isWhole(ctx context.Context, q queries, have, x *Schema, parsed language.Schema) bool {
	if len(x.References) > 0 || len(have.References) == 0 || have.Kind != x.Kind {
		return false
	}
	old, err := r.parse(ctx, q, have)
	return err == nil && resolved(old) == resolved(parsed) // what cannot be read any more nobody looks for
}

// resolved is the text of a schema with what it refers to within it, where the language can say it so.
func resolved(s language.Schema) string {
	if f, ok := s.(formatter); ok {
		if text, ok := f.Format("resolved"); ok {
			return text
		}
	}
	return s.Normal()
}

// Version finds a version of a subject by its number, latest or -1. CodeSubjectMissing, CodeVersionMissing, CodeVersion.
func (r *Registry) Version(ctx context.Context, s Subject, version string, deleted bool) (*Version, error) {
	n, latest, err := parseVersion(version)
	if err != nil {
		return nil, err
	}
	if s, err = r.aliased(ctx, s); err != nil {
		return nil, err
	}
	rows, err := versionsOf(ctx, r.db, s)
	if err != nil {
		return nil, err
	}
	if !deleted || latest {
		rows = live(rows)
	}
	if len(rows) == 0 {
		return nil, subjectMissing(s)
	}
	if latest {
		return r.whole(ctx, r.db, s, rows[len(rows)-1])
	}
	for _, v := range rows {
		if v.version == n {
			return r.whole(ctx, r.db, s, v)
		}
	}
	return nil, versionMissing(n)
}

// Numbers are the versions of a subject. CodeSubjectMissing.
func (r *Registry) Numbers(ctx context.Context, s Subject, which Which) ([]int, error) {
	s, err := r.aliased(ctx, s)
	if err != nil {
		return nil, err
	}
	rows, err := versionsOf(ctx, r.db, s)
	if err != nil {
		return nil, err
	}
	var out []int
	for _, v := range rows {
		if which.has(v.deleted) {
			out = append(out, v.version)
		}
	}
	if len(out) == 0 {
		return nil, subjectMissing(s)
	}
	return out, nil
}

// Which says what of the softly deleted is asked for.
type Which int

// The answers of Which.
const (
	Live Which = iota
	WithDeleted
	OnlyDeleted
)

func (w Which) has(deleted bool) bool {
	return w == WithDeleted || deleted == (w == OnlyDeleted)
}

// WithMetadata is the newest version of a subject whose metadata has all these properties. CodeSubjectMissing, CodeSchemaMissing.
func (r *Registry) WithMetadata(ctx context.Context, s Subject, properties map[string]string, deleted bool) (*Version, error) {
	s, err := r.aliased(ctx, s)
	if err != nil {
		return nil, err
	}
	rows, err := versionsOf(ctx, r.db, s)
	if err != nil {
		return nil, err
	}
	if !deleted {
		rows = live(rows)
	}
	if len(rows) == 0 {
		return nil, subjectMissing(s)
	}
	for _, v := range slices.Backward(rows) {
		x, err := r.whole(ctx, r.db, s, v)
		if err != nil {
			return nil, err
		}
		all := true
		for k, want := range properties {
			have, ok := "", false
			if x.Metadata != nil {
				have, ok = x.Metadata.Properties[k]
			}
			all = all && ok && have == want
		}
		if all {
			return x, nil
		}
	}
	return nil, refuse(CodeSchemaMissing, "Schema not found")
}
