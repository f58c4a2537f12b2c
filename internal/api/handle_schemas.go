package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/registry"
)

// schemaRoutes read the registry for pages, which cannot reach its own listener. Nothing is written here: clients of a registry do that.
func (s *service) schemaRoutes() {
	get(s, route{"subjects", "/subjects", access.SchemaRead, "Subjects of the registry", some}, s.subjects)
	get(s, route{"subject-versions", "/subjects/{subject}/versions", access.SchemaRead, "Versions of a subject, newest first", subjectTarget}, s.subjectVersions)
	get(s, route{"subject-version", "/subjects/{subject}/versions/{version}", access.SchemaRead, "One version with its text and fields", subjectTarget}, s.subjectVersion)
	registerBody(s, http.MethodPost, route{"subject-difference", "/subjects/{subject}/difference", access.SchemaRead, "What differs between two versions, or what would come of registering a schema", subjectTarget}, impactBody, s.subjectDifference)
}

// subjectResource is registry/subject/NAME, as the registry's own listener asks for it.
func subjectResource(of registry.Subject) access.Resource {
	return access.ResourceOf("registry", "subject", of.String())
}

func subjectTarget(_ *service, ctx huma.Context) (browse.Target, error) {
	return browse.Target{Resource: subjectResource(registry.ParseSubject(ctx.Param("subject"), ""))}, nil
}

// schemas refuses where no registry is kept.
func (s *service) schemas() (*registry.Registry, error) {
	if s.Schemas == nil {
		return nil, problem(http.StatusConflict, "this server keeps no schema registry", "setting registry-listen begins one; a proxy's schemas are in the registry behind it")
	}
	return s.Schemas, nil
}

// schemaError makes a problem of what the registry says. Its texts name no values of records: schemas have none.
func schemaError(err error) error {
	var e *registry.Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case e.Code/100 == http.StatusNotFound:
		return problem(http.StatusNotFound, e.Message, "GET "+Base+"/subjects lists what there is")
	case e.Code/100 == http.StatusUnprocessableEntity:
		return problem(http.StatusUnprocessableEntity, e.Message, "")
	}
	return err
}

// maySchema refuses a subject that the caller may not read: one that an alias stands for, or that a text refers to.
func (s *service) maySchema(ctx context.Context, of registry.Subject) error {
	on := subjectResource(of)
	d := s.Browser.DecideIn(ctx, caller(ctx), access.SchemaRead, on)
	if d.Allowed {
		return nil
	}
	s.noteRefusal(ctx, caller(ctx), route{id: "subject-version", action: access.SchemaRead}, on, d)
	return problem(http.StatusForbidden, caller(ctx).Name+" may not "+string(access.SchemaRead)+" on "+bounded(string(on)), d.Reason)
}

// subject finds a subject by the name that a path has for it: an alias is what it stands for. The caller may read it.
func (s *service) subject(ctx context.Context, name string) (*registry.Registry, registry.Subject, error) {
	of := registry.ParseSubject(name, "")
	r, err := s.schemas()
	if err != nil {
		return nil, of, err
	}
	v, err := r.Version(ctx, of, "latest", false)
	if err != nil {
		return nil, of, schemaError(err)
	}
	if v.Subject != of {
		err = s.maySchema(ctx, v.Subject)
	}
	return r, v.Subject, err
}

func schemaType(k language.Kind) string { return string(cmp.Or(k, language.Avro)) }

func (s *service) subjects(ctx context.Context, in *subjectsRequest) (List[SchemaSubject], error) {
	out := listOf[SchemaSubject]("subject", nil)
	if s.Schemas == nil {
		return out, nil
	}
	all, err := s.Schemas.Subjects(ctx, registry.AllContexts, "", registry.Live)
	if err != nil {
		return out, schemaError(err)
	}
	q := strings.ToLower(in.Q)
	for _, of := range all {
		name := of.String()
		if in.Cursor != "" && name <= in.Cursor || !strings.Contains(strings.ToLower(name), q) {
			continue
		}
		if !s.Browser.DecideIn(ctx, caller(ctx), access.SchemaRead, subjectResource(of)).Allowed {
			continue
		}
		if len(out.Items) == in.Limit {
			out.Next = out.Items[in.Limit-1].Subject
			return out, nil
		}
		v, err := s.Schemas.Version(ctx, of, "latest", false)
		if errors.Is(err, &registry.Error{Code: registry.CodeSubjectMissing}) {
			continue // it was deleted meanwhile
		}
		if err != nil {
			return out, schemaError(err)
		}
		out.Items = append(out.Items, SchemaSubject{name, v.Version, v.ID, schemaType(v.Kind), at(v.Time)})
	}
	return out, nil
}

func versionOf(v *registry.Version) SchemaVersion {
	return SchemaVersion{v.Version, v.ID, schemaType(v.Kind), at(v.Time), len(v.Text)}
}

func (s *service) subjectVersions(ctx context.Context, in *SubjectPath) (SchemaVersions, error) {
	r, of, err := s.subject(ctx, in.Subject)
	out := SchemaVersions{Subject: of.String(), Items: []SchemaVersion{}}
	if err != nil {
		return out, err
	}
	numbers, err := r.Numbers(ctx, of, registry.Live)
	if err != nil {
		return out, schemaError(err)
	}
	c, err := r.Config(ctx, of, true)
	if err != nil {
		return out, schemaError(err)
	}
	out.Level, out.Profile = c.Level, string(cmp.Or(r.Profile(), language.Confluent83))
	for _, n := range slices.Backward(numbers) {
		v, err := r.Version(ctx, of, strconv.Itoa(n), false)
		if err != nil {
			return out, schemaError(err)
		}
		out.Items = append(out.Items, versionOf(v))
	}
	return out, nil
}

func schemaFieldOf(f *language.Field) *SchemaField {
	if f == nil {
		return nil
	}
	return &SchemaField{f.Path, f.Type, f.Optional, f.Default, f.Doc, listed(f.Tags), listed(f.Values)}
}

func (s *service) subjectVersion(ctx context.Context, in *schemaVersionRequest) (SchemaText, error) {
	r, of, err := s.subject(ctx, in.Subject)
	if err != nil {
		return SchemaText{}, err
	}
	v, err := r.Version(ctx, of, in.Version, false)
	if err != nil {
		return SchemaText{}, schemaError(err)
	}
	out := SchemaText{SchemaVersion: versionOf(v), Subject: v.Subject.String(), Schema: v.Text, References: []SchemaReference{}, Fields: []SchemaField{}}
	for _, ref := range v.References {
		out.References = append(out.References, SchemaReference(ref))
	}
	fields, err := r.FieldsOf(ctx, &v.Schema)
	if err != nil {
		var e *registry.Error
		if errors.As(err, &e) {
			return out, nil // the text is shown as it is
		}
		return out, err
	}
	for i := range fields {
		out.Fields = append(out.Fields, *schemaFieldOf(&fields[i]))
	}
	return out, nil
}

func (s *service) subjectDifference(ctx context.Context, in *schemaDifferenceRequest) (SchemaDifference, error) {
	r, of, err := s.subject(ctx, in.Subject)
	out := SchemaDifference{Subject: of.String(), Messages: []string{}, Fields: []SchemaChange{}, Rules: []SchemaRuleBroken{}}
	if err != nil {
		return out, err
	}
	w := &in.Body
	if w.Schema != "" && w.To != "" {
		return out, problem(http.StatusUnprocessableEntity, "to and schema are both there", "one of them is compared with the older version")
	}
	var fresh *registry.Request
	from := cmp.Or(w.From, "latest")
	if w.Schema != "" {
		fresh = &registry.Request{Schema: w.Schema, Kind: language.Kind(w.Type)}
		for _, ref := range w.References {
			if err := s.maySchema(ctx, registry.ParseSubject(ref.Subject, of.Context)); err != nil {
				return out, err
			}
			fresh.References = append(fresh.References, registry.Reference(ref))
		}
		if fresh.Kind == "" {
			v, err := r.Version(ctx, of, from, true)
			if err != nil {
				return out, schemaError(err)
			}
			fresh.Kind = v.Kind
		}
	}
	c, err := r.Differences(ctx, of, from, cmp.Or(w.To, "latest"), fresh)
	if err != nil {
		return out, schemaError(err)
	}
	out.From, out.Level, out.Profile, out.OtherType = c.FromV.Version, c.Level, string(cmp.Or(c.Profile, language.Confluent83)), c.OtherKind
	broken := ruled(&out, "backward", c.Level, c.Backward)
	for path := range ruled(&out, "forward", c.Level, c.Forward) {
		broken[path] = true
	}
	slices.SortStableFunc(out.Rules, func(a, b SchemaRuleBroken) int { return cmp.Compare(weight(&a), weight(&b)) })
	out.Compatible = len(broken) == 0 && (!c.OtherKind || c.Level == registry.LevelNone)
	if c.ToV != nil {
		out.To = c.ToV.Version
	} else {
		out.Messages, out.Compatible = listed(c.Incompatible), len(c.Incompatible) == 0
	}
	for _, f := range c.Fields() {
		change := "changed"
		switch {
		case f.Before == nil:
			change = "added"
		case f.After == nil:
			change = "removed"
		}
		out.Fields = append(out.Fields, SchemaChange{f.Path, change, broken[f.Path], schemaFieldOf(f.Before), schemaFieldOf(f.After)})
	}
	return out, nil
}

// weight puts what keeps a schema from being registered first, then what breaks readers that nobody asks about.
func weight(r *SchemaRuleBroken) int {
	switch {
	case r.Breaking && r.Asked:
		return 0
	case r.Breaking:
		return 1
	}
	return 2
}

// ruled notes what readers of one direction meet, and gives the fields at which a rule is broken that the level asks for.
func ruled(out *SchemaDifference, direction, level string, all []language.Difference) map[string]bool {
	other := map[string]string{"backward": "FORWARD", "forward": "BACKWARD"}[direction]
	asked := level != registry.LevelNone && !strings.HasPrefix(level, other)
	broken := map[string]bool{}
	for _, d := range all {
		out.Rules = append(out.Rules, SchemaRuleBroken{direction, d.Kind, d.Pointer, d.Field, d.Breaking, asked, d.Message, d.Advice})
		if d.Breaking && asked {
			broken[d.Field] = true
		}
	}
	return broken
}
