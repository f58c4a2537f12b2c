package registry

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/tables"
)

// ImportReport is what an import did, or would do.
type ImportReport struct {
	Schemas   int      `json:"schemas"`  // that were not there
	Versions  int      `json:"versions"` // that were not there, or in another state
	Settings  int      `json:"settings"`
	Removed   int      `json:"removed"`             // versions that the other registry has no more; of Replace
	Unread    []string `json:"unread,omitempty"`    // schemas that no language here can read; they are kept as they are
	Conflicts []string `json:"conflicts,omitempty"` // with any of them nothing was written
}

// errConflicts undoes a transaction.
var errConflicts = errors.New("conflicts")

// Import adds all of a dump with its ids, versions, deleted states and settings, or nothing: when what is here says something else, Conflicts lists
// every difference. What is here already as the dump has it is no conflict. dryRun writes nothing.
func (r *Registry) Import(ctx context.Context, d *Dump, dryRun bool) (ImportReport, error) {
	if r.readOnly {
		return ImportReport{}, follows()
	}
	return r.take(ctx, d, false, dryRun)
}

// Replace makes the registry hold what the dump has and nothing else, and is how one follows another. Schemas stay though their versions are gone:
// records have their ids. An id whose meaning changed is a conflict, and then nothing is written.
func (r *Registry) Replace(ctx context.Context, d *Dump) (ImportReport, error) {
	return r.take(ctx, d, true, false)
}

func (r *Registry) take(ctx context.Context, d *Dump, replace, dryRun bool) (ImportReport, error) {
	t := &taking{r: r, dump: d, replace: replace, now: r.now()}
	if err := t.check(); err != nil {
		return ImportReport{}, err
	}
	defer r.forget()
	err := r.write(ctx, func(tx *tables.Tx) error {
		t.report = ImportReport{Unread: t.report.Unread[:0]}
		if err := t.all(ctx, tx); err != nil {
			return err
		}
		if len(t.report.Conflicts) > 0 || dryRun {
			return errConflicts
		}
		if t.report.Schemas+t.report.Versions+t.report.Settings+t.report.Removed == 0 {
			return nil
		}
		return r.note(ctx, tx, Change{Kind: ImportedVersions})
	})
	if errors.Is(err, errConflicts) {
		err = nil
	}
	return t.report, err
}

// taking is one import.
type taking struct {
	r       *Registry
	dump    *Dump
	replace bool
	now     time.Time
	report  ImportReport
}

// check refuses dumps that are none. CodeUnsupported.
func (t *taking) check() error {
	bad := func(l Line, what string) error {
		return refuse(CodeUnsupported, "The import has a %s without %s (context %s, subject %s, id %d)", l.Kind, what, shortened(l.Context), shortened(l.Subject), l.ID)
	}
	for _, l := range t.dump.Schemas {
		switch {
		case !validContext(l.Context):
			return bad(l, "a context")
		case l.ID <= 0 || l.ID > math.MaxInt32:
			return bad(l, "an id")
		case l.Schema == "":
			return bad(l, "a text")
		}
	}
	for _, l := range t.dump.Versions {
		if l.ID <= 0 || l.ID > math.MaxInt32 || l.Version <= 0 || l.Version > math.MaxInt32 {
			return bad(l, "an id or a version")
		}
		if err := (Subject{l.Context, l.Subject}).valid(); err != nil {
			return err
		}
	}
	for _, l := range t.dump.Settings {
		if !validContext(l.Context) {
			return bad(l, "a context")
		}
	}
	return nil
}

func (t *taking) conflict(format string, args ...any) {
	t.report.Conflicts = append(t.report.Conflicts, fmt.Sprintf(format, args...))
}

func (t *taking) all(ctx context.Context, tx *tables.Tx) error {
	at := map[Subject]map[int]int{} // versions of the dump
	for _, l := range t.dump.Versions {
		s := Subject{l.Context, l.Subject}
		if at[s] == nil {
			at[s] = map[int]int{}
		}
		at[s][l.Version] = l.ID
	}
	byID := map[schemaKey]*Line{}
	for i := range t.dump.Schemas {
		byID[schemaKey{t.dump.Schemas[i].Context, t.dump.Schemas[i].ID}] = &t.dump.Schemas[i]
	}
	for _, l := range slices.SortedFunc(slices.Values(t.dump.Schemas), func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Context, b.Context), cmp.Compare(a.ID, b.ID))
	}) {
		if err := t.schema(ctx, tx, &l, at, byID); err != nil {
			return err
		}
	}
	for _, l := range t.dump.Versions {
		if err := t.version(ctx, tx, l); err != nil {
			return err
		}
	}
	if t.replace {
		if err := t.remove(ctx, tx, at); err != nil {
			return err
		}
	}
	if err := t.settings(ctx, tx); err != nil {
		return err
	}
	for _, l := range t.dump.Counters {
		if err := raiseCounter(ctx, tx, l.Context, l.Next); err != nil {
			return err
		}
	}
	return nil
}

// schema takes what an id stands for.
func (t *taking) schema(ctx context.Context, tx *tables.Tx, l *Line, at map[Subject]map[int]int, byID map[schemaKey]*Line) error {
	x := Schema{Context: l.Context, ID: l.ID, GUID: l.GUID, Kind: l.Type, Text: l.Schema, References: l.References, Metadata: l.Metadata.normal(), RuleSet: l.RuleSet.normal()}
	if x.Kind == "" {
		x.Kind = language.Avro
	}
	if x.GUID == "" {
		x.GUID = x.guid()
	}
	have, err := scanSchema(tx.QueryRow(ctx, "SELECT "+schemaColumns+" FROM registry_schema WHERE context = ? AND id = ?", x.Context, x.ID).Scan)
	switch {
	case err == nil && have.Text == x.Text && have.Kind == x.Kind && text(have.References) == text(x.References) && have.Metadata.equal(x.Metadata) && have.RuleSet.equal(x.RuleSet):
		return nil
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("reading a schema: %w", err)
	}
	canonical := x.Text
	if parsed, err := read(t.r.stored, x.Kind, x.Text, t.references(ctx, tx, x.Context, x.References, at, byID)); err == nil {
		canonical = parsed.Canonical()
	} else {
		t.report.Unread = append(t.report.Unread, fmt.Sprintf("id %d of context %s: %v", x.ID, x.Context, err))
	}
	x.hash = sameHash(x.Kind, canonical, &x)
	if have != nil {
		if have.hash != x.hash {
			t.conflict("id %d of context %s is another schema here", x.ID, x.Context)
		}
		return nil
	}
	t.report.Schemas++
	if err := raiseCounter(ctx, tx, x.Context, x.ID+1); err != nil {
		return err
	}
	return insertSchema(ctx, tx, &x)
}

// references are the texts behind references, of the dump or else of what is here; what is nowhere is left out, and then the schema cannot be read.
func (t *taking) references(ctx context.Context, tx *tables.Tx, context string, refs []Reference, at map[Subject]map[int]int, byID map[schemaKey]*Line) []language.Referenced {
	var out []language.Referenced
	seen := map[string]bool{}
	var add func(context string, refs []Reference, depth int)
	add = func(context string, refs []Reference, depth int) {
		for _, ref := range refs {
			if seen[ref.Name] || depth > maxDepth {
				continue
			}
			seen[ref.Name] = true
			to := ParseSubject(ref.Subject, context)
			if l := byID[schemaKey{to.Context, at[to][ref.Version]}]; l != nil {
				add(to.Context, l.References, depth+1)
				out = append(out, language.Referenced{Name: ref.Name, Text: l.Schema})
			} else if s, err := t.r.referred(ctx, tx, to, ref, false); err == nil {
				add(to.Context, s.References, depth+1)
				out = append(out, language.Referenced{Name: ref.Name, Text: s.Text})
			}
		}
	}
	add(context, refs, 0)
	return out
}

func (t *taking) version(ctx context.Context, tx *tables.Tx, l Line) error {
	s := Subject{l.Context, l.Subject}
	var id int
	var deleted, since int64
	err := tx.QueryRow(ctx, "SELECT schema_id, deleted, ts FROM registry_subject_version WHERE context = ? AND subject = ? AND version = ?", s.Context, s.Name, l.Version).Scan(&id, &deleted, &since)
	there := err == nil
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("reading a version: %w", err)
	case there && id == l.ID && (deleted != 0) == l.Deleted && (!t.replace || l.TS == 0 || l.TS == since):
		return nil
	case there && !t.replace && id != l.ID:
		t.conflict("version %d of %s has id %d here, and %d there", l.Version, shortened(s.String()), id, l.ID)
		return nil
	case there && !t.replace:
		t.conflict("version %d of %s is %s here, and %s there", l.Version, shortened(s.String()), state(deleted != 0), state(l.Deleted))
		return nil
	}
	var n int
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM registry_schema WHERE context = ? AND id = ?", l.Context, l.ID).Scan(&n); err != nil {
		return fmt.Errorf("reading a schema: %w", err)
	}
	if n == 0 {
		t.conflict("version %d of %s has id %d, whose schema is in neither", l.Version, shortened(s.String()), l.ID)
		return nil
	}
	t.report.Versions++
	is, ts := int64(0), l.TS
	if l.Deleted {
		is = 1
	}
	if ts == 0 {
		ts = t.now.UnixMicro()
	}
	_, err = tx.Exec(ctx, `INSERT INTO registry_subject_version (context, subject, version, schema_id, deleted, ts) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (context, subject, version) DO UPDATE SET schema_id = excluded.schema_id, deleted = excluded.deleted, ts = excluded.ts`,
		s.Context, s.Name, l.Version, l.ID, is, ts)
	if err != nil {
		return fmt.Errorf("writing a version: %w", err)
	}
	return nil
}

func state(deleted bool) string {
	if deleted {
		return "softly deleted"
	}
	return "live"
}

// remove takes away versions that the dump has not.
func (t *taking) remove(ctx context.Context, tx *tables.Tx, at map[Subject]map[int]int) error {
	var gone []Line
	err := each(ctx, tx, "SELECT context, subject, version FROM registry_subject_version", func(scan func(...any) error) error {
		var l Line
		if err := scan(&l.Context, &l.Subject, &l.Version); err != nil {
			return err
		}
		if _, ok := at[Subject{l.Context, l.Subject}][l.Version]; !ok {
			gone = append(gone, l)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, l := range gone {
		if _, err := tx.Exec(ctx, "DELETE FROM registry_subject_version WHERE context = ? AND subject = ? AND version = ?", l.Context, l.Subject, l.Version); err != nil {
			return fmt.Errorf("deleting a version: %w", err)
		}
		t.report.Removed++
	}
	return nil
}

func (t *taking) settings(ctx context.Context, tx *tables.Tx) error {
	named := map[Subject]bool{}
	for _, l := range t.dump.Settings {
		s := Subject{l.Context, l.Subject}
		named[s] = true
		is, err := settingOf(ctx, tx, s)
		if err != nil {
			return err
		}
		want := setting{l.Config, l.Mode}
		if text(is.config) == text(want.config) && is.mode == want.mode {
			continue
		}
		if !t.replace && (is.config != nil && want.config != nil && text(is.config) != text(want.config) || is.mode != "" && want.mode != "" && is.mode != want.mode) {
			t.conflict("settings of %s are others here", cmp.Or(shortened(s.String()), "all subjects"))
			continue
		}
		if !t.replace {
			if want.config == nil {
				want.config = is.config
			}
			want.mode = cmp.Or(want.mode, is.mode)
		}
		if text(is.config) == text(want.config) && is.mode == want.mode {
			continue
		}
		t.report.Settings++
		if err := putSetting(ctx, tx, s, want); err != nil {
			return fmt.Errorf("writing settings: %w", err)
		}
	}
	if !t.replace {
		return nil
	}
	have, err := subjectRows(ctx, tx, "SELECT context, subject FROM registry_setting")
	if err != nil {
		return err
	}
	for _, s := range have {
		if !named[s] {
			t.report.Settings++
			if err := putSetting(ctx, tx, s, setting{}); err != nil {
				return fmt.Errorf("writing settings: %w", err)
			}
		}
	}
	return nil
}

// String is the report in one line.
func (r ImportReport) String() string {
	s := strconv.Itoa(r.Schemas) + " schemas, " + strconv.Itoa(r.Versions) + " versions and " + strconv.Itoa(r.Settings) + " settings"
	if r.Removed > 0 {
		s += ", " + strconv.Itoa(r.Removed) + " versions removed"
	}
	return s
}
