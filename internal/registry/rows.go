package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/language"
)

// versionRow is a version without its schema.
type versionRow struct {
	version, id int
	deleted     bool
	at          time.Time
}

// versionsOf are all versions of a subject, softly deleted ones too, in their order.
func versionsOf(ctx context.Context, q queries, s Subject) ([]versionRow, error) {
	rows, err := q.Query(ctx, "SELECT version, schema_id, deleted, ts FROM registry_subject_version WHERE context = ? AND subject = ? ORDER BY version", s.Context, s.Name)
	if err != nil {
		return nil, fmt.Errorf("reading versions: %w", err)
	}
	defer rows.Close()
	var out []versionRow
	for rows.Next() {
		var v versionRow
		var deleted, ts int64
		if err := rows.Scan(&v.version, &v.id, &deleted, &ts); err != nil {
			return nil, fmt.Errorf("reading versions: %w", err)
		}
		v.deleted, v.at = deleted != 0, time.UnixMicro(ts)
		out = append(out, v)
	}
	return out, rows.Err()
}

func live(list []versionRow) []versionRow {
	var out []versionRow
	for _, v := range list {
		if !v.deleted {
			out = append(out, v)
		}
	}
	return out
}

const schemaColumns = "context, id, guid, kind, text, canonical_hash, refs, metadata, rule_set"

func scanSchema(scan func(...any) error) (*Schema, error) {
	var s Schema
	var refs, metadata, rules string
	err := scan(&s.Context, &s.ID, &s.GUID, &s.Kind, &s.Text, &s.hash, &refs, &metadata, &rules)
	if err != nil {
		return nil, err
	}
	if s.References, err = fromText[[]Reference](refs); err != nil {
		return nil, err
	}
	if s.Metadata, err = fromText[*Metadata](metadata); err != nil {
		return nil, err
	}
	s.RuleSet, err = fromText[*RuleSet](rules)
	return &s, err
}

// schema finds what an id stands for; CodeSchemaMissing.
func (r *Registry) schema(ctx context.Context, q queries, context string, id int) (*Schema, error) {
	k := schemaKey{context, id}
	if s, ok := r.schemas.get(k); ok {
		return s, nil
	}
	age := r.schemas.age()
	s, err := scanSchema(q.QueryRow(ctx, "SELECT "+schemaColumns+" FROM registry_schema WHERE context = ? AND id = ?", context, id).Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, schemaMissing(id)
	case err != nil:
		return nil, fmt.Errorf("reading a schema: %w", err)
	}
	if q == queries(r.db) { // what a transaction sees may be undone
		r.schemas.putOf(age, k, s)
	}
	return s, nil
}

// whole is a version with its schema.
func (r *Registry) whole(ctx context.Context, q queries, of Subject, v versionRow) (*Version, error) {
	s, err := r.schema(ctx, q, of.Context, v.id)
	if err != nil {
		return nil, err
	}
	return &Version{Schema: *s, Subject: of, Version: v.version, Deleted: v.deleted, Time: v.at}, nil
}

// texts are the rows of one column.
func texts[T any](ctx context.Context, q queries, query string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// subjects are rows of a context and a subject.
func subjectRows(ctx context.Context, q queries, query string, args ...any) ([]Subject, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading subjects: %w", err)
	}
	defer rows.Close()
	var out []Subject
	for rows.Next() {
		var s Subject
		if err := rows.Scan(&s.Context, &s.Name); err != nil {
			return nil, fmt.Errorf("reading subjects: %w", err)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// maxDepth bounds how far references lead, and most how many there are with all that they refer to.
const (
	maxDepth      = 100
	maxReferences = 1000
)

// resolved gives the texts that refs lead to, each behind what it refers to itself. New schemas may refer to live versions only. CodeSchema.
func (r *Registry) resolved(ctx context.Context, q queries, context string, refs []Reference, fresh bool) ([]language.Referenced, error) {
	var out []language.Referenced
	seen, size := map[string]bool{}, 0
	var add func(context string, refs []Reference, depth int) error
	add = func(context string, refs []Reference, depth int) error {
		if depth > maxDepth {
			return refuse(CodeSchema, "Invalid schema: references are nested more than %d deep, or in a circle", maxDepth)
		}
		for _, ref := range refs {
			if seen[ref.Name] {
				continue
			}
			seen[ref.Name] = true
			to := ParseSubject(ref.Subject, context)
			v, err := r.referred(ctx, q, to, ref, fresh && depth == 0)
			if err != nil {
				return err
			}
			if err := add(to.Context, v.References, depth+1); err != nil {
				return err
			}
			if size += len(v.Text); size > 4*language.MostBytes || len(out) >= maxReferences {
				return refuse(CodeTooLarge, "Schema is too large: it refers to more than %d MiB or %d schemas", 4*language.MostBytes>>20, maxReferences)
			}
			out = append(out, language.Referenced{Name: ref.Name, Text: v.Text})
		}
		return nil
	}
	return out, add(context, refs, 0)
}

// referred is the version that a reference names.
func (r *Registry) referred(ctx context.Context, q queries, to Subject, ref Reference, fresh bool) (*Schema, error) {
	var id int
	err := sql.ErrNoRows
	switch {
	case ref.Version > 0:
		query := "SELECT schema_id FROM registry_subject_version WHERE context = ? AND subject = ? AND version = ?"
		if fresh {
			query += " AND deleted = 0"
		}
		err = q.QueryRow(ctx, query, to.Context, to.Name, ref.Version).Scan(&id)
	case ref.Version == -1:
		err = q.QueryRow(ctx, "SELECT schema_id FROM registry_subject_version WHERE context = ? AND subject = ? AND deleted = 0 ORDER BY version DESC LIMIT 1", to.Context, to.Name).Scan(&id)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(CodeSchema, `Invalid schema: No schema reference found for subject "%s" and version %d`, shortened(ref.Subject), ref.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a reference: %w", err)
	}
	return r.schema(ctx, q, to.Context, id)
}

// parse reads what is stored under an id, from memory where it was read before.
func (r *Registry) parse(ctx context.Context, q queries, s *Schema) (language.Schema, error) {
	k := schemaKey{s.Context, s.ID}
	if p, ok := r.parsed.get(k); ok {
		return p, nil
	}
	age := r.parsed.age()
	refs, err := r.resolved(ctx, q, s.Context, s.References, false)
	if err != nil {
		return nil, err
	}
	p, err := read(r.stored, s.Kind, s.Text, refs)
	if err == nil && q == queries(r.db) {
		r.parsed.putOf(age, k, p)
	}
	return p, err
}

// read parses a text and says what is wrong with it as clients expect. CodeSchema, CodeTooLarge.
func read(languages map[language.Kind]language.Language, kind language.Kind, text string, refs []language.Referenced) (language.Schema, error) {
	l := languages[kind]
	if l == nil {
		return nil, refuse(CodeSchema, "Invalid schema type %s", shortened(string(kind)))
	}
	if len(text) > language.MostBytes {
		return nil, refuse(CodeTooLarge, "Schema is too large: %d bytes of at most %d", len(text), language.MostBytes)
	}
	p, err := l.Parse(text, refs)
	switch {
	case errors.Is(err, language.ErrTooLarge):
		return nil, refuse(CodeTooLarge, "Schema is too large: %v", err)
	case err != nil:
		return nil, refuse(CodeSchema, "Invalid schema of type %s: %v", kind, err)
	}
	return p, nil
}
