package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/tables"
)

// Request is a schema that is to be registered, looked up or compared. The zero values of ID and Version stand for none.
type Request struct {
	Schema     string
	Kind       language.Kind // empty = Avro
	References []Reference
	Metadata   *Metadata
	RuleSet    *RuleSet
	ID         int
	Version    int
	Normalize  bool
	Profile    language.Profile // whose verdict Compatible gives; empty = the registry's
}

// errMoved says that a subject changed between the look at it and the transaction.
var errMoved = errors.New("the subject changed meanwhile")

// Register makes a schema a version of a subject and gives it with its id: the id and version it has there already, else the id that the schema has
// in the context, else a new one. When it returns without an error, what it gives is stored.
//
// CodeNotPermitted, CodeSchema, CodeTooLarge, CodeIncompatible, CodeIDMismatch, CodeSubject, CodeRuleSet.
func (r *Registry) Register(ctx context.Context, s Subject, q Request) (*Version, error) {
	if err := s.valid(); err != nil {
		return nil, err
	}
	if r.readOnly {
		return nil, follows()
	}
	if q.Version < 0 || q.Version > math.MaxInt32 || q.ID < 0 || q.ID > math.MaxInt32 {
		return nil, refuse(CodeVersion, "An id and a version are numbers from 1 to 2^31-1")
	}
	// Comparing with old versions may take a while and writes nothing, so it happens before the transaction, which then looks whether that is still
	// the whole truth. Somebody got through whenever it is not; so this ends.
	for {
		plan, err := r.plan(ctx, r.db, s, q)
		if err != nil {
			return nil, err
		}
		if plan.same != nil {
			return r.whole(ctx, r.db, s, *plan.same)
		}
		var made *Version
		if q.ID != 0 && q.Version != 0 { // a softly deleted version may become another schema, which others refer to
			defer r.forget()
		}
		err = r.write(ctx, func(tx *tables.Tx) (err error) {
			made, err = r.registered(ctx, tx, s, q, plan)
			return err
		})
		switch {
		case err == nil:
			return made, nil
		case !errors.Is(err, errMoved):
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, refuse(CodeTimeout, "The registration was given up: %v", err)
		}
	}
}

// Known is what Register would give for a schema that is a version of the subject already; nil when it would write.
func (r *Registry) Known(ctx context.Context, s Subject, q Request) (*Version, error) {
	if err := s.valid(); err != nil {
		return nil, err
	}
	if r.readOnly {
		return nil, follows()
	}
	p, err := r.plan(ctx, r.db, s, q)
	if err != nil || p.same == nil {
		return nil, err
	}
	return r.whole(ctx, r.db, s, *p.same)
}

// plan is what a registration comes to.
type plan struct {
	state  string      // of the subject, and all that the plan depends on
	same   *versionRow // it is there already
	schema Schema      // without an id
	parsed language.Schema
}

// plan decides about a registration without writing anything.
func (r *Registry) plan(ctx context.Context, q queries, s Subject, w Request) (*plan, error) {
	state, rows, e, err := stateOf(ctx, q, s)
	if err != nil {
		return nil, err
	}
	if err := mayRegister(s, e.mode, w.ID); err != nil {
		return nil, err
	}
	w.Normalize = w.Normalize || e.Normalize != nil && *e.Normalize
	lives := live(rows)
	var last *Version
	if len(lives) > 0 {
		if last, err = r.whole(ctx, q, s, lives[len(lives)-1]); err != nil {
			return nil, err
		}
	}
	if w.Schema == "" && last != nil { // other metadata or rules for what is there
		w.Schema, w.Kind, w.References = last.Text, last.Kind, last.References
	}
	fill(&w, e.Config, last)
	p := &plan{state: state}
	languages := r.languages
	if w.ID != 0 { // an import: some registry took it already
		languages = r.stored
	}
	p.schema, p.parsed, err = r.wanted(ctx, q, s, w, languages)
	refused := err
	if errors.Is(err, &Error{Code: CodeSchema}) { // what is there already is still what it was, though no new one could be so
		if p.schema, p.parsed, err = r.wanted(ctx, q, s, w, r.stored); err != nil {
			return nil, refused
		}
	}
	if err != nil {
		return nil, err
	}
	if err := p.schema.RuleSet.check(); err != nil {
		return nil, err
	}
	for _, v := range slices.Backward(lives) {
		have, err := r.schema(ctx, q, s.Context, v.id)
		if err != nil {
			return nil, err
		}
		same := have.hash == p.schema.hash ||
			w.ID == 0 && have.Metadata.equal(p.schema.Metadata) && have.RuleSet.equal(p.schema.RuleSet) && r.isWhole(ctx, q, have, &p.schema, p.parsed)
		if !same || w.ID != 0 && w.Version != 0 && w.Version != v.version {
			continue
		}
		if w.ID != 0 && w.ID != v.id {
			return nil, refuse(CodeIDMismatch, "Schema already registered with id %d instead of input id %d", v.id, w.ID)
		}
		p.same = &v
		return p, nil
	}
	if refused != nil {
		return nil, refused
	}
	if err := mayNumber(rows, w); err != nil {
		return nil, err
	}
	if e.mode == Import {
		return p, nil
	}
	messages, err := r.incompatible(ctx, q, s, lives, e.Config, r.rules, p.schema, p.parsed)
	if err != nil {
		return nil, err
	}
	if len(messages) > 0 {
		return nil, refuse(CodeIncompatible, `Schema being registered is incompatible with an earlier schema for subject "%s", details: [%s]`,
			shortened(s.String()), strings.Join(messages, ", "))
	}
	return p, nil
}

// mayNumber refuses versions that are not the next one, and in an import those that are taken.
func mayNumber(rows []versionRow, w Request) error {
	if w.Version == 0 {
		return nil
	}
	if w.ID != 0 {
		for _, v := range rows {
			if v.version == w.Version && !v.deleted {
				return refuse(CodeNotPermitted, "Overwrite of version %d is not permitted.", w.Version)
			}
		}
		return nil
	}
	if next := nextVersion(rows); w.Version != next {
		return refuse(CodeSchema, "Version is not one more than previous version: %d would be", next)
	}
	return nil
}

func nextVersion(rows []versionRow) int {
	if len(rows) == 0 {
		return 1
	}
	return rows[len(rows)-1].version + 1
}

// mayRegister asks the mode.
func mayRegister(s Subject, mode string, id int) error {
	switch {
	case mode == ReadOnly || mode == ReadOnlyOverride || mode == Forward:
		return refuse(CodeNotPermitted, "Subject %s in context %s is in read-only mode", shortened(s.Name), s.Context)
	case id != 0 && mode != Import:
		return refuse(CodeNotPermitted, "Subject %s in context %s is not in import mode", shortened(s.Name), s.Context)
	case id == 0 && mode == Import:
		return refuse(CodeNotPermitted, "Subject %s in context %s is not in read-write mode", shortened(s.Name), s.Context)
	}
	return nil
}

// fill gives a request the metadata and the rule set that it will have: the defaults, then its own or else the previous version's, then what
// overrides.
func fill(w *Request, c Config, last *Version) {
	if last != nil {
		if w.Metadata == nil {
			w.Metadata = last.Metadata
		}
		if w.RuleSet == nil {
			w.RuleSet = last.RuleSet
		}
	}
	w.Metadata = mergeMetadata(mergeMetadata(c.DefaultMetadata, w.Metadata), c.OverrideMetadata).normal()
	w.RuleSet = mergeRules(mergeRules(c.DefaultRuleSet, w.RuleSet), c.OverrideRuleSet).normal()
}

// wanted parses what a request brings, by the languages of new schemas or of stored ones.
func (r *Registry) wanted(ctx context.Context, q queries, s Subject, w Request, languages map[language.Kind]language.Language) (Schema, language.Schema, error) {
	x := Schema{Context: s.Context, Kind: w.Kind, References: slices.Clone(w.References), Metadata: w.Metadata, RuleSet: w.RuleSet}
	if x.Kind == "" {
		x.Kind = language.Avro
	}
	if strings.TrimSpace(w.Schema) == "" {
		return x, nil, refuse(CodeSchema, "Empty schema")
	}
	refs, err := r.resolved(ctx, q, s.Context, x.References, true)
	if err != nil {
		return x, nil, err
	}
	// A schema that is stored means the same for ever: "latest" becomes the version that it is now.
	for i := range x.References {
		if ref := &x.References[i]; ref.Version == -1 {
			to := ParseSubject(ref.Subject, s.Context)
			if err := q.QueryRow(ctx, "SELECT MAX(version) FROM registry_subject_version WHERE context = ? AND subject = ? AND deleted = 0", to.Context, to.Name).Scan(&ref.Version); err != nil {
				return x, nil, fmt.Errorf("reading a reference: %w", err)
			}
		}
	}
	parsed, err := read(languages, x.Kind, w.Schema, refs)
	if err != nil {
		return x, nil, err
	}
	canonical := parsed.Canonical()
	if w.Normalize {
		canonical = parsed.Normal()
		if again, err := read(languages, x.Kind, canonical, refs); err == nil {
			parsed = again
		}
	}
	x.Text = canonical
	if x.Kind == language.Protobuf && !w.Normalize && strings.ContainsAny(w.Schema, "{;") {
		x.Text = w.Schema // people read it, comments and all; but not descriptors in base64, which some clients send
	}
	x.GUID, x.hash = x.guid(), sameHash(x.Kind, canonical, &x)
	return x, parsed, nil
}

// stateOf reads a subject with what holds for it, and a text that is another one after any change of these.
func stateOf(ctx context.Context, q queries, s Subject) (string, []versionRow, effective, error) {
	rows, err := versionsOf(ctx, q, s)
	if err != nil {
		return "", nil, effective{}, err
	}
	e, err := effectiveOf(ctx, q, s)
	if err != nil {
		return "", nil, effective{}, err
	}
	var b strings.Builder
	for _, v := range rows {
		fmt.Fprintf(&b, "%d %d %t\n", v.version, v.id, v.deleted)
	}
	return b.String() + text(e.Config) + e.mode, rows, e, nil
}

// registered writes what a plan comes to. errMoved.
func (r *Registry) registered(ctx context.Context, tx *tables.Tx, s Subject, w Request, p *plan) (*Version, error) {
	state, rows, _, err := stateOf(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	if state != p.state {
		return nil, errMoved
	}
	x := p.schema
	for _, ref := range x.References { // nobody took away meanwhile what it refers to
		if _, err := r.referred(ctx, tx, ParseSubject(ref.Subject, s.Context), ref, true); err != nil {
			return nil, err
		}
	}
	if err := r.identified(ctx, tx, &x, w.ID); err != nil {
		return nil, err
	}
	v := &Version{Schema: x, Subject: s, Version: w.Version, Time: r.now()}
	if v.Version == 0 {
		v.Version = nextVersion(rows)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO registry_subject_version (context, subject, version, schema_id, deleted, ts) VALUES (?, ?, ?, ?, 0, ?)
		ON CONFLICT (context, subject, version) DO UPDATE SET schema_id = excluded.schema_id, deleted = 0, ts = excluded.ts`,
		s.Context, s.Name, v.Version, x.ID, v.Time.UnixMicro()); err != nil {
		return nil, fmt.Errorf("writing a version: %w", err)
	}
	return v, r.note(ctx, tx, Change{Kind: Registered, Subject: s, Version: v.Version, ID: x.ID})
}

// identified gives x the id that it has in its context, that of an import, or a new one, and stores it where it is new.
func (r *Registry) identified(ctx context.Context, tx *tables.Tx, x *Schema, id int) error {
	if id != 0 {
		have, err := scanSchema(tx.QueryRow(ctx, "SELECT "+schemaColumns+" FROM registry_schema WHERE context = ? AND id = ?", x.Context, id).Scan)
		switch {
		case err == nil && have.hash == x.hash:
			*x = *have
			return nil
		case err == nil:
			return refuse(CodeNotPermitted, "Overwrite new schema with id %d is not permitted.", id)
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("reading a schema: %w", err)
		}
		x.ID = id
		if err := raiseCounter(ctx, tx, x.Context, id+1); err != nil {
			return err
		}
		return insertSchema(ctx, tx, x)
	}
	have, err := scanSchema(tx.QueryRow(ctx, "SELECT "+schemaColumns+" FROM registry_schema WHERE context = ? AND canonical_hash = ? ORDER BY id LIMIT 1", x.Context, x.hash).Scan)
	switch {
	case err == nil:
		*x = *have
		return nil
	case !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("reading a schema: %w", err)
	}
	x.ID = 1
	err = tx.QueryRow(ctx, "SELECT next FROM registry_counter WHERE context = ?", x.Context).Scan(&x.ID)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("reading the next id: %w", err)
	}
	if x.ID > math.MaxInt32 {
		return errors.New("all ids of the context are given")
	}
	if err := raiseCounter(ctx, tx, x.Context, x.ID+1); err != nil {
		return err
	}
	return insertSchema(ctx, tx, x)
}

func raiseCounter(ctx context.Context, tx *tables.Tx, context string, next int) error {
	_, err := tx.Exec(ctx, `INSERT INTO registry_counter (context, next) VALUES (?, ?)
		ON CONFLICT (context) DO UPDATE SET next = CASE WHEN registry_counter.next > excluded.next THEN registry_counter.next ELSE excluded.next END`, context, next)
	if err != nil {
		return fmt.Errorf("counting ids: %w", err)
	}
	return nil
}

func insertSchema(ctx context.Context, tx *tables.Tx, x *Schema) error {
	_, err := tx.Exec(ctx, "INSERT INTO registry_schema ("+schemaColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		x.Context, x.ID, x.GUID, string(x.Kind), x.Text, x.hash, text(x.References), text(x.Metadata), text(x.RuleSet))
	if err != nil {
		return fmt.Errorf("writing a schema: %w", err)
	}
	for i, ref := range x.References {
		to := ParseSubject(ref.Subject, x.Context)
		if _, err := tx.Exec(ctx, "INSERT INTO registry_reference (context, schema_id, place, to_context, to_subject, to_version) VALUES (?, ?, ?, ?, ?, ?)",
			x.Context, x.ID, i, to.Context, to.Name, ref.Version); err != nil {
			return fmt.Errorf("writing a reference: %w", err)
		}
	}
	return nil
}
