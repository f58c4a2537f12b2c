package registry

import (
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/tables"
)

// DeleteSubject deletes all live versions of a subject softly, or all softly deleted ones for good, and gives their numbers. CodeSubjectMissing,
// CodeSubjectSoftDeleted, CodeSubjectNotDeleted, CodeNotPermitted, CodeReferenced.
func (r *Registry) DeleteSubject(ctx context.Context, s Subject, permanent bool) ([]int, error) {
	var gone []int
	err := r.deleting(ctx, s, permanent, func(tx *tables.Tx, rows []versionRow) error {
		lives := live(rows)
		switch {
		case permanent && len(lives) > 0:
			return refuse(CodeSubjectNotDeleted, "Subject '%s' was not deleted first before being permanently deleted", shortened(s.String()))
		case !permanent && len(lives) == 0:
			return refuse(CodeSubjectSoftDeleted, "Subject '%s' was soft deleted.Set permanent=true to delete permanently", shortened(s.String()))
		case !permanent:
			rows = lives
		}
		gone = nil
		for _, v := range rows {
			gone = append(gone, v.version)
		}
		return r.deleted(ctx, tx, s, rows, permanent)
	})
	return gone, err
}

// DeleteVersion deletes a version softly, or a softly deleted one for good, and gives its number. CodeSubjectMissing, CodeVersionMissing,
// CodeVersionSoftDeleted, CodeVersionNotDeleted, CodeVersion, CodeNotPermitted, CodeReferenced.
func (r *Registry) DeleteVersion(ctx context.Context, s Subject, version string, permanent bool) (int, error) {
	n, latest, err := parseVersion(version)
	if err != nil {
		return 0, err
	}
	gone := n
	err = r.deleting(ctx, s, permanent, func(tx *tables.Tx, rows []versionRow) error {
		if latest {
			lives := live(rows)
			if len(lives) == 0 {
				return versionMissing(version)
			}
			gone = lives[len(lives)-1].version
		}
		at := slices.IndexFunc(rows, func(v versionRow) bool { return v.version == gone })
		switch {
		case at < 0:
			return versionMissing(gone)
		case !permanent && rows[at].deleted:
			return refuse(CodeVersionSoftDeleted, "Subject '%s' Version %d was soft deleted.Set permanent=true to delete permanently", shortened(s.String()), gone)
		case permanent && !rows[at].deleted:
			return refuse(CodeVersionNotDeleted, "Subject '%s' Version %d was not deleted first before being permanently deleted", shortened(s.String()), gone)
		}
		return r.deleted(ctx, tx, s, rows[at:at+1], permanent)
	})
	return gone, err
}

// deleting asks whether anything of a subject may be deleted, and does it.
func (r *Registry) deleting(ctx context.Context, s Subject, permanent bool, do func(*tables.Tx, []versionRow) error) error {
	if r.readOnly {
		return follows()
	}
	if err := s.valid(); err != nil {
		return err
	}
	if permanent { // what is deleted softly is still what it was
		defer r.forget() // whether or not it was committed: what was read meanwhile is not kept either
	}
	return r.write(ctx, func(tx *tables.Tx) error {
		e, err := effectiveOf(ctx, tx, s)
		if err != nil {
			return err
		}
		if e.mode == ReadOnly || e.mode == ReadOnlyOverride || e.mode == Forward {
			return refuse(CodeNotPermitted, "Subject %s in context %s is in read-only mode", shortened(s.Name), s.Context)
		}
		rows, err := versionsOf(ctx, tx, s)
		switch {
		case err != nil:
			return err
		case len(rows) == 0:
			return subjectMissing(s)
		}
		return do(tx, rows)
	})
}

// deleted deletes versions of one subject, all softly or all for good.
func (r *Registry) deleted(ctx context.Context, tx *tables.Tx, s Subject, rows []versionRow, permanent bool) error {
	kind := SoftlyDeleted
	if permanent {
		kind = Deleted
	}
	for _, v := range rows {
		if err := referenced(ctx, tx, s, v, permanent); err != nil {
			return err
		}
		var err error
		if permanent {
			err = r.erase(ctx, tx, s, v)
		} else {
			_, err = tx.Exec(ctx, "UPDATE registry_subject_version SET deleted = 1, ts = ? WHERE context = ? AND subject = ? AND version = ?", r.now().UnixMicro(), s.Context, s.Name, v.version)
		}
		if err != nil {
			return fmt.Errorf("deleting a version: %w", err)
		}
		if err := r.note(ctx, tx, Change{Kind: kind, Subject: s, Version: v.version, ID: v.id}); err != nil {
			return err
		}
	}
	left, err := versionsOf(ctx, tx, s)
	if err != nil || len(live(left)) > 0 {
		return err
	}
	return putSetting(ctx, tx, s, setting{}) // as Confluent's does: a subject that comes again begins anew
}

// referenced refuses what others refer to: live ones, and before it goes for good softly deleted ones too, whose records are still read.
func referenced(ctx context.Context, q queries, s Subject, v versionRow, permanent bool) error {
	query := `SELECT COUNT(*) FROM registry_reference f JOIN registry_subject_version v ON v.context = f.context AND v.schema_id = f.schema_id
		WHERE f.to_context = ? AND f.to_subject = ? AND f.to_version = ?`
	if !permanent {
		query += " AND v.deleted = 0"
	}
	var n int
	if err := q.QueryRow(ctx, query, s.Context, s.Name, v.version).Scan(&n); err != nil {
		return fmt.Errorf("reading references: %w", err)
	}
	if n > 0 {
		return refuse(CodeReferenced, "One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=%s,version=%d}.", shortened(s.String()), v.version)
	}
	return nil
}

// erase takes a version away for good, and its schema with the last one.
func (r *Registry) erase(ctx context.Context, tx *tables.Tx, s Subject, v versionRow) error {
	if _, err := tx.Exec(ctx, "DELETE FROM registry_subject_version WHERE context = ? AND subject = ? AND version = ?", s.Context, s.Name, v.version); err != nil {
		return err
	}
	var n int
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM registry_subject_version WHERE context = ? AND schema_id = ?", s.Context, v.id).Scan(&n); err != nil || n > 0 {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM registry_reference WHERE context = ? AND schema_id = ?", s.Context, v.id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM registry_schema WHERE context = ? AND id = ?", s.Context, v.id); err != nil {
		return err
	}
	return nil
}

// forget empties what is kept in memory.
func (r *Registry) forget() {
	r.schemas.forgetAll()
	r.parsed.forgetAll()
}

// DeleteContext takes away an empty context with its settings; its ids are not given again. CodeContextNotEmpty.
func (r *Registry) DeleteContext(ctx context.Context, context string) error {
	context = contextName(context)
	switch {
	case r.readOnly:
		return follows()
	case !validContext(context) || context == DefaultContext:
		return refuse(CodeSubject, "The specified context '%s' is not a valid.", shortened(context))
	}
	return r.write(ctx, func(tx *tables.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM registry_subject_version WHERE context = ?", context).Scan(&n); err != nil {
			return fmt.Errorf("counting versions: %w", err)
		}
		if n > 0 {
			return refuse(CodeContextNotEmpty, "The specified context '%s' is not empty.", shortened(context))
		}
		if _, err := tx.Exec(ctx, "DELETE FROM registry_setting WHERE context = ?", context); err != nil {
			return fmt.Errorf("deleting a context: %w", err)
		}
		return r.note(ctx, tx, Change{Kind: ConfigChanged, Subject: Subject{Context: context}})
	})
}
