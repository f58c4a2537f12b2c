package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/language"
)

// incompatible gives what keeps a schema from following the live versions of a subject; nothing when it may.
func (r *Registry) incompatible(ctx context.Context, q queries, s Subject, lives []versionRow, c Config, rules language.Rules, x Schema, parsed language.Schema) ([]string, error) {
	if c.Level == LevelNone {
		return nil, nil
	}
	if c.Group != "" {
		var err error
		if lives, err = r.grouped(ctx, q, s, lives, c.Group, x.Metadata); err != nil {
			return nil, err
		}
	}
	if len(lives) > 1 && !strings.HasSuffix(c.Level, "_TRANSITIVE") {
		lives = lives[len(lives)-1:]
	}
	return r.against(ctx, q, s, lives, c, rules, x, parsed)
}

// against compares with each of the versions, the newest first, and stops at the first that does not fit.
func (r *Registry) against(ctx context.Context, q queries, s Subject, versions []versionRow, c Config, rules language.Rules, x Schema, parsed language.Schema) ([]string, error) {
	rules.Lenient = c.Policy == "LENIENT"
	for _, v := range slices.Backward(versions) {
		have, err := r.schema(ctx, q, s.Context, v.id)
		if err != nil {
			return nil, err
		}
		var broken []string
		if have.Kind != x.Kind {
			broken = append(broken, "Incompatible because of different schema type")
		} else if have.hash != x.hash {
			old, err := r.parse(ctx, q, have)
			if err != nil {
				return nil, err
			}
			if broken, err = r.compared(old, parsed, c.Level, rules); err != nil {
				return nil, err
			}
		}
		if len(broken) > 0 {
			return append(broken, fmt.Sprintf("{oldSchemaVersion: %d}", v.version), fmt.Sprintf("{compatibility: '%s', profile: '%s'}", c.Level, rules.Profile)), nil
		}
	}
	return nil, nil
}

// compared asks in the directions of the level.
func (r *Registry) compared(old, fresh language.Schema, level string, rules language.Rules) ([]string, error) {
	l := r.languages[fresh.Kind()]
	var broken []string
	ask := func(reader, writer language.Schema) error {
		rules.ReaderIsOlder = reader == old
		list, err := l.Compare(reader, writer, rules)
		if err != nil {
			return refuse(CodeSchema, "Invalid schema of type %s: whether it is compatible could not be decided: %v", fresh.Kind(), err)
		}
		for _, d := range list {
			if d.Breaking {
				broken = append(broken, message(d))
			}
		}
		return nil
	}
	if !strings.HasPrefix(level, "FORWARD") {
		if err := ask(fresh, old); err != nil {
			return nil, err
		}
	}
	if !strings.HasPrefix(level, "BACKWARD") {
		if err := ask(old, fresh); err != nil {
			return nil, err
		}
	}
	return broken, nil
}

// message is a difference in the form that Confluent's clients print.
func message(d language.Difference) string {
	text := fmt.Sprintf("{errorType:'%s', description:'%s', additionalInfo:'%s'", d.Kind, d.Message, d.Pointer)
	if d.Advice != "" {
		text += ", advice:'" + d.Advice + "'"
	}
	return text + "}"
}

// grouped are the versions whose metadata has the same value for a property.
func (r *Registry) grouped(ctx context.Context, q queries, s Subject, lives []versionRow, property string, m *Metadata) ([]versionRow, error) {
	var out []versionRow
	for _, v := range lives {
		have, err := r.schema(ctx, q, s.Context, v.id)
		if err != nil {
			return nil, err
		}
		if valueOf(have.Metadata, property) == valueOf(m, property) {
			out = append(out, v)
		}
	}
	return out, nil
}

func valueOf(m *Metadata, property string) string {
	if m == nil {
		return ""
	}
	return m.Properties[property]
}

// Compatible says what keeps a schema from being registered; nothing when it may. version is a number, latest or -1, or empty for those that the level
// names. CodeVersionMissing, CodeVersion, CodeSchema.
func (r *Registry) Compatible(ctx context.Context, s Subject, version string, w Request) ([]string, error) {
	if err := s.valid(); err != nil {
		return nil, err
	}
	rows, err := versionsOf(ctx, r.db, s)
	if err != nil {
		return nil, err
	}
	e, err := effectiveOf(ctx, r.db, s)
	if err != nil {
		return nil, err
	}
	lives := live(rows)
	if version != "" {
		n, latest, err := parseVersion(version)
		if err != nil {
			return nil, err
		}
		if latest && len(lives) > 0 {
			lives = lives[len(lives)-1:]
		} else if !latest {
			lives = slices.DeleteFunc(lives, func(v versionRow) bool { return v.version != n })
			if len(lives) == 0 {
				return nil, versionMissing(n)
			}
		}
	}
	var last *Version
	if all := live(rows); len(all) > 0 {
		if last, err = r.whole(ctx, r.db, s, all[len(all)-1]); err != nil {
			return nil, err
		}
	}
	fill(&w, e.Config, last)
	w.Normalize = w.Normalize || e.Normalize != nil && *e.Normalize
	x, parsed, err := r.wanted(ctx, r.db, s, w, r.languages)
	if err != nil {
		return nil, err
	}
	rules := r.rules
	switch w.Profile {
	case "":
	case language.Confluent83, language.Confluent74, language.Strict:
		rules.Profile = w.Profile
	default:
		return nil, refuse(CodeLevel, "Invalid profile. Valid values are %s, %s and %s", language.Confluent83, language.Confluent74, language.Strict)
	}
	if version != "" && e.Level != LevelNone {
		return r.against(ctx, r.db, s, lives, e.Config, rules, x, parsed)
	}
	return r.incompatible(ctx, r.db, s, lives, e.Config, rules, x, parsed)
}
