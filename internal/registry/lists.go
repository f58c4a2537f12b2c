package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// SubjectVersion names a version.
type SubjectVersion struct {
	Subject Subject
	Version int
}

// Subjects lists the subjects with a prefix, as Confluent reads it: :*: is every context.
func (r *Registry) Subjects(ctx context.Context, prefix, pathContext string, which Which) ([]Subject, error) {
	query := "SELECT context, subject FROM registry_subject_version WHERE deleted = 0 GROUP BY context, subject"
	switch which {
	case WithDeleted:
		query = "SELECT DISTINCT context, subject FROM registry_subject_version"
	case OnlyDeleted: // those that have nothing else
		query = "SELECT context, subject FROM registry_subject_version GROUP BY context, subject HAVING MIN(deleted) = 1"
	}
	all, err := subjectRows(ctx, r.db, query)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s Subject) bool { return !s.matches(prefix, pathContext) })
	slices.SortFunc(all, func(a, b Subject) int { return strings.Compare(a.String(), b.String()) })
	return all, nil
}

// Versions lists versions of all subjects with a prefix, or the latest of each.
func (r *Registry) Versions(ctx context.Context, prefix, pathContext string, deleted, latestOnly bool) ([]*Version, error) {
	which := Live
	if deleted {
		which = WithDeleted
	}
	subjects, err := r.Subjects(ctx, prefix, pathContext, which)
	if err != nil {
		return nil, err
	}
	var out []*Version
	for _, s := range subjects {
		rows, err := versionsOf(ctx, r.db, s)
		if err != nil {
			return nil, err
		}
		if !deleted {
			rows = live(rows)
		}
		if latestOnly && len(rows) > 1 {
			rows = rows[len(rows)-1:]
		}
		for _, row := range rows {
			v, err := r.whole(ctx, r.db, s, row)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
	}
	return out, nil
}

// ByID finds what an id stands for. Without a subject it is an id of the path's context; with one of that subject's, and where the subject names no
// context and the id is none of the default one, of a context in which the subject has it. CodeSchemaMissing.
func (r *Registry) ByID(ctx context.Context, id int, subject, pathContext string) (*Schema, error) {
	s := ParseSubject(subject, pathContext)
	found, err := r.schema(ctx, r.db, s.Context, id)
	if err == nil || s.Name == "" || s.Context != DefaultContext || !errors.Is(err, &Error{Code: CodeSchemaMissing}) {
		return found, err
	}
	contexts, failed := texts[string](ctx, r.db, "SELECT context FROM registry_subject_version WHERE subject = ? AND schema_id = ? ORDER BY context", s.Name, id)
	switch {
	case failed != nil:
		return nil, fmt.Errorf("looking for an id: %w", failed)
	case len(contexts) == 0:
		return nil, err
	}
	return r.schema(ctx, r.db, contexts[0], id)
}

// MaxID is the highest id that was given in a context, 0 = none.
func (r *Registry) MaxID(ctx context.Context, context string) (int, error) {
	list, err := texts[int](ctx, r.db, "SELECT next FROM registry_counter WHERE context = ?", context)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0] - 1, nil
}

// Uses lists the versions that an id stands for.
func (r *Registry) Uses(ctx context.Context, s *Schema, deleted bool) ([]SubjectVersion, error) {
	query := "SELECT subject, version FROM registry_subject_version WHERE context = ? AND schema_id = ?"
	if !deleted {
		query += " AND deleted = 0"
	}
	rows, err := r.db.Query(ctx, query+" ORDER BY subject, version", s.Context, s.ID)
	if err != nil {
		return nil, fmt.Errorf("reading versions: %w", err)
	}
	defer rows.Close()
	var out []SubjectVersion
	for rows.Next() {
		v := SubjectVersion{Subject: Subject{Context: s.Context}}
		if err := rows.Scan(&v.Subject.Name, &v.Version); err != nil {
			return nil, fmt.Errorf("reading versions: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// ByGUID lists the schemas of a GUID, one of each context that has it. CodeSchemaMissing.
func (r *Registry) ByGUID(ctx context.Context, guid string) ([]*Schema, error) {
	rows, err := r.db.Query(ctx, "SELECT "+schemaColumns+" FROM registry_schema WHERE guid = ? ORDER BY context, id", strings.ToLower(guid))
	if err != nil {
		return nil, fmt.Errorf("looking for a GUID: %w", err)
	}
	defer rows.Close()
	var out []*Schema
	for rows.Next() {
		s, err := scanSchema(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("looking for a GUID: %w", err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, schemaMissing(shortened(guid))
	}
	return out, nil
}

// ReferencedBy lists the ids of live versions that refer to a version.
func (r *Registry) ReferencedBy(ctx context.Context, v *Version) ([]int, error) {
	list, err := texts[int](ctx, r.db, `SELECT DISTINCT f.schema_id FROM registry_reference f
		JOIN registry_subject_version v ON v.context = f.context AND v.schema_id = f.schema_id AND v.deleted = 0
		WHERE f.to_context = ? AND f.to_subject = ? AND f.to_version = ? ORDER BY f.schema_id`, v.Subject.Context, v.Subject.Name, v.Version)
	if err != nil {
		return nil, fmt.Errorf("reading references: %w", err)
	}
	return list, nil
}

// Contexts lists all contexts, the default one first.
func (r *Registry) Contexts(ctx context.Context) ([]string, error) {
	list, err := texts[string](ctx, r.db, "SELECT context FROM registry_subject_version UNION SELECT context FROM registry_setting ORDER BY 1")
	if err != nil {
		return nil, fmt.Errorf("reading contexts: %w", err)
	}
	if !slices.Contains(list, DefaultContext) {
		list = append([]string{DefaultContext}, list...)
	}
	slices.Sort(list)
	return list, nil
}
